"""Tables of the incident, its reports and what hangs on them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from responder.core.db import Base
from responder.core.ids import IncidentId, LaneId, ReportId
from responder.core.lanes import LaneMixin, lane_fk


class Incident(LaneMixin, Base):
    """One accident or near-miss as it stands now; every earlier state is a report of its own."""

    __tablename__ = "incident"
    __table_args__ = (
        UniqueConstraint("lane_id", "id"),
        UniqueConstraint("lane_id", "number"),
        CheckConstraint("state IN ('open', 'closed', 'voided')", name="state"),
        # The trailing columns let counts and the boards' question be answered from the index alone.
        Index("ix_incident_open", "lane_id", "state", "next_due_at", "updated_at", "revision", "historic"),
        Index(
            "ix_incident_province",
            "lane_id",
            "province_code",
            "state",
            "next_due_at",
            "updated_at",
            "revision",
            "historic",
        ),
        Index("ix_incident_city", "lane_id", "city_code", "state", "next_due_at"),
        Index("ix_incident_county", "lane_id", "county_code", "state", "next_due_at"),
        Index("ix_incident_received", "lane_id", "received_at", "historic"),
        Index("ix_incident_province_received", "lane_id", "province_code", "received_at", "historic"),
        Index("ix_incident_city_received", "lane_id", "city_code", "received_at", "historic"),
        Index("ix_incident_county_received", "lane_id", "county_code", "received_at", "historic"),
        Index("ix_incident_jurisdiction", "lane_id", "jurisdiction_code", "state", "occurred_at"),
        Index("ix_incident_unit", "lane_id", "unit", "state", "occurred_at"),
    )

    id: Mapped[IncidentId] = mapped_column(primary_key=True)
    number: Mapped[str]
    state: Mapped[str] = mapped_column(default="open")
    version: Mapped[int]
    revision: Mapped[int] = mapped_column(default=1)  # grows with every change, for the boards' ETag

    jurisdiction_code: Mapped[str]
    province_code: Mapped[str]
    city_code: Mapped[str | None]
    county_code: Mapped[str | None]
    town_code: Mapped[str | None]
    place_name: Mapped[str]
    place_name_en: Mapped[str]
    place: Mapped[str]
    lon: Mapped[float | None]
    lat: Mapped[float | None]
    point_source: Mapped[str]  # given, town, jurisdiction: how far the point can be trusted

    unit: Mapped[str | None]
    unit_agency_code: Mapped[str | None]
    sector: Mapped[str]
    accident_type: Mapped[str | None]

    occurred_at: Mapped[datetime]
    occurred_uncertain: Mapped[bool]
    unit_informed_at: Mapped[datetime | None]
    received_at: Mapped[datetime]
    entered_at: Mapped[datetime]
    agency_code: Mapped[str]  # whose room entered it
    entered_off_duty: Mapped[bool]
    closed_at: Mapped[datetime | None]

    facts: Mapped[dict[str, Any]]
    rule_set: Mapped[str]
    reporting_grade: Mapped[str | None]
    final_grade: Mapped[str | None]
    may_rise: Mapped[bool]
    next_due_at: Mapped[datetime | None]
    next_step: Mapped[str | None]  # acknowledge, send_on, telephone, notify
    next_party: Mapped[str | None]  # who holds it
    next_party_en: Mapped[str | None]
    next_party_code: Mapped[str | None]
    updated_at: Mapped[datetime]
    search_text: Mapped[str]
    historic: Mapped[bool] = mapped_column(default=False)


class Report(LaneMixin, Base):
    """One report: what was said, by whom, when; the latest version is the incident's present state."""

    __tablename__ = "report"
    __table_args__ = (
        UniqueConstraint("lane_id", "incident_id", "version"),
        lane_fk("incident_id", "incident"),
    )

    id: Mapped[ReportId] = mapped_column(primary_key=True)
    incident_id: Mapped[IncidentId]
    version: Mapped[int]
    kind: Mapped[str]
    at: Mapped[datetime]  # received by the server
    learned_at: Mapped[datetime]
    changed_at: Mapped[datetime | None]  # when the change itself happened
    known_to: Mapped[str]  # level of the office that learned it first
    agency_code: Mapped[str]
    agency_name: Mapped[str]
    person_name: Mapped[str]
    facts: Mapped[dict[str, Any]]
    changes: Mapped[dict[str, Any]]  # field -> [before, after]
    summary: Mapped[str]
    measures: Mapped[str]
    source: Mapped[dict[str, Any]]
    reporting_grade: Mapped[str | None]
    final_grade: Mapped[str | None]
    may_rise: Mapped[bool]
    reasons: Mapped[list[Any]]
    reason: Mapped[str] = mapped_column(default="")  # why a figure was corrected


class IncidentParty(LaneMixin, Base):
    """An office or force that the incident is addressed to, wherever its own area lies."""

    __tablename__ = "incident_party"
    __table_args__ = (
        lane_fk("incident_id", "incident"),
        Index("ix_incident_party_agency", "lane_id", "agency_code", "incident_id"),
    )

    lane_id: Mapped[LaneId] = mapped_column(ForeignKey("lane.id"), primary_key=True)
    incident_id: Mapped[IncidentId] = mapped_column(primary_key=True)
    agency_code: Mapped[str] = mapped_column(primary_key=True)


class Attachment(LaneMixin, Base):
    """A photograph or the paper form, kept as it came, with its checksum."""

    __tablename__ = "attachment"
    __table_args__ = (lane_fk("incident_id", "incident"), Index("ix_attachment_incident", "incident_id"))

    id: Mapped[UUID] = mapped_column(primary_key=True)
    incident_id: Mapped[IncidentId]
    version: Mapped[int]
    kind: Mapped[str]  # photo or paper
    filename: Mapped[str]
    media_type: Mapped[str]
    size: Mapped[int]
    sha256: Mapped[str]
    added_at: Mapped[datetime]
    added_by: Mapped[str]
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)


class Draft(LaneMixin, Base):
    """What an officer has typed and not saved yet; one for each account and form."""

    __tablename__ = "draft"
    __table_args__ = (UniqueConstraint("lane_id", "account_id", "form"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID]
    form: Mapped[str]
    fields: Mapped[dict[str, Any]]
    started_at: Mapped[datetime]
    saved_at: Mapped[datetime]


class NumberSeries(LaneMixin, Base):
    """The last number given in one place and year."""

    __tablename__ = "number_series"
    __table_args__ = (UniqueConstraint("lane_id", "jurisdiction_code", "year"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    jurisdiction_code: Mapped[str]
    year: Mapped[int]
    last: Mapped[int]
