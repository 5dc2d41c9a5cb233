"""Baishan and its neighbours in a small directory, the whole application on it, and callers with tokens."""

import shutil
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from duty_roster.models import DutyShift, RosterVersion, ShiftSeat
from plans.loading import load_demo_exercises, load_demo_plans
from responder.config import load_settings
from responder.core.actor import Role
from responder.core.clock import FixedClock
from responder.core.ids import ShiftId, new_id
from responder.core.uow import Database
from responder.foundation.access.services import add_account, issue_token
from responder.foundation.directory import cache
from responder.foundation.directory.models import Agency, Jurisdiction, Person
from responder.foundation.web.context import EXTENSION
from tests.databases import copy_postgres
from tests.fixtures import START
from tests.kept import CHEAP, product

PLACES = (
    ("000000", "全国", "state", None, (None, None, None)),
    ("220000", "吉林省", "province", "000000", ("220000", None, None)),
    ("220600", "白山市", "city", "220000", ("220000", "220600", None)),
    ("220605", "江源区", "county", "220600", ("220000", "220600", "220605")),
    ("220200", "吉林市", "city", "220000", ("220000", "220200", None)),
)
PEOPLE = (
    ("220605", "周海", "值班员", 10),
    ("220600", "李敏", "值班员", 10),
    ("220600", "陈国栋", "副局长", 60),
    ("220600", "宋文", "局长", 90),
    ("220600", "沈悦", "演练科科长", 15),
    ("220000", "郑洁", "值班员", 10),
    ("220605.unit01", "马成林", "矿长", 50),
    ("220200", "彭雪松", "值班员", 10),
)
ACCOUNTS = (
    ("jiangyuan", "220605", "周海", Role.DUTY_OFFICER),
    ("baishan", "220600", "李敏", Role.DUTY_OFFICER),
    ("leader", "220600", "陈国栋", Role.LEADER_IN_CHARGE),
    ("drills", "220600", "沈悦", Role.DRILL_ORGANIZER),
    ("plans", "220600", "宋文", Role.PLAN_ADMINISTRATOR),
    ("jilin", "220000", "郑洁", Role.DUTY_OFFICER),
    ("commander", "220000", "郑洁", Role.COMMANDER),
    ("neighbour", "220200", "彭雪松", Role.DUTY_OFFICER),
    ("mine", "220605.unit01", "马成林", Role.REPORTER),
)
BODIES = (
    ("work_safety", "应急管理局"),
    ("government", "人民政府"),
    ("industry", "工信局"),
    ("coal_inspectorate", "矿山安全监察局"),
    ("police", "公安局"),
    ("labour", "人社局"),
    ("union", "总工会"),
    ("procuratorate", "检察院"),
    ("council", "国务院"),
)
GAS = {
    "jurisdiction": "220605",
    "unit": "青石岭煤矿",
    "sector": "coal_mine",
    "accident_type": "gas_explosion",
    "facts": {"trapped": 12, "missing": 3},
    "summary": "瓦斯爆炸，12人被困。",
}


@dataclass
class Stage:
    """The application, its clock and the tokens of those who call it."""

    app: Flask
    database: Database
    clock: FixedClock
    tokens: dict[str, str]
    people: dict[str, Any]

    def call(self, login: str, method: str, path: str, *, lane: str = "", **options: Any) -> Any:
        """Return the answer to one request of *login*, inside the exercise *lane* where one is named."""
        headers = {"Authorization": f"Bearer {self.tokens[login]}"}
        if lane:
            headers["Exercise"] = lane
        client = self.app.test_client(use_cookies=False)
        return client.open(path, method=method, headers=headers, **options)

    def get(self, login: str, path: str, *, lane: str = "") -> Any:
        """Return the JSON of a GET that must succeed."""
        answer = self.call(login, "GET", f"/api/v1/{path}", lane=lane)
        assert answer.status_code == 200, answer.get_data(as_text=True)[:800]
        return answer.get_json()

    def post(self, login: str, path: str, body: Any = None, status: int = 200, *, lane: str = "") -> Any:
        """Return the JSON of a POST that must answer *status*."""
        answer = self.call(login, "POST", f"/api/v1/{path}", lane=lane, json=body or {})
        assert answer.status_code == status, (answer.status_code, answer.get_data(as_text=True)[:800])
        return answer.get_json()

    def gas_explosion(self, lane: str = "") -> str:
        """Log the gas explosion of Jiangyuan and return its id."""
        found: str = self.post("jiangyuan", "incidents", GAS, 201, lane=lane)["id"]
        return found

    def best_plan(self, login: str, incident: str, lane: str = "") -> str:
        """Return the id of the plan that fits best."""
        found: str = self.get(login, f"plans?for={incident}", lane=lane)["items"][0]["id"]
        return found


