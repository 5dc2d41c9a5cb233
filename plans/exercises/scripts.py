"""Ready-made scripts and the calendar of sensitive periods, from their data files."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from plans.exercises.rules import Period
from responder.core.errors import Text

DATA = Path(__file__).parent.parent / "data"
YEARLY = 5  # characters of a month and a day


@dataclass(frozen=True, slots=True)
class Line:
    """One inject of a script."""

    offset_minutes: int
    to: str
    text: str
    kind: str = "message"
    payload: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Script:
    """A ready-made exercise."""

    key: str
    title: Text
    kind: str
    plan_key: str
    sector: str
    participants: tuple[str, ...]
    lines: tuple[Line, ...]


@cache
def scripts() -> dict[str, Script]:
    """Return the ready-made scripts by key."""
    with (DATA / "exercises.toml").open("rb") as file:
        raw = tomllib.load(file)
    return {one["key"]: _script(one) for one in raw["script"]}


def _script(raw: dict[str, Any]) -> Script:
    return Script(
        raw["key"],
        Text(raw["title"], raw["title_en"]),
        raw["kind"],
        raw["plan"],
        raw["sector"],
        tuple(raw["participants"]),
        tuple(_line(line) for line in raw["inject"]),
    )


def _line(raw: dict[str, Any]) -> Line:
    payload = {"minutes": raw.get("minutes", 0), "said": raw.get(raw["kind"], {})}
    return Line(raw["offset"], raw["to"], raw["text"], raw["kind"], payload)


@cache
def _period_rows() -> list[dict[str, Any]]:
    with (DATA / "sensitive_periods.toml").open("rb") as file:
        return list(tomllib.load(file)["period"])


def periods(year: int) -> Iterator[Period]:
    """Yield the sensitive periods of a year."""
    for row in _period_rows():
        first, last = (
            date.fromisoformat(f"{year}-{text}" if len(text) == YEARLY else text)
            for text in (row["first"], row["last"])
        )
        yield Period(Text(row["name"], row["name_en"]), first, last, row["approval"])
