"""Database fixtures: each test has a database of its own, copied from a template, on both engines."""

import importlib
import os
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import insert
from sqlalchemy.engine import make_url

from responder.core.clock import FixedClock
from responder.core.db import Base, make_engine
from responder.core.jobs.embedded import EmbeddedJobs
from responder.core.lanes import REAL_LANE, Lane
from responder.core.uow import Database, UnitOfWork
from responder.models import load_models
from tests.databases import copy_postgres, knowing_statements

if TYPE_CHECKING:
    from flask import Flask

    from tests.world import Caller, Visitor, Worlds

START = datetime(2026, 11, 21, 6, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def engine_names() -> tuple[str, ...]:
    """The databases every integration test runs on."""
    return ("sqlite", "postgresql")


def _lay_schema(url: str) -> None:
    load_models()
    engine = make_engine(url)
    Base.metadata.create_all(engine)
    with engine.begin() as connection:
        connection.execute(insert(Lane).values(id=REAL_LANE, kind="real", title="现实", opened_at=START))
    engine.dispose()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with the schema and nothing else."""
    path = tmp_path_factory.mktemp("template") / "template.db"
    _lay_schema(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres_template(postgres_server: str, postgres_url: str) -> str:
    """The name of a PostgreSQL database with the schema and nothing else, to be copied."""
    name = f"{make_url(postgres_url).database}_template"
    _lay_schema(copy_postgres(postgres_server, "template0", name))
    return name


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database with the whole schema."""
    if request.param == "sqlite":
        template: Path = request.getfixturevalue("sqlite_template")
        path = tmp_path / "test.db"
        shutil.copy(template, path)
        return f"sqlite:///{path}"
    server: str = request.getfixturevalue("postgres_server")
    template_name: str = request.getfixturevalue("postgres_template")
    return copy_postgres(server, template_name, template_name.removesuffix("template") + "test")


@pytest.fixture
def clock() -> FixedClock:
    """A clock standing at 14:00 Beijing time on 21 November 2026."""
    return FixedClock(START)


@pytest.fixture
def database(database_url: str, clock: FixedClock) -> Iterator[Database]:
    """An empty database with the whole schema, its units of work on the fixed clock."""
    engine = knowing_statements(make_engine(database_url))
    yield Database(engine, clock, EmbeddedJobs(), {})
    engine.dispose()


@pytest.fixture
def uow(database: Database) -> Iterator[UnitOfWork]:
    """One open unit of work of the system in the real lane."""
    with database.unit_of_work() as unit:
        yield unit


# --- The demo world -----------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def the_world() -> Any:
    """The module `tests.world`; it brings the whole product along, which most tests do without."""
    return importlib.import_module("tests.world")


@pytest.fixture(scope="session")
def worlds(
    request: pytest.FixtureRequest, the_world: Any, tmp_path_factory: pytest.TempPathFactory
) -> "Worlds":
    """Where copies of the demo world are made and given back."""
    made: Worlds = the_world.Worlds(
        run_dir=Path(os.environ["RESPONDER_TEST_RUN_DIR"]),
        folder=tmp_path_factory.mktemp("worlds"),
        server=lambda: request.getfixturevalue("postgres_server"),
        prefix=f"responder_{os.environ.get('PYTEST_XDIST_WORKER', 'gw0')}_world",
    )
    return made


@pytest.fixture(scope="session")
def new_world(worlds: "Worlds") -> Callable[[str], str]:
    """Make a fresh copy of the demo world on the engine named, and return its URL."""
    return worlds.make


@pytest.fixture(params=["sqlite", "postgresql"])
def world_url(request: pytest.FixtureRequest, worlds: "Worlds") -> Iterator[str]:
    """The URL of a copy of the demo world."""
    url = worlds.make(request.param)
    yield url
    worlds.give_back(url)


@pytest.fixture
def world_app(the_world: Any, world_url: str, clock: FixedClock, tmp_path: Path) -> "Iterator[Flask]":
    """The whole product on a copy of the demo world, its clock standing at 14:00."""
    with the_world.demo_on(world_url, clock, tmp_path) as app:
        yield app


@pytest.fixture
def api(the_world: Any, world_app: "Flask") -> "Callable[[str], Caller]":
    """Return who calls the API under a login; one token each."""
    found: Callable[[str], Caller] = the_world.callers(world_app)
    return found


@pytest.fixture
def page(the_world: Any, world_app: "Flask") -> "Callable[[str], Visitor]":
    """Return who looks at pages under a login; one session each."""
    known: dict[str, Visitor] = {}

    def named(login: str) -> "Visitor":
        if login not in known:
            known[login] = the_world.visitor(world_app, login)
        return known[login]

    return named
