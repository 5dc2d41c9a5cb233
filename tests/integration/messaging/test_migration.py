"""The outbox of the release before keeps its rows when group chats come."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, make_url, text
from sqlalchemy.exc import IntegrityError

from responder.core.db import make_engine
from responder.core.lanes import REAL_LANE
from responder.models import load_models
from responder.revision import MIGRATIONS
from tests.databases import copy_postgres


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """An engine on a database with nothing in it."""
    url = f"sqlite:///{tmp_path / 'before.db'}"
    if request.param == "postgresql":
        server: str = request.getfixturevalue("postgres_server")
        own: str = request.getfixturevalue("postgres_url")
        url = copy_postgres(server, "template0", f"{make_url(own).database}_before")
    engine = make_engine(url)
    yield engine
    engine.dispose()


def upgrade(connection: Connection, revision: str) -> None:
    load_models()
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def add(connection: Connection, key: str, channel: str) -> None:
    columns = [
        *("id", "key", "step", "attempt", "is_repeat", "is_mass", "target_kind", "target_id", "number"),
        *("agency_code", "person_name", "person_post", "channel", "body", "state", "receipt_rank"),
        *("created_at", "wanted_at", "looks", "lane_id"),
    ]
    lane = REAL_LANE.hex if connection.dialect.name == "sqlite" else str(REAL_LANE)
    at, some_id = "2026-11-21 06:00:00+00", f"{len(key):032d}"
    values = {
        **dict.fromkeys(("created_at", "wanted_at"), at),
        **dict.fromkeys(("step", "attempt", "receipt_rank", "looks"), 0),
        **dict.fromkeys(("is_repeat", "is_mass"), False),
        "id": some_id,
        "target_id": some_id,
        "lane_id": lane,
        "key": key,
        "channel": channel,
        "state": "pending",
    }
    named = ", ".join(f":{column}" for column in columns)
    words = {column: values.get(column, "x") for column in columns}
    connection.execute(text(f"INSERT INTO delivery ({', '.join(columns)}) VALUES ({named})"), words)


def test_rows_stay_and_group_chats_are_let_in(engine: Engine) -> None:
    lane = REAL_LANE.hex if engine.dialect.name == "sqlite" else str(REAL_LANE)
    with engine.begin() as connection:
        upgrade(connection, "0001")
        connection.execute(text("INSERT INTO lane (id, kind, title) VALUES (:id, 'real', '')"), {"id": lane})
        add(connection, "a", "sms")
    with engine.begin() as connection:
        upgrade(connection, "head")
        assert connection.execute(text("SELECT key, channel FROM delivery")).all() == [("a", "sms")]
        add(connection, "bb", "im")
    with pytest.raises(IntegrityError), engine.begin() as connection:
        add(connection, "ccc", "pigeon")
    with pytest.raises(IntegrityError), engine.begin() as connection:
        connection.execute(text("UPDATE delivery SET key = 'a'"))
