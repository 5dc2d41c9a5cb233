"""Making papers, issuing them again after a correction, and handing out their files."""

import hashlib
from dataclasses import dataclass
from uuid import UUID

from responder.core.clock import wall
from responder.core.errors import Text, invalid
from responder.core.ids import new_id
from responder.core.uow import UnitOfWork
from responder.foundation.audit import services as audit
from responder.foundation.audit.rules import ENCODER
from responder.foundation.audit.words import register
from responder.foundation.documents.models import StoredDocument
from responder.foundation.documents.rules import Official
from responder.foundation.documents.services import keep_official
from responder.incidents import queries as incidents
from responder.incidents.events import IncidentReported
from responder.incidents.models import Incident
from responder.reporting import queries as legs
from responder.reporting.papers import queries, short, texts
from responder.reporting.papers.facts import Known, known
from responder.reporting.papers.models import Paper
from responder.reporting.papers.texts import Issue

KINDS = tuple(texts.HEADS)
NO_KIND = Text(
    "没有这种文书：快报、续报或值班信息。",
    "There is no such paper: quick_report, follow_up or urgent_information.",
)
LONGEST_NAME = 60
NAME_TOO_LONG = Text("姓名最多 60 个字。", "A name has 60 characters at most.")
register(
    {
        "paper.made": Text(
            "制发{title}，{number}，第 {edition} 次", "issued {kind}, number {number}, edition {edition}"
        ),
        "paper.reissued": Text(
            "因更正重新制发{title}，{number}，第 {edition} 次",
            "issued {kind} again after a correction, number {number}, edition {edition}",
        ),
    }
)


@dataclass(frozen=True, slots=True)
class Signers:
    """Who drafted, checked and signed; an empty name is left for signing by hand."""

    drafter: str = ""
    checker: str = ""
    signer: str = ""


def facts_of(incident: Incident, uow: UnitOfWork) -> Known:
    """Return what papers about *incident* say now."""
    reports = incidents.reports(uow.session, incident.id)
    return known(incident, reports, legs.legs(uow.session, incident.id))


def make_paper(incident_id: UUID, kind: str, signers: Signers, uow: UnitOfWork) -> Paper:
    """Make the next edition of the actor's office's paper from the latest facts, with its PDF and Word files.

    Raises NotFound when the incident is not the actor's to see, InvalidInput for another kind.
    """
    incident = incidents.incident(uow.session, uow.actor, incident_id, lock=True)
    if kind not in KINDS:
        raise invalid(kind=NO_KIND)
    for field in ("drafter", "checker", "signer"):
        if len(getattr(signers, field)) > LONGEST_NAME:
            raise invalid(**{field: NAME_TOO_LONG})
    actor = uow.actor
    issue = Issue(
        kind=kind,
        agency=actor.agency_name,
        year=wall(uow.now).year,
        serial=queries.last_serial(uow.session, actor.agency_code, kind, wall(uow.now).year) + 1,
        edition=queries.editions(uow.session, incident.id, actor.agency_code, kind) + 1,
        at=uow.now,
        drafter=signers.drafter or actor.name,
        checker=signers.checker,
        signer=signers.signer,
    )
    made = _keep(incident, facts_of(incident, uow), issue, actor.agency_code, uow)
    for form in ("pdf", "docx"):
        file_of(made, form, uow)
    return made


def reissue(event: IncidentReported, uow: UnitOfWork) -> None:
    """After a correction, issue every office's papers again from the corrected facts, to be signed anew."""
    incident = incidents.unscoped(uow.session, event.incident_id)
    reports = incidents.reports(uow.session, incident.id)
    if reports[-1].kind != "correction":
        return
    now = known(incident, reports, legs.legs(uow.session, incident.id))
    for old in queries.latest(uow.session, incident.id):
        own = old.agency_code == uow.actor.agency_code
        issue = Issue(
            kind=old.kind,
            agency=old.agency_name,
            year=old.year,
            serial=old.serial,
            edition=old.edition + 1,
            at=uow.now,
            drafter=uow.actor.name if own else "",
            why=f"第 {now.version} 版更正后重新制发，代替第 {old.edition} 次制发的同期文书。",
        )
        _keep(incident, now, issue, old.agency_code, uow)


def _keep(incident: Incident, facts: Known, issue: Issue, agency_code: str, uow: UnitOfWork) -> Paper:
    content = texts.paper(facts, issue).as_data()
    row = Paper(
        id=new_id(),
        lane_id=uow.own_lane,
        incident_id=incident.id,
        agency_code=agency_code,
        agency_name=issue.agency,
        kind=issue.kind,
        edition=issue.edition,
        year=issue.year,
        serial=issue.serial,
        report_version=facts.version,
        made_at=uow.now,
        made_by=uow.actor.name,
        why=issue.why,
        content=content,
        content_sha256=hashlib.sha256(ENCODER.encode(content).encode()).hexdigest(),
        sms=short.sms(facts),
        script=short.script(facts, issue.agency),
    )
    uow.session.add(row)
    uow.session.flush()
    audit.record(
        uow,
        "paper.reissued" if issue.why else "paper.made",
        province_code=incident.province_code,
        incident_id=incident.id,
        payload={
            "title": texts.HEADS[issue.kind],
            "kind": issue.kind.replace("_", " "),
            "number": issue.number,
            "edition": issue.edition,
            "version": facts.version,
            "office": issue.agency,
            "sha256": row.content_sha256,
        },
    )
    return row


def file_of(paper: Paper, form: str, uow: UnitOfWork) -> StoredDocument:
    """Return the paper as `pdf` or `docx`; made and stored with its checksum at the first call."""
    return keep_official(
        uow,
        Official.from_data(paper.content),
        form,
        kind=f"paper.{paper.kind}",
        subject_id=paper.id,
        incident_id=paper.incident_id,
    )


def is_superseded(paper: Paper, uow: UnitOfWork) -> bool:
    """Return whether its office has made a later edition."""
    return queries.editions(uow.session, paper.incident_id, paper.agency_code, paper.kind) > paper.edition
