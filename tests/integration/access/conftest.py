"""A small application with the real guard, log-in and directory pages, and one route of each kind."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from apiflask import APIFlask
from flask import Flask
from flask.testing import FlaskClient
from flask_babel import Babel
from sqlalchemy.orm import Session

import responder
from responder.config import Settings
from responder.core.actor import Role
from responder.core.permissions import Permission, public, requires
from responder.core.uow import Database, UnitOfWork
from responder.foundation.access import views
from responder.foundation.access.gatekeeper import Gatekeeper, csrf_token
from responder.foundation.access.services import add_account
from responder.foundation.directory import api as directory_api
from responder.foundation.directory import views as directory_views
from responder.foundation.directory.models import Agency, Jurisdiction
from responder.foundation.directory.vault import Vault
from responder.foundation.web import problems, security, words
from responder.foundation.web.context import (
    EXTENSION,
    Installation,
    current_actor,
    current_locale,
    installation,
    unit_of_work,
)
from tests.kept import CHEAP, keep_templates

TEMPLATES = Path(responder.__file__).parent / "foundation" / "web" / "templates"
PASSWORD = "correct horse"
PLACES = (
    ("000000", "国家", "state", None, (None, None, None)),
    ("220000", "吉林省", "province", "000000", ("220000", None, None)),
    ("220600", "白山市", "city", "220000", ("220000", "220600", None)),
    ("220605", "江源区", "county", "220600", ("220000", "220600", "220605")),
)
ACCOUNTS = (
    ("jiangyuan", "220605", Role.DUTY_OFFICER),
    ("baishan", "220600", Role.DUTY_OFFICER),
    ("statistics", "000000", Role.STATISTICIAN),
    ("admin", "000000", Role.ADMINISTRATOR),
)


def furnish(uow: UnitOfWork) -> None:
    """Lay four places with their rooms, and one account for each of `ACCOUNTS`."""
    for code, name, level, parent, (province, city, county) in PLACES:
        uow.session.add(
            Jurisdiction(
                code=code,
                name=name,
                name_en=code,
                initials="x",
                level=level,
                parent_code=parent,
                reporting=True,
                coded=True,
                province_code=province,
                city_code=city,
                county_code=county,
            )
        )
    uow.session.flush()
    for code, name, level, parent, _ in PLACES:
        uow.session.add(
            Agency(
                code=code,
                jurisdiction_code=code,
                body="work_safety",
                level=level,
                name=f"{name}应急管理局",
                name_en=f"{code} Emergency Management Bureau",
                has_duty_room=True,
                parent_code=parent,
            )
        )
    uow.session.flush()
    hashed = CHEAP.hash(PASSWORD)
    for login, agency, role in ACCOUNTS:
        add_account(uow, login, hashed, agency_code=agency, role=role, name=f"{login} 值班员")


def shell(_session: Session) -> dict[str, Any]:
    """Return the least that the page around a page needs."""
    actor = current_actor()
    account = (
        {"name": actor.name, "login": actor.login, "shortcuts": True, "url": "/"}
        if actor.account_id
        else None
    )
    return {
        "locale": current_locale(),
        "theme": "light",
        "account": account,
        "csrf_token": csrf_token(),
        "nav": [],
        "now": installation().database.clock.now(),
    }


def _routes(app: Flask) -> None:
    @app.get("/board")
    @requires(Permission.SEE_INCIDENTS)
    def board() -> str:
        return f"{current_actor().login} {csrf_token()}"

    @app.post("/api/v1/incidents")
    @requires(Permission.REPORT_INCIDENT)
    def report() -> dict[str, str]:
        with unit_of_work(write=False) as uow:
            return {"who": uow.actor.login, "area": uow.actor.area.code}

    @app.post("/webhooks/receipt")
    @public
    def receipt() -> str:
        return "thanks"


@pytest.fixture
def demo() -> bool:
    """Whether the application is the demo."""
    return False


@pytest.fixture
def app(database: Database, demo: bool) -> Flask:
    """The application on the test's database."""
    with database.unit_of_work() as uow:
        furnish(uow)
    settings = Settings(
        home=Path("var"),
        database_url="",
        secret_key="a secret of the tests",
        public_url="http://127.0.0.1:8000",
        demo=demo,
    )
    made = APIFlask(
        "responder",
        json_errors=False,
        docs_path=None,
        static_folder=None,  # type: ignore[arg-type]
        template_folder=str(TEMPLATES),
    )
    made.config.update(TESTING=False, DEMO=demo, PROPAGATE_EXCEPTIONS=False)
    made.extensions[EXTENSION] = Installation(
        settings=settings,
        database=database,
        vault=Vault(settings.secret_key),
        channels=frozenset(),
        shell=shell,
    )
    Babel(made, default_locale="zh_Hans_CN", locale_selector=current_locale)
    for register in (problems.register, security.register, words.register):
        register(made)
    Gatekeeper(settings, passwords=CHEAP).register(made)
    for blueprint in (views.bp, directory_views.bp, directory_api.api):
        made.register_blueprint(blueprint)
    _routes(made)
    keep_templates(made, "access")
    return made


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser."""
    return app.test_client()


@pytest.fixture
def forms(client: FlaskClient) -> SimpleNamespace:
    """What a person does with the log-in page: `token()` reads its hidden field, `log_in(...)` fills it in."""

    def token() -> str:
        page = client.get("/login").get_data(as_text=True)
        return page.partition('name="csrf_token" value="')[2].partition('"')[0]

    def log_in(login: str, password: str = PASSWORD, **more: str) -> Any:
        return client.post(
            "/login", data={"login": login, "password": password, "csrf_token": token(), **more}
        )

    return SimpleNamespace(token=token, log_in=log_in)
