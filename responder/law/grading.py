"""Which grade the figures reach, by which sentences, and what is still unknown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from responder.law.arrows import since
from responder.law.model import (
    GRADING_FIGURES,
    Facts,
    Grade,
    Power,
    Rail,
    Reason,
    Status,
    rank_of,
)
from responder.law.rule_set import Band, NearMiss, OwnCriterion, RuleSet

Number = int | float


@dataclass(frozen=True, slots=True)
class Grading:
    """A grade with its reasons; `traits` are what the arrows ask for besides the grade."""

    grade: Grade | None
    by_casualty: Grade | None
    reasons: tuple[Reason, ...]
    unknown: tuple[str, ...]
    may_rise: bool
    near_miss: bool
    traits: frozenset[str]


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What grading asks besides the figures."""

    day: date
    sector: str
    rail: Rail | None = None
    power: Power | None = None


def without_contact(facts: Facts) -> int | None:
    """Return how many are trapped without contact; nobody trapped means nobody without contact."""
    if facts.trapped_without_contact is None and facts.trapped == 0:
        return 0
    return facts.trapped_without_contact


def total(*figures: Number | None) -> Number | None:
    """Return the sum of what is known, None where nothing is."""
    known = [figure for figure in figures if figure is not None]
    return sum(known) if known else None


def unknown_figures(facts: Facts) -> tuple[str, ...]:
    """Return the names of the unknown figures that take part in grading (HR-5)."""
    return tuple(
        name
        for name in GRADING_FIGURES
        if getattr(facts, name) is None and not (name == "trapped_without_contact" and facts.trapped == 0)
    )


def grade(facts: Facts, around: Circumstances, rule_set: RuleSet, *, harmed: bool = False) -> Grading:
    """Return the grade of these figures: the highest that any one criterion reaches (R493-3, HR-5, HR-6).

    *harmed* says that somebody came to harm though no figure here shows it (a missing person not yet counted).
    """
    unknown = unknown_figures(facts)
    if around.sector in rule_set.outside or facts.special & rule_set.outside_flags:
        return Grading(None, None, (), unknown, False, False, frozenset())
    reasons, casualty, traits = _by_bands(facts, around, rule_set)
    own = tuple(_by_own_criteria(around, rule_set))
    best = max((casualty, *(reason.grade for reason in own)), key=rank_of)
    near = tuple(_near_miss_reasons(facts, around, rule_set))
    harm = harmed or any(
        (total(facts.deaths, facts.missing, facts.trapped_without_contact),
         facts.serious_injuries, facts.acute_poisonings, facts.minor_injuries)
    )  # fmt: skip
    if near and not harm and rank_of(best) <= Grade.GENERAL.rank:
        best = Grade.NEAR_MISS
    elif best is None:
        best = Grade.GENERAL
    decided = sorted((*reasons, *own), key=lambda reason: -rank_of(reason.grade))
    if best is Grade.NEAR_MISS:
        decided = []
    decided.extend(near)
    traits |= facts.special
    if near:
        traits.add("near_miss")
    if around.power is not None:
        traits.add("power")
    if not traits & {"fatal", "serious_injury"} and ("deaths" in unknown or "serious_injuries" in unknown):
        traits.add("harm_unknown")
    may_rise = bool(unknown) and best is not Grade.ESPECIALLY_SERIOUS
    decided.extend(_unknown_reasons(facts, unknown, best, rule_set))
    return Grading(best, casualty, tuple(decided), unknown, may_rise, bool(near), frozenset(traits))


def figures_of(facts: Facts) -> dict[str, Number | None]:
    """Return the figures that the bands speak of: the dead with the missing, the injured with the poisoned."""
    serious = total(facts.serious_injuries, facts.acute_poisonings)
    return {
        "deaths": total(facts.deaths, facts.missing, without_contact(facts)),
        "serious_injuries": serious,
        "acute_poisonings": facts.acute_poisonings,
        "injured": total(serious, facts.minor_injuries),
        "direct_loss_yuan": facts.direct_loss_yuan,
    }


_PARTS: dict[str, tuple[str, ...]] = {
    "deaths": ("deaths", "missing", "trapped_without_contact"),
    "serious_injuries": ("serious_injuries", "acute_poisonings"),
    "acute_poisonings": ("acute_poisonings",),
    "injured": ("serious_injuries", "acute_poisonings", "minor_injuries"),
    "direct_loss_yuan": ("direct_loss_yuan",),
}


