"""Two records of one accident: tied to each other by whoever sees both, counted once, and parted again.

Nothing is merged: each record keeps its versions, its figures and its legs, so that parting has nothing to restore.
Until somebody decides, both stand as they are.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session

from responder.core.actor import Actor
from responder.core.errors import Conflict, InvalidInput, NotPermitted, Text, invalid, nothing_here
from responder.core.ids import new_id
from responder.core.questions import Question
from responder.core.uow import UnitOfWork
from responder.foundation.access.scope import Scope
from responder.foundation.audit import services as audit
from responder.foundation.audit import words as audit_words
from responder.foundation.web.api import iso
from responder.incidents import queries
from responder.incidents.link_models import IncidentLink
from responder.incidents.models import Incident
from responder.incidents.rules import Reader
from responder.incidents.services import touch

THIS, OTHER = "this", "other"
NO_OTHER = Text("请写明另一份记录的编号。", "Give the number of the other record.")
NOT_FOUND = Text(
    "没有这个编号的记录，或不在您的辖区。", "There is no record of that number, or not in your area."
)
ITSELF = Text("这就是本起事故的编号。", "That is the number of this very record.")
NO_LEAD = Text("请选哪一份牵头。", "Say which of the two leads.")
NO_REASON = Text("请写明为什么。", "Say why.")
ONLY_ABOVE = Text(
    "两份记录都在您的辖区，才能由您定。请报上一级值班室。",
    "Only an office whose area holds both records decides this; tell the duty room above.",
)
TIED = Text(
    "其中一份已与别的记录定为同一起。请先分开。",
    "One of the two is tied to another record already. Part them first.",
)
PARTED = Text("已经分开。", "They are parted already.")
audit_words.register(
    {
        "incident.joined": Text(
            "{who}定 {number} 与 {lead} 为同一起事故，由 {lead} 牵头，理由：{reason}",
            "{who} found {number} and {lead} to be one accident, led by {lead}, because: {reason}",
        ),
        "incident.parted": Text(
            "{who}定 {number} 与 {lead} 为两起事故，理由：{reason}",
            "{who} found {number} and {lead} to be two accidents, because: {reason}",
        ),
    }
)


_INCIDENT: Any = bindparam("incident_id")
_OF_INCIDENT = Question(
    select(IncidentLink)
    .where(or_(IncidentLink.incident_id == _INCIDENT, IncidentLink.lead_id == _INCIDENT))
    .order_by(IncidentLink.decided_at, IncidentLink.id)
)


def of_incident(session: Session, incident_id: UUID) -> Sequence[IncidentLink]:
    """Return copies of every link of a record the caller may see, ended ones too, the oldest first."""
    return [link for (link,) in _OF_INCIDENT.copies(session, incident_id=incident_id)]


def may_decide(actor: Actor, *records: Incident) -> bool:
    """Return whether the actor's area holds all the records: only who is above both decides about them."""
    area = Scope.of(actor)
    return all(area.covers(row, sector=row.sector, unit_agency_code=row.unit_agency_code) for row in records)


def read_decision(raw: Mapping[str, Any], uow: UnitOfWork) -> tuple[UUID, str, str]:
    """Return the other record's id, which one leads, and why; raise InvalidInput for each that cannot be used."""
    reader = Reader(raw, uow.now)
    other, leads, reason = reader.text("other"), reader.text("leads"), reader.text("reason", 2000)
    other_id = queries.by_name(uow.session, uow.actor, other) if other else None
    if other_id is None:
        reader.refuse("other", NOT_FOUND if other else NO_OTHER)
    if leads not in {THIS, OTHER}:
        reader.refuse("leads", NO_LEAD)
    if not reason and "reason" not in reader.errors:
        reader.refuse("reason", NO_REASON)
    if reader.errors or other_id is None:
        raise InvalidInput(next(iter(reader.errors.values())), errors=reader.errors)
    return other_id, leads, reason


def read_reason(raw: Mapping[str, Any], uow: UnitOfWork) -> str:
    """Return why two records are parted; raise InvalidInput when that cannot be used."""
    reader = Reader(raw, uow.now)
    reason = reader.text("reason", 2000)
    if not reason and "reason" not in reader.errors:
        reader.refuse("reason", NO_REASON)
    if reader.errors:
        raise InvalidInput(next(iter(reader.errors.values())), errors=reader.errors)
    return reason


