"""Shapes of explanations, checks, decisions, settlements and overrulings for the OpenAPI document."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

Figures = dict[str, int | None]


class Anything(BaseModel):
    """A record as it was written."""

    model_config = ConfigDict(extra="allow")

    id: str


class Items(BaseModel):
    """A complete list."""

    items: list[dict[str, Any]]
    next: str | None


class Explanation(BaseModel):
    """Why the grade, the limits and the addressees are what they are."""

    model_config = ConfigDict(extra="allow")

    id: str
    number: str
    rule_set: str
    grade: dict[str, Any]
    deadlines: list[dict[str, Any]]
    addressees: list[dict[str, Any]]
    overrulings: list[dict[str, Any]]


class CheckIn(BaseModel):
    """What somebody else says: `source` and one of `figures` and `words` are required."""

    source: Literal[
        "tip_off", "hospital", "mine_register", "funeral_home", "department", "media", "inspection"
    ]
    name: str = ""
    words: str = ""
    figures: Figures = {}
    received_at: str | None = None
    version: int | None = None


class ResultIn(BaseModel):
    """What the check found; without `outcome` it is the short first result."""

    words: str
    outcome: Literal["true", "partly", "false"] | None = None


class DecisionIn(BaseModel):
    """A decision about one leg's report."""

    leg: str
    fault: Literal["late", "omitted", "false", "concealed"]
    upheld: bool = True
    reason: str


class SettlementIn(BaseModel):
    """Which of two levels' figures holds, and why."""

    figure: str
    value: int | None = None
    reason: str


class OverrulingIn(BaseModel):
    """Another `grade`, or for a `leg` another `due_at` or `skip`; always with a reason."""

    grade: Literal["I", "II", "III", "IV", "near_miss"] | None = None
    leg: str | None = None
    due_at: str | None = None
    skip: bool = False
    reason: str
