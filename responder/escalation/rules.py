"""The ladder: its steps, when each is due and what it says; pure.

Source: design section 4; duty-rule catalogue section 3. The offsets are settings, not law.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from responder.core.errors import Text

ALL_CHANNELS = ("board", "sms", "voice")
REPEAT_EVERY = timedelta(minutes=10)
LATE_FROM = timedelta(seconds=60)
SILENT_AFTER = timedelta(minutes=3)
FORGOTTEN_AFTER = timedelta(hours=48)  # no shift is longer
BEAT_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Step:
    """One rung of the ladder: whom to look up, and how long after the start."""

    who: str  # officer, second, leader, head, level_above
    after_minutes: int
    channels: tuple[str, ...] = ALL_CHANNELS


DEFAULT_STEPS = (
    Step("officer", 0),
    Step("second", 3),
    Step("leader", 5),
    Step("head", 10),
    Step("level_above", 15),
)

WHO = {
    "officer": Text("值班员", "officer on shift"),
    "second": Text("副班", "second officer"),
    "leader": Text("带班领导", "leader in charge"),
    "head": Text("单位负责人", "head of the agency"),
    "level_above": Text("上级值班室", "duty room of the level above"),
}
NOBODY = {
    "officer": Text("此刻无人排班", "nobody is on the roster at this moment"),
    "second": Text("未安排副班", "no second officer is on the roster"),
    "leader": Text("未安排带班领导", "no leader in charge is on the roster"),
    "head": Text("机构名录中没有负责人", "the directory names no head"),
    "level_above": Text("没有上级值班室", "there is no duty room above"),
}
SIGNED = Text("已签收", "signed")


def freeze(steps: Sequence[Step]) -> list[dict[str, Any]]:
    """Return *steps* as they are stored with a call-out."""
    return [asdict(step) | {"channels": list(step.channels)} for step in steps]


def thaw(stored: Sequence[dict[str, Any]]) -> tuple[Step, ...]:
    """Return the steps stored with a call-out."""
    return tuple(Step(one["who"], one["after_minutes"], tuple(one["channels"])) for one in stored)


def step_at(steps: Sequence[Step], rung: int) -> Step:
    """Return the step of *rung*; behind the last one the level above is rung again and again."""
    return steps[min(rung, len(steps) - 1)]


def due_after(
    steps: Sequence[Step], started_at: datetime, rung: int, fired_at: datetime, *, somebody: bool
) -> datetime:
    """Return when the rung after *rung*, which fired at *fired_at*, is due.

    Offsets count from the start. While nobody at all has been found there is nobody to wait for, and the next rung
    is due at once. Behind the last rung the level above is rung every ten minutes.
    """
    following = rung + 1
    if following >= len(steps):
        return fired_at + REPEAT_EVERY
    planned = started_at + timedelta(minutes=steps[following].after_minutes)
    return planned if somebody else min(planned, fired_at)


def late_seconds(due_at: datetime, at: datetime) -> int | None:
    """Return how much too late something due at *due_at* happened *at*, None when it was in time."""
    late = at - due_at
    return int(late.total_seconds()) if late >= LATE_FROM else None


def rung_body(subject: str, step: Step, lower_room: str) -> str:
    """Return the words of a rung; the level above also hears which room does not answer."""
    return f"{lower_room}无应答：{subject}" if step.who == "level_above" else subject


def is_silent(last_seen_at: datetime, now: datetime) -> bool:
    """Return whether a board has stopped asking for news."""
    return now - last_seen_at >= SILENT_AFTER


def beat_is_due(last_seen_at: datetime | None, now: datetime) -> bool:
    """Return whether a board's sign of life is to be written: at most once a minute."""
    return last_seen_at is None or now - last_seen_at >= BEAT_EVERY
