"""What every paper about an incident says, read once from its record, so that no two papers disagree."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from responder.core.lanes import REAL_LANE
from responder.foundation.web.lexicon import ACCIDENT_TYPES, GRADES, SECTORS
from responder.incidents import explain
from responder.incidents.models import Incident, Report
from responder.incidents.wording import title
from responder.reporting.models import ReportLeg


@dataclass(frozen=True, slots=True)
class Receipt:
    """One office that has the report, as a paper tells it."""

    office: str
    at: datetime
    method: str


@dataclass(frozen=True, slots=True)
class Known:
    """The facts of one version of an incident. None is unknown and is written so, never as 0."""

    number: str
    version: int
    version_kind: str
    title: str
    occurred_at: datetime
    occurred_uncertain: bool
    received_at: datetime
    as_of: datetime
    place_name: str
    place: str
    unit: str | None
    sector: str
    accident_type: str | None
    figures: Mapping[str, Any]
    changes: Mapping[str, Any]
    grade: str
    grade_reason: str
    grade_source: str
    may_rise: bool
    summary: str
    measures: str
    news: str
    correction: str
    receipts: tuple[Receipt, ...]
    exercise: bool


def known(incident: Incident, reports: Sequence[Report], legs: Sequence[ReportLeg]) -> Known:
    """Return what is known of *incident* at the last of *reports*, its versions in order."""
    latest = reports[-1]
    decided = explain.deciding(latest.reasons, latest.facts)
    kind = ACCIDENT_TYPES.get(incident.accident_type or "")
    return Known(
        number=incident.number,
        version=latest.version,
        version_kind=latest.kind,
        title=title(incident).zh,
        occurred_at=incident.occurred_at,
        occurred_uncertain=incident.occurred_uncertain,
        received_at=incident.received_at,
        as_of=latest.at,
        place_name=incident.place_name,
        place=_without(incident.place, incident.place_name),
        unit=incident.unit,
        sector=SECTORS[incident.sector].zh,
        accident_type=kind.zh if kind else None,
        figures=dict(latest.facts),
        changes=dict(latest.changes),
        grade=grade_word(latest.reporting_grade),
        grade_reason=decided[0].zh if decided else "",
        grade_source=decided[1].zh if decided else "",
        may_rise=latest.may_rise,
        summary=_last(reports, "summary"),
        measures=_last(reports, "measures"),
        news=latest.summary,
        correction=latest.reason if latest.kind == "correction" else "",
        receipts=_receipts(legs),
        exercise=incident.lane_id != REAL_LANE,
    )


def grade_word(grade: str | None) -> str:
    """Return the grade as a paper writes it: 较大事故."""
    return f"{GRADES[grade].zh}事故" if grade else "未定级"


def _without(place: str, place_name: str) -> str:
    return "" if place and place in place_name else place.removeprefix(place_name)


def _last(reports: Sequence[Report], field: str) -> str:
    """Return the latest text of a report; what a correction says of its figures is no account of the accident."""
    told = [report for report in reports if report.kind != "correction"]
    return next((text for report in reversed(told) if (text := getattr(report, field))), "")


def _receipts(legs: Sequence[ReportLeg]) -> tuple[Receipt, ...]:
    """Return the first receipt of each office, the earliest first."""
    found: dict[str, Receipt] = {}
    for leg in legs:
        at = leg.acknowledged_at
        if leg.state != "acknowledged" or at is None:
            continue
        earlier = found.get(leg.receiver_code)
        if earlier is None or at < earlier.at:
            found[leg.receiver_code] = Receipt(leg.receiver_name, at, leg.method or "")
    return tuple(sorted(found.values(), key=lambda receipt: (receipt.at, receipt.office)))
