"""Proposal among 20,000 plans for one incident, on SQLite, beside reading and weighing them all.

Target (issue 3): 50 ms, the database included. The baseline weighs all 20,000 in Python without the index that leaves
only the incident's places and sector. Exit code 1 when the target is missed.
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from sqlalchemy import insert

from plans import queries
from plans.models import Plan, PlanSector, PlanVersion
from plans.rules import Candidate, Situation, propose
from responder.core.actor import Actor, Area, Role
from responder.core.clock import SystemClock
from responder.core.db import Base, make_engine
from responder.core.errors import Text
from responder.core.ids import new_id
from responder.core.jobs.embedded import EmbeddedJobs
from responder.core.uow import Database
from responder.incidents.models import Incident
from responder.models import load_models

COUNT, TARGET, ROUNDS = 20_000, 0.050, 30
SECTORS = ("coal_mine", "noncoal_mine", "hazchem", "road", "fire", "construction", "metallurgy", "*")
LEVELS: list[dict[str, Any]] = [
    {"level": "III", "triggers": [{"by": "deaths_missing", "at_least": 3}]},
    {"level": "IV"},
]
COUNTIES = tuple(f"22{city:02d}{county:02d}" for city in range(1, 25) for county in range(1, 13))


def fill(database: Database) -> None:
    """Lay 20,000 valid plans over the counties, cities and enterprises of one province."""
    plans, versions, sectors = [], [], []
    now = database.clock.now()
    for n in range(COUNT):
        plan_id, version_id = new_id(), new_id()
        county, level = COUNTIES[n % len(COUNTIES)], ("unit", "county", "unit", "city")[n % 4]
        area = f"{county[:4]}00" if level == "city" else county
        plans.append(
            {
                "id": plan_id,
                "key": str(plan_id),
                "kind": ("special", "on_site", "general")[n % 3],
                "level": level,
                "title": f"{area}预案{n}",
                "title_en": f"plan {n}",
                "owner_code": area,
                "owner_name": area,
                "owner_name_en": area,
                "area_code": area,
                "province_code": "220000",
                "city_code": f"{county[:4]}00",
                "county_code": None if level == "city" else county,
                "unit": f"企业{n}" if level == "unit" else None,
                "invented": True,
            }
        )
        versions.append(_version(version_id, plan_id, now))
        sectors.append({"sector": SECTORS[n % len(SECTORS)], "version_id": version_id})
    with database.engine.begin() as connection:
        for model, rows in ((Plan, plans), (PlanVersion, versions), (PlanSector, sectors)):
            connection.execute(insert(model), rows)
        connection.exec_driver_sql("ANALYZE")


def _version(version_id: Any, plan_id: Any, now: Any) -> dict[str, Any]:
    return {
        "id": version_id,
        "plan_id": plan_id,
        "number": 1,
        "state": "valid",
        "sectors": [],
        "accident_types": [],
        "scope": "",
        "levels": LEVELS,
        "steps": [],
        "points": [],
        "notes": [],
        "approved_on": date(2025, 1, 1),
        "next_review_on": date(2028, 1, 1),
        "changes": "",
        "created_at": now,
        "created_by": "",
        "search_text": "",
    }


def p50(act: Callable[[], object], rounds: int = ROUNDS) -> float:
    """Return the median seconds of *act*, the first run left out."""
    act()
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        act()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def main() -> int:
    """Measure and print; return 1 when the target is missed."""
    load_models()
    with tempfile.TemporaryDirectory() as folder:
        engine = make_engine(f"sqlite:///{Path(folder) / 'bench.db'}")
        Base.metadata.create_all(engine)
        database = Database(engine, SystemClock(), EmbeddedJobs(), {})
        fill(database)
        area = Area("city", "220600")
        actor = Actor(None, None, "bench", "bench", Role.DUTY_OFFICER, "220600", "bench", area)
        incident = cast(
            Incident,
            SimpleNamespace(
                county_code="220605",
                city_code="220600",
                province_code="220000",
                unit_agency_code=None,
                unit="企业4",
                sector="coal_mine",
                accident_type="gas_explosion",
                facts={"missing": 3},
            ),
        )
        with database.unit_of_work(write=False) as uow:
            found = queries.proposals(uow.session, actor, incident, uow.now)

            def ours() -> object:
                uow.session.expire_all()
                return queries.proposals(uow.session, actor, incident, uow.now)

            ours_p50 = p50(ours)
        engine.dispose()
    candidates = [
        Candidate(n, "special", "city", Text("", ""), "", (), (), None, "valid", 1, None, None, LEVELS)
        for n in range(COUNT)
    ]
    situation = Situation("coal_mine", None, None, None, {"missing": 3}, "city", "220600", date(2026, 11, 21))
    base_p50 = p50(lambda: propose(candidates, situation), 5)
    ok = ours_p50 <= TARGET
    print(f"proposal among {COUNT:,} plans: {len(found)} fit, p50 {ours_p50 * 1000:.1f} ms", end="")
    print(f" (target {TARGET * 1000:.0f} ms: {'ok' if ok else 'MISSED'})")
    print(
        f"weighing all of them without the index: p50 {base_p50 * 1000:.1f} ms, ratio {ours_p50 / base_p50:.3f}"
    )
    return 0 if ok else 1


if __name__ == "__main__":
    sys.exit(main())
