"""Two months of published rosters for the demo's rooms, as rows to insert; the same rows that publishing makes."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

from duty_roster.queries import month_key
from duty_roster.rules import PlannedShift, Seat, Seated, ShiftKind, check
from responder.core.ids import new_id
from responder.demo.people import RoomStaff, Someone
from responder.demo.rotation import Turn, duty_day, eight_o_clock, turns
from responder.demo.world import Staffing

REASON = "月度排班（演示）"
PUBLISHED_ON = 24  # of the month before
EARLY = timedelta(minutes=4)
LEADER_EARLY = timedelta(minutes=9)


@dataclass
class RosterRows:
    """Rows by table, ready for one bulk insert each."""

    versions: list[dict[str, Any]] = field(default_factory=list)
    shifts: list[dict[str, Any]] = field(default_factory=list)
    seats: list[dict[str, Any]] = field(default_factory=list)
    sign_ins: list[dict[str, Any]] = field(default_factory=list)


def span(now: datetime) -> tuple[date, int]:
    """Return the first duty day to fill and how many: this month and the next, and yesterday on a month's first day.

    The live incidents begin hours before the load, and somebody was on duty then too.
    """
    today = duty_day(now)
    first = today - timedelta(days=1) if today.day == 1 else today.replace(day=1)
    following = (today.replace(day=1) + timedelta(days=32)).replace(day=1)
    end = (following + timedelta(days=32)).replace(day=1)
    return first, (end - first).days


def published_at(month: date, now: datetime) -> datetime:
    """Return when the roster of *month* came out: the 24th of the month before, or just now if that is to come."""
    before = month.replace(day=1) - timedelta(days=1)
    return min(
        eight_o_clock(before.replace(day=PUBLISHED_ON)) + timedelta(hours=1), now - timedelta(minutes=30)
    )


def add_room(rows: RosterRows, staff: RoomStaff, now: datetime) -> None:
    """Add the versions, shifts, seats and present sign-ins of one room to *rows*."""
    first, days = span(now)
    _keeps_the_rules(staff.staffing, first, days, now)
    released: dict[str, datetime] = {}
    for turn in turns(staff.staffing, first, days, now):
        month = month_key(turn.starts_at)
        if month not in released:
            released[month] = published_at(duty_day(turn.starts_at), now)
            rows.versions.append(_version(staff, month, released[month]))
        shift_id = new_id()
        rows.shifts.append(_shift(staff, shift_id, month, turn, released[month]))
        people = [(seat, _holder(staff, seat, number)) for seat, number in turn.seats]
        rows.seats += [
            _seat(shift_id, seat, person, position) for position, (seat, person) in enumerate(people)
        ]
        if turn.starts_at <= now < turn.ends_at:
            rows.sign_ins += [_sign_in(shift_id, person, turn) for _, person in people]


@cache
def _keeps_the_rules(staffing: Staffing, first: date, days: int, now: datetime) -> None:
    """Raise ValueError when a rotation breaks a rule of duty; rooms of one staffing share the answer."""
    shifts = planned(turns(staffing, first, days, now))
    broken = check(shifts, eight_o_clock(first), eight_o_clock(first + timedelta(days=days)))
    if broken:
        raise ValueError(f"the rotation of {staffing} breaks {broken[0].rule}: {broken[0].message.en}")


def planned(rotation: Iterable[Turn]) -> list[PlannedShift]:
    """Return turns as the rules see them, each officer and leader by number."""
    return [
        PlannedShift(
            turn.kind, turn.starts_at, turn.ends_at, tuple(_numbered(seat, n) for seat, n in turn.seats)
        )
        for turn in rotation
    ]


def _numbered(seat: Seat, number: int) -> Seated:
    base = 1000 if seat is Seat.LEADER else 0
    return Seated(UUID(int=base + number), f"{seat.value} {number}", seat)


def _holder(staff: RoomStaff, seat: Seat, number: int) -> Someone:
    return staff.leaders[number] if seat is Seat.LEADER else staff.officers[number]


def _version(staff: RoomStaff, month: str, at: datetime) -> dict[str, Any]:
    return {
        "agency_code": staff.agency_code,
        "month": month,
        "version": 1,
        "published_at": at,
        "published_by": staff.head.id,
        "reason": REASON,
    }


def _shift(staff: RoomStaff, shift_id: UUID, month: str, turn: Turn, released: datetime) -> dict[str, Any]:
    return {
        "id": shift_id,
        "agency_code": staff.agency_code,
        "month": month,
        "roster_version": 1,
        "kind": turn.kind.value,
        "starts_at": turn.starts_at,
        "ends_at": turn.ends_at,
        "version_from": released,
        "version_until": None,
    }


def _seat(shift_id: UUID, seat: Seat, person: Someone, position: int) -> dict[str, Any]:
    return {
        "shift_id": shift_id,
        "person_id": person.id,
        "seat": seat.value,
        "position": position,
        "post": person.post,
    }


def _sign_in(shift_id: UUID, person: Someone, turn: Turn) -> dict[str, Any]:
    early = LEADER_EARLY if turn.kind is ShiftKind.LEADER else EARLY
    return {"shift_id": shift_id, "person_id": person.id, "at": turn.starts_at - early, "method": "web"}
