"""Table of papers."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from responder.core.db import Base
from responder.core.ids import IncidentId
from responder.core.lanes import LaneMixin, lane_fk


class Paper(LaneMixin, Base):
    """One edition of a paper of one office about an incident; its text is frozen when it is made."""

    __tablename__ = "paper"
    __table_args__ = (
        UniqueConstraint("lane_id", "id"),
        UniqueConstraint("lane_id", "incident_id", "agency_code", "kind", "edition"),
        UniqueConstraint("lane_id", "agency_code", "kind", "year", "serial", "edition"),
        lane_fk("incident_id", "incident"),
        CheckConstraint("kind IN ('quick_report', 'follow_up', 'urgent_information')", name="kind"),
        Index("ix_paper_incident", "incident_id", "made_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    incident_id: Mapped[IncidentId]
    agency_code: Mapped[str]
    agency_name: Mapped[str]
    kind: Mapped[str]
    edition: Mapped[int]  # of this office's papers of this kind about this incident
    year: Mapped[int]
    serial: Mapped[int]  # the number in the office's series of that year; all editions made together keep one
    report_version: Mapped[int]  # the facts it was made from
    made_at: Mapped[datetime]
    made_by: Mapped[str]
    why: Mapped[str]  # empty, or which correction it follows
    content: Mapped[dict[str, Any]]
    content_sha256: Mapped[str]
    sms: Mapped[str]
    script: Mapped[str]
