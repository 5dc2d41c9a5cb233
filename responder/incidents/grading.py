"""The two grades of an incident, asked of the law engine; and the case that every other feature asks it about."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from responder.incidents.models import Incident, Report
from responder.incidents.rules import Intake, jurisdiction_of
from responder.law import engine
from responder.law.model import Case, Facts, Grade, Level, Party, Reason, Receipt, Supplement
from responder.law.places import place_of
from responder.law.registry import RuleSets

# An office outside the chain that adds a report (a rescue force, an inspector) counts as the place's lowest office.
LEVELS = {level.value: level for level in Level}


@dataclass(frozen=True)
class Grading:
    """What the law of the day makes of the figures known now."""

    rule_set: str
    reporting_grade: str | None
    final_grade: str | None
    may_rise: bool
    reasons: list[dict[str, Any]]


def facts_of(figures: Mapping[str, Any]) -> Facts:
    """Return the engine's figures from a report's; what is absent is unknown."""
    known = {name: value for name, value in figures.items() if name != "special"}
    return Facts(**known, special=frozenset(figures.get("special") or ()))


def party_at(level: str) -> Party:
    """Return the office of the area line at *level*; the unit stands for itself."""
    found = LEVELS.get(level, Level.COUNTY)
    return Party.parse(found.value)


def case_of(
    incident: Incident,
    reports: Sequence[Report],
    *,
    receipts: tuple[Receipt, ...] = (),
    as_of: datetime | None = None,
) -> Case:
    """Return the law's view of the incident: its first report, what was learned since, who received it when."""
    first = reports[0]
    return Case(
        id=incident.number,
        occurred_at=incident.occurred_at,
        informed_at=incident.unit_informed_at or min(incident.occurred_at, incident.received_at),
        place=place_of(incident.jurisdiction_code),
        sector=incident.sector,
        accident_type=incident.accident_type,
        facts=facts_of(first.facts),
        receipts=receipts,
        supplements=tuple(
            Supplement(
                at=report.learned_at,
                facts=facts_of(report.facts),
                known_to=party_at(report.known_to),
                changed_at=report.changed_at,
            )
            for report in reports[1:]
            if report.changes
        ),
        as_of=as_of,
    )


def grade(
    incident: Incident, reports: Sequence[Report], now: datetime, rule_sets: RuleSets | None = None
) -> Grading:
    """Return both grades as they stand at *now*, with the reasons for the reporting grade."""
    return _grading(case_of(incident, reports, as_of=now), rule_sets)


def _grading(case: Case, rule_sets: RuleSets | None) -> Grading:
    judgement = engine.judge(case, rule_sets)
    latest = judgement.latest
    return Grading(
        rule_set=judgement.rule_set,
        reporting_grade=code_of(latest.grade),
        final_grade=code_of(judgement.final_grade),
        may_rise=latest.may_rise,
        reasons=[reason_of(reason) for reason in latest.reasons],
    )


def code_of(found: Grade | None) -> str | None:
    """Return the code of a grade: I to IV, near_miss, or None where nothing is graded."""
    return found.value if found else None


def grade_of(code: str | None) -> Grade | None:
    """Return the grade of a code, None where nothing is graded."""
    return Grade(code) if code else None


def reason_of(reason: Reason) -> dict[str, Any]:
    """Return a reason as it is stored with the report it explains."""
    return {
        "rule": reason.rule,
        "criterion": reason.criterion,
        "value": reason.value,
        "threshold": reason.threshold,
        "grade": code_of(reason.grade),
        "status": reason.status.value,
        "source": {"zh": reason.source.zh, "en": reason.source.en},
    }


def judge(intake: Intake, now: datetime, rule_sets: RuleSets | None = None) -> Grading:
    """Return the grades an intake would have if it were saved at *now*."""
    return _grading(case_of_intake(intake, now), rule_sets)


def case_of_intake(intake: Intake, now: datetime) -> Case:
    """Return the law's view of an intake that is not saved yet."""
    place = intake.place
    figures = {**intake.facts, "special": list(intake.special)}
    return Case(
        occurred_at=intake.occurred_at,
        informed_at=intake.unit_informed_at,
        place=place_of(jurisdiction_of(place)),
        sector=intake.sector,
        accident_type=intake.accident_type,
        facts=facts_of(figures),
        as_of=now,
    )
