"""The page of an incident's papers."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue

from duty_roster.queries import on_call
from responder.core.errors import InvalidInput, Text
from responder.core.permissions import Permission, may, requires
from responder.core.uow import UnitOfWork
from responder.foundation.web.context import current_locale, render, unit_of_work
from responder.incidents import queries as incidents
from responder.incidents.models import Incident
from responder.incidents.rules import Reader
from responder.incidents.wording import title
from responder.reporting.papers import queries, services, short
from responder.reporting.papers.api import answer_file, read_signers
from responder.reporting.papers.shapes import paper_shapes

bp = Blueprint("papers", __name__, template_folder="templates")
KIND_WORDS = {
    "quick_report": Text("事故快报", "Accident quick report"),
    "follow_up": Text("续报", "Follow-up"),
    "urgent_information": Text("值班信息", "Urgent information"),
}
KIND_HINTS = {
    "quick_report": Text("六项要素齐全的书面快报", "the written quick report with all six items"),
    "follow_up": Text("比上一版变了什么、处置进展", "what changed since the last version, and progress"),
    "urgent_information": Text("报政府总值班室的一页信息", "one page for the government's duty office"),
}


@bp.get("/incidents/<uuid:incident_id>/papers")
@requires(Permission.SEE_INCIDENTS)
def index(incident_id: UUID) -> ResponseReturnValue:
    """Show the papers of an incident, the form for the next one, SMS and telephone script."""
    with unit_of_work(write=False) as uow:
        incident = incidents.incident(uow.session, uow.actor, incident_id)
        return _page(incident, uow, {}, {})


def _page(incident: Incident, uow: UnitOfWork, values: dict[str, str], errors: dict[str, str]) -> str:
    locale, prefix = current_locale(), request.script_root
    url = f"{prefix}/incidents/{incident.id}"
    facts = services.facts_of(incident, uow)
    rows = paper_shapes(queries.papers(uow.session, incident.id), uow)
    for row in rows:
        row["word"] = KIND_WORDS[row["kind"]].in_(locale)
        row["urls"] = [(file["form"], f"{prefix}/papers/{row['id']}.{file['form']}") for file in row["files"]]
    form = None
    if may(uow.actor.role, Permission.ADD_REPORT):
        form = {
            "action": f"{url}/papers",
            "kinds": [
                {"value": kind, "label": word.in_(locale), "hint": KIND_HINTS[kind].in_(locale)}
                for kind, word in KIND_WORDS.items()
            ],
            "values": {**_usual_signers(uow), "kind": _next_kind(incident, rows), **values},
            "errors": errors,
        }
    model = {
        "url": url,
        "title": title(incident).in_(locale),
        "number": incident.number,
        "version": incident.version,
        "sms": short.sms(facts),
        "script": short.script(facts, uow.actor.agency_name),
    }
    return render("papers/papers.html", uow.session, incident=model, papers=rows, form=form)


def _next_kind(incident: Incident, rows: list[dict[str, Any]]) -> str:
    return "follow_up" if incident.version > 1 and rows else "quick_report"


def _usual_signers(uow: UnitOfWork) -> dict[str, str]:
    """Return who drafts now, and the leader in charge of this minute as who would sign."""
    desk = on_call(uow.session, uow.actor.agency_code, uow.now)
    leader = desk.leader.name if desk is not None and desk.leader is not None else ""
    return {"drafter": uow.actor.name, "checker": "", "signer": leader}


@bp.post("/incidents/<uuid:incident_id>/papers")
@requires(Permission.ADD_REPORT)
def make(incident_id: UUID) -> ResponseReturnValue:
    """Make a paper, or show the form again with what is wrong."""
    try:
        with unit_of_work() as uow:
            reader = Reader(request.form, uow.now)
            services.make_paper(incident_id, reader.text("kind"), read_signers(reader), uow)
    except InvalidInput as refused:
        errors = {name: text.in_(current_locale()) for name, text in refused.errors.items()}
        with unit_of_work(write=False) as uow:
            incident = incidents.incident(uow.session, uow.actor, incident_id)
            page = _page(incident, uow, request.form.to_dict(), errors)
        return page, HTTPStatus.UNPROCESSABLE_ENTITY
    return redirect(f"{request.script_root}/incidents/{incident_id}/papers", HTTPStatus.SEE_OTHER)


@bp.get("/papers/<uuid:paper_id>.<any(pdf, docx):form>")
@requires(Permission.SEE_INCIDENTS)
def download(paper_id: UUID, form: str) -> ResponseReturnValue:
    """Answer a paper's stored file."""
    return answer_file(paper_id, form)
