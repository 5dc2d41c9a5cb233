"""Reads of incidents, always inside what the actor may see."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    False_,
    Row,
    Select,
    True_,
    asc,
    bindparam,
    desc,
    false,
    func,
    not_,
    or_,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.orm import Session, aliased

from maps.distance import distance_km
from responder.core.actor import Actor
from responder.core.errors import nothing_here
from responder.core.ids import IncidentId, parse_id
from responder.foundation.access import scope
from responder.foundation.access.scope import Scope
from responder.incidents.link_models import IncidentLink
from responder.incidents.models import Attachment, Draft, Incident, IncidentParty, Report

DUPLICATE_HOURS = 12
MOST_DUPLICATES = 5
# Two records of one accident at a border; practice, no rule.
TWIN_KM = 2.0
TWIN_APART = timedelta(minutes=30)
TWIN_DEGREES = 0.02  # of latitude: a little more than 2 km; a degree of longitude is never half as long here
PAGE = 50
LONGEST_PAGE = 200
Conditions = Sequence[ColumnElement[bool]]
Order = Sequence[tuple[Any, Callable[[Any], Any]]]
LATEST = datetime.max.replace(tzinfo=UTC)


def visible(actor: Actor) -> ColumnElement[bool]:
    """Return the condition for the incidents *actor* may see: its area and line, or addressed to its office."""
    return scope.visible(actor, Incident, IncidentParty)


def incident(session: Session, actor: Actor, incident_id: UUID, *, lock: bool = False) -> Incident:
    """Return the incident; raise NotFound when there is none or it is not the actor's to see."""
    query = select(Incident).where(Incident.id == incident_id, visible(actor))
    if lock:
        query = query.with_for_update(of=Incident)
    found = session.scalars(query).one_or_none()
    if found is None:
        raise nothing_here("没有这起事故", "There is no such incident")
    return found


def unscoped(session: Session, incident_id: UUID) -> Incident:
    """Return the incident for the system's own work (reactions, workers); never for an answer to a caller."""
    return session.get_one(Incident, incident_id)


def unscoped_many(session: Session, incident_ids: Collection[UUID]) -> dict[UUID, Incident]:
    """Return those incidents by id, for the system's own work, in one query."""
    rows = session.scalars(select(Incident).where(Incident.id.in_(incident_ids)))
    return {row.id: row for row in rows}


def reports(session: Session, incident_id: UUID) -> Sequence[Report]:
    """Return all reports of an incident, the first first."""
    return session.scalars(
        select(Report).where(Report.incident_id == incident_id).order_by(Report.version)
    ).all()


def attachments(session: Session, incident_id: UUID) -> Sequence[Attachment]:
    """Return the attachments of an incident without their contents."""
    return session.scalars(
        select(Attachment).where(Attachment.incident_id == incident_id).order_by(Attachment.added_at)
    ).all()


@dataclass(frozen=True)
class Filters:
    """What a list of incidents is narrowed to; empty fields do not narrow."""

    q: str = ""
    state: str = ""
    grade: str = ""
    sector: str = ""
    jurisdiction: str = ""
    since: datetime | None = None
    until: datetime | None = None


def _conditions(filters: Filters) -> list[ColumnElement[bool]]:
    conditions = [
        column == value
        for column, value in (
            (Incident.state, filters.state),
            (Incident.reporting_grade, filters.grade),
            (Incident.sector, filters.sector),
        )
        if value
    ]
    if filters.jurisdiction:
        code = filters.jurisdiction
        conditions.append(
            or_(
                Incident.province_code == code,
                Incident.city_code == code,
                Incident.county_code == code,
                Incident.jurisdiction_code == code,
            )
        )
    if filters.since:
        conditions.append(Incident.received_at >= filters.since)
    if filters.until:
        conditions.append(Incident.received_at < filters.until)
    conditions += [Incident.search_text.contains(term, autoescape=True) for term in filters.q.lower().split()]
    return conditions


def page(
    session: Session,
    actor: Actor,
    filters: Filters,
    *,
    limit: int = PAGE,
    after: tuple[datetime, UUID] | None = None,
) -> Sequence[Incident]:
    """Return one page of the incidents the actor may see, the newest first, after the cursor."""
    conditions = _conditions(filters)
    if after is not None:
        conditions.append(tuple_(Incident.received_at, Incident.id) < tuple_(*after))
    order = ((Incident.received_at, desc), (Incident.id, desc))
    found = _united(session, _ids(actor, conditions, order), limit)
    return sorted(found, key=lambda row: (row.received_at, row.id), reverse=True)[:limit]


