"""The baseline of logging an incident: a bare Flask + SQLAlchemy Core handler that writes the same rows.

For each county it copies the rows that the product wrote for one incident there, with new ids: the parent first, then
one executemany for each table; the number series and the head of the audit chain move by an UPDATE each, as they
must. It neither knows who asks nor grades nor routes nor hashes. Arguments: database URL, file of rows, port.
"""

import json
import pickle
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from flask import Flask, jsonify, request
from flask.typing import ResponseReturnValue
from sqlalchemy import Engine, Table, insert, update

from responder.core.db import Base, make_engine
from responder.core.ids import new_id
from responder.models import load_models
from responder.processes.supervisor import web_server

WRITTEN_APART = ("incident", "audit_entry")  # the one every other hangs on, and the one whose head is locked
Rows = Mapping[str, list[dict[str, Any]]]


def copy(rows: Rows) -> dict[str, list[dict[str, Any]]]:
    """Return the rows with every id that one of them owns replaced by a new one."""
    fresh = {row["id"]: new_id() for table in rows for row in rows[table] if isinstance(row.get("id"), UUID)}
    made = {
        table: [
            {
                name: fresh.get(value, value) if isinstance(value, UUID) else value
                for name, value in row.items()
            }
            for row in rows[table]
        ]
        for table in rows
    }
    for job, call_out in zip(made["job"], made["call_out"], strict=True):
        job["id"], job["key"], job["run_at"] = str(new_id()), f"{call_out['id']}:0", datetime.now(UTC)
    return made


def log(engine: Engine, tables: Mapping[str, Table], rows: Rows) -> str:
    """Write one incident in one transaction; return its number."""
    made = copy(rows)
    incident, entries = made["incident"][0], made["audit_entry"]
    series, head = tables["number_series"], tables["audit_head"]
    with engine.begin() as connection:
        last = connection.scalar(
            update(series)
            .where(series.c.jurisdiction_code == incident["jurisdiction_code"])
            .values(last=series.c.last + 1)
            .returning(series.c.last)
        )
        incident["number"] = f"{incident['jurisdiction_code']}-2026-{last:04d}"
        connection.execute(insert(tables["incident"]), [incident])
        for table in Base.metadata.sorted_tables:
            if made.get(table.name) and table.name not in WRITTEN_APART:
                connection.execute(insert(table), made[table.name])
        reached = connection.scalar(
            update(head)
            .where(head.c.chain == incident["province_code"])
            .values(seq=head.c.seq + len(entries))
            .returning(head.c.seq)
        )
        for position, entry in enumerate(entries):
            entry["seq"] = (reached or 0) - len(entries) + 1 + position
        connection.execute(insert(tables["audit_entry"]), entries)
    return str(incident["number"])


def make_app(url: str, samples: Mapping[str, Rows]) -> tuple[Flask, Engine]:
    """Return the application and its engine."""
    load_models()
    tables = Base.metadata.tables
    engine, app = make_engine(url), Flask("bare")

    @app.get("/")
    def here() -> ResponseReturnValue:
        return "here"

    @app.post("/incidents")
    def create() -> ResponseReturnValue:
        body = json.loads(request.get_data())
        return jsonify(number=log(engine, tables, samples[body["jurisdiction"]])), 201

    return app, engine


def main() -> None:
    """Serve with the product's own server settings."""
    url, file, port = sys.argv[1:]
    app, _ = make_app(url, pickle.loads(Path(file).read_bytes()))
    web_server(app, f"127.0.0.1:{port}")()


if __name__ == "__main__":
    main()
