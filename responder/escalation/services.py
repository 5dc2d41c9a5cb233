"""What is done with call-outs: start, climb, acknowledge, stop; and the boards that must stay alive."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Executable, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from responder.core.errors import Text, nothing_here
from responder.core.ids import CallOutId, DeliveryId, new_id
from responder.core.uow import UnitOfWork
from responder.escalation import queries, rules
from responder.escalation.events import CallOutAcknowledged, CallOutExhausted
from responder.escalation.models import BoardBeat, BoardSilence, CallOut, CallRung
from responder.escalation.people import Found, look_up
from responder.escalation.wording import method_word
from responder.foundation.audit import services as audit
from responder.foundation.messaging import queries as outbox
from responder.foundation.messaging import services as messaging
from responder.foundation.messaging.channels import Wanted
from responder.foundation.messaging.events import DeliveryAnswered
from responder.foundation.messaging.groups import Outlets
from responder.foundation.messaging.rules import late_words
from responder.foundation.messaging.services import Matter, Recipient

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
    payload = {"number": number, **_both("subject", subject), **_agency(uow, "agency", agency_code)}
    audit.record(
        uow, "call_out.started", province_code=province_code, incident_id=incident_id, payload=payload
    )
    return call_out_id


def stop_call_out(uow: UnitOfWork, target_kind: str, target_id: UUID, why: Text) -> None:
    """Stop calling for the target, because of *why*; nothing happens where nobody is being called."""
    row = _live_locked(uow, target_kind, target_id)
    if row is not None:
        _end(uow, row, "cancelled", why)
        _record(uow, row, "call_out.cancelled", _both("why", why))
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


def climb(uow: UnitOfWork, call_out_id: CallOutId, wanted: Wanted, outlets: Outlets = TELEPHONE_ONLY) -> int:
    """Climb every rung that is due, each once, and put the next one on the clock; return how many were climbed.

    Whatever was missed while the system was down is climbed now and says by how much it is late.
    """
    row = uow.session.scalar(select(CallOut).where(CallOut.id == call_out_id).with_for_update())
    if row is None or row.next_due_at is None or row.next_due_at > uow.now:
        return 0
    ask = wanted.get(row.target_kind)
    why = ask(uow.session, row.target_id) if ask else None
    if why is not None:
        stop_call_out(uow, row.target_kind, row.target_id, why)
        return 0
    climbed = 0
    while row.next_due_at is not None and row.next_due_at <= uow.now:
        _climb_one(uow, row, row.next_due_at, outlets)
        climbed += 1
    _enqueue(uow, row.id, row.next_rung, row.next_due_at or uow.now)
    return climbed


def _climb_one(uow: UnitOfWork, row: CallOut, due_at: datetime, outlets: Outlets) -> None:
    steps, rung = rules.thaw(row.steps), row.next_rung
    step = rules.step_at(steps, rung)
    found = look_up(uow.session, row.agency_code, step.who, uow.now)
    late = rules.late_seconds(due_at, uow.now)
    uow.session.add(_rung_row(uow, row, rung, step, found, due_at, late))
    _call(uow, row, step, found, due_at, outlets)
    if found.people or queries.board_is_alive(uow.session, found.agency_code, uow.now):
        row.found_somebody = True
    _record(uow, row, "call_out.rung", _rung_words(rung, step, found, late))
    if rung == len(steps) - 1:
        _exhaust(uow, row, found)
    row.next_rung = rung + 1
    row.next_due_at = rules.due_after(steps, row.started_at, rung, uow.now, somebody=row.found_somebody)


def _rung_row(
    uow: UnitOfWork,
    row: CallOut,
    rung: int,
    step: rules.Step,
    found: Found,
    due_at: datetime,
    late: int | None,
) -> CallRung:
    nobody = None if found.people else rules.NOBODY[step.who]
    return CallRung(
        lane_id=row.lane_id,
        call_out_id=row.id,
        rung=rung,
        who=step.who,
        agency_code=found.agency_code,
        due_at=due_at,
        at=uow.now,
        late_seconds=late,
        people=[
            {"person_id": str(one.person_id), "name": one.name, "post": one.post} for one in found.people
        ],
        roster_version=found.roster_version,
        nobody_zh=nobody.zh if nobody else None,
        nobody_en=nobody.en if nobody else None,
    )


def _call(
    uow: UnitOfWork, row: CallOut, step: rules.Step, found: Found, due_at: datetime, outlets: Outlets
) -> None:
    lower = queries.agency_name(uow.session, row.agency_code).zh
    matter = Matter(
        target_kind=row.target_kind,
        target_id=row.target_id,
        incident_id=row.incident_id,
        number=row.number,
        agency_code=found.agency_code,
        body=rules.rung_body(row.subject_zh, step, lower),
        caller_agency=row.caller_agency if found.agency_code == row.agency_code else _caller_above(row),
        call_out_id=row.id,
    )
    room = Recipient(None, queries.agency_name(uow.session, found.agency_code).zh)
    outside = [channel for channel in step.channels if channel != BOARD]
    by_room = [BOARD] if BOARD in step.channels else []
    if not found.people and found.has_telephone and "voice" in outside:
        by_room.append("voice")
    messaging.queue(uow, matter, room, by_room, step=row.next_rung, wanted_at=due_at)
    for person in found.people:
        messaging.queue(uow, matter, person, outside, step=row.next_rung, wanted_at=due_at)
    if outside:
        messaging.queue_beside(uow, matter, room, found.people, outlets, step=row.next_rung, wanted_at=due_at)


def _caller_above(row: CallOut) -> str:
    # The lower room does not answer its own telephone; whoever reported to it tells the level above.
    return row.caller_agency or row.agency_code


def _exhaust(uow: UnitOfWork, row: CallOut, found: Found) -> None:
    row.state, row.exhausted_at, row.owner_agency = "exhausted", uow.now, found.agency_code
    words = _agency(uow, "agency", row.agency_code) | _agency(uow, "owner", found.agency_code)
    _record(uow, row, "call_out.exhausted", words)
    uow.emit(
        CallOutExhausted(
            row.id, row.target_kind, row.target_id, row.incident_id, row.agency_code, found.agency_code
        )
    )


def _rung_words(rung: int, step: rules.Step, found: Found, late: int | None) -> dict[str, Any]:
    names = [one.name for one in found.people]
    nobody = rules.NOBODY[step.who]
    said = late_words(late) if late else None
    lateness = Text(f"（{said.zh}）", f" ({said.en})") if said else Text("", "")
    return {
        "rung": rung + 1,
        **_both("who", rules.WHO[step.who]),
        **_both("found", Text("、".join(names), ", ".join(names)) if names else nobody),
        **_both("late", lateness),
    }


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
        payload={"person": row.person_name, "method": method, **_both("result", result)},
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
    for person in officers:
        messaging.queue(uow, matter, person, ("sms", "voice"))
    messaging.queue_beside(uow, matter, room, officers, outlets)
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
    table = model.__table__
    insert = sqlite.insert if dialect == "sqlite" else postgresql.insert
    return insert(table).on_conflict_do_nothing().returning(table.c.id)


def _enqueue(uow: UnitOfWork, call_out_id: CallOutId, rung: int, at: datetime) -> None:
    uow.jobs.enqueue(uow.session, CALL_OUT, f"{call_out_id}:{rung}", at)


def _live_locked(uow: UnitOfWork, target_kind: str, target_id: UUID) -> CallOut | None:
    return uow.session.scalar(queries.live_of(target_kind, target_id).with_for_update())


def _acknowledge(uow: UnitOfWork, row: CallOut, at: datetime, method: str, by: str) -> None:
    row.acknowledged_at, row.acknowledged_by, row.method = at, by, method
    _end(uow, row, "acknowledged", rules.SIGNED)
    _record(uow, row, "call_out.acknowledged", {"by": by, **_both("method", method_word(method))})


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
    )


def _agency(uow: UnitOfWork, name: str, code: str) -> dict[str, str]:
    return _both(name, queries.agency_name(uow.session, code))


def _both(name: str, text: Text) -> dict[str, str]:
    return {f"{name}_zh": text.zh, f"{name}_en": text.en}
