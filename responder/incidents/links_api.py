"""Two records of one accident, over HTTP."""

from typing import Any, Literal
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
from responder.incidents import links, queries

api = APIBlueprint("incident_links_api", __name__, url_prefix="/api/v1", tag="One accident, two records")


class LinkIn(BaseModel):
    """The other record by number or id, which of the two leads, and why."""

    other: str
    leads: Literal["this", "other"]
    reason: str


class PartingIn(BaseModel):
    """Why the two are two accidents after all."""

    reason: str


class LinkOut(BaseModel):
    """A decision; `parted_at` null: it holds."""

    id: str
    incident: str
    number: str
    lead: str
    lead_number: str
    reason: str
    by: str
    agency: str
    agency_name: str
    decided_at: str
    parted_at: str | None
    parted_reason: str
    parted_by: str | None


class Links(BaseModel):
    """Every decision about a record, the oldest first."""

    items: list[LinkOut]
    next: str | None


@api.get("/incidents/<uuid:incident_id>/links")
@requires(Permission.SEE_INCIDENTS)
@answers(Links)
@api.doc(summary="Which records were found to be of the same accident", responses=PROBLEMS)
def index(incident_id: UUID) -> ResponseReturnValue:
    """Answer the decisions that hold and those that were taken back."""
    with unit_of_work(write=False) as uow:
        incident = queries.incident(uow.session, uow.actor, incident_id)
        found = links.of_incident(uow.session, incident.id)
        return jsonify(items=[links.link_shape(link) for link in found], next=None)


@api.post("/incidents/<uuid:incident_id>/links")
@requires(Permission.VERIFY_REPORT)
@takes(LinkIn)
@answers(LinkOut, status_code=201)
@api.doc(summary="Find two records to be of one accident", responses=PROBLEMS)
@writes
def join(uow: UnitOfWork, incident_id: UUID) -> tuple[dict[str, Any], int]:
    """Tie the two; 403 unless the caller's area holds both."""
    queries.incident(uow.session, uow.actor, incident_id)
    other_id, leads, reason = links.read_decision(json_body(), uow)
    return links.link_shape(links.join(incident_id, other_id, leads, reason, uow)), 201


@api.post("/incidents/<uuid:incident_id>/links/<uuid:link_id>/parting")
@requires(Permission.VERIFY_REPORT)
@takes(PartingIn)
@answers(LinkOut, status_code=201)
@api.doc(summary="Find them to be of two accidents after all", responses=PROBLEMS)
@writes
def part(uow: UnitOfWork, incident_id: UUID, link_id: UUID) -> tuple[dict[str, Any], int]:
    """Part the two; the decision stays on record."""
    queries.incident(uow.session, uow.actor, incident_id)
    return links.link_shape(links.part(incident_id, link_id, links.read_reason(json_body(), uow), uow)), 201
