"""Shapes of plan requests and answers for the OpenAPI document."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Level = Literal["I", "II", "III", "IV"]


class PlanQuery(BaseModel):
    """What the library is narrowed to; `for` names an incident and puts the best first."""

    q: str | None = None
    kind: Literal["general", "special", "on_site"] | None = None
    owner: str | None = None
    state: Literal["draft", "valid", "superseded", "expired"] | None = None
    for_: str | None = Field(None, alias="for")
    limit: int | None = None
    cursor: str | None = None


class PlanRow(BaseModel):
    """A plan in one version."""

    model_config = ConfigDict(extra="allow")

    id: str
    title: str
    kind: Literal["general", "special", "on_site"]
    owner: str
    version: int
    state: Literal["draft", "valid", "superseded", "expired"]
    approved_on: str | None
    next_review_on: str | None
    review_overdue: bool


class PlanList(BaseModel):
    """One page of plans."""

    items: list[PlanRow]
    next: str | None


class PlanIn(BaseModel):
    """A plan, or the next version of one, as a draft."""

    model_config = ConfigDict(extra="allow")

    title: str
    kind: Literal["general", "special", "on_site"]
    owner: str | None = None
    sectors: list[str] = []
    accident_types: list[str] = []
    scope: str | None = None
    levels: list[dict[str, Any]] = []
    steps: list[dict[str, Any]] = []
    points: list[dict[str, Any]] = []
    notes: list[str] = []
    next_review_on: str | None = None
    changes: str | None = None


class ActivationIn(BaseModel):
    """Which plan, at which response level."""

    plan: str
    level: Level


class ActivationOut(BaseModel):
    """The activation with the tasks it issued."""

    model_config = ConfigDict(extra="allow")

    id: str
    incident: str
    plan: str
    level: Level
    tasks: list[dict[str, Any]]


class OrderedIn(BaseModel):
    """One thing the leader wants done."""

    title: str
    holder: str = Field(description="Code of the office.")
    post: str | None = None
    due_at: str | None = None
    due_minutes: int | None = None


class InstructionIn(BaseModel):
    """What a leader ordered, word for word."""

    text: str
    leader: str | None = None
    at: str | None = None
    tasks: list[OrderedIn] = []


class InstructionOut(BaseModel):
    """The instruction with the tasks it issued."""

    model_config = ConfigDict(extra="allow")

    id: str
    text: str
    leader: str
    tasks: list[dict[str, Any]]
