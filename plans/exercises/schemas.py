"""Shapes of exercise requests and answers for the OpenAPI document."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Kind = Literal["tabletop", "functional", "full_scale"]


class InjectIn(BaseModel):
    """One timed input: so many minutes after the start, to a login or an office."""

    offset_minutes: int = Field(ge=0)
    to: str
    text: str


class ExerciseIn(BaseModel):
    """An exercise to be planned; `script` names a ready-made one and fills what is left out."""

    model_config = ConfigDict(extra="allow")

    title: str | None = None
    plan: str | None = None
    kind: Kind | None = None
    planned_at: str | None = None
    participants: list[str] = []
    injects: list[InjectIn] = []
    script: str | None = None


class ExerciseRow(BaseModel):
    """An exercise."""

    model_config = ConfigDict(extra="allow")

    id: str
    lane: str
    number: str
    title: str
    kind: Kind
    state: Literal["planned", "running", "suspended", "ended"]
    planned_at: str


class ExerciseOut(ExerciseRow):
    """An exercise with participants and script."""

    participants: list[dict[str, Any]]
    unconfirmed: list[str]
    injects: list[dict[str, Any]]
    conflicts: list[dict[str, str]]


class ExerciseList(BaseModel):
    """Exercises, those under way first."""

    items: list[ExerciseRow]
    next: str | None
