"""Whom a room has and what numbers there are, for many at once; no number is opened, whole rows stay unread."""

from collections.abc import Collection, Iterable
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import ColumnElement, Select, bindparam, select
from sqlalchemy.orm import Session

from responder.core.db import table_of
from responder.core.ids import PersonId
from responder.foundation.directory.models import Contact, Person

_CONTACT = table_of(Contact).c
_PERSON = table_of(Person).c
Owner = TypeVar("Owner", str, PersonId)


class Number(NamedTuple):
    """A number or address as it may be shown, and the digest by which it is known when it answers."""

    kind: str
    masked: str
    blind: str


class Head(NamedTuple):
    """The most senior person of an office."""

    person_id: PersonId
    name: str
    post: str


def _numbers(owner: ColumnElement[Any]) -> Select[*tuple[Any, ...]]:
    return (
        select(owner, _CONTACT.kind, _CONTACT.masked, _CONTACT.blind)
        .where(owner.in_(bindparam("owners", expanding=True)))
        .order_by(_CONTACT.position, _CONTACT.id)
    )


_OF_PEOPLE, _OF_ROOMS = _numbers(_CONTACT.person_id), _numbers(_CONTACT.agency_code)
_SENIORS = (
    select(_PERSON.agency_code, _PERSON.id, _PERSON.name, _PERSON.post)
    .where(_PERSON.agency_code.in_(bindparam("codes", expanding=True)), _PERSON.active)
    .order_by(_PERSON.rank.desc(), _PERSON.name)
)


def numbers_of_people(session: Session, people: Collection[PersonId]) -> dict[PersonId, tuple[Number, ...]]:
    """Return the numbers of each of *people* in calling order."""
    return _grouped(session, _OF_PEOPLE, people)


def numbers_of_rooms(session: Session, codes: Collection[str]) -> dict[str, tuple[Number, ...]]:
    """Return the telephone numbers of each office's duty room in calling order."""
    return _grouped(session, _OF_ROOMS, codes)


def _grouped(
    session: Session, question: Select[*tuple[Any, ...]], owners: Collection[Owner]
) -> dict[Owner, tuple[Number, ...]]:
    found: dict[Owner, tuple[Number, ...]] = dict.fromkeys(owners, ())
    if owners:
        for owner, *number in session.connection().execute(question, {"owners": list(owners)}):
            found[owner] += (Number(*number),)
    return found


def heads(session: Session, codes: Iterable[str]) -> dict[str, Head | None]:
    """Return who is the most senior of each office today; None where the directory names nobody."""
    found: dict[str, Head | None] = dict.fromkeys(codes)
    if found:
        for code, *person in session.connection().execute(_SENIORS, {"codes": list(found)}):
            found[code] = found[code] or Head(*person)
    return found
