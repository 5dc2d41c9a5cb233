"""Rescue bases over HTTP."""

from typing import Any

from apiflask import APIBlueprint
from flask import Response, jsonify, request
from flask.typing import ResponseReturnValue

from maps.distance import distance_km
from responder.core.errors import Text, invalid
from responder.core.permissions import Permission, requires
from responder.dispatch import queries
from responder.dispatch.models import RescueForce
from responder.foundation.web.api import iso
from responder.foundation.web.context import unit_of_work
from responder.foundation.web.openapi import PROBLEMS

api = APIBlueprint("dispatch_api", __name__, url_prefix="/api/v1", tag="Rescue bases")
BAD_NEAR = Text("near 写成 经度,纬度。", "Write near as lon,lat.")


@api.get("/rescue-bases")
@requires(Permission.SEE_BASES)
@api.doc(summary="Rescue bases and forces as GeoJSON", responses=PROBLEMS)
def bases() -> ResponseReturnValue:
    """Answer the register as a FeatureCollection, the nearest first where `near` is given."""
    args = request.args
    filters = queries.Filters(args.get("kind", ""), args.get("level", ""), args.get("state", ""))
    near = _near(args.get("near"))
    with unit_of_work(write=False) as uow:
        features = [feature(force, near) for force in queries.forces(uow.session, filters)]
    if near:
        features.sort(key=lambda found: (found["properties"]["distance_km"], found["id"]))
    body: Response = jsonify(type="FeatureCollection", features=features)
    body.content_type = "application/geo+json"
    body.add_etag()
    return body.make_conditional(request)


def _near(text: str | None) -> tuple[float, float] | None:
    if not text:
        return None
    try:
        lon, lat = (float(part) for part in text.split(","))
    except ValueError:
        raise invalid(near=BAD_NEAR) from None
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        raise invalid(near=BAD_NEAR)
    return lon, lat


def feature(force: RescueForce, near: tuple[float, float] | None = None) -> dict[str, Any]:
    """Return one force as a GeoJSON feature."""
    properties: dict[str, Any] = {
        "name": force.name,
        "name_en": force.name_en,
        "kind": force.kind,
        "level": force.level,
        "state": force.build_state,
        "placeholder": force.is_placeholder,
        "partner": force.is_partner,
        "demo": force.is_demo,
        "owner": force.owner,
        "province": force.province_code,
        "address": force.address,
        "precision": force.precision,
        "source": force.source,
        "confidence": force.confidence,
        "capabilities": sorted(force.capabilities),
        "readiness": force.readiness,
        "reported_at": iso(force.reported_at),
    }
    if near is not None:
        properties["distance_km"] = round(distance_km(*near, force.lon, force.lat), 1)
    return {
        "type": "Feature",
        "id": force.code,
        "geometry": {"type": "Point", "coordinates": [force.lon, force.lat]},
        "properties": properties,
    }
