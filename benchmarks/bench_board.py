"""Board, its five-second question, list and incident page among many incidents, beside one look-up by key.

Pages are asked of the application itself, without a server, by rooms of county, city, province and state. How many
queries a page takes is counted when the incidents are few and again when they are many: the two must be the same.
RESPONDER_BENCH_OPEN (20,000) and RESPONDER_BENCH_CLOSED (100,000) say how many; the target is stated for 1,000,000.
"""

import gc
import os
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from _filled import fill
from _ground import databases, environment, lay, medians, row, say_load
from sqlalchemy import Engine, event, insert, select

from responder.app import create_app
from responder.config import load_settings
from responder.core.actor import Role
from responder.core.ids import new_id
from responder.core.lanes import REAL_LANE
from responder.core.uow import Database
from responder.foundation.access import services as access
from responder.foundation.audit.models import AuditEntry
from responder.incidents.models import Incident
from responder.tasks.models import Task

OPEN = int(os.environ.get("RESPONDER_BENCH_OPEN", "20000"))
CLOSED = int(os.environ.get("RESPONDER_BENCH_CLOSED", "100000"))
FEW = 4000
TIMES = 40
MOST_MS = 60.0
LEGS, TASKS, ENTRIES = 25, 40, 200
ROOMS = {"county": "220605", "city": "220600", "province": "220000", "state": "000000"}
PAGES = {
    "board": "/board",
    "board's question": "/board/version",
    "incident list": "/incidents",
    "open incidents": "/incidents?state=open",
    "list over the API": "/api/v1/incidents?limit=50",
}


def open_rooms(database: Database) -> dict[str, str]:
    """Open one account for each level; return their tokens."""
    with database.unit_of_work() as uow:
        for level, code in ROOMS.items():
            access.add_account(uow, f"bench-{level}", "!", agency_code=code, role=Role.DUTY_OFFICER)
        return {level: access.issue_token(uow, f"bench-{level}") for level in ROOMS}


def one_heavy_incident(database: Database) -> str:
    """Return an incident of a county with many legs, tasks and entries in the timeline."""
    fill(database, still_open=1, closed=0, legs=LEGS, provinces=("220000",))
    with database.engine.begin() as connection:
        incident = connection.execute(select(Incident.__table__).order_by(Incident.id.desc()).limit(1)).one()
        now = database.clock.now()
        connection.execute(insert(Task.__table__), [_task(incident, n, now) for n in range(TASKS)])
        connection.execute(
            insert(AuditEntry.__table__), [_entry(incident.id, n, now) for n in range(ENTRIES)]
        )
    return str(incident.id)


def _task(incident: Any, number: int, at: datetime) -> dict[str, Any]:
    """Return a task of the city's or the province's room; every third is accepted, every fifth done."""
    holder = (incident.city_code, "市值班室") if number % 2 else (incident.province_code, "省值班室")
    state = "done" if number % 5 == 0 else "accepted" if number % 3 == 0 else "open"
    return {
        "id": new_id(),
        "lane_id": REAL_LANE,
        "incident_id": incident.id,
        "number": incident.number,
        "source_kind": "instruction",
        "source_id": incident.id,
        "position": number,
        "title_zh": "核实现场被困人数并报告",
        "title_en": "Verify how many are trapped and report",
        "text": "立即派人到现场核实被困人数，每半小时报告一次",
        "post": "值班员",
        "agency_code": holder[0],
        "agency_name": holder[1],
        "agency_name_en": "room",
        "person_name": "",
        "phone": "",
        "issuer_code": incident.province_code,
        "issued_by": "带班领导",
        "issued_at": at,
        "due_at": at + timedelta(minutes=30 + number),
        "state": state,
        "ended_at": at if state == "done" else None,
        "note": "",
        "overdue_noted": False,
        "province_code": incident.province_code,
        "city_code": incident.city_code,
        "county_code": incident.county_code,
        "sector": incident.sector,
    }


def _entry(incident_id: Any, number: int, at: datetime) -> dict[str, Any]:
    return {
        "id": new_id(),
        "chain": "bench",
        "province_code": "220000",
        "seq": number + 1,
        "at": at,
        "actor_login": "bench",
        "actor_name": "值班员",
        "agency_code": "220600",
        "kind": "leg.sent",
        "incident_id": incident_id,
        "lane_id": REAL_LANE,
        "payload": {
            "number": "x",
            "from": "县值班室",
            "to": "市值班室",
            "from_en": "county",
            "to_en": "city",
            "method": "web",
            "at": "2026-11-21T06:00:00+00:00",
            "due_at": "2026-11-21T08:00:00+00:00",
        },
        "prev_hash": "0" * 64,
        "hash": "0" * 64,
    }