def _lay_places(session: Any) -> None:
    for code, name, level, parent, (province, city, county) in PLACES:
        session.add(
            Jurisdiction(
                code=code,
                name=name,
                name_en=code,
                initials="x",
                level=level,
                parent_code=parent,
                reporting=level != "state",
                coded=True,
                province_code=province,
                city_code=city,
                county_code=county,
                lon=126.6,
                lat=42.0,
            )
        )
    session.flush()
    for code, name, level, parent, _ in PLACES:
        for body, title in BODIES:
            session.add(_agency(code, code, body, level, parent, f"{name}{title}"))
    session.add(_agency("220605.unit01", "220605", "unit", "unit", "220605", "青石岭煤矿", own=True))
    session.flush()


def _agency(
    code: str, place: str, body: str, level: str, parent: str | None, name: str, *, own: bool = False
) -> Agency:
    full = code if own or body == "work_safety" else f"{code}.{body}"
    return Agency(
        code=full,
        jurisdiction_code=place,
        body=body,
        level=level,
        name=name,
        name_en=name,
        has_duty_room=body == "work_safety",
        established=True,
        parent_code=parent,
    )


def _roster(session: Any, code: str, seats: tuple[tuple[str, Any], ...]) -> None:
    """Put people on a shift that lasts the whole day of the tests."""
    shift, first = ShiftId(new_id()), START.replace(day=1)
    session.add(RosterVersion(agency_code=code, month="2026-11", version=1, published_at=first, reason=""))
    session.flush()
    session.add(
        DutyShift(
            id=shift,
            agency_code=code,
            month="2026-11",
            roster_version=1,
            kind="day",
            starts_at=START.replace(hour=0),
            ends_at=START.replace(day=22, hour=0),
            version_from=first,
        )
    )
    session.flush()
    for position, (seat, person_id) in enumerate(seats):
        session.add(ShiftSeat(shift_id=shift, person_id=person_id, seat=seat, position=position, post=""))


@dataclass(frozen=True)
class Set:
    """A furnished database that every test takes a copy of, with the tokens and people in it."""

    where: str  # the SQLite file, or the name of the PostgreSQL database
    tokens: dict[str, str]
    people: dict[str, Any]


def _app(url: str, clock: FixedClock, home: Path) -> AbstractContextManager[Flask]:
    home.mkdir(exist_ok=True)
    environment = {
        "RESPONDER_HOME": str(home),
        "RESPONDER_SECRET_KEY": "a secret of the tests",
        "RESPONDER_DATABASE_URL": url,
    }
    return product(load_settings(environment), clock)


def _furnish(url: str, home: Path, where: str) -> Set:
    hashed, tokens, people = CHEAP.hash("x"), {}, {}
    with _app(url, FixedClock(START), home) as app, app.app_context():
        database: Database = app.extensions[EXTENSION].database
        with database.unit_of_work() as uow:
            _lay_places(uow.session)
            cache.new_version(uow.session, uow.now)
            for code, name, post, rank in PEOPLE:
                people[name] = new_id()
                uow.session.add(
                    Person(id=people[name], name=name, agency_code=code, post=post, rank=rank, active=True)
                )
            uow.session.flush()
            _roster(uow.session, "220600", (("officer", people["李敏"]), ("leader", people["陈国栋"])))
            for login, code, name, role in ACCOUNTS:
                add_account(
                    uow, login, hashed, agency_code=code, role=role, name=name, person_id=people[name]
                )
            uow.session.flush()
            for login, *_ in ACCOUNTS:
                tokens[login] = issue_token(uow, login)
        with database.unit_of_work() as uow:
            load_demo_plans(uow)
            load_demo_exercises(uow)
    return Set(where, tokens, people)


@pytest.fixture(scope="session")
def sqlite_set(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Set:
    """The furnished SQLite file."""
    folder = tmp_path_factory.mktemp("stage")
    path = folder / "stage.db"
    shutil.copy(sqlite_template, path)
    return _furnish(f"sqlite:///{path}", folder, str(path))


@pytest.fixture(scope="session")
def postgres_set(
    postgres_server: str, postgres_template: str, tmp_path_factory: pytest.TempPathFactory
) -> Set:
    """The furnished PostgreSQL database."""
    name = postgres_template.replace("template", "stage")
    url = copy_postgres(postgres_server, postgres_template, name)
    return _furnish(url, tmp_path_factory.mktemp("stage"), name)


@pytest.fixture(params=["sqlite", "postgresql"])
def stage(request: pytest.FixtureRequest, clock: FixedClock, tmp_path: Path) -> Iterator[Stage]:
    """Baishan with its people, the demo's plans and the ready-made exercise, on both databases."""
    if request.param == "sqlite":
        furnished: Set = request.getfixturevalue("sqlite_set")
        shutil.copy(furnished.where, tmp_path / "test.db")
        url = f"sqlite:///{tmp_path / 'test.db'}"
    else:
        furnished = request.getfixturevalue("postgres_set")
        server: str = request.getfixturevalue("postgres_server")
        url = copy_postgres(server, furnished.where, furnished.where.replace("stage", "test"))
    with _app(url, clock, tmp_path / "home") as app:
        yield Stage(app, app.extensions[EXTENSION].database, clock, furnished.tokens, furnished.people)
