"""Limits that stand beside the report chain: follow-ups owed on a day, tip-off checks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from responder.law.model import Grade, Rule
from responder.law.registry import RuleSets, shipped
from responder.law.windows import beijing_day, end_of_day, two_months_after


@dataclass(frozen=True, slots=True)
class FollowUpsOwed:
    """The follow-ups of one day: how many are due by its end, how many were made, by which rules."""

    day: date
    due_at: datetime
    needed: int
    made: int
    rules: tuple[Rule, ...]

    @property
    def missing(self) -> int:
        """Return how many are still to come, or were never made."""
        return max(0, self.needed - self.made)


def follow_up_rules(
    occurred_at: datetime,
    sector: str,
    grade: Grade | None,
    special: frozenset[str] = frozenset(),
    rule_sets: RuleSets | None = None,
) -> tuple[tuple[Rule, int], ...]:
    """Return each rule on follow-ups for that grade with its number a day; none before 2009-07-01.

    *special* are the flags of the facts; heavy social effect asks for two a day whatever the grade (R24-2).
    """
    rule_set = (rule_sets or shipped()).for_moment(occurred_at)
    day = beijing_day(occurred_at)
    return tuple(
        (row.rule, row.per_day)
        for row in rule_set.follow_ups
        if row.asks(grade, special) and row.scope.holds(day, sector)
    )


def follow_ups_owed(
    occurred_at: datetime,
    sector: str,
    grade: Grade | None,
    day: date,
    made_at: Iterable[datetime] = (),
    special: frozenset[str] = frozenset(),
    rule_sets: RuleSets | None = None,
) -> FollowUpsOwed | None:
    """Return what a Beijing day asks while the rescue goes on; None on the accident's own day or where no rule asks.

    The breach stands at 24:00 of the day (R21-11a, R24-2).
    """
    rows = follow_up_rules(occurred_at, sector, grade, special, rule_sets)
    if not rows or day <= beijing_day(occurred_at):
        return None
    made = sum(beijing_day(at) == day for at in made_at)
    return FollowUpsOwed(day, end_of_day(day), max(n for _, n in rows), made, tuple(rule for rule, _ in rows))


@dataclass(frozen=True, slots=True)
class TipOffLimits:
    """Days by which a tip-off is answered; both None before Order 21, when it was handled promptly without a number."""

    first_result_on: date | None
    details_on: date | None


def tip_off_limits(received_at: datetime, *, of_accident: bool) -> TipOffLimits:
    """Return the last days for the short first result (5 days, accidents only) and the details (2 months, HR-19).

    Source: SAWS Order 21 Art. 12, from 2009-07-01.
    """
    day = beijing_day(received_at)
    if day < date(2009, 7, 1):
        return TipOffLimits(None, None)
    return TipOffLimits(day + timedelta(days=5) if of_accident else None, two_months_after(day))
