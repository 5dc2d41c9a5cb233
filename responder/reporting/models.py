"""Tables of the chain."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from responder.core.db import Base
from responder.core.ids import CallOutId, IncidentId, LegId
from responder.core.lanes import LaneMixin, lane_fk


class ReportLeg(LaneMixin, Base):
    """One arrow of a report: who owes it to whom, by which rule, and the receipt for it."""

    __tablename__ = "report_leg"
    __table_args__ = (
        UniqueConstraint("lane_id", "id"),
        UniqueConstraint("lane_id", "incident_id", "climb", "sender", "receiver", "kind", "rule", "figures"),
        lane_fk("incident_id", "incident"),
        CheckConstraint(
            "state IN ('planned', 'open', 'sent', 'acknowledged', 'returned', 'skipped', 'withdrawn')",
            name="state",
        ),
        Index("ix_report_leg_receiver", "receiver_code", "state", "due_at"),
        Index("ix_report_leg_sender", "sender_code", "state", "due_at"),
        Index("ix_report_leg_due", "state", "overdue_noted", "due_at"),
        Index("ix_report_leg_remind", "state", "reminded", "due_at"),
    )

    id: Mapped[LegId] = mapped_column(primary_key=True)
    incident_id: Mapped[IncidentId]
    climb: Mapped[int]  # a rise of the grade starts the next climb
    figures: Mapped[int]  # 0; for a supplement or correction, the version of the figures it passes on
    sender: Mapped[str]  # LEVEL.BODY
    receiver: Mapped[str]
    sender_code: Mapped[str]  # the concrete office, or the unit's
    receiver_code: Mapped[str]
    sender_name: Mapped[str]
    receiver_name: Mapped[str]
    sender_name_en: Mapped[str]
    receiver_name_en: Mapped[str]
    receiver_rings: Mapped[bool]  # has a duty room: a ladder starts; otherwise the sender's call list
    stand_in: Mapped[dict[str, Any] | None]  # why another office takes it, zh and en
    kind: Mapped[str]
    rule: Mapped[str]
    source: Mapped[dict[str, Any]]  # the article, zh and en
    status: Mapped[str]  # law, practice, house_rule, setting
    starts_at: Mapped[datetime]
    due_at: Mapped[datetime]
    state: Mapped[str]
    binding: Mapped[bool]
    version: Mapped[int]  # the report it carries
    sent_at: Mapped[datetime | None]
    method: Mapped[str | None]
    acknowledged_at: Mapped[datetime | None]
    noted_at: Mapped[datetime | None]  # when the receipt was entered, which may be later
    acknowledged_by: Mapped[str | None]
    answered_by: Mapped[str | None]
    returned_at: Mapped[datetime | None]
    return_reason: Mapped[str | None]
    withdrawn_at: Mapped[datetime | None]
    call_out_id: Mapped[CallOutId | None]
    overdue_noted: Mapped[bool] = mapped_column(default=False)
    reminded: Mapped[bool] = mapped_column(default=False)


class VersionNotice(LaneMixin, Base):
    """A later report told to an office that had an earlier one; seen when somebody there says so."""

    __tablename__ = "version_notice"
    __table_args__ = (
        UniqueConstraint("lane_id", "incident_id", "version", "agency_code"),
        lane_fk("incident_id", "incident"),
        Index("ix_version_notice_agency", "agency_code", "seen_at"),
    )

    id: Mapped[LegId] = mapped_column(primary_key=True)
    incident_id: Mapped[IncidentId]
    version: Mapped[int]
    agency_code: Mapped[str]
    agency_name: Mapped[str]
    kind: Mapped[str]
    told_at: Mapped[datetime]
    seen_at: Mapped[datetime | None]
    seen_by: Mapped[str | None]
