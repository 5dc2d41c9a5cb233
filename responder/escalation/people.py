"""Who stands on a rung: looked up at the minute of the rung, from the roster and the directory."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from sqlalchemy.orm import Session

from duty_roster import queries as roster
from duty_roster.queries import OnCall, OnCallPerson
from duty_roster.rules import Seat
from responder.core.clock import wall
from responder.foundation.directory import callbook
from responder.foundation.directory import queries as directory
from responder.foundation.directory.rules import Office
from responder.foundation.messaging.posting import Recipient

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Found:
    """The people of one rung, and whose they are; with nobody on it, whether the room has a telephone."""

    agency_code: str
    people: tuple[Recipient, ...]
    roster_version: int | None = None
    on_shift_since: datetime | None = None
    has_telephone: bool = False


class RoomQuestion(Generic[Answer]):
    """What is asked of one room, read in the same statement for all that will be asked as well."""

    def __init__(
        self,
        read: Callable[[Iterable[str]], Mapping[str, Answer]],
        others: Callable[[str], Iterable[str]],
    ) -> None:
        self._read, self._others = read, others
        self._known: dict[str, Answer] = {}

    def __call__(self, agency_code: str) -> Answer:
        if agency_code not in self._known:
            asked = {agency_code, *self._others(agency_code)} - self._known.keys()
            self._known |= self._read(asked)
        return self._known[agency_code]


class Roll:
    """Who is to be called in some rooms, and above them, at one instant."""

    def __init__(self, session: Session, rooms: Iterable[str], at: datetime) -> None:
        self._session, self._rooms, self._at = session, frozenset(rooms), at
        self._above: dict[str, str] = {}
        self._on_call = RoomQuestion(lambda codes: roster.all_on_call(session, codes, at), self.likewise)
        self._heads = RoomQuestion(lambda codes: callbook.heads(session, codes), self.likewise)
        self._numbers = RoomQuestion(
            lambda codes: callbook.numbers_of_rooms(session, tuple(codes)), self.likewise
        )

    def look_up(self, agency_code: str, who: str) -> Found:
        """Return who is to be called on the rung *who* of an agency's ladder."""
        if who == "level_above":
            return self.look_up(self._room_above(agency_code), "officer")
        if who == "head":
            head = self._heads(agency_code)
            return Found(agency_code, (Recipient(*head),) if head else ())
        on_call = self._on_call(agency_code)
        people = tuple(Recipient(one.person_id, one.name, one.post) for one in seated(on_call, who))
        return Found(
            agency_code,
            people,
            on_call.roster_version,
            on_call.starts_at,
            has_telephone=not people and bool(self._numbers(agency_code)),
        )

    def _room_above(self, agency_code: str) -> str:
        if agency_code not in self._above:
            above = room_above(self._session, agency_code, self._at)
            self._above[agency_code] = above.code if above else agency_code
        return self._above[agency_code]

    def likewise(self, agency_code: str) -> Iterable[str]:
        """Return the rooms of which the same will be asked: those whose ladders climb, or those above them."""
        if agency_code in self._rooms:
            return self._rooms
        return [self._room_above(room) for room in self._rooms]


def look_up(session: Session, agency_code: str, who: str, at: datetime) -> Found:
    """Return who is to be called at *at* on the rung *who* of an agency's ladder."""
    return Roll(session, (agency_code,), at).look_up(agency_code, who)


def seated(on_call: OnCall, who: str) -> tuple[OnCallPerson, ...]:
    """Return the people on the seat that a rung names.

    An officer whose relief has not signed in is still on duty (R19) and is called with the relief.
    """
    if who == "second":
        return (on_call.second,) if on_call.second else ()
    if who == "leader":
        return (on_call.leader,) if on_call.leader else ()
    remaining = tuple(one for one in on_call.still_on_post if one.seat == Seat.OFFICER)
    known = {one.person_id for one in on_call.officers}
    return on_call.officers + tuple(one for one in remaining if one.person_id not in known)


def room_above(session: Session, agency_code: str, at: datetime) -> Office | None:
    """Return the nearest office above that works on the day of *at* and has a duty room; None at the top."""
    office, on, seen = directory.office(session, agency_code), wall(at).date(), {agency_code}
    while office is not None and office.parent_code is not None and office.parent_code not in seen:
        seen.add(office.parent_code)
        office = directory.office(session, office.parent_code)
        if office is not None and office.has_duty_room and office.is_open(on):
            return office
    return None
