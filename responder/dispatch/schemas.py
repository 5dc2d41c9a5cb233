"""Shapes of dispatch requests and answers for the OpenAPI document."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field


class BasesQuery(BaseModel):
    """What the register is narrowed to, and how it is ordered."""

    kind: str | None = None
    level: str | None = None
    state: str | None = None
    near: str | None = Field(None, description="lon,lat: ordered by great-circle distance")
    incident: str | None = Field(None, alias="for", description="incident id: ordered by fit, then arrival")
    limit: int | None = None


class Collection(BaseModel):
    """Forces as GeoJSON, with the totals of the national plan beside those of the register."""

    model_config = ConfigDict(extra="allow")

    type: Literal["FeatureCollection"]
    features: list[dict[str, Any]]
    totals: dict[str, Any]


class CommandIn(BaseModel):
    """A remark on taking command; `to` hands it to another office of the place instead."""

    note: str | None = None
    to: str | None = None


class CommandOut(BaseModel):
    """Who commands now, who commanded before, and which orders wait for confirmation."""

    model_config = ConfigDict(extra="allow")

    incident: str
    agency: str
    holder: str | None
    since: str
    how: Literal["rule", "taken", "handed"]
    history: list[dict[str, Any]]
    orders_to_confirm: list[dict[str, Any]]


class OrderIn(BaseModel):
    """An order or request; `reason` where the force is of another class."""

    base: str
    task: str | None = None
    accept_within_minutes: int | None = Field(None, ge=1, le=1440)
    confirm_warning: bool = False
    reason: str | None = None
    at: str | None = None


class StepIn(BaseModel):
    """When it happened and what is to be said about it; a refusal needs its reason."""

    at: str | None = None
    note: str | None = None


class OrderOut(BaseModel):
    """An order or request."""

    model_config = ConfigDict(extra="allow")

    id: str
    incident: str
    kind: Literal["order", "request"]
    number: str
    state: Literal["issued", "accepted", "declined", "departed", "arrived", "released", "recalled"]
    base: str
    issued_at: str
    accept_by: str
    steps: list[dict[str, Any]]


class OrderList(BaseModel):
    """The orders of an incident."""

    items: list[OrderOut]
    next: str | None


class ReadinessIn(BaseModel):
    """How fit a force is now."""

    readiness: Literal["ready", "limited", "out"]
    squads_on_duty: int | None = None
    people: int | None = None
    vehicles: int | None = None
    at: str | None = None
    note: str | None = None


class StateIn(BaseModel):
    """How far a base is built, and by which document that is known."""

    state: Literal["unconfirmed", "planned", "building", "working", "closed"]
    note: str


class DecisionIn(BaseModel):
    """Why a held base is admitted or refused: the document."""

    note: str
