"""Days and spans of time in words, in Chinese and English, on the wall clock of Beijing."""

from datetime import datetime

from responder.core.clock import wall
from responder.core.errors import Text

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def day(at: datetime) -> Text:
    """Return the day of the instant *at*: 10月3日, 3 Oct."""
    local = wall(at)
    return Text(f"{local.month}月{local.day}日", f"{local.day} {MONTHS[local.month - 1]}")


def minute(at: datetime) -> Text:
    """Return day and time of the instant *at*: 10月3日08:00, 3 Oct 08:00."""
    clock = f"{wall(at):%H:%M}"
    return Text(f"{day(at).zh}{clock}", f"{day(at).en} {clock}")


def span(starts_at: datetime, ends_at: datetime) -> Text:
    """Return the span of time between two instants; the day is not repeated where it is the same."""
    first, last = minute(starts_at), minute(ends_at)
    if wall(starts_at).date() == wall(ends_at).date():
        clock = f"{wall(ends_at):%H:%M}"
        return Text(f"{first.zh}至{clock}", f"{first.en}-{clock}")
    return Text(f"{first.zh}至{last.zh}", f"{first.en} to {last.en}")
