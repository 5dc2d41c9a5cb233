"""Reads of call-outs: what rings, who was called and how, whom to telephone by hand, which boards are alive."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from itertools import groupby
from uuid import UUID

from sqlalchemy import Select, bindparam, func, select, union_all
from sqlalchemy.orm import Session

from responder.core.errors import Text
from responder.core.ids import CallOutId, DeliveryId, PersonId
from responder.core.questions import Question
from responder.escalation import rules
from responder.escalation.models import BoardBeat, BoardSilence, CallOut, CallRung
from responder.escalation.people import Found, look_up
from responder.escalation.waiting import LEFT_BY_OTHERS, LIVE, OWN
from responder.foundation.directory import queries as directory
from responder.foundation.directory.vault import Vault
from responder.foundation.messaging import queries as outbox
from responder.foundation.messaging import rules as sending
from responder.foundation.messaging.models import Delivery

# Office and step: who would be called now, and from which office.
Seek = Callable[[str, str], tuple[Found, Text]]
_CALL_OUTS = select(CallOut).order_by(CallOut.started_at, CallOut.id)
_OF_INCIDENT = Question(_CALL_OUTS.where(CallOut.incident_id == bindparam("incident_id")))
_RINGING = Question(
    _CALL_OUTS.where(
        CallOut.id.in_(union_all(select(CallOut.id).where(*OWN), select(CallOut.id).where(*LEFT_BY_OTHERS)))
    )
)
_RUNGS = Question(
    select(CallRung)
    .where(CallRung.call_out_id.in_(bindparam("call_outs", expanding=True)))
    .order_by(CallRung.call_out_id, CallRung.rung)
)
_TRIES = Question(
    select(Delivery)
    .where(Delivery.call_out_id.in_(bindparam("call_outs", expanding=True)))
    .order_by(Delivery.created_at, Delivery.id)
)


@dataclass(frozen=True, slots=True)
class CallToMake:
    """One person to be telephoned by hand, because nothing left the house or nothing arrived."""

    delivery_id: DeliveryId
    target_kind: str
    target_id: UUID
    incident_id: UUID | None
    number: str
    body: str  # as it would have left, in Chinese
    subject: Text
    agency_code: str
    agency: Text
    person_id: PersonId | None
    name: str
    post: str
    masked: str | None
    why: Text
    since: datetime
    tried_at: datetime | None  # a call by hand that reached nobody


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt to reach one person on one channel, and how far it got."""

    delivery_id: DeliveryId
    step: int
    channel: str
    name: str
    masked: str | None
    state: str
    reason: Text | None
    attempt: int
    is_repeat: bool
    created_at: datetime
    sent_at: datetime | None
    delivered_at: datetime | None
    late_seconds: int | None
    answered_at: datetime | None
    answer: str | None
    answered_by: str | None


@dataclass(frozen=True, slots=True)
class RungView:
    """One rung as pages show it: climbed, current or still to come (then with whom it would call now)."""

    rung: int
    who: Text
    at: datetime
    names: tuple[str, ...]
    posts: tuple[str, ...]
    agency: Text
    done: bool
    current: bool
    late_seconds: int | None
    nobody: Text | None
    attempts: tuple[Attempt, ...] = ()


@dataclass(frozen=True, slots=True)
class CallOutView:
    """A call-out with its rungs and attempts."""

    id: CallOutId
    target_kind: str
    target_id: UUID
    incident_id: UUID | None
    number: str
    subject: Text
    agency_code: str
    agency: Text
    owner_agency: str
    state: str
    started_at: datetime
    acknowledged_at: datetime | None
    acknowledged_by: str | None
    method: str | None
    why: Text | None
    rungs: tuple[RungView, ...]


def live_of(target_kind: str, target_id: UUID) -> Select[CallOut]:
    """Return the question for the call-out that is looking for somebody for the target."""
    return select(CallOut).where(
        CallOut.target_kind == target_kind, CallOut.target_id == target_id, CallOut.state.in_(LIVE)
    )


def live(session: Session, target_kind: str, target_id: UUID) -> CallOut | None:
    """Return the call-out that is looking for somebody for the target, or None."""
    return session.scalar(live_of(target_kind, target_id))


def calls_to_make(session: Session, agency_code: str) -> tuple[CallToMake, ...]:
    """Return whom the agency must telephone by hand, one line for each person and target, oldest first."""
    rows = outbox.to_telephone(session, agency_code)
    lines: dict[tuple[UUID, UUID | str], list[Delivery]] = {}
    for row in rows:
        lines.setdefault((row.target_id, row.person_id or row.agency_code), []).append(row)
    names = _agency_names(session, {row.agency_code for row in rows})
    subjects = _subjects(session, {row.call_out_id for row in rows if row.call_out_id is not None})
    return tuple(_call(group, names, subjects) for group in lines.values())


