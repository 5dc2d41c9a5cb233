"""The call list over HTTP."""

from typing import Any
from uuid import UUID

from apiflask import APIBlueprint

from responder.core.ids import DeliveryId
from responder.core.permissions import Permission, requires
from responder.core.uow import UnitOfWork
from responder.escalation import queries, services
from responder.escalation.forms import AnswerIn, AnswerOut, Calls, read_answer, shape
from responder.foundation.messaging import rules as sending
from responder.foundation.web.api import iso, json_body, writes
from responder.foundation.web.context import current_actor, current_locale, unit_of_work
from responder.foundation.web.openapi import PROBLEMS, answers, takes

api = APIBlueprint("calls_api", __name__, url_prefix="/api/v1", tag="Calls")


@api.get("/calls")
@requires(Permission.ANSWER_CALL)
@answers(Calls)
@api.doc(summary="Whom the own room must telephone by hand", responses=PROBLEMS)
def calls() -> dict[str, Any]:
    """Return the call list of the actor's agency, oldest first; numbers are masked."""
    with unit_of_work(write=False) as uow:
        found = queries.calls_to_make(uow.session, current_actor().agency_code)
    locale = current_locale()
    return {"items": [shape(call, locale) for call in found], "next": None}


@api.post("/deliveries/<uuid:delivery_id>/answer")
@requires(Permission.ANSWER_CALL)
@takes(AnswerIn)
@answers(AnswerOut)
@api.doc(summary="Note a call made by hand", responses=PROBLEMS)
@writes
def answer(uow: UnitOfWork, delivery_id: UUID) -> tuple[dict[str, Any], int]:
    """Record who answered a call made by hand, or that nobody did; an answer ends the call-out."""
    told = read_answer(json_body(), uow.now)
    services.note_call(
        uow,
        DeliveryId(delivery_id),
        method=told.method,
        at=told.at,
        answered_by=told.answered_by,
        reached=told.reached,
    )
    recorded = {
        "id": str(delivery_id),
        "answered_at": iso(told.at),
        "answered_by": told.answered_by if told.reached else None,
        "method": told.method if told.reached else sending.NO_ANSWER,
        "reached": told.reached,
    }
    return recorded, 200
