"""What call-outs tell the rest of the house."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from responder.core.events import Event
from responder.core.ids import CallOutId


@dataclass(frozen=True)
class CallOutAcknowledged(Event):
    """Somebody who was called has it, by `method` (sms, voice, phone) since `at`; the target may count as signed."""

    call_out_id: CallOutId
    target_kind: str
    target_id: UUID
    incident_id: UUID | None
    agency_code: str
    person_id: UUID | None
    answered_by: str
    method: str
    at: datetime


@dataclass(frozen=True)
class CallOutExhausted(Event):
    """The ladder ended without an answer; the level above owns it now."""

    call_out_id: CallOutId
    target_kind: str
    target_id: UUID
    incident_id: UUID | None
    agency_code: str
    owner_agency: str
