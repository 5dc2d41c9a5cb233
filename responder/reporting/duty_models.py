"""Tables of what is owed beside the legs: follow-ups, supplements, the windows that close, the end of the rescue."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from responder.core.db import Base
from responder.core.ids import IncidentId
from responder.core.lanes import LaneMixin, lane_fk


class FollowUpDue(LaneMixin, Base):
    """One follow-up owed for a day, or one supplement to be passed on the same day; satisfied by a report or not."""

    __tablename__ = "follow_up_due"
    __table_args__ = (
        UniqueConstraint("lane_id", "incident_id", "kind", "day", "number", "sender", "receiver"),
        lane_fk("incident_id", "incident"),
        CheckConstraint("kind IN ('follow_up', 'supplement')", name="kind"),
        Index("ix_follow_up_due_sender", "sender_code", "satisfied_at", "due_at"),
        Index("ix_follow_up_due_above", "above_code", "satisfied_at", "due_at"),
        Index("ix_follow_up_due_sweep", "noted", "due_at"),
        Index("ix_follow_up_due_remind", "reminded", "remind_at"),
        Index("ix_follow_up_due_incident", "incident_id", "due_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    incident_id: Mapped[IncidentId]
    kind: Mapped[str]
    day: Mapped[str]  # the Beijing day it speaks of
    number: Mapped[int]  # the first or second of the day; of a supplement, the version it passes on
    sender: Mapped[str]  # LEVEL.BODY, empty where the entering office owes it to everybody above
    receiver: Mapped[str]
    sender_code: Mapped[str]
    sender_name: Mapped[str]
    sender_name_en: Mapped[str]
    above_code: Mapped[str]  # who chases it: the office it is owed to
    above_name: Mapped[str]
    above_name_en: Mapped[str]
    rule: Mapped[str]
    source: Mapped[dict[str, Any]]
    status: Mapped[str]
    starts_at: Mapped[datetime]
    remind_at: Mapped[datetime]  # no reminder before this: the start of its day
    due_at: Mapped[datetime]
    satisfied_at: Mapped[datetime | None]
    satisfied_by: Mapped[int | None]  # the version of the report
    withdrawn_at: Mapped[datetime | None]
    late: Mapped[bool] = mapped_column(default=False)
    noted: Mapped[bool] = mapped_column(default=False)  # its limit has passed and that was looked at
    reminded: Mapped[bool] = mapped_column(default=False)


class CasualtyWindow(LaneMixin, Base):
    """When casualty changes stop counting, and when the missing count as dead; judged again once it has closed."""

    __tablename__ = "casualty_window"
    __table_args__ = (
        UniqueConstraint("lane_id", "incident_id"),
        lane_fk("incident_id", "incident"),
        Index("ix_casualty_window_sweep", "noted", "closes_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    incident_id: Mapped[IncidentId]
    closes_at: Mapped[datetime]
    grade_before: Mapped[str | None]
    grade_after: Mapped[str | None]
    noted_at: Mapped[datetime | None]
    noted: Mapped[bool] = mapped_column(default=False)


class RescueEnd(LaneMixin, Base):
    """That the rescue was declared over, signed; a rescue taken up again ends that, and the row stays."""

    __tablename__ = "rescue_end"
    __table_args__ = (lane_fk("incident_id", "incident"), Index("ix_rescue_end_incident", "incident_id"))

    id: Mapped[UUID] = mapped_column(primary_key=True)
    incident_id: Mapped[IncidentId]
    ended_at: Mapped[datetime]
    reason: Mapped[str]
    version: Mapped[int]  # the follow-up that told it to everybody
    signed_by: Mapped[str]
    signed_post: Mapped[str]
    agency_code: Mapped[str]
    agency_name: Mapped[str]
    signed_at: Mapped[datetime]
    resumed_at: Mapped[datetime | None]
    resumed_reason: Mapped[str] = mapped_column(default="")
    resumed_version: Mapped[int | None]
    resumed_by: Mapped[str | None]
    resumed_agency: Mapped[str | None]
