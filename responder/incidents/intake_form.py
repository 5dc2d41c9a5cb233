"""The intake form: flat fields as typed, completed from the caller's words, turned into an API-shaped intake."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from responder.core.clock import wall
from responder.core.errors import Text
from responder.incidents import circumstances
from responder.incidents.recognition.model import Field, Recognition
from responder.incidents.rules import FACT_NAMES, UNKNOWN_WORDS

TYPED = (
    "text",
    "place",
    "jurisdiction",
    "unit",
    "occurred_at",
    "unit_informed_at",
    "sector",
    "accident_type",
    *FACT_NAMES,
    "measures",
    "summary",
    "source_channel",
    "source_name",
    "source_phone",
    "received_at",
)
_BARE_CLOCK = re.compile(r"(\d{1,2})[:：](\d{2})")
FIELD_NAMES = {
    Field.PLACE: Text("地点", "place"),
    Field.UNIT: Text("单位", "unit"),
    Field.SECTOR: Text("行业", "sector"),
    Field.ACCIDENT_TYPE: Text("类型", "type"),
    Field.OCCURRED_AT: Text("发生时间", "happened"),
    Field.UNIT_INFORMED_AT: Text("得知时间", "learned"),
    Field.INJURED: Text("受伤，轻重待问", "injured, how badly?"),
    Field.CASUALTIES: Text("伤亡", "casualties"),
    Field.RESCUED: Text("升井或获救", "brought out"),
    Field.NOTED_AT: Text("时间", "time"),
}


@dataclass(frozen=True)
class Filled:
    """The form's values after the words have completed them, and which of them the words gave."""

    values: dict[str, str]
    from_text: list[str]


def typed(form: Mapping[str, str]) -> dict[str, str]:
    """Return the fields of the form as typed."""
    values = {name: str(form.get(name, "")) for name in TYPED}
    return {**values, circumstances.NAME: " ".join(circumstances.ticked(form))}


def complete(values: Mapping[str, str], heard: Recognition, place_name: str | None) -> Filled:
    """Fill fields that are empty from what the words say; what a person typed always stands."""
    given: dict[str, str] = {}
    if heard.place is not None and not values.get("place"):
        given["place"] = place_name or heard.place.text
    if (
        heard.place is not None
        and heard.place.code
        and not values.get("jurisdiction")
        and not values.get("place")
    ):
        given["jurisdiction"] = heard.place.town_code or heard.place.code
    for name, words in (
        ("unit", heard.unit),
        ("sector", heard.sector),
        ("accident_type", heard.accident_type),
    ):
        if words:
            given[name] = words
    for name, at in (("occurred_at", heard.occurred_at), ("unit_informed_at", heard.unit_informed_at)):
        if at is not None:
            given[name] = show_time(at)
    given |= {name: str(value) for name, value in heard.facts.items()}
    filled = {**values, **{name: value for name, value in given.items() if not values.get(name, "").strip()}}
    return Filled(filled, [name for name in given if not values.get(name, "").strip()])


def show_time(at: datetime) -> str:
    """Return *at* as a person types it."""
    return wall(at).strftime("%Y-%m-%d %H:%M")


def show_clock(at: datetime) -> str:
    """Return the clock time of *at* with seconds."""
    return wall(at).strftime("%H:%M:%S")


def raw_intake(values: Mapping[str, str], now: datetime) -> dict[str, Any]:
    """Return the form's values in the shape of the API's intake."""
    raw: dict[str, Any] = {
        name: values[name]
        for name in ("place", "jurisdiction", "unit", "sector", "accident_type", "measures", "received_at")
        if values.get(name)
    }
    raw["summary"] = values.get("summary") or values.get("text") or ""
    for name in ("occurred_at", "unit_informed_at"):
        if values.get(name, "").strip().lower() not in UNKNOWN_WORDS:
            raw[name] = with_day(values[name], now)
    raw["facts"] = {name: values[name] for name in FACT_NAMES if values.get(name, "").strip()}
    if special := circumstances.ticked(values):
        raw["facts"][circumstances.NAME] = special
    raw["source"] = {
        "channel": values.get("source_channel", ""),
        "name": values.get("source_name", ""),
        "phone": values.get("source_phone", ""),
        "words": values.get("text", ""),
    }
    return raw


def with_day(text: str, now: datetime) -> str:
    """Return a bare clock time with its day: today's, or yesterday's when it is later than now."""
    match = _BARE_CLOCK.fullmatch(text.strip())
    if not match:
        return text.strip().replace("：", ":").replace("/", "-")
    here = wall(now)
    hour, minute = int(match[1]), int(match[2])
    if hour > 23 or minute > 59:
        return text
    at = here.replace(hour=hour, minute=minute, second=0, microsecond=0)
    return (at if at <= here else at - timedelta(days=1)).strftime("%Y-%m-%d %H:%M")


def form_errors(errors: Mapping[str, Text]) -> dict[str, Text]:
    """Return errors under the form's names: `facts.deaths` is `deaths`, `source.phone` is `source_phone`."""
    return {name.removeprefix("facts.").replace("source.", "source_"): text for name, text in errors.items()}
