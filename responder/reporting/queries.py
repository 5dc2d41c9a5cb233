"""Reads of legs and notices for pages, always inside what the actor may see."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, bindparam, func, or_, select, union_all
from sqlalchemy.orm import Session

from responder.core.actor import Actor
from responder.core.errors import Text, nothing_here
from responder.core.questions import Question, one_of
from responder.incidents.models import Incident
from responder.incidents.queries import visible
from responder.reporting.models import ReportLeg, VersionNotice

WAITING = ("open", "sent", "returned")
WRITTEN = "report"
SPOKEN = ("phone", "bypass")
# Only arrows with an end that works with the product can be known to be late; the others are shown as owed.
FOLLOWED = or_(ReportLeg.sender.endswith(".work_safety"), ReportLeg.receiver.endswith(".work_safety"))

_OFFICE: Any = bindparam("office")
_TO_SIGN = (ReportLeg.receiver_code == _OFFICE, ReportLeg.state == "sent")
_TO_SEND = (ReportLeg.sender_code == _OFFICE, one_of(ReportLeg.state, WAITING))
_UNREAD = (VersionNotice.agency_code == _OFFICE, VersionNotice.seen_at.is_(None))
# What waits for an office, each a count by an index: the board looks at these before it asks for the rows.
COUNTS = {
    "to_sign": select(func.count()).select_from(ReportLeg).where(*_TO_SIGN),
    "to_send": select(func.count()).select_from(ReportLeg).where(*_TO_SEND),
    "unread": select(func.count()).select_from(VersionNotice).where(*_UNREAD),
}
MOST_WAITING = 200
MOST_UNREAD = 50
# Two questions, each with its index: for an OR a database may walk all open legs.
_MINE = union_all(select(ReportLeg.id).where(*_TO_SIGN), select(ReportLeg.id).where(*_TO_SEND))
_WAITING_FOR = Question(
    select(ReportLeg, Incident)
    .join(Incident, and_(Incident.lane_id == ReportLeg.lane_id, Incident.id == ReportLeg.incident_id))
    .where(
        ReportLeg.id.in_(_MINE), or_(ReportLeg.binding, ReportLeg.kind == WRITTEN), Incident.state == "open"
    )
    .order_by(ReportLeg.due_at, ReportLeg.id)
    .limit(MOST_WAITING)
)
_UNREAD_NOTICES = Question(
    select(VersionNotice, Incident)
    .join(Incident, and_(Incident.lane_id == VersionNotice.lane_id, Incident.id == VersionNotice.incident_id))
    .where(*_UNREAD)
    .order_by(VersionNotice.told_at)
    .limit(MOST_UNREAD)
)


def leg(session: Session, actor: Actor, leg_id: UUID, *, lock: bool = False) -> tuple[ReportLeg, Incident]:
    """Return a leg with its incident; raise NotFound when it is none of the actor's incidents'."""
    query = (
        select(ReportLeg, Incident)
        .join(Incident, and_(Incident.lane_id == ReportLeg.lane_id, Incident.id == ReportLeg.incident_id))
        .where(ReportLeg.id == leg_id, visible(actor))
    )
    if lock:
        # The incident is the lock of its whole chain: two officers who sign at once are told apart by it.
        query = query.with_for_update(of=Incident)
    row = session.execute(query).one_or_none()
    if row is None:
        raise nothing_here("没有这个报送环节", "There is no such report leg")
    return row[0], row[1]


_LEGS = Question(
    select(ReportLeg)
    .where(ReportLeg.incident_id == bindparam("incident_id"))
    .order_by(ReportLeg.climb, ReportLeg.due_at, ReportLeg.id)
)


def legs(session: Session, incident_id: UUID) -> list[ReportLeg]:
    """Return copies of all legs of an incident the caller has already been allowed to see."""
    return [leg for (leg,) in _LEGS.copies(session, incident_id=incident_id)]


@dataclass(frozen=True)
class Waiting:
    """A leg that waits for the actor's office, with its incident."""

    leg: ReportLeg
    incident: Incident


def waiting_for(session: Session, agency_code: str) -> list[Waiting]:
    """Return copies of the legs on which *agency_code* has to act: to sign what came, or to send on what it has."""
    return to_act_on(Waiting(*row) for row in _WAITING_FOR.copies(session, office=agency_code))


def to_act_on(rows: Iterable[Waiting]) -> list[Waiting]:
    """Return the rows that are acts of their own: each binding leg, and a written report beside an earlier phone limit.

    A telephone call never closes a written duty, so the report is still to be sent and signed.
    """

    def pair(leg: ReportLeg) -> tuple[object, ...]:
        return leg.incident_id, leg.climb, leg.sender, leg.receiver

    known = list(rows)
    written = {pair(row.leg) for row in known if row.leg.binding and row.leg.kind not in SPOKEN}
    return [
        row for row in known if row.leg.binding or (row.leg.kind == WRITTEN and pair(row.leg) not in written)
    ]


def unread_notices(session: Session, agency_code: str) -> list[tuple[VersionNotice, Incident]]:
    """Return copies of the later versions told to an office that nobody there has seen yet, the oldest first."""
    return [(row[0], row[1]) for row in _UNREAD_NOTICES.copies(session, office=agency_code)]


def notices(session: Session, incident_id: UUID) -> Sequence[VersionNotice]:
    """Return who was told of which later version."""
    return session.scalars(
        select(VersionNotice).where(VersionNotice.incident_id == incident_id).order_by(VersionNotice.told_at)
    ).all()


def newly_overdue(session: Session, now: datetime, limit: int) -> Sequence[ReportLeg]:
    """Return legs past their limit whose lateness nobody has noted yet; the cost grows with what is due."""
    return session.scalars(
        select(ReportLeg)
        .where(
            ReportLeg.state.in_(WAITING), ReportLeg.overdue_noted.is_(False), ReportLeg.due_at < now, FOLLOWED
        )
        .order_by(ReportLeg.due_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()


def soon_due(session: Session, now: datetime, until: datetime, limit: int) -> Sequence[ReportLeg]:
    """Return legs that fall due before *until* and of which nobody has been reminded."""
    return session.scalars(
        select(ReportLeg)
        .where(
            ReportLeg.state.in_(WAITING),
            ReportLeg.reminded.is_(False),
            ReportLeg.due_at >= now,
            ReportLeg.due_at < until,
        )
        .order_by(ReportLeg.due_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()


_STATES = Question(
    select(ReportLeg.state, Incident.state.label("incident_state"))
    .join(Incident, and_(Incident.lane_id == ReportLeg.lane_id, Incident.id == ReportLeg.incident_id))
    .where(ReportLeg.id == bindparam("leg_id"))
)


def still_wanted(session: Session, leg_id: UUID) -> Text | None:
    """Return None while the leg still needs a signature, otherwise why nobody needs to be called about it."""
    row = next(iter(_STATES.rows(session, leg_id=leg_id)), None)
    if row is None:
        return Text("没有这个环节", "there is no such leg")
    if row.state != "sent":
        return (
            Text("已签收", "acknowledged")
            if row.state == "acknowledged"
            else Text("不再需要", "no longer needed")
        )
    return Text("事故已结案", "the incident is closed") if row.incident_state != "open" else None
