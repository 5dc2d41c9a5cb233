"""Shapes of task requests and answers for the OpenAPI document."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict


class StepIn(BaseModel):
    """What the holder says; a refusal needs its reason."""

    note: str | None = None


class TaskOut(BaseModel):
    """A task."""

    model_config = ConfigDict(extra="allow")

    id: str
    incident: str | None
    lane: str
    source: str
    title: str
    text: str
    post: str
    holder: dict[str, Any]
    due_at: str | None
    state: Literal["open", "accepted", "done", "declined", "withdrawn"]
    late: bool


class TaskList(BaseModel):
    """Tasks."""

    items: list[TaskOut]
    next: str | None
