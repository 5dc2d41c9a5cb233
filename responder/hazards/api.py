"""The register of hazard sources over HTTP."""

from typing import Any
from uuid import UUID

from apiflask import APIBlueprint
from flask import jsonify, request
from flask.typing import ResponseReturnValue

from responder.core.clock import wall
from responder.core.errors import Text, invalid
from responder.core.permissions import Permission, requires
from responder.core.uow import UnitOfWork
from responder.foundation.web.api import json_body, writes
from responder.foundation.web.context import unit_of_work
from responder.foundation.web.openapi import PROBLEMS, answers, takes
from responder.hazards import queries, rules, schemas, services, words  # noqa: F401 - the chain's sentences
from responder.hazards.models import HazardSource
from responder.hazards.shapes import near_shape, source_shape

api = APIBlueprint("hazards_api", __name__, url_prefix="/api/v1", tag="Hazard sources")
BAD_NEAR = Text("near 写成 经度,纬度。", "Write near as lon,lat.")


@api.get("/hazard-sources")
@requires(Permission.SEE_BASES)
@takes(schemas.SourcesQuery, location="query")
@answers(schemas.SourceList)
@api.doc(summary="Hazard sources of the caller's area, or near a point", responses=PROBLEMS)
def index() -> ResponseReturnValue:
    """Answer the register."""
    asked = request.args.get("near")
    with unit_of_work(write=False) as uow:
        if asked is not None:
            rows = [near_shape(one) for one in queries.near(uow.session, *_near(asked))]
        else:
            kind = request.args.get("kind", "").replace("\x00", "")
            rows = [source_shape(row) for row in queries.sources(uow.session, uow.actor, kind)]
        return jsonify(items=rows, next=None)


def _near(text: str) -> tuple[float, float]:
    lon, _, lat = text.partition(",")
    point = rules.read_point(lon, lat)
    if point is None:
        raise invalid(near=BAD_NEAR)
    return point


@api.post("/hazard-sources")
@requires(Permission.RECORD_HAZARD)
@takes(schemas.SourceIn)
@answers(schemas.SourceOut, status_code=201)
@api.doc(summary="Enter a hazard source", responses=PROBLEMS)
@writes
def record(uow: UnitOfWork) -> tuple[dict[str, Any], int]:
    """Enter a hazard source of the caller's area."""
    source_id = services.record_source(rules.read_entry(json_body(), wall(uow.now).date()), uow)
    return source_shape(uow.session.get_one(HazardSource, source_id)), 201


@api.post("/hazard-sources/<uuid:source_id>/withdrawal")
@requires(Permission.RECORD_HAZARD)
@takes(schemas.WithdrawIn)
@answers(schemas.SourceOut)
@api.doc(summary="Withdraw a hazard source", responses=PROBLEMS)
@writes
def withdraw(uow: UnitOfWork, source_id: UUID) -> tuple[dict[str, Any], int]:
    """Take a hazard source out of the register, with the reason."""
    services.withdraw_source(source_id, rules.read_why(json_body()), uow)
    return source_shape(uow.session.get_one(HazardSource, source_id)), 200
