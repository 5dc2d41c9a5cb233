"""Database ground: base class, column types, engine settings for SQLite and PostgreSQL."""

import sqlite3
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast
from uuid import UUID

from sqlalchemy import JSON, DateTime, Dialect, Engine, MetaData, Table, Uuid, create_engine, event
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator

from responder.core.ids import ID_TYPES

WRITE_OPTION = "responder_write"
COPY = "_is_a_copy"  # in an object's __dict__: it was read to be shown and belongs to no session
BUSY_MS = 30_000
LOOK_AGAIN_SECONDS = 0.003
TURN_SECONDS = 1.0
PREPARE_AFTER = 2  # times a statement is asked on one connection before PostgreSQL keeps its plan
_TURN_KEY, _WRITTEN_KEY = "has_turn", "has_written"
READING = ("SELECT", "BEGIN", "PRAGMA")
_turn = threading.Lock()
NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[datetime]):
    """An aware instant, kept in UTC on both databases; a naive value is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return *value* in UTC; raise ValueError for a naive one."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive time must not reach the database")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return *value* aware, in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """Base of every table."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {
        datetime: UtcDateTime,
        UUID: Uuid,
        dict[str, Any]: JSON,
        list[Any]: JSON,
        list[str]: JSON,
    } | dict.fromkeys(ID_TYPES, Uuid)

    def __setattr__(self, name: str, value: Any) -> None:
        """Set an attribute; raise TypeError on a copy, whose change would be written nowhere."""
        if COPY in self.__dict__:
            raise TypeError(f"a copy of {type(self).__name__} is only read: read the row itself to change it")
        super().__setattr__(name, value)


def table_of(model: type[DeclarativeBase]) -> Table:
    """Return the table of a mapped class."""
    return cast(Table, model.__table__)


def make_engine(url: str) -> Engine:
    """Return the engine for *url*, with the settings a legal record needs (SQLite: WAL, synchronous FULL)."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        if parsed.database:
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
        arguments = {"timeout": 30, "check_same_thread": False}
        # The connection given back last is taken first: what it has read and prepared is used again.
        # A database in memory lives in its one connection, and has no pool to take from.
        pool = {"pool_use_lifo": True} if parsed.database not in {None, "", ":memory:"} else {}
        engine = create_engine(parsed, connect_args=arguments, pool_size=16, **pool)
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        for ending in ("commit", "rollback"):
            event.listen(engine, ending, _end_turn)
        return _noting_changes(engine)
    engine = create_engine(
        parsed,
        connect_args={"prepare_threshold": PREPARE_AFTER},
        pool_size=16,
        max_overflow=8,
        pool_pre_ping=True,
        pool_use_lifo=True,
    )
    return _noting_changes(engine)


def has_written(connection: Connection) -> bool:
    """Return whether a transaction of ours has written something that neither commit nor rollback has ended yet."""
    return bool(connection.info.get(_WRITTEN_KEY))


def _noting_changes(engine: Engine) -> Engine:
    event.listen(engine, "after_cursor_execute", _note_change)
    for ending in ("commit", "rollback"):
        event.listen(engine, ending, _forget_changes)
    return engine


def _note_change(
    connection: Connection, _cursor: Any, statement: str, _parameters: Any, _context: Any, _many: bool
) -> None:
    if not statement.startswith(READING):
        connection.info[_WRITTEN_KEY] = True


def _forget_changes(connection: Connection) -> None:
    connection.info.pop(_WRITTEN_KEY, None)


def _set_up_sqlite(connection: Any, _record: Any) -> None:
    # The driver must not begin transactions by itself: readers would take the write lock.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={BUSY_MS}"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    if not connection.get_execution_options().get(WRITE_OPTION, True):
        connection.exec_driver_sql("BEGIN")
        return
    # The threads of a process queue here, and only the first looks whether another process writes. Who has waited
    # long looks as well: the queue saves work, the database alone decides who writes.
    if _turn.acquire(timeout=TURN_SECONDS):
        connection.info[_TURN_KEY] = True
    try:
        _begin_writing(connection)
    except BaseException:
        _end_turn(connection)
        raise


def _begin_writing(connection: Connection) -> None:
    # SQLite's own wait sleeps ever longer, up to 100 ms a look: under load some writer would wait for seconds.
    driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    driver.execute("PRAGMA busy_timeout=0")
    try:
        for _ in range(round(BUSY_MS / 1000 / LOOK_AGAIN_SECONDS)):
            try:
                driver.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as refused:
                if refused.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                    break
                time.sleep(LOOK_AGAIN_SECONDS)
            else:
                return
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    finally:
        driver.execute(f"PRAGMA busy_timeout={BUSY_MS}")


def _end_turn(connection: Connection) -> None:
    if connection.info.pop(_TURN_KEY, False):
        _turn.release()
