"""What the month page shows, built from plain values: cells, who is on now, what is broken."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from duty_roster.queries import MonthRoster, OnCall, OnCallPerson, ShiftView
from duty_roster.rules import SEAT_NAMES, PlannedShift, Seat, Violation, check, points
from duty_roster.wording import MONTHS
from responder.core.clock import wall
from responder.core.errors import Text

KIND_NAMES = {
    "day": Text("白班", "Day shift"),
    "night": Text("夜班", "Night shift"),
    "full": Text("全天班", "Whole day"),
    "leader": Text("带班", "Leader's day"),
}
CELL_WORDS = {
    "day": Text("白", "D"),
    "night": Text("夜", "N"),
    "full": Text("全", "F"),
    "leader": Text("带", "L"),
}
STYLES = {"day": "day", "night": "night", "full": "day", "leader": "lead"}
WEEKDAYS = tuple(
    Text(zh, en) for zh, en in zip("一二三四五六日", ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"), strict=True)
)
LEADERS = Text("带班领导", "Leaders in charge")
OFFICERS = Text("值班员", "Duty officers")
FAR_FROM_MEAN = 3  # R27: points above the mean that are shown as too many


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads the page: person, language, and whether the month is of their own room."""

    person_id: UUID | None
    locale: str
    own_room: bool


@dataclass(frozen=True, slots=True)
class Pages:
    """The addresses the page leads to."""

    month: Callable[[int, int], str]
    sign_in: str
    calendar: str


def build(
    roster: MonthRoster,
    room: Text,
    on_call: OnCall,
    to_sign: ShiftView | None,
    now: datetime,
    reader: Reader,
    pages: Pages,
) -> dict[str, Any]:
    """Return the view-model of `duty_roster/month.html`."""
    planned = [s.planned() for s in roster.shifts]
    broken = _judged(planned)
    days = _days(roster.year, roster.month)
    title = Text(
        f"{roster.year} 年 {roster.month} 月值班表", f"Duty roster, {MONTHS[roster.month - 1]} {roster.year}"
    )
    return {
        "title": title.in_(reader.locale),
        "room": room.in_(reader.locale),
        "version": roster.version,
        "published_at": roster.published_at,
        "months": _months(roster, reader.locale, pages),
        "now": _now(on_call, reader.locale),
        "sign_in": _sign_in(to_sign, reader, pages),
        "violations": [
            {"rule": v.rule, "text": v.message.in_(reader.locale), "hard": v.severity == "hard"}
            for v in broken
        ],
        "days": [_day(day, roster.shifts, broken, wall(now).date(), reader) for day in days],
        "groups": _groups(roster.shifts, planned, broken, days, reader),
        "calendar_url": pages.calendar,
    }


def _judged(planned: Sequence[PlannedShift]) -> tuple[Violation, ...]:
    if not planned:
        return ()
    return check(planned, min(s.starts_at for s in planned), max(s.ends_at for s in planned))


def _days(year: int, month: int) -> list[date]:
    first = date(year, month, 1)
    span = (first + timedelta(days=i) for i in range(31))
    return [day for day in span if day.month == month]


def _months(roster: MonthRoster, locale: str, pages: Pages) -> list[dict[str, Any]]:
    count = roster.year * 12 + roster.month - 1
    found = []
    for step in (-1, 0, 1):
        year, month = (count + step) // 12, (count + step) % 12 + 1
        label = Text(f"{month}月", MONTHS[month - 1]).in_(locale)
        found.append({"label": label, "url": pages.month(year, month), "current": step == 0})
    return found


def _now(on_call: OnCall, locale: str) -> dict[str, Any] | None:
    if on_call.shift_id is None or on_call.starts_at is None or on_call.ends_at is None:
        return None
    remains = Text("未接班，仍在岗", "not relieved, still on post").in_(locale)
    kept = [{**_officer(p), "post": remains} for p in on_call.still_on_post]
    return {
        "officers": [_officer(p) for p in on_call.officers] + kept,
        "leader": _officer(on_call.leader) if on_call.leader else None,
        "backups": [_officer(p) for p in on_call.backups],
        "shift": _shift_words(on_call.kind or "day", on_call.starts_at, on_call.ends_at, locale),
        "until": on_call.ends_at,
    }


def _officer(person: OnCallPerson) -> dict[str, Any]:
    return {"name": person.name, "post": person.post, "phone": None, "signed_in_at": person.signed_in_at}


def _shift_words(kind: str, starts_at: datetime, ends_at: datetime, locale: str) -> str:
    hours = f"{wall(starts_at):%H:%M}–{wall(ends_at):%H:%M}"
    return f"{KIND_NAMES[kind].in_(locale)} {hours}"


def _sign_in(to_sign: ShiftView | None, reader: Reader, pages: Pages) -> dict[str, Any] | None:
    if to_sign is None or not reader.own_room:
        return None
    own = next(p for p in to_sign.people if p.person_id == reader.person_id)
    return {
        "url": None if own.signed_in_at else pages.sign_in,
        "done_at": own.signed_in_at,
        "shift": _shift_words(to_sign.kind, to_sign.starts_at, to_sign.ends_at, reader.locale),
        "stands_in": own.stands_in_for is not None,
    }


