"""Entering a hazard source and withdrawing it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from maps.distance import distance_km
from responder.core.errors import Conflict, NotFound, NotPermitted, Text, invalid
from responder.core.ids import new_id
from responder.core.uow import UnitOfWork
from responder.foundation.access.scope import Scope
from responder.foundation.audit import services as audit
from responder.foundation.directory import queries as directory
from responder.foundation.directory.rules import PlacePath
from responder.hazards import queries, rules
from responder.hazards.kinds import kinds
from responder.hazards.models import HazardSource
from responder.hazards.rules import Entry

NO_PLACE = Text("没有这个行政区划。", "There is no such jurisdiction.")
NOT_YOURS = Text("这里不在本室辖区内，请当地登记。", "This is outside your area: its own room enters it.")
TWICE = Text("这个危险源已经登记。", "This hazard source is in the register already.")
WITHDRAWN = Text("这个危险源已经注销。", "This hazard source is withdrawn already.")


def record_source(entry: Entry, uow: UnitOfWork, *, is_demo: bool = False) -> UUID:
    """Enter a hazard source of the actor's area; raise InvalidInput, NotPermitted, Conflict."""
    place = _place(entry, uow)
    if not Scope.of(uow.actor).covers(place, sector=kinds()[entry.kind].sector) and not _is_system(uow):
        raise NotPermitted(NOT_YOURS)
    if _known(entry, uow):
        raise Conflict(TWICE)
    row = _row(entry, place, uow, is_demo=is_demo)
    uow.session.add(row)
    _record("hazard.recorded", row, uow, source=entry.source)
    return row.id


def _is_system(uow: UnitOfWork) -> bool:
    return uow.actor.account_id is None and uow.actor.role is None


def _place(entry: Entry, uow: UnitOfWork) -> PlacePath:
    try:
        place = directory.place_path(uow.session, entry.jurisdiction)
    except NotFound:
        raise invalid(jurisdiction=NO_PLACE) from None
    if place.province_code is None:
        raise invalid(jurisdiction=NO_PLACE)
    if place.lon is not None and place.lat is not None:
        away = distance_km(place.lon, place.lat, entry.lon, entry.lat)
        if away > rules.FAR_FROM_ITS_PLACE_KM:
            raise invalid(
                lon=Text(
                    f"这个点离{place.name} {away:.0f} 公里，请核对。",
                    f"This point is {away:.0f} km from {place.name_en}: check it.",
                )
            )
    return place


def _known(entry: Entry, uow: UnitOfWork) -> bool:
    query = select(HazardSource.id).where(
        HazardSource.jurisdiction_code == entry.jurisdiction,
        HazardSource.kind == entry.kind,
        HazardSource.name == entry.name,
        HazardSource.withdrawn_at.is_(None),
    )
    return uow.session.scalar(query) is not None


def _row(entry: Entry, place: PlacePath, uow: UnitOfWork, *, is_demo: bool) -> HazardSource:
    return HazardSource(
        id=new_id(),
        kind=entry.kind,
        sector=kinds()[entry.kind].sector,
        name=entry.name,
        unit=entry.unit,
        jurisdiction_code=place.code,
        province_code=place.province_code,
        city_code=place.city_code,
        county_code=place.county_code,
        place=place.full_name,
        place_en=place.full_name_en,
        address=entry.address,
        lon=entry.lon,
        lat=entry.lat,
        source=entry.source,
        known_on=entry.known_on,
        note=entry.note,
        is_demo=is_demo,
        agency_code=uow.actor.agency_code,
        agency_name=uow.actor.agency_name,
        recorded_by=uow.actor.name,
        recorded_at=uow.now,
    )


def withdraw_source(source_id: UUID, why: str, uow: UnitOfWork) -> datetime:
    """Take a hazard source out of the register, with the reason; raise NotFound, Conflict."""
    row = queries.source(uow.session, uow.actor, source_id)
    if row.withdrawn_at is not None:
        raise Conflict(WITHDRAWN)
    row.withdrawn_at, row.withdrawn_by, row.withdrawn_why = uow.now, uow.actor.name, why
    _record("hazard.withdrawn", row, uow, why=why)
    return row.withdrawn_at


def _record(kind: str, row: HazardSource, uow: UnitOfWork, **more: str) -> None:
    payload = {"hazard": str(row.id), "name": row.name, "kind": row.kind, "place": row.place, **more}
    audit.record(uow, kind, province_code=row.province_code, payload=payload)
