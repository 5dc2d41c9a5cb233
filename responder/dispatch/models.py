"""Tables of dispatch."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from responder.core.db import Base
from responder.core.ids import IncidentId, OrderId
from responder.core.lanes import LaneMixin, lane_fk

OPEN_ROW = text("ended_at IS NULL")


class RescueForce(Base):
    """A rescue base, team or partner force: what it is, how far that is known, what it can do, how fit it is now.

    Forces are the same in reality and in exercises; what they are ordered to do belongs to a lane.
    """

    __tablename__ = "rescue_force"
    __table_args__ = (
        CheckConstraint(
            "build_state IN ('unconfirmed', 'planned', 'building', 'working', 'closed')", name="build_state"
        ),
        CheckConstraint("readiness IN ('ready', 'limited', 'out')", name="readiness"),
        Index("ix_rescue_force_kind", "kind", "level"),
        Index("ix_rescue_force_province", "province_code"),
        Index("ix_rescue_force_agency", "agency_code"),
    )

    code: Mapped[str] = mapped_column(primary_key=True)  # M03: the id of the reference file
    name: Mapped[str]
    name_en: Mapped[str]
    kind: Mapped[str]  # mining, chemical, fire, maritime, railway, aviation, nuclear, other
    level: Mapped[str]  # state (national), province, city, county, enterprise
    build_state: Mapped[str]
    is_placeholder: Mapped[bool]  # the seat is filled for coverage; never orderable
    is_partner: Mapped[bool]  # another department's: it is asked, never ordered
    is_demo: Mapped[bool]
    owner: Mapped[str]
    agency_code: Mapped[str | None]  # the office of its own account, if it has one
    province_code: Mapped[str]
    city_code: Mapped[str | None]
    county_code: Mapped[str | None]
    address: Mapped[str]
    lon: Mapped[float]
    lat: Mapped[float]
    precision: Mapped[str]
    source: Mapped[str]
    confidence: Mapped[str]  # documented, likely, placeholder
    capabilities: Mapped[dict[str, Any]]  # code -> day last proved, or null
    equipment: Mapped[dict[str, Any]]  # deciding equipment with its figures
    people: Mapped[int | None]
    squads: Mapped[int | None]
    squads_on_duty: Mapped[int | None]
    vehicles: Mapped[int | None]
    readiness: Mapped[str | None]  # ready, limited, out; null = never reported
    reported_at: Mapped[datetime | None]  # when readiness was last reported
    reported_by: Mapped[str | None]
    readiness_note: Mapped[str | None]
    free_since: Mapped[datetime | None]  # when it was last released from a task
    updated_at: Mapped[datetime]
    revision: Mapped[int] = mapped_column(default=1)  # grows with every change


class HeldForce(Base):
    """A national base that an import brought beyond the plan's number: an administrator admits or refuses it."""

    __tablename__ = "held_force"
    __table_args__ = (
        CheckConstraint("decision IN ('admitted', 'refused')", name="decision"),
        Index("ix_held_force_open", "code", unique=True, sqlite_where=text("decision IS NULL"),
              postgresql_where=text("decision IS NULL")),
    )  # fmt: skip

    id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str]
    name: Mapped[str]
    kind: Mapped[str]
    fields: Mapped[dict[str, Any]]  # the row of the file
    reason_zh: Mapped[str]
    reason_en: Mapped[str]
    held_at: Mapped[datetime]
    decision: Mapped[str | None]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str | None]
    decision_note: Mapped[str | None]


