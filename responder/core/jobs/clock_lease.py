"""The lease by which exactly one clock ticks while the others stand by."""

from datetime import datetime, timedelta

from sqlalchemy import or_, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, mapped_column

from responder.core.db import Base
from responder.core.uow import Database

CLOCK = "clock"
LEASE = timedelta(seconds=10)


class ClockLease(Base):
    """Who ticks; the others stand by until the lease runs out."""

    __tablename__ = "clock_lease"

    name: Mapped[str] = mapped_column(primary_key=True)
    owner: Mapped[str]
    until: Mapped[datetime]


def take_clock(database: Database, owner: str, lease: timedelta = LEASE) -> bool:
    """Take or renew the lease of the clock for *owner*; return whether *owner* ticks now."""
    with database.unit_of_work(lane=None) as uow:
        insert = sqlite.insert if uow.session.get_bind().dialect.name == "sqlite" else postgresql.insert
        until = uow.now + lease
        uow.session.execute(
            insert(ClockLease)
            .values(name=CLOCK, owner=owner, until=until)
            .on_conflict_do_nothing(index_elements=["name"])
        )
        # A lease that ends later than any could end was written before the machine's clock was set back.
        free = or_(
            ClockLease.owner == owner, ClockLease.until <= uow.now, ClockLease.until > uow.now + 2 * lease
        )
        taken = uow.session.execute(
            update(ClockLease)
            .where(ClockLease.name == CLOCK, free)
            .values(owner=owner, until=until)
            .returning(ClockLease.owner)
            .execution_options(synchronize_session=False)
        )
        return taken.first() is not None


def release_clock(database: Database, owner: str) -> None:
    """Give the lease back, so that the clock standing by ticks at once."""
    with database.unit_of_work(lane=None) as uow:
        uow.session.execute(
            update(ClockLease)
            .where(ClockLease.name == CLOCK, ClockLease.owner == owner)
            .values(until=uow.now)
        )
