"""What dispatch does when somebody who was called for an order, a recall or a command has answered."""

from collections.abc import Callable
from uuid import UUID

from sqlalchemy.orm import Session

from responder.core.errors import Text
from responder.core.uow import UnitOfWork
from responder.dispatch import command, services, steps
from responder.escalation.events import CallOutAcknowledged

WANTED: dict[str, Callable[[Session, UUID], Text | None]] = {
    services.CALL: steps.why_not_called,
    steps.RECALL_CALL: steps.why_recall_not_called,
    command.CALL: command.why_not_told,
}


def answer_called(event: CallOutAcknowledged, uow: UnitOfWork) -> None:
    """React to an answered call: a team accepts its order, whoever is told of something knows it."""
    if event.target_kind == services.CALL:
        steps.called_answered(
            event.target_id, event.agency_code, event.method, event.at, event.answered_by, uow
        )
    elif event.target_kind == steps.RECALL_CALL:
        steps.recall_answered(event.target_id, event.agency_code, event.at, uow)
    elif event.target_kind == command.CALL:
        command.called_answered(event.target_id, event.agency_code, event.at, event.answered_by, uow)
