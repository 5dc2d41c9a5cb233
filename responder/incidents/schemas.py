"""Shapes of requests and answers for the OpenAPI document; `rules.py` reads the values and words the refusals."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Grade = Literal["I", "II", "III", "IV", "near_miss"]


class Facts(BaseModel):
    """Figures; null or absent is unknown, never nought."""

    deaths: int | None = Field(None, ge=0)
    missing: int | None = Field(None, ge=0)
    trapped: int | None = Field(None, ge=0)
    trapped_without_contact: int | None = Field(None, ge=0)
    serious_injuries: int | None = Field(None, ge=0)
    acute_poisonings: int | None = Field(None, ge=0)
    minor_injuries: int | None = Field(None, ge=0)
    under_observation: int | None = Field(None, ge=0)
    at_risk: int | None = Field(None, ge=0)
    evacuated: int | None = Field(None, ge=0)
    direct_loss_yuan: int | None = Field(None, ge=0)
    special: list[str] = []


class Source(BaseModel):
    """Who told it, through which channel, in which words."""

    channel: str = ""
    name: str = ""
    phone: str = ""
    words: str = ""


class IncidentIn(BaseModel):
    """A first report: `jurisdiction` or `place`, `sector`, and one of `facts` and `summary` are required."""

    model_config = ConfigDict(extra="allow")

    occurred_at: str | None = Field(
        None, description="ISO 8601; absent: the received time, marked uncertain."
    )
    unit_informed_at: str | None = None
    received_at: str | None = None
    jurisdiction: str | None = None
    place: str | None = None
    lon: float | None = None
    lat: float | None = None
    unit: str | None = None
    sector: str
    accident_type: str | None = None
    facts: Facts | None = None
    summary: str | None = None
    measures: str | None = None
    source: Source | None = None


class ReportIn(BaseModel):
    """A later report: any figure or text that changed."""

    model_config = ConfigDict(extra="allow")

    kind: Literal["follow_up", "supplement", "correction", "final"] = "follow_up"
    facts: Facts | None = None
    summary: str | None = None
    measures: str | None = None
    reason: str | None = Field(None, description="Required for a correction.")
    at: str | None = Field(None, description="When the reporting office learned it.")
    changed_at: str | None = None
    version: int | None = Field(None, description="The version the caller saw; a stale one is refused.")


class IncidentRow(BaseModel):
    """An incident as it stands in lists."""

    model_config = ConfigDict(extra="allow")

    id: str
    number: str
    version: int
    lane: str
    state: Literal["open", "closed", "voided"]
    rule_set: str
    reporting_grade: Grade | None
    final_grade: Grade | None
    may_rise: bool
    received_at: str
    facts: Facts


class IncidentOut(IncidentRow):
    """An incident with everything that hangs on it."""

    reasons: list[dict[str, Any]]
    missing_elements: list[str]
    duplicates: list[dict[str, Any]]
    legs: list[dict[str, Any]]
    plans: list[dict[str, Any]]
    bases: list[dict[str, Any]]
    links: list[dict[str, Any]]
    reports: list[dict[str, Any]]


class IncidentList(BaseModel):
    """One page of incidents."""

    items: list[IncidentRow]
    next: str | None


class IncidentQuery(BaseModel):
    """What a list is narrowed to."""

    q: str | None = None
    state: str | None = None
    grade: str | None = None
    sector: str | None = None
    jurisdiction: str | None = None
    lane: str | None = None
    since: str | None = None
    until: str | None = None
    limit: int | None = None
    cursor: str | None = None


class ReportAnswer(BaseModel):
    """The new version, what changed and which legs opened."""

    model_config = ConfigDict(extra="allow")

    version: int
    kind: str
    changed: dict[str, Any]
    legs_opened: list[dict[str, Any]]


class TimelineEntry(BaseModel):
    """One entry of the audit chain."""

    model_config = ConfigDict(extra="allow")

    at: str
    who: str
    what: str
    hash: str


class Timeline(BaseModel):
    """All entries of an incident, the oldest first."""

    items: list[TimelineEntry]
    next: str | None
