"""The outbox, which is also the record of who was called, when, how and with what result."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from responder.core.db import Base
from responder.core.errors import Text
from responder.core.ids import CallOutId, DeliveryId, PersonId
from responder.core.lanes import LaneMixin


class Delivery(LaneMixin, Base):
    """One attempt to reach one person on one channel.

    `wanted_at` is when it should have gone; `due_at` is when somebody must look at the row again (send it, take it
    over, ask for its receipt) and is empty when nothing is left to do.
    """

    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint("lane_id", "id"),
        UniqueConstraint("key"),
        CheckConstraint("channel IN ('board', 'sms', 'voice', 'email', 'im')", name="channel"),
        CheckConstraint(
            "state IN ('pending', 'sending', 'sent', 'delivered', 'failed_for_now', 'failed_for_good', 'not_sent')",
            name="state",
        ),
        Index("ix_delivery_due", "due_at"),
        Index("ix_delivery_target", "target_kind", "target_id"),
        Index("ix_delivery_incident", "incident_id"),
        Index("ix_delivery_person", "person_id", "channel", "due_at"),
        Index("ix_delivery_agency", "agency_code", "closed_at"),
        Index("ix_delivery_caller", "caller_agency", "closed_at"),
        Index("ix_delivery_seal", "address_seal", "code"),
        Index("ix_delivery_provider", "provider_sid"),
    )

    id: Mapped[DeliveryId] = mapped_column(primary_key=True)
    key: Mapped[str]  # call-out or other source, step, person, channel, attempt
    call_out_id: Mapped[CallOutId | None]
    step: Mapped[int]
    attempt: Mapped[int]
    is_repeat: Mapped[bool] = mapped_column(default=False)
    is_mass: Mapped[bool] = mapped_column(default=False)  # never in front of an alarm

    target_kind: Mapped[str]
    target_id: Mapped[UUID]
    incident_id: Mapped[UUID | None]
    number: Mapped[str]
    agency_code: Mapped[str]  # whose person is called
    caller_agency: Mapped[str | None]  # who telephones by hand where nothing can be sent
    person_id: Mapped[PersonId | None]
    person_name: Mapped[str]
    person_post: Mapped[str]
    channel: Mapped[str]
    address_masked: Mapped[str | None]
    address_seal: Mapped[str | None]  # keyed digest, to know an answering number again without storing it
    code: Mapped[str | None]
    body: Mapped[str]
    text: Mapped[str | None]  # as it left, with head, code and labels

    state: Mapped[str] = mapped_column(default="pending")
    reason_zh: Mapped[str | None]
    reason_en: Mapped[str | None]
    provider: Mapped[str | None]
    provider_sid: Mapped[str | None]
    receipt_rank: Mapped[int] = mapped_column(default=0)  # a receipt of lower rank came too late to count
    bundled_in: Mapped[DeliveryId | None]  # the message that carried this one along

    created_at: Mapped[datetime]
    wanted_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    looks: Mapped[int] = mapped_column(default=0)
    leased_until: Mapped[datetime | None]
    owner: Mapped[str | None]
    sending_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]
    late_seconds: Mapped[int | None]  # how much later than wanted it left, the system having been down
    answered_at: Mapped[datetime | None]
    answer: Mapped[str | None]  # sms, voice, phone, web; no_answer when a call by hand reached nobody
    answered_by: Mapped[str | None]
    closed_at: Mapped[datetime | None]  # the target needs nobody any more

    @property
    def reason(self) -> Text | None:
        """Why it was not sent, or did not arrive."""
        return Text(self.reason_zh, self.reason_en or self.reason_zh) if self.reason_zh else None

    @reason.setter
    def reason(self, text: Text | None) -> None:
        self.reason_zh, self.reason_en = (text.zh, text.en) if text else (None, None)
