"""Tables of what people judge about reports: checks, classes of bad reports, settlements, overrulings."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from responder.core.db import Base
from responder.core.ids import IncidentId, LegId
from responder.core.lanes import LaneMixin, lane_fk


class ReportCheck(LaneMixin, Base):
    """A tip-off's or another department's figures held against a report: a check for the level above its reporter."""

    __tablename__ = "report_check"
    __table_args__ = (
        UniqueConstraint("lane_id", "id"),
        lane_fk("incident_id", "incident"),
        CheckConstraint("outcome IN ('true', 'false', 'partly')", name="outcome"),
        Index("ix_report_check_incident", "incident_id"),
        Index("ix_report_check_owner", "owner_code", "concluded_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    incident_id: Mapped[IncidentId]
    version: Mapped[int]  # the report it was held against
    reporter_code: Mapped[str]
    reporter_name: Mapped[str]
    owner_code: Mapped[str]  # one level above the reporter
    owner_name: Mapped[str]
    owner_name_en: Mapped[str]
    owner_level: Mapped[str]
    source: Mapped[str]  # tip_off, hospital, mine_register, funeral_home, department, media, inspection
    source_name: Mapped[str]
    words: Mapped[str]
    figures: Mapped[dict[str, Any]]
    differing: Mapped[dict[str, Any]]  # figure -> [reported, found]
    received_at: Mapped[datetime]
    opened_at: Mapped[datetime]
    opened_by: Mapped[str]
    first_due_at: Mapped[datetime | None]  # 5 days, of accidents only
    details_due_at: Mapped[datetime | None]  # 2 months
    first_result: Mapped[str] = mapped_column(default="")
    first_result_at: Mapped[datetime | None]
    first_result_by: Mapped[str | None]
    outcome: Mapped[str | None]
    conclusion: Mapped[str] = mapped_column(default="")
    concluded_at: Mapped[datetime | None]
    concluded_by: Mapped[str | None]


class QualityDecision(LaneMixin, Base):
    """A named person's decision about a proposed class of one leg; a later decision stands beside the earlier."""

    __tablename__ = "quality_decision"
    __table_args__ = (
        lane_fk("incident_id", "incident"),
        lane_fk("leg_id", "report_leg"),
        CheckConstraint("fault IN ('late', 'omitted', 'false', 'concealed')", name="fault"),
        Index("ix_quality_decision_incident", "incident_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    incident_id: Mapped[IncidentId]
    leg_id: Mapped[LegId]
    fault: Mapped[str]
    upheld: Mapped[bool]
    source: Mapped[dict[str, Any]]
    evidence: Mapped[dict[str, Any]]  # the proposal as it stood
    reason: Mapped[str]
    decided_by: Mapped[str]
    decided_post: Mapped[str]
    decided_agency: Mapped[str]
    decided_at: Mapped[datetime]


class Settlement(LaneMixin, Base):
    """A signed statement which of two levels' figures holds, and why."""

    __tablename__ = "settlement"
    __table_args__ = (lane_fk("incident_id", "incident"), Index("ix_settlement_incident", "incident_id"))

    id: Mapped[UUID] = mapped_column(primary_key=True)
    incident_id: Mapped[IncidentId]
    version: Mapped[int]  # the latest report when it was signed; a later one may open it again
    figure: Mapped[str]
    said: Mapped[dict[str, Any]]  # level -> figure
    value: Mapped[int | None]
    reason: Mapped[str]
    settled_by: Mapped[str]
    agency_code: Mapped[str]
    agency_name: Mapped[str]
    settled_at: Mapped[datetime]


class Overruling(LaneMixin, Base):
    """A computed value set aside by a leader with name and reason; the computed one is kept beside it."""

    __tablename__ = "overruling"
    __table_args__ = (
        lane_fk("incident_id", "incident"),
        CheckConstraint("what IN ('grade', 'deadline', 'addressee')", name="what"),
        Index("ix_overruling_incident", "incident_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    incident_id: Mapped[IncidentId]
    what: Mapped[str]
    leg_id: Mapped[LegId | None]
    version: Mapped[int]
    computed: Mapped[str]
    value: Mapped[str]
    reason: Mapped[str]
    decided_by: Mapped[str]
    decided_post: Mapped[str]
    agency_code: Mapped[str]
    agency_name: Mapped[str]
    known_to: Mapped[str]  # level of the office that overruled
    decided_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]  # overtaken by a later report, or withdrawn
    ended_why: Mapped[str] = mapped_column(default="")
