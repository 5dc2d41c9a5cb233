"""Every route × every role × own, parent, sibling and foreign place, generated from the URL map."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from flask import Blueprint, Flask
from werkzeug.test import TestResponse

from responder import app as composition
from responder.core.actor import Role
from responder.core.clock import FixedClock
from responder.core.permissions import ROLE_PERMISSIONS, Permission, requires
from responder.foundation.access.gatekeeper import Route, routes
from responder.foundation.access.services import add_account
from tests.fixtures import START
from tests.integration.story.telling import FIELDS, Named, leg_of, log
from tests.world import Caller, app_on, callers, installation

PLACES = {"own": "220605", "parent": "220600", "sibling": "220681", "foreign": "210100"}
SEEING = ("own", "parent")
ARGUMENT = re.compile(r"<(?:(\w+)(?:\(([^)]*)\))?:)?(\w+)>")
SCOPED = {"incident_id", "leg_id"}


@dataclass
class House:
    """The product with an incident in Jiangyuan, and an account of every role in every place."""

    app: Flask
    ids: dict[str, str]
    named: Named

    def of(self, role: Role, place: str) -> Caller:
        """Return the account of *role* in *place*."""
        return self.named(f"{role.value}-{place}")

    def path(self, route: Route, *, nowhere: bool = False) -> str:
        """Return the address of *route* with what there is, and with ids of nothing elsewhere or *nowhere*."""

        def fill(match: re.Match[str]) -> str:
            kind, choices, name = match.groups()
            if kind == "any":
                return str(choices).split(",")[0].strip()
            known = {"code": "220605", "number": "1"} | ({} if nowhere else self.ids)
            return known.get(name) or ("1" if kind == "int" else str(uuid4()))

        return ARGUMENT.sub(fill, route.rule)


@pytest.fixture(scope="module")
def house(new_world: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One house for all roles: what one of them does there changes no right."""
    app = app_on(new_world("sqlite"), FixedClock(START), tmp_path_factory.mktemp("home"))
    database = installation(app).database
    with app.app_context(), database.unit_of_work() as uow:
        for role in Role:
            for place, agency in PLACES.items():
                add_account(uow, f"{role.value}-{place}", "closed", agency_code=agency, role=role)
    named = callers(app)
    incident = log(named)
    leg = leg_of(incident["legs"], "county.work_safety", "220600")
    yield House(app, {"incident_id": incident["id"], "leg_id": leg["id"]}, named)
    database.engine.dispose()


def arguments(route: Route) -> set[str]:
    return {found[-1] for found in ARGUMENT.findall(route.rule)}


def ask(someone: Caller, method: str, path: str) -> TestResponse:
    if method == "GET":
        return someone.call("GET", path)
    body: dict[str, Any] = {"json": {}} if path.startswith("/api/") else {"data": {}}
    return someone.call(method, path, **body)


def is_like_nowhere(
    house: House, route: Route, method: str, role: Role, place: str, answer: TestResponse
) -> bool:
    """Return whether a form was found unreadable before anything was looked up, exactly as for what is not there."""
    if method == "GET" or answer.status_code != 422:
        return False
    absent = ask(house.of(role, place), method, house.path(route, nowhere=True))
    return absent.status_code == 422 and (not answer.is_json or answer.json == absent.json)


def places_for(route: Route, role: Role) -> tuple[str, ...]:
    """Return where it is asked: everywhere if the place can make a difference."""
    if arguments(route) & SCOPED and route.permission in ROLE_PERMISSIONS[role]:
        return tuple(PLACES)
    return ("own",)


def wrong(house: House, route: Route, method: str, role: Role, place: str) -> str | None:
    """Return what the answer should have been where it is another."""
    answer = ask(house.of(role, place), method, house.path(route))
    status = answer.status_code
    assert route.permission is not None
    if route.permission not in ROLE_PERMISSIONS[role]:
        expected = "403" if status != 403 else None
    elif status >= 500 or status == 401:
        expected = "an answer"
    elif arguments(route) & SCOPED and place not in SEEING:
        expected = (
            None if status == 404 or is_like_nowhere(house, route, method, role, place, answer) else "404"
        )
    elif method == "GET" and arguments(route) <= SCOPED:
        expected = "200" if status not in (200, 303) else None
    elif arguments(route) and arguments(route) <= SCOPED:
        expected = "anything but 404" if status == 404 else None
    else:
        expected = None
    return f"{method} {route.rule} as {role.value} in {place}: {status}, not {expected}" if expected else None


