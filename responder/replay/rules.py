"""Reads the file of historic accidents row by row: what can be used, and what is wrong with the rest. Pure.

Readings: an unknown time is 00:00 and said to be unknown; a blank figure is unknown; loss is in 10,000 yuan.
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any

from responder.core.clock import SHANGHAI
from responder.law.rule_set import SECTORS

NEEDED = ("id", "date", "local_time", "province_code", "city_code", "place", "sector", "deaths")
SECTOR_WORDS = {"aviation": "air", "public_event": "other"}
# The file tells some kinds more finely than the trade's list; `None` says no more than the sector does.
TYPE_WORDS: dict[str, str | None] = {
    "outburst": "coal_gas_outburst",
    "outburst_explosion": "coal_gas_outburst",
    "tailings_dam": "tailings_dam_failure",
    "toxic_gas": "poisoning",
    "toxic_release_explosion": "explosion",
    "toxic_release_road": "traffic",
    "tank_farm_fire": "explosion",
    "explosives_explosion": "explosion",
    "blowout_h2s": "blowout",
    "ground_collapse": "collapse",
    "slope_failure": "collapse",
    "ladle_spill": "burn",
    "vehicle_fall": "traffic",
    "capsizing": "sinking",
    "collision": None,
    "air_crash": None,
    "crowd_crush": None,
}
COUNTS = ("deaths", "missing_final", "serious_injuries", "injured_total")
FIRST_COUNTS = ("deaths_first_report", "missing_first_report")
MOST_PEOPLE = 1_000_000
YUAN = 10_000
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,39}")
_CODE = re.compile(r"\d{6}|CBS")


class BadFile(ValueError):
    """The file is no table of historic accidents."""


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that cannot be used: where it stands, which field, and why."""

    line: int
    id: str
    field: str
    message: str


@dataclass(frozen=True, slots=True)
class HistoricRow:
    """One accident of the file. None is unknown."""

    line: int
    id: str
    occurred_at: datetime
    time_unknown: bool
    jurisdiction: str
    place: str
    unit: str | None
    sector: str
    accident_type: str | None
    file_type: str
    deaths: int | None
    missing: int | None
    serious_injuries: int | None
    injured_total: int | None
    first_deaths: int | None
    first_missing: int | None
    direct_loss_yuan: int | None
    lon: float | None
    lat: float | None
    is_exact_point: bool
    summary: str
    source: str
    confidence: str
    from_memory: str

    @property
    def facts(self) -> dict[str, int | None]:
        """The figures as a report holds them."""
        return {
            "deaths": self.deaths,
            "missing": self.missing,
            "serious_injuries": self.serious_injuries,
            "direct_loss_yuan": self.direct_loss_yuan,
        }


def read_rows(text: str) -> Iterator[HistoricRow | BadRow]:
    """Yield every row of the file in its order, a bad one as what is wrong with it; raise BadFile for another file."""
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=None))
    missing = [name for name in NEEDED if name not in (reader.fieldnames or ())]
    if missing:
        raise BadFile(f"the file lacks the columns {', '.join(missing)}")
    seen: dict[str, int] = {}
    while True:
        raw: dict[str | Any, Any] = {}
        try:
            raw = next(reader)
            row = _row(raw, reader.line_num)
            if row.id in seen:
                raise _Wrong("id", f"{row.id} stands in line {seen[row.id]} already")
        except StopIteration:
            return
        except csv.Error as wrong:
            yield BadRow(reader.line_num, "", "line", str(wrong))
            continue
        except _Wrong as wrong:
            yield BadRow(reader.line_num, (raw.get("id") or "").strip(), wrong.field, wrong.message)
            continue
        seen[row.id] = row.line
        yield row


class _Wrong(ValueError):
    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field, self.message = field, message


