"""Late, omitted, false, concealed: the state of each leg by the definitions in force, decided by a named person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from responder.core.errors import Conflict, Text, invalid
from responder.core.ids import new_id
from responder.core.uow import UnitOfWork
from responder.foundation.audit import services as audit
from responder.incidents import queries as incidents
from responder.incidents.grading import facts_of
from responder.incidents.models import Incident, Report
from responder.incidents.services import touch
from responder.law.model import Facts
from responder.law.quality import Proposal, propose
from responder.reporting import checks, overruling, queries
from responder.reporting.judgement_models import Overruling, QualityDecision, ReportCheck
from responder.reporting.models import ReportLeg

FAULTS: dict[str, Text] = {
    "late": Text("迟报", "late"),
    "omitted": Text("漏报", "omitted"),
    "false": Text("谎报", "false"),
    "concealed": Text("瞒报", "concealed"),
}
TOLD_BY_OTHERS = {"citizen", "media"}
JUDGED = ("open", "sent", "returned", "acknowledged")
NOTHING_PROPOSED = Text("这个环节没有要认定的问题。", "Nothing is proposed for this leg.")
NO_FAULT = Text("只能认定为迟报、漏报、谎报或瞒报。", "The class is late, omitted, false or concealed.")
NO_REASON = Text("认定要写明理由和证据。", "Give the reason and the evidence.")


@dataclass(frozen=True)
class Quality:
    """The state of one leg's report: on time, waiting, late, or a proposed class with its evidence."""

    leg: ReportLeg
    state: str  # waiting, on_time, or a fault
    proposal: Proposal | None
    evidence: Mapping[str, Any]
    decisions: tuple[QualityDecision, ...]

    @property
    def decision(self) -> QualityDecision | None:
        """Return the decision that holds: the latest."""
        return self.decisions[-1] if self.decisions else None


def of_incident(incident: Incident, uow: UnitOfWork) -> list[Quality]:
    """Return the quality of every leg that is owed or done; what rests on checks only to those who may read them."""
    legs = [leg for leg in queries.legs(uow.session, incident.id) if leg.state in JUDGED]
    reports = incidents.reports(uow.session, incident.id)
    decisions = uow.session.scalars(
        select(QualityDecision)
        .where(QualityDecision.incident_id == incident.id)
        .order_by(QualityDecision.decided_at, QualityDecision.id)
    ).all()
    seen = checks.of_incident(incident, uow)
    moved = overruling.of_incident(incident, uow)
    return [
        _quality(
            leg,
            incident,
            reports,
            seen,
            tuple(d for d in decisions if d.leg_id == leg.id),
            _own_limit(leg, moved),
            uow,
        )
        for leg in legs
    ]


def _own_limit(leg: ReportLeg, moved: Sequence[Overruling]) -> datetime:
    """Return the law's own limit of a leg, even where a leader has moved the board's."""
    first = next((row for row in moved if row.leg_id == leg.id and row.what == "deadline"), None)
    return datetime.fromisoformat(first.computed) if first else leg.due_at


def _quality(
    leg: ReportLeg,
    incident: Incident,
    reports: Sequence[Report],
    seen: Sequence[ReportCheck],
    decisions: tuple[QualityDecision, ...],
    due_at: datetime,
    uow: UnitOfWork,
) -> Quality:
    told = _told(leg, reports)
    against = [row for row in seen if _concerns(row, leg, reports)]
    known = _known(against)
    proposal = propose(
        due_at,
        leg.acknowledged_at,
        uncovered_at=_uncovered_at(leg, incident, reports, against),
        reported=facts_of(told.facts) if told and known else None,
        known=known,
        intent=_intent(decisions),
    )
    state = "waiting" if leg.acknowledged_at is None else "on_time"
    if proposal is None and leg.acknowledged_at is None and uow.now > due_at:
        state = "late"
    evidence: dict[str, Any] = {"due_at": due_at.isoformat()}
    if proposal is not None:
        state = proposal.fault.value
        evidence |= {
            "late_seconds": proposal.late_seconds,
            "differing": {name: list(pair) for name, pair in proposal.differing.items()},
            "checks": [str(row.id) for row in against],
            "version": told.version if told else None,
        }
    return Quality(leg, state, proposal, evidence, decisions)


