"""Questions to the directory."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from responder.core.clock import wall
from responder.core.errors import NotFound, nothing_here
from responder.core.ids import PersonId
from responder.foundation.directory import cache, rules, search
from responder.foundation.directory.models import Agency, Contact, FormerPlace, Jurisdiction, Person, Town
from responder.foundation.directory.naming import RENAMINGS
from responder.foundation.directory.rules import Office, PlacePath, Routed
from responder.foundation.directory.search import Hit


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


def read_offices_ahead(session: Session, place: PlacePath) -> None:
    """Take the offices of *place* and of all above it into memory, so that finding them later asks nothing."""
    cache.offices(session, place.codes)


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


def search_places(session: Session, text: str, limit: int = 10, near: str | None = None) -> list[Hit]:
    """Return the places that *text* may mean, likeliest first, then those in the province *near*.

    Towns follow where there is room for them.
    """
    hits = search.search(search_index(session), text, limit, near)
    asked = "".join(text.split())
    if len(hits) >= limit or len(asked) < 2 or asked.isascii():
        return hits
    counties = cache.places(session)
    pattern = asked.replace("\\", "").replace("%", "").replace("_", "") + "%"
    towns = session.execute(
        select(Town.code, Town.name, Town.county_code)
        .where(Town.name.like(pattern))
        .order_by(Town.name, Town.code)
        .limit(limit - len(hits))
    )
    for code, name, county in towns:
        if county in counties:
            above = counties[county]
            whole, whole_en = f"{above.full_name}{name}", f"{name}, {above.full_name_en}"
            hits.append(Hit(code, name, name, whole, whole_en, "town"))
    return hits


def search_index(session: Session) -> search.Index:
    """Return the index over all names, built once for each version of the directory."""
    return cache.remember(session, "search", lambda: _index(session))


def _index(session: Session) -> search.Index:
    known = cache.places(session)
    rows = session.execute(select(Jurisdiction.code, Jurisdiction.initials))
    initials = {row.code: row.initials for row in rows}
    former = session.execute(select(FormerPlace.former_name, FormerPlace.former_code, FormerPlace.code))
    return search.build(
        [(place, initials[code]) for code, place in known.items()],
        [(name, old, known[code]) for name, old, code in former if code in known],
    )


class PlaceRow(NamedTuple):
    """A jurisdiction as recognition needs it; the state itself is not among them."""

    code: str
    name: str
    name_en: str
    level: str
    parent_code: str


class FormerRow(NamedTuple):
    """A former name, and the code that followed it at the end of `until_year`."""

    former_name: str
    code: str
    until_year: int
    former_code: str


class Gazetteer(NamedTuple):
    """Every name of the country but those of the towns, as plain rows."""

    places: tuple[PlaceRow, ...]
    former: tuple[FormerRow, ...]


def gazetteer(session: Session) -> Gazetteer:
    """Return every name but those of the towns; who builds an index from it keeps that with `cache.remember`."""
    places_now = session.execute(
        select(
            Jurisdiction.code,
            Jurisdiction.name,
            Jurisdiction.name_en,
            Jurisdiction.level,
            Jurisdiction.parent_code,
        )
        .where(Jurisdiction.ended_on.is_(None), Jurisdiction.level != "state")
        .order_by(Jurisdiction.code)
    )
    former = session.execute(
        select(FormerPlace.former_name, FormerPlace.code, FormerPlace.until_year, FormerPlace.former_code)
    )
    return Gazetteer(
        tuple(PlaceRow(code, name, en, level, parent or "") for code, name, en, level, parent in places_now),
        tuple(FormerRow(*row) for row in former),
    )


def towns(session: Session) -> Iterator[tuple[str, str, str]]:
    """Yield code, name and county of every town in the order of the codes; there are many, so nothing keeps them."""
    rows = session.execute(select(Town.code, Town.name, Town.county_code).order_by(Town.code))
    return ((code, name, county) for code, name, county in rows.yield_per(1000))


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