def _row(raw: Mapping[str | Any, Any], line: int) -> HistoricRow:
    if None in raw or any(value is None for value in raw.values()):
        raise _Wrong("line", "the number of fields is not that of the heading")
    text = {name: str(value).strip() for name, value in raw.items()}
    if not _ID.fullmatch(text["id"]):
        raise _Wrong("id", f"{text['id'] or 'blank'} is no id")
    occurred_at, time_unknown = _moment(text)
    counts = {name: _count(text, name) for name in (*COUNTS, *FIRST_COUNTS)}
    return HistoricRow(
        line=line,
        id=text["id"],
        occurred_at=occurred_at,
        time_unknown=time_unknown,
        jurisdiction=_jurisdiction(text),
        place=text["place"],
        unit=text.get("unit") or None,
        sector=_sector(text["sector"]),
        accident_type=_type(text.get("type", "")),
        file_type=text.get("type", ""),
        deaths=counts["deaths"],
        missing=counts["missing_final"],
        serious_injuries=counts["serious_injuries"],
        injured_total=counts["injured_total"],
        first_deaths=counts["deaths_first_report"],
        first_missing=counts["missing_first_report"],
        direct_loss_yuan=_loss(text),
        lon=_degrees(text, "lon", 180),
        lat=_degrees(text, "lat", 90),
        is_exact_point=text.get("coord_precision") == "site",
        summary=text.get("summary", ""),
        source=text.get("source", ""),
        confidence=text.get("confidence", ""),
        from_memory=text.get("from_memory", ""),
    )


def _moment(text: Mapping[str, str]) -> tuple[datetime, bool]:
    try:
        day = date.fromisoformat(text["date"])
    except ValueError:
        raise _Wrong("date", f"{text['date'] or 'blank'} is no possible date") from None
    if not text["local_time"]:
        return datetime.combine(day, time(), SHANGHAI), True
    try:
        return datetime.combine(day, time.fromisoformat(text["local_time"]), SHANGHAI), False
    except ValueError:
        raise _Wrong("local_time", f"{text['local_time']} is no possible time") from None


def _jurisdiction(text: Mapping[str, str]) -> str:
    """Return the lowest code the row gives: that is where the chain starts."""
    for name in ("county_code", "city_code", "province_code"):
        code = text.get(name, "")
        if code:
            if not _CODE.fullmatch(code):
                raise _Wrong(name, f"{code} is no jurisdiction code")
            return code
    raise _Wrong("city_code", "no place is given")


def _sector(word: str) -> str:
    sector = SECTOR_WORDS.get(word, word)
    if sector not in SECTORS:
        raise _Wrong("sector", f"{word or 'blank'} is no known sector")
    return sector


def _type(word: str) -> str | None:
    return TYPE_WORDS.get(word, word or None)


def _count(text: Mapping[str, str], name: str) -> int | None:
    value = text.get(name, "")
    if not value:
        return None
    if not value.isascii() or not value.isdecimal():
        raise _Wrong(name, f"{value} is no number of people")
    if int(value) > MOST_PEOPLE:
        raise _Wrong(name, f"{value} is more than {MOST_PEOPLE}")
    return int(value)


def _loss(text: Mapping[str, str]) -> int | None:
    name = "direct_loss_10k_yuan"
    value = text.get(name, "")
    if not value:
        return None
    try:
        amount = Decimal(value)
    except InvalidOperation:
        raise _Wrong(name, f"{value} is no amount") from None
    if not amount.is_finite() or amount < 0 or amount > 10**11:
        raise _Wrong(name, f"{value} is no possible loss")
    return int((amount * YUAN).to_integral_value())


def _degrees(text: Mapping[str, str], name: str, most: int) -> float | None:
    value = text.get(name, "")
    if not value:
        return None
    try:
        degrees = float(value)
    except ValueError:
        raise _Wrong(name, f"{value} is no coordinate") from None
    if not -most <= degrees <= most:
        raise _Wrong(name, f"{value} is no possible coordinate")
    return degrees
