"""Published shifts as an iCalendar feed: the one adapter of the icalendar library."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from duty_roster.queries import ShiftView
from duty_roster.rules import SEAT_NAMES, Seat

KIND_NAMES = {"day": "白班", "night": "夜班", "full": "全天班", "leader": "带班"}


def feed(name: str, shifts: Iterable[ShiftView], stamped_at: datetime) -> bytes:
    """Return the calendar *name* with one entry for each shift; each is known by its shift."""
    # Loaded on first use: it is heavy, and most processes never write a calendar.
    from icalendar import Calendar, Event

    calendar = Calendar()
    calendar.add("prodid", "-//Responder//Duty roster//ZH")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", timedelta(hours=1), parameters={"VALUE": "DURATION"})
    for shift in shifts:
        event = Event()
        event.add("uid", f"{shift.shift_id}@responder")
        event.add("dtstamp", stamped_at)
        event.add("dtstart", shift.starts_at)
        event.add("dtend", shift.ends_at)
        event.add("summary", f"{KIND_NAMES[shift.kind]} {'、'.join(p.name for p in shift.people)}")
        event.add("description", "\n".join(f"{SEAT_NAMES[Seat(p.seat)].zh} {p.name}" for p in shift.people))
        calendar.add_component(event)
    text: bytes = calendar.to_ical()
    return text
