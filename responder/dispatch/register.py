"""Loads the register of forces from CSV files, idempotently, and holds what goes beyond the national plan."""

import csv
import json
from collections.abc import Iterable, Mapping
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

from sqlalchemy import select

from responder.core.errors import InvalidInput, Text
from responder.core.ids import new_id
from responder.core.uow import UnitOfWork
from responder.dispatch import capabilities, rules
from responder.dispatch.models import HeldForce, RescueForce
from responder.foundation.directory.services import TableReport, register_loader, register_shipped

COLUMNS = {"id", "name_zh", "kind", "host_enterprise_zh", "lon", "lat", "confidence"}
SHIPPED = ("rescue_bases.csv", "partner_forces.csv")
NATIONAL_KINDS = {"mining", "chemical"}
KINDS = {"mining", "chemical", "fire", "maritime", "railway", "aviation", "nuclear", "other"}
LEVELS = {"state", "province", "city", "county", "enterprise"}
STATES = {"unconfirmed", "planned", "building", "working", "closed"}
CONFIDENCE = {"documented", "likely", "placeholder"}
KIND_NAMES = {"maritime_sar": "maritime", "rail": "railway"}
EAST, WEST, SOUTH, NORTH = 136.0, 73.0, 3.0, 54.0
COUNTS = ("people", "squads", "squads_on_duty", "vehicles")


def recognises(path: Path) -> bool:
    """Return whether *path* is a CSV file of forces."""
    if path.suffix.lower() != ".csv":
        return False
    with path.open(encoding="utf-8-sig", newline="") as file:
        return set(next(csv.reader(file), [])) >= COLUMNS


def load_file(uow: UnitOfWork, path: Path) -> TableReport:
    """Load one file of forces; return what was added, changed and left as it was.

    Raises InvalidInput, naming the line, for a row that cannot be used; then nothing of the file is loaded.
    """
    with path.open(encoding="utf-8-sig", newline="") as file:
        return load_rows(uow, list(csv.DictReader(file)))


def load_shipped(uow: UnitOfWork) -> TableReport:
    """Load the national bases and partner forces that come with the product."""
    rows: list[dict[str, str]] = []
    for name in SHIPPED:
        with (
            as_file(files("responder.dispatch") / "data" / name) as path,
            path.open(encoding="utf-8") as file,
        ):
            rows.extend(csv.DictReader(file))
    return load_rows(uow, rows)


def load_rows(uow: UnitOfWork, rows: Iterable[Mapping[str, str]], *, demo: bool = False) -> TableReport:
    """Load rows of a file of forces: new ones in, changed ones changed, a national base too many held."""
    known = {force.code: force for force in uow.session.scalars(select(RescueForce))}
    national = dict.fromkeys(capabilities.plan().counts, 0)
    for force in known.values():
        if _counts_nationally(force.level, force.kind, is_partner=force.is_partner):
            national[force.kind] += 1
    added = changed = unchanged = 0
    for line, row in enumerate(rows, start=2):
        values = _values(row, line)
        before = known.get(row["id"])
        if before is not None:
            if _change(before, values, uow):
                changed += 1
            else:
                unchanged += 1
            continue
        made = _new(row["id"], values, uow, demo=demo)
        if _counts_nationally(made.level, made.kind, is_partner=made.is_partner):
            if national[made.kind] >= capabilities.plan().counts[made.kind]:
                unchanged += 0 if _hold(made, row, uow) else 1
                continue
            national[made.kind] += 1
        uow.session.add(made)
        known[made.code] = made
        added += 1
    return TableReport("rescue_force", added=added, changed=changed, unchanged=unchanged)


def _counts_nationally(level: str, kind: str, *, is_partner: bool) -> bool:
    return level == "state" and not is_partner and kind in capabilities.plan().counts


def _hold(force: RescueForce, row: Mapping[str, str], uow: UnitOfWork) -> bool:
    """Hold the base for an administrator; return whether that was still to do."""
    standing = uow.session.scalars(
        select(HeldForce).where(HeldForce.code == force.code).order_by(HeldForce.held_at.desc())
    ).first()
    if standing is not None and standing.decision != "admitted":
        return False
    plan = capabilities.plan()
    uow.session.add(
        HeldForce(
            id=new_id(),
            code=force.code,
            name=force.name,
            kind=force.kind,
            fields={name: value for name, value in row.items() if value},
            reason_zh=f"文件只列 {plan.total} 个（{plan.source.zh}），这是多出来的一个，请管理员核定",
            reason_en=f"the plan names {plan.total} ({plan.source.en}); this one goes beyond it and waits for an "
            "administrator",
            held_at=uow.now,
        )
    )
    uow.session.flush()
    return True


