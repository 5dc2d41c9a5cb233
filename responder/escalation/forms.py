"""What the API takes and gives about calls."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field

from responder.escalation.queries import CallToMake


class AnswerIn(BaseModel):
    """A call made by hand: by which means, when, and who answered; `reached` false when nobody did."""

    method: Literal["phone", "paper", "fax", "file", "sms", "voice", "web"] = "phone"
    at: AwareDatetime | None = None
    answered_by: str = Field(default="", max_length=100)
    reached: bool = True


class AnswerOut(BaseModel):
    """What was recorded."""

    id: UUID
    answered_at: datetime
    answered_by: str | None
    method: str
    reached: bool


class CallOut(BaseModel):
    """One person to be telephoned by hand."""

    delivery: UUID
    target: str
    target_id: UUID
    incident: UUID | None
    number: str
    text: str
    agency: str
    agency_name: str
    name: str
    post: str
    masked: str | None
    reason: str
    since: datetime
    tried_at: datetime | None


class Calls(BaseModel):
    """The call list."""

    items: list[CallOut]
    next: str | None = None


def shown(call: CallToMake, locale: str) -> CallOut:
    """Return a line of the call list in the language of *locale*."""
    return CallOut(
        delivery=call.delivery_id,
        target=call.target_kind,
        target_id=call.target_id,
        incident=call.incident_id,
        number=call.number,
        text=call.body,
        agency=call.agency_code,
        agency_name=call.agency.in_(locale),
        name=call.name,
        post=call.post,
        masked=call.masked,
        reason=call.why.in_(locale),
        since=call.since,
        tried_at=call.tried_at,
    )
