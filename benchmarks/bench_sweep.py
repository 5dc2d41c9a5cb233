"""The sweep for missed limits: many open legs of which 1,000 are due, beside one UPDATE of the same 1,000 rows.

RESPONDER_BENCH_LEGS: how many legs are open (200,000). That the cost grows with what is due and not with what is open
is shown by a second figure: the same sweep on a tenth of the legs.
"""

import os
import sys
import time
from datetime import timedelta

from _filled import fill
from _ground import databases, lay, row, say_load
from sqlalchemy import func, select, update

from responder.core.uow import Database
from responder.reporting.models import ReportLeg
from responder.reporting.services import note_overdue

LEGS = int(os.environ.get("RESPONDER_BENCH_LEGS", "200000"))
EACH = 2
DUE = 1000
MOST_SECONDS = 1.0


def make_due(database: Database) -> list[object]:
    """Let exactly 1,000 legs be past their limit and unnoted; return their ids."""
    now = database.clock.now()
    with database.engine.begin() as connection:
        connection.execute(
            update(ReportLeg).where(ReportLeg.due_at < now + timedelta(hours=1)).values(overdue_noted=True)
        )
        ids = list(connection.scalars(select(ReportLeg.id).order_by(ReportLeg.id).limit(DUE)))
        for start in range(0, DUE, 500):
            connection.execute(
                update(ReportLeg)
                .where(ReportLeg.id.in_(ids[start : start + 500]))
                .values(overdue_noted=False, due_at=now - timedelta(minutes=1))
            )
    return list(ids)


def sweep(database: Database) -> float:
    """Return the seconds until nothing is left to note."""
    begun = time.perf_counter()
    noted = 0
    while found := note_overdue(database):
        noted += found
    assert noted == DUE, noted
    return time.perf_counter() - begun


def bare(database: Database, ids: list[object]) -> float:
    """Return the seconds of one transaction that only marks the same rows."""
    begun = time.perf_counter()
    with database.engine.begin() as connection:
        for start in range(0, DUE, 500):
            connection.execute(
                update(ReportLeg).where(ReportLeg.id.in_(ids[start : start + 500])).values(overdue_noted=True)
            )
    return time.perf_counter() - begun


def measure(url: str, legs: int) -> tuple[float, float, int]:
    """Return the seconds of the sweep and of the baseline, and how many legs are open."""
    database = lay(url)
    fill(database, still_open=legs // EACH, closed=0, legs=EACH)
    taken = sweep_once(database)
    ids = make_due(database)
    least = bare(database, ids)
    with database.engine.connect() as connection:
        count = connection.scalar(select(func.count()).select_from(ReportLeg)) or 0
    database.engine.dispose()
    return taken, least, count


def sweep_once(database: Database) -> float:
    """Warm up with an empty sweep, then measure one of 1,000."""
    make_due(database)
    sweep(database)
    make_due(database)
    return sweep(database)


def run(name: str, url: str) -> bool:
    """Measure on one database and print its row; return whether the target is met."""
    small, _, few = measure(url, LEGS // 10)
    taken, least, count = measure(url, LEGS)
    print(f"{name}: {small:.2f} s at {few} open legs, {taken:.2f} s at {count}")
    say_load()
    return row(
        f"sweep of {count} open limits, {DUE} due, {name}",
        f"{taken:.2f} s",
        f"{least:.2f} s",
        f"{taken / least:.1f}",
        f"<= {MOST_SECONDS:.0f} s",
        taken <= MOST_SECONDS,
    )


def main() -> int:
    """Measure on both databases."""
    with databases() as found:
        results = [run(name, url) for name, url in found]
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
