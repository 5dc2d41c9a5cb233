"""The table of tasks."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from responder.core.db import Base
from responder.core.errors import Text
from responder.core.ids import IncidentId, PersonId, TaskId
from responder.core.lanes import LaneMixin, lane_fk


class Task(LaneMixin, Base):
    """Something one post has to do until an instant, word for word as it was ordered."""

    __tablename__ = "task"
    __table_args__ = (
        UniqueConstraint("lane_id", "id"),
        UniqueConstraint("lane_id", "source_kind", "source_id", "position"),
        lane_fk("incident_id", "incident"),
        CheckConstraint("state IN ('open', 'accepted', 'done', 'declined', 'withdrawn')", name="state"),
        CheckConstraint("source_kind IN ('plan', 'instruction', 'inject', 'finding')", name="source_kind"),
        Index("ix_task_incident", "incident_id"),
        Index("ix_task_holder", "agency_code", "state", "due_at"),
        Index("ix_task_issuer", "issuer_code", "state", "due_at"),
        Index("ix_task_due", "state", "overdue_noted", "due_at"),
    )

    id: Mapped[TaskId] = mapped_column(primary_key=True)
    incident_id: Mapped[IncidentId | None]
    number: Mapped[str]  # of the incident or the exercise: what every message about it names
    source_kind: Mapped[str]
    source_id: Mapped[UUID]
    position: Mapped[int]
    title_zh: Mapped[str]
    title_en: Mapped[str]
    text: Mapped[str]  # word for word
    post: Mapped[str]
    agency_code: Mapped[str]
    agency_name: Mapped[str]
    agency_name_en: Mapped[str]
    person_id: Mapped[PersonId | None]
    person_name: Mapped[str]
    holder_note: Mapped[dict[str, Any] | None]  # why this holder, zh and en
    phone: Mapped[str]
    issuer_code: Mapped[str]
    issued_by: Mapped[str]
    issued_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    state: Mapped[str]
    accepted_at: Mapped[datetime | None]
    accepted_by: Mapped[str | None]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None]
    note: Mapped[str] = mapped_column(default="")
    overdue_noted: Mapped[bool] = mapped_column(default=False)

    # Where the incident or exercise is, so that scope needs no other table.
    province_code: Mapped[str]
    city_code: Mapped[str | None]
    county_code: Mapped[str | None]
    sector: Mapped[str]

    @property
    def title(self) -> Text:
        """What is to be done, in a few words."""
        return Text(self.title_zh, self.title_en or self.title_zh)

    @property
    def holder(self) -> Text:
        """Who holds it: office, post, person."""
        return Text(
            " ".join(word for word in (self.agency_name, self.post, self.person_name) if word),
            " ".join(word for word in (self.agency_name_en, self.post, self.person_name) if word),
        )
