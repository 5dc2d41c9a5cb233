"""Who knew what when: everything recorded about an incident in one sealed file, and the PDF made from that file."""

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from responder.core.errors import Text
from responder.core.uow import UnitOfWork
from responder.escalation import queries as escalation
from responder.foundation.audit import queries as audit
from responder.foundation.audit import services as audit_services
from responder.foundation.audit import words as audit_words
from responder.foundation.audit.rules import check_proof
from responder.foundation.documents.models import StoredDocument
from responder.foundation.documents.pdf import ledger_pdf
from responder.foundation.documents.services import PDF, Keeping, keep_bytes
from responder.foundation.web.api import iso
from responder.incidents import queries as incidents
from responder.incidents.models import Incident, Report
from responder.incidents.shapes import incident_row, report_shape
from responder.reporting import queries, rescue
from responder.reporting.evidence_print import evidence_ledger, timeline_ledger
from responder.reporting.papers import queries as papers
from responder.reporting.papers.models import Paper
from responder.reporting.rescue import declaration_shape
from responder.reporting.seal import sealed
from responder.reporting.shapes import leg_shape

KIND = "evidence"
JSON = "application/json"
audit_words.register(
    {
        "evidence.sealed": Text(
            "封存“谁何时知道什么”第 {version} 份，校验码 {sha256}",
            "sealed the file “who knew what when”, number {version}, checksum {sha256}",
        )
    }
)


def evidence_of(incident: Incident, uow: UnitOfWork) -> dict[str, Any]:
    """Return everything recorded about *incident* as plain JSON, with the audit chain's proof. Times are Beijing's."""
    session = uow.session
    reports = incidents.reports(session, incident.id)
    proof = audit.proof(session, incident.id)
    broken = check_proof(proof)
    return {
        "format": "responder-evidence-1",
        "made_at": iso(uow.now),
        "made_by": {"login": uow.actor.login, "name": uow.actor.name, "agency": uow.actor.agency_code},
        "incident": {**incident_row(incident), "closed_at": iso(incident.closed_at)},
        "versions": [_version(report) for report in reports],
        "grades": _grades(reports),
        "arrows": [_arrow(leg, uow) for leg in queries.legs(session, incident.id)],
        "notices": [
            {
                "version": notice.version,
                "kind": notice.kind,
                "to": notice.agency_code,
                "to_name": notice.agency_name,
                "told_at": iso(notice.told_at),
                "seen_at": iso(notice.seen_at),
                "seen_by": notice.seen_by,
            }
            for notice in queries.notices(session, incident.id)
        ],
        "calls": _calls(incident.id, uow),
        "rescue_ends": [declaration_shape(row) for row in rescue.of_incident(incident, uow)],
        "papers": [_paper(paper) for paper in reversed(papers.papers(session, incident.id))],
        "audit": proof,
        "audit_check": {
            "entries": len(proof["entries"]),
            "holds": broken is None,
            "broken": None if broken is None else {"seq": broken.seq, "why": broken.why},
        },
    }


def _version(report: Report) -> dict[str, Any]:
    return {
        **report_shape(report),
        "agency_name": report.agency_name,
        "changed_at": iso(report.changed_at),
        "source": {key: report.source[key] for key in ("channel", "words") if key in report.source},
    }


def _grades(reports: Any) -> list[dict[str, Any]]:
    """Return the grade from one version on where it changed, with the reasons."""
    found: list[dict[str, Any]] = []
    for report in reports:
        grades = {"reporting_grade": report.reporting_grade, "final_grade": report.final_grade}
        if not found or any(found[-1][name] != grade for name, grade in grades.items()):
            found.append(
                {"at": iso(report.at), "version": report.version, **grades, "reasons": report.reasons}
            )
    return found


def _arrow(leg: Any, uow: UnitOfWork) -> dict[str, Any]:
    """Return one arrow; `late_seconds` of one without a receipt counts to the moment of sealing."""
    return {**leg_shape(leg, uow.now), "received": leg.acknowledged_at is not None}


