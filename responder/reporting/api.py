"""Report legs over HTTP."""

from typing import Any
from uuid import UUID

from apiflask import APIBlueprint

from responder.core.errors import invalid
from responder.core.permissions import Permission, requires
from responder.core.uow import UnitOfWork
from responder.foundation.web.api import json_body, writes
from responder.foundation.web.openapi import PROBLEMS, answers, takes
from responder.incidents.rules import Reader
from responder.reporting import schemas, services
from responder.reporting.shapes import leg_shape

api = APIBlueprint("reporting_api", __name__, url_prefix="/api/v1", tag="Report legs")


def _read(uow: UnitOfWork) -> Reader:
    return Reader(json_body(), uow.now)


def _refuse(reader: Reader) -> None:
    if reader.errors:
        raise invalid(**reader.errors)


@api.post("/legs/<uuid:leg_id>/send")
@requires(Permission.SEND_REPORT)
@takes(schemas.SendIn)
@answers(schemas.LegOut)
@api.doc(summary="Send a report on", responses=PROBLEMS)
@writes
def send(uow: UnitOfWork, leg_id: UUID) -> tuple[dict[str, Any], int]:
    """Send the leg; its receiver's duty room rings."""
    reader = _read(uow)
    method, at = reader.text("method") or "web", reader.instant("at")
    _refuse(reader)
    return leg_shape(services.send_leg(leg_id, method, at, uow), uow.now), 200


@api.post("/legs/<uuid:leg_id>/return")
@requires(Permission.ACKNOWLEDGE_REPORT)
@takes(schemas.ReturnIn)
@answers(schemas.LegOut)
@api.doc(summary="Return a report for correction", responses=PROBLEMS)
@writes
def send_back(uow: UnitOfWork, leg_id: UUID) -> tuple[dict[str, Any], int]:
    """Return the leg to its sender."""
    reader = _read(uow)
    reason = reader.text("reason")
    _refuse(reader)
    return leg_shape(services.return_leg(leg_id, reason, uow), uow.now), 200


@api.post("/legs/<uuid:leg_id>/acknowledgement")
@requires(Permission.ACKNOWLEDGE_REPORT)
@takes(schemas.AcknowledgementIn)
@answers(schemas.AcknowledgementOut)
@api.doc(summary="Acknowledge a report", responses=PROBLEMS)
@writes
def acknowledge(uow: UnitOfWork, leg_id: UUID) -> tuple[dict[str, Any], int]:
    """Record the receipt; answers with the leg and the legs it opened."""
    reader = _read(uow)
    method, at, who = reader.text("method") or "web", reader.instant("at"), reader.text("answered_by")
    _refuse(reader)
    leg, opened = services.acknowledge_leg(leg_id, method, at, who, uow)
    return {**leg_shape(leg, uow.now), "opened": [leg_shape(row, uow.now) for row in opened]}, 200
