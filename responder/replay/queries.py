"""Reads of historic incidents, and what would have been owed for one."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select, true
from sqlalchemy.orm import Session

from responder.core.actor import Actor
from responder.core.errors import ResponderError
from responder.foundation.directory import queries as directory
from responder.foundation.directory.rules import PlacePath, Routed
from responder.incidents.grading import case_of, code_of
from responder.incidents.models import Incident, Report
from responder.incidents.queries import visible
from responder.law.engine import assess
from responder.law.model import Assessment, Obligation, Party


def historic(session: Session, actor: Actor, limit: int = 5000) -> Sequence[Incident]:
    """Return the historic incidents the actor may see, the latest accident first."""
    return session.scalars(
        select(Incident)
        .where(visible(actor), Incident.historic == true())
        .order_by(Incident.occurred_at.desc(), Incident.id)
        .limit(limit)
    ).all()


@dataclass(frozen=True, slots=True)
class Replay:
    """The law's answer for a historic accident, with the offices of its day and today's grade beside the old one."""

    incident: Incident
    report: Report
    answer: Assessment
    offices: dict[Party, Routed]
    today_grade: str | None
    today_word: str | None
    today_word_en: str | None

    @property
    def time_unknown(self) -> bool:
        """Whether 00:00 stands for an unknown time."""
        return bool(self.report.source.get("time_unknown"))

    def office(self, party: Party) -> Routed | None:
        """Return the office that stood for *party* on that day, None for the unit."""
        return self.offices.get(party)


def replay(session: Session, incident: Incident, report: Report, now: datetime) -> Replay:
    """Return what would have been owed for *incident* under the rules of its day.

    Nothing of it is kept: it follows from the record and the rule sets at any time.
    """
    case = case_of(incident, [report])
    answer = assess(case)
    today = assess(replace(case, occurred_at=now, informed_at=now))
    return Replay(
        incident,
        report,
        answer,
        _offices(session, incident, answer.obligations),
        code_of(today.reporting_grade),
        today.grade_word,
        today.grade_word_en,
    )


def _offices(session: Session, incident: Incident, duties: Sequence[Obligation]) -> dict[Party, Routed]:
    place: PlacePath = directory.place_path(session, incident.jurisdiction_code)
    parties = {party for duty in duties for party in (duty.sender, duty.addressee) if party.body is not None}
    wanted = {party: (party.level.value, party.body.value) for party in parties if party.body is not None}
    try:
        found = directory.routes(session, place, tuple(wanted.values()), incident.occurred_at)
    except ResponderError:
        # A body that today's directory does not know at all is still owed; it stands by its level and kind.
        return {}
    return {party: found[pair] for party, pair in wanted.items()}


def report_of(session: Session, incident: Incident) -> Report:
    """Return the latest report of a historic incident."""
    return session.scalars(
        select(Report).where(Report.incident_id == incident.id).order_by(Report.version.desc()).limit(1)
    ).one()
