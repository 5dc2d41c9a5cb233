"""Reading an intake: which fields can be used, what contradicts, what is still missing. Pure."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from responder.core.clock import from_wall
from responder.core.errors import InvalidInput, Text
from responder.foundation.directory.rules import PlacePath
from responder.foundation.web.lexicon import ACCIDENT_TYPES, SECTORS

FACT_NAMES = (
    "deaths",
    "missing",
    "trapped",
    "trapped_without_contact",
    "serious_injuries",
    "acute_poisonings",
    "minor_injuries",
    "under_observation",
    "at_risk",
    "evacuated",
    "direct_loss_yuan",
)
CHANNELS = ("phone", "web", "sms", "fax", "paper", "department", "media", "citizen", "sensor", "other")
LONGEST_TEXT = 20_000
LONGEST_LINE = 300
MOST_PEOPLE = 10_000_000
CLOCK_TOLERANCE = timedelta(minutes=5)  # a caller's clock may run a little ahead of ours
UNKNOWN_WORDS = {"", "未知", "不明", "不详", "unknown", "?", "？"}
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")

NOT_A_NUMBER = Text(
    "请填整数；不知道就留空，不要填 0。", "Give a whole number; leave it empty if unknown, not 0."
)
NEGATIVE = Text("人数和金额不能小于 0。", "Figures cannot be below 0.")
TOO_MANY = Text("这个数字不可能，请再核对。", "That figure is impossible; check it again.")
NOT_A_TIME = Text("时间读不懂，请写成 2026-11-21 13:20。", "Write the time as 2026-11-21 13:20.")
FUTURE = Text("时间还没有到，请核对日期和钟点。", "That time is still to come; check the date and the clock.")
LATE_LEARNED = Text("得知时间不能早于发生时间。", "It cannot have been learned before it happened.")
LATE_RECEIVED = Text("接报时间不能早于发生时间。", "It cannot have been received before it happened.")
MORE_THAN_TRAPPED = Text("失联人数不能多于被困人数。", "More without contact than trapped.")
TOO_LONG = Text("太长了：最多 20000 字。", "Too long: 20,000 characters at most.")
LINE_TOO_LONG = Text("太长了：最多 300 字。", "Too long: 300 characters at most.")
NOT_TEXT = Text("这里要填文字。", "Text is expected here.")
NO_SECTOR = Text("请选择行业。", "Choose a sector.")
UNKNOWN_SECTOR = Text("没有这个行业，请从列表中选。", "There is no such sector; choose one from the list.")
UNKNOWN_TYPE = Text(
    "没有这个事故类型，请从列表中选。", "There is no such accident type; choose one from the list."
)
NO_PLACE = Text("请写明地点：省市县或乡镇。", "Say where: province, city, county or town.")
UNKNOWN_PLACE = Text(
    "找不到这个地方，请写全名或行政区划代码。", "No such place is known; give its full name or code."
)
UNKNOWN_CODE = Text("没有这个行政区划代码。", "There is no such jurisdiction code.")
NO_CONTENT = Text(
    "请至少写一个数字或一句经过。", "Give at least one figure or one sentence of what happened."
)
BAD_POINT = Text("经纬度要成对填写，且在中国范围内。", "Give both longitude and latitude, within China.")
SWAPPED_POINT = Text("经度和纬度好像填反了。", "Longitude and latitude seem to be swapped.")
NOT_AN_OBJECT = Text("这里要一组“名称: 数字”。", "An object of names and figures is expected here.")
NOT_FLAGS = Text("这里要一组特殊情形的代码。", "A list of special circumstances is expected here.")
UNKNOWN_FACT = Text("没有这一项。", "There is no such figure.")


class Places(Protocol):
    """Finds jurisdictions by code or by words."""

    def by_code(self, code: str) -> PlacePath | None:
        """Return the place with *code* (six digits, nine for a town, or a letter code)."""
        ...

    def by_text(self, text: str) -> tuple[PlacePath, ...]:
        """Return the places that *text* may mean, the likeliest first."""
        ...


@dataclass(frozen=True)
class Intake:
    """A first report that can be saved."""

    place: PlacePath
    place_text: str
    sector: str
    occurred_at: datetime
    occurred_uncertain: bool
    unit_informed_at: datetime | None
    received_at: datetime
    accident_type: str | None = None
    unit: str | None = None
    lon: float | None = None
    lat: float | None = None
    facts: Mapping[str, int | None] = field(default_factory=dict)
    special: tuple[str, ...] = ()
    summary: str = ""
    measures: str = ""
    source: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Reader:
    """Reads raw fields one by one and gathers a sentence for each that cannot be used."""

    raw: Mapping[str, Any]
    now: datetime
    errors: dict[str, Text] = field(default_factory=dict)

    def refuse(self, name: str, text: Text) -> None:
        """Keep the first complaint about field *name*."""
        self.errors.setdefault(name, text)

    def text(self, name: str, longest: int = LONGEST_LINE) -> str:
        """Return the text of *name* without control characters, empty where absent."""
        value = self.raw.get(name)
        if value is None:
            return ""
        if not isinstance(value, str):
            self.refuse(name, NOT_TEXT)
            return ""
        if len(value) > longest:
            self.refuse(name, TOO_LONG if longest == LONGEST_TEXT else LINE_TOO_LONG)
            return ""
        return _CONTROL.sub("", value).strip()

    def instant(self, name: str) -> datetime | None:
        """Return the time of *name* as an aware instant; without an offset it is Beijing's wall clock."""
        value = self.raw.get(name)
        if value is None or value == "":
            return None
        try:
            moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value).strip())
            moment = from_wall(moment)
        except (ValueError, OverflowError):
            self.refuse(name, NOT_A_TIME)
            return None
        if moment > self.now + CLOCK_TOLERANCE:
            self.refuse(name, FUTURE)
            return None
        return moment

    def figure(self, name: str, value: Any, field_name: str) -> int | None:
        """Return a count that may be unknown; fractions, signs and words are refused."""
        if isinstance(value, str):
            value = unicodedata.normalize("NFKC", value).strip().replace(",", "")
            if value.lower() in UNKNOWN_WORDS:
                return None
            if not re.fullmatch(r"-?\d{1,15}", value):
                self.refuse(field_name, NOT_A_NUMBER)
                return None
            value = int(value)
        if value is None:
            return None
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int):
            self.refuse(field_name, NOT_A_NUMBER)
            return None
        if value < 0:
            self.refuse(field_name, NEGATIVE)
            return None
        if value > (MOST_PEOPLE if name != "direct_loss_yuan" else 10**14):
            self.refuse(field_name, TOO_MANY)
            return None
        return value

    def facts(self) -> tuple[dict[str, int | None], tuple[str, ...]]:
        """Return the figures given (absent ones are left out) and the special circumstances."""
        given = self.raw.get("facts") or {}
        if not isinstance(given, Mapping):
            self.refuse("facts", NOT_AN_OBJECT)
            return {}, ()
        facts: dict[str, int | None] = {}
        special: tuple[str, ...] = ()
        for name, value in given.items():
            if name == "special":
                special = self.flags(value)
            elif name in FACT_NAMES:
                facts[name] = self.figure(name, value, f"facts.{name}")
            else:
                self.refuse(f"facts.{name}", UNKNOWN_FACT)
        trapped, silent = facts.get("trapped"), facts.get("trapped_without_contact")
        if trapped is not None and silent is not None and silent > trapped:
            self.refuse("facts.trapped_without_contact", MORE_THAN_TRAPPED)
        return facts, special

    def flags(self, value: Any) -> tuple[str, ...]:
        """Return the special circumstances of a report, each once; which there are is for the rule sets to say."""
        if value is None:
            return ()
        if not isinstance(value, list | tuple) or not all(isinstance(flag, str) for flag in value):
            self.refuse("facts.special", NOT_FLAGS)
            return ()
        return tuple(dict.fromkeys(value))

    def point(self) -> tuple[float | None, float | None]:
        """Return longitude and latitude, both or neither."""
        lon, lat = self._degrees("lon"), self._degrees("lat")
        if lon is None and lat is None:
            return None, None
        if lon is None or lat is None:
            self.refuse("lon" if lon is None else "lat", BAD_POINT)
            return None, None
        if 73 <= lat <= 136 and 3 <= lon <= 54:
            self.refuse("lon", SWAPPED_POINT)
        elif not (73 <= lon <= 136 and 3 <= lat <= 54):
            self.refuse("lon", BAD_POINT)
        return lon, lat

    def _degrees(self, name: str) -> float | None:
        value = self.raw.get(name)
        if value is None or value == "":
            return None
        try:
            return float(value)
        except (TypeError, ValueError):
            self.refuse(name, BAD_POINT)
            return None

    def source(self) -> dict[str, str]:
        """Return who told it, through which channel, in which words."""
        given = self.raw.get("source") or {}
        if not isinstance(given, Mapping):
            self.refuse("source", NOT_AN_OBJECT)
            return {}
        inner = Reader(given, self.now)
        said = {name: inner.text(name) for name in ("channel", "name", "phone")}
        said["words"] = inner.text("words", LONGEST_TEXT)
        for name, text in inner.errors.items():
            self.refuse(f"source.{name}", text)
        return {name: text for name, text in said.items() if text}

    def place(self, places: Places) -> PlacePath | None:
        """Return the one place meant by `jurisdiction` or `place`; several are refused with their names."""
        code = self.text("jurisdiction")
        words = self.text("place")
        if code:
            found = places.by_code(code)
            if found is None:
                self.refuse("jurisdiction", UNKNOWN_CODE)
            return found
        if not words:
            self.refuse("place", NO_PLACE)
            return None
        candidates = places.by_text(words)
        if len(candidates) == 1:
            return candidates[0]
        self.refuse("place", which_place(candidates) if candidates else UNKNOWN_PLACE)
        return None