def _told(leg: ReportLeg, reports: Sequence[Report]) -> Report | None:
    """Return the report that the leg carried, None while nothing was sent."""
    if leg.sent_at is None and leg.acknowledged_at is None:
        return None
    return next((report for report in reports if report.version == leg.version), None)


def _concerns(row: ReportCheck, leg: ReportLeg, reports: Sequence[Report]) -> bool:
    """Return whether a check speaks of what the leg's sender said: the reporter's own arrows, or its unit's."""
    reporter = next((report.known_to for report in reports if report.version == row.version), "")
    if row.source == checks.LATER_VERSION and row.outcome is None:
        return False  # nobody has claimed anything: that a count grew may be the course of events
    return row.outcome != "false" and (
        leg.sender_code == row.reporter_code or (leg.sender == "unit" and reporter in {"unit", "county"})
    )


def _known(rows: Sequence[ReportCheck]) -> Facts | None:
    figures: dict[str, Any] = {}
    for row in reversed(rows):  # the newest claim last, so that it counts
        figures |= row.figures
    return facts_of(figures) if figures else None


def _uncovered_at(
    leg: ReportLeg, incident: Incident, reports: Sequence[Report], rows: Sequence[ReportCheck]
) -> datetime | None:
    """Return when somebody else brought to light what the unit had not reported; None where the unit told it."""
    if leg.sender != "unit":
        return None
    moments = [row.received_at for row in rows if row.source in checks.UNCOVERING]
    if reports[0].source.get("channel") in TOLD_BY_OTHERS:
        moments.append(incident.received_at)
    return min(moments, default=None)


def _intent(decisions: Sequence[QualityDecision]) -> bool | None:
    if not decisions:
        return None
    last = decisions[-1]
    return last.upheld and last.fault in {"false", "concealed"}


def decide(leg_id: UUID, fault: str, *, upheld: bool, reason: str, uow: UnitOfWork) -> QualityDecision:
    """Decide in one's own name whether a leg's report was late, omitted, false or concealed.

    Being late is a fact and needs nobody; the other classes rest on intent, which only a person can judge.
    Raises Conflict where nothing is proposed, InvalidInput without a reason.
    """
    leg, incident = queries.leg(uow.session, uow.actor, leg_id, lock=True)
    if fault not in FAULTS:
        raise invalid(fault=NO_FAULT)
    if not reason.strip():
        raise invalid(reason=NO_REASON)
    quality = next((one for one in of_incident(incident, uow) if one.leg.id == leg.id), None)
    if quality is None or quality.proposal is None:
        raise Conflict(NOTHING_PROPOSED)
    source = quality.proposal.source
    row = QualityDecision(
        id=new_id(),
        lane_id=incident.lane_id,
        incident_id=incident.id,
        leg_id=leg.id,
        fault=fault,
        upheld=upheld,
        source={"zh": source.zh, "en": source.en},
        evidence={**quality.evidence, "proposed": quality.proposal.fault.value},
        reason=reason.strip(),
        decided_by=uow.actor.name,
        decided_post=uow.actor.role.value if uow.actor.role else "",
        decided_agency=uow.actor.agency_name,
        decided_at=uow.now,
    )
    uow.session.add(row)
    touch(incident, uow)
    words = FAULTS[fault]
    audit.record(
        uow,
        "quality.decided",
        province_code=incident.province_code,
        incident_id=incident.id,
        payload={
            "number": incident.number,
            "from": leg.sender_name or "事故单位",
            "from_en": leg.sender_name_en or "the unit",
            "to": leg.receiver_name,
            "to_en": leg.receiver_name_en,
            "fault": words.zh if upheld else f"不认定{words.zh}",
            "fault_en": words.en if upheld else f"not {words.en}",
            "reason": row.reason,
        },
    )
    return row
