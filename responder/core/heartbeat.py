"""When each process last said that it is alive."""

from datetime import datetime
from functools import cache

from sqlalchemy import Connection, Insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from responder.core.db import Base


class Heartbeat(Base):
    """The last sign of life of one process, by its name."""

    __tablename__ = "heartbeat"

    name: Mapped[str] = mapped_column(primary_key=True)  # clock, worker
    at: Mapped[datetime]


@cache
def _beat(dialect: str) -> Insert:
    insert = sqlite.insert if dialect == "sqlite" else postgresql.insert
    row = insert(Heartbeat)
    return row.on_conflict_do_update(index_elements=["name"], set_={"at": row.excluded.at})


def beat(connection: Connection, name: str, at: datetime) -> None:
    """Record that the process *name* is alive at *at*."""
    connection.execute(_beat(connection.dialect.name), {"name": name, "at": at})


def last_beat(session: Session, name: str) -> datetime | None:
    """Return when the process *name* was last alive, or None if it never was."""
    return session.scalar(select(Heartbeat.at).where(Heartbeat.name == name))
