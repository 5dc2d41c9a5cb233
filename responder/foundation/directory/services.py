"""What is done to the directory: reference data is loaded, people and their numbers are kept."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import Table, bindparam, delete, insert, select, tuple_, update
from sqlalchemy.orm import Session

from responder.core.clock import wall
from responder.core.db import WRITE_OPTION
from responder.core.errors import nothing_here
from responder.core.ids import PersonId, new_id
from responder.core.uow import UnitOfWork
from responder.foundation.directory import cache, queries, reference
from responder.foundation.directory.events import NumbersViewed, ReferenceLoaded
from responder.foundation.directory.models import (
    LOCAL,
    SHIPPED,
    Agency,
    AgencyName,
    Contact,
    FormerPlace,
    Jurisdiction,
    Person,
    Town,
)
from responder.foundation.directory.reference import ReferenceFile, Row
from responder.foundation.directory.vault import Vault, mask

TABLES: dict[str, Table] = {
    model.__tablename__: model.__table__  # type: ignore[misc]
    for model in (Jurisdiction, Town, FormerPlace, Agency, AgencyName)
}
_END_COLUMN = {"jurisdiction": "ended_on", "agency": "closed_on"}
_KEPT_CHUNK = 500


@dataclass(frozen=True, slots=True)
class TableReport:
    """What a load did to one table."""

    table: str
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    ended: int = 0


@dataclass(frozen=True, slots=True)
class LoadReport:
    """What a load did, table by table."""

    tables: tuple[TableReport, ...]

    @property
    def added(self) -> int:
        """How many rows are new."""
        return sum(table.added for table in self.tables)

    @property
    def changed(self) -> int:
        """How many rows differ from before."""
        return sum(table.changed for table in self.tables)

    @property
    def unchanged(self) -> int:
        """How many rows are as they were."""
        return sum(table.unchanged for table in self.tables)

    @property
    def ended(self) -> int:
        """How many rows of the shipped data are no longer in it."""
        return sum(table.ended for table in self.tables)


@dataclass(frozen=True, slots=True)
class Number:
    """A full number, as shown to somebody who needs it."""

    contact_id: UUID
    kind: str
    value: str
    verified: bool


Loader = Callable[[UnitOfWork, Path], TableReport]
LOADERS: list[tuple[Callable[[Path], bool], Loader]] = []
SHIPPED_LOADS: list[Callable[[UnitOfWork], TableReport]] = []


def register_loader(recognises: Callable[[Path], bool], load: Loader) -> None:
    """Let `reference load` hand the files that *recognises* accepts to *load*: other features' door."""
    LOADERS.append((recognises, load))


def register_shipped(load: Callable[[UnitOfWork], TableReport]) -> None:
    """Let `reference load` without files also load another feature's shipped data."""
    SHIPPED_LOADS.append(load)


def load_reference(uow: UnitOfWork, files: Sequence[Path] | None = None) -> LoadReport:
    """Load the shipped reference data, or *files* on top of it; running it again changes nothing.

    Rows of *files* are local: they win over shipped rows, now and at later loads. Raises InvalidInput for a
    file that is no reference table, or that names a parent or jurisdiction that does not exist.
    """
    reports: list[TableReport] = []
    ours: list[ReferenceFile] = []
    for path in files or ():
        other = next((load for recognises, load in LOADERS if recognises(path)), None)
        if other is not None:
            reports.append(other(uow, path))
        else:
            ours.append(reference.read(path))
    if files is None:
        reports += _Load(uow, SHIPPED).run(reference.shipped())
        reports += [load(uow) for load in SHIPPED_LOADS]
    elif ours:
        reports += _Load(uow, LOCAL).run(ours)
    report = LoadReport(tuple(reports))
    if report.added or report.changed or report.ended:
        cache.new_version(uow.session, uow.now)
        uow.emit(ReferenceLoaded("000000", report.added, report.changed, report.ended))
    return report


