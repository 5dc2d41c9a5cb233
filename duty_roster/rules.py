"""The rules of duty: who is on post at an instant, and what a roster breaks; intervals are half open."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from uuid import UUID

from duty_roster.wording import day, span
from responder.core.clock import wall
from responder.core.errors import Text


class Seat(StrEnum):
    """A place on the watch."""

    OFFICER = "officer"
    SECOND = "second"
    LEADER = "leader"


class ShiftKind(StrEnum):
    """What a shift is: half a day, a whole day, or the leader's day."""

    DAY = "day"
    NIGHT = "night"
    FULL = "full"
    LEADER = "leader"


class Severity(StrEnum):
    """Whether a broken rule stops the roster or only counts against it."""

    HARD = "hard"
    SOFT = "soft"


@dataclass(frozen=True, slots=True)
class Seated:
    """A person on a seat of a shift; *position* orders people on equal seats."""

    person_id: UUID
    name: str
    seat: Seat
    post: str = ""
    position: int = 0


@dataclass(frozen=True, slots=True)
class PlannedShift:
    """A stretch of duty [starts_at, ends_at) and the people on it."""

    kind: ShiftKind
    starts_at: datetime
    ends_at: datetime
    seated: tuple[Seated, ...]

    @property
    def length(self) -> timedelta:
        """How long it lasts."""
        return self.ends_at - self.starts_at


@dataclass(frozen=True, slots=True)
class Substitution:
    """Somebody stands in for another from starts_at until, not including, ends_at."""

    absent: UUID
    stand_in: UUID
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Watch:
    """One person's seat in one shift as it is kept, and when they signed in (None: not yet)."""

    shift_id: UUID
    kind: ShiftKind
    starts_at: datetime
    ends_at: datetime
    person_id: UUID
    name: str
    post: str
    seat: Seat
    signed_in_at: datetime | None = None
    stands_in_for: str | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """An entry of the rule catalogue: what it is called, whether it stops a roster, what it rests on."""

    id: str
    name: Text
    severity: Severity
    basis: str


CATALOGUE = {
    rule.id: rule
    for rule in (
        Rule(
            "R01",
            Text("值班不间断", "Continuous cover"),
            Severity.HARD,
            "安全生产事故信息报告和处置办法（总局令第21号，2009）第五条；国务院令第708号（2019）第十四条",
        ),
        Rule(
            "R02",
            Text("岗位到人", "Seats filled"),
            Severity.HARD,
            "国务院办公厅节假日值班通知（2006）；值班惯例",
        ),
        Rule("R05", Text("一人一岗", "One seat at a time"), Severity.HARD, "事理"),
        Rule(
            "R08",
            Text("班后休息", "Rest after duty"),
            Severity.HARD,
            "劳动法第三十六条、第三十八条；值班惯例",
        ),
        Rule("R09", Text("连续值班上限", "Consecutive limit"), Severity.HARD, "劳动法第三十六条、第四十一条"),
        Rule("R19", Text("未接班不离岗", "No release without relief"), Severity.HARD, "值班惯例"),
        Rule("R20", Text("签到时限", "Sign-in window"), Severity.HARD, "值班惯例"),
        Rule("R27", Text("积分均衡", "Fair load"), Severity.SOFT, "公平；公务员法补休规定"),
    )
}


@dataclass(frozen=True, slots=True)
class RuleSettings:
    """The parameters of the rules, each with its default of the catalogue; an agency may tighten them."""

    officers: int = 1
    seconds: int = 1
    leaders: int = 1
    # Per length of a duty, longest first: rest due after it, and how many days running it may be held.
    rest_after: tuple[tuple[timedelta, timedelta], ...] = (
        (timedelta(hours=24), timedelta(hours=24)),
        (timedelta(hours=12), timedelta(hours=12)),
    )
    consecutive: tuple[tuple[timedelta, int], ...] = (
        (timedelta(hours=24), 1),
        (timedelta(hours=12), 3),
        (timedelta(hours=8), 5),
    )
    sign_in_early: timedelta = timedelta(minutes=15)
    sign_in_late: timedelta = timedelta(minutes=5)
    weekday_points: int = 1
    weekend_points: int = 2

    def needed(self, seat: Seat) -> int:
        """Return how many people must hold *seat* at every minute."""
        return {Seat.OFFICER: self.officers, Seat.SECOND: self.seconds, Seat.LEADER: self.leaders}[seat]

    def rest_due(self, length: timedelta) -> timedelta:
        """Return the rest due after a duty of *length*; none after one shorter than every entry."""
        return next((rest for least, rest in self.rest_after if length >= least), timedelta())

    def days_running(self, length: timedelta) -> int | None:
        """Return on how many days running a duty of *length* may be held; None where there is no limit."""
        return next((most for least, most in self.consecutive if length >= least), None)


DEFAULTS = RuleSettings()
SEAT_NAMES = {
    Seat.OFFICER: Text("值班员", "Officer"),
    Seat.SECOND: Text("副班", "Second officer"),
    Seat.LEADER: Text("带班领导", "Leader in charge"),
}


