"""Shapes of the register's requests and answers for the OpenAPI document."""

from pydantic import BaseModel, ConfigDict, Field


class SourceIn(BaseModel):
    """A hazard source to be entered."""

    kind: str
    name: str
    unit: str | None = None
    jurisdiction: str = Field(description="six-digit code of its place")
    address: str | None = None
    lon: float
    lat: float
    source: str = Field(description="who says so: a filing, an inspection, a map")
    known_on: str | None = Field(None, description="the day for which the source speaks; today where absent")
    note: str | None = None


class WithdrawIn(BaseModel):
    """Why it leaves the register."""

    why: str


class SourcesQuery(BaseModel):
    """What the register is narrowed to; `near` finds, of all areas, what is named beside an incident there."""

    kind: str | None = None
    near: str | None = Field(None, description="lon,lat")


class SourceOut(BaseModel):
    """A hazard source."""

    model_config = ConfigDict(extra="allow")

    id: str
    kind: str
    name: str
    jurisdiction: str
    lon: float
    lat: float
    source: str
    known_on: str


class SourceList(BaseModel):
    """Hazard sources."""

    items: list[SourceOut]
    next: str | None