def _calls(incident_id: UUID, uow: UnitOfWork) -> list[dict[str, Any]]:
    return [
        {
            "agency": call.agency_code,
            "agency_name": call.agency.zh,
            "started_at": iso(call.started_at),
            "state": call.state,
            "acknowledged_at": iso(call.acknowledged_at),
            "acknowledged_by": call.acknowledged_by,
            "rungs": [
                {
                    "rung": rung.rung,
                    "who": rung.who.zh,
                    "names": list(rung.names),
                    "at": iso(rung.at),
                    "done": rung.done,
                }
                for rung in call.rungs
            ],
        }
        for call in escalation.history(uow.session, incident_id)
    ]


def _paper(paper: Paper) -> dict[str, Any]:
    return {
        "id": str(paper.id),
        "kind": paper.kind,
        "agency": paper.agency_code,
        "number": paper.content["number"],
        "edition": paper.edition,
        "report_version": paper.report_version,
        "made_at": iso(paper.made_at),
        "made_by": paper.made_by,
        "sha256": paper.content_sha256,
    }


def timeline_of(incident: Incident, uow: UnitOfWork) -> dict[str, Any]:
    """Return the timeline in both languages with the audit chain's proof."""
    return {
        "format": "responder-timeline-1",
        "made_at": iso(uow.now),
        "made_by": {"login": uow.actor.login, "name": uow.actor.name, "agency": uow.actor.agency_code},
        "incident": incident_row(incident),
        "entries": [
            {
                "at": iso(entry.at),
                "who": entry.actor_name,
                "agency": entry.agency_code,
                "what": audit_words.sentence(entry, "zh"),
                "what_en": audit_words.sentence(entry, "en"),
                "seq": entry.seq,
                "hash": entry.hash,
            }
            for entry in audit.timeline(uow.session, incident.id)
        ],
        "audit": audit.proof(uow.session, incident.id),
    }


def as_json(document: Mapping[str, Any]) -> bytes:
    """Return a sealed document as the bytes of its file."""
    return json.dumps(document, ensure_ascii=False, indent=1).encode()


def timeline_pdf(document: Mapping[str, Any]) -> bytes:
    """Return a sealed timeline as PDF."""
    return ledger_pdf(timeline_ledger(document))


def seal_evidence(incident_id: UUID, secret: str, uow: UnitOfWork) -> tuple[StoredDocument, StoredDocument]:
    """Seal what is recorded now, and store the JSON and the PDF made from it as the next number; return both.

    Raises NotFound when the incident is not the actor's to see. The export itself is recorded.
    """
    incident = incidents.incident(uow.session, uow.actor, incident_id, lock=True)
    version = 1 + (
        uow.session.scalar(
            select(func.max(StoredDocument.version)).where(
                StoredDocument.kind == KIND, StoredDocument.subject_id == incident.id
            )
        )
        or 0
    )
    document = sealed({"number": version, **evidence_of(incident, uow)}, secret)
    keeping = Keeping(
        KIND,
        incident.id,
        version,
        incident.number,
        f"谁何时知道什么 {incident.number} 第 {version} 份",
        incident.id,
    )
    name = f"evidence-{incident.number}-{version}"
    files = (
        keep_bytes(uow, as_json(document), keeping, JSON, f"{name}.json"),
        keep_bytes(uow, ledger_pdf(evidence_ledger(document)), keeping, PDF, f"{name}.pdf"),
    )
    audit_services.record(
        uow,
        "evidence.sealed",
        province_code=incident.province_code,
        incident_id=incident.id,
        payload={"number": incident.number, "version": version, "sha256": document["seal"]["sha256"]},
    )
    return files


def sealed_files(incident_id: UUID, uow: UnitOfWork) -> list[StoredDocument]:
    """Return the sealed files of an incident the caller has been allowed to see, the newest first."""
    return list(
        uow.session.scalars(
            select(StoredDocument)
            .where(StoredDocument.kind == KIND, StoredDocument.subject_id == incident_id)
            .order_by(StoredDocument.version.desc(), StoredDocument.media_type)
        )
    )
