"""Reading a plan from a data file or a request: which fields can be used, what is wrong with the others."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from plans.lexicon import CRITERIA, KINDS, LEVEL_NUMBERS
from responder.core.errors import InvalidInput, Text
from responder.foundation.web.lexicon import ACCIDENT_TYPES, SECTORS

LONGEST = 20_000
MOST_STEPS = 100
MOST_MINUTES = 60 * 24 * 30
NEEDED = Text("请填写。", "Fill this in.")
TOO_LONG = Text("太长了：最多 20000 字。", "Too long: 20,000 characters at most.")
NO_KIND = Text("kind 只能是 general、special 或 on_site。", "kind is one of general, special, on_site.")
NO_SECTOR = Text("没有这个行业。", "There is no such sector.")
NO_TYPE = Text("没有这个事故类型。", "There is no such accident type.")
BAD_LEVELS = Text(
    "响应级别写成 [{level, triggers[{by, at_least}]}]。", "Levels are [{level, triggers[{by, at_least}]}]."
)
BAD_STEPS = Text(
    "步骤写成 [{action, post, minutes}]，时限为 1 至 43200 分钟。",
    "Steps are [{action, post, minutes}], with limits of 1 to 43200 minutes.",
)
BAD_POINTS = Text("集结点写成 [{name, lon, lat}]。", "Assembly points are [{name, lon, lat}].")
BAD_DAY = Text("日期写成 2026-11-21。", "Write the day as 2026-11-21.")
NOT_A_LIST = Text("这里要填列表。", "A list is expected here.")


@dataclass(frozen=True)
class Content:
    """What a version says."""

    title: str
    title_en: str
    kind: str
    unit: str | None
    sectors: list[str]
    accident_types: list[str]
    scope: str
    levels: list[dict[str, Any]]
    steps: list[dict[str, Any]]
    points: list[dict[str, Any]]
    notes: list[str]
    next_review_on: date | None
    changes: str


@dataclass
class PlanReader:
    """Reads fields one by one and gathers what is wrong."""

    raw: Mapping[str, Any]
    errors: dict[str, Text] = field(default_factory=dict)

    def text(self, name: str, *, needed: bool = False) -> str:
        """Return the text of *name*, empty where absent."""
        value = self.raw.get(name) or ""
        if not isinstance(value, str) or len(value) > LONGEST:
            self.errors[name] = TOO_LONG
            return ""
        if needed and not value.strip():
            self.errors[name] = NEEDED
        return value.replace("\x00", "").strip()

    def words(self, name: str, known: Mapping[Any, Text] | None, refusal: Text) -> list[str]:
        """Return a list of words, each of them *known* where that is given."""
        value = self.raw.get(name) or []
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            self.errors[name] = NOT_A_LIST
            return []
        if known is not None and any(one not in known for one in value):
            self.errors[name] = refusal
            return []
        return [one.replace("\x00", "") for one in value]

    def day(self, name: str) -> date | None:
        """Return the day of *name*, or None."""
        value = self.raw.get(name)
        if value in (None, ""):
            return None
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(str(value))
        except ValueError:
            self.errors[name] = BAD_DAY
            return None

    def rows(self, name: str, refusal: Text, read: Any) -> list[dict[str, Any]]:
        """Return a list of objects, each as *read* makes it; the whole list is refused when one cannot be read."""
        value = self.raw.get(name) or []
        try:
            if not isinstance(value, list) or len(value) > MOST_STEPS:
                raise ValueError
            return [read(one) for one in value]
        except (KeyError, TypeError, ValueError, AttributeError):
            self.errors[name] = refusal
            return []


def _level(raw: Mapping[str, Any]) -> dict[str, Any]:
    if raw["level"] not in LEVEL_NUMBERS:
        raise ValueError
    triggers = [_trigger(one) for one in raw.get("triggers", [])]
    words = [str(one)[:500] for one in raw.get("words", [])]
    return {"level": raw["level"], "who": str(raw.get("who", ""))[:200], "triggers": triggers, "words": words}


def _trigger(raw: Mapping[str, Any]) -> dict[str, Any]:
    if raw["by"] not in CRITERIA:
        raise ValueError
    found: dict[str, Any] = {"by": raw["by"], "at_least": _whole(raw["at_least"])}
    if raw.get("below") is not None:
        found["below"] = _whole(raw["below"])
    return found


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 10**12:
        raise ValueError
    return value


def _step(raw: Mapping[str, Any]) -> dict[str, Any]:
    minutes = _whole(raw.get("minutes") or 0)
    if minutes > MOST_MINUTES:
        raise ValueError
    step: dict[str, Any] = {
        name: _word(raw.get(name, ""), 500)
        for name in ("action", "action_en", "post", "deputy_post", "office", "phone")
    }
    levels = [LEVEL_NUMBERS[one] if isinstance(one, str) else _whole(one) for one in raw.get("levels", [])]
    return step | {"minutes": minutes, "levels": levels}


def _word(value: Any, longest: int) -> str:
    if not isinstance(value, str) or len(value) > longest:
        raise ValueError
    return value.replace("\x00", "").strip()


def _point(raw: Mapping[str, Any]) -> dict[str, Any]:
    lon, lat = float(raw["lon"]), float(raw["lat"])
    if not (73 <= lon <= 136 and 3 <= lat <= 54):
        raise ValueError
    return {"name": _word(raw["name"], 200), "lon": lon, "lat": lat, "note": _word(raw.get("note", ""), 500)}


def read_plan(raw: Mapping[str, Any]) -> Content:
    """Return what a version says; raise InvalidInput with a sentence for every field that cannot be used."""
    reader = PlanReader(raw)
    kind = reader.text("kind", needed=True)
    if kind and kind not in KINDS:
        reader.errors["kind"] = NO_KIND
    content = Content(
        title=reader.text("title", needed=True),
        title_en=reader.text("title_en"),
        kind=kind,
        unit=reader.text("unit") or None,
        sectors=reader.words("sectors", SECTORS, NO_SECTOR),
        accident_types=reader.words("accident_types", ACCIDENT_TYPES, NO_TYPE),
        scope=reader.text("scope"),
        levels=reader.rows("levels", BAD_LEVELS, _level),
        steps=reader.rows("steps", BAD_STEPS, _step),
        points=reader.rows("points", BAD_POINTS, _point),
        notes=reader.words("notes", None, NOT_A_LIST),
        next_review_on=reader.day("next_review_on"),
        changes=reader.text("changes"),
    )
    if reader.errors:
        raise InvalidInput(next(iter(reader.errors.values())), errors=reader.errors)
    return content
