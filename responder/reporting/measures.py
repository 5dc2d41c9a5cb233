"""An incident's measures: how long each level took, each figure with the rows it was counted from. Pure.

Source: founding plan 2007, section 8(1) (raise the efficiency of handling): learned, received, sent, acknowledged,
first instruction, ordered, departed, arrived.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

LEVELS = ("unit", "county", "city", "province", "state")


class Stage(StrEnum):
    """One thing that a level did about an incident, in the order in which they should follow."""

    LEARNED = "learned"
    RECEIVED = "received"
    SENT = "sent"
    ACKNOWLEDGED = "acknowledged"
    INSTRUCTED = "instructed"
    ORDERED = "ordered"
    DEPARTED = "departed"
    ARRIVED = "arrived"


# From, to: what is counted. The stay at a level runs from its own receipt to the receipt of the level above.
SPANS = (
    (Stage.LEARNED, Stage.RECEIVED),
    (Stage.LEARNED, Stage.SENT),
    (Stage.RECEIVED, Stage.SENT),
    (Stage.SENT, Stage.ACKNOWLEDGED),
    (Stage.RECEIVED, Stage.ACKNOWLEDGED),
    (Stage.RECEIVED, Stage.INSTRUCTED),
    (Stage.INSTRUCTED, Stage.ORDERED),
    (Stage.ORDERED, Stage.DEPARTED),
    (Stage.DEPARTED, Stage.ARRIVED),
)


@dataclass(frozen=True, slots=True)
class Row:
    """The record a figure was counted from: its kind (incident, leg, instruction, order) and id."""

    kind: str
    id: str


@dataclass(frozen=True, slots=True)
class Mark:
    """That a level did something at an instant, and which row says so."""

    level: str
    stage: Stage
    at: datetime
    row: Row


@dataclass(frozen=True, slots=True)
class Span:
    """How long one thing took after another."""

    start: Mark
    end: Mark

    @property
    def seconds(self) -> int:
        """The time between the two, negative where the later was recorded as the earlier."""
        return int((self.end.at - self.start.at).total_seconds())


@dataclass(frozen=True, slots=True)
class LevelMeasures:
    """What one level did first of each kind, and the times between; what is not recorded is missing, never nought."""

    level: str
    marks: Mapping[Stage, Mark]
    spans: tuple[Span, ...]


def measure(marks: Iterable[Mark]) -> tuple[LevelMeasures, ...]:
    """Return the measures of every level that did anything, the lowest first; the first of each kind counts."""
    first: dict[str, dict[Stage, Mark]] = {}
    for mark in sorted(marks, key=lambda mark: (mark.at, mark.row.kind, mark.row.id)):
        first.setdefault(mark.level, {}).setdefault(mark.stage, mark)
    return tuple(
        LevelMeasures(level, _in_order(first[level]), _spans(first[level]))
        for level in LEVELS
        if level in first
    )


def _in_order(found: Mapping[Stage, Mark]) -> dict[Stage, Mark]:
    return {stage: found[stage] for stage in Stage if stage in found}


def _spans(found: Mapping[Stage, Mark]) -> tuple[Span, ...]:
    return tuple(
        Span(found[start], found[end])
        for start, end in SPANS
        if start in found and end in found and not _is_told_shorter(start, end, found)
    )


def _is_told_shorter(start: Stage, end: Stage, found: Mapping[Stage, Mark]) -> bool:
    """Return whether a nearer beginning is known: a level that received it is not counted from when it learned."""
    return start is Stage.LEARNED and end is Stage.SENT and Stage.RECEIVED in found
