"""The sealed file over HTTP."""

from typing import Any
from uuid import UUID

from apiflask import APIBlueprint
from flask import Response
from flask.typing import ResponseReturnValue
from pydantic import BaseModel, ConfigDict

from responder.core.permissions import Permission, requires
from responder.foundation.documents.models import StoredDocument
from responder.foundation.web.context import installation, unit_of_work
from responder.foundation.web.downloads import attach
from responder.foundation.web.openapi import PROBLEMS, answers
from responder.reporting import evidence

api = APIBlueprint("evidence_api", __name__, url_prefix="/api/v1", tag="Evidence")


class EvidenceOut(BaseModel):
    """Who knew what when, sealed."""

    model_config = ConfigDict(extra="allow")

    format: str
    number: int
    made_at: str
    incident: dict[str, Any]
    versions: list[dict[str, Any]]
    grades: list[dict[str, Any]]
    arrows: list[dict[str, Any]]
    audit: dict[str, Any]
    audit_check: dict[str, Any]
    seal: dict[str, str]


@api.get("/incidents/<uuid:incident_id>/evidence")
@requires(Permission.EXPORT_EVIDENCE)
@answers(EvidenceOut)
@api.doc(summary="Who knew what when: a sealed file, stored and recorded", responses=PROBLEMS)
def export(incident_id: UUID) -> ResponseReturnValue:
    """Seal what is recorded now and answer the file; the export itself is recorded."""
    with unit_of_work() as uow:
        file, _pdf = evidence.seal_evidence(incident_id, installation().settings.secret_key, uow)
        return file_answer(file)


def file_answer(row: StoredDocument) -> Response:
    """Return a stored document as a download, its checksum in `ETag`."""
    answer = Response(row.content, mimetype=row.media_type)
    attach(answer, row.filename)
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.set_etag(row.sha256)
    return answer
