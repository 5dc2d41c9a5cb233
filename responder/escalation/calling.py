"""The worker's and the clock's part: climb what is due, notice boards that fell silent."""

from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from responder.core.ids import CallOutId, LaneId
from responder.core.jobs.port import Finish
from responder.core.uow import Database
from responder.escalation import queries, services
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

    def advance(self, database: Database, key: str, _finish: Finish) -> None:
        """Handle a job of kind `call_out`: *key* is its id, with the rung behind a colon."""
        call_out_id = CallOutId(UUID(key.partition(":")[0]))
        with database.unit_of_work(lane=None, write=False) as uow:
            lane = uow.session.scalar(select(CallOut.lane_id).where(CallOut.id == call_out_id))
        if lane is None:
            return
        with database.unit_of_work(lane=LaneId(lane)) as uow:
            services.climb(uow, call_out_id, self.wanted, self.outlets)

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
