"""Who is on call now: 3,000 agencies with a year of shifts, beside one bare look-up by key in the same database.

Runs on SQLite, and on PostgreSQL when RESPONDER_TEST_POSTGRES_URL names a database that may be filled and emptied.
"""

import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, insert, select
from sqlalchemy.orm import Session

from duty_roster.models import DutyShift, RosterVersion, ShiftSeat
from duty_roster.queries import month_key, on_call
from responder.core.db import Base, make_engine
from responder.core.ids import new_id
from responder.foundation.directory.models import Agency, Jurisdiction, Person
from responder.models import load_models

AGENCIES, DAYS, ASKED = 3000, 365, 400
START = datetime(2026, 1, 1, 0, 0, tzinfo=UTC)
DAY = timedelta(days=1)
TARGET_MS = 15.0
SEATS = ("officer", "second", "leader")


def agencies() -> list[dict[str, Any]]:
    """Return the rooms, all in one place: the question does not look at places."""
    common = {"jurisdiction_code": "000000", "body": "work_safety", "level": "county", "has_duty_room": True}
    return [
        {"code": f"{100000 + n}", "name": f"room {n}", "name_en": f"room {n}", **common}
        for n in range(AGENCIES)
    ]


def fill(engine: Engine) -> None:
    """Lay the tables and fill them: a shift of 24 hours for each agency and day, three people on it."""
    load_models()
    Base.metadata.drop_all(engine)
    Base.metadata.create_all(engine)
    place = {"code": "000000", "name": "x", "name_en": "x", "initials": "", "level": "state"}
    rooms = agencies()
    published = {"published_at": START - DAY, "reason": ""}
    people = {room["code"]: [new_id() for _ in range(6)] for room in rooms}
    with engine.begin() as connection:
        connection.execute(insert(Jurisdiction), [{**place, "reporting": True, "coded": True}])
        connection.execute(insert(Agency), rooms)
        connection.execute(
            insert(Person),
            [
                {"id": p, "name": f"p{n}", "agency_code": code, "post": "x"}
                for code, ids in people.items()
                for n, p in enumerate(ids)
            ],
        )
        connection.execute(
            insert(RosterVersion),
            [
                {"agency_code": r["code"], "month": f"2026-{m:02d}", "version": 1, **published}
                for r in rooms
                for m in range(1, 13)
            ],
        )
    for batch in batches(rooms, 100):
        with engine.begin() as connection:
            shifts, seats = rows(batch, people)
            connection.execute(insert(DutyShift), shifts)
            connection.execute(insert(ShiftSeat), seats)


def batches(rooms: list[dict[str, Any]], size: int) -> Iterator[list[dict[str, Any]]]:
    """Yield the rooms in batches."""
    for first in range(0, len(rooms), size):
        yield rooms[first : first + size]


def rows(
    rooms: list[dict[str, Any]], people: dict[str, list[Any]]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return a year of shifts and seats of some rooms."""
    shifts, seats = [], []
    for room in rooms:
        for number in range(DAYS):
            start, shift_id = START + number * DAY, new_id()
            shifts.append(
                {
                    "id": shift_id,
                    "agency_code": room["code"],
                    "month": month_key(start),
                    "roster_version": 1,
                    "kind": "full",
                    "starts_at": start,
                    "ends_at": start + DAY,
                    "version_from": START - DAY,
                    "version_until": None,
                }
            )
            staff = people[room["code"]]
            seats += [
                {
                    "shift_id": shift_id,
                    "person_id": staff[(number * 3 + position) % 6],
                    "seat": seat,
                    "position": position,
                    "post": "x",
                }
                for position, seat in enumerate(SEATS)
            ]
    return shifts, seats


def measure(engine: Engine, ask: Callable[[Session, str, datetime], Any]) -> list[float]:
    """Return the milliseconds of each question, asked of chance rooms at chance moments, each in its own session."""
    chance = random.Random(7)
    taken = []
    for _ in range(ASKED):
        code = f"{100000 + chance.randrange(AGENCIES)}"
        at = START + timedelta(minutes=chance.randrange(DAYS * 24 * 60))
        begun = time.perf_counter()
        with Session(engine) as session:
            ask(session, code, at)
        taken.append((time.perf_counter() - begun) * 1000)
    return taken


def checked(session: Session, code: str, at: datetime) -> None:
    """Ask who is on call, and insist on an answer."""
    found = on_call(session, code, at)
    assert found.officers and found.leader and found.starts_at and found.starts_at <= at


def bare(session: Session, code: str, _at: datetime) -> None:
    """Look one room up by its key: the least a question can cost here."""
    session.execute(select(Agency.name).where(Agency.code == code)).one()


def run(name: str, url: str) -> bool:
    """Fill one database, measure, print the row; return whether the target is met."""
    engine = make_engine(url)
    fill(engine)
    measure(engine, checked)  # once to warm up
    ours, baseline = measure(engine, checked), measure(engine, bare)
    p50, p95 = statistics.median(ours), statistics.quantiles(ours, n=20)[-1]
    least = statistics.median(baseline)
    met = p50 <= TARGET_MS
    print(f"{name}: p95 {p95:.2f} ms")
    print(
        f"who is on call, {AGENCIES} agencies x a year, {name}\t{p50:.2f} ms\t{least:.2f} ms\t{p50 / least:.1f}\t"
        f"<= {TARGET_MS:.0f} ms\t{'met' if met else 'missed'}"
    )
    engine.dispose()
    return met


def main() -> int:
    """Measure on every database there is."""
    with tempfile.TemporaryDirectory() as folder:
        met = run("SQLite", f"sqlite:///{Path(folder) / 'bench.db'}")
    url = os.environ.get("RESPONDER_TEST_POSTGRES_URL")
    if url:
        met = run("PostgreSQL", url) and met
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
