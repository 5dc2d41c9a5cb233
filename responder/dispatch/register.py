"""Loads the register of forces from CSV files, idempotently."""

import csv
from collections.abc import Iterable, Mapping
from importlib.resources import as_file, files
from pathlib import Path

from sqlalchemy import select

from responder.core.uow import UnitOfWork
from responder.dispatch.models import RescueForce
from responder.foundation.directory.services import TableReport, register_loader, register_shipped

COLUMNS = {"id", "name_zh", "kind", "host_enterprise_zh", "lon", "lat", "confidence"}
SHIPPED = ("rescue_bases.csv", "partner_forces.csv")
NATIONAL_KINDS = {"mining", "chemical"}
KINDS = {"mining", "chemical", "fire", "maritime", "railway", "aviation", "nuclear", "other"}


def recognises(path: Path) -> bool:
    """Return whether *path* is a CSV file of forces."""
    if path.suffix.lower() != ".csv":
        return False
    with path.open(encoding="utf-8-sig", newline="") as file:
        return set(next(csv.reader(file), [])) >= COLUMNS


def load_file(uow: UnitOfWork, path: Path) -> TableReport:
    """Load one file of forces; return what was added, changed and left as it was."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return _load(uow, list(csv.DictReader(file)))


def load_shipped(uow: UnitOfWork) -> TableReport:
    """Load the national bases and partner forces that come with the product."""
    rows: list[dict[str, str]] = []
    for name in SHIPPED:
        with as_file(files("responder.dispatch") / "data" / name) as path, path.open(encoding="utf-8") as file:
            rows.extend(csv.DictReader(file))
    return _load(uow, rows)


def _load(uow: UnitOfWork, rows: Iterable[Mapping[str, str]]) -> TableReport:
    known = {force.code: force for force in uow.session.scalars(select(RescueForce))}
    added = changed = unchanged = 0
    for row in rows:
        values = _values(row)
        force = known.get(row["id"])
        if force is None:
            uow.session.add(_new(row["id"], values, uow))
            added += 1
        elif any(getattr(force, name) != value for name, value in values.items()):
            for name, value in values.items():
                setattr(force, name, value)
            force.updated_at = uow.now
            changed += 1
        else:
            unchanged += 1
    return TableReport("rescue_force", added=added, changed=changed, unchanged=unchanged)


def _values(row: Mapping[str, str]) -> dict[str, object]:
    kind = row["kind"] if row["kind"] in KINDS else "other"
    return {
        "name": row["name_zh"],
        "name_en": row.get("name_en") or row["name_zh"],
        "kind": kind,
        "is_placeholder": row["confidence"] == "placeholder",
        "is_partner": kind not in NATIONAL_KINDS,
        "owner": row["host_enterprise_zh"],
        "province_code": row["province_code"],
        "city_code": row.get("city_code") or None,
        "address": row.get("address", ""),
        "lon": float(row["lon"]),
        "lat": float(row["lat"]),
        "precision": row.get("precision", ""),
        "source": row.get("source", ""),
        "confidence": row["confidence"],
    }


def _new(code: str, values: Mapping[str, object], uow: UnitOfWork) -> RescueForce:
    return RescueForce(
        code=code,
        level="state",
        build_state="unconfirmed",
        is_demo=False,
        capabilities={},
        equipment={},
        updated_at=uow.now,
        **values,
    )


register_loader(recognises, load_file)
register_shipped(load_shipped)