def _subjects(session: Session, call_outs: set[CallOutId]) -> dict[CallOutId, str]:
    """Return what each call-out is about in English; the messages themselves are written in Chinese."""
    if not call_outs:
        return {}
    rows = session.execute(select(CallOut.id, CallOut.subject_en).where(CallOut.id.in_(call_outs)))
    return {row.id: row.subject_en for row in rows}


def _call(group: Sequence[Delivery], names: dict[str, Text], subjects: dict[CallOutId, str]) -> CallToMake:
    first = group[0]
    why = list(dict.fromkeys(row.reason for row in group if row.reason))
    tried = [row.answered_at for row in group if row.answer == sending.NO_ANSWER and row.answered_at]
    return CallToMake(
        delivery_id=DeliveryId(first.id),
        target_kind=first.target_kind,
        target_id=first.target_id,
        incident_id=first.incident_id,
        number=first.number,
        body=first.body,
        subject=Text(first.body, subjects.get(first.call_out_id, first.body))
        if first.call_out_id
        else Text(first.body, first.body),
        agency_code=first.agency_code,
        agency=names[first.agency_code],
        person_id=first.person_id,
        name=first.person_name,
        post=first.person_post,
        masked=next((row.address_masked for row in group if row.address_masked), None),
        why=Text("，".join(one.zh for one in why), ", ".join(one.en for one in why)),
        since=first.wanted_at,
        tried_at=max(tried, default=None),
    )


def history(session: Session, incident_id: UUID) -> tuple[CallOutView, ...]:
    """Return how people were looked for, for one incident: each call-out with rungs and attempts."""
    return _views(session, [row for (row,) in _OF_INCIDENT.copies(session, incident_id=incident_id)])


def ringing(session: Session, agency_code: str, now: datetime) -> tuple[CallOutView, ...]:
    """Return what rings on the agency's board, oldest first: its own, and what the level below left to it.

    The rungs still to come name whom they would call now.
    """
    return _views(session, [row for (row,) in _RINGING.copies(session, office=agency_code)], now)


def _attempt(row: Delivery) -> Attempt:
    return Attempt(
        delivery_id=DeliveryId(row.id),
        step=row.step,
        channel=row.channel,
        name=row.person_name,
        masked=row.address_masked,
        state=row.state,
        reason=row.reason,
        attempt=row.attempt,
        is_repeat=row.is_repeat,
        created_at=row.created_at,
        sent_at=row.sent_at,
        delivered_at=row.delivered_at,
        late_seconds=row.late_seconds,
        answered_at=row.answered_at,
        answer=row.answer,
        answered_by=row.answered_by,
    )


def _views(session: Session, rows: Sequence[CallOut], now: datetime | None = None) -> tuple[CallOutView, ...]:
    if not rows:
        return ()
    ids = [row.id for row in rows]
    climbed = [rung for (rung,) in _RUNGS.copies(session, call_outs=ids)]
    rungs = {key: list(group) for key, group in groupby(climbed, key=lambda rung: rung.call_out_id)}
    tries: dict[tuple[UUID | None, int], list[Attempt]] = {}
    if now is None:
        for (attempt,) in _TRIES.copies(session, call_outs=ids):
            tries.setdefault((attempt.call_out_id, attempt.step), []).append(_attempt(attempt))
    codes = {row.agency_code for row in rows} | {rung.agency_code for rung in climbed}
    names = _agency_names(session, codes)
    seek = _seeker(session, now) if now is not None else None
    return tuple(_view(row, rungs.get(row.id, []), tries, names, seek) for row in rows)


def _seeker(session: Session, now: datetime) -> Seek:
    """Return who finds the people of a step; what many call-outs ask of one office is asked once."""

    @cache
    def seek(agency_code: str, who: str) -> tuple[Found, Text]:
        found = look_up(session, agency_code, who, now)
        return found, agency_name(session, found.agency_code)

    return seek


