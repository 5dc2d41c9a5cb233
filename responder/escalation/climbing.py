"""Climbing the ladders: whatever is due of many call-outs, in a few statements for all of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, func, insert, select, update

from responder.core.db import table_of
from responder.core.errors import Text
from responder.core.ids import CallOutId
from responder.core.uow import UnitOfWork
from responder.escalation import queries, rules, services
from responder.escalation.events import CallOutExhausted
from responder.escalation.models import BoardBeat, CallOut, CallRung
from responder.escalation.people import Found, Roll, RoomQuestion
from responder.escalation.wording import both
from responder.foundation.audit import services as audit
from responder.foundation.messaging.channels import Wanted
from responder.foundation.messaging.groups import Outlets
from responder.foundation.messaging.posting import Matter, Posting, Recipient, calls, post
from responder.foundation.messaging.rules import late_words

CallOutRow = Row[*tuple[Any, ...]]
_CALL_OUT, _RUNG = table_of(CallOut), table_of(CallRung)
_THESE = _CALL_OUT.c.id.in_(bindparam("ids", expanding=True))
_ROWS = select(_CALL_OUT).where(_THESE).order_by(_CALL_OUT.c.id)
_ALONE, _FREE = _ROWS.with_for_update(), _ROWS.with_for_update(skip_locked=True)
_STANDING = select(_CALL_OUT.c.id).where(_THESE)
_MOVED = ("next_rung", "next_due_at", "found_somebody", "state", "exhausted_at", "owner_agency")
_MOVE = (
    update(_CALL_OUT)
    .where(_CALL_OUT.c.id == bindparam("call_out_id"))
    .values({name: bindparam(f"new_{name}") for name in _MOVED})
)
_INSERT_RUNGS = insert(_RUNG)
_BEATS = (
    select(BoardBeat.agency_code, func.max(BoardBeat.last_seen_at))
    .where(BoardBeat.agency_code.in_(bindparam("codes", expanding=True)))
    .group_by(BoardBeat.agency_code)
)


def climb(
    uow: UnitOfWork,
    call_out_ids: Iterable[CallOutId],
    wanted: Wanted,
    outlets: Outlets = services.TELEPHONE_ONLY,
) -> set[CallOutId]:
    """Climb every rung that is due, each once, and put the next ones on the clock; return which were looked after.

    Whatever was missed while the system was down is climbed now and says by how much it is late. Of several, those
    that somebody else holds just now are left out, so that no two units wait for each other.
    """
    asked = set(call_out_ids)
    connection = uow.session.connection()
    rows = connection.execute(_ALONE if len(asked) == 1 else _FREE, {"ids": list(asked)}).all()
    left = asked - {row.id for row in rows}
    if left:
        left = set(connection.execute(_STANDING, {"ids": list(left)}).scalars())
    due = [row for row in rows if row.next_due_at is not None and row.next_due_at <= uow.now]
    ascent = _Ascent(uow, Roll(uow.session, (row.agency_code for row in due), uow.now), outlets)
    for row in due:
        ask = wanted.get(row.target_kind)
        why = ask(uow.session, row.target_id) if ask else None
        if why is None:
            ascent.climb(row)
        else:
            services.stop_call_out(uow, row.target_kind, row.target_id, why)
    ascent.write()
    return asked - left


@dataclass
class _Ladder:
    """A call-out on its way up: what of its row changes."""

    row: CallOutRow
    steps: Sequence[rules.Step]
    lower: Text  # the room that does not answer

    def __post_init__(self) -> None:
        self.next_rung: int = self.row.next_rung
        self.next_due_at: datetime = self.row.next_due_at
        self.found_somebody: bool = self.row.found_somebody
        self.state: str = self.row.state
        self.exhausted_at: datetime | None = self.row.exhausted_at
        self.owner_agency: str = self.row.owner_agency

    def moved(self) -> dict[str, Any]:
        """Return the parameters of its update."""
        return {"call_out_id": self.row.id, **{f"new_{name}": getattr(self, name) for name in _MOVED}}


@dataclass
class _Ascent:
    """Many ladders climbed in one unit of work; what they lead to is written at the end, table by table."""

    uow: UnitOfWork
    roll: Roll
    outlets: Outlets
    ladders: list[_Ladder] = field(default_factory=list)
    rungs: list[dict[str, Any]] = field(default_factory=list)
    postings: list[Posting] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._living = RoomQuestion(self._beats, self.roll.likewise)

    def climb(self, row: CallOutRow) -> None:
        """Climb every rung of one ladder that is due."""
        ladder = _Ladder(row, rules.thaw(row.steps), queries.agency_name(self.uow.session, row.agency_code))
        while ladder.next_due_at <= self.uow.now:
            self._rung(ladder)
        self.ladders.append(ladder)

    def write(self) -> None:
        """Write what was climbed, and put each next rung on the clock."""
        if not self.ladders:
            return
        connection = self.uow.session.connection()
        connection.execute(_INSERT_RUNGS, self.rungs)
        connection.execute(_MOVE, [ladder.moved() for ladder in self.ladders])
        post(self.uow, self.postings, self.outlets)
        for ladder in self.ladders:
            key = f"{ladder.row.id}:{ladder.next_rung}"
            self.uow.jobs.enqueue(self.uow.session, services.CALL_OUT, key, ladder.next_due_at)

    def _rung(self, ladder: _Ladder) -> None:
        row, rung, due_at = ladder.row, ladder.next_rung, ladder.next_due_at
        step = rules.step_at(ladder.steps, rung)
        found = self.roll.look_up(row.agency_code, step.who)
        late = rules.late_seconds(due_at, self.uow.now)
        self.rungs.append(_rung_columns(row, rung, step, found, due_at, self.uow.now, late))
        self._call(ladder, step, found)
        if found.people or self._living(found.agency_code):
            ladder.found_somebody = True
        self._record(row, "call_out.rung", _rung_words(rung, step, found, late))
        if rung == len(ladder.steps) - 1:
            self._exhaust(ladder, found)
        ladder.next_rung = rung + 1
        ladder.next_due_at = rules.due_after(
            ladder.steps, row.started_at, rung, self.uow.now, somebody=ladder.found_somebody
        )

    def _call(self, ladder: _Ladder, step: rules.Step, found: Found) -> None:
        row = ladder.row
        matter = Matter(
            target_kind=row.target_kind,
            target_id=row.target_id,
            incident_id=row.incident_id,
            number=row.number,
            agency_code=found.agency_code,
            body=rules.rung_body(row.subject_zh, step, ladder.lower.zh),
            caller_agency=row.caller_agency if found.agency_code == row.agency_code else _caller_above(row),
            call_out_id=row.id,
        )
        room = Recipient(None, queries.agency_name(self.uow.session, found.agency_code).zh)
        outside = [channel for channel in step.channels if channel != services.BOARD]
        by_room = [services.BOARD] if services.BOARD in step.channels else []
        if not found.people and found.has_telephone and "voice" in outside:
            by_room.append("voice")
        when: dict[str, Any] = {
            "lane_id": row.lane_id,
            "wanted_at": ladder.next_due_at,
            "step": ladder.next_rung,
        }
        self.postings.append(Posting(matter, room, by_room, **when))
        if outside:
            self.postings += calls(matter, room, found.people, outside, self.outlets, **when)

    def _exhaust(self, ladder: _Ladder, found: Found) -> None:
        row, owner = ladder.row, queries.agency_name(self.uow.session, found.agency_code)
        ladder.state, ladder.exhausted_at, ladder.owner_agency = "exhausted", self.uow.now, found.agency_code
        self._record(row, "call_out.exhausted", both("agency", ladder.lower) | both("owner", owner))
        self.uow.emit(
            CallOutExhausted(
                row.id, row.target_kind, row.target_id, row.incident_id, row.agency_code, found.agency_code
            )
        )

    def _record(self, row: CallOutRow, kind: str, payload: dict[str, Any]) -> None:
        audit.record(
            self.uow,
            kind,
            province_code=row.province_code,
            incident_id=row.incident_id,
            payload={"call_out": str(row.id), **payload},
            lane_id=row.lane_id,
        )

    def _beats(self, codes: Iterable[str]) -> dict[str, bool]:
        """Return which of the agencies have a board that asked for news lately."""
        living = dict.fromkeys(codes, False)
        for code, seen in self.uow.session.connection().execute(_BEATS, {"codes": list(living)}):
            living[code] = not rules.is_silent(seen, self.uow.now)
        return living


def _rung_columns(
    row: CallOutRow,
    rung: int,
    step: rules.Step,
    found: Found,
    due_at: datetime,
    at: datetime,
    late: int | None,
) -> dict[str, Any]:
    nobody = None if found.people else rules.NOBODY[step.who]
    return {
        "lane_id": row.lane_id,
        "call_out_id": row.id,
        "rung": rung,
        "who": step.who,
        "agency_code": found.agency_code,
        "due_at": due_at,
        "at": at,
        "late_seconds": late,
        "people": [
            {"person_id": str(one.person_id), "name": one.name, "post": one.post} for one in found.people
        ],
        "roster_version": found.roster_version,
        "nobody_zh": nobody.zh if nobody else None,
        "nobody_en": nobody.en if nobody else None,
    }


def _caller_above(row: CallOutRow) -> str:
    # The lower room does not answer its own telephone; whoever reported to it tells the level above.
    return str(row.caller_agency or row.agency_code)


def _rung_words(rung: int, step: rules.Step, found: Found, late: int | None) -> dict[str, Any]:
    names = [one.name for one in found.people]
    nobody = rules.NOBODY[step.who]
    said = late_words(late) if late else None
    lateness = Text(f"（{said.zh}）", f" ({said.en})") if said else Text("", "")
    return {
        "rung": rung + 1,
        **both("who", rules.WHO[step.who]),
        **both("found", Text("、".join(names), ", ".join(names)) if names else nobody),
        **both("late", lateness),
    }
