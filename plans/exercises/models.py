"""Tables of exercises. They steer a lane and stand in none: the organizer sees them from reality."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from responder.core.db import Base
from responder.core.ids import ExerciseId, IncidentId, PlanId, TaskId


class Exercise(Base):
    """One exercise; its id is the id of its lane."""

    __tablename__ = "exercise"
    __table_args__ = (
        CheckConstraint("kind IN ('tabletop', 'functional', 'full_scale')", name="kind"),
        CheckConstraint("state IN ('planned', 'running', 'suspended', 'ended')", name="state"),
        Index("ix_exercise_planned", "planned_at"),
        Index("ix_exercise_state", "state"),
    )

    id: Mapped[ExerciseId] = mapped_column(ForeignKey("lane.id"), primary_key=True)
    number: Mapped[str]
    title: Mapped[str]
    kind: Mapped[str]
    plan_id: Mapped[PlanId | None] = mapped_column(ForeignKey("plan.id"))
    state: Mapped[str]
    planned_at: Mapped[datetime]
    script: Mapped[str | None]  # the ready-made script it was made from
    organizer: Mapped[str]  # login
    organizer_name: Mapped[str]
    agency_code: Mapped[str]
    agency_name: Mapped[str]
    province_code: Mapped[str]
    city_code: Mapped[str | None]
    county_code: Mapped[str | None]
    sector: Mapped[str]
    needs_approval: Mapped[bool]  # planned into a sensitive period
    approved_by: Mapped[str | None]
    approved_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    suspended_at: Mapped[datetime | None]
    paused_seconds: Mapped[int] = mapped_column(default=0)  # of all suspensions before the present one
    ended_at: Mapped[datetime | None]


class ExerciseParticipant(Base):
    """Somebody who takes part: an account by its login, or an office."""

    __tablename__ = "exercise_participant"
    __table_args__ = (
        UniqueConstraint("exercise_id", "code"),
        Index("ix_exercise_participant_agency", "agency_code"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    exercise_id: Mapped[ExerciseId] = mapped_column(ForeignKey("exercise.id"))
    code: Mapped[str]  # login or agency code, as it was given
    login: Mapped[str | None]
    person_id: Mapped[UUID | None]
    agency_code: Mapped[str]
    name: Mapped[str]
    name_en: Mapped[str]
    confirmed_at: Mapped[datetime | None]
    confirmed_by: Mapped[str | None]


class ExerciseInject(Base):
    """One timed input of the script, sent once."""

    __tablename__ = "exercise_inject"
    __table_args__ = (
        UniqueConstraint("exercise_id", "position"),
        CheckConstraint("kind IN ('message', 'incident', 'report')", name="kind"),
        Index("ix_exercise_inject_waiting", "exercise_id", "sent_at", "offset_minutes"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    exercise_id: Mapped[ExerciseId] = mapped_column(ForeignKey("exercise.id"))
    position: Mapped[int]
    offset_minutes: Mapped[int]
    kind: Mapped[str]
    to_code: Mapped[str]
    text: Mapped[str]
    payload: Mapped[dict[str, Any]]  # what is logged or reported
    sent_at: Mapped[datetime | None]
    late_seconds: Mapped[int | None]
    failure: Mapped[dict[str, Any] | None]  # why it could not be done, zh and en
    incident_id: Mapped[IncidentId | None]
    task_id: Mapped[TaskId | None]