@dataclass(frozen=True, slots=True)
class Violation:
    """A rule that a roster breaks: whom it concerns, from when until when, in words, and its basis."""

    rule: str
    severity: Severity
    who: UUID | None
    name: str
    starts_at: datetime
    ends_at: datetime
    message: Text
    basis: str


def _violation(
    rule: str, message: Text, starts_at: datetime, ends_at: datetime, who: Seated | None = None
) -> Violation:
    entry = CATALOGUE[rule]
    person_id, name = (who.person_id, who.name) if who else (None, "")
    return Violation(rule, entry.severity, person_id, name, starts_at, ends_at, message, entry.basis)


def on_call(
    shifts: Iterable[PlannedShift], substitutions: Iterable[Substitution], at: datetime
) -> frozenset[UUID]:
    """Return who is on post at *at*; a substitution replaces its absent person while it lasts."""
    swapped = {s.absent: s.stand_in for s in substitutions if s.starts_at <= at < s.ends_at}
    return frozenset(
        swapped.get(seated.person_id, seated.person_id)
        for shift in shifts
        if shift.starts_at <= at < shift.ends_at
        for seated in shift.seated
    )


def still_on_post(watches: Iterable[Watch], at: datetime) -> tuple[Watch, ...]:
    """Return those whose shift is over but who remain responsible: nobody has signed in for their seat.

    Only somebody who signed in can be kept: who never came is not on post. Rule R19.
    """
    known = sorted(watches, key=lambda w: w.ends_at, reverse=True)
    current = [w for w in known if w.starts_at <= at < w.ends_at]
    relieved = {w.seat for w in current if w.signed_in_at is not None and w.signed_in_at <= at}
    on_now = {w.person_id for w in current}
    kept: list[Watch] = []
    for seat in Seat:
        ended = [w for w in known if w.seat is seat and w.ends_at <= at]
        if seat in relieved or not ended:
            continue
        last = [w for w in ended if w.ends_at == ended[0].ends_at]
        kept += [w for w in last if w.signed_in_at is not None and w.person_id not in on_now]
    return tuple(kept)


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of time in which the same seats are held, and by how many."""

    starts_at: datetime
    ends_at: datetime
    heads: dict[Seat, int] = field(hash=False)


def stretches(shifts: Iterable[PlannedShift], start: datetime, end: datetime) -> tuple[Stretch, ...]:
    """Return [start, end) cut wherever a shift begins or ends, with the heads on each seat in every piece."""
    held = [s for s in shifts if s.starts_at < end and s.ends_at > start]
    changes: dict[datetime, dict[Seat, int]] = {start: {}, end: {}}
    for shift in held:
        for instant, step in ((max(shift.starts_at, start), 1), (min(shift.ends_at, end), -1)):
            at_instant = changes.setdefault(instant, {})
            for seated in shift.seated:
                at_instant[seated.seat] = at_instant.get(seated.seat, 0) + step
    heads = dict.fromkeys(Seat, 0)
    pieces = []
    for left, right in pairwise(sorted(changes)):
        heads = {seat: heads[seat] + changes[left].get(seat, 0) for seat in Seat}
        pieces.append(Stretch(left, right, heads))
    return tuple(pieces)


def _joined(
    pieces: Iterable[Stretch], fails: Callable[[Stretch], bool]
) -> tuple[tuple[datetime, datetime], ...]:
    spans: list[tuple[datetime, datetime]] = []
    for piece in pieces:
        if not fails(piece):
            continue
        if spans and spans[-1][1] == piece.starts_at:
            spans[-1] = (spans[-1][0], piece.ends_at)
        else:
            spans.append((piece.starts_at, piece.ends_at))
    return tuple(spans)


def _is_empty(piece: Stretch) -> bool:
    return piece.heads[Seat.OFFICER] + piece.heads[Seat.SECOND] == 0


def cover_gaps(shifts: Iterable[PlannedShift], start: datetime, end: datetime) -> tuple[Violation, ...]:
    """Return every stretch of [start, end) with nobody at the desk; a leader alone is no cover. R01."""
    gaps = _joined(stretches(shifts, start, end), _is_empty)
    return tuple(
        _violation("R01", Text(f"{span(*gap).zh}无人值班", f"Nobody on duty {span(*gap).en}"), *gap)
        for gap in gaps
    )


def empty_seats(
    shifts: Iterable[PlannedShift], start: datetime, end: datetime, settings: RuleSettings = DEFAULTS
) -> tuple[Violation, ...]:
    """Return every stretch of [start, end) in which a seat lacks people, besides gaps in cover. R02."""
    pieces = stretches(shifts, start, end)
    found = []
    for seat, name in SEAT_NAMES.items():
        need = settings.needed(seat)

        def lacks(piece: Stretch, seat: Seat = seat, need: int = need) -> bool:
            return piece.heads[seat] < need and (seat is Seat.LEADER or not _is_empty(piece))

        for gap in _joined(pieces, lacks):
            when = span(*gap)
            message = Text(f"{when.zh}{name.zh}未安排", f"{name.en}'s seat empty {when.en}")
            found.append(_violation("R02", message, *gap))
    return tuple(found)


def _by_person(shifts: Iterable[PlannedShift]) -> dict[UUID, list[tuple[PlannedShift, Seated]]]:
    duties: dict[UUID, list[tuple[PlannedShift, Seated]]] = {}
    for shift in sorted(shifts, key=lambda s: (s.starts_at, s.ends_at)):
        for seated in shift.seated:
            duties.setdefault(seated.person_id, []).append((shift, seated))
    return duties


def double_bookings(shifts: Iterable[PlannedShift]) -> tuple[Violation, ...]:
    """Return everybody who holds two seats at the same time. R05."""
    found = []
    for duties in _by_person(shifts).values():
        for index, (second, who) in enumerate(duties):
            for first, _ in duties[:index]:
                if first.ends_at > second.starts_at:
                    on = day(second.starts_at)
                    message = Text(
                        f"{who.name}{on.zh}同时排在两个岗位", f"{who.name} holds two seats on {on.en}"
                    )
                    ends_at = min(first.ends_at, second.ends_at)
                    found.append(_violation("R05", message, second.starts_at, ends_at, who))
                    break
    return tuple(found)


def short_rests(shifts: Iterable[PlannedShift], settings: RuleSettings = DEFAULTS) -> tuple[Violation, ...]:
    """Return everybody who goes on duty before the rest after the last duty is over. R08."""
    found = []
    for duties in _by_person(shifts).values():
        for (first, _), (second, who) in pairwise(duties):
            rest, due = second.starts_at - first.ends_at, settings.rest_due(first.length)
            if timedelta() <= rest < due:
                had, needed = _hours(rest), _hours(due)
                on = day(first.starts_at)
                message = Text(
                    f"{who.name}{on.zh}值班后仅休息{had}小时，少于{needed}小时",
                    f"{who.name} has only {had} h rest after the duty of {on.en}, {needed} h are due",
                )
                found.append(_violation("R08", message, first.ends_at, second.starts_at, who))
    return tuple(found)


def long_runs(shifts: Iterable[PlannedShift], settings: RuleSettings = DEFAULTS) -> tuple[Violation, ...]:
    """Return every duty that is one too many on consecutive days (wall dates of their starts). R09."""
    found = []
    for duties in _by_person(shifts).values():
        run, last_on = 0, None
        for shift, who in duties:
            on = wall(shift.starts_at).date()
            if last_on is None or on > last_on + timedelta(days=1):
                run = 0
            run += on != last_on or run == 0
            last_on = on
            most = settings.days_running(shift.length)
            if most is not None and run > most:
                hours = _hours(shift.length)
                message = Text(
                    f"{who.name}连续第{run}个{hours}小时值班，上限{most}个",
                    f"{who.name}: {hours} h duty number {run} in a row, {most} allowed",
                )
                found.append(_violation("R09", message, shift.starts_at, shift.ends_at, who))
    return tuple(found)


def check(
    shifts: Sequence[PlannedShift],
    start: datetime,
    end: datetime,
    settings: RuleSettings = DEFAULTS,
    neighbours: Sequence[PlannedShift] = (),
) -> tuple[Violation, ...]:
    """Return everything the roster *shifts* breaks in [start, end), in order of time.

    *neighbours* are the duties just before and after: they count for rest and runs but are not judged.
    """
    found = [
        *cover_gaps(shifts, start, end),
        *empty_seats(shifts, start, end, settings),
        *check_people(shifts, neighbours, settings),
    ]
    return tuple(sorted(found, key=lambda v: (v.starts_at, v.rule, v.name)))


def check_people(
    shifts: Sequence[PlannedShift], others: Sequence[PlannedShift], settings: RuleSettings = DEFAULTS
) -> tuple[Violation, ...]:
    """Return what *shifts* break for the people on them (R05, R08, R09); *others* are further duties."""
    duties = [*others, *shifts]
    found = (*double_bookings(duties), *short_rests(duties, settings), *long_runs(duties, settings))
    return tuple(v for v in found if _touches(v, shifts))


def _touches(violation: Violation, shifts: Iterable[PlannedShift]) -> bool:
    return any(
        shift.starts_at <= violation.ends_at
        and shift.ends_at >= violation.starts_at
        and any(seated.person_id == violation.who for seated in shift.seated)
        for shift in shifts
    )


def points(shifts: Iterable[PlannedShift], settings: RuleSettings = DEFAULTS) -> dict[UUID, int]:
    """Return each person's load: a duty begun on a weekday counts 1, on a Saturday or Sunday 2. R27.

    Public holidays are not weighed here: no calendar of them is given.
    """
    load: dict[UUID, int] = {}
    for person_id, duties in _by_person(shifts).items():
        load[person_id] = sum(
            settings.weekend_points if _is_weekend(wall(shift.starts_at).date()) else settings.weekday_points
            for shift, _ in duties
        )
    return load


def _is_weekend(on: date) -> bool:
    return on.weekday() >= 5


def _hours(length: timedelta) -> str:
    return f"{length / timedelta(hours=1):g}"
