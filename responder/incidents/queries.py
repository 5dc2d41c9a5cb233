"""Reads of incidents, always inside what the actor may see."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Row,
    True_,
    bindparam,
    desc,
    func,
    or_,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.orm import Session

from maps.distance import distance_km
from responder.core.actor import Actor
from responder.core.errors import nothing_here
from responder.core.ids import IncidentId, parse_id
from responder.core.questions import Question
from responder.foundation.access import scope
from responder.foundation.access.scope import Scope
from responder.foundation.audit.models import AuditEntry
from responder.incidents import parts
from responder.incidents.models import Attachment, Draft, Incident, IncidentParty, Report

DUPLICATE_HOURS = 12
MOST_DUPLICATES = 5
# Two records of one accident at a border; practice, no rule.
TWIN_KM = 2.0
TWIN_APART = timedelta(minutes=30)
TWIN_DEGREES = 0.02  # of latitude: a little more than 2 km; a degree of longitude is never half as long here
PAGE = 50


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


_REPORTS = Question(
    select(Report).where(Report.incident_id == bindparam("incident_id")).order_by(Report.version)
)


def reports(session: Session, incident_id: UUID) -> Sequence[Report]:
    """Return copies of all reports of an incident, the first first; what was once said never changes."""
    return [report for (report,) in _REPORTS.copies(session, incident_id=incident_id)]


_OF_INCIDENT = AuditEntry.incident_id == bindparam("incident_id")
_NEWEST = Question(
    select(AuditEntry)
    .where(_OF_INCIDENT)
    .order_by(AuditEntry.at.desc(), AuditEntry.id.desc())
    .limit(bindparam("most"))
)
_ENTRIES = Question(select(func.count()).select_from(AuditEntry).where(_OF_INCIDENT))


def newest_entries(session: Session, incident_id: UUID, most: int) -> tuple[list[AuditEntry], int]:
    """Return copies of the last *most* entries of an incident's timeline, the newest first, and how many it has."""
    found = [entry for (entry,) in _NEWEST.copies(session, incident_id=incident_id, most=most)]
    ((total,),) = _ENTRIES.rows(session, incident_id=incident_id)
    return found, total


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
    area = scope.visible(actor, Incident)
    office = actor.agency_code if actor.agency_code and not isinstance(area, True_) else None
    firsts = parts.firsts(parts.ids(area, office, conditions, order), limit)
    found = session.scalars(select(Incident).where(Incident.id.in_(firsts)))
    return sorted(found, key=lambda row: (row.received_at, row.id), reverse=True)[:limit]


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
    rows = _alike(Scope.of(actor), bool(to.unit)).rows(
        session,
        begun=to.occurred_at - window,
        ended=to.occurred_at + window,
        place=to.jurisdiction_code,
        sector=to.sector,
        unit=to.unit,
        province=f"{to.jurisdiction_code[:2]}0000",
    )
    return sorted(rows, key=lambda row: row.received_at, reverse=True)[:MOST_DUPLICATES]


@lru_cache(maxsize=1024)
def _alike(who: Scope, has_unit: bool) -> Question:
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
    found = Incident.id.in_(union_all(*parts))
    return Question(select(*columns).where(found, who.condition(Incident, IncidentParty)))


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
