"""What people do with report legs: send on, acknowledge, return; and what time does to them."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from responder.core.errors import Conflict, InvalidInput, NotPermitted, Text, invalid
from responder.core.ids import CallOutId, LegId, new_id
from responder.core.uow import Database, UnitOfWork
from responder.escalation import services as escalation
from responder.foundation.audit import services as audit
from responder.foundation.directory import queries as directory
from responder.foundation.web.lexicon import GRADES
from responder.incidents import queries as incidents
from responder.incidents.events import IncidentClosed, IncidentLogged, IncidentReported
from responder.incidents.models import Incident
from responder.incidents.services import touch
from responder.incidents.wording import title
from responder.reporting import chain, follow_ups, overruling, queries, windows
from responder.reporting.chain import Records
from responder.reporting.events import LegAcknowledged, LegOverdue, LegReturned, LegSent
from responder.reporting.judgement_models import Overruling
from responder.reporting.models import ReportLeg, VersionNotice

METHODS = ("web", "phone", "paper", "fax", "file", "sms", "voice")
# A phone call never closes a written duty; whoever signs a written report also answers the phone limit.
CLOSED_BY_PHONE = {"phone", "notify", "bypass"}
SWEEP = 500
ALREADY = Text("这份报告已经签收。", "This report is acknowledged already.")
NOT_SENT_YET = Text("还没有送出，不能签收。", "It has not been sent yet, so it cannot be acknowledged.")
NOT_YOURS = Text(
    "只有收方值班室或代记电话的报送方可以签收。",
    "Only the receiver, or the sender who notes a call, may do this.",
)
SENDER_ONLY = Text("只有报送方可以送出。", "Only the sender may send it.")
RECEIVER_ONLY = Text("只有收方可以退回。", "Only the receiver may return it.")
WHO_ANSWERED = Text("请写明接电话的人。", "Say who answered.")
WHY_RETURNED = Text("请写明退回的原因。", "Say why it is returned.")
BEFORE_SENDING = Text("签收时间不能早于送出时间。", "It cannot be received before it was sent.")
BEFORE_START = Text("时间不能早于报送方自己收到的时间。", "It cannot precede the sender's own receipt.")
IN_FUTURE = Text("时间还没有到。", "That time is still to come.")
NO_METHOD = Text("没有这种方式。", "There is no such method.")


def open_chain(event: IncidentLogged, uow: UnitOfWork) -> None:
    """Open the legs of a new incident, and send the first ones: what is entered is on its way at once."""
    incident = incidents.unscoped(uow.session, event.incident_id)
    seen = chain.records_of_new(incident, uow)
    opened = chain.sync(incident, seen, uow)
    _send_first(incident, opened, seen, uow)
    windows.keep(incident, uow, fresh=True)
    follow_ups.keep(incident, uow, seen, fresh=True)


def extend_chain(event: IncidentReported, uow: UnitOfWork) -> None:
    """Follow a new version: a rise restarts the climb, a fall ends duties, everyone who had the last one is told."""
    incident = incidents.unscoped(uow.session, event.incident_id)
    overruling.after_report(incident, uow)
    seen = chain.records(incident, uow)
    before = tuple(seen.legs)
    opened = chain.sync(incident, seen, uow)
    _tell_holders(incident, event.version, before, seen.latest.kind, uow)
    _send_first(incident, opened, seen, uow)
    windows.keep(incident, uow)
    follow_ups.keep(incident, uow, seen)


def stop_chain(event: IncidentClosed, uow: UnitOfWork) -> None:
    """Stop calling for a closed incident; its legs stay as they are."""
    why = Text("事故已结案", "the incident is closed")
    for leg in chain.legs_of(uow, incidents.unscoped(uow.session, event.incident_id)):
        if leg.call_out_id is not None and leg.state == "sent":
            escalation.stop_call_out(uow, "leg", leg.id, why)
    follow_ups.keep(incidents.unscoped(uow.session, event.incident_id), uow)


def report_under(incident_id: UUID, grade: str, reason: str, uow: UnitOfWork) -> Overruling:
    """Report an incident under a leader's grade instead of the computed one, and open the way up that it asks for."""
    row = overruling.overrule_grade(incident_id, grade, reason, uow)
    uow.session.flush()
    incident = incidents.unscoped(uow.session, row.incident_id)
    seen = chain.records(incident, uow)
    opened = chain.sync(incident, seen, uow)
    _send_first(incident, opened, seen, uow)
    follow_ups.keep(incident, uow, seen)
    return row


