"""The clock of an exercise, its states, and what stands against its day."""

from datetime import UTC, date, datetime, timedelta

import pytest

from plans.exercises import rules
from plans.exercises.scripts import periods, scripts
from responder.core.errors import Text

START = datetime(2026, 11, 21, 6, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("state", "step", "after"),
    [
        ("planned", "start", "running"),
        ("running", "suspend", "suspended"),
        ("suspended", "resume", "running"),
        ("suspended", "end", "ended"),
        ("running", "end", "ended"),
        ("ended", "start", None),
        ("planned", "end", None),
        ("running", "start", None),
    ],
)
def test_steps_follow_each_other(state: str, step: str, after: str | None) -> None:
    assert rules.state_after(state, step) == after


def test_a_suspension_puts_off_what_is_still_to_come() -> None:
    assert rules.due_at(START, 5, 0) == START + timedelta(minutes=5)
    assert rules.due_at(START, 5, 600) == START + timedelta(minutes=15)
    assert rules.due_at(None, 5, 0) is None


def test_an_inject_within_its_minute_is_in_time() -> None:
    assert rules.late_seconds(START, START + timedelta(seconds=59)) is None
    assert rules.late_seconds(START, START + timedelta(seconds=60)) == 60


def test_a_drill_on_national_day_needs_a_leader() -> None:
    on = date(2027, 10, 1)
    found = rules.conflicts(START, on, frozenset({"220600"}), periods(2027), (), ())
    assert [one.needs_approval for one in found] == [True]
    assert "国庆" in found[0].text.zh


def test_the_flood_season_warns_only() -> None:
    found = rules.conflicts(START, date(2027, 7, 1), frozenset(), periods(2027), (), ())
    assert [one.needs_approval for one in found] == [False]


def test_two_drills_of_one_office_within_twelve_hours_conflict() -> None:
    near = rules.OtherDrill("消防", START + timedelta(hours=11), frozenset({"220600"}))
    far = rules.OtherDrill("防汛", START + timedelta(hours=12), frozenset({"220600"}))
    elsewhere = rules.OtherDrill("化工", START, frozenset({"220200"}))
    found = rules.conflicts(START, START.date(), frozenset({"220600"}), (), (near, far, elsewhere), ())
    assert [one.text.zh for one in found] == ["与演练“消防”时间相近"]


def test_a_participant_on_shift_is_named() -> None:
    on_shift = [rules.OnShift("李敏", Text("白山市应急管理局", "Baishan"))]
    found = rules.conflicts(START, START.date(), frozenset(), (), (), on_shift)
    assert found[0].text.zh == "李敏当时在白山市应急管理局值班"


def test_the_ready_made_exercise_begins_with_its_incident_and_lasts_ten_minutes() -> None:
    script = scripts()["baishan-gas"]
    assert script.lines[0].kind == "incident" and script.lines[0].offset_minutes == 0
    assert max(line.offset_minutes for line in script.lines) < 10