def jurisdiction_of(place: PlacePath) -> str:
    """Return the code of the lowest jurisdiction the place lies in: its county where it has one."""
    return place.county_code or place.city_code or place.province_code or place.code


def which_place(candidates: tuple[PlacePath, ...]) -> Text:
    """Return the question which of several places is meant."""
    names = [f"{place.full_name}（{place.code}）" for place in candidates[:5]]
    return Text(
        f"有 {len(candidates)} 个地方叫这个名字，请选一个：{'、'.join(names)}。",
        f"{len(candidates)} places have this name; choose one: {', '.join(names)}.",
    )


def read_intake(raw: Mapping[str, Any], now: datetime, places: Places) -> Intake:
    """Return the intake that the fields of INTERFACES section 3 describe.

    Raises InvalidInput with a sentence for every field that cannot be used; nothing is guessed.
    """
    reader = Reader(raw, now)
    place = reader.place(places)
    sector = reader.text("sector")
    if not sector:
        reader.refuse("sector", NO_SECTOR)
    elif sector not in SECTORS:
        reader.refuse("sector", UNKNOWN_SECTOR)
    accident_type = reader.text("accident_type") or None
    if accident_type and accident_type not in ACCIDENT_TYPES:
        reader.refuse("accident_type", UNKNOWN_TYPE)
    occurred_at = reader.instant("occurred_at")
    informed_at = reader.instant("unit_informed_at")
    received_at = reader.instant("received_at") or now
    if occurred_at and informed_at and informed_at < occurred_at:
        reader.refuse("unit_informed_at", LATE_LEARNED)
    if occurred_at and received_at < occurred_at - CLOCK_TOLERANCE:
        reader.refuse("received_at", LATE_RECEIVED)
    facts, special = reader.facts()
    lon, lat = reader.point()
    summary, measures = reader.text("summary", LONGEST_TEXT), reader.text("measures", LONGEST_TEXT)
    if not summary and all(value is None for value in facts.values()) and not reader.errors:
        reader.refuse("summary", NO_CONTENT)
    source = reader.source()
    unit, place_text = reader.text("unit") or None, reader.text("place")
    if reader.errors or place is None:
        raise InvalidInput(next(iter(reader.errors.values())), errors=reader.errors)
    return Intake(
        place=place,
        place_text=place_text,
        sector=sector,
        accident_type=accident_type,
        occurred_at=min(occurred_at or received_at, now),
        occurred_uncertain=occurred_at is None,
        unit_informed_at=informed_at,
        received_at=min(received_at, now),
        unit=unit,
        lon=lon,
        lat=lat,
        facts={name: value for name, value in facts.items() if value is not None},
        special=special,
        summary=summary,
        measures=measures,
        source=source,
    )


# What a report must hold, Order 493 Art. 12 (1)-(6); each with the question that brings it.
ELEMENTS: dict[str, Text] = {
    "unit": Text("单位概况", "profile of the unit"),
    "time_place": Text("时间、地点和现场情况", "time, place and state of the site"),
    "course": Text("简要经过", "brief course of events"),
    "casualties": Text("伤亡人数（含下落不明、涉险）", "casualties, the missing and those at risk included"),
    "loss": Text("直接经济损失初步估计", "first estimate of the direct loss"),
    "measures": Text("已采取的措施", "measures already taken"),
}


def missing_elements(
    *, unit: str | None, occurred_uncertain: bool, summary: str, facts: Mapping[str, Any], measures: str
) -> tuple[str, ...]:
    """Return the report elements still missing, in the order of Order 493 Art. 12."""
    known = {name for name, value in facts.items() if value is not None}
    have = {
        "unit": bool(unit),
        "time_place": not occurred_uncertain,
        "course": bool(summary),
        "casualties": {"deaths", "missing", "serious_injuries"} <= known,
        "loss": "direct_loss_yuan" in known,
        "measures": bool(measures),
    }
    return tuple(name for name, there in have.items() if not there)