def _day(
    day: date, shifts: Iterable[ShiftView], broken: Iterable[Violation], today: date, reader: Reader
) -> dict[str, Any]:
    begun = [s for s in shifts if wall(s.starts_at).date() == day]
    weekday = WEEKDAYS[day.weekday()].in_(reader.locale)
    return {
        "n": day.day,
        "weekday": weekday,
        "date": Text(f"{day.day}日 {weekday}", f"{weekday} {day.day}").in_(reader.locale),
        "weekend": day.weekday() >= 5,
        "holiday": None,
        "today": day == today,
        "on": [_on_day(p, s, reader) for s in begun for p in s.people],
        "heads": len({p.person_id for s in begun for p in s.people}),
        "short": _short(day, broken, reader.locale),
    }


def _on_day(person: OnCallPerson, shift: ShiftView, reader: Reader) -> dict[str, Any]:
    seat = "" if person.seat == Seat.LEADER else SEAT_NAMES[Seat(person.seat)].in_(reader.locale)
    gap = " " if reader.locale.startswith("en") and seat else ""
    return {
        "name": person.name,
        "post": gap + seat,
        "shift": KIND_NAMES[shift.kind].in_(reader.locale),
        "mine": person.person_id == reader.person_id,
    }


def _short(day: date, broken: Iterable[Violation], locale: str) -> str | None:
    for violation in broken:
        if violation.rule not in ("R01", "R02"):
            continue
        last = wall(violation.ends_at - timedelta(seconds=1)).date()
        if wall(violation.starts_at).date() <= day <= last:
            lacks_leader = "带班" in violation.message.zh
            return (Text("缺带", "no leader") if lacks_leader else Text("缺人", "gap")).in_(locale)
    return None


def _groups(
    shifts: Sequence[ShiftView],
    planned: Sequence[PlannedShift],
    broken: Sequence[Violation],
    days: Sequence[date],
    reader: Reader,
) -> list[dict[str, Any]]:
    load = points(planned)
    groups = []
    for title, is_leader in ((LEADERS, True), (OFFICERS, False)):
        held = [s for s in shifts if any((p.seat == Seat.LEADER) is is_leader for p in s.people)]
        people = {p.person_id: p for s in held for p in s.people if (p.seat == Seat.LEADER) is is_leader}
        if not people:
            continue
        mean = round(sum(load[person_id] for person_id in people) / len(people))
        rows = []
        for person_id, person in people.items():
            duties = [(s, p) for s in held for p in s.people if p.person_id == person_id]
            spread = load[person_id] - mean
            rows.append(
                {
                    "name": person.name,
                    "me": person_id == reader.person_id,
                    "cells": [_cell(day, duties, broken, reader) for day in days],
                    "points": load[person_id],
                    "spread": spread,
                    "over": spread > FAR_FROM_MEAN,
                }
            )
        groups.append({"title": _group_title(title, held, reader.locale), "people": rows})
    return groups


def _group_title(title: Text, held: Sequence[ShiftView], locale: str) -> str:
    hours = {s.kind: f"{wall(s.starts_at):%H:%M}–{wall(s.ends_at):%H:%M}" for s in reversed(held)}
    said = [f"{KIND_NAMES[kind].in_(locale)} {span}" for kind, span in sorted(hours.items())]
    return f"{title.in_(locale)}　" + Text("，", ", ").in_(locale).join(said)


def _cell(
    day: date,
    duties: Sequence[tuple[ShiftView, OnCallPerson]],
    broken: Sequence[Violation],
    reader: Reader,
) -> dict[str, Any]:
    begun = [(s, p) for s, p in duties if wall(s.starts_at).date() == day]
    who = duties[0][1].person_id
    wrong = [v for v in broken if v.who == who and _shown_on(v) == day]
    return {
        "seats": [_seat(shift, person, reader) for shift, person in begun],
        "leave": False,
        "bad": wrong[0].message.in_(reader.locale) if wrong else None,
    }


def _shown_on(violation: Violation) -> date:
    """Return the day on whose cell a violation stands: want of rest at the duty that came too early."""
    return wall(violation.ends_at if violation.rule == "R08" else violation.starts_at).date()


def _seat(shift: ShiftView, person: OnCallPerson, reader: Reader) -> dict[str, Any]:
    seat = SEAT_NAMES[Seat(person.seat)].in_(reader.locale)
    hours = _shift_words(shift.kind, shift.starts_at, shift.ends_at, reader.locale)
    return {
        "word": CELL_WORDS[shift.kind].in_(reader.locale),
        "style": STYLES[shift.kind],
        "second": person.seat == Seat.SECOND,
        "mine": person.person_id == reader.person_id,
        "label": f"{hours} {seat}",
    }