def join(incident_id: UUID, other_id: UUID, leads: str, reason: str, uow: UnitOfWork) -> IncidentLink:
    """Find two records to be of one accident, and say which leads: totals that hold both count it once.

    Raises NotPermitted unless the actor's area holds both, Conflict when one of them is tied already.
    """
    if other_id == incident_id:
        raise invalid(other=ITSELF)
    pair = {
        one: queries.incident(uow.session, uow.actor, one, lock=True)
        for one in sorted((incident_id, other_id))
    }
    if not may_decide(uow.actor, *pair.values()):
        raise NotPermitted(ONLY_ABOVE)
    lead = pair[incident_id if leads == THIS else other_id]
    record = pair[other_id if leads == THIS else incident_id]
    if _is_tied(uow.session, record, lead):
        raise Conflict(TIED)
    link = IncidentLink(
        id=new_id(),
        lane_id=record.lane_id,
        incident_id=record.id,
        lead_id=lead.id,
        number=record.number,
        place_name=record.place_name,
        place_name_en=record.place_name_en,
        lead_number=lead.number,
        lead_place_name=lead.place_name,
        lead_place_name_en=lead.place_name_en,
        reason=reason,
        decided_by=uow.actor.name,
        agency_code=uow.actor.agency_code,
        agency_name=uow.actor.agency_name,
        decided_at=uow.now,
    )
    uow.session.add(link)
    _note(link, "incident.joined", reason, (record, lead), uow)
    return link


def part(incident_id: UUID, link_id: UUID, reason: str, uow: UnitOfWork) -> IncidentLink:
    """Find the two records of a link to be of two accidents after all; each goes on as it stands.

    Raises NotFound, NotPermitted unless the actor's area holds both, Conflict when they are parted already.
    """
    queries.incident(uow.session, uow.actor, incident_id)
    link = uow.session.scalars(
        select(IncidentLink)
        .where(
            IncidentLink.id == link_id,
            or_(IncidentLink.incident_id == incident_id, IncidentLink.lead_id == incident_id),
        )
        .with_for_update()
    ).one_or_none()
    if link is None:
        raise nothing_here("没有这项决定", "There is no such decision")
    pair = [queries.unscoped(uow.session, one) for one in (link.incident_id, link.lead_id)]
    if not may_decide(uow.actor, *pair):
        raise NotPermitted(ONLY_ABOVE)
    if link.parted_at is not None:
        raise Conflict(PARTED)
    link.parted_at, link.parted_reason = uow.now, reason
    link.parted_by, link.parted_agency = uow.actor.name, uow.actor.agency_name
    _note(link, "incident.parted", link.parted_reason, pair, uow)
    return link


def _is_tied(session: Session, record: Incident, lead: Incident) -> bool:
    """Return whether a link stands in the way: a record has one lead, and who leads follows nobody."""
    standing = IncidentLink.parted_at.is_(None)
    ways = or_(IncidentLink.incident_id.in_((record.id, lead.id)), IncidentLink.lead_id == record.id)
    return session.scalar(select(IncidentLink.id).where(standing, ways).limit(1)) is not None


def _note(link: IncidentLink, kind: str, reason: str, pair: Sequence[Incident], uow: UnitOfWork) -> None:
    for row in pair:
        touch(row, uow)
        audit.record(
            uow,
            kind,
            province_code=row.province_code,
            incident_id=row.id,
            lane_id=link.lane_id,
            payload={
                "who": uow.actor.name,
                "number": link.number,
                "lead": link.lead_number,
                "reason": reason,
            },
        )


def link_shape(link: IncidentLink) -> dict[str, Any]:
    """Return one decision; `parted_at` null: it holds."""
    return {
        "id": str(link.id),
        "incident": str(link.incident_id),
        "number": link.number,
        "lead": str(link.lead_id),
        "lead_number": link.lead_number,
        "reason": link.reason,
        "by": link.decided_by,
        "agency": link.agency_code,
        "agency_name": link.agency_name,
        "decided_at": iso(link.decided_at),
        "parted_at": iso(link.parted_at),
        "parted_reason": link.parted_reason,
        "parted_by": link.parted_by,
    }
