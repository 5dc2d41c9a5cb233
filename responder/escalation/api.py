"""The call list over HTTP."""

from typing import Any
from uuid import UUID

from apiflask import APIBlueprint

from responder.core.clock import from_wall
from responder.core.ids import DeliveryId
from responder.core.permissions import Permission, requires
from responder.escalation import queries, services
from responder.escalation.forms import AnswerIn, AnswerOut, Calls, shown
from responder.foundation.messaging import rules as sending
from responder.foundation.web.context import current_actor, current_locale, unit_of_work

api = APIBlueprint("calls_api", __name__, url_prefix="/api/v1", tag="Calls")


@api.get("/calls")
@requires(Permission.ANSWER_CALL)
@api.output(Calls)
@api.doc(summary="Whom the own room must telephone by hand", security="bearer")
def calls() -> Any:
    """Return the call list of the actor's agency, oldest first; numbers are masked."""
    with unit_of_work(write=False) as uow:
        found = queries.calls_to_make(uow.session, current_actor().agency_code)
    locale = current_locale()
    return Calls(items=[shown(call, locale) for call in found])


@api.post("/deliveries/<uuid:delivery_id>/answer")
@requires(Permission.ANSWER_CALL)
@api.input(AnswerIn)
@api.output(AnswerOut)
@api.doc(
    summary="Note a call made by hand",
    responses={404: "Not the caller's to note", 409: "Somebody answered before"},
    security="bearer",
)
def answer(delivery_id: UUID, json_data: AnswerIn) -> Any:
    """Record who answered a call made by hand, or that nobody did; an answer ends the call-out."""
    with unit_of_work() as uow:
        at = from_wall(json_data.at) if json_data.at else uow.now
        services.note_call(
            uow,
            DeliveryId(delivery_id),
            method=json_data.method,
            at=at,
            answered_by=json_data.answered_by,
            reached=json_data.reached,
        )
    return AnswerOut(
        id=delivery_id,
        answered_at=at,
        answered_by=json_data.answered_by if json_data.reached else None,
        method=json_data.method if json_data.reached else sending.NO_ANSWER,
        reached=json_data.reached,
    )