def _send_first(incident: Incident, opened: Iterable[ReportLeg], seen: Records, uow: UnitOfWork) -> None:
    """Send what the entering office itself owes in writing to offices with a duty room."""
    own = [
        leg
        for leg in opened
        if leg.receiver_rings
        and leg.kind in {"report", "absolute"}
        and leg.sender_code == uow.actor.agency_code
    ]
    for leg in own:
        _dispatch(incident, leg, "web", uow.now, seen.legs, uow)


def _tell_holders(
    incident: Incident, version: int, legs: Sequence[ReportLeg], kind: str, uow: UnitOfWork
) -> None:
    """Tell each office that has, or is being sent, an earlier version that there is a new one."""
    holders = {
        leg.receiver_code: leg.receiver_name
        for leg in legs
        if leg.receiver_rings and leg.state in {"sent", "acknowledged"}
    }
    holders[incident.agency_code] = holders.get(incident.agency_code, "")
    for code, name in holders.items():
        if code == uow.actor.agency_code:
            continue
        uow.session.add(
            VersionNotice(
                id=LegId(new_id()),
                incident_id=incident.id,
                version=version,
                agency_code=code,
                agency_name=name,
                kind=kind,
                told_at=uow.now,
            )
        )


def see_notice(notice_id: UUID, uow: UnitOfWork) -> UUID:
    """Record that the actor's office has seen a later version; return the incident."""
    row = uow.session.scalars(
        select(VersionNotice).where(
            VersionNotice.id == notice_id, VersionNotice.agency_code == uow.actor.agency_code
        )
    ).one_or_none()
    if row is None:
        raise NotPermitted(NOT_YOURS)
    if row.seen_at is None:
        row.seen_at, row.seen_by = uow.now, uow.actor.name
        incident = incidents.unscoped(uow.session, row.incident_id)
        audit.record(
            uow,
            "notice.seen",
            province_code=incident.province_code,
            incident_id=incident.id,
            payload={"number": incident.number, "version": row.version, "office": uow.actor.agency_name},
        )
        touch(incident, uow)
    return row.incident_id


def send_leg(leg_id: UUID, method: str, at: datetime | None, uow: UnitOfWork) -> ReportLeg:
    """Send a report on to the next office; raise NotPermitted, Conflict or InvalidInput."""
    leg, incident = queries.leg(uow.session, uow.actor, leg_id, lock=True)
    if not _is_sender(leg, uow):
        raise NotPermitted(SENDER_ONLY)
    if leg.state not in {"open", "returned"}:
        raise Conflict(ALREADY if leg.acknowledged_at else Text("已经送出。", "It has been sent already."))
    moment = _moment(at, uow)
    if moment < leg.starts_at:
        raise invalid(at=BEFORE_START)
    _dispatch(incident, leg, _method(method), moment, chain.legs_of(uow, incident), uow)
    return leg


def _dispatch(
    incident: Incident, leg: ReportLeg, method: str, at: datetime, legs: Iterable[ReportLeg], uow: UnitOfWork
) -> None:
    leg.state, leg.sent_at, leg.method, leg.version = "sent", at, method, incident.version
    touch(incident, uow)
    audit.record(
        uow,
        "leg.sent",
        province_code=incident.province_code,
        incident_id=incident.id,
        payload={
            "number": incident.number,
            **_ends(leg),
            "method": method,
            "at": at.isoformat(),
            "due_at": leg.due_at.isoformat(),
        },
    )
    if leg.receiver_rings and not _is_ringing(leg, legs):
        with uow.session.no_autoflush:  # a new leg is written once, with the call-out that it started
            leg.call_out_id = _ring(incident, leg, uow)
    uow.emit(LegSent(incident.id, leg.id))


