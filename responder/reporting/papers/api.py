"""Papers over HTTP."""

from typing import Any
from uuid import UUID

from apiflask import APIBlueprint
from flask import Response, jsonify
from flask.typing import ResponseReturnValue

from responder.core.errors import invalid
from responder.core.permissions import Permission, requires
from responder.core.uow import UnitOfWork
from responder.foundation.web.api import json_body, writes
from responder.foundation.web.context import unit_of_work
from responder.foundation.web.openapi import PROBLEMS, answers, takes
from responder.incidents import queries as incidents
from responder.incidents.rules import Reader
from responder.reporting.evidence_api import file_answer
from responder.reporting.papers import queries, schemas, services
from responder.reporting.papers.shapes import paper_shapes

api = APIBlueprint("papers_api", __name__, url_prefix="/api/v1", tag="Papers")


def read_signers(reader: Reader) -> services.Signers:
    """Return the names of a request or form."""
    return services.Signers(*(reader.text(name) for name in ("drafter", "checker", "signer")))


@api.post("/incidents/<uuid:incident_id>/papers")
@requires(Permission.ADD_REPORT)
@takes(schemas.PaperIn)
@answers(schemas.PaperOut, status_code=201)
@api.doc(summary="Make a paper from the latest facts", responses=PROBLEMS)
@writes
def make(uow: UnitOfWork, incident_id: UUID) -> tuple[dict[str, Any], int]:
    """Make the next edition; its PDF and Word files are stored at once."""
    reader = Reader(json_body(), uow.now)
    kind, signers = reader.text("kind"), read_signers(reader)
    if reader.errors:
        raise invalid(**reader.errors)
    made = services.make_paper(incident_id, kind, signers, uow)
    return paper_shapes([made], uow)[0], 201


@api.get("/incidents/<uuid:incident_id>/papers")
@requires(Permission.SEE_INCIDENTS)
@answers(schemas.PaperList)
@api.doc(summary="Papers of an incident", responses=PROBLEMS)
def index(incident_id: UUID) -> ResponseReturnValue:
    """Answer all papers, the newest first."""
    with unit_of_work(write=False) as uow:
        incidents.incident(uow.session, uow.actor, incident_id)
        return jsonify(items=paper_shapes(queries.papers(uow.session, incident_id), uow), next=None)


@api.get("/papers/<uuid:paper_id>.<any(pdf, docx):form>")
@requires(Permission.SEE_INCIDENTS)
@api.doc(summary="A paper as PDF or Word", responses=PROBLEMS)
def download(paper_id: UUID, form: str) -> ResponseReturnValue:
    """Answer the stored file, its checksum in the header `ETag`."""
    return answer_file(paper_id, form)


def answer_file(paper_id: UUID, form: str) -> Response:
    """Return a paper's file; it is made and stored when nobody has asked for it before."""
    with unit_of_work() as uow:
        paper, _incident = queries.paper(uow.session, uow.actor, paper_id)
        return file_answer(services.file_of(paper, form, uow))
