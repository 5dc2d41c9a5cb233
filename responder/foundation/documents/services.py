"""Making a document once and keeping it."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from responder.core.ids import IncidentId, new_id
from responder.core.uow import UnitOfWork
from responder.foundation.documents.docx import official_docx
from responder.foundation.documents.models import StoredDocument
from responder.foundation.documents.pdf import official_pdf
from responder.foundation.documents.rules import Official

PDF = "application/pdf"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
WRITERS: dict[str, tuple[str, Callable[[Official], bytes]]] = {
    "pdf": (PDF, official_pdf),
    "docx": (WORD, official_docx),
}


def keep_official(
    uow: UnitOfWork,
    document: Official,
    form: str,
    *,
    kind: str,
    subject_id: UUID,
    incident_id: IncidentId | None = None,
) -> StoredDocument:
    """Return the document of this version as `pdf` or `docx`, made and stored at the first call.

    A second call answers the bytes that were stored, so that everybody holds the same file with the same checksum.
    Raises KeyError for another form.
    """
    media_type, write = WRITERS[form]
    stored = uow.session.scalars(
        select(StoredDocument).where(
            StoredDocument.kind == kind,
            StoredDocument.subject_id == subject_id,
            StoredDocument.version == document.version,
            StoredDocument.media_type == media_type,
        )
    ).one_or_none()
    if stored is not None:
        return stored
    name = (document.head + document.number).replace(" ", "") or document.title
    return keep_bytes(
        uow,
        write(document),
        Keeping(kind, subject_id, document.version, document.number, document.shown_title, incident_id),
        media_type,
        f"{name}.{form}",
    )


@dataclass(frozen=True, slots=True)
class Keeping:
    """Under what a document is kept."""

    kind: str
    subject_id: UUID
    version: int
    number: str
    title: str
    incident_id: IncidentId | None = None


def keep_bytes(
    uow: UnitOfWork, content: bytes, keeping: Keeping, media_type: str, filename: str
) -> StoredDocument:
    """Store a document that has been made, with its checksum, and return it."""
    row = StoredDocument(
        id=new_id(),
        lane_id=uow.own_lane,
        kind=keeping.kind,
        subject_id=keeping.subject_id,
        incident_id=keeping.incident_id,
        number=keeping.number,
        title=keeping.title,
        version=keeping.version,
        media_type=media_type,
        filename=filename,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        made_at=uow.now,
        made_by=uow.actor.name,
        content=content,
    )
    uow.session.add(row)
    uow.session.flush()
    return row
