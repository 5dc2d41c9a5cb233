"""What an officer should look at again: codes, never a refusal."""

from __future__ import annotations

from datetime import datetime

from responder.law.grading import Grading
from responder.law.model import Case, Facts, Kind, Obligation, in_order_learned
from responder.law.rule_set import RuleSet
from responder.law.windows import beijing_day, casualty_window

MINES = frozenset({"coal_mine", "noncoal_mine"})
TRAFFIC = frozenset({"road", "rail", "water", "air", "farm_machinery", "fishing"})
# Types that belong to some sectors only; elsewhere type and sector contradict each other.
SECTORS_OF_TYPE: dict[str, frozenset[str]] = {
    "coal_gas_outburst": frozenset({"coal_mine", "construction"}),
    "roof_fall": MINES | {"construction"},
    "tailings_dam_failure": frozenset({"noncoal_mine", "metallurgy"}),
    "blowout": frozenset({"oil_gas"}),
    "traffic": TRAFFIC,
}
NO_GAS = frozenset({"road", "rail", "water", "air", "farm_machinery"})


def found(
    case: Case,
    rule_set: RuleSet,
    facts: Facts,
    grading: Grading,
    obligations: tuple[Obligation, ...],
    outside_window: bool,
) -> tuple[str, ...]:
    """Return the warning codes of a case, in a fixed order."""
    checks = (
        ("unknown_figures", bool(grading.unknown) and grading.grade is not None),
        ("type_conflict", type_conflict(case, rule_set)),
        ("rule_set_changed_during_incident", _crosses_sets(case, rule_set, obligations)),
        ("outside_window", outside_window),
        ("contradictory_figures", contradictory(facts)),
        ("figures_fell", _falls(case)),
        ("outside_regulation", grading.grade is None),
        ("extension_over_limit", _over_extended(case, rule_set, grading)),
    )
    return tuple(code for code, holds in checks if holds)


def type_conflict(case: Case, rule_set: RuleSet) -> bool:
    """Return whether sector and accident type contradict each other, or would give different windows (R493-13)."""
    kind, sector = case.accident_type, case.sector
    if kind is None:
        return False
    belongs = SECTORS_OF_TYPE.get(kind)
    if belongs is not None and sector not in belongs:
        return True
    if kind == "gas_explosion" and sector in NO_GAS:
        return True
    if kind != "fire" or sector in ("fire", "road"):
        return False
    window = casualty_window(rule_set, beijing_day(case.occurred_at), sector, kind)
    return window is not None and window.days != 7


def contradictory(facts: Facts) -> bool:
    """Return whether figures of one version cannot hold together."""
    trapped, alone = facts.trapped, facts.trapped_without_contact
    return trapped is not None and alone is not None and alone > trapped


def _falls(case: Case) -> bool:
    """Return whether the dead grow fewer from one version to the next."""
    deaths = case.facts.deaths
    for supplement in in_order_learned(case.supplements):
        newer = supplement.facts.deaths
        if newer is not None:
            if deaths is not None and newer < deaths:
                return True
            deaths = newer
    return False


def _crosses_sets(case: Case, rule_set: RuleSet, obligations: tuple[Obligation, ...]) -> bool:
    """Return whether the incident runs on after its rule set's last day."""
    if rule_set.valid_to is None:
        return False
    moments: list[datetime] = [s.at for s in case.supplements]
    moments += [r.at for r in case.receipts if r.at is not None]
    moments += [o.due_at for o in obligations if o.kind is not Kind.FOLLOW_UP]
    moments += [at for at in (case.as_of, case.informed_at) if at is not None]
    return any(beijing_day(at) > rule_set.valid_to for at in (max(moments),)) if moments else False


def _over_extended(case: Case, rule_set: RuleSet, grading: Grading) -> bool:
    day = beijing_day(case.occurred_at)
    for row in rule_set.investigations:
        if grading.grade in row.grades and row.scope.holds(day, case.sector) and row.needs is None:
            return case.inquiry.extension_days > row.extension_days
    return False
