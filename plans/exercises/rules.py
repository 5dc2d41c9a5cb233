"""The clock of an exercise, its states, and what stands against its day. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from responder.core.errors import Text

PLANNED, RUNNING, SUSPENDED, ENDED = "planned", "running", "suspended", "ended"
ENTERED = (RUNNING, SUSPENDED, ENDED)
NEAR = timedelta(hours=12)
LATE_AFTER = timedelta(seconds=60)

STEP_WORDS = {
    "start": Text("开始", "start"),
    "suspend": Text("中止", "suspend"),
    "resume": Text("恢复", "resume"),
    "end": Text("结束", "end"),
}
STATE_WORDS = {
    PLANNED: Text("还没有开始", "has not begun"),
    RUNNING: Text("正在进行", "is running"),
    SUSPENDED: Text("已经中止", "is suspended"),
    ENDED: Text("已经结束", "is over"),
}
_STEPS = {
    "start": ((PLANNED,), RUNNING),
    "suspend": ((RUNNING,), SUSPENDED),
    "resume": ((SUSPENDED,), RUNNING),
    "end": ((RUNNING, SUSPENDED), ENDED),
}
STEPS = tuple(_STEPS)


def state_after(state: str, step: str) -> str | None:
    """Return the state that *step* leads to, or None when it cannot follow *state*."""
    before, after = _STEPS[step]
    return after if state in before else None


def refusal(state: str, step: str) -> Text:
    """Return why *step* cannot follow *state*."""
    return Text(
        f"演练{STATE_WORDS[state].zh}，不能{STEP_WORDS[step].zh}。",
        f"The exercise {STATE_WORDS[state].en}; it cannot {STEP_WORDS[step].en}.",
    )


def due_at(started_at: datetime | None, offset_minutes: int, paused_seconds: int) -> datetime | None:
    """Return when an inject is due; a suspension puts off everything after it."""
    if started_at is None:
        return None
    return started_at + timedelta(minutes=offset_minutes, seconds=paused_seconds)


def late_seconds(due: datetime, sent_at: datetime) -> int | None:
    """Return by how much an inject was late, or None when it came in its minute."""
    late = sent_at - due
    return int(late.total_seconds()) if late >= LATE_AFTER else None


@dataclass(frozen=True, slots=True)
class Period:
    """Days on which a drill would alarm people or take officers away; months and days, or a dated one."""

    name: Text
    first: date
    last: date
    needs_approval: bool

    def covers(self, on: date) -> bool:
        """Return whether the day lies in the period."""
        return self.first <= on <= self.last


@dataclass(frozen=True, slots=True)
class OtherDrill:
    """Another exercise that is planned or under way."""

    title: str
    planned_at: datetime
    agencies: frozenset[str]


@dataclass(frozen=True, slots=True)
class OnShift:
    """A participant who stands on a roster at the planned hour."""

    name: str
    office: Text


@dataclass(frozen=True, slots=True)
class Conflict:
    """One thing that stands against the day, and whether a leader has to approve it."""

    text: Text
    needs_approval: bool = False


def conflicts(
    planned_at: datetime,
    on: date,
    agencies: frozenset[str],
    periods: Iterable[Period],
    others: Iterable[OtherDrill],
    on_shift: Sequence[OnShift],
) -> list[Conflict]:
    """Return what stands against an exercise at *planned_at*, the day being *on* on the wall calendar."""
    found = [
        Conflict(
            Text(
                f"在{period.name.zh}期间" + ("，须经领导批准" if period.needs_approval else ""),
                f"during {period.name.en}"
                + ("; a leader has to approve it" if period.needs_approval else ""),
            ),
            period.needs_approval,
        )
        for period in periods
        if period.covers(on)
    ]
    for other in others:
        if abs(other.planned_at - planned_at) < NEAR and other.agencies & agencies:
            found.append(
                Conflict(Text(f"与演练“{other.title}”时间相近", f"close to the exercise “{other.title}”"))
            )
    for person in on_shift:
        found.append(
            Conflict(
                Text(
                    f"{person.name}当时在{person.office.zh}值班",
                    f"{person.name} is on shift at {person.office.en} then",
                )
            )
        )
    return found
