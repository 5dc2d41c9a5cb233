"""JSON shape of papers."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from responder.core.uow import UnitOfWork
from responder.foundation.documents.models import StoredDocument
from responder.foundation.documents.services import WRITERS
from responder.foundation.web.api import iso
from responder.reporting.papers import queries
from responder.reporting.papers.models import Paper


def paper_shapes(papers: Sequence[Paper], uow: UnitOfWork) -> list[dict[str, Any]]:
    """Return papers of one incident with their files and whether a later edition took their place."""
    made = queries.files(uow.session, [paper.id for paper in papers])
    newest: dict[tuple[str, str], int] = {}
    for paper in papers:
        key = (paper.agency_code, paper.kind)
        newest[key] = max(newest.get(key, 0), paper.edition)
    return [
        _shape(paper, made, superseded=paper.edition < newest[paper.agency_code, paper.kind])
        for paper in papers
    ]


def _shape(
    paper: Paper, made: Mapping[tuple[UUID, str], StoredDocument], *, superseded: bool
) -> dict[str, Any]:
    return {
        "id": str(paper.id),
        "incident": str(paper.incident_id),
        "kind": paper.kind,
        "agency": paper.agency_code,
        "agency_name": paper.agency_name,
        "number": paper.content["number"],
        "title": paper.content["title"],
        "edition": paper.edition,
        "report_version": paper.report_version,
        "made_at": iso(paper.made_at),
        "made_by": paper.made_by,
        "why": paper.why or None,
        "superseded": superseded,
        "signers": {role: name or None for role, name in paper.content["signers"]},
        "sha256": paper.content_sha256,
        "sms": paper.sms,
        "script": paper.script,
        "files": [_file(paper, form, made.get((paper.id, media))) for form, (media, _) in WRITERS.items()],
    }


def _file(paper: Paper, form: str, file: StoredDocument | None) -> dict[str, Any]:
    return {
        "form": form,
        "url": f"/api/v1/papers/{paper.id}.{form}",
        "size": file.size if file else None,
        "sha256": file.sha256 if file else None,
    }
