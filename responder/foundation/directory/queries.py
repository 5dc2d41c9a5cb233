"""Questions to the directory."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from responder.core.clock import wall
from responder.core.errors import NotFound, nothing_here
from responder.core.ids import PersonId
from responder.foundation.directory import cache, rules
from responder.foundation.directory.models import Agency, Contact, FormerPlace, Person
from responder.foundation.directory.naming import RENAMINGS
from responder.foundation.directory.rules import Office, PlacePath, Routed


def agency(session: Session, code: str) -> Agency | None:
    """Return the agency, or None."""
    return session.get(Agency, code)


def office(session: Session, code: str) -> Office | None:
    """Return the agency as a value with its former names, from memory where possible, or None."""
    return cache.offices(session, (code.partition(".")[0],)).get(code)


def agencies_of(session: Session, jurisdiction_code: str) -> tuple[Office, ...]:
    """Return the offices of one jurisdiction, the work-safety room first."""
    return tuple(cache.offices(session, (jurisdiction_code,)).values())


def agency_names(session: Session, codes: Iterable[str], at: datetime) -> dict[str, tuple[str, str]]:
    """Return the Chinese and English names that the agencies bore at that moment, in one query at most."""
    wanted = set(codes)
    known = cache.offices(session, sorted({code.partition(".")[0] for code in wanted}))
    on = wall(at).date()
    return {code: known[code].names_on(on) for code in wanted if code in known}


def place_path(session: Session, code: str) -> PlacePath:
    """Return the jurisdiction with its ancestors' codes; raise NotFound."""
    try:
        return cache.places(session)[code]
    except KeyError:
        raise nothing_here(f"没有行政区划 {code}", f"There is no jurisdiction {code}") from None


def places(session: Session) -> Mapping[str, PlacePath]:
    """Return every jurisdiction of today by code."""
    return cache.places(session)


def place_of_agency(session: Session, code: str) -> PlacePath | None:
    """Return the place of an agency, or None when there is no such place."""
    return cache.places(session).get(code.partition(".")[0])


def route(session: Session, place: PlacePath, level: str, body: str, at: datetime) -> Routed:
    """Return the agency that answers for *place* as LEVEL.BODY at that moment; a stand-in says why.

    Raises NotFound only when nothing up to the state answers, that is, before reference data is loaded.
    """
    return routes(session, place, ((level, body),), at)[level, body]


def routes(
    session: Session, place: PlacePath, wanted: Iterable[tuple[str, str]], at: datetime
) -> dict[tuple[str, str], Routed]:
    """Return the answering agency for each (level, body) of *wanted*; one query at most."""
    known = cache.offices(session, place.codes)
    on = wall(at).date()

    def find(code: str) -> Office | None:
        return known.get(code) or (
            office(session, code) if code.partition(".")[0] not in place.codes else None
        )

    found: dict[tuple[str, str], Routed] = {}
    for level, body in wanted:
        answer = rules.route(place, level, body, on, find)
        if answer is None:
            raise _nobody(level, body)
        found[level, body] = answer
    return found


def _nobody(level: str, body: str) -> NotFound:
    return nothing_here(f"机构名录中没有 {level}.{body}", f"The directory has no {level}.{body}")


def place_name_on(session: Session, code: str, on: date) -> str:
    """Return the name that the jurisdiction *code* bore in the year of *on*; raise NotFound.

    Only the year of a renaming is known: from its first day the new name is shown.
    """
    today = place_path(session, code).name
    former = session.execute(
        select(FormerPlace.until_year, FormerPlace.former_name)
        .where(FormerPlace.code == code, FormerPlace.change.in_(RENAMINGS), FormerPlace.current)
        .order_by(FormerPlace.until_year)
    )
    return next((name for until, name in former if on.year < until), today)


def person(session: Session, person_id: PersonId) -> Person | None:
    """Return the person, or None."""
    return session.get(Person, person_id)


def people_of(session: Session, agency_code: str) -> tuple[Person, ...]:
    """Return who works in an office today, the most senior first."""
    return tuple(
        session.scalars(
            select(Person)
            .where(Person.agency_code == agency_code, Person.active)
            .order_by(Person.rank.desc(), Person.name)
        )
    )


def contacts(session: Session, person_id: PersonId) -> tuple[Contact, ...]:
    """Return a person's contacts in calling order; only `masked` of them may be shown."""
    return tuple(
        session.scalars(
            select(Contact).where(Contact.person_id == person_id).order_by(Contact.position, Contact.id)
        )
    )


def contacts_of(session: Session, people: Iterable[PersonId]) -> dict[PersonId, tuple[Contact, ...]]:
    """Return the contacts of many people in calling order, in one query."""
    wanted = list(people)
    found: dict[PersonId, list[Contact]] = {person_id: [] for person_id in wanted}
    rows = session.scalars(
        select(Contact).where(Contact.person_id.in_(wanted)).order_by(Contact.position, Contact.id)
    )
    for row in rows:
        if row.person_id is not None:
            found[row.person_id].append(row)
    return {person_id: tuple(rows) for person_id, rows in found.items()}


def duty_phones(session: Session, agency_code: str) -> tuple[Contact, ...]:
    """Return the telephone numbers of an office's duty room in calling order."""
    return tuple(
        session.scalars(
            select(Contact).where(Contact.agency_code == agency_code).order_by(Contact.position, Contact.id)
        )
    )


def people_with_number(session: Session, blind: str) -> tuple[PersonId, ...]:
    """Return whose number has the digest *blind* (`Vault.blind`): who is calling, who answered by SMS."""
    rows = session.scalars(
        select(Contact.person_id).where(Contact.blind == blind, Contact.person_id.is_not(None)).distinct()
    )
    return tuple(row for row in rows if row is not None)
