"""Forces for tests of the ranking."""

from datetime import UTC, datetime, timedelta
from typing import Any

from responder.core.errors import Text
from responder.dispatch.ranking import Force
from responder.dispatch.rules import Seat

NOW = datetime(2026, 11, 21, 6, 0, tzinfo=UTC)
BAISHAN = (126.42, 41.94)
WHOLE = {"M-SAR": "2026-09-01", "M-GAS": "2026-09-01", "M-VENT": None}


def force(code: str, **given: Any) -> Force:
    """Return a working mine team with everything a gas explosion asks for, reported half an hour ago."""
    values: dict[str, Any] = {
        "name": Text(f"{code}队", f"team {code}"),
        "kind": "mining",
        "level": "province",
        "build_state": "working",
        "is_placeholder": False,
        "is_partner": False,
        "owner": "",
        "agency_code": None,
        "seat": Seat("220000", "220500", None),
        "lon": 125.94,
        "lat": 41.73,
        "held": WHOLE,
        "equipment": {},
        "people": 40,
        "squads": 5,
        "squads_on_duty": 4,
        "vehicles": 5,
        "readiness": "ready",
        "reported_at": NOW - timedelta(minutes=30),
        "free_since": None,
    }
    return Force(code=code, **(values | given))
