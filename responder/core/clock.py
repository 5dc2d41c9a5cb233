"""The only reader of the time, and its stand-in for tests."""

from datetime import UTC, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


class Clock(Protocol):
    """Tells the present instant."""

    def now(self) -> datetime:
        """Return the present instant, aware, in UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the present instant, aware, in UTC."""
        return datetime.now(UTC)


class FixedClock:
    """A clock that stands still until it is moved by hand."""

    def __init__(self, at: datetime) -> None:
        self._at = as_utc(at)

    def now(self) -> datetime:
        """Return the instant it stands at, in UTC."""
        return self._at

    def move(self, by: timedelta) -> None:
        """Move the clock by *by*, which may be negative."""
        self._at += by

    def set(self, at: datetime) -> None:
        """Set the clock to the aware instant *at*."""
        self._at = as_utc(at)


def as_utc(at: datetime) -> datetime:
    """Return the aware instant *at* in UTC; raise ValueError for a naive one."""
    if at.tzinfo is None:
        raise ValueError("a naive time has no place here")
    return at.astimezone(UTC)


def wall(at: datetime) -> datetime:
    """Return the aware instant *at* on the wall clock of Beijing."""
    return at.astimezone(SHANGHAI)


def from_wall(at: datetime) -> datetime:
    """Return the UTC instant of *at*, read on the wall clock of Beijing where it has no zone."""
    return as_utc(at if at.tzinfo is not None else at.replace(tzinfo=SHANGHAI))
