"""Tables of the duty roster: organisational rows, the same in reality and in every exercise."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from responder.core.db import Base
from responder.core.ids import PersonId, ShiftId


class RosterVersion(Base):
    """One publication of an agency's roster of a month; a later one supersedes it, nothing is deleted."""

    __tablename__ = "roster_version"

    agency_code: Mapped[str] = mapped_column(String(32), ForeignKey("agency.code"), primary_key=True)
    month: Mapped[str] = mapped_column(String(7), primary_key=True)  # 2026-11, wall clock
    version: Mapped[int] = mapped_column(primary_key=True)
    published_at: Mapped[datetime]
    published_by: Mapped[PersonId | None] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str] = mapped_column(String(500))


class DutyShift(Base):
    """A shift as one or more versions of a roster have it: in force from version_from until version_until."""

    __tablename__ = "duty_shift"
    __table_args__ = (
        ForeignKeyConstraint(
            ["agency_code", "month", "roster_version"],
            ["roster_version.agency_code", "roster_version.month", "roster_version.version"],
        ),
        CheckConstraint("ends_at > starts_at", name="ends_after_start"),
        CheckConstraint("version_until IS NULL OR version_until >= version_from", name="version_forward"),
        Index("ix_duty_shift_agency_code_starts_at", "agency_code", "starts_at"),
    )

    id: Mapped[ShiftId] = mapped_column(primary_key=True)
    agency_code: Mapped[str] = mapped_column(String(32))
    month: Mapped[str] = mapped_column(String(7))
    roster_version: Mapped[int]  # the version that brought it in
    kind: Mapped[str] = mapped_column(String(16))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    version_from: Mapped[datetime]
    version_until: Mapped[datetime | None]


class ShiftSeat(Base):
    """A person on a seat of a shift, with the post they held when the roster was made."""

    __tablename__ = "shift_seat"
    __table_args__ = (Index("ix_shift_seat_person_id", "person_id"),)

    shift_id: Mapped[ShiftId] = mapped_column(ForeignKey("duty_shift.id"), primary_key=True)
    person_id: Mapped[PersonId] = mapped_column(ForeignKey("person.id"), primary_key=True)
    seat: Mapped[str] = mapped_column(String(16))
    position: Mapped[int]
    post: Mapped[str] = mapped_column(String(100))


class DutyOverride(Base):
    """A replacement (替班): for a while somebody stands in for a person on the roster."""

    __tablename__ = "duty_override"
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="ends_after_start"),
        Index("ix_duty_override_agency_code_absent_id", "agency_code", "absent_id", "starts_at"),
        Index("ix_duty_override_stand_in_id", "stand_in_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    agency_code: Mapped[str] = mapped_column(String(32), ForeignKey("agency.code"))
    absent_id: Mapped[PersonId] = mapped_column(ForeignKey("person.id"))
    stand_in_id: Mapped[PersonId] = mapped_column(ForeignKey("person.id"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    approved_by: Mapped[PersonId] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str] = mapped_column(String(500))
    recorded_at: Mapped[datetime]


class SignIn(Base):
    """A person took the post of a shift."""

    __tablename__ = "sign_in"

    shift_id: Mapped[ShiftId] = mapped_column(ForeignKey("duty_shift.id"), primary_key=True)
    person_id: Mapped[PersonId] = mapped_column(ForeignKey("person.id"), primary_key=True)
    at: Mapped[datetime]
    method: Mapped[str] = mapped_column(String(16))  # web, api
