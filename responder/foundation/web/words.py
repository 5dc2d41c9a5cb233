"""The filters that pages use to show words, times and figures in the language of the request."""

from datetime import datetime, timedelta
from typing import Any

from flask import Flask

from responder.core.clock import wall
from responder.core.errors import Text
from responder.foundation.web.context import current_locale, installation
from responder.foundation.web.lexicon import (
    ACCIDENT_TYPES,
    BODIES,
    FACTS,
    GRADES,
    LEVELS,
    METHODS,
    POSTS,
    REPORT_KINDS,
    SECTORS,
    STATES,
)


def word(table: dict[Any, Text], key: Any) -> str:
    """Return the word for *key* in the request's language; an unknown key is shown as it is."""
    text = table.get(key)
    return text.in_(current_locale()) if text else str(key)


def is_english() -> bool:
    """Return whether the request is answered in English."""
    return current_locale().startswith("en")


def clock(at: datetime | None) -> str:
    """Return hours and minutes on the wall clock."""
    return wall(at).strftime("%H:%M") if at else figure(None)


def clock_seconds(at: datetime | None) -> str:
    """Return hours, minutes and seconds on the wall clock."""
    return wall(at).strftime("%H:%M:%S") if at else figure(None)


def day(at: datetime) -> str:
    """Return month and day on the wall clock, with the year where it is not this one."""
    moment = wall(at)
    same_year = moment.year == wall(installation().database.clock.now()).year
    if is_english():
        return f"{moment.day} {moment:%b}" + ("" if same_year else f" {moment.year}")
    return ("" if same_year else f"{moment.year}年") + f"{moment.month}月{moment.day}日"


def day_clock(at: datetime | None) -> str:
    """Return day and clock time on the wall."""
    return f"{day(at)} {clock(at)}" if at else figure(None)


def short_time(at: datetime | None) -> str:
    """Return the clock time where *at* is today, otherwise day and clock time."""
    if at is None:
        return figure(None)
    now = installation().database.clock.now()
    return clock(at) if wall(at).date() == wall(now).date() else day_clock(at)


def duration(span: timedelta | float | int | None) -> str:
    """Return a span (timedelta or seconds) as hours:minutes, without its sign."""
    if span is None:
        return figure(None)
    seconds = abs(span.total_seconds() if isinstance(span, timedelta) else span)
    minutes = int(seconds // 60)
    return f"{minutes // 60}:{minutes % 60:02d}"


def figure(value: Any) -> str:
    """Return a number with separators; None is written as unknown, never as nought."""
    if value is None:
        return "unknown" if is_english() else "未知"
    return f"{value:,}" if isinstance(value, int | float) else str(value)


def register(app: Flask) -> None:
    """Give the templates of *app* the words and filters of this module."""
    app.jinja_env.filters.update(
        clock=clock,
        clock_seconds=clock_seconds,
        day=day,
        day_clock=day_clock,
        short_time=short_time,
        duration=duration,
        figure=figure,
        grade_word=lambda key: word(GRADES, key),
        sector_word=lambda key: word(SECTORS, key),
        type_word=lambda key: word(ACCIDENT_TYPES, key),
        fact_word=lambda key: word(FACTS, key),
        report_word=lambda key: word(REPORT_KINDS, key),
        method_word=lambda key: word(METHODS, key),
        level_word=lambda key: word(LEVELS, key),
        post_word=lambda key: word(POSTS, key),
        body_word=lambda key: word(BODIES, key),
        state_word=lambda key: word(STATES, key),
        said=lambda text: text.in_(current_locale()) if isinstance(text, Text) else text,
    )