def _view(
    row: CallOut,
    climbed: Sequence[CallRung],
    tries: dict[tuple[UUID | None, int], list[Attempt]],
    names: dict[str, Text],
    seek: Seek | None,
) -> CallOutView:
    done = [
        RungView(
            rung=one.rung,
            who=rules.WHO[one.who],
            at=one.at,
            names=tuple(person["name"] for person in one.people),
            posts=tuple(person["post"] for person in one.people),
            agency=names[one.agency_code],
            done=one is not climbed[-1] or row.state not in LIVE,
            current=one is climbed[-1] and row.state in LIVE,
            late_seconds=one.late_seconds,
            nobody=one.nobody,
            attempts=tuple(tries.get((row.id, one.rung), ())),
        )
        for one in climbed
    ]
    ahead = _ahead(row, seek) if seek is not None and row.state == "calling" else []
    return CallOutView(
        id=CallOutId(row.id),
        target_kind=row.target_kind,
        target_id=row.target_id,
        incident_id=row.incident_id,
        number=row.number,
        subject=row.subject,
        agency_code=row.agency_code,
        agency=names[row.agency_code],
        owner_agency=row.owner_agency,
        state=row.state,
        started_at=row.started_at,
        acknowledged_at=row.acknowledged_at,
        acknowledged_by=row.acknowledged_by,
        method=row.method,
        why=row.why,
        rungs=(*done, *ahead),
    )


def _ahead(row: CallOut, seek: Seek) -> list[RungView]:
    coming = []
    steps = rules.thaw(row.steps)
    for rung in range(row.next_rung, len(steps)):
        found, agency = seek(row.agency_code, steps[rung].who)
        coming.append(
            RungView(
                rung=rung,
                who=rules.WHO[steps[rung].who],
                at=row.started_at + timedelta(minutes=steps[rung].after_minutes),
                names=tuple(one.name for one in found.people),
                posts=tuple(one.post for one in found.people),
                agency=agency,
                done=False,
                current=False,
                late_seconds=None,
                nobody=None if found.people else rules.NOBODY[steps[rung].who],
            )
        )
    return coming


def may_telephone(row: Delivery, agency_code: str) -> bool:
    """Return whether the call is the agency's to make: its own person, or one whom it has to tell."""
    return bool(agency_code) and agency_code in (row.agency_code, row.caller_agency)


def beat_is_due(session: Session, agency_code: str, login: str, now: datetime) -> bool:
    """Return whether a board that asks for news must be written down: once a minute, or when an alarm waits for it."""
    seen = session.scalar(
        select(BoardBeat.last_seen_at).where(BoardBeat.agency_code == agency_code, BoardBeat.login == login)
    )
    return rules.beat_is_due(seen, now) or outbox.board_waits(session, agency_code)


def fallen_silent(session: Session, now: datetime) -> list[tuple[str, datetime]]:
    """Return the agencies whose boards all stopped asking for news during the present shift, and since when.

    Agencies that somebody was called for already are left out, and so is a board that fell silent before the shift
    of those on duty began: that is a matter of signing in.
    """
    last = func.max(BoardBeat.last_seen_at)
    noticed = select(BoardSilence.agency_code).where(BoardSilence.ended_at.is_(None))
    rows = session.execute(
        select(BoardBeat.agency_code, last)
        .where(BoardBeat.agency_code.not_in(noticed))
        .group_by(BoardBeat.agency_code)
        .having(last <= now - rules.SILENT_AFTER, last > now - rules.FORGOTTEN_AFTER)
    )
    found = []
    for code, seen in rows:
        since = look_up(session, code, "officer", now).on_shift_since
        if since is not None and since <= seen:
            found.append((code, seen))
    return found


def silent_boards(session: Session, agency_codes: Sequence[str]) -> dict[str, datetime]:
    """Return which of the agencies have a silent board, and since when."""
    rows = session.execute(
        select(BoardSilence.agency_code, BoardSilence.last_seen_at).where(
            BoardSilence.agency_code.in_(agency_codes), BoardSilence.ended_at.is_(None)
        )
    )
    return {row.agency_code: row.last_seen_at for row in rows}


def still_silent(session: Session, silence_id: UUID) -> Text | None:
    """Return None while the board is silent, otherwise why nobody needs to be called about it."""
    ended = session.scalar(select(BoardSilence.ended_at).where(BoardSilence.id == silence_id))
    return Text("看板已恢复", "the board is back") if ended is not None else None


def agency_name(session: Session, code: str) -> Text:
    """Return the name of an agency; one the directory does not know is named by its code."""
    office = directory.office(session, code)
    return Text(office.name, office.name_en) if office else Text(code, code)


def province_of(session: Session, agency_code: str) -> str:
    """Return the province in whose chain the agency's doings belong; `000000` for the state."""
    place = directory.place_of_agency(session, agency_code)
    return (place.province_code if place else None) or "000000"


def _agency_names(session: Session, codes: set[str]) -> dict[str, Text]:
    return {code: agency_name(session, code) for code in codes}


def duty_numbers(session: Session, vault: Vault, agency_code: str) -> list[str]:
    """Return the published telephone numbers of an agency's duty room."""
    return [
        vault.open(contact.ciphertext, contact.id) for contact in directory.duty_phones(session, agency_code)
    ]
