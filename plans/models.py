"""Tables of plans (reference data, no lane) and of what is done with them in an incident (each in its lane)."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from responder.core.db import Base
from responder.core.ids import ActivationId, IncidentId, PlanId
from responder.core.lanes import LaneMixin, lane_fk

VALID = text("state = 'valid'")


class Plan(Base):
    """A contingency plan: whose, of which kind, for which area; what it says stands in its versions."""

    __tablename__ = "plan"
    __table_args__ = (
        CheckConstraint("kind IN ('general', 'special', 'on_site')", name="kind"),
        CheckConstraint("level IN ('state', 'province', 'city', 'county', 'unit')", name="level"),
        Index("ix_plan_area", "area_code", "kind"),
        Index("ix_plan_owner", "owner_code"),
    )

    id: Mapped[PlanId] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(64), unique=True)  # its name in the data file, or its id
    kind: Mapped[str] = mapped_column(String(12))
    level: Mapped[str] = mapped_column(String(12))
    title: Mapped[str]
    title_en: Mapped[str]
    owner_code: Mapped[str] = mapped_column(String(48))
    owner_name: Mapped[str]
    owner_name_en: Mapped[str]
    area_code: Mapped[str] = mapped_column(String(12))
    province_code: Mapped[str | None] = mapped_column(String(12))
    city_code: Mapped[str | None] = mapped_column(String(12))
    county_code: Mapped[str | None] = mapped_column(String(12))
    unit: Mapped[str | None]  # the enterprise a unit's plan is for
    invented: Mapped[bool] = mapped_column(default=False)  # made for the demo, approved by nobody


class PlanVersion(Base):
    """One version of a plan; of each plan at most one is valid, earlier ones stay readable."""

    __tablename__ = "plan_version"
    __table_args__ = (
        UniqueConstraint("plan_id", "number"),
        CheckConstraint("state IN ('draft', 'valid', 'superseded', 'expired')", name="state"),
        Index("uq_plan_version_valid", "plan_id", unique=True, sqlite_where=VALID, postgresql_where=VALID),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    plan_id: Mapped[PlanId] = mapped_column(ForeignKey("plan.id"))
    number: Mapped[int]
    state: Mapped[str] = mapped_column(String(12))
    sectors: Mapped[list[str]]  # empty: every sector
    accident_types: Mapped[list[str]]  # empty: every type of these sectors
    scope: Mapped[str]
    levels: Mapped[list[Any]]  # response levels with triggers, the highest first
    steps: Mapped[list[Any]]
    points: Mapped[list[Any]]  # assembly points: name, lon, lat, note
    notes: Mapped[list[Any]]  # what to watch, one sentence each
    approved_on: Mapped[date | None]
    approved_by: Mapped[str | None]
    filed_on: Mapped[date | None]
    filed_with: Mapped[str | None]
    next_review_on: Mapped[date | None]
    changes: Mapped[str] = mapped_column(default="")  # against the version before
    created_at: Mapped[datetime]
    created_by: Mapped[str]
    search_text: Mapped[str]


class PlanSector(Base):
    """A sector that a version is for; `*` stands for all, so that one index answers which plans may fit."""

    __tablename__ = "plan_sector"
    __table_args__ = (Index("ix_plan_sector_version_id", "version_id"),)

    sector: Mapped[str] = mapped_column(String(24), primary_key=True)
    version_id: Mapped[UUID] = mapped_column(ForeignKey("plan_version.id"), primary_key=True)


class PlanGram(Base):
    """A pair of neighbouring characters (or a word in letters) that a version's text contains."""

    __tablename__ = "plan_gram"
    __table_args__ = (Index("ix_plan_gram_version_id", "version_id"),)

    gram: Mapped[str] = mapped_column(String(32), primary_key=True)
    version_id: Mapped[UUID] = mapped_column(ForeignKey("plan_version.id"), primary_key=True)


class Activation(LaneMixin, Base):
    """A plan put into force for an incident at a response level."""

    __tablename__ = "activation"
    __table_args__ = (
        UniqueConstraint("lane_id", "id"),
        UniqueConstraint("lane_id", "incident_id", "plan_id"),
        lane_fk("incident_id", "incident"),
        CheckConstraint("level BETWEEN 1 AND 4", name="level"),
        Index("ix_activation_incident", "incident_id"),
    )

    id: Mapped[ActivationId] = mapped_column(primary_key=True)
    incident_id: Mapped[IncidentId]
    plan_id: Mapped[PlanId] = mapped_column(ForeignKey("plan.id"))
    version_id: Mapped[UUID] = mapped_column(ForeignKey("plan_version.id"))
    level: Mapped[int]  # 1 to 4, shown as Ⅰ to Ⅳ
    agency_code: Mapped[str]
    agency_name: Mapped[str]
    activated_by: Mapped[str]
    activated_at: Mapped[datetime]


class Instruction(LaneMixin, Base):
    """What a leader ordered, word for word."""

    __tablename__ = "instruction"
    __table_args__ = (
        UniqueConstraint("lane_id", "id"),
        lane_fk("incident_id", "incident"),
        Index("ix_instruction_incident", "incident_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    incident_id: Mapped[IncidentId]
    text: Mapped[str]
    leader: Mapped[str]
    agency_code: Mapped[str]
    agency_name: Mapped[str]
    given_at: Mapped[datetime]  # when the leader said it
    entered_at: Mapped[datetime]
    entered_by: Mapped[str]
