"""Partial expectations against an answer of `responder assess`, as the shared examples state them."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

MISSING = object()


def same(key: str, wanted: Any, got: Any) -> bool:
    """Return whether one scalar equals another; `*_at` as instants, `*_on` as dates, true is not 1."""
    if got is MISSING or wanted is None or got is None:
        return wanted is got
    if key.endswith("_at"):
        return datetime.fromisoformat(wanted) == datetime.fromisoformat(got)
    if key.endswith("_on"):
        return date.fromisoformat(wanted) == date.fromisoformat(got)
    if isinstance(wanted, bool) or isinstance(got, bool):
        return wanted is got
    return bool(wanted == got)


def matches(pattern: dict[str, Any], item: dict[str, Any]) -> bool:
    """Return whether *item* has every key of *pattern* with the same value."""
    return all(same(key, value, item.get(key, MISSING)) for key, value in pattern.items())


def differences(wanted: dict[str, Any], got: dict[str, Any], path: str = "") -> Iterator[str]:
    """Yield what *got* lacks of the partial answer *wanted*."""
    for key, value in wanted.items():
        found = got.get(key, MISSING)
        if key == "not" and not path:
            yield from (f"not {k}" for k, v in value.items() if _still(v, got.get(k, MISSING), k))
        elif key == "absent" and not path:
            yield from (
                f"must not appear: {item}" for p in value for item in got["obligations"] if matches(p, item)
            )
        elif key == "history":
            rest = iter(got[key])
            yield from (f"history lacks {p}" for p in value if not any(matches(p, item) for item in rest))
        elif key == "warnings":
            yield from (f"no warning {code}" for code in value if code not in got[key])
        elif isinstance(value, list):
            yield from (f"{key} lacks {p}" for p in value if not any(matches(p, item) for item in got[key]))
        elif isinstance(value, dict) and isinstance(found, dict):
            yield from differences(value, found, f"{path}{key}.")
        elif isinstance(value, dict) or not same(key, value, found):
            yield f"{path}{key}: wanted {value!r}, got {found!r}"


def _still(banned: Any, found: Any, key: str) -> bool:
    if isinstance(banned, dict):
        inside = found if isinstance(found, dict) else {}
        return any(_still(v, inside.get(k, MISSING), k) for k, v in banned.items())
    return found is MISSING or same(key, banned, found)
