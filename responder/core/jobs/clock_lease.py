"""The lease by which exactly one clock ticks while the others stand by.

Being the clock is a job that never falls due: its row in the job table carries nothing but the lease.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, or_, update

from responder.core.db import UtcDateTime, table_of
from responder.core.heartbeat import beat
from responder.core.ids import new_id
from responder.core.jobs.embedded import Job, put
from responder.core.uow import Database

CLOCK = "clock"
LEASE = timedelta(seconds=10)
NEVER = datetime(9999, 1, 1, tzinfo=UTC)
_TABLE = table_of(Job)
_JOB = _TABLE.c
_OWNER: Any = bindparam("clock")
_NOW, _FAR = bindparam("now", type_=UtcDateTime()), bindparam("far", type_=UtcDateTime())
_ROW = (_JOB.kind == CLOCK, _JOB.key == CLOCK)
# A lease that ends later than any could end was written before the machine's clock was set back.
_FREE = or_(_JOB.owner == _OWNER, _JOB.leased_until <= _NOW, _JOB.leased_until > _FAR)
_RENEW = update(_TABLE).where(*_ROW, _FREE).values(owner=_OWNER, leased_until=bindparam("until"))
_RELEASE = update(_TABLE).where(*_ROW, _JOB.owner == _OWNER).values(leased_until=_NOW)


def take_clock(database: Database, owner: str, lease: timedelta = LEASE) -> bool:
    """Take or renew the lease of the clock for *owner*, with its sign of life; return whether *owner* ticks now."""
    now = database.clock.now()
    asked = {"clock": owner, "now": now, "far": now + 2 * lease, "until": now + lease}
    with database.engine.begin() as connection:
        renewed = connection.execute(_RENEW, asked).rowcount > 0
        if holds := renewed or _first(connection, owner, now + lease):
            beat(connection, CLOCK, now)
    return holds


def _first(connection: Connection, owner: str, until: datetime) -> bool:
    """Lay the row of the lease where there is none yet; return whether that was still to do."""
    values = {"id": str(new_id()), "kind": CLOCK, "key": CLOCK, "run_at": NEVER, "attempts": 0}
    laid = put(connection.dialect.name).returning(_JOB.id)
    return connection.execute(laid, {**values, "owner": owner, "leased_until": until}).first() is not None


def release_clock(database: Database, owner: str) -> None:
    """Give the lease back, so that the clock standing by ticks at once."""
    with database.engine.begin() as connection:
        connection.execute(_RELEASE, {"clock": owner, "now": database.clock.now()})
