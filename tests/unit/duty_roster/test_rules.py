"""The rules of duty, on plain values."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duty_roster.rules import (
    PlannedShift,
    RuleSettings,
    Seat,
    Seated,
    ShiftKind,
    Substitution,
    Watch,
    check,
    cover_gaps,
    double_bookings,
    empty_seats,
    long_runs,
    on_call,
    points,
    short_rests,
    still_on_post,
)

EIGHT = datetime(2007, 10, 1, 0, 0, tzinfo=UTC)  # 08:00 on 1 October in Beijing
HALF, DAY = timedelta(hours=12), timedelta(hours=24)
NAMES = ("李敏", "王磊", "赵强", "陈静", "吴刚", "刘芳")


def person(number: int) -> UUID:
    return UUID(int=number + 1)


def seated(number: int, seat: Seat = Seat.OFFICER) -> Seated:
    return Seated(person(number), NAMES[number], seat)


def duty(start: datetime, length: timedelta, *people: Seated) -> PlannedShift:
    kind = ShiftKind.FULL if length >= DAY else ShiftKind.DAY
    return PlannedShift(kind, start, start + length, people)


def test_a_handover_has_exactly_one_person_on_duty():
    shifts = [duty(EIGHT, HALF, seated(0)), duty(EIGHT + HALF, HALF, seated(1))]
    moment_before = EIGHT + HALF - timedelta(seconds=1)
    assert on_call(shifts, [], moment_before) == {person(0)}
    assert on_call(shifts, [], EIGHT + HALF) == {person(1)}


def test_a_stand_in_is_on_duty_only_while_the_replacement_lasts():
    shifts = [duty(EIGHT, DAY, seated(0))]
    swap = Substitution(person(0), person(1), EIGHT + HALF, EIGHT + DAY)
    assert on_call(shifts, [swap], EIGHT) == {person(0)}
    assert on_call(shifts, [swap], EIGHT + HALF) == {person(1)}


@given(st.integers(0, 20), st.integers(1, 20))
def test_a_gap_in_cover_is_found_to_the_minute(first, gap):
    one = duty(EIGHT, timedelta(hours=first + 1), seated(0))
    other = duty(one.ends_at + timedelta(minutes=gap), HALF, seated(1))
    found = cover_gaps([one, other], EIGHT, other.ends_at)
    assert [(v.starts_at, v.ends_at) for v in found] == [(one.ends_at, other.starts_at)]


def test_a_gap_is_named_in_both_languages():
    night = duty(EIGHT + 2 * DAY + HALF, HALF, seated(0))
    (gap,) = cover_gaps([night], EIGHT + 2 * DAY, night.ends_at)
    assert gap.message.zh == "10月3日08:00至20:00无人值班"
    assert gap.message.en == "Nobody on duty 3 Oct 08:00-20:00"


def test_a_leader_alone_is_no_cover():
    leader = duty(EIGHT, DAY, seated(0, Seat.LEADER))
    assert [v.rule for v in cover_gaps([leader], EIGHT, EIGHT + DAY)] == ["R01"]


def test_an_empty_seat_of_the_leader_is_named_once_for_the_whole_stretch():
    shifts = [
        duty(EIGHT, HALF, seated(0), seated(1, Seat.SECOND)),
        duty(EIGHT + HALF, HALF, seated(2), seated(3, Seat.SECOND)),
    ]
    found = empty_seats(shifts, EIGHT, EIGHT + DAY)
    assert [(v.message.zh, v.starts_at, v.ends_at) for v in found] == [
        ("10月1日08:00至10月2日08:00带班领导未安排", EIGHT, EIGHT + DAY)
    ]


def test_a_room_may_demand_more_officers_than_the_default():
    shifts = [duty(EIGHT, DAY, seated(0), seated(1, Seat.SECOND), seated(2, Seat.LEADER))]
    assert empty_seats(shifts, EIGHT, EIGHT + DAY) == ()
    assert [v.rule for v in empty_seats(shifts, EIGHT, EIGHT + DAY, RuleSettings(officers=2))] == ["R02"]


def test_nobody_holds_two_seats_at_once():
    shifts = [duty(EIGHT, HALF, seated(2)), duty(EIGHT, DAY, seated(2, Seat.LEADER))]
    assert [v.message.zh for v in double_bookings(shifts)] == ["赵强10月1日同时排在两个岗位"]


def test_shifts_that_only_touch_are_not_two_seats_at_once():
    assert double_bookings([duty(EIGHT, HALF, seated(0)), duty(EIGHT + HALF, HALF, seated(0))]) == ()


@pytest.mark.parametrize(("rest", "broken"), [(8, True), (23, True), (24, False), (48, False)])
def test_a_whole_day_on_duty_is_followed_by_a_day_of_rest(rest, broken):
    second = EIGHT + DAY + timedelta(hours=rest)
    found = short_rests([duty(EIGHT, DAY, seated(0)), duty(second, HALF, seated(0))])
    assert bool(found) is broken
    if broken:
        assert found[0].message.zh == f"李敏10月1日值班后仅休息{rest}小时，少于24小时"


@pytest.mark.parametrize(("rest", "broken"), [(0, True), (11, True), (12, False)])
def test_half_a_day_on_duty_is_followed_by_half_a_day_of_rest(rest, broken):
    second = EIGHT + HALF + timedelta(hours=rest)
    assert bool(short_rests([duty(EIGHT, HALF, seated(0)), duty(second, HALF, seated(0))])) is broken


def test_the_fourth_twelve_hours_on_consecutive_days_is_one_too_many():
    run = [duty(EIGHT + n * DAY, HALF, seated(0)) for n in range(4)]
    assert long_runs(run[:3]) == ()
    assert [v.starts_at for v in long_runs(run)] == [EIGHT + 3 * DAY]


def test_a_day_off_begins_a_new_run():
    days = (0, 1, 2, 4, 5, 6)
    assert long_runs([duty(EIGHT + n * DAY, HALF, seated(0)) for n in days]) == ()


def test_the_last_duty_before_the_roster_counts_for_the_rest_but_is_not_judged():
    before = [duty(EIGHT - DAY, DAY, seated(0)), duty(EIGHT - DAY, HALF, seated(0, Seat.LEADER))]
    roster = [duty(EIGHT, DAY, seated(0), seated(1, Seat.SECOND), seated(2, Seat.LEADER))]
    found = check(roster, EIGHT, EIGHT + DAY, neighbours=before)
    assert {v.rule for v in found} == {"R08", "R09"}


def test_the_weekend_weighs_twice():
    friday = EIGHT + 4 * DAY
    assert points([duty(friday, HALF, seated(0)), duty(friday + DAY, HALF, seated(0))]) == {person(0): 3}


def watch(number: int, start: datetime, signed_in_at: datetime | None, seat: Seat = Seat.OFFICER) -> Watch:
    return Watch(
        UUID(int=start.day * 100 + start.hour),
        ShiftKind.DAY,
        start,
        start + HALF,
        person(number),
        NAMES[number],
        "值班员",
        seat,
        signed_in_at,
    )


def test_the_leaver_stays_on_post_until_the_relief_signs_in():
    leaver = watch(0, EIGHT, EIGHT)
    late = EIGHT + HALF + timedelta(minutes=9)
    relief = watch(1, EIGHT + HALF, late)
    assert still_on_post([leaver, relief], late - timedelta(minutes=1)) == (leaver,)
    assert still_on_post([leaver, relief], late) == ()


def test_who_never_came_cannot_be_kept():
    absent, relief = watch(0, EIGHT, None), watch(1, EIGHT + HALF, None)
    assert still_on_post([absent, relief], EIGHT + HALF) == ()


def test_the_relief_of_the_officer_does_not_free_the_second():
    shifts = [
        watch(0, EIGHT, EIGHT),
        watch(1, EIGHT, EIGHT, Seat.SECOND),
        watch(2, EIGHT + HALF, EIGHT + HALF),
        watch(3, EIGHT + HALF, None, Seat.SECOND),
    ]
    assert [w.name for w in still_on_post(shifts, EIGHT + HALF)] == ["王磊"]
