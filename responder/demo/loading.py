"""Loads the demo world into an empty database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from duty_roster.models import DutyShift, RosterVersion, ShiftSeat, SignIn
from responder.core.db import Base, table_of
from responder.core.errors import Conflict, Text
from responder.core.ids import PersonId, new_id
from responder.core.uow import Database, UnitOfWork
from responder.demo.people import Numbers, RoomStaff, Someone, person_row, staff_room
from responder.demo.rosters import RosterRows, add_room
from responder.demo.world import DemoAgency, World, world
from responder.foundation.access.models import Account
from responder.foundation.access.passwords import Passwords
from responder.foundation.access.services import add_account
from responder.foundation.audit.services import record
from responder.foundation.audit.words import register
from responder.foundation.directory import cache
from responder.foundation.directory.models import Agency, Contact, Person
from responder.foundation.directory.queries import places
from responder.foundation.directory.vault import Vault

STATE = "000000"
register({"demo_loaded": Text("装入演示数据：{people}人", "loaded the demo world: {people} people")})


@dataclass(frozen=True, slots=True)
class Loaded:
    """What was loaded."""

    rooms: int
    people: int
    shifts: int
    accounts: int


def load(database: Database, vault: Vault) -> Loaded:
    """Load people, rosters of this month and the next, and accounts, in one transaction.

    Raises Conflict when the database already has people or accounts, or has no directory yet.
    """
    here = world()
    # Hashing takes longest, and no lock is held meanwhile.
    passwords = Passwords()
    hashes = {account.login: passwords.hash(here.password) for account in here.accounts}
    with database.unit_of_work() as uow:
        _refuse_unfit(uow.session)
        _add_agencies(uow, here)
        rooms = _staff_rooms(uow.session, here)
        others = [Someone(new_id(), p.name, p.agency, p.post, p.rank) for p in here.people]
        people = [*(p for room in rooms for p in room.everybody()), *others]
        _add_people(uow.session, here, vault, people)
        rosters = _add_rosters(uow, rooms)
        _add_accounts(uow, here, people, hashes)
        record(uow, "demo_loaded", province_code=STATE, payload={"people": len(people)})
        return Loaded(len(rooms), len(people), len(rosters.shifts), len(here.accounts))


def _refuse_unfit(session: Session) -> None:
    if session.scalars(select(Agency.code).limit(1)).first() is None:
        raise Conflict(
            Text(
                "还没有机构名录，请先运行 responder reference load。",
                "There is no directory yet: run `responder reference load` first.",
            )
        )
    for model in (Person, Account):
        if session.scalars(select(model.id).limit(1)).first() is not None:
            raise Conflict(
                Text(
                    "数据库里已有人员或账号，演示数据只装进空的数据库。",
                    "The database already has people or accounts; the demo goes into an empty one only.",
                )
            )


def _add_agencies(uow: UnitOfWork, here: World) -> None:
    codes = [agency.code for agency in here.agencies]
    known = set(uow.session.scalars(select(Agency.code).where(Agency.code.in_(codes))))
    _insert(
        uow.session, Agency, [_agency_row(agency) for agency in here.agencies if agency.code not in known]
    )
    cache.new_version(uow.session, uow.now)


def _agency_row(agency: DemoAgency) -> dict[str, object]:
    return {
        "code": agency.code,
        "jurisdiction_code": agency.jurisdiction,
        "body": agency.body,
        "level": agency.level,
        "name": agency.name,
        "name_en": agency.name_en,
        "has_duty_room": False,
        "established": True,
        "opened_on": None,
        "closed_on": None,
        "parent_code": agency.parent,
        "stand_in_code": None,
        "confidence": "demo",
        "origin": "local",
    }


def _insert(session: Session, model: type[Base], rows: Sequence[Mapping[str, object]]) -> None:
    """Insert many rows at once, past the identity map."""
    session.connection().execute(insert(table_of(model)), rows)


def _staff_rooms(session: Session, here: World) -> list[RoomStaff]:
    """Return the people of every duty room of the demo's provinces, and of the rooms named in the data file."""
    known = places(session)
    wanted = session.execute(
        select(Agency.code, Agency.jurisdiction_code, Agency.level)
        .where(Agency.has_duty_room | Agency.code.in_(list(here.rooms)), Agency.established)
        .order_by(Agency.code)
    )
    return [
        staff_room(here, code, known[jurisdiction], level)
        for code, jurisdiction, level in wanted
        if jurisdiction in known
        and (code in here.rooms or known[jurisdiction].province_code in here.provinces)
    ]


def _add_people(session: Session, here: World, vault: Vault, people: list[Someone]) -> None:
    numbers = Numbers(here, vault)
    known = places(session)
    _insert(session, Person, [person_row(person) for person in people])
    contacts = [numbers.mobile(person.id) for person in people]
    for code, jurisdiction in session.execute(
        select(Agency.code, Agency.jurisdiction_code).order_by(Agency.code)
    ):
        place = known.get(jurisdiction)
        if place is not None and (place.code == STATE or place.province_code in here.provinces):
            contacts.append(numbers.duty_phone(code, place.city_code or place.province_code))
    _insert(session, Contact, contacts)


def _add_rosters(uow: UnitOfWork, rooms: list[RoomStaff]) -> RosterRows:
    rows = RosterRows()
    for room in rooms:
        add_room(rows, room, uow.now)
    _insert(uow.session, RosterVersion, rows.versions)
    _insert(uow.session, DutyShift, rows.shifts)
    _insert(uow.session, ShiftSeat, rows.seats)
    _insert(uow.session, SignIn, rows.sign_ins)
    return rows


def _add_accounts(uow: UnitOfWork, here: World, people: list[Someone], hashes: dict[str, str]) -> None:
    by_name = {(person.agency_code, person.name): person for person in people}
    for account in here.accounts:
        person = by_name[account.agency, account.person]
        add_account(
            uow,
            account.login,
            hashes[account.login],
            agency_code=account.agency,
            role=account.role,
            name=person.name,
            person_id=PersonId(person.id),
        )