class _Load:
    """One run of `load_reference`: what is known, what comes, what differs."""

    def __init__(self, uow: UnitOfWork, origin: str) -> None:
        self.session = uow.session
        self.today = wall(uow.now).date()
        self.origin = origin
        self.known = {name: _rows(uow.session, table) for name, table in TABLES.items()}

    def run(self, files: Iterable[ReferenceFile]) -> list[TableReport]:
        come: dict[str, list[Mapping[str, str]]] = {}
        for file in files:
            come.setdefault(file.kind, []).extend(file.rows)
        return [
            report
            for name, rows in self._shape(come).items()
            if rows
            for report in (self._merge(name, rows),)
        ]

    def _shape(self, come: Mapping[str, Sequence[Mapping[str, str]]]) -> dict[str, list[Row]]:
        known = {row["code"]: row for row in self.known["jurisdiction"].values()}
        jurisdictions = reference.jurisdiction_rows(come.get("jurisdiction", ()), known, self.origin)
        places = known | {row["code"]: row for row in jurisdictions}
        former = reference.former_rows(come.get("former_place", ()), self.origin)
        every_former = {row["id"]: row for row in (*self.known["former_place"].values(), *former)}
        agencies, names = reference.derived_agencies(
            places, [row["code"] for row in jurisdictions], every_former.values()
        )
        coal, coal_names = reference.coal_inspectorates(come.get("coal_inspectorate", ()), places)
        derived = {row["code"]: row for row in (*agencies, *coal)}
        offices = {row["code"]: row for row in self.known["agency"].values()} | derived
        local = reference.agency_rows(come.get("agency", ()), offices, places)
        return {
            "jurisdiction": jurisdictions,
            "town": reference.town_rows(come.get("town", ()), self.origin),
            "former_place": former,
            "agency": list((derived | {row["code"]: row for row in local}).values()),
            "agency_name": names + coal_names,
        }

    def _merge(self, name: str, rows: Sequence[Row]) -> TableReport:
        table, known = TABLES[name], self.known[name]
        keys = tuple(column.name for column in table.primary_key)
        new, changed, seen = [], [], set()
        for row in rows:
            key = tuple(row[k] for k in keys)
            seen.add(key)
            before = known.get(key)
            if before is None:
                new.append(row)
            elif before != row and not (before["origin"] == LOCAL and row["origin"] == SHIPPED):
                changed.append(row)
        if new:
            self.session.execute(insert(table), new)
        if changed:
            self._rewrite(table, keys, changed)
        gone = [] if self.origin == LOCAL else self._gone(name, known, seen)
        self._end(name, table, keys, gone)
        return TableReport(name, len(new), len(changed), len(rows) - len(new) - len(changed), len(gone))

    def _rewrite(self, table: Table, keys: tuple[str, ...], rows: Sequence[Row]) -> None:
        statement = (
            update(table)
            .where(*(table.c[key] == bindparam(f"key_{key}") for key in keys))
            .values({column: bindparam(f"new_{column}") for column in rows[0] if column not in keys})
        )
        self.session.connection().execute(
            statement,
            [
                {f"key_{k}": row[k] for k in keys} | {f"new_{c}": v for c, v in row.items() if c not in keys}
                for row in rows
            ],
        )

    def _gone(
        self, name: str, known: Mapping[tuple[Any, ...], Row], seen: set[tuple[Any, ...]]
    ) -> list[tuple[Any, ...]]:
        end = _END_COLUMN.get(name)
        return [
            key
            for key, row in known.items()
            if key not in seen and row["origin"] == SHIPPED and not (end and row[end])
        ]

    def _end(self, name: str, table: Table, keys: tuple[str, ...], gone: Sequence[tuple[Any, ...]]) -> None:
        columns = tuple_(*(table.c[key] for key in keys))
        for start in range(0, len(gone), _KEPT_CHUNK):
            which = columns.in_(gone[start : start + _KEPT_CHUNK])
            end = _END_COLUMN.get(name)
            self.session.execute(
                update(table).where(which).values({end: self.today}) if end else delete(table).where(which)
            )


def _rows(session: Session, table: Table) -> dict[tuple[Any, ...], Row]:
    keys = tuple(column.name for column in table.primary_key)
    result = session.execute(select(table)).mappings()
    return {tuple(row[k] for k in keys): dict(row) for row in result}


def add_person(uow: UnitOfWork, name: str, agency_code: str, post: str, rank: int = 0) -> PersonId:
    """Record somebody who works in an office; raise NotFound when there is no such office."""
    if queries.agency(uow.session, agency_code) is None:
        raise nothing_here(f"没有机构 {agency_code}", f"There is no agency {agency_code}")
    person_id = PersonId(new_id())
    uow.session.add(Person(id=person_id, name=name, agency_code=agency_code, post=post, rank=rank))
    return person_id


def add_contact(
    uow: UnitOfWork,
    vault: Vault,
    kind: str,
    value: str,
    *,
    person_id: PersonId | None = None,
    agency_code: str | None = None,
    position: int = 0,
    verified: bool = False,
) -> UUID:
    """Keep a number or address of a person, or of an office's duty room, encrypted; return its id."""
    contact_id = new_id()
    uow.session.flush()
    uow.session.add(
        Contact(
            id=contact_id,
            person_id=person_id,
            agency_code=agency_code,
            kind=kind,
            masked=mask(value),
            ciphertext=vault.seal(value, contact_id),
            blind=vault.blind(value),
            position=position,
            verified=verified,
        )
    )
    return contact_id


def numbers_of(uow: UnitOfWork, vault: Vault, person_id: PersonId) -> tuple[Number, ...]:
    """Return a person's full numbers in calling order, and tell that the actor saw them.

    Whether the actor may is the caller's question; that they did is always recorded, so the unit
    must be one that writes. Raises NotFound.
    """
    if not uow.session.connection().get_execution_options().get(WRITE_OPTION, True):
        raise RuntimeError("whoever shows numbers records it: open a unit of work that writes")
    person = uow.session.get(Person, person_id)
    if person is None:
        raise nothing_here("没有这个人", "There is no such person")
    place = queries.place_of_agency(uow.session, person.agency_code)
    province = (place.province_code if place else None) or "000000"
    uow.emit(NumbersViewed(person_id, person.name, person.agency_code, province))
    return tuple(
        Number(contact.id, contact.kind, vault.open(contact.ciphertext, contact.id), contact.verified)
        for contact in queries.contacts(uow.session, person_id)
    )
