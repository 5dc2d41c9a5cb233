"""Loads a file of people with their numbers, and of duty rooms: refused whole, and again it changes nothing."""

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from responder.core.errors import InvalidInput, Text
from responder.core.ids import PersonId
from responder.core.uow import UnitOfWork
from responder.foundation.directory import queries
from responder.foundation.directory.models import Contact, Person
from responder.foundation.directory.services import TableReport, add_contact, add_person
from responder.foundation.directory.vault import Vault

OF_A_PERSON = ("mobile", "sms", "voice", "email")
OF_A_ROOM = ("duty", "fax")
DIALLED = ("mobile", "sms", "voice")  # a provider wants these with the country in front
GONE = "-"
HIGHEST_RANK = 99
EMAIL = re.compile(r"[!-?A-~]+@[!-?A-~]+\.[!-?A-~]+")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the file; without a name it is the duty room itself. What is empty is left as it is known."""

    number: int
    agency: str
    name: str
    post: str
    rank: int
    contacts: Mapping[str, str]  # kind -> value, or GONE where it is to be forgotten


def recognises(path: Path) -> bool:
    """Return whether *path* is a file of people, by its heading."""
    if path.suffix.lower() != ".csv":
        return False
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        heading = next(csv.reader(file), [])
    return {"agency", "name", "post"} <= set(heading)


def read(path: Path) -> list[Line]:
    """Return the lines of *path*; raise InvalidInput that names the first line that cannot be."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file, restval=""))
    except (UnicodeDecodeError, csv.Error) as cause:
        raise InvalidInput(
            Text(f"读不出文件 {path.name}：{cause}", f"cannot read {path.name}: {cause}")
        ) from cause
    lines = [_line(number, row) for number, row in enumerate(rows, start=2)]
    seen: set[tuple[str, str]] = set()
    for line in lines:
        if (line.agency, line.name) in seen:
            raise _wrong(
                line.number, f"{line.name}在本单位写了两次", f"{line.name} stands in this office twice"
            )
        seen.add((line.agency, line.name))
    return lines


def load_people(uow: UnitOfWork, vault: Vault, path: Path) -> TableReport:
    """Record the people and numbers of *path*; raise InvalidInput where a line cannot be, and record nothing then."""
    added = changed = unchanged = 0
    for line in read(path):
        if queries.agency(uow.session, line.agency) is None:
            raise _wrong(line.number, f"没有机构 {line.agency}", f"there is no agency {line.agency}")
        person = _known(uow, line)
        if line.name and person is None:
            person_id = add_person(uow, line.name, line.agency, line.post, line.rank)
            _keep(uow, vault, line, person_id)
            added += 1
            continue
        moved = person is not None and (person.post, person.rank) != (line.post, line.rank)
        if person is not None:
            person.post, person.rank, person.active = line.post, line.rank, True
        if _keep(uow, vault, line, PersonId(person.id) if person else None) or moved:
            changed += 1
        else:
            unchanged += 1
    return TableReport("person", added, changed, unchanged)


def _known(uow: UnitOfWork, line: Line) -> Person | None:
    if not line.name:
        return None
    return uow.session.scalar(
        select(Person).where(Person.agency_code == line.agency, Person.name == line.name).limit(1)
    )


def _keep(uow: UnitOfWork, vault: Vault, line: Line, person_id: PersonId | None) -> bool:
    """Bring the contacts of the line up to date; return whether one differed."""
    owner = Contact.person_id == person_id if person_id is not None else Contact.agency_code == line.agency
    differed = False
    for position, (kind, value) in enumerate(line.contacts.items()):
        known = uow.session.scalars(select(Contact).where(owner, Contact.kind == kind)).all()
        wanted = [] if value == GONE else [vault.blind(value)]
        if [contact.blind for contact in known] == wanted:
            continue
        differed = True
        for contact in known:
            uow.session.delete(contact)
        if wanted:
            of_room = line.agency if person_id is None else None
            add_contact(uow, vault, kind, value, person_id=person_id, agency_code=of_room, position=position)
    return differed


def _line(number: int, row: Mapping[str, str]) -> Line:
    cells = {name: (row.get(name) or "").strip() for name in ("agency", "name", "post", "rank")}
    rank = cells["rank"] or "0"
    if not (rank.isascii() and rank.isdecimal() and len(rank) <= len(str(HIGHEST_RANK))):
        raise _wrong(
            number, f"rank 是 0 到 {HIGHEST_RANK} 的数", f"rank is a number from 0 to {HIGHEST_RANK}"
        )
    kinds, others = (OF_A_PERSON, OF_A_ROOM) if cells["name"] else (OF_A_ROOM, OF_A_PERSON)
    for kind in others:
        if (row.get(kind) or "").strip():
            raise _wrong(
                number,
                f"{kind} 不能写在这一行：有姓名的是个人，没有的是值班室",
                f"{kind} has no place here: a line with a name is a person, one without is the duty room",
            )
    given = {kind: (row.get(kind) or "").strip() for kind in kinds}
    contacts = {kind: _value(number, kind, value) for kind, value in given.items() if value}
    return Line(number, cells["agency"], cells["name"], cells["post"], int(rank), contacts)


def _value(number: int, kind: str, value: str) -> str:
    if value == GONE:
        return value
    if kind == "email":
        if not EMAIL.fullmatch(value):
            raise _wrong(number, f"{value} 不是邮箱地址", f"{value} is no e-mail address")
        return value
    return _telephone(number, kind, value)


def _telephone(number: int, kind: str, value: str) -> str:
    import phonenumbers

    try:
        parsed = phonenumbers.parse(value, "CN")
    except phonenumbers.NumberParseException:
        parsed = None
    if parsed is None or not phonenumbers.is_possible_number(parsed):
        raise _wrong(number, f"{value} 不是电话号码", f"{value} is no telephone number")
    if kind not in DIALLED:
        return value  # read aloud as people write it
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def _wrong(number: int, zh: str, en: str) -> InvalidInput:
    return InvalidInput(Text(f"第 {number} 行：{zh}。", f"line {number}: {en}."))
