"""Loads the demo's plans and its ready-made exercises from their data files."""

import tomllib
from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import select

from plans import services
from plans.exercises import services as exercises
from plans.exercises.models import Exercise
from plans.exercises.scripts import scripts
from plans.models import Plan
from plans.reading import Content, read_plan
from responder.core.clock import wall
from responder.core.uow import UnitOfWork
from responder.foundation.access import queries as access
from responder.foundation.directory import queries as directory

DATA = Path(__file__).parent / "data" / "plans.toml"
_STEP = ("action", "post", "deputy_post", "office", "minutes", "action_en", "levels")


@cache
def _file() -> dict[str, Any]:
    with DATA.open("rb") as file:
        return tomllib.load(file)


def demo_plans() -> list[dict[str, Any]]:
    """Return the plans of the data file in the shape that `read_plan` takes, with their key, owner and dates."""
    tables = _file()["tables"]
    found = []
    for raw in _file()["plan"]:
        levels = raw["levels"]
        found.append(
            {
                **raw,
                "levels": tables[levels] if isinstance(levels, str) else levels,
                "steps": [_step(step) for step in raw["steps"]],
            }
        )
    return found


def _step(row: list[Any]) -> dict[str, Any]:
    step = dict(zip(_STEP, row, strict=False))
    return {**step, "levels": step["levels"].split(",") if step.get("levels") else []}


def load_demo_plans(uow: UnitOfWork) -> int:
    """Load the demo's plans whose office the directory knows and that are not there yet; return how many were added."""
    standing = set(uow.session.scalars(select(Plan.key)))
    added = 0
    for raw in demo_plans():
        if raw["key"] in standing or directory.office(uow.session, raw["owner"]) is None:
            continue
        _load(raw, uow)
        added += 1
    return added


def _load(raw: Mapping[str, Any], uow: UnitOfWork) -> None:
    content = read_plan({key: value for key, value in raw.items() if key != "earlier"})
    owner = services.owner_of(uow, raw["owner"])
    plan = services.add_plan(content, owner, uow, key=raw["key"], invented=True)
    earlier = raw.get("earlier")
    if earlier:
        _approved(plan, content, earlier | {"approved_by": raw.get("approved_by")}, uow)
    if raw.get("state") == "draft":
        services.add_version(plan, content, uow)
    else:
        _approved(plan, content, raw, uow)


def _approved(plan: Plan, content: Content, dates: Mapping[str, Any], uow: UnitOfWork) -> None:
    version = services.add_version(plan, content, uow)
    version.changes = dates.get("changes", "")
    version.filed_on, version.filed_with = dates.get("filed_on"), dates.get("filed_with")
    on: date = dates["approved_on"]
    version.next_review_on = dates.get("next_review_on") or on + timedelta(days=3 * 365)
    services.approve(version, plan, uow, by=dates.get("approved_by") or "主要负责人", on=on)


def load_demo_exercises(uow: UnitOfWork, organizer: str = "drills") -> int:
    """Plan the ready-made exercises for *organizer*, to be started with one click; return how many were added."""
    accounts = access.accounts(uow.session, [organizer])
    if not accounts:
        return 0
    standing = set(uow.session.scalars(select(Exercise.script)))
    added = 0
    for key in scripts():
        if key not in standing:
            wanted = exercises.read_request({"script": key, "planned_at": _tomorrow(uow)}, uow.now)
            exercises.plan_exercise(wanted, uow, organizer=accounts[0])
            added += 1
    return added


def _tomorrow(uow: UnitOfWork) -> str:
    day = wall(uow.now) + timedelta(days=1)
    return f"{day:%Y-%m-%d} 09:00"