class IncidentCommand(LaneMixin, Base):
    """Who commanded an incident from when to when; the database allows one open row for each incident."""

    __tablename__ = "incident_command"
    __table_args__ = (
        UniqueConstraint("lane_id", "id"),
        lane_fk("incident_id", "incident"),
        Index(
            "ix_incident_command_open",
            "lane_id",
            "incident_id",
            unique=True,
            sqlite_where=OPEN_ROW,
            postgresql_where=OPEN_ROW,
        ),
        Index("ix_incident_command_history", "incident_id", "taken_at"),
        Index("ix_incident_command_told", "told_code", "told_seen_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    incident_id: Mapped[IncidentId]
    agency_code: Mapped[str]
    agency_name: Mapped[str]
    agency_name_en: Mapped[str]
    level: Mapped[str]
    holder_name: Mapped[str]  # empty: the office by rule, before anybody signed
    how: Mapped[str]  # rule, taken, handed
    note: Mapped[str]
    taken_at: Mapped[datetime]
    former_code: Mapped[str | None]  # who had it before
    former_name: Mapped[str | None]
    former_name_en: Mapped[str | None]
    former_holder: Mapped[str | None]
    told_code: Mapped[
        str | None
    ]  # the office that is told of the change: the former one, or who was handed it
    told_seen_at: Mapped[datetime | None]
    told_seen_by: Mapped[str | None]
    ended_at: Mapped[datetime | None]


class DispatchOrder(LaneMixin, Base):
    """An order to a force of one's own, or a request for another's; one live order for each force and lane."""

    __tablename__ = "dispatch_order"
    __table_args__ = (
        UniqueConstraint("lane_id", "id"),
        UniqueConstraint("lane_id", "agency_code", "year", "serial"),
        lane_fk("incident_id", "incident"),
        CheckConstraint("kind IN ('order', 'request')", name="kind"),
        CheckConstraint(
            "state IN ('issued', 'accepted', 'declined', 'departed', 'arrived', 'released', 'recalled')",
            name="state",
        ),
        Index(
            "ix_dispatch_order_live",
            "lane_id",
            "force_code",
            unique=True,
            sqlite_where=OPEN_ROW,
            postgresql_where=OPEN_ROW,
        ),
        Index("ix_dispatch_order_incident", "incident_id", "issued_at"),
        Index("ix_dispatch_order_commander", "commander_code", "ended_at"),
        Index("ix_dispatch_order_force_agency", "force_agency_code", "ended_at"),
        Index("ix_dispatch_order_via", "via_code", "ended_at"),
        Index("ix_dispatch_order_unanswered", "state", "unanswered_noted", "accept_by"),
    )

    id: Mapped[OrderId] = mapped_column(primary_key=True)
    incident_id: Mapped[IncidentId]
    kind: Mapped[str]
    number: Mapped[str]
    year: Mapped[int]
    serial: Mapped[int]
    agency_code: Mapped[str]  # who gave it
    agency_name: Mapped[str]
    agency_name_en: Mapped[str]
    issued_by: Mapped[str]
    commander_code: Mapped[str]  # who commands now: follows the command of the incident
    force_code: Mapped[str] = mapped_column(ForeignKey("rescue_force.code"))
    force_name: Mapped[str]
    force_name_en: Mapped[str]
    force_agency_code: Mapped[str | None]
    owner: Mapped[str]
    via_code: Mapped[str | None]  # the office a request goes through
    via_name: Mapped[str | None]
    via_name_en: Mapped[str | None]
    task: Mapped[str]
    reason: Mapped[str]  # why a force of another class was chosen
    warning: Mapped[dict[str, Any] | None]  # what the commander read and confirmed, zh and en
    facts: Mapped[dict[str, Any]]  # what the document says, frozen when it was given
    distance_km: Mapped[float | None]
    eta_minutes: Mapped[int | None]
    state: Mapped[str]
    accept_by: Mapped[datetime]
    issued_at: Mapped[datetime]
    noted_at: Mapped[datetime]  # when it was entered, which may be later
    accepted_at: Mapped[datetime | None]
    departed_at: Mapped[datetime | None]
    arrived_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]  # declined, released or recalled
    needs_confirmation: Mapped[bool] = mapped_column(
        default=False
    )  # another office commands since it was given
    recall_seen_at: Mapped[datetime | None]
    unanswered_noted: Mapped[bool] = mapped_column(default=False)
    revision: Mapped[int] = mapped_column(default=1)


class OrderStep(LaneMixin, Base):
    """One step of an order: when it was taken, who says so, and when that was entered."""

    __tablename__ = "order_step"
    __table_args__ = (
        lane_fk("order_id", "dispatch_order"),
        Index("ix_order_step_order", "order_id", "noted_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    order_id: Mapped[OrderId]
    step: Mapped[str]
    at: Mapped[datetime]
    noted_at: Mapped[datetime]
    by: Mapped[str]
    agency_code: Mapped[str]
    agency_name: Mapped[str]
    method: Mapped[str]  # web, or phone where another office notes it
    note: Mapped[str]


class OrderSeries(LaneMixin, Base):
    """The last number an office gave in a year."""

    __tablename__ = "order_series"
    __table_args__ = (UniqueConstraint("lane_id", "agency_code", "year"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    agency_code: Mapped[str]
    year: Mapped[int]
    last: Mapped[int]
