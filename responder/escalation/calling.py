"""The worker's and the clock's part: climb what is due, notice boards that fell silent."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from responder.core.ids import CallOutId
from responder.core.uow import Database, UnitOfWork
from responder.escalation import climbing, queries, services
from responder.escalation.models import CallOut
from responder.foundation.messaging.channels import Wanted
from responder.foundation.messaging.groups import Outlets

SWEEP_GRACE = timedelta(seconds=15)
SWEEP_LIMIT = 1000


@dataclass
class Caller:
    """Climbs the ladders; `wanted` tells for each kind of target whether somebody must still be found.

    `outlets` are what calls go out by beside the telephone.
    """

    wanted: Wanted = field(default_factory=dict)
    outlets: Outlets = services.TELEPHONE_ONLY

    def climb(self, uow: UnitOfWork, keys: Sequence[str]) -> list[str]:
        """Handle jobs of kind `call_out`: a key is its id, with the rung behind a colon; return those that are done."""
        ids = {key: CallOutId(UUID(key.partition(":")[0])) for key in keys}
        climbed = climbing.climb(uow, ids.values(), self.wanted, self.outlets)
        return [key for key, call_out_id in ids.items() if call_out_id in climbed]

    def sweep(self, database: Database) -> int:
        """Give every due call-out a job again, should it have lost its own; return how many were due."""
        with database.unit_of_work(lane=None, write=False) as uow:
            due = uow.session.execute(
                select(CallOut.id, CallOut.next_rung)
                .where(CallOut.next_due_at <= uow.now - SWEEP_GRACE)
                .order_by(CallOut.next_due_at)
                .limit(SWEEP_LIMIT)
            ).all()
        if due:
            with database.unit_of_work(lane=None) as uow:
                for call_out_id, rung in due:
                    uow.jobs.enqueue(uow.session, services.CALL_OUT, f"{call_out_id}:{rung}", uow.now)
        return len(due)

    def watch_boards(self, database: Database) -> int:
        """Call the officers on shift whose boards fell silent; return how many boards that were."""
        with database.unit_of_work(write=False) as uow:
            silent = queries.fallen_silent(uow.session, uow.now)
        raised = 0
        for agency_code, last_seen_at in silent:
            with database.unit_of_work() as uow:
                raised += services.raise_silence(uow, agency_code, last_seen_at, self.outlets)
        return raised
