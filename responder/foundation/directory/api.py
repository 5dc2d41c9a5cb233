"""The directory over HTTP."""

from datetime import date
from typing import Any

from apiflask import APIBlueprint
from flask import request
from pydantic import BaseModel, Field

from responder.core.errors import Text, invalid, nothing_here
from responder.core.permissions import Permission, requires
from responder.foundation.directory import queries
from responder.foundation.directory.models import Agency
from responder.foundation.directory.rules import Office
from responder.foundation.directory.search import Hit
from responder.foundation.web.api import page_limit
from responder.foundation.web.context import current_actor, unit_of_work
from responder.foundation.web.openapi import PROBLEMS, answers, takes

api = APIBlueprint("directory_api", __name__, url_prefix="/api/v1", tag="directory")
LONGEST_SEARCH = 100
MOST_PLACES, USUAL_PLACES = 50, 10
SEARCH_TOO_LONG = Text("太长了：最多 100 字。", "Too long: 100 characters at most.")


class PlacesQuery(BaseModel):
    """A search for places."""

    q: str = Field(
        "",
        max_length=LONGEST_SEARCH,
        description="Name, part of it, pinyin initials, code, former name or English.",
    )
    limit: int = Field(USUAL_PLACES, ge=1, le=MOST_PLACES)


class PlaceOut(BaseModel):
    """A place that answers a search; `level` is state, province, city, county or town."""

    code: str
    name: str
    name_en: str
    full_name: str
    full_name_en: str
    level: str
    former: str | None = Field(description="The former name or code by which it was found.")


class PlacesOut(BaseModel):
    """Places, likeliest first."""

    items: list[PlaceOut]
    next: str | None


class FormerNameOut(BaseModel):
    """A name borne until, and not on, a day."""

    name: str
    name_en: str
    until_on: date


class PhoneOut(BaseModel):
    """A duty telephone, masked."""

    kind: str
    masked: str
    verified: bool


class AgencyOut(BaseModel):
    """An office; `confidence` says how its entry is known (derived, likely, uncertain, local)."""

    code: str
    name: str
    name_en: str
    level: str
    body: str
    jurisdiction: str
    has_duty_room: bool
    established: bool
    opened_on: date | None
    closed_on: date | None
    parent: str | None
    stand_in: str | None
    confidence: str
    former_names: list[FormerNameOut]
    phones: list[PhoneOut]


@api.get("/jurisdictions")
@requires(Permission.ENTER)
@takes(PlacesQuery, "query")
@answers(PlacesOut)
@api.doc(summary="Find places", responses=PROBLEMS)
def jurisdictions() -> dict[str, Any]:
    """Places that a text may mean; those of the caller's province come first among equals."""
    words = request.args.get("q", "")
    if len(words) > LONGEST_SEARCH:
        raise invalid(q=SEARCH_TOO_LONG)
    limit = page_limit(request.args.get("limit"), MOST_PLACES, USUAL_PLACES)
    with unit_of_work(write=False) as uow:
        home = queries.place_of_agency(uow.session, current_actor().agency_code)
        near = home.province_code if home is not None else None
        hits = queries.search_places(uow.session, words, limit, near)
    return {"items": [place_json(hit) for hit in hits], "next": None}


@api.get("/agencies/<code>")
@requires(Permission.ENTER)
@answers(AgencyOut)
@api.doc(summary="An office", responses=PROBLEMS)
def agency(code: str) -> dict[str, Any]:
    """An office with its former names; telephone numbers are masked."""
    with unit_of_work(write=False) as uow:
        row, office = queries.agency(uow.session, code), queries.office(uow.session, code)
        if row is None or office is None:
            raise nothing_here(f"没有机构 {code}", f"There is no agency {code}")
        phones = [
            {"kind": phone.kind, "masked": phone.masked, "verified": phone.verified}
            for phone in queries.duty_phones(uow.session, code)
        ]
        return _agency_json(row, office) | {"phones": phones}


def place_json(hit: Hit) -> dict[str, Any]:
    """Return a hit as plain JSON."""
    return {
        "code": hit.code,
        "name": hit.name,
        "name_en": hit.name_en,
        "full_name": hit.full_name,
        "full_name_en": hit.full_name_en,
        "level": hit.level,
        "former": hit.former,
    }


def _agency_json(row: Agency, office: Office) -> dict[str, Any]:
    return {
        "code": row.code,
        "name": row.name,
        "name_en": row.name_en,
        "level": row.level,
        "body": row.body,
        "jurisdiction": row.jurisdiction_code,
        "has_duty_room": row.has_duty_room,
        "established": row.established,
        "opened_on": row.opened_on.isoformat() if row.opened_on else None,
        "closed_on": row.closed_on.isoformat() if row.closed_on else None,
        "parent": row.parent_code,
        "stand_in": row.stand_in_code,
        "confidence": row.confidence,
        "former_names": [
            {"name": old.name, "name_en": old.name_en, "until_on": old.until_on.isoformat()}
            for old in office.former_names
        ],
    }
