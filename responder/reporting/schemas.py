"""Shapes of leg requests and answers for the OpenAPI document."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

Method = Literal["web", "phone", "paper", "fax", "file", "sms", "voice"]


class SendIn(BaseModel):
    """How and when the report was sent on."""

    method: Method = "web"
    at: str | None = None


class ReturnIn(BaseModel):
    """Why the report is sent back."""

    reason: str


class AcknowledgementIn(BaseModel):
    """How and when it was received; `answered_by` where the sender notes a call."""

    method: Method = "web"
    at: str | None = None
    answered_by: str | None = None


class LegOut(BaseModel):
    """A leg."""

    model_config = ConfigDict(extra="allow")

    id: str
    incident: str
    kind: str
    starts_at: str
    due_at: str
    rule: str
    state: Literal["planned", "open", "sent", "acknowledged", "returned", "skipped", "withdrawn"]
    binding: bool
    acknowledged_at: str | None
    late: bool
    late_seconds: int


class AcknowledgementOut(LegOut):
    """The leg and the legs its receipt opened."""

    opened: list[dict[str, Any]]
