"""The end of the rescue, declared and signed: follow-ups end with it; windows, supplements and the final report do not.

Follow-ups are owed until the rescue ends (SAWS Order 21 Art. 11; SAWS Statistics 2010 No. 24). Nobody becomes dead by
it: the missing stay missing until the window of their kind of accident has closed.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from responder.core.clock import wall
from responder.core.errors import Conflict, InvalidInput, Text, invalid
from responder.core.ids import new_id
from responder.core.uow import UnitOfWork
from responder.foundation.audit import services as audit
from responder.foundation.audit import words as audit_words
from responder.foundation.web.api import iso
from responder.incidents import changes
from responder.incidents import queries as incidents
from responder.incidents import services as incident_services
from responder.incidents.models import Incident
from responder.incidents.rules import Reader
from responder.reporting.duty_models import RescueEnd

NO_REASON = Text("请写明为什么。", "Say why.")
CLOSED = Text("事故已结案，抢险救援随之结束。", "The incident is closed, and the rescue with it.")
OVER = Text("抢险救援已经宣布结束。", "The rescue has been declared over already.")
GOING_ON = Text("抢险救援正在进行，没有宣布结束。", "The rescue goes on; it was not declared over.")
BEFORE_ACCIDENT = Text("时间不能早于事故发生。", "It cannot precede the accident.")
BEFORE_LAST = Text("时间不能早于上一次宣布。", "It cannot precede the last declaration.")
audit_words.register(
    {
        "rescue.ended": Text(
            "{who}宣布抢险救援 {clock} 结束，理由：{reason}",
            "{who} declared the rescue over at {clock}, because: {reason}",
        ),
        "rescue.resumed": Text(
            "{who}宣布 {clock} 恢复抢险救援，理由：{reason}",
            "{who} declared the rescue taken up again at {clock}, because: {reason}",
        ),
    }
)


def of_incident(incident: Incident, uow: UnitOfWork) -> Sequence[RescueEnd]:
    """Return every declaration of an incident, the oldest first; one that was never followed up has none."""
    if incident.version == 1:
        return ()
    return uow.session.scalars(
        select(RescueEnd)
        .where(RescueEnd.incident_id == incident.id)
        .order_by(RescueEnd.signed_at, RescueEnd.id)
    ).all()


def standing(incident: Incident, uow: UnitOfWork) -> RescueEnd | None:
    """Return the declaration that holds now; None while the rescue goes on."""
    rows = of_incident(incident, uow)
    return rows[-1] if rows and rows[-1].resumed_at is None else None


def is_over(rows: Sequence[RescueEnd], at: datetime) -> bool:
    """Return whether the rescue was over at *at*, as declared."""
    return any(row.ended_at < at and (row.resumed_at is None or at <= row.resumed_at) for row in rows)


def read_declaration(raw: Mapping[str, Any], now: datetime) -> tuple[datetime, str]:
    """Return moment and reason of a declaration; raise InvalidInput for each that cannot be used."""
    reader = Reader(raw, now)
    at, reason = reader.instant("at"), reader.text("reason", 2000)
    if not reason:
        reader.refuse("reason", NO_REASON)
    if reader.errors:
        raise InvalidInput(next(iter(reader.errors.values())), errors=reader.errors)
    return min(at or now, now), reason


def end_rescue(incident_id: UUID, at: datetime, reason: str, uow: UnitOfWork) -> RescueEnd:
    """Declare the rescue over since *at*, and tell it to everybody who has a report by a follow-up.

    Raises Conflict when the incident is closed or the rescue is over, InvalidInput for an impossible moment.
    """
    incident = incidents.incident(uow.session, uow.actor, incident_id, lock=True)
    rows = _declared(incident, uow)
    if rows and rows[-1].resumed_at is None:
        raise Conflict(OVER)
    _check_moment(at, incident, rows[-1].resumed_at if rows else None)
    version = _tell(incident, at, f"抢险救援{_clock(at)}结束：{reason}", uow)
    row = RescueEnd(
        id=new_id(),
        lane_id=incident.lane_id,
        incident_id=incident.id,
        ended_at=at,
        reason=reason,
        version=version,
        signed_by=uow.actor.name,
        signed_post=uow.actor.role.value if uow.actor.role else "",
        agency_code=uow.actor.agency_code,
        agency_name=uow.actor.agency_name,
        signed_at=uow.now,
        resumed_at=None,
        resumed_reason="",
        resumed_version=None,
        resumed_by=None,
        resumed_agency=None,
    )
    uow.session.add(row)
    _record(incident, "rescue.ended", at, reason, uow)
    return row


def resume_rescue(incident_id: UUID, at: datetime, reason: str, uow: UnitOfWork) -> RescueEnd:
    """Declare the rescue taken up again since *at*: follow-ups are owed anew; the earlier declaration stays readable.

    Raises Conflict when the incident is closed or the rescue goes on, InvalidInput for an impossible moment.
    """
    incident = incidents.incident(uow.session, uow.actor, incident_id, lock=True)
    rows = _declared(incident, uow)
    if not rows or rows[-1].resumed_at is not None:
        raise Conflict(GOING_ON)
    row = rows[-1]
    _check_moment(at, incident, row.ended_at)
    version = _tell(incident, at, f"{_clock(at)}恢复抢险救援：{reason}", uow)
    row.resumed_at, row.resumed_reason, row.resumed_version = at, reason, version
    row.resumed_by, row.resumed_agency = uow.actor.name, uow.actor.agency_name
    _record(incident, "rescue.resumed", at, reason, uow)
    return row


def _declared(incident: Incident, uow: UnitOfWork) -> Sequence[RescueEnd]:
    if incident.state != "open":
        raise Conflict(CLOSED)
    return of_incident(incident, uow)


def _check_moment(at: datetime, incident: Incident, last: datetime | None) -> None:
    if at < incident.occurred_at:
        raise invalid(at=BEFORE_ACCIDENT)
    if last is not None and at < last:
        raise invalid(at=BEFORE_LAST)


def _clock(at: datetime) -> str:
    here = wall(at)
    return f"{here.month}月{here.day}日 {here:%H:%M}"


def _tell(incident: Incident, at: datetime, words: str, uow: UnitOfWork) -> int:
    change = changes.Change(
        kind="follow_up",
        facts={},
        learned_at=uow.now,
        changed_at=at,
        summary=words,
        measures="",
        reason="",
        unit=None,
        accident_type=None,
        source={},
    )
    return incident_services.add_report(incident.id, change, uow)


def _record(incident: Incident, kind: str, at: datetime, reason: str, uow: UnitOfWork) -> None:
    audit.record(
        uow,
        kind,
        province_code=incident.province_code,
        incident_id=incident.id,
        payload={
            "number": incident.number,
            "who": uow.actor.name,
            "office": uow.actor.agency_name,
            "at": at.isoformat(),
            "clock": wall(at).strftime("%m-%d %H:%M"),
            "reason": reason,
            "version": incident.version,
        },
    )


def declaration_shape(row: RescueEnd) -> dict[str, Any]:
    """Return one declaration."""
    return {
        "id": str(row.id),
        "ended_at": iso(row.ended_at),
        "reason": row.reason,
        "version": row.version,
        "by": row.signed_by,
        "post": row.signed_post,
        "agency": row.agency_code,
        "agency_name": row.agency_name,
        "signed_at": iso(row.signed_at),
        "resumed_at": iso(row.resumed_at),
        "resumed_reason": row.resumed_reason,
        "resumed_version": row.resumed_version,
        "resumed_by": row.resumed_by,
    }
