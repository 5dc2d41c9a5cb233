"""The end of a rescue over HTTP."""

from typing import Any
from uuid import UUID

from apiflask import APIBlueprint
from flask import jsonify
from flask.typing import ResponseReturnValue
from pydantic import BaseModel

from responder.core.permissions import Permission, requires
from responder.core.uow import UnitOfWork
from responder.foundation.web.api import json_body, writes
from responder.foundation.web.context import unit_of_work
from responder.foundation.web.openapi import PROBLEMS, answers, takes
from responder.incidents import queries as incidents
from responder.reporting import rescue
from responder.reporting.rescue import declaration_shape

api = APIBlueprint("rescue_api", __name__, url_prefix="/api/v1", tag="Rescue")


class DeclarationIn(BaseModel):
    """When, if not now, and why; who signs is whose token it is."""

    at: str | None = None
    reason: str


class DeclarationOut(BaseModel):
    """One declaration that the rescue was over; `resumed_at` null: it holds."""

    id: str
    ended_at: str
    reason: str
    version: int
    by: str
    post: str
    agency: str
    agency_name: str
    signed_at: str
    resumed_at: str | None
    resumed_reason: str
    resumed_version: int | None
    resumed_by: str | None


class Declarations(BaseModel):
    """Whether the rescue goes on, and every declaration, the oldest first."""

    going_on: bool
    items: list[DeclarationOut]
    next: str | None


@api.get("/incidents/<uuid:incident_id>/rescue")
@requires(Permission.SEE_INCIDENTS)
@answers(Declarations)
@api.doc(summary="Whether the rescue goes on, and what was declared", responses=PROBLEMS)
def show(incident_id: UUID) -> ResponseReturnValue:
    """Answer every declaration."""
    with unit_of_work(write=False) as uow:
        incident = incidents.incident(uow.session, uow.actor, incident_id)
        items = [declaration_shape(row) for row in rescue.of_incident(incident, uow)]
        going_on = incident.state == "open" and rescue.standing(incident, uow) is None
        return jsonify(going_on=going_on, items=items, next=None)


@api.post("/incidents/<uuid:incident_id>/rescue/end")
@requires(Permission.TAKE_COMMAND)
@takes(DeclarationIn)
@answers(DeclarationOut, status_code=201)
@api.doc(summary="Declare the rescue over: no follow-ups after it", responses=PROBLEMS)
@writes
def end(uow: UnitOfWork, incident_id: UUID) -> tuple[dict[str, Any], int]:
    """Sign the end; a follow-up tells it to everybody who has a report."""
    incidents.incident(uow.session, uow.actor, incident_id)
    at, reason = rescue.read_declaration(json_body(), uow.now)
    return declaration_shape(rescue.end_rescue(incident_id, at, reason, uow)), 201


@api.post("/incidents/<uuid:incident_id>/rescue/resumption")
@requires(Permission.TAKE_COMMAND)
@takes(DeclarationIn)
@answers(DeclarationOut, status_code=201)
@api.doc(summary="Take the rescue up again: follow-ups are owed anew", responses=PROBLEMS)
@writes
def resume(uow: UnitOfWork, incident_id: UUID) -> tuple[dict[str, Any], int]:
    """Sign the resumption; the earlier declaration stays."""
    incidents.incident(uow.session, uow.actor, incident_id)
    at, reason = rescue.read_declaration(json_body(), uow.now)
    return declaration_shape(rescue.resume_rescue(incident_id, at, reason, uow)), 201
