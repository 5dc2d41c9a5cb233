"""The lease by which exactly one clock ticks while the others stand by.

Being the clock is a job that never falls due: its row in the job table carries nothing but the lease.
"""

from datetime import UTC, datetime, timedelta

from sqlalchemy import or_, update
from sqlalchemy.dialects import postgresql, sqlite

from responder.core.ids import new_id
from responder.core.jobs.embedded import Job
from responder.core.uow import Database

CLOCK = "clock"
LEASE = timedelta(seconds=10)
NEVER = datetime(9999, 1, 1, tzinfo=UTC)


def take_clock(database: Database, owner: str, lease: timedelta = LEASE) -> bool:
    """Take or renew the lease of the clock for *owner*; return whether *owner* ticks now."""
    with database.unit_of_work(lane=None) as uow:
        insert = sqlite.insert if uow.session.get_bind().dialect.name == "sqlite" else postgresql.insert
        until = uow.now + lease
        uow.session.execute(
            insert(Job)
            .values(
                id=str(new_id()),
                kind=CLOCK,
                key=CLOCK,
                run_at=NEVER,
                attempts=0,
                owner=owner,
                leased_until=until,
            )
            .on_conflict_do_nothing(index_elements=["kind", "key"])
        )
        # A lease that ends later than any could end was written before the machine's clock was set back.
        free = or_(Job.owner == owner, Job.leased_until <= uow.now, Job.leased_until > uow.now + 2 * lease)
        taken = uow.session.execute(
            update(Job)
            .where(Job.kind == CLOCK, Job.key == CLOCK, free)
            .values(owner=owner, leased_until=until)
            .returning(Job.owner)
            .execution_options(synchronize_session=False)
        )
        return taken.first() is not None


def release_clock(database: Database, owner: str) -> None:
    """Give the lease back, so that the clock standing by ticks at once."""
    with database.unit_of_work(lane=None) as uow:
        uow.session.execute(
            update(Job)
            .where(Job.kind == CLOCK, Job.key == CLOCK, Job.owner == owner)
            .values(leased_until=uow.now)
        )
