"""The table of records that were found to be of one accident."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from responder.core.db import Base
from responder.core.ids import IncidentId
from responder.core.lanes import LaneMixin, lane_fk

STANDING = text("parted_at IS NULL")


class IncidentLink(LaneMixin, Base):
    """That two records are of one accident and which of them leads; parted again, the row stays.

    Number and place of each stand here, as not everybody who sees one record may see the other.
    """

    __tablename__ = "incident_link"
    __table_args__ = (
        lane_fk("incident_id", "incident"),
        lane_fk("lead_id", "incident"),
        Index(
            "uq_incident_link_standing",
            "incident_id",
            unique=True,
            sqlite_where=STANDING,
            postgresql_where=STANDING,
        ),
        Index("ix_incident_link_lead", "lead_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    incident_id: Mapped[IncidentId]  # the record that cooperates
    lead_id: Mapped[IncidentId]  # the record that leads
    number: Mapped[str]
    place_name: Mapped[str]
    place_name_en: Mapped[str]
    lead_number: Mapped[str]
    lead_place_name: Mapped[str]
    lead_place_name_en: Mapped[str]
    reason: Mapped[str]
    decided_by: Mapped[str]
    agency_code: Mapped[str]
    agency_name: Mapped[str]
    decided_at: Mapped[datetime]
    parted_at: Mapped[datetime | None]
    parted_reason: Mapped[str] = mapped_column(default="")
    parted_by: Mapped[str | None]
    parted_agency: Mapped[str | None]