@pytest.mark.parametrize("role", list(Role), ids=[role.value for role in Role])
def test_each_route_opens_to_the_roles_and_places_that_have_it(house: House, role: Role) -> None:
    found = [
        wrong(house, route, method, role, place)
        for route in routes(house.app)
        if route.permission is not None
        for method in sorted(route.methods)
        for place in places_for(route, role)
    ]
    said = "\n".join(words for words in found if words)
    assert not said, said
    assert len(found) > 50


def test_nobody_gets_anywhere_without_logging_in(house: House) -> None:
    stranger = house.app.test_client()
    wrongly = []
    for route in routes(house.app):
        if route.permission is None:
            continue
        for method in route.methods:
            answer = stranger.open(house.path(route), method=method)
            if route.rule.startswith("/api/"):
                right = answer.status_code == 401 and answer.mimetype == "application/problem+json"
            else:
                right = answer.status_code == 303 and answer.headers["Location"].startswith("/login")
            if not right:
                wrongly.append((method, route.rule, answer.status_code))
    assert wrongly == []


def test_a_worn_out_token_and_a_made_up_session_open_nothing(house: House) -> None:
    stranger = house.app.test_client()
    answer = stranger.get("/api/v1/incidents", headers={"Authorization": "Bearer nonsense"})
    assert answer.status_code == 401
    stranger.set_cookie("responder_session", "nonsense")
    assert stranger.get("/board").status_code == 303


def test_a_form_without_the_token_of_our_page_is_refused(house: House) -> None:
    visitor = house.app.test_client()
    page = visitor.get("/login").get_data(as_text=True)
    token = page.partition('name="csrf_token" value="')[2].partition('"')[0]
    assert visitor.post("/login", data={"demo_login": "jiangyuan"}).status_code == 403
    visitor.post("/login", data={"demo_login": "jiangyuan", "csrf_token": token})
    assert visitor.get("/board").status_code == 200
    for route in routes(house.app):
        if "POST" in route.methods and route.permission in ROLE_PERMISSIONS[Role.DUTY_OFFICER]:
            answer = visitor.post(house.path(route), data={"csrf_token": token})
            assert answer.status_code == 403, route.rule


def test_a_unit_sees_its_own_and_an_inspectorate_the_coal_mines(house: House) -> None:
    def log_as(login: str, **other: Any) -> str:
        return str(house.named(login).post("incidents", {**FIELDS, **other}, status=201)["id"])

    database = installation(house.app).database
    with house.app.app_context(), database.unit_of_work() as uow:
        add_account(
            uow, "line", "closed", agency_code="220000.coal_inspectorate", role=Role.DUTY_OFFICER, name="line"
        )
    road = log_as("jiangyuan", sector="road", accident_type="traffic", unit="某运输公司")
    own = log_as("mine")
    seen = {
        login: [
            house.named(login).call("GET", f"incidents/{which}").status_code
            for which in (house.ids["incident_id"], road, own)
        ]
        for login in ("mine", "base", "line")
    }
    assert seen == {"mine": [404, 404, 200], "base": [404, 404, 404], "line": [200, 404, 200]}


def test_a_route_that_names_no_permission_is_refused_at_start(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    forgotten = Blueprint("forgotten", __name__)

    @forgotten.get("/forgotten")
    def page() -> str:
        return "anybody may read this"

    monkeypatch.setattr(composition, "BLUEPRINTS", (*composition.BLUEPRINTS, forgotten))
    with pytest.raises(RuntimeError, match=r"/forgotten \(forgotten\.page\)"):
        app_on("sqlite://", None, tmp_path)
    requires(Permission.ENTER)(page)
    assert app_on("sqlite://", None, tmp_path).url_map is not None
