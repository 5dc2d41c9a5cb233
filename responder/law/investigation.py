"""Who investigates, and until when."""

from __future__ import annotations

from datetime import date, timedelta

from responder.law.grading import Grading, total
from responder.law.model import (
    Case,
    Facts,
    Grade,
    Inquiry,
    Investigation,
    Level,
    Party,
    Place,
    rank_of,
)
from responder.law.rule_set import InvestigationRule, RuleSet


def investigation_rule(
    rule_set: RuleSet, day: date, case: Case, grade: Grade | None, grading: Grading
) -> InvestigationRule | None:
    """Return the first row that holds; none for a near-miss or where nothing is graded.

    An accident that is serious or worse by its casualties is Order 493's even on a grid (Order 599 Art. 34).
    """
    for row in rule_set.investigations:
        if grade not in row.grades or not row.scope.holds(day, case.sector):
            continue
        if row.needs == "power" and (
            case.power is None or rank_of(grading.by_casualty) >= Grade.SERIOUS.rank
        ):
            continue
        if row.traits and not row.traits & grading.traits:
            continue
        return row
    return None


def investigate(
    row: InvestigationRule, day: date, place: Place, inquiry: Inquiry, grade: Grade, facts: Facts
) -> Investigation:
    """Return authority and dates: days count from the accident, those of the appraisal do not (R493-27, 29, 32)."""
    extension = min(inquiry.extension_days, row.extension_days)
    days = row.report_days + inquiry.appraisal_days
    decision_due_on = None
    if row.decision_days is not None and inquiry.report_received_on is not None:
        more = min(_decision_extension(inquiry), row.decision_extension_days)
        decision_due_on = inquiry.report_received_on + timedelta(days=row.decision_days + more)
    return Investigation(
        authority=_standing_here(Party.parse(row.authority), place),
        report_due_on=day + timedelta(days=days + extension),
        decision_due_on=decision_due_on,
        rule=row.rule.id,
        source=row.rule.source,
        status=row.rule.status,
        report_latest_on=day + timedelta(days=days + row.extension_days),
        may_delegate_to_unit=grade is Grade.GENERAL and _nobody_hurt(facts) and row.rule.id == "R493-19",
    )


def _decision_extension(inquiry: Inquiry) -> int:
    """Return the extension of the decision.

    With the report received, an extension of at most 30 days given without a field of its own speaks of the decision.
    """
    if inquiry.decision_extension_days:
        return inquiry.decision_extension_days
    return inquiry.extension_days if inquiry.extension_days <= 30 else 0


def _standing_here(authority: Party, place: Place) -> Party:
    """Return the authority, or the next level up where its level is missing here (HR-22, HR-23)."""
    if authority.level is Level.UNIT:
        return authority
    level = next(level for level in place.levels if level.height >= authority.level.height)
    return authority if level is authority.level else Party(level, authority.body)


def _nobody_hurt(facts: Facts) -> bool:
    figures = (
        facts.deaths,
        facts.missing,
        facts.serious_injuries,
        facts.acute_poisonings,
        facts.minor_injuries,
    )
    return total(*figures) == 0 and None not in (facts.deaths, facts.serious_injuries)
