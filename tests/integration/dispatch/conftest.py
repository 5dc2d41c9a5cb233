"""An incident in Jiangyuan, the rooms above it, and forces near and far."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from responder.core.actor import Actor, Area, Role
from responder.core.ids import IncidentId, new_id
from responder.core.lanes import REAL_LANE
from responder.core.uow import Database, UnitOfWork
from responder.dispatch.models import RescueForce
from responder.foundation.directory.models import Agency
from responder.incidents.places import DirectoryPlaces
from responder.incidents.rules import read_intake
from responder.incidents.services import log_incident
from tests.rooms import furnish


def actor(name: str, agency_code: str, level: str, role: Role) -> Actor:
    """Return an account of an office, or of a force."""
    area = Area(level, agency_code)
    line = "force" if level == "force" else "work_safety"
    return Actor(new_id(), None, name, name, role, agency_code, f"{agency_code}局", area, line=line)


OFFICER = actor("赵雪", "220605", "county", Role.DUTY_OFFICER)
BAISHAN = actor("陈国栋", "220600", "city", Role.LEADER_IN_CHARGE)
JILIN = actor("刘志远", "220000", "province", Role.COMMANDER)
JILIN_OFFICER = actor("郑洁", "220000", "province", Role.DUTY_OFFICER)
STATE = actor("何俊", "000000", "state", Role.DUTY_OFFICER)
TEAM = actor("韩卫东", "220500.force01", "force", Role.FORCE_LEADER)
OTHER_TEAM = actor("方立强", "220400.force01", "force", Role.FORCE_LEADER)
ADMIN = actor("罗凯", "000000", "state", Role.ADMINISTRATOR)

WHOLE = {"M-SAR": "2026-09-01", "M-GAS": "2026-09-01", "M-VENT": "2026-09-01"}
FORCES: tuple[tuple[str, dict[str, Any]], ...] = (
    ("TEAM", {"agency_code": "220500.force01", "capabilities": WHOLE, "readiness": "ready"}),
    ("NEAR", {"city_code": "220600", "lon": 126.43, "lat": 41.95, "capabilities": WHOLE, "readiness": "ready"}),
    ("FAR", {"province_code": "210000", "city_code": "210100", "lon": 123.43, "lat": 41.8,
             "build_state": "unconfirmed", "level": "state"}),
    ("GHOST", {"is_placeholder": True, "build_state": "unconfirmed", "level": "state"}),
    ("SITE", {"build_state": "building", "level": "state"}),
    ("FIRE", {"kind": "fire", "is_partner": True, "build_state": "unconfirmed", "level": "state"}),
    ("CHEM", {"kind": "chemical", "capabilities": {"C-DET": None}, "readiness": "ready"}),
)  # fmt: skip


def add_force(uow: UnitOfWork, code: str, **given: Any) -> RescueForce:
    """Put a force into the register: a working provincial mine team at Tonghua unless told otherwise."""
    values: dict[str, Any] = {
        "name": f"{code}队",
        "name_en": f"team {code}",
        "kind": "mining",
        "level": "province",
        "build_state": "working",
        "is_placeholder": False,
        "is_partner": False,
        "is_demo": True,
        "owner": "某集团",
        "province_code": "220000",
        "city_code": "220500",
        "address": "",
        "lon": 125.94,
        "lat": 41.73,
        "precision": "city",
        "source": "",
        "confidence": "likely",
        "capabilities": {},
        "equipment": {},
        "reported_at": uow.now - timedelta(minutes=30) if given.get("readiness") else None,
        "updated_at": uow.now,
        "revision": 1,
    }
    row = RescueForce(code=code, **(values | given))
    uow.session.add(row)
    return row


@dataclass(frozen=True)
class Scene:
    """The database with an incident in it."""

    database: Database
    incident_id: IncidentId

    def does(self, who: Actor, what: Callable[..., Any], *args: Any, **named: Any) -> Any:
        """Do one thing as *who* in a transaction of its own; the unit of work is its last argument."""
        with self.database.unit_of_work(who, REAL_LANE) as uow:
            return what(*args, uow, **named)


@pytest.fixture
def scene(database: Database) -> Scene:
    """Rooms, forces, and a gas explosion in Jiangyuan logged by its officer."""
    furnish(database)
    with database.unit_of_work() as uow:
        for code in ("220500.force01", "220400.force01"):
            uow.session.add(
                Agency(
                    code=code,
                    jurisdiction_code="220600",
                    body="force",
                    level="unit",
                    name="救护队",
                    name_en="team",
                    has_duty_room=False,
                    parent_code="220000",
                )
            )
        uow.session.flush()
        for code, given in FORCES:
            add_force(uow, code, **given)
    with database.unit_of_work(OFFICER) as uow:
        raw = {
            "jurisdiction": "220605",
            "sector": "coal_mine",
            "accident_type": "gas_explosion",
            "unit": "青石岭煤矿",
            "lon": 126.59,
            "lat": 42.05,
            "facts": {"missing": 3, "trapped": 9},
        }
        intake = read_intake(raw, uow.now, DirectoryPlaces(uow.session, OFFICER.area.code, uow.now))
        incident_id = log_incident(intake, uow)
    return Scene(database, incident_id)
