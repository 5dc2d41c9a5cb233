"""A rule set as plain rows: what each row may say. `reading` makes them from TOML."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from responder.law.model import Body, Grade, Kind, Level, Rule, Source

SECTORS = (
    "coal_mine",
    "noncoal_mine",
    "oil_gas",
    "hazchem",
    "fireworks",
    "construction",
    "metallurgy",
    "machinery",
    "road",
    "rail",
    "water",
    "air",
    "farm_machinery",
    "fishing",
    "power",
    "special_equipment",
    "fire",
    "public_institution",
    "environment",
    "other",
)


@dataclass(frozen=True, slots=True)
class Scope:
    """When a row holds: days of the accident (both included), sectors, accident types; empty means all."""

    valid_from: date | None = None
    valid_to: date | None = None
    sectors: frozenset[str] = frozenset()
    not_sectors: frozenset[str] = frozenset()
    types: frozenset[str] = frozenset()

    def holds(self, day: date, sector: str, accident_type: str | None = None) -> bool:
        """Return whether the row holds for an accident of that day, sector and type."""
        return (
            (self.valid_from is None or self.valid_from <= day)
            and (self.valid_to is None or day <= self.valid_to)
            and (not self.sectors or sector in self.sectors)
            and sector not in self.not_sectors
            and (not self.types or accident_type in self.types)
        )


@dataclass(frozen=True, slots=True)
class Band:
    """A grade criterion: at least so much of a figure gives at least that grade, and perhaps a trait."""

    rule: Rule
    scope: Scope
    criterion: str
    at_least: int
    grade: Grade
    trait: str | None = None


@dataclass(frozen=True, slots=True)
class OwnCriterion:
    """A grade criterion of a sector's own regulation (rail, power): every minimum must be met together."""

    rule: Rule
    scope: Scope
    about: str
    grade: Grade
    minima: tuple[tuple[str, float], ...]
    grid: str | None = None
    grid_load_below_mw: float | None = None


@dataclass(frozen=True, slots=True)
class NearMiss:
    """A criterion of the larger near-miss: a figure with its minimum, or flags; `triage` never grades."""

    rule: Rule
    scope: Scope
    criterion: str
    at_least: int = 1
    observed: int = 0
    flags: frozenset[str] = frozenset()
    triage: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A chain of offices of one body, from the lowest level it has."""

    rule: Rule
    body: Body
    lowest: Level
    scope: Scope


@dataclass(frozen=True, slots=True)
class Terminal:
    """How far up a line climbs for a grade; with traits, only where one of them holds."""

    rule: Rule
    body: Body
    grade: Grade
    level: Level
    traits: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Arrow:
    """A duty to report, in selectors: `unit`, `lowest.BODY`, `each.BODY` (below the terminal), `all.BODY`,
    `terminal.BODY`, `LEVEL.BODY`; addressees also `next.BODY` and `own.BODY`. BODY may be `line`: every line.

    `clock` is informed (T1), receipt (the sender's) or occurred (T0). `carries` says that the addressee's own clock
    is planned from this arrow. `beyond` marks an arrow past the hop chain's terminal.
    """

    rule: Rule
    scope: Scope
    kind: Kind
    sender: str
    addressees: tuple[str, ...]
    minutes: int
    clock: str
    grades: frozenset[Grade] = frozenset()
    traits: frozenset[str] = frozenset()
    or_traits: frozenset[str] = frozenset()
    carries: bool = False
    beyond: bool = False


@dataclass(frozen=True, slots=True)
class Window:
    """How many days a casualty change counts; None days: no window."""

    rule: Rule
    scope: Scope
    days: int


@dataclass(frozen=True, slots=True)
class FollowUp:
    """How often a grade is followed up each day until the rescue ends."""

    rule: Rule
    scope: Scope
    grades: frozenset[Grade]
    per_day: int
    or_traits: frozenset[str] = frozenset()

    def asks(self, grade: Grade | None, traits: frozenset[str]) -> bool:
        """Return whether an accident of that grade and those traits is followed up by this rule."""
        return grade in self.grades or (grade is not None and bool(self.or_traits & traits))


@dataclass(frozen=True, slots=True)
class SupplementRule:
    """When a changed figure is passed on: at once, or the same day."""

    rule: Rule
    scope: Scope
    about: str
    same_day: bool


@dataclass(frozen=True, slots=True)
class InvestigationRule:
    """Who investigates a grade and in how many days; `needs` is rail or power criteria."""

    rule: Rule
    scope: Scope
    grades: frozenset[Grade]
    authority: str
    report_days: int
    extension_days: int
    decision_days: int | None
    decision_extension_days: int = 0
    needs: str | None = None
    traits: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Word:
    """What a grade was called on a day."""

    rule: Rule
    grade: Grade
    zh: str
    en: str
    scope: Scope
    note: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class RuleSet:
    """The rules for accidents of a span of days (HR-3), rows in the order in which they are tried."""

    id: str
    title_zh: str
    title_en: str
    valid_from: date | None
    valid_to: date | None
    sources: Mapping[str, Source]
    outside: frozenset[str]
    outside_flags: frozenset[str]
    words: tuple[Word, ...]
    bands: tuple[Band, ...]
    own_criteria: tuple[OwnCriterion, ...]
    near_misses: tuple[NearMiss, ...]
    lines: tuple[Line, ...]
    terminals: tuple[Terminal, ...]
    arrows: tuple[Arrow, ...]
    windows: tuple[Window, ...]
    missing_windows: tuple[Window, ...]
    follow_ups: tuple[FollowUp, ...]
    supplements: tuple[SupplementRule, ...]
    investigations: tuple[InvestigationRule, ...]
    bypass: Rule | None
    boundaries: tuple[date, ...]

    @property
    def flags(self) -> frozenset[str]:
        """Return the special circumstances that some row of the set speaks of."""
        found = self.outside_flags.union(*(row.flags for row in self.near_misses))
        found = found.union(*(row.or_traits for row in self.arrows))
        return found.union(*(row.or_traits for row in self.follow_ups))

    def covers(self, day: date) -> bool:
        """Return whether an accident of that day falls under this set."""
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_to is None or day <= self.valid_to
        )
