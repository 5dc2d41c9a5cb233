"""Day arithmetic: the day of the accident is day 0, a window closes at 24:00 of its last day (HR-4)."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from responder.law.model import BEIJING
from responder.law.rule_set import RuleSet, Window


def beijing_day(at: datetime) -> date:
    """Return the Beijing calendar day of an instant."""
    return at.astimezone(BEIJING).date()


def end_of_day(day: date) -> datetime:
    """Return 24:00 of a day, given as 00:00 of the next."""
    return datetime.combine(day + timedelta(days=1), time(), BEIJING)


def casualty_window(rule_set: RuleSet, day: date, sector: str, accident_type: str | None) -> Window | None:
    """Return the window in which a casualty change counts; the first row that holds decides. None in set A."""
    for window in rule_set.windows:
        if window.scope.holds(day, sector, accident_type):
            return window
    return None


def missing_window(rule_set: RuleSet, day: date, sector: str, accident_type: str | None) -> Window | None:
    """Return after how many days a missing person counts as dead; the casualty window where none is named."""
    for window in rule_set.missing_windows:
        if window.scope.holds(day, sector, accident_type):
            return window
    return casualty_window(rule_set, day, sector, accident_type)


def closes_at(day: date, window: Window) -> datetime:
    """Return the instant from which a change no longer counts."""
    return end_of_day(day + timedelta(days=window.days))


def two_months_after(day: date) -> date:
    """Return the same day number two months later, the month's last day where it is missing (HR-19)."""
    year, month = divmod(day.year * 12 + day.month - 1 + 2, 12)
    following = date(year + (month == 11), (month + 1) % 12 + 1, 1)
    last = (following - timedelta(days=1)).day
    return date(year, month + 1, min(day.day, last))
