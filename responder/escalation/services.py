"""What is done with call-outs: start, acknowledge, stop; and the boards that must stay alive."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Executable, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from responder.core.db import table_of
from responder.core.errors import Text, nothing_here
from responder.core.ids import CallOutId, DeliveryId, new_id
from responder.core.uow import UnitOfWork
from responder.escalation import queries, rules
from responder.escalation.events import CallOutAcknowledged
from responder.escalation.models import BoardBeat, BoardSilence, CallOut
from responder.escalation.people import look_up
from responder.escalation.wording import both, method_word
from responder.foundation.audit import services as audit
from responder.foundation.messaging import queries as outbox
from responder.foundation.messaging import services as messaging
from responder.foundation.messaging.events import DeliveryAnswered
from responder.foundation.messaging.groups import Outlets
from responder.foundation.messaging.posting import Matter, Recipient, calls, post

CALL_OUT = "call_out"
BOARD = "board"
TELEPHONE_ONLY = Outlets()


def start_call_out(
    uow: UnitOfWork,
    *,
    target_kind: str,
    target_id: UUID,
    incident_id: UUID | None,
    number: str,
    agency_code: str,
    subject: Text,
    province_code: str,
    caller_agency: str | None = None,
    steps: Sequence[rules.Step] = rules.DEFAULT_STEPS,
) -> CallOutId:
    """Begin to look for somebody at the agency who takes the target in hand; the first rung is due at once.

    *caller_agency* is who telephones by hand where nothing can be sent. A target that is being called for already
    keeps its call-out, whose id is returned.
    """
    call_out_id = CallOutId(new_id())
    values: dict[str, Any] = {
        "id": call_out_id,
        "lane_id": uow.own_lane,
        "target_kind": target_kind,
        "target_id": target_id,
        "incident_id": incident_id,
        "number": number,
        "agency_code": agency_code,
        "caller_agency": caller_agency,
        "owner_agency": agency_code,
        "province_code": province_code,
        "subject_zh": subject.zh,
        "subject_en": subject.en,
        "steps": rules.freeze(steps),
        "state": "calling",
        "started_at": uow.now,
        "next_rung": 0,
        "next_due_at": uow.now,
        "found_somebody": False,
    }
    if not _insert_once(uow.session, CallOut, values):
        standing = queries.live(uow.session, target_kind, target_id)
        if standing is not None:
            return CallOutId(standing.id)
    _enqueue(uow, call_out_id, 0, uow.now)
    payload = {"number": number, **both("subject", subject), **_agency(uow, "agency", agency_code)}
    audit.record(
        uow, "call_out.started", province_code=province_code, incident_id=incident_id, payload=payload
    )
    return call_out_id


def stop_call_out(uow: UnitOfWork, target_kind: str, target_id: UUID, why: Text) -> None:
    """Stop calling for the target, because of *why*; nothing happens where nobody is being called."""
    row = _live_locked(uow, target_kind, target_id)
    if row is not None:
        _end(uow, row, "cancelled", why)
        _record(uow, row, "call_out.cancelled", both("why", why))
    messaging.withdraw(uow, target_kind, target_id, why)


def acknowledge_call_out(
    uow: UnitOfWork, target_kind: str, target_id: UUID, *, at: datetime, method: str, by: str
) -> None:
    """Record that somebody has taken the target in hand, and call nobody any more; idempotent."""
    row = _live_locked(uow, target_kind, target_id)
    if row is not None:
        _acknowledge(uow, row, at, method, by)
    messaging.withdraw(uow, target_kind, target_id, rules.SIGNED)


def on_answer(told: DeliveryAnswered, uow: UnitOfWork) -> None:
    """React to the answer of somebody who was called: the call-out ends and says so."""
    row = _live_locked(uow, told.target_kind, told.target_id)
    if row is None:
        return
    _acknowledge(uow, row, told.at, told.method, told.answered_by)
    messaging.withdraw(uow, told.target_kind, told.target_id, rules.SIGNED)
    uow.emit(
        CallOutAcknowledged(
            row.id,
            row.target_kind,
            row.target_id,
            row.incident_id,
            told.agency_code,
            told.person_id,
            told.answered_by,
            told.method,
            told.at,
        )
    )


def note_call(
    uow: UnitOfWork,
    delivery_id: DeliveryId,
    *,
    method: str,
    at: datetime,
    answered_by: str,
    reached: bool = True,
) -> None:
    """Record a call that the actor made by hand; an answer ends the call-out.

    Raises NotFound where the call is not the actor's to make; Conflict and InvalidInput as the outbox does.
    """
    row = outbox.delivery(uow.session, delivery_id)
    if not queries.may_telephone(row, uow.actor.agency_code):
        raise nothing_here()
    messaging.note_call(uow, delivery_id, method=method, at=at, answered_by=answered_by, reached=reached)
    result = (
        Text(f"{answered_by}接", f"answered by {answered_by}") if reached else Text("无人接听", "no answer")
    )
    audit.record(
        uow,
        "call_out.hand_call",
        province_code=queries.province_of(uow.session, row.agency_code),
        incident_id=row.incident_id,
        payload={"person": row.person_name, "method": method, **both("result", result)},
    )


def beat(uow: UnitOfWork, agency_code: str, login: str) -> None:
    """Record that a board of the agency is alive and shows the alarms that stood for it."""
    dialect_insert = sqlite.insert if uow.session.get_bind().dialect.name == "sqlite" else postgresql.insert
    seen = {"last_seen_at": uow.now}
    uow.session.execute(
        dialect_insert(BoardBeat)
        .values(agency_code=agency_code, login=login, **seen)
        .on_conflict_do_update(index_elements=["agency_code", "login"], set_=seen)
    )
    messaging.reach_boards(uow, agency_code)
    silent = select(BoardSilence).where(
        BoardSilence.agency_code == agency_code, BoardSilence.ended_at.is_(None)
    )
    for silence in uow.session.scalars(silent.with_for_update()):
        silence.ended_at = uow.now
        messaging.withdraw(uow, BOARD, silence.id, Text("看板已恢复", "the board is back"))
        _record_board(uow, "board.back", agency_code)


def raise_silence(
    uow: UnitOfWork, agency_code: str, last_seen_at: datetime, outlets: Outlets = TELEPHONE_ONLY
) -> bool:
    """Call the officers on shift whose boards have all stopped asking for news; return whether that was still to do."""
    silence_id = new_id()
    values = {
        "id": silence_id,
        "agency_code": agency_code,
        "last_seen_at": last_seen_at,
        "noticed_at": uow.now,
    }
    if not _insert_once(uow.session, BoardSilence, values):
        return False
    above = look_up(uow.session, agency_code, "level_above", uow.now).agency_code
    minutes = int((uow.now - last_seen_at).total_seconds() // 60)
    room = Recipient(None, queries.agency_name(uow.session, agency_code).zh)
    matter = Matter(
        BOARD,
        silence_id,
        None,
        "值班看板",
        agency_code,
        f"{room.name}已 {minutes} 分钟无声，请查看",
        caller_agency=above if above != agency_code else None,
    )
    officers = look_up(uow.session, agency_code, "officer", uow.now).people
    round_of_calls = calls(
        matter, room, officers, ("sms", "voice"), outlets, lane_id=uow.own_lane, wanted_at=uow.now
    )
    post(uow, round_of_calls, outlets)
    _record_board(uow, "board.silent", agency_code)
    return True


def _record_board(uow: UnitOfWork, kind: str, agency_code: str) -> None:
    province = queries.province_of(uow.session, agency_code)
    audit.record(uow, kind, province_code=province, payload=_agency(uow, "agency", agency_code))


def _insert_once(session: Session, model: type[CallOut | BoardSilence], values: dict[str, Any]) -> bool:
    # Two workers may do the same at the same moment: the index on what is live lets one of them win.
    return session.execute(_once(model, session.get_bind().dialect.name), values).first() is not None


@cache
def _once(model: type[CallOut | BoardSilence], dialect: str) -> Executable:
    table = table_of(model)
    insert = sqlite.insert if dialect == "sqlite" else postgresql.insert
    return insert(table).on_conflict_do_nothing().returning(table.c.id)


def _enqueue(uow: UnitOfWork, call_out_id: CallOutId, rung: int, at: datetime) -> None:
    uow.jobs.enqueue(uow.session, CALL_OUT, f"{call_out_id}:{rung}", at)


def _live_locked(uow: UnitOfWork, target_kind: str, target_id: UUID) -> CallOut | None:
    return uow.session.scalar(queries.live_of(target_kind, target_id).with_for_update())


def _acknowledge(uow: UnitOfWork, row: CallOut, at: datetime, method: str, by: str) -> None:
    row.acknowledged_at, row.acknowledged_by, row.method = at, by, method
    _end(uow, row, "acknowledged", rules.SIGNED)
    _record(uow, row, "call_out.acknowledged", {"by": by, **both("method", method_word(method))})


def _end(uow: UnitOfWork, row: CallOut, state: str, why: Text) -> None:
    row.state, row.ended_at, row.next_due_at = state, uow.now, None
    row.why_zh, row.why_en = why.zh, why.en


def _record(uow: UnitOfWork, row: CallOut, kind: str, payload: dict[str, Any]) -> None:
    audit.record(
        uow,
        kind,
        province_code=row.province_code,
        incident_id=row.incident_id,
        payload={"call_out": str(row.id), **payload},
        lane_id=row.lane_id,
    )


def _agency(uow: UnitOfWork, name: str, code: str) -> dict[str, str]:
    return both(name, queries.agency_name(uow.session, code))
