"""Databases for tests: copies of a PostgreSQL template, and statements compiled once for every engine."""

from collections.abc import MutableMapping
from functools import cache
from typing import Any

from sqlalchemy import Dialect, Engine, create_engine
from sqlalchemy.engine import make_url

# --- Copies -------------------------------------------------------------------------------------------------

COPIES_FILES = (15,)  # the release from which CREATE DATABASE can be told to


@cache
def _server(server_url: str) -> Engine:
    return create_engine(server_url, isolation_level="AUTOCOMMIT", pool_size=1)


def copy_postgres(server_url: str, template: str, name: str) -> str:
    """Return the URL of a fresh copy, called *name*, of the database *template*; an older *name* goes."""
    with _server(server_url).connect() as connection:
        by_files = (connection.dialect.server_version_info or ()) >= COPIES_FILES
        how = " STRATEGY FILE_COPY" if by_files else ""
        connection.exec_driver_sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        connection.exec_driver_sql(f'CREATE DATABASE "{name}" TEMPLATE "{template}" ENCODING \'UTF8\'{how}')
    return make_url(server_url).set(database=name).render_as_string(hide_password=False)


def hang_up(server_url: str) -> None:
    """Close the kept connection."""
    _server(server_url).dispose()


# --- Statements ---------------------------------------------------------------------------------------------

_known: dict[str, tuple[Dialect, MutableMapping[Any, Any]]] = {}


def knowing_statements(engine: Engine) -> Engine:
    """Return *engine*, which takes over every statement that an engine of this process has compiled before it.

    Each test has an engine of its own, and SQLAlchemy keeps what it compiles by the dialect of one engine.
    """
    name = engine.dialect.name
    if name not in _known:
        engine.connect().close()  # a dialect learns about its server when it first connects
        _known[name] = (engine.dialect, {})
    engine.dialect, statements = _known[name]
    engine.update_execution_options(compiled_cache=statements)
    return engine
