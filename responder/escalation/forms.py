"""What the API takes and gives about calls."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from responder.core.clock import from_wall
from responder.core.errors import Text, invalid
from responder.escalation.queries import CallToMake
from responder.escalation.wording import METHODS
from responder.foundation.web.api import iso

LONGEST_NAME = 100
BAD_METHOD = Text(f"方式只能是 {'、'.join(METHODS)}。", f"The method is one of {', '.join(METHODS)}.")
BAD_TIME = Text(
    "时间读不懂，请写成 2026-11-21T14:05:00+08:00。",
    "The time cannot be read; write 2026-11-21T14:05:00+08:00.",
)
BAD_NAME = Text("请写姓名，最多 100 个字。", "Give a name of 100 characters at most.")
BAD_REACHED = Text("只能是 true 或 false。", "It is true or false.")


class AnswerIn(BaseModel):
    """A call made by hand: by which means, when, and who answered; `reached` false when nobody did."""

    method: Literal["phone", "paper", "fax", "file", "sms", "voice", "web"] = "phone"
    at: datetime | None = None
    answered_by: str = Field(default="", max_length=LONGEST_NAME)
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


@dataclass(frozen=True, slots=True)
class Answer:
    """A call made by hand, read."""

    method: str
    at: datetime
    answered_by: str
    reached: bool


def read_answer(raw: Mapping[str, Any], now: datetime) -> Answer:
    """Return the answer that *raw* tells of; raise InvalidInput with a sentence for each field that cannot be used.

    A time without an offset is Beijing's wall clock; without a time the call was made now.
    """
    errors: dict[str, Text] = {}
    method, name, reached = raw.get("method", "phone"), raw.get("answered_by", ""), raw.get("reached", True)
    if not isinstance(method, str) or method not in METHODS:
        errors["method"] = BAD_METHOD
    if not isinstance(name, str) or len(name) > LONGEST_NAME or not name.isprintable():
        errors["answered_by"] = BAD_NAME
    if not isinstance(reached, bool):
        errors["reached"] = BAD_REACHED
    at = now
    try:
        at = from_wall(datetime.fromisoformat(raw["at"])) if raw.get("at") is not None else now
    except (ValueError, TypeError, OverflowError):
        errors["at"] = BAD_TIME
    if errors:
        raise invalid(**errors)
    return Answer(method, at, name, reached)


def shape(call: CallToMake, locale: str) -> dict[str, Any]:
    """Return a line of the call list in the language of *locale*."""
    return {
        "delivery": str(call.delivery_id),
        "target": call.target_kind,
        "target_id": str(call.target_id),
        "incident": str(call.incident_id) if call.incident_id else None,
        "number": call.number,
        "text": call.body,
        "agency": call.agency_code,
        "agency_name": call.agency.in_(locale),
        "name": call.name,
        "post": call.post,
        "masked": call.masked,
        "reason": call.why.in_(locale),
        "since": iso(call.since),
        "tried_at": iso(call.tried_at),
    }
