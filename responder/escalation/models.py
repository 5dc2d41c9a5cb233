"""Tables of the ladder: what calls, each rung it climbed, and which boards are alive."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from responder.core.db import Base
from responder.core.errors import Text
from responder.core.ids import CallOutId, LaneId
from responder.core.lanes import LaneMixin, lane_fk

LIVE = text("state IN ('calling', 'exhausted')")


class CallOut(LaneMixin, Base):
    """The search for somebody who takes one thing in hand; everything about it can be derived from its rows."""

    __tablename__ = "call_out"
    __table_args__ = (
        UniqueConstraint("lane_id", "id"),
        CheckConstraint("state IN ('calling', 'acknowledged', 'exhausted', 'cancelled')", name="state"),
        Index(
            "uq_call_out_live",
            "lane_id",
            "target_kind",
            "target_id",
            unique=True,
            sqlite_where=LIVE,
            postgresql_where=LIVE,
        ),
        Index("ix_call_out_due", "next_due_at"),
        Index("ix_call_out_agency", "agency_code", "state"),
        Index("ix_call_out_owner", "owner_agency", "state"),
        Index("ix_call_out_incident", "incident_id"),
    )

    id: Mapped[CallOutId] = mapped_column(primary_key=True)
    target_kind: Mapped[str]
    target_id: Mapped[UUID]
    incident_id: Mapped[UUID | None]
    number: Mapped[str]
    agency_code: Mapped[str]  # whose people are called
    caller_agency: Mapped[str | None]  # who telephones by hand where nothing can be sent
    owner_agency: Mapped[str]  # the agency itself, and once the ladder is exhausted the level above
    province_code: Mapped[str]
    subject_zh: Mapped[str]
    subject_en: Mapped[str]
    steps: Mapped[list[Any]]  # the chain as it was at the start; who is resolved at each rung
    state: Mapped[str]
    started_at: Mapped[datetime]
    next_rung: Mapped[int]
    found_somebody: Mapped[bool] = mapped_column(default=False)  # a person was called, or a living board rang
    next_due_at: Mapped[datetime | None]
    exhausted_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    acknowledged_at: Mapped[datetime | None]  # when it was taken, which may precede the note that says so
    acknowledged_by: Mapped[str | None]
    method: Mapped[str | None]
    why_zh: Mapped[str | None]
    why_en: Mapped[str | None]

    @property
    def subject(self) -> Text:
        """What somebody is called for."""
        return Text(self.subject_zh, self.subject_en)

    @property
    def why(self) -> Text | None:
        """Why it ended, if it did."""
        return Text(self.why_zh, self.why_en or self.why_zh) if self.why_zh else None


class CallRung(LaneMixin, Base):
    """One rung that was climbed: when, how late, who was found or why nobody."""

    __tablename__ = "call_rung"
    __table_args__ = (lane_fk("call_out_id", "call_out"),)

    lane_id: Mapped[LaneId] = mapped_column(ForeignKey("lane.id"), primary_key=True)
    call_out_id: Mapped[CallOutId] = mapped_column(primary_key=True)
    rung: Mapped[int] = mapped_column(primary_key=True)
    who: Mapped[str]  # officer, second, leader, head, level_above
    agency_code: Mapped[str]  # whose people were looked up
    due_at: Mapped[datetime]
    at: Mapped[datetime]
    late_seconds: Mapped[int | None]
    people: Mapped[list[Any]]  # person_id, name, post of each person called
    roster_version: Mapped[int | None]
    nobody_zh: Mapped[str | None]
    nobody_en: Mapped[str | None]

    @property
    def nobody(self) -> Text | None:
        """Why nobody was found on this rung."""
        return Text(self.nobody_zh, self.nobody_en or self.nobody_zh) if self.nobody_zh else None


class BoardBeat(Base):
    """When a board of an agency last asked for news; written at most once a minute for each account."""

    __tablename__ = "board_beat"
    __table_args__ = (Index("ix_board_beat_agency", "agency_code", "last_seen_at"),)

    agency_code: Mapped[str] = mapped_column(primary_key=True)
    login: Mapped[str] = mapped_column(primary_key=True)
    last_seen_at: Mapped[datetime]


class BoardSilence(Base):
    """A stretch in which no board of an agency asked for news although its officer was on shift."""

    __tablename__ = "board_silence"
    __table_args__ = (
        Index(
            "uq_board_silence_open",
            "agency_code",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    agency_code: Mapped[str]
    last_seen_at: Mapped[datetime]
    noticed_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
