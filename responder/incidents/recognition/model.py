"""The values recognition takes and gives: directory rows in, marked pieces of the original text out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType


class Field(StrEnum):
    """What a recognised piece of text speaks of; the people and loss fields carry the names of the API's facts."""

    PLACE = "place"
    UNIT = "unit"
    SECTOR = "sector"
    ACCIDENT_TYPE = "accident_type"
    OCCURRED_AT = "occurred_at"
    UNIT_INFORMED_AT = "unit_informed_at"
    NOTED_AT = "noted_at"
    DEATHS = "deaths"
    MISSING = "missing"
    TRAPPED = "trapped"
    TRAPPED_WITHOUT_CONTACT = "trapped_without_contact"
    SERIOUS_INJURIES = "serious_injuries"
    ACUTE_POISONINGS = "acute_poisonings"
    MINOR_INJURIES = "minor_injuries"
    UNDER_OBSERVATION = "under_observation"
    AT_RISK = "at_risk"
    EVACUATED = "evacuated"
    DIRECT_LOSS_YUAN = "direct_loss_yuan"
    INJURED = "injured"
    CASUALTIES = "casualties"
    RESCUED = "rescued"


FACT_FIELDS = frozenset(
    {
        Field.DEATHS,
        Field.MISSING,
        Field.TRAPPED,
        Field.TRAPPED_WITHOUT_CONTACT,
        Field.SERIOUS_INJURIES,
        Field.ACUTE_POISONINGS,
        Field.MINOR_INJURIES,
        Field.UNDER_OBSERVATION,
        Field.AT_RISK,
        Field.EVACUATED,
        Field.DIRECT_LOSS_YUAN,
    }
)
"""Fields whose numbers become facts; the other counted fields are shown and never filled in."""


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """A jurisdiction of the directory; *level* is province, prefecture, county or corps."""

    code: str
    name: str
    name_en: str
    level: str
    parent_code: str


@dataclass(frozen=True, slots=True)
class TownRow:
    """A town, township or sub-district and the county it belongs to."""

    code: str
    name: str
    county_code: str


@dataclass(frozen=True, slots=True)
class FormerRow:
    """A name no longer in force, and the code of what has taken its place since the end of *until_year*."""

    former_name: str
    code: str
    until_year: int
    former_code: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    """One sentence for the officer, in both languages."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of the original text (``text[start:end]``) and what it was taken to mean.

    *value* is a jurisdiction or town code, a unit's name, a sector or type word, an aware UTC instant or a number;
    None where the words name no value ("several people"). *doubt* asks the officer to make sure.
    """

    start: int
    end: int
    field: Field
    value: str | int | datetime | None
    doubt: bool = False
    note: Note | None = None


@dataclass(frozen=True, slots=True)
class PlaceFound:
    """Where the accident is: the jurisdiction's *code*, None while the candidates are equally likely.

    *candidates* holds six-digit or nine-digit codes, likeliest first; one only when there is no doubt.
    """

    text: str
    code: str | None
    town_code: str | None
    candidates: tuple[str, ...]
    doubt: bool = False
    note: Note | None = None


@dataclass(frozen=True, slots=True)
class Recognition:
    """Everything recognised in one text: spans in order of place, never overlapping, and what they add up to."""

    spans: tuple[Span, ...] = ()
    place: PlaceFound | None = None
    unit: str | None = None
    sector: str | None = None
    accident_type: str | None = None
    occurred_at: datetime | None = None
    unit_informed_at: datetime | None = None
    facts: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    notes: tuple[Note, ...] = ()

    def of(self, wanted: Field) -> tuple[Span, ...]:
        """Return the spans of the field *wanted*, in order of place."""
        return tuple(span for span in self.spans if span.field is wanted)

    @property
    def doubts(self) -> tuple[Span, ...]:
        """The spans the officer is asked to make sure of."""
        return tuple(span for span in self.spans if span.doubt)