def on_board(session: Session, actor: Actor, limit: int) -> Sequence[Incident]:
    """Return the open incidents with the nearest limits; those without a limit last, of these the latest touched."""
    is_open = [Incident.state == "open", Incident.historic.is_(false())]
    order = ((Incident.next_due_at, asc), (Incident.received_at, desc))
    parts = [
        *_ids(actor, [*is_open, Incident.next_due_at.is_not(None)], order),
        *_ids(actor, [*is_open, Incident.next_due_at.is_(None)], ((Incident.updated_at, desc),)),
    ]
    found = sorted(_united(session, parts, limit), key=lambda row: row.received_at, reverse=True)
    return sorted(found, key=lambda row: row.next_due_at or LATEST)[:limit]


# What `visible` says in one condition is asked in two parts below, the area and what is addressed to the office from
# outside it: each part follows an index from end to end, which no database does for an OR.


def _ids(actor: Actor, conditions: Sequence[Any], order: Order) -> list[Select[Any]]:
    """Return the questions for the ids of the incidents that the actor sees, each in *order*."""
    area = scope.visible(actor, Incident)
    parts: list[Select[Any]] = []
    if not isinstance(area, False_):
        parts.append(
            select(Incident.id).where(area, *conditions).order_by(*(by(column) for column, by in order))
        )
    if _looks_outside(actor, area):
        addressed = select(IncidentParty.incident_id).where(*_outside(actor, area, conditions))
        parts.append(addressed.order_by(*(by(_of_party(column)) for column, by in order)))
    return parts


def _looks_outside(actor: Actor, area: ColumnElement[bool]) -> bool:
    return bool(actor.agency_code) and not isinstance(area, True_)


