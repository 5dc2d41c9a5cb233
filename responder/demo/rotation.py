"""Who is on duty when, by a plain rotation that keeps the rules of duty; pure.

Officers work in fixed pairs. A room of 12-hour shifts has at least four pairs: each pair's turns lie two duty days
or more apart, and day and night alternate. In a room of 24-hour shifts two pairs are enough: a day on, a day off.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from duty_roster.rules import Seat, ShiftKind
from responder.core.clock import SHANGHAI, as_utc, wall
from responder.demo.world import Staffing

BEGINS = timedelta(hours=8)
HALF, WHOLE = timedelta(hours=12), timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Turn:
    """A shift, and who has it: seat and the person's number among the officers or the leaders."""

    kind: ShiftKind
    starts_at: datetime
    ends_at: datetime
    seats: tuple[tuple[Seat, int], ...]


def duty_day(at: datetime) -> date:
    """Return the duty day of an instant: it begins at 08:00 on the wall clock."""
    return (wall(at) - BEGINS).date()


def eight_o_clock(day: date) -> datetime:
    """Return the instant at which the duty day *day* begins."""
    return as_utc(datetime(day.year, day.month, day.day, 8, tzinfo=SHANGHAI))


def turns(staffing: Staffing, first: date, days: int, present: datetime) -> Iterator[Turn]:
    """Return the shifts of *days* duty days from *first*; the first officers and leader are on duty at *present*."""
    pairs = staffing.officers // 2
    today = duty_day(present)
    at_night = staffing.hours == 12 and present >= eight_o_clock(today) + HALF
    shift = pairs // 2 if at_night else 0
    for number in range(days):
        day = first + timedelta(days=number)
        since = (day - today).days
        begins = eight_o_clock(day)
        if staffing.hours == 12:
            for kind, start, turn in (
                (ShiftKind.DAY, begins, since - shift),
                (ShiftKind.NIGHT, begins + HALF, since + pairs // 2 - shift),
            ):
                yield Turn(kind, start, start + HALF, _pair(turn, pairs))
        else:
            yield Turn(ShiftKind.FULL, begins, begins + WHOLE, _pair(since, pairs))
        leader = (Seat.LEADER, since % staffing.leaders)
        yield Turn(ShiftKind.LEADER, begins, begins + WHOLE, (leader,))


def _pair(turn: int, pairs: int) -> tuple[tuple[Seat, int], ...]:
    """Return the pair whose turn it is; every other time its two change seats."""
    pair, odd = turn % pairs, (turn // pairs) % 2
    first, second = 2 * pair + odd, 2 * pair + 1 - odd
    return ((Seat.OFFICER, first), (Seat.SECOND, second))
