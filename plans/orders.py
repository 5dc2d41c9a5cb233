"""Reading the tasks of an instruction from a request or a form."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from plans.services import MOST_TASKS, Ordered
from responder.core.clock import from_wall
from responder.core.errors import InvalidInput, Text, invalid

NOT_A_LIST = Text("tasks 要写成列表。", "tasks is a list.")
TOO_MANY = Text(f"一次最多 {MOST_TASKS} 项任务。", f"{MOST_TASKS} tasks at most at once.")
BAD_TIME = Text("时间读不懂，请写成 2026-11-21 15:00。", "Write the time as 2026-11-21 15:00.")
BAD_MINUTES = Text("时限写成 1 至 43200 分钟。", "A limit has 1 to 43200 minutes.")
LONGEST_MINUTES = 43_200
LONGEST_TITLE = 300


def read_ordered(raw: Any, now: datetime) -> list[Ordered]:
    """Return the tasks of an instruction; raise InvalidInput with a sentence for each field that cannot be used."""
    if raw is None:
        return []
    if not isinstance(raw, list) or not all(isinstance(one, Mapping) for one in raw):
        raise invalid(tasks=NOT_A_LIST)
    if len(raw) > MOST_TASKS:
        raise invalid(tasks=TOO_MANY)
    errors: dict[str, Text] = {}
    ordered = [_one(one, n, now, errors) for n, one in enumerate(raw)]
    if errors:
        raise InvalidInput(next(iter(errors.values())), errors=errors)
    return ordered


def _one(raw: Mapping[str, Any], n: int, now: datetime, errors: dict[str, Text]) -> Ordered:
    title = str(raw.get("title") or "").replace("\x00", "").strip()[:LONGEST_TITLE]
    return Ordered(
        title,
        str(raw.get("holder") or "").replace("\x00", "").strip(),
        str(raw.get("post") or "").replace("\x00", "").strip()[:100],
        _due(raw, n, now, errors),
    )


def _due(raw: Mapping[str, Any], n: int, now: datetime, errors: dict[str, Text]) -> datetime | None:
    minutes, at = raw.get("due_minutes"), raw.get("due_at")
    if minutes not in (None, ""):
        text = str(minutes)
        if not text.isdecimal() or not 1 <= int(text[:9]) <= LONGEST_MINUTES:
            errors[f"tasks.{n}.due_minutes"] = BAD_MINUTES
            return None
        return now + timedelta(minutes=int(text))
    if at in (None, ""):
        return None
    try:
        return from_wall(datetime.fromisoformat(str(at).strip()))
    except (ValueError, OverflowError):
        errors[f"tasks.{n}.due_at"] = BAD_TIME
        return None
