"""Logging an incident over HTTP, beside a bare handler that writes the same rows to the same database.

The product runs whole (two web processes of eight threads, worker, clock); the bare handler has the same web server
on another port, so that the one worker runs beside both. They take turns under the same eight clients, whose
incidents lie in counties of eight provinces. On SQLite (WAL, synchronous FULL) and on PostgreSQL with fsync on.
RESPONDER_BENCH_SECONDS: how long each turn takes (8). Arguments choose among SQLite and PostgreSQL.
"""

import json
import os
import pickle
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from _ground import (
    Load,
    Reporter,
    databases,
    drive,
    environment,
    free_port,
    generator,
    lay,
    product,
    reporters,
    row,
    running,
    say_load,
)
from sqlalchemy import Connection, select

from responder.app import create_app
from responder.config import load_settings
from responder.core.db import Base
from responder.core.uow import Database

EACH = 12  # counties of each of the eight provinces
TURNS = 2
SECONDS = int(os.environ.get("RESPONDER_BENCH_SECONDS", "8"))
LEAST_RATIO = 0.60
MOST_MS = {"SQLite": 200.0, "PostgreSQL": 120.0}
CASES: tuple[dict[str, Any], ...] = (
    {"sector": "coal_mine", "accident_type": "gas_explosion", "facts": {"trapped": 12, "missing": 3}},
    {"sector": "coal_mine", "accident_type": "roof_fall", "facts": {"deaths": 1, "trapped": 2}},
    {"sector": "metallurgy", "accident_type": "explosion", "facts": {"deaths": 11, "missing": 2}},
    {"sector": "construction", "accident_type": "collapse", "facts": {"deaths": 3, "missing": 1}},
)


def body(county: str, number: int) -> str:
    """Return the JSON of one incident in *county*."""
    case = CASES[number % len(CASES)]
    return json.dumps(
        {
            "jurisdiction": county,
            "place": "工业园区东侧",
            "unit": f"第{number + 1}公司",
            "summary": "现场人员来电，情况正在核实，已组织撤离",
            "measures": "已派出救援力量",
            "source": {"channel": "phone", "name": "李明", "phone": "13800000000"},
            **case,
        },
        ensure_ascii=False,
    )


def sample(database: Database, url: str, home: Path, asked: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """Log each incident once through the product; return the rows of each by county, for the bare handler."""
    client = create_app(load_settings(environment(home, url))).test_client()
    samples = {}
    for token, content in asked:
        answer = client.post(
            "/api/v1/incidents",
            data=content.encode(),
            headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
        )
        assert answer.status_code == 201, answer.get_data(as_text=True)
        with database.engine.connect() as connection:
            county = json.loads(content)["jurisdiction"]
            samples[county] = rows_of(connection, answer.get_json()["number"])
    return samples


def rows_of(connection: Connection, number: str) -> dict[str, list[dict[str, Any]]]:
    """Return the rows that logging the incident *number* wrote, by table."""
    tables = Base.metadata.tables
    incident = tables["incident"]

    def read(condition: Any, table: str) -> list[dict[str, Any]]:
        return [
            dict(found) for found in connection.execute(select(tables[table]).where(condition)).mappings()
        ]

    rows = {"incident": read(incident.c.number == number, "incident")}
    incident_id = rows["incident"][0]["id"]
    hanging = [table.name for table in Base.metadata.sorted_tables if "incident_id" in table.c]
    rows |= {name: read(tables[name].c.incident_id == incident_id, name) for name in hanging}
    keys = [f"{call_out['id']}:0" for call_out in rows["call_out"]]
    return rows | {"job": read(tables["job"].c.key.in_(keys), "job")}


def middle(turns: Sequence[Load]) -> Load:
    """Return the mean of several turns of the same thing."""
    return Load(
        sum(turn.per_second for turn in turns) / len(turns),
        sum(turn.p50_ms for turn in turns) / len(turns),
        max(turn.p95_ms for turn in turns),
        sum(turn.done for turn in turns),
        sum(turn.errors for turn in turns),
    )


def compare(url: str, home: Path, asked: Sequence[tuple[str, str]], samples: Path) -> tuple[Load, Load]:
    """Return what the product and the bare handler did, taking turns."""
    ours_port, bare_port = free_port(), free_port()
    ours_at, bare_at = f"http://127.0.0.1:{ours_port}", f"http://127.0.0.1:{bare_port}"
    bare = (str(Path(__file__).with_name("_bare.py")), url, str(samples), str(bare_port))
    ours, baseline = [], []
    with product(home, url, ours_port), running(bare, environment(home, url), f"{bare_at}/"):
        drive(ours_at, "POST", "/api/v1/incidents", asked, seconds=2)
        drive(bare_at, "POST", "/incidents", asked, seconds=2)
        for _ in range(TURNS):
            ours.append(drive(ours_at, "POST", "/api/v1/incidents", asked, seconds=SECONDS))
            baseline.append(drive(bare_at, "POST", "/incidents", asked, seconds=SECONDS))
    return middle(ours), middle(baseline)


def run(name: str, url: str) -> bool:
    """Measure on one database and print its rows; return whether the targets are met."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        database = lay(url)
        asked = [(who.token, body(who.county, n)) for n, who in enumerate(_everywhere(database))]
        rows = sample(database, url, home, asked)
        database.engine.dispose()
        samples = home / "rows"
        samples.write_bytes(pickle.dumps(rows))
        written = [sum(map(len, one.values())) + 2 for one in rows.values()]
        print(f"{name}: {min(written)} to {max(written)} rows for one incident; load from {generator()}")
        ours, baseline = compare(url, home, asked, samples)
    for who, load in (("ours", ours), ("bare", baseline)):
        print(f"{name}, {who}: p50 {load.p50_ms:.0f} ms, p95 {load.p95_ms:.0f} ms, {load.errors} errors")
    say_load()
    ratio, most = ours.per_second / baseline.per_second, MOST_MS[name]
    met = row(
        f"log an incident, 8 clients, {name}",
        f"{ours.per_second:.0f} /s",
        f"{baseline.per_second:.0f} /s",
        f"{ratio:.2f}",
        f">= {LEAST_RATIO:.2f}",
        ratio >= LEAST_RATIO and not ours.errors,
    )
    slow = row(
        f"log an incident, p95, {name}",
        f"{ours.p95_ms:.0f} ms",
        f"{baseline.p95_ms:.0f} ms",
        f"{ours.p95_ms / baseline.p95_ms:.2f}",
        f"<= {most:.0f} ms",
        ours.p95_ms <= most,
    )
    return met and slow


def _everywhere(database: Database) -> list[Reporter]:
    return reporters(database, EACH)


def main() -> int:
    """Measure on both databases, or on those that the arguments name."""
    with databases() as found:
        results = [run(name, url) for name, url in found if name in (sys.argv[1:] or MOST_MS)]
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
