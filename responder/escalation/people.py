"""Who stands on a rung: looked up at the minute of the rung, from the roster and the directory."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from duty_roster import queries as roster
from duty_roster.queries import OnCall, OnCallPerson
from duty_roster.rules import Seat
from responder.core.clock import wall
from responder.foundation.directory import queries as directory
from responder.foundation.directory.rules import Office
from responder.foundation.messaging.services import Recipient


@dataclass(frozen=True, slots=True)
class Found:
    """The people of one rung, and whose they are; with nobody on it, whether the room has a telephone."""

    agency_code: str
    people: tuple[Recipient, ...]
    roster_version: int | None = None
    on_shift_since: datetime | None = None
    has_telephone: bool = False


def look_up(session: Session, agency_code: str, who: str, at: datetime) -> Found:
    """Return who is to be called at *at* on the rung *who* of an agency's ladder."""
    if who == "level_above":
        above = room_above(session, agency_code, at)
        return look_up(session, above.code if above else agency_code, "officer", at)
    if who == "head":
        people = directory.people_of(session, agency_code)[:1]
        return Found(agency_code, tuple(Recipient(one.id, one.name, one.post) for one in people))
    on_call = roster.on_call(session, agency_code, at)
    people_on = tuple(Recipient(one.person_id, one.name, one.post) for one in seated(on_call, who))
    return Found(
        agency_code,
        people_on,
        on_call.roster_version,
        on_call.starts_at,
        has_telephone=not people_on and bool(directory.duty_phones(session, agency_code)),
    )


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