def queries_of(engine: Engine, ask: Callable[[], Any]) -> int:
    """Return how many statements *ask* sends."""
    count = [0]

    def counted(*_: Any) -> None:
        count[0] += 1

    event.listen(engine, "before_cursor_execute", counted)
    ask()
    event.remove(engine, "before_cursor_execute", counted)
    return count[0]


def timed(ask: Callable[[], Any], times: int = TIMES) -> tuple[float, float]:
    """Return p50 and p95 in milliseconds."""
    taken = []
    for _ in range(times):
        begun = time.perf_counter()
        ask()
        taken.append((time.perf_counter() - begun) * 1000)
    return medians(taken)


class Pages:
    """Asks one application for pages as the rooms of every level."""

    def __init__(self, url: str, home: Path, tokens: dict[str, str]) -> None:
        app = create_app(load_settings(environment(home, url)))
        self.engine: Engine = app.extensions["responder"].database.engine
        self.client = app.test_client()
        gc.collect()
        gc.freeze()  # as the product's server does before it serves
        self.tokens = tokens

    def get(self, level: str, path: str) -> Callable[[], None]:
        """Return what asks for *path* once and insists on an answer."""

        def ask() -> None:
            answer = self.client.get(path, headers={"Authorization": f"Bearer {self.tokens[level]}"})
            assert answer.status_code == 200, (path, answer.status_code)

        return ask

    def counts(self) -> dict[tuple[str, str], int]:
        """Return how many queries each page takes for each level, once everything is warm."""
        found = {}
        for level in ROOMS:
            for name, path in PAGES.items():
                ask = self.get(level, path)
                ask()
                found[name, level] = queries_of(self.engine, ask)
        return found


def run(name: str, url: str, home: Path) -> bool:
    """Fill one database, measure, print its rows; return whether the targets are met."""
    database = lay(url)
    pages = Pages(url, home, open_rooms(database))
    # The board asks for each kind of work that waits: of every kind that will wait, something waits from the start.
    heavy = one_heavy_incident(database)
    fill(database, still_open=FEW, closed=FEW)
    few = pages.counts()
    fill(database, still_open=OPEN - FEW, closed=CLOSED - FEW)
    many = pages.counts()
    bare, _ = timed(lambda: _bare(database.engine, heavy))
    print(f"{name}: {OPEN} open, {CLOSED} closed; queries: { {page: many[page, 'state'] for page in PAGES} }")
    met = True
    for page, path in PAGES.items():
        met = _page_row(name, page, {level: timed(pages.get(level, path)) for level in ROOMS}, bare) and met
    paths = {"incident page": f"/incidents/{heavy}", "incident over the API": f"/api/v1/incidents/{heavy}"}
    for page, path in paths.items():
        said = f"{page}, {LEGS} legs, {TASKS} tasks, {ENTRIES} entries"
        met = _page_row(name, said, {"province": timed(pages.get("province", path))}, bare) and met
    grown = {page: (few[page], many[page]) for page in many if many[page] != few[page]}
    print(f"{name}: pages whose queries grew with the incidents: {grown or 'none'}")
    say_load()
    database.engine.dispose()
    pages.engine.dispose()
    return met and not grown


def _bare(engine: Engine, incident_id: str) -> None:
    with engine.connect() as connection:
        connection.execute(select(Incident.number).where(Incident.number == incident_id)).all()


def _page_row(name: str, page: str, taken: dict[str, tuple[float, float]], bare: float) -> bool:
    said = ", ".join(f"{level} {p50:.0f} (p95 {p95:.0f})" for level, (p50, p95) in taken.items())
    print(f"{name}, {page}, ms: {said}")
    slowest = max(p50 for p50, _ in taken.values())
    return row(
        f"{page}, p50 of the slowest room, {name}",
        f"{slowest:.0f} ms",
        f"{bare:.1f} ms",
        f"{slowest / bare:.0f}",
        f"<= {MOST_MS:.0f} ms",
        slowest <= MOST_MS,
    )


def main() -> int:
    """Measure on both databases."""
    with databases() as found, tempfile.TemporaryDirectory() as folder:
        results = [run(name, url, Path(folder)) for name, url in found]
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
