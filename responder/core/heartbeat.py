"""When each process last said that it is alive."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from responder.core.db import Base


class Heartbeat(Base):
    """The last sign of life of one process, by its name."""

    __tablename__ = "heartbeat"

    name: Mapped[str] = mapped_column(primary_key=True)  # clock, worker
    at: Mapped[datetime]


def beat(session: Session, name: str, at: datetime) -> None:
    """Record that the process *name* is alive at *at*."""
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    session.execute(
        insert(Heartbeat)
        .values(name=name, at=at)
        .on_conflict_do_update(index_elements=["name"], set_={"at": at})
    )


def last_beat(session: Session, name: str) -> datetime | None:
    """Return when the process *name* was last alive, or None if it never was."""
    return session.scalar(select(Heartbeat.at).where(Heartbeat.name == name))
