"""How a hazard source looks in an answer."""

from typing import Any

from responder.foundation.web.api import iso
from responder.hazards.models import HazardSource
from responder.hazards.queries import Near


def source_shape(row: HazardSource) -> dict[str, Any]:
    """Return the entry as the API answers it."""
    return {
        "id": str(row.id),
        "kind": row.kind,
        "name": row.name,
        "unit": row.unit,
        "jurisdiction": row.jurisdiction_code,
        "address": row.address,
        "lon": row.lon,
        "lat": row.lat,
        "source": row.source,
        "known_on": row.known_on.isoformat(),
        "note": row.note,
        "demo": row.is_demo,
        "recorded_by": row.recorded_by,
        "recorded_at": iso(row.recorded_at),
        "withdrawn_at": iso(row.withdrawn_at),
    }


def near_shape(one: Near) -> dict[str, Any]:
    """Return the entry with its distance."""
    return {**source_shape(one.source), "distance_km": round(one.km, 1)}
