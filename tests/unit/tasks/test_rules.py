"""What may be done with a task, and when it is late."""

from datetime import UTC, datetime, timedelta

import pytest

from responder.tasks import rules

NOW = datetime(2026, 11, 21, 6, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("state", "step", "after"),
    [
        ("open", "accept", "accepted"),
        ("open", "done", "done"),
        ("open", "decline", "declined"),
        ("accepted", "done", "done"),
        ("accepted", "decline", "declined"),
        ("accepted", "accept", None),
        ("done", "accept", None),
        ("declined", "done", None),
        ("withdrawn", "accept", None),
    ],
)
def test_steps_follow_each_other(state: str, step: str, after: str | None) -> None:
    assert rules.state_after(state, step) == after


def test_a_task_is_late_by_its_end_or_by_now() -> None:
    due = NOW - timedelta(minutes=1)
    assert rules.is_late(due, None, NOW)
    assert not rules.is_late(due, due, NOW)
    assert not rules.is_late(None, None, NOW)


def test_what_is_due_within_the_hour_rings_at_once() -> None:
    assert rules.rings_at_once(NOW + timedelta(hours=1), NOW)
    assert not rules.rings_at_once(NOW + timedelta(hours=1, seconds=1), NOW)
    assert not rules.rings_at_once(None, NOW)


def test_a_refusal_says_where_the_task_stands() -> None:
    assert rules.refusal("done", "accept").zh == "这项任务已完成，不能再“接受”。"
