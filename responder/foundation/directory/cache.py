"""Places and offices as values in memory, valid for one version of the directory.

Reference data is read at every incident and changes a few times a year. Each change gives the directory a new
random version; what was read under another version is never used again, in this process or any other.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Connection, bindparam, event, insert, select, update
from sqlalchemy.orm import Mapper, Session, object_session

from responder.core.db import table_of
from responder.core.ids import new_id
from responder.foundation.directory import naming
from responder.foundation.directory.models import (
    Agency,
    AgencyName,
    DirectoryState,
    FormerPlace,
    Jurisdiction,
    Town,
)
from responder.foundation.directory.naming import DatedName
from responder.foundation.directory.rules import Office, PlacePath

T = TypeVar("T")
_VERSION_KEY = "directory_version"
_KEPT_VERSIONS = 3
_ONLY_ROW = 1
_STATE = table_of(DirectoryState)
_VERSION = select(_STATE.c.version)
_AGENCY, _FORMER = table_of(Agency).c, table_of(AgencyName).c
_OFFICE_COLUMNS = 12
_OFFICES = (
    select(
        _AGENCY.code,
        _AGENCY.jurisdiction_code,
        _AGENCY.body,
        _AGENCY.level,
        _AGENCY.name,
        _AGENCY.name_en,
        _AGENCY.has_duty_room,
        _AGENCY.established,
        _AGENCY.opened_on,
        _AGENCY.closed_on,
        _AGENCY.parent_code,
        _AGENCY.stand_in_code,
        _FORMER.name.label("former_name"),
        _FORMER.name_en.label("former_name_en"),
        _FORMER.until_on,
    )
    .outerjoin_from(Agency.__table__, AgencyName.__table__, _FORMER.agency_code == _AGENCY.code)
    .where(_AGENCY.jurisdiction_code.in_(bindparam("places", expanding=True)))
    .order_by(_AGENCY.code, _FORMER.until_on)
)


@dataclass
class Shelf:
    """What has been read under one version."""

    places: Mapping[str, PlacePath] | None = None
    offices: dict[str, Mapping[str, Office]] = field(default_factory=dict)  # jurisdiction -> code -> office
    more: dict[str, Any] = field(default_factory=dict)


_shelves: OrderedDict[UUID, Shelf] = OrderedDict()


def shelf(session: Session) -> Shelf:
    """Return what is known under the version that *session* sees; a fresh shelf where there is none."""
    version = session.info.get(_VERSION_KEY)
    if version is None:
        version = session.scalar(_VERSION)
        if version is None:
            return Shelf()
        session.info[_VERSION_KEY] = version
    kept = _shelves.get(version)
    if kept is None:
        kept = _shelves[version] = Shelf()
        while len(_shelves) > _KEPT_VERSIONS:
            _shelves.popitem(last=False)
    return kept


def go_on_from(session: Session, earlier: Session) -> None:
    """Let *session* use the version that *earlier*, of the same act, has seen."""
    if _VERSION_KEY in earlier.info:
        session.info[_VERSION_KEY] = earlier.info[_VERSION_KEY]


def remember(session: Session, key: str, build: Callable[[], T]) -> T:
    """Return what *build* made under the present version of the directory, building it at first use."""
    here = shelf(session)
    if key not in here.more:
        here.more[key] = build()
    found: T = here.more[key]
    return found


def new_version(session: Session, at: datetime | None) -> None:
    """Give the directory a new version in the session's transaction."""
    session.flush()
    _renew(session.connection(), at)
    session.info.pop(_VERSION_KEY, None)


def _renew(connection: Connection, at: datetime | None = None) -> None:
    values: dict[str, Any] = {"version": new_id()} | ({"changed_at": at} if at else {})
    if not connection.execute(update(DirectoryState).values(values)).rowcount:
        connection.execute(insert(_STATE).values(id=_ONLY_ROW, **values))


def _row_changed(_mapper: Mapper[Any], connection: Connection, target: Any) -> None:
    _renew(connection)
    session = object_session(target)
    if session is not None:
        session.info.pop(_VERSION_KEY, None)


for _model in (Jurisdiction, Agency, AgencyName, Town, FormerPlace):
    for _moment in ("after_insert", "after_update", "after_delete"):
        event.listen(_model, _moment, _row_changed)


def places(session: Session) -> Mapping[str, PlacePath]:
    """Return every jurisdiction that has not ended, by code."""
    here = shelf(session)
    if here.places is None:
        here.places = _read_places(session)
    return here.places


def _read_places(session: Session) -> dict[str, PlacePath]:
    rows = session.execute(select(Jurisdiction.__table__).where(Jurisdiction.ended_on.is_(None))).all()
    names = {row.code: (row.name, row.name_en) for row in rows}
    found = {}
    for row in rows:
        line = [c for c in (row.province_code, row.city_code, row.county_code) if c in names]
        found[row.code] = PlacePath(
            row.code,
            row.name,
            row.name_en,
            naming.full_name([names[c][0] for c in line]) or row.name,
            ", ".join(names[c][1] for c in reversed(line)) or row.name_en,
            row.level,
            row.county_code,
            row.city_code,
            row.province_code,
            row.lon,
            row.lat,
            row.reporting,
        )
    return found


def offices(session: Session, jurisdictions: Iterable[str]) -> dict[str, Office]:
    """Return the offices of all *jurisdictions* by code; at most one query reads those not yet known."""
    here = shelf(session)
    wanted = tuple(jurisdictions)
    missing = [code for code in wanted if code not in here.offices]
    if missing:
        here.offices.update(_read_offices(session, missing))
    return {code: office for j in wanted for code, office in here.offices[j].items()}


def _read_offices(session: Session, jurisdictions: list[str]) -> dict[str, dict[str, Office]]:
    rows = session.execute(_OFFICES, {"places": jurisdictions}).all()
    found: dict[str, dict[str, Office]] = {code: {} for code in jurisdictions}
    former: dict[str, list[DatedName]] = {}
    for row in rows:
        if row.until_on is not None:
            former.setdefault(row.code, []).append(
                DatedName(row.former_name, row.former_name_en, row.until_on)
            )
    for row in rows:
        if row.code not in found[row.jurisdiction_code]:
            found[row.jurisdiction_code][row.code] = _office(row, tuple(former.get(row.code, ())))
    return found


def _office(row: Any, former: tuple[DatedName, ...]) -> Office:
    columns: list[Any] = [*row[:_OFFICE_COLUMNS], former]
    return Office(*columns)