def _ends(leg: ReportLeg) -> dict[str, str]:
    return {
        "from": leg.sender_name or "事故单位",
        "to": leg.receiver_name,
        "from_en": leg.sender_name_en or "the unit",
        "to_en": leg.receiver_name_en,
    }


def _is_ringing(leg: ReportLeg, legs: Iterable[ReportLeg]) -> bool:
    """Several legs to one office ring once."""
    return any(
        other is not leg
        and other.receiver_code == leg.receiver_code
        and other.state == "sent"
        and other.call_out_id is not None
        for other in legs
    )


def _ring(incident: Incident, leg: ReportLeg, uow: UnitOfWork) -> CallOutId:
    grade, words = GRADES[incident.reporting_grade], title(incident)
    place = directory.places(uow.session).get(incident.jurisdiction_code)
    where = place.name if place else incident.place_name
    return escalation.start_call_out(
        uow,
        target_kind="leg",
        target_id=leg.id,
        incident_id=incident.id,
        number=incident.number,
        agency_code=leg.receiver_code,
        subject=Text(
            f"{where}{words.zh} {grade.zh}", f"{place.name_en if place else where}: {words.en}, {grade.en}"
        ),
        province_code=incident.province_code,
        caller_agency=leg.sender_code or None,
    )


def acknowledge_leg(
    leg_id: UUID, method: str, at: datetime | None, answered_by: str, uow: UnitOfWork
) -> tuple[ReportLeg, list[ReportLeg]]:
    """Record that the receiver has the report since *at*; return the leg and the legs that opened.

    The receiver signs for itself; the sender may note a call with the answerer's name, which closes written duties
    only towards offices without a duty room. Raises Conflict when it is acknowledged already.
    """
    leg, incident = queries.leg(uow.session, uow.actor, leg_id, lock=True)
    method = _method(method)
    is_receiver = leg.receiver_code == uow.actor.agency_code
    if not is_receiver and not _is_sender(leg, uow):
        raise NotPermitted(NOT_YOURS)
    if leg.acknowledged_at is not None:
        raise Conflict(ALREADY)
    if is_receiver and leg.state not in {"sent"} and method == "web":
        raise Conflict(NOT_SENT_YET)
    if not is_receiver and not answered_by:
        raise invalid(answered_by=WHO_ANSWERED)
    moment = _moment(at, uow)
    if leg.sent_at is not None and moment < leg.sent_at:
        raise invalid(at=BEFORE_SENDING)
    if moment < leg.starts_at:
        raise invalid(at=BEFORE_START)
    opened = _receive(incident, leg, method, moment, answered_by or uow.actor.name, uow)
    return leg, opened


def acknowledge_call(
    leg_id: UUID, method: str, at: datetime, who: str, agency_code: str, uow: UnitOfWork
) -> None:
    """Record the receipt that a person gave on the telephone or by SMS to our own call.

    The ladder also calls the level above: whoever answers there takes the search in hand and signs for nobody else.
    """
    leg = uow.session.get(ReportLeg, leg_id)
    if leg is None or leg.acknowledged_at is not None or leg.receiver_code != agency_code:
        return
    incident = incidents.unscoped(uow.session, leg.incident_id)
    _receive(incident, leg, method, max(at, leg.starts_at, leg.sent_at or at), who, uow)


def _receive(
    incident: Incident, leg: ReportLeg, method: str, at: datetime, who: str, uow: UnitOfWork
) -> list[ReportLeg]:
    seen = chain.records(incident, uow)
    pair = [
        other
        for other in seen.legs
        if (other.climb, other.sender, other.receiver) == (leg.climb, leg.sender, leg.receiver)
        and other.acknowledged_at is None
        and other.state in {"open", "sent", "returned"}
        and _closes(method, other, leg)
    ]
    for other in {leg.id: leg, **{other.id: other for other in pair}}.values():
        other.state, other.acknowledged_at, other.noted_at = "acknowledged", at, uow.now
        other.acknowledged_by, other.answered_by, other.method = (
            uow.actor.name or who,
            who,
            other.method or method,
        )
        other.sent_at = other.sent_at or at
        if other.call_out_id is not None:
            escalation.acknowledge_call_out(uow, "leg", other.id, at=at, method=method, by=who)
    touch(incident, uow)
    late = at > leg.due_at
    audit.record(
        uow,
        "leg.acknowledged",
        province_code=incident.province_code,
        incident_id=incident.id,
        payload={
            "number": incident.number,
            **_ends(leg),
            "who": who,
            "method": method,
            "at": at.isoformat(),
            "late_seconds": late_seconds(leg, at),
        },
    )
    opened = chain.sync(incident, seen, uow)
    uow.emit(LegAcknowledged(incident.id, leg.id, late))
    return opened


