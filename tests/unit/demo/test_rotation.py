"""The rotation of the demo's rooms keeps the rules of duty, whenever the demo is loaded."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from duty_roster.rules import Seat, check
from responder.demo.rosters import planned, published_at, span
from responder.demo.rotation import duty_day, eight_o_clock, turns
from responder.demo.world import Staffing, world

STAFFINGS = sorted(
    {s for levels in world().provinces.values() for s in levels.values()}
    | {room.staff for room in world().rooms.values() if room.staff is not None},
    key=str,
)
moments = st.integers(0, 2 * 366 * 24 * 60).map(
    lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)


@pytest.mark.parametrize("staffing", STAFFINGS, ids=str)
@settings(max_examples=6, deadline=None)
@given(now=moments)
def test_two_months_of_every_staffing_break_no_rule(staffing, now):
    first, days = span(now)
    shifts = planned(turns(staffing, first, days, now))
    assert check(shifts, eight_o_clock(first), eight_o_clock(first + timedelta(days=days))) == ()


@pytest.mark.parametrize("staffing", STAFFINGS, ids=str)
@settings(max_examples=15, deadline=None)
@given(now=moments)
def test_those_named_first_are_on_duty_when_the_demo_is_loaded(staffing, now):
    first, days = span(now)
    on = [t for t in turns(staffing, first, days, now) if t.starts_at <= now < t.ends_at]
    seats = {seat: number for turn in on for seat, number in turn.seats}
    assert seats == {Seat.OFFICER: 0, Seat.SECOND: 1, Seat.LEADER: 0}


def test_a_rotation_that_cannot_keep_the_rules_is_told():
    shifts = planned(turns(Staffing(6, 3, 12), date(2026, 11, 1), 30, datetime(2026, 11, 21, tzinfo=UTC)))
    assert {v.rule for v in check(shifts, shifts[0].starts_at, shifts[-1].ends_at)} == {"R08"}


def test_the_small_hours_belong_to_the_duty_day_before():
    assert duty_day(datetime(2026, 11, 30, 23, 59, tzinfo=UTC)) == date(2026, 11, 30)
    assert span(datetime(2026, 11, 30, 23, 59, tzinfo=UTC)) == (date(2026, 11, 1), 61)
    assert span(datetime(2026, 12, 2, 0, 0, tzinfo=UTC)) == (date(2026, 12, 1), 62)


def test_on_the_first_of_a_month_yesterday_is_filled_too():
    assert span(datetime(2026, 12, 1, 0, 0, tzinfo=UTC)) == (date(2026, 11, 30), 63)


@given(now=moments)
def test_a_roster_is_published_before_the_demo_is_loaded(now):
    assert published_at(duty_day(now), now) < now
