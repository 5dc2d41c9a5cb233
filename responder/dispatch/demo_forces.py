"""The forces of the demo world: provincial mine rescue teams of Jilin and some others, invented and marked as demo."""

import tomllib
from datetime import timedelta
from importlib.resources import files
from typing import Any

from responder.core.uow import UnitOfWork
from responder.dispatch.models import RescueForce

SOURCE = "演示数据，不是真实队伍"


def load_demo_forces(uow: UnitOfWork) -> int:
    """Put the demo's forces into the register, fit as of now; return how many are new. Again it changes nothing."""
    raw = tomllib.loads((files("responder.dispatch") / "data" / "demo_forces.toml").read_text("utf-8"))
    added = 0
    for row in raw["force"]:
        if uow.session.get(RescueForce, row["code"]) is None:
            uow.session.add(_force(row, uow))
            added += 1
    uow.session.flush()
    return added


def _force(row: dict[str, Any], uow: UnitOfWork) -> RescueForce:
    reported, free = row.get("reported_minutes_ago"), row.get("free_since_minutes_ago")
    return RescueForce(
        code=row["code"],
        name=row["name"],
        name_en=row["name_en"],
        kind=row["kind"],
        level=row["level"],
        build_state="working",
        is_placeholder=False,
        is_partner=False,
        is_demo=True,
        owner=row["owner"],
        agency_code=row.get("agency"),
        province_code=row["province"],
        city_code=row.get("city"),
        county_code=row.get("county"),
        address=row["address"],
        lon=row["lon"],
        lat=row["lat"],
        precision="city",
        source=SOURCE,
        confidence="likely",
        capabilities=row["capabilities"],
        equipment=row.get("equipment", {}),
        people=row.get("people"),
        squads=row.get("squads"),
        squads_on_duty=row.get("squads_on_duty"),
        vehicles=row.get("vehicles"),
        readiness=row.get("readiness"),
        reported_at=uow.now - timedelta(minutes=reported) if reported is not None else None,
        reported_by=row.get("reported_by"),
        readiness_note=None,
        free_since=uow.now - timedelta(minutes=free) if free is not None else None,
        updated_at=uow.now,
        revision=1,
    )
