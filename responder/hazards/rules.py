"""What an entry of the register must say, and which entries are near a point. Pure."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from responder.core.errors import Text, invalid
from responder.hazards.kinds import kinds

LONGEST = 300
FAR_FROM_ITS_PLACE_KM = 300.0  # further from the seat of its county than any county reaches
WEST, EAST, SOUTH, NORTH = 73.0, 136.0, 3.0, 54.0
KM_PER_DEGREE = 111.0
MISSING = Text("这里要填。", "This is needed.")
NOT_TEXT = Text("这里要填文字。", "Text is expected here.")
TOO_LONG = Text(f"最多 {LONGEST} 字。", f"{LONGEST} characters at most.")
NO_KIND = Text("没有这一种危险源。", "There is no such kind of hazard.")
BAD_POINT = Text("经纬度要成对填写，且在中国范围内。", "Give both longitude and latitude, within China.")
SWAPPED_POINT = Text("经度和纬度好像填反了。", "Longitude and latitude seem to be swapped.")
NOT_A_DAY = Text("日期写成 2026-11-22。", "Write the day as 2026-11-22.")
FUTURE = Text("这一天还没到。", "This day is still to come.")
TEXTS = ("name", "unit", "address", "source", "note")
NEEDED = ("name", "source")
_CONTROL = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Entry:
    """A hazard source as somebody enters it; `known_on` is the day for which the source speaks."""

    kind: str
    name: str
    unit: str
    jurisdiction: str
    address: str
    lon: float
    lat: float
    source: str
    known_on: date
    note: str


def read_entry(raw: Mapping[str, Any], today: date) -> Entry:
    """Return the entry that *raw* describes; raise InvalidInput with a sentence for each field that cannot be used."""
    errors: dict[str, Text] = {}
    texts = {name: _text(raw, name, errors) for name in (*TEXTS, "kind", "jurisdiction")}
    for name in (*NEEDED, "jurisdiction"):
        if not texts[name]:
            errors.setdefault(name, MISSING)
    if texts["kind"] not in kinds():
        errors.setdefault("kind", NO_KIND)
    point = _point(raw.get("lon"), raw.get("lat"), errors)
    known_on = _day(raw.get("known_on"), today, errors)
    if errors or point is None or known_on is None:
        raise invalid(**errors)
    return Entry(
        kind=texts["kind"],
        name=texts["name"],
        unit=texts["unit"],
        jurisdiction=texts["jurisdiction"],
        address=texts["address"],
        lon=point[0],
        lat=point[1],
        source=texts["source"],
        known_on=known_on,
        note=texts["note"],
    )


def read_why(raw: Mapping[str, Any]) -> str:
    """Return why an entry leaves the register; raise InvalidInput when that cannot be used."""
    errors: dict[str, Text] = {}
    why = _text(raw, "why", errors)
    if not why:
        errors.setdefault("why", MISSING)
    if errors:
        raise invalid(**errors)
    return why


def _text(raw: Mapping[str, Any], name: str, errors: dict[str, Text]) -> str:
    value = raw.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        errors[name] = NOT_TEXT
        return ""
    if len(value) > LONGEST:
        errors[name] = TOO_LONG
        return ""
    return _CONTROL.sub(" ", value).strip()


def _point(lon: Any, lat: Any, errors: dict[str, Text]) -> tuple[float, float] | None:
    point = read_point(lon, lat)
    if point is None:
        errors["lon"] = SWAPPED_POINT if read_point(lat, lon) else BAD_POINT
    return point


def read_point(lon: Any, lat: Any) -> tuple[float, float] | None:
    """Return longitude and latitude in degrees, or None where they are no point within China."""
    try:
        x, y = float(str(lon).strip()), float(str(lat).strip())
    except ValueError:
        return None
    return (x, y) if WEST <= x <= EAST and SOUTH <= y <= NORTH else None


def _day(value: Any, today: date, errors: dict[str, Text]) -> date | None:
    if value is None or value == "":
        return today
    try:
        day = date.fromisoformat(str(value).strip())
    except ValueError:
        errors["known_on"] = NOT_A_DAY
        return None
    if day > today:
        errors["known_on"] = FUTURE
        return None
    return day


def box(lon: float, lat: float, km: float) -> tuple[float, float, float, float]:
    """Return west, south, east, north of a box that holds everything within *km* of the point."""
    high = km / KM_PER_DEGREE * 1.01
    wide = high / max(math.cos(math.radians(min(abs(lat) + high, 89.0))), 0.01)
    return lon - wide, lat - high, lon + wide, lat + high


def furthest_km() -> float:
    """Return the greatest distance at which any kind is named."""
    return max(kind.near_km for kind in kinds().values())
