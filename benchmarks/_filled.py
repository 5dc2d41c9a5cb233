"""Many incidents with their legs, written past the services: what lists, boards and sweeps are measured on."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, insert, select

from responder.core.ids import new_id
from responder.core.lanes import REAL_LANE
from responder.core.uow import Database
from responder.foundation.directory.models import Jurisdiction
from responder.incidents.models import Incident, Report
from responder.reporting.models import ReportLeg

BATCH = 5000
GRADES = ("IV", "IV", "IV", "III", "III", "II", None)
SECTORS = ("coal_mine", "construction", "road", "hazchem", "metallurgy")
LEGS = (("county", "city"), ("city", "province"))


def fill(
    database: Database, *, still_open: int, closed: int, legs: int = 2, provinces: tuple[str, ...] = ()
) -> None:
    """Write incidents over all counties (of *provinces*); those open have *legs* legs waiting, closed ones none."""
    chance = random.Random(7)
    now = database.clock.now()
    with database.engine.begin() as connection:
        counties = list(_counties(connection, provinces))
    for first in range(0, still_open + closed, BATCH):
        incidents, reports, waiting = [], [], []
        for number in range(first, min(first + BATCH, still_open + closed)):
            county = counties[number % len(counties)]
            is_open = number < still_open
            incident = _incident(county, number, is_open, now, chance)
            incidents.append(incident)
            if is_open:
                reports.append(_report(incident))
                waiting += [_leg(incident, which, now) for which in range(legs)]
        with database.engine.begin() as connection:
            connection.execute(insert(Incident.__table__), incidents)
            if reports:
                connection.execute(insert(Report.__table__), reports)
            if waiting:
                connection.execute(insert(ReportLeg.__table__), waiting)
    with database.engine.connect() as connection:
        connection = connection.execution_options(isolation_level="AUTOCOMMIT")
        connection.exec_driver_sql("ANALYZE")


def _counties(connection: Connection, provinces: tuple[str, ...]) -> Iterator[Any]:
    query = select(Jurisdiction).where(Jurisdiction.level == "county", Jurisdiction.ended_on.is_(None))
    if provinces:
        query = query.where(Jurisdiction.province_code.in_(provinces))
    return iter(connection.execute(query.order_by(Jurisdiction.code)).all())


def _incident(
    county: Any, number: int, is_open: bool, now: datetime, chance: random.Random
) -> dict[str, Any]:
    age = timedelta(minutes=chance.randrange(0, 60 * 24 * (7 if is_open else 900)))
    received = now - age
    due = received + timedelta(hours=2 + chance.randrange(0, 400)) if is_open else None
    incident_id = new_id()
    said = f"{county.code}-2026-{incident_id.hex[-12:]}"
    return {
        "id": incident_id,
        "lane_id": REAL_LANE,
        "number": said,
        "state": "open" if is_open else "closed",
        "version": 1,
        "revision": 1,
        "jurisdiction_code": county.code,
        "province_code": county.province_code,
        "city_code": county.city_code,
        "county_code": county.code,
        "place_name": county.name,
        "place_name_en": county.name_en,
        "place": "",
        "point_source": "jurisdiction",
        "lon": county.lon,
        "lat": county.lat,
        "unit": f"第{number % 997}公司",
        "sector": SECTORS[number % len(SECTORS)],
        "accident_type": "collapse",
        "occurred_at": received - timedelta(minutes=20),
        "occurred_uncertain": False,
        "received_at": received,
        "entered_at": received,
        "agency_code": county.code,
        "entered_off_duty": False,
        "closed_at": None if is_open else received + timedelta(days=3),
        "facts": {"deaths": number % 4, "missing": number % 3},
        "rule_set": "B",
        "reporting_grade": GRADES[number % len(GRADES)],
        "final_grade": None,
        "may_rise": False,
        "next_due_at": due,
        "next_step": "send_on" if is_open else None,
        "next_party": county.name if is_open else None,
        "next_party_en": county.name_en if is_open else None,
        "next_party_code": county.code if is_open else None,
        "updated_at": received,
        "search_text": f"{said} 第{number % 997}公司 {county.name}",
        "historic": False,
    }


def _report(incident: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": new_id(),
        "lane_id": REAL_LANE,
        "incident_id": incident["id"],
        "version": 1,
        "kind": "first",
        "at": incident["entered_at"],
        "learned_at": incident["received_at"],
        "known_to": "county",
        "agency_code": incident["agency_code"],
        "agency_name": incident["place_name"],
        "person_name": "值班员",
        "facts": incident["facts"],
        "changes": {},
        "summary": "现场情况正在核实",
        "measures": "",
        "source": {},
        "reporting_grade": incident["reporting_grade"],
        "final_grade": None,
        "may_rise": False,
        "reasons": [],
        "reason": "",
    }


def _leg(incident: dict[str, Any], which: int, now: datetime) -> dict[str, Any]:
    codes = (
        incident["county_code"],
        incident["city_code"] or incident["province_code"],
        incident["province_code"],
    )
    names = ("县值班室", "市值班室", "省值班室")
    start = which % 2
    return {
        "id": new_id(),
        "lane_id": REAL_LANE,
        "incident_id": incident["id"],
        "climb": 1 + which // 2,
        "figures": 0,
        "sender": f"{LEGS[start][0]}.work_safety",
        "receiver": f"{LEGS[start][1]}.work_safety",
        "sender_code": codes[start],
        "receiver_code": codes[start + 1],
        "sender_name": names[start],
        "receiver_name": names[start + 1],
        "sender_name_en": "room",
        "receiver_name_en": "room",
        "receiver_rings": True,
        "stand_in": None,
        "kind": "report",
        "rule": "B.report",
        "source": {"zh": "", "en": ""},
        "status": "law",
        "starts_at": incident["received_at"],
        "due_at": incident["next_due_at"],
        "state": "open",
        "binding": True,
        "version": 1,
        "overdue_noted": incident["next_due_at"] <= now,
        "reminded": True,
    }
