"""Reads of incidents, always inside what the actor may see."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select, tuple_
from sqlalchemy.orm import Session

from responder.core.actor import Actor
from responder.core.errors import nothing_here
from responder.core.ids import IncidentId
from responder.foundation.access import scope
from responder.incidents.models import Attachment, Draft, Incident, IncidentParty, Report

DUPLICATE_HOURS = 12
PAGE = 50
LONGEST_PAGE = 200


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


def _narrow(query: Select[Any], filters: Filters) -> Select[Any]:
    for column, value in (
        (Incident.state, filters.state),
        (Incident.reporting_grade, filters.grade),
        (Incident.sector, filters.sector),
    ):
        if value:
            query = query.where(column == value)
    if filters.jurisdiction:
        code = filters.jurisdiction
        query = query.where(
            or_(
                Incident.province_code == code,
                Incident.city_code == code,
                Incident.county_code == code,
                Incident.jurisdiction_code == code,
            )
        )
    if filters.since:
        query = query.where(Incident.received_at >= filters.since)
    if filters.until:
        query = query.where(Incident.received_at < filters.until)
    for term in filters.q.lower().split():
        query = query.where(Incident.search_text.contains(term, autoescape=True))
    return query


def page(
    session: Session,
    actor: Actor,
    filters: Filters,
    *,
    limit: int = PAGE,
    after: tuple[datetime, UUID] | None = None,
) -> Sequence[Incident]:
    """Return one page of the incidents the actor may see, the newest first, after the cursor."""
    query = _narrow(select(Incident).where(visible(actor)), filters)
    if after is not None:
        query = query.where(tuple_(Incident.received_at, Incident.id) < tuple_(*after))
    return session.scalars(query.order_by(Incident.received_at.desc(), Incident.id.desc()).limit(limit)).all()


def on_board(session: Session, actor: Actor, limit: int) -> Sequence[Incident]:
    """Return the open incidents with the nearest limits, those without a limit last."""
    query = select(Incident).where(visible(actor), Incident.state == "open", Incident.historic.is_(false()))
    return session.scalars(
        query.order_by(
            Incident.next_due_at.is_(None), Incident.next_due_at, Incident.received_at.desc()
        ).limit(limit)
    ).all()


@dataclass(frozen=True)
class Totals:
    """Counts that head the board."""

    open: int
    today: int
    this_month: int


def totals(session: Session, actor: Actor, day_start: datetime, month_start: datetime) -> Totals:
    """Return how many incidents are open, and how many came in since the day and the month began."""
    mine = and_(visible(actor), Incident.historic.is_(False))
    open_count = session.scalar(
        select(func.count()).select_from(Incident).where(mine, Incident.state == "open")
    )
    recent = session.execute(
        select(func.count(), func.count().filter(Incident.received_at >= day_start))
        .select_from(Incident)
        .where(mine, Incident.received_at >= month_start)
    ).one()
    return Totals(open=open_count or 0, today=recent[1], this_month=recent[0])


def board_stamp(session: Session, actor: Actor) -> str:
    """Return a short text that changes whenever an open incident the actor sees has changed."""
    row = session.execute(
        select(func.count(), func.max(Incident.updated_at), func.sum(Incident.revision)).where(
            visible(actor), Incident.state == "open"
        )
    ).one()
    return f"{row[0]}-{row[1].timestamp() if row[1] else 0}-{row[2] or 0}"


def probable_duplicates(
    session: Session,
    actor: Actor,
    *,
    jurisdiction_code: str,
    unit: str | None,
    sector: str,
    occurred_at: datetime,
) -> Sequence[Incident]:
    """Return open incidents that may be the same one: same county or unit, same sector, hours apart at most."""
    window = timedelta(hours=DUPLICATE_HOURS)
    near = Incident.jurisdiction_code == jurisdiction_code
    same_unit = (
        and_(Incident.unit == unit, Incident.province_code == f"{jurisdiction_code[:2]}0000")
        if unit
        else false()
    )
    query = select(Incident).where(
        visible(actor),
        Incident.state == "open",
        Incident.occurred_at.between(occurred_at - window, occurred_at + window),
        or_(and_(near, Incident.sector == sector), same_unit),
    )
    return session.scalars(query.order_by(Incident.received_at.desc()).limit(5)).all()


def draft(session: Session, account_id: UUID | None, form: str) -> Draft | None:
    """Return what the account has typed into *form* and not saved."""
    if account_id is None:
        return None
    return session.scalars(
        select(Draft).where(Draft.account_id == account_id, Draft.form == form)
    ).one_or_none()


def by_number(session: Session, actor: Actor, number: str) -> IncidentId | None:
    """Return the id of the incident with this number, if the actor may see it."""
    return session.scalar(select(Incident.id).where(Incident.number == number, visible(actor)))
