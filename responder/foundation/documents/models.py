"""Table of documents that were made."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from responder.core.db import Base
from responder.core.ids import IncidentId
from responder.core.lanes import LaneMixin


class StoredDocument(LaneMixin, Base):
    """A document as it was made, with its checksum; a later text is a later version."""

    __tablename__ = "stored_document"
    __table_args__ = (
        UniqueConstraint("lane_id", "kind", "subject_id", "version", "media_type"),
        Index("ix_stored_document_incident", "incident_id", "made_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]  # dispatch_order, dispatch_request, brief, …
    subject_id: Mapped[UUID]  # what it speaks of
    incident_id: Mapped[IncidentId | None]
    number: Mapped[str]
    title: Mapped[str]
    version: Mapped[int]
    media_type: Mapped[str]
    filename: Mapped[str]
    size: Mapped[int]
    sha256: Mapped[str]
    made_at: Mapped[datetime]
    made_by: Mapped[str]
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