def _closes(method: str, other: ReportLeg, asked: ReportLeg) -> bool:
    if method == "phone" and other.receiver_rings and other.kind not in CLOSED_BY_PHONE:
        return other.id == asked.id and asked.kind in CLOSED_BY_PHONE
    return True


def return_leg(leg_id: UUID, reason: str, uow: UnitOfWork) -> ReportLeg:
    """Send a report back for correction: the sender has it again, its clock goes on."""
    leg, incident = queries.leg(uow.session, uow.actor, leg_id, lock=True)
    if leg.receiver_code != uow.actor.agency_code:
        raise NotPermitted(RECEIVER_ONLY)
    if leg.state != "sent":
        raise Conflict(ALREADY if leg.acknowledged_at else NOT_SENT_YET)
    if not reason.strip():
        raise InvalidInput(WHY_RETURNED, errors={"reason": WHY_RETURNED})
    leg.state, leg.returned_at, leg.return_reason = "returned", uow.now, reason.strip()
    escalation.stop_call_out(uow, "leg", leg.id, Text("已退回", "returned"))
    touch(incident, uow)
    audit.record(
        uow,
        "leg.returned",
        province_code=incident.province_code,
        incident_id=incident.id,
        payload={"number": incident.number, **_ends(leg), "reason": reason.strip()},
    )
    uow.emit(LegReturned(incident.id, leg.id))
    return leg


def late_seconds(leg: ReportLeg, at: datetime) -> int:
    """Return by how many seconds *at* is past the limit of the leg, 0 when in time."""
    return max(0, int((at - leg.due_at).total_seconds()))


def _is_sender(leg: ReportLeg, uow: UnitOfWork) -> bool:
    # What a unit owes is noted by the office that took its call, as long as the unit has no account of its own here.
    actor = uow.actor
    return leg.sender_code == actor.agency_code or (leg.sender == "unit" and not leg.sender_code)


def _moment(at: datetime | None, uow: UnitOfWork) -> datetime:
    if at is not None and at > uow.now + timedelta(minutes=5):
        raise invalid(at=IN_FUTURE)
    return min(at or uow.now, uow.now)


def _method(method: str) -> str:
    if method not in METHODS:
        raise invalid(method=NO_METHOD)
    return method


def note_overdue(database: Database) -> int:
    """Record each leg that has passed its limit, once; return how many."""
    with database.unit_of_work(lane=None) as uow:
        rows = queries.newly_overdue(uow.session, uow.now, SWEEP)
        about = incidents.unscoped_many(uow.session, {leg.incident_id for leg in rows})
        for leg in rows:
            leg.overdue_noted = True
            incident = about[leg.incident_id]
            touch(incident, uow)
            audit.record(
                uow,
                "leg.overdue",
                province_code=incident.province_code,
                incident_id=incident.id,
                lane_id=leg.lane_id,
                payload={
                    "number": incident.number,
                    **_ends(leg),
                    "due_at": leg.due_at.isoformat(),
                },
            )
            uow.emit(LegOverdue(incident.id, leg.id))
        return len(rows)


def remind(database: Database, before: timedelta) -> int:
    """Record that a leg falls due within *before*, so that boards show it; return how many."""
    with database.unit_of_work(lane=None) as uow:
        rows = queries.soon_due(uow.session, uow.now, uow.now + before, SWEEP)
        about = incidents.unscoped_many(uow.session, {leg.incident_id for leg in rows})
        for leg in rows:
            leg.reminded = True
            touch(about[leg.incident_id], uow)
        return len(rows)
