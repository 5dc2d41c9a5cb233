"""What may be done with a task, and when. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from responder.core.errors import Text

OPEN, ACCEPTED, DONE, DECLINED, WITHDRAWN = "open", "accepted", "done", "declined", "withdrawn"
STATES = (OPEN, ACCEPTED, DONE, DECLINED, WITHDRAWN)
LIVE = (OPEN, ACCEPTED)
SOURCES = ("plan", "instruction", "inject", "finding")
RINGS_WITHIN = timedelta(hours=1)  # a setting: what is due sooner rings its holder at once

STATE_WORDS = {
    OPEN: Text("待接受", "to be accepted"),
    ACCEPTED: Text("进行中", "under way"),
    DONE: Text("已完成", "done"),
    DECLINED: Text("已退回", "declined"),
    WITHDRAWN: Text("已撤销", "withdrawn"),
}
STEP_WORDS = {
    "accept": Text("接受", "Accept"),
    "done": Text("完成", "Done"),
    "decline": Text("不能承担", "Decline"),
}
_FROM = {"accept": (OPEN,), "done": LIVE, "decline": LIVE}
_TO = {"accept": ACCEPTED, "done": DONE, "decline": DECLINED}
STEPS = tuple(_TO)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A task to be issued: what, to whom, until when."""

    title: Text
    text: str
    post: str
    agency_code: str
    agency_name: Text
    person_id: object | None = None
    person_name: str = ""
    due_at: datetime | None = None
    note: Text | None = None  # why it is this holder: a deputy for a vacant post
    phone: str = ""


def state_after(state: str, step: str) -> str | None:
    """Return the state that *step* leads to, or None when it cannot follow *state*."""
    return _TO[step] if state in _FROM[step] else None


def refusal(state: str, step: str) -> Text:
    """Return why *step* cannot follow *state*."""
    word, wanted = STATE_WORDS[state], STEP_WORDS[step]
    return Text(
        f"这项任务{word.zh}，不能再“{wanted.zh}”。",
        f"This task is {word.en}; “{wanted.en}” cannot follow.",
    )


def is_late(due_at: datetime | None, ended_at: datetime | None, now: datetime) -> bool:
    """Return whether the task was, or is, not finished in time; one without a limit never is late."""
    return due_at is not None and (ended_at or now) > due_at


def rings_at_once(due_at: datetime | None, now: datetime) -> bool:
    """Return whether the holder is to be called as soon as the task is issued."""
    return due_at is not None and due_at - now <= RINGS_WITHIN
