"""What of call-outs waits for an office, counted, and which rooms do not answer.

The board looks at the counts before it asks for the rows.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from responder.core.questions import Question, one_of
from responder.escalation.models import BoardSilence, CallOut
from responder.foundation.messaging import queries as outbox
from responder.foundation.messaging.models import Delivery

LIVE = ("calling", "exhausted")
IS_LIVE = one_of(CallOut.state, LIVE)
_OFFICE: Any = bindparam("office")
OWN = (CallOut.agency_code == _OFFICE, IS_LIVE)
LEFT_BY_OTHERS = (CallOut.owner_agency == _OFFICE, CallOut.agency_code != _OFFICE, IS_LIVE)
_NOBODY_ANSWERED = (CallOut.next_rung > 1, IS_LIVE)
_BY_HAND = (Delivery.closed_at.is_(None), outbox.by_hand())
COUNTS = {
    "rings": select(func.count()).select_from(CallOut).where(*OWN),
    "rings_below": select(func.count()).select_from(CallOut).where(*LEFT_BY_OTHERS),
    "own_calls": select(func.count()).select_from(Delivery).where(Delivery.agency_code == _OFFICE, *_BY_HAND),
    "calls_for_others": select(func.count())
    .select_from(Delivery)
    .where(Delivery.caller_agency == _OFFICE, *_BY_HAND),
}
# Of the whole country: the rooms below are hundreds, those in trouble a few.
TROUBLES = {
    "unanswered": select(func.count()).select_from(CallOut).where(*_NOBODY_ANSWERED),
    "silent": select(func.count()).select_from(BoardSilence).where(BoardSilence.ended_at.is_(None)),
}
_UNANSWERED = Question(select(CallOut.agency_code, CallOut.started_at).where(*_NOBODY_ANSWERED))


def unanswered(session: Session) -> list[tuple[str, datetime]]:
    """Return which agencies were called past their first rung without an answer, and since when."""
    return [(row.agency_code, row.started_at) for row in _UNANSWERED.rows(session)]
