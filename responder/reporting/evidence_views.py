"""Pages and downloads of sealed files and timelines."""

from http import HTTPStatus
from uuid import UUID

from flask import Blueprint, Response, redirect, request
from flask.typing import ResponseReturnValue

from responder.core.errors import nothing_here
from responder.core.permissions import Permission, requires
from responder.foundation.audit import queries as audit
from responder.foundation.audit.rules import check_proof
from responder.foundation.documents.services import PDF
from responder.foundation.web.context import current_locale, installation, render, unit_of_work
from responder.foundation.web.downloads import attach
from responder.incidents import queries as incidents
from responder.incidents.wording import title
from responder.reporting import evidence, queries
from responder.reporting.evidence_api import file_answer
from responder.reporting.seal import sealed

bp = Blueprint("evidence", __name__, template_folder="templates")


@bp.get("/incidents/<uuid:incident_id>/evidence")
@requires(Permission.EXPORT_EVIDENCE)
def index(incident_id: UUID) -> ResponseReturnValue:
    """Show the sealed files of an incident and whether its chain holds now."""
    with unit_of_work(write=False) as uow:
        incident = incidents.incident(uow.session, uow.actor, incident_id)
        url = f"{request.script_root}/incidents/{incident.id}"
        proof = audit.proof(uow.session, incident.id)
        broken = check_proof(proof)
        legs = queries.legs(uow.session, incident.id)
        files: dict[int, dict[str, object]] = {}
        for row in evidence.sealed_files(incident.id, uow):
            form = "pdf" if row.media_type == PDF else "json"
            kept = files.setdefault(row.version, {"number": row.version, "links": []})
            kept |= {"made_at": row.made_at, "made_by": row.made_by, form: row.sha256}
            kept["links"] = [*_links(kept), (form.upper(), f"{url}/evidence/{row.version}.{form}")]
        model = {
            "url": url,
            "title": title(incident).in_(current_locale()),
            "number": incident.number,
            "arrows": len(legs),
            "versions": incident.version,
            "entries": len(proof["entries"]),
            "broken": broken,
        }
        return render("reporting/evidence.html", uow.session, incident=model, files=list(files.values()))


def _links(kept: dict[str, object]) -> list[object]:
    links = kept["links"]
    return list(links) if isinstance(links, list) else []


@bp.post("/incidents/<uuid:incident_id>/evidence")
@requires(Permission.EXPORT_EVIDENCE)
def make(incident_id: UUID) -> ResponseReturnValue:
    """Seal what is recorded now."""
    with unit_of_work() as uow:
        evidence.seal_evidence(incident_id, installation().settings.secret_key, uow)
    return redirect(f"{request.script_root}/incidents/{incident_id}/evidence", HTTPStatus.SEE_OTHER)


@bp.get("/incidents/<uuid:incident_id>/evidence/<int:number>.<any(json, pdf):form>")
@requires(Permission.EXPORT_EVIDENCE)
def download(incident_id: UUID, number: int, form: str) -> ResponseReturnValue:
    """Answer a sealed file as it was stored."""
    wanted = PDF if form == "pdf" else evidence.JSON
    with unit_of_work(write=False) as uow:
        incidents.incident(uow.session, uow.actor, incident_id)
        for row in evidence.sealed_files(incident_id, uow):
            if row.version == number and row.media_type == wanted:
                return file_answer(row)
    raise nothing_here("没有这份封存文件", "There is no such sealed file")


@bp.get("/incidents/<uuid:incident_id>/timeline.<any(json, pdf):form>")
@requires(Permission.SEE_INCIDENTS)
def timeline(incident_id: UUID, form: str) -> ResponseReturnValue:
    """Answer the timeline with the audit chain's proof, sealed."""
    with unit_of_work(write=False) as uow:
        incident = incidents.incident(uow.session, uow.actor, incident_id)
        document = sealed(evidence.timeline_of(incident, uow), installation().settings.secret_key)
        name = f"timeline-{incident.number}.{form}"
    content = evidence.timeline_pdf(document) if form == "pdf" else evidence.as_json(document)
    answer = Response(content, mimetype=PDF if form == "pdf" else evidence.JSON)
    attach(answer, name)
    return answer
