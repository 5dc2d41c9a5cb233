"""When each rung of the ladder is due."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from responder.core.errors import Text
from responder.escalation.rules import (
    DEFAULT_STEPS,
    REPEAT_EVERY,
    beat_is_due,
    due_after,
    freeze,
    is_silent,
    late_seconds,
    rung_body,
    step_at,
    thaw,
)
from responder.escalation.wording import method_word

START = datetime(2026, 11, 21, 6, 0, tzinfo=UTC)
delays = st.integers(min_value=0, max_value=7200).map(lambda seconds: timedelta(seconds=seconds))


def test_the_default_ladder_is_that_of_the_design() -> None:
    assert [(step.who, step.after_minutes) for step in DEFAULT_STEPS] == [
        ("officer", 0),
        ("second", 3),
        ("leader", 5),
        ("head", 10),
        ("level_above", 15),
    ]
    assert DEFAULT_STEPS[0].channels == ("board", "sms", "voice")


@given(rung=st.integers(0, 3), delay=delays)
def test_offsets_count_from_the_start_however_late_a_rung_fired(rung: int, delay: timedelta) -> None:
    due = due_after(DEFAULT_STEPS, START, rung, START + delay, somebody=True)
    assert due == START + timedelta(minutes=DEFAULT_STEPS[rung + 1].after_minutes)


@given(rung=st.integers(0, 3), delay=delays)
def test_with_nobody_to_wait_for_the_next_rung_is_due_at_once(rung: int, delay: timedelta) -> None:
    assert due_after(DEFAULT_STEPS, START, rung, START + delay, somebody=False) <= START + delay


@given(rung=st.integers(4, 500), delay=delays, somebody=st.booleans())
def test_behind_the_last_rung_the_level_above_is_rung_every_ten_minutes(
    rung: int, delay: timedelta, somebody: bool
) -> None:
    fired = START + delay
    assert due_after(DEFAULT_STEPS, START, rung, fired, somebody=somebody) == fired + REPEAT_EVERY
    assert step_at(DEFAULT_STEPS, rung).who == "level_above"


def test_frozen_steps_come_back_as_they_were() -> None:
    assert thaw(freeze(DEFAULT_STEPS)) == DEFAULT_STEPS


def test_a_rung_says_its_lateness_from_a_minute_on() -> None:
    assert late_seconds(START, START + timedelta(seconds=59)) is None
    assert late_seconds(START, START + timedelta(minutes=10)) == 600


def test_the_level_above_hears_which_room_does_not_answer() -> None:
    assert rung_body("瓦斯爆炸", DEFAULT_STEPS[4], "白山市应急管理局") == "白山市应急管理局无应答：瓦斯爆炸"
    assert rung_body("瓦斯爆炸", DEFAULT_STEPS[0], "白山市应急管理局") == "瓦斯爆炸"


def test_a_board_is_silent_after_three_minutes_and_written_down_once_a_minute() -> None:
    assert not is_silent(START, START + timedelta(seconds=179))
    assert is_silent(START, START + timedelta(seconds=180))
    assert beat_is_due(None, START)
    assert not beat_is_due(START, START + timedelta(seconds=59))
    assert beat_is_due(START, START + timedelta(seconds=60))


def test_an_unknown_method_stands_for_itself() -> None:
    assert method_word("radio") == Text("radio", "radio")