def _outside(
    actor: Actor, area: ColumnElement[bool], conditions: Sequence[Any]
) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions for the rows of IncidentParty by which the actor sees what lies outside its area."""
    there = select(Incident.id).where(
        Incident.id == IncidentParty.incident_id, not_(func.coalesce(area, false())), *conditions
    )
    return IncidentParty.agency_code == actor.agency_code, there.exists()


def _of_party(column: Any) -> ColumnElement[Any]:
    return select(column).where(Incident.id == IncidentParty.incident_id).scalar_subquery()


def _united(session: Session, parts: Sequence[Select[Any]], limit: int) -> Sequence[Incident]:
    """Return the first incidents of each part, in no order: asked for one, a database would walk all incidents."""
    ids = union_all(*(select(part.limit(limit).subquery().c[0]) for part in parts))
    return session.scalars(select(Incident).where(Incident.id.in_(ids))).all()


@dataclass(frozen=True)
class Totals:
    """Counts that head the board."""

    open: int
    today: int
    this_month: int


def totals(session: Session, actor: Actor, day_start: datetime, month_start: datetime) -> Totals:
    """Return how many incidents are open, and how many came in since the day and the month began.

    Two records of one accident count once wherever both are counted.
    """
    counts: list[Any] = []
    area = scope.visible(actor, Incident)

    def still_open(rows: Any) -> Conditions:
        return rows.state == "open", rows.historic.is_(false())

    def received_since(moment: datetime) -> Callable[[Any], Conditions]:
        return lambda rows: (rows.received_at >= moment, rows.historic.is_(false()))

    for condition in (still_open, received_since(day_start), received_since(month_start)):
        wanted = condition(Incident)
        count: ColumnElement[int] = (
            select(func.count()).select_from(Incident).where(area, *wanted).scalar_subquery()
        )
        if _looks_outside(actor, area):
            addressed = select(func.count()).select_from(IncidentParty)
            count = count + addressed.where(*_outside(actor, area, wanted)).scalar_subquery()
        counts.append(count - _counted_twice(actor, condition))
    row = session.execute(select(*counts)).one()
    return Totals(open=row[0], today=row[1], this_month=row[2])


def _counted_twice(actor: Actor, wanted: Callable[[Any], Conditions]) -> ColumnElement[int]:
    """Return how many records of the actor's area stand beside the record that leads them, both in a count.

    *wanted* returns the conditions of the count for a table of incidents.
    """
    record, lead = aliased(Incident), aliased(Incident)
    counted = [
        select(one.id).where(one.id == tied, scope.visible(actor, one), *wanted(one)).exists()
        for one, tied in ((record, IncidentLink.incident_id), (lead, IncidentLink.lead_id))
    ]
    # Looked at link by link: joined, a database may walk all incidents first.
    return (
        select(func.count())
        .select_from(IncidentLink)
        .where(IncidentLink.parted_at.is_(None), *counted)
        .scalar_subquery()
    )


def board_stamp(session: Session, actor: Actor) -> str:
    """Return a short text that changes whenever an open incident the actor sees has changed."""
    area = scope.visible(actor, Incident)
    is_open = Incident.state == "open"
    columns = (Incident.updated_at, Incident.revision)
    parts = [select(*columns).where(area, is_open)]
    if _looks_outside(actor, area):
        addressed = select(*(_of_party(column).label(column.key) for column in columns))
        parts.append(addressed.where(*_outside(actor, area, [is_open])))
    said = []
    for part in parts:
        seen = part.subquery()
        row = session.execute(
            select(func.count(), func.max(seen.c[0]), func.sum(seen.c[1])).select_from(seen)
        ).one()
        said.append(f"{row[0]}-{row[1].timestamp() if row[1] else 0}-{row[2] or 0}")
    return "-".join(said)


@dataclass(frozen=True)
class Likeness:
    """By what an incident that may be the same one is known: its place, unit and sector, and roughly its time."""

    jurisdiction_code: str
    unit: str | None
    sector: str
    occurred_at: datetime


def probable_duplicates(session: Session, actor: Actor, to: Likeness) -> Sequence[Incident]:
    """Return open incidents that may be the same one: same county or unit, same sector, hours apart at most."""
    ids = [row.id for row in duplicate_rows(session, actor, to)]
    if not ids:
        return ()
    found = session.scalars(select(Incident).where(Incident.id.in_(ids)))
    return sorted(found, key=lambda row: row.received_at, reverse=True)


def duplicate_rows(session: Session, actor: Actor, to: Likeness) -> list[Row[Any]]:
    """Return id, number and reporting grade of those incidents, the latest first."""
    window = timedelta(hours=DUPLICATE_HOURS)
    rows = session.execute(
        _alike(Scope.of(actor), bool(to.unit)),
        {
            "begun": to.occurred_at - window,
            "ended": to.occurred_at + window,
            "place": to.jurisdiction_code,
            "sector": to.sector,
            "unit": to.unit,
            "province": f"{to.jurisdiction_code[:2]}0000",
        },
    )
    return sorted(rows, key=lambda row: row.received_at, reverse=True)[:MOST_DUPLICATES]


@lru_cache(maxsize=1024)
def _alike(who: Scope, has_unit: bool) -> Select[Any]:
    alike = select(Incident.id).where(
        Incident.state == "open", Incident.occurred_at.between(bindparam("begun"), bindparam("ended"))
    )
    # Two questions, each with its index: for an OR a database may walk all open incidents.
    same_place = Incident.jurisdiction_code == bindparam("place"), Incident.sector == bindparam("sector")
    parts = [alike.where(*same_place)]
    if has_unit:
        same_unit = Incident.unit == bindparam("unit"), Incident.province_code == bindparam("province")
        parts.append(alike.where(*same_unit))
    # In no order: asked for one, it would walk all incidents as well.
    columns = (Incident.id, Incident.number, Incident.reporting_grade, Incident.received_at)
    return select(*columns).where(Incident.id.in_(union_all(*parts)), who.condition(Incident, IncidentParty))


def twins(session: Session, actor: Actor, incident: Incident) -> list[Incident]:
    """Return open incidents that may be this one: by the rule for an intake, or two points and two moments close by.

    Who sees both sides of a border sees both records: each province alone has only its own.
    """
    likeness = Likeness(incident.jurisdiction_code, incident.unit, incident.sector, incident.occurred_at)
    found = probable_duplicates(session, actor, likeness)
    beside = _beside(session, actor, incident) if incident.point_source == "given" else ()
    by_id = {row.id: row for row in (*found, *beside) if row.id != incident.id}
    return list(by_id.values())


def _beside(session: Session, actor: Actor, incident: Incident) -> Sequence[Incident]:
    if incident.lon is None or incident.lat is None:
        return ()
    query = select(Incident).where(
        visible(actor),
        Incident.state == "open",
        Incident.point_source == "given",
        Incident.occurred_at.between(incident.occurred_at - TWIN_APART, incident.occurred_at + TWIN_APART),
        Incident.lat.between(incident.lat - TWIN_DEGREES, incident.lat + TWIN_DEGREES),
        Incident.lon.between(incident.lon - 2 * TWIN_DEGREES, incident.lon + 2 * TWIN_DEGREES),
    )
    here = incident.lon, incident.lat
    rows = session.scalars(query.order_by(Incident.received_at.desc()).limit(20)).all()
    return [row for row in rows if distance_km(*here, row.lon or 0.0, row.lat or 0.0) <= TWIN_KM]


def draft(session: Session, account_id: UUID | None, form: str) -> Draft | None:
    """Return what the account has typed into *form* and not saved."""
    if account_id is None:
        return None
    return session.scalars(
        select(Draft).where(Draft.account_id == account_id, Draft.form == form)
    ).one_or_none()


def by_name(session: Session, actor: Actor, name: str) -> IncidentId | None:
    """Return the id of the incident with this number or id, if the actor may see it."""
    named = parse_id(name)
    if named is None:
        return by_number(session, actor, name)
    return session.scalar(select(Incident.id).where(Incident.id == named, visible(actor)))


def by_number(session: Session, actor: Actor, number: str) -> IncidentId | None:
    """Return the id of the incident with this number, if the actor may see it."""
    return session.scalar(select(Incident.id).where(Incident.number == number, visible(actor)))