def admit(held: HeldForce, uow: UnitOfWork) -> None:
    """Put a held base into the register."""
    uow.session.add(_new(held.code, _values(held.fields, 2), uow, demo=False))


def _change(force: RescueForce, values: Mapping[str, Any], uow: UnitOfWork) -> bool:
    # What the file leaves empty it does not know; what the register has learned since stays.
    differing = {name: value for name, value in values.items() if getattr(force, name) != value}
    if not differing:
        return False
    for name, value in differing.items():
        setattr(force, name, value)
    force.updated_at = uow.now
    force.revision += 1
    return True


def _values(row: Mapping[str, str], line: int) -> dict[str, Any]:
    raw_kind = row["kind"].strip()
    named = KIND_NAMES.get(raw_kind, raw_kind)
    kind = named if named in KINDS else "other"
    lon, lat = _point(row, line)
    if row["confidence"] not in CONFIDENCE:
        raise _unusable(line, "confidence", "documented, likely, placeholder")
    values: dict[str, Any] = {
        "name": row["name_zh"],
        "name_en": row.get("name_en") or row["name_zh"],
        "kind": kind,
        "is_placeholder": row["confidence"] == "placeholder",
        "is_partner": kind not in NATIONAL_KINDS,
        "owner": row["host_enterprise_zh"],
        "province_code": row["province_code"],
        "city_code": row.get("city_code") or None,
        "address": row.get("address", ""),
        "lon": lon,
        "lat": lat,
        "precision": row.get("precision", ""),
        "source": row.get("source", ""),
        "confidence": row["confidence"],
    }
    return values | _optional(row, line)


def _point(row: Mapping[str, str], line: int) -> tuple[float, float]:
    try:
        lon, lat = float(row["lon"]), float(row["lat"])
    except ValueError:
        raise _unusable(line, "lon, lat", "degrees") from None
    if not (WEST <= lon <= EAST and SOUTH <= lat <= NORTH):
        raise _unusable(line, "lon, lat", f"{WEST:g}–{EAST:g}, {SOUTH:g}–{NORTH:g}")
    return lon, lat


def _optional(row: Mapping[str, str], line: int) -> dict[str, Any]:
    """Return what the file says beyond the required columns."""
    values: dict[str, Any] = {}
    for name, allowed in (("level", LEVELS), ("build_state", STATES)):
        if row.get(name):
            if row[name] not in allowed:
                raise _unusable(line, name, ", ".join(sorted(allowed)))
            values[name] = row[name]
    for name in ("agency_code", "county_code"):
        if row.get(name):
            values[name] = row[name]
    for name in COUNTS:
        if row.get(name):
            if not row[name].isdecimal():
                raise _unusable(line, name, "0–9")
            values[name] = int(row[name])
    if row.get("capabilities"):
        values["capabilities"] = _proved(row["capabilities"], line)
    if row.get("equipment"):
        try:
            values["equipment"] = json.loads(row["equipment"])
        except ValueError:
            raise _unusable(line, "equipment", "JSON") from None
    return values


def _proved(cell: str, line: int) -> dict[str, str | None]:
    """Return the capabilities of a cell such as `M-SAR:2026-03-01 M-GAS`: code to the day last proved."""
    proved: dict[str, str | None] = {}
    for item in cell.split():
        code, _, day = item.partition(":")
        if code not in capabilities.words():
            raise _unusable(line, "capabilities", code)
        proved[code] = day or None
    return proved


def _unusable(line: int, column: str, expected: str) -> InvalidInput:
    text = Text(
        f"第 {line} 行的 {column} 不能用（应为 {expected}）。",
        f"Line {line}: {column} cannot be used (expected {expected}).",
    )
    return InvalidInput(text, errors={column: text})


def _new(code: str, values: Mapping[str, Any], uow: UnitOfWork, *, demo: bool) -> RescueForce:
    usual = {"level": "state", "build_state": "unconfirmed", "capabilities": {}, "equipment": {}}
    return RescueForce(code=code, is_demo=demo, updated_at=uow.now, revision=1, **(usual | dict(values)))


def is_orderable(force: RescueForce) -> bool:
    """Return whether the force can be called at all."""
    return rules.barred(force.build_state, is_placeholder=force.is_placeholder) is None


register_loader(recognises, load_file)
register_shipped(load_shipped)