def _by_bands(
    facts: Facts, around: Circumstances, rule_set: RuleSet
) -> tuple[list[Reason], Grade | None, set[str]]:
    """Return a reason for the best band of each rule and criterion, the best grade, and every trait reached."""
    figures = figures_of(facts)
    bands = _bands_for(rule_set, since(rule_set, around.day), around.sector)
    reached: dict[tuple[str, str], tuple[Band, Number]] = {}
    traits: set[str] = set()
    best: Grade | None = None
    for band in bands:
        value = figures[band.criterion]
        if value is None or value < band.at_least:
            continue
        if band.trait:
            traits.add(band.trait)
        if rank_of(band.grade) > rank_of(best):
            best = band.grade
        key = (band.rule.id, band.criterion)
        held = reached.get(key)
        if held is None or band.at_least > held[0].at_least:
            reached[key] = (band, value)
    reasons = [
        Reason(
            band.rule.id,
            band.criterion,
            value,
            band.at_least,
            band.grade,
            band.rule.source,
            band.rule.status,
            {name: getattr(facts, name) for name in _PARTS[band.criterion]},
        )
        for band, value in reached.values()
        if band.at_least > 0 or band.grade is best
    ]
    return reasons, best, traits


@lru_cache(maxsize=512)
def _bands_for(rule_set: RuleSet, day: date, sector: str) -> tuple[Band, ...]:
    return tuple(band for band in rule_set.bands if band.scope.holds(day, sector))


@lru_cache(maxsize=512)
def _near_misses_for(rule_set: RuleSet, day: date, sector: str) -> tuple[NearMiss, ...]:
    return tuple(row for row in rule_set.near_misses if not row.triage and row.scope.holds(day, sector))


def _by_own_criteria(around: Circumstances, rule_set: RuleSet) -> Iterator[Reason]:
    """Yield a reason for each minimum of the best criterion of a sector's own regulation that is met."""
    if around.rail is None and around.power is None:
        return
    met = [row for row in rule_set.own_criteria if _is_met(row, around)]
    if not met:
        return
    row = max(met, key=lambda found: found.grade.rank)
    figures = around.rail if row.about == "rail" else around.power
    facts = {name: getattr(figures, name) for name, _ in row.minima}
    for name, minimum in row.minima:
        threshold = int(minimum) if minimum.is_integer() else minimum
        yield Reason(
            row.rule.id,
            name,
            facts[name],
            threshold,
            row.grade,
            row.rule.source,
            row.rule.status,
            facts,
        )


def _is_met(row: OwnCriterion, around: Circumstances) -> bool:
    figures = around.rail if row.about == "rail" else around.power
    if figures is None or not row.scope.holds(around.day, around.sector):
        return False
    if isinstance(figures, Power):
        if row.grid is not None and row.grid != figures.grid:
            return False
        below = row.grid_load_below_mw
        if below is not None and (figures.grid_load_mw is None or figures.grid_load_mw >= below):
            return False
    return all((value := getattr(figures, name)) is not None and value >= least for name, least in row.minima)


def _near_miss_reasons(facts: Facts, around: Circumstances, rule_set: RuleSet) -> Iterator[Reason]:
    """Yield a reason for each near-miss criterion met (R126-2, R21-26)."""
    for row in _near_misses_for(rule_set, since(rule_set, around.day), around.sector):
        if row.criterion == "flags":
            for flag in sorted(facts.special & row.flags):
                yield _near_reason(row, flag, True, True)
            continue
        value = near_miss_value(row, facts)
        if value is not None and value >= row.at_least and (facts.under_observation or 0) >= row.observed:
            yield _near_reason(row, row.criterion, value, row.at_least)
            if row.observed:
                yield _near_reason(row, "under_observation", facts.under_observation or 0, row.observed)


def near_miss_value(row: NearMiss, facts: Facts) -> int | None:
    """Return the figure a near-miss criterion speaks of; all trapped count, with contact or without."""
    if row.criterion == "trapped_or_missing":
        trapped = max(
            (n for n in (facts.trapped, facts.trapped_without_contact) if n is not None), default=None
        )
        value = total(trapped, facts.missing)
        return None if value is None else int(value)
    return facts.at_risk if row.criterion == "at_risk" else facts.evacuated


def _near_reason(row: NearMiss, criterion: str, value: Number, threshold: Number) -> Reason:
    rule = row.rule
    return Reason(
        rule.id, criterion, value, threshold, Grade.NEAR_MISS, rule.source, rule.status, {criterion: value}
    )


def _unknown_reasons(
    facts: Facts, unknown: tuple[str, ...], best: Grade, rule_set: RuleSet
) -> Iterator[Reason]:
    """Yield what could still raise the grade (HR-5), and the lower bound of HR-24 where nothing is known."""
    source = rule_set.sources["HR"]
    if len(unknown) == len(GRADING_FIGURES) and best is Grade.GENERAL:
        yield Reason("HR-24", "no_figures", None, None, best, source, Status.HOUSE_RULE)
    for name in unknown:
        yield Reason("HR-5", name, None, None, None, source, Status.HOUSE_RULE)


def worst_case(facts: Facts) -> Facts:
    """Return the figures as if everyone missing or trapped, with contact or without, were dead."""
    trapped = max(facts.trapped or 0, facts.trapped_without_contact or 0)
    dead = total(facts.deaths, facts.missing, trapped)
    return facts.updated(
        Facts(deaths=None if dead is None else int(dead), missing=0, trapped_without_contact=0)
    )
