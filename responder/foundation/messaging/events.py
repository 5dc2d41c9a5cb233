"""What messages tell the rest of the house."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from responder.core.events import Event
from responder.core.ids import DeliveryId


@dataclass(frozen=True)
class DeliveryAnswered(Event):
    """Somebody who was called said: I have it. `method` is sms, voice, phone or web; `at` is when they said it."""

    delivery_id: DeliveryId
    target_kind: str
    target_id: UUID
    incident_id: UUID | None
    agency_code: str
    person_id: UUID | None
    answered_by: str
    method: str
    at: datetime
