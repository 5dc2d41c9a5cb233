"""The hazard sources of the demo world, invented and marked as demo."""

import tomllib
from importlib.resources import files

from sqlalchemy import select

from responder.core.clock import wall
from responder.core.uow import UnitOfWork
from responder.hazards import rules, services
from responder.hazards.models import HazardSource

SOURCE = "演示数据，不是真实危险源"


def load_demo_hazards(uow: UnitOfWork) -> int:
    """Put the demo's hazard sources into the register; return how many are new. Again it changes nothing."""
    raw = tomllib.loads((files("responder.hazards") / "data" / "demo_hazards.toml").read_text("utf-8"))
    known = set(uow.session.scalars(select(HazardSource.name).where(HazardSource.is_demo)))
    added = 0
    for row in raw["source"]:
        if row["name"] not in known:
            entry = rules.read_entry({**row, "source": SOURCE}, wall(uow.now).date())
            services.record_source(entry, uow, is_demo=True)
            added += 1
    return added
