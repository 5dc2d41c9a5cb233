"""What accidents need and what kinds of force usually hold: the shipped tables, as values. Pure."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from responder.core.errors import Text


@dataclass(frozen=True, slots=True)
class Settings:
    """The figures of the estimate; settings of the installation, shown as such."""

    fresh_hours: int
    depart_minutes: int
    road_factor: float
    speed_kmh: float
    road_factor_low: float
    speed_kmh_low: float
    road_factor_high: float
    speed_kmh_high: float
    column_minutes_near: int
    column_minutes_province: int
    column_minutes_other: int
    long_range_km: int
    second_driver_km: int
    rest_hours: int
    neighbour_km: int
    accept_minutes: int
    people_per_squad: int


@dataclass(frozen=True, slots=True)
class Requirement:
    """What one kind of accident needs; `asked` is the part of `must` that a force is asked for."""

    name: Text
    must: tuple[str, ...]
    should: tuple[str, ...]
    asked: tuple[str, ...]
    others: tuple[Text, ...]
    deciding: Text
    first_wave: Text
    squads: tuple[int, int] | None
    bases: tuple[int, int] | None
    asked_mask: int
    should_mask: int


@dataclass(frozen=True, slots=True)
class Plan:
    """How many national bases of each kind the plan names."""

    counts: Mapping[str, int]
    source: Text

    @property
    def total(self) -> int:
        """How many in all."""
        return sum(self.counts.values())


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads((files("responder.dispatch") / "data" / "capabilities.toml").read_text("utf-8"))


@cache
def settings() -> Settings:
    """Return the settings of the estimate."""
    return Settings(**_table()["settings"])


@cache
def plan() -> Plan:
    """Return the national plan's counts."""
    raw = _table()["plan"]
    counts = {kind: count for kind, count in raw.items() if isinstance(count, int)}
    return Plan(counts, Text(raw["source_zh"], raw["source_en"]))


@cache
def words() -> dict[str, Text]:
    """Return the capability codes with their words, in the order of the table."""
    return {code: Text(*pair) for code, pair in _table()["codes"].items()}


@cache
def _bits() -> dict[str, int]:
    return {code: 1 << place for place, code in enumerate(_table()["codes"])}


def mask(codes: Iterable[str]) -> int:
    """Return the codes as bits; a code that the table does not know counts for nothing."""
    bits = _bits()
    made = 0
    for code in codes:
        made |= bits.get(code, 0)
    return made


def named(bits: int) -> tuple[str, ...]:
    """Return the codes of *bits* in the order of the table."""
    return tuple(code for code, bit in _bits().items() if bits & bit)


@cache
def presumed(kind: str) -> int:
    """Return what a force of *kind* usually holds, as bits."""
    return mask(_table()["presumed"].get(kind, ()))


@lru_cache(maxsize=512)
def requirement(accident_type: str | None, sector: str) -> Requirement:
    """Return what the accident needs: by type and sector, by type alone, else by sector."""
    rows = _table()["accident"]
    typed = [row for row in rows if accident_type in row.get("types", ())]
    usual = [row for row in rows if "types" not in row and sector in row["sectors"]]
    exact = [row for row in typed if sector in row.get("sectors", ())]
    alone = [row for row in typed if "sectors" not in row]
    found = (*exact, *alone, *usual, rows[-1])
    return _requirement(found[0])


def _requirement(row: Mapping[str, Any]) -> Requirement:
    others = _table()["others"]
    asked = tuple(code for code in row["must"] if code not in others)
    elsewhere = [code for code in (*row["must"], *row["should"]) if code in others]
    return Requirement(
        name=Text(*row["name"]),
        must=tuple(row["must"]),
        should=tuple(row["should"]),
        asked=asked,
        others=tuple(Text(*others[code]) for code in elsewhere),
        deciding=Text(*row["deciding"]),
        first_wave=Text(*row["first_wave"]),
        squads=_pair(row.get("squads")),
        bases=_pair(row.get("bases")),
        asked_mask=mask(asked),
        should_mask=mask(code for code in row["should"] if code not in others),
    )


def _pair(raw: list[int] | None) -> tuple[int, int] | None:
    return (raw[0], raw[1]) if raw else None
