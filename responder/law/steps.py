"""What would lift the grade, and what that would set going: one more death makes this serious, then also ..."""

from __future__ import annotations

from dataclasses import dataclass

from responder.law.arrows import Hop, plan_for
from responder.law.grading import Circumstances, Grading, figures_of, grade
from responder.law.model import Case, Facts, Grade, Level, Source, rank_of
from responder.law.registry import RuleSets, shipped
from responder.law.rule_set import Band, RuleSet
from responder.law.windows import beijing_day

CRITERIA = ("deaths", "serious_injuries", "direct_loss_yuan")


@dataclass(frozen=True, slots=True)
class Step:
    """So much more of a figure reaches that grade; `opens` are the arrows it adds, `climbs_to` how far up they go.

    `from_unknown`: the figure is not known, `more` counts from nothing.
    """

    criterion: str
    more: int | float
    at_least: int
    grade: Grade
    rule: str
    source: Source
    from_unknown: bool
    climbs_to: Level | None
    opens: tuple[Hop, ...]


def next_steps_up(case: Case, rule_sets: RuleSets | None = None) -> tuple[Step, ...]:
    """Return for each criterion the nearest higher grade of the case's facts, fewest people first."""
    rule_set = (rule_sets or shipped()).for_moment(case.occurred_at)
    around = Circumstances(beijing_day(case.occurred_at), case.sector, case.rail, case.power)
    now = grade(case.facts, around, rule_set)
    if now.grade is None:
        return ()
    figures = figures_of(case.facts)
    steps = []
    for criterion in CRITERIA:
        value = figures[criterion]
        band = _next_band(rule_set, around, criterion, value or 0, now.grade)
        if band is not None:
            more = band.at_least - (value or 0)
            steps.append(_step(case, rule_set, around, now, band, more, from_unknown=value is None))
    return tuple(sorted(steps, key=lambda step: (step.criterion == "direct_loss_yuan", step.more)))


def _next_band(
    rule_set: RuleSet, around: Circumstances, criterion: str, value: int | float, reached: Grade
) -> Band | None:
    """Return the lowest band above both the figure and the grade; raising the grade only, not a class within it."""
    higher = [
        band
        for band in rule_set.bands
        if band.criterion == criterion
        and band.at_least > value
        and band.grade.rank > max(reached.rank, Grade.GENERAL.rank)
        and band.scope.holds(around.day, around.sector)
    ]
    return min(higher, key=lambda band: (band.at_least, -band.grade.rank), default=None)


def _step(
    case: Case,
    rule_set: RuleSet,
    around: Circumstances,
    now: Grading,
    band: Band,
    more: int | float,
    *,
    from_unknown: bool,
) -> Step:
    """Return the step to a band, with the arrows that the higher grade has and the present one has not."""
    lifted = grade(_lifted(case.facts, band.criterion, more), around, rule_set)
    levels = case.place.levels
    plans = [
        plan_for(rule_set, around.day, case.sector, levels, found.grade, found.traits, Level.UNIT)
        for found in (now, lifted)
    ]
    open_now = {(hop.sender, hop.addressee, hop.kind, hop.minutes) for hop in plans[0].hops}
    opens = tuple(
        hop for hop in plans[1].hops if (hop.sender, hop.addressee, hop.kind, hop.minutes) not in open_now
    )
    reached = lifted.grade if rank_of(lifted.grade) > band.grade.rank and lifted.grade else band.grade
    return Step(
        band.criterion,
        more,
        band.at_least,
        reached,
        band.rule.id,
        band.rule.source,
        from_unknown,
        plans[1].climbs_to,
        opens,
    )


def _lifted(facts: Facts, criterion: str, more: int | float) -> Facts:
    if criterion == "direct_loss_yuan":
        return facts.updated(Facts(direct_loss_yuan=(facts.direct_loss_yuan or 0) + more))
    if criterion == "deaths":
        return facts.updated(Facts(deaths=(facts.deaths or 0) + int(more)))
    return facts.updated(Facts(serious_injuries=(facts.serious_injuries or 0) + int(more)))
