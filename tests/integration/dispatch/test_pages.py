"""The pages and calls of dispatch as a browser and a program see them, on both databases."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from responder.config import Settings
from responder.core.actor import Role
from responder.core.clock import FixedClock
from responder.foundation.access.services import add_account, issue_token
from tests.integration.dispatch.conftest import Scene
from tests.kept import product
from tests.rooms import SECRET

ACCOUNTS = (
    ("commander", "220000", Role.COMMANDER),
    ("leader", "220600", Role.LEADER_IN_CHARGE),
    ("officer", "220605", Role.DUTY_OFFICER),
    ("team", "220500.force01", Role.FORCE_LEADER),
    ("stranger", "220400.force01", Role.FORCE_LEADER),
    ("admin", "000000", Role.ADMINISTRATOR),
)


class Callers:
    """Clients of the accounts, each with its token."""

    def __init__(self, app: Flask, tokens: dict[str, str]) -> None:
        self.client: FlaskClient = app.test_client()
        self.tokens = tokens

    def ask(self, who: str, method: str, path: str, **given: Any) -> TestResponse:
        headers = {"Authorization": f"Bearer {self.tokens[who]}", **given.pop("headers", {})}
        return self.client.open(path, method=method, headers=headers, **given)


@pytest.fixture
def app(scene: Scene, database_url: str, clock: FixedClock, tmp_path: Path) -> Iterator[Flask]:
    with product(Settings(tmp_path, database_url, SECRET, "http://127.0.0.1:8000"), clock) as made:
        yield made


@pytest.fixture
def callers(scene: Scene, app: Flask) -> Callers:
    tokens = {}
    with scene.database.unit_of_work() as uow:
        for login, agency_code, role in ACCOUNTS:
            add_account(uow, login, "no password", agency_code=agency_code, role=role, name=login)
            tokens[login] = issue_token(uow, login)
    return Callers(app, tokens)


def test_the_bases_for_an_incident_come_best_first_with_their_reasons(scene: Scene, callers: Callers):
    answer = callers.ask("commander", "GET", f"/api/v1/rescue-bases?for={scene.incident_id}")
    features = answer.get_json()["features"]
    keys = [(-one["properties"]["fit"], one["properties"]["eta_minutes"]) for one in features]
    assert keys == sorted(keys)
    assert features[0]["id"] == "NEAR"
    assert all(one["properties"]["reasons"] for one in features)
    again = callers.ask(
        "commander",
        "GET",
        f"/api/v1/rescue-bases?for={scene.incident_id}",
        headers={"If-None-Match": answer.headers["ETag"]},
    )
    assert again.status_code == 304


def test_near_alone_orders_by_distance(callers: Callers):
    answer = callers.ask("team", "GET", "/api/v1/rescue-bases?near=123.4,41.8&kind=mining").get_json()
    apart = [one["properties"]["distance_km"] for one in answer["features"]]
    assert answer["features"][0]["id"] == "FAR"
    assert apart == sorted(apart)


@pytest.mark.parametrize("query", ["near=41.8", "near=900,1", "kind=space", "state=fine", "limit=0"])
def test_a_query_that_cannot_be_used_names_its_field(callers: Callers, query: str):
    answer = callers.ask("commander", "GET", f"/api/v1/rescue-bases?{query}")
    assert answer.status_code == 422
    assert list(answer.get_json()["errors"]) == [query.partition("=")[0]]


def test_the_whole_story_over_the_api(scene: Scene, callers: Callers):
    incident = f"/api/v1/incidents/{scene.incident_id}"
    refused = callers.ask("commander", "POST", f"{incident}/dispatch-orders", json={"base": "TEAM"})
    assert refused.status_code == 409
    assert "Take over command first" in refused.get_json()["detail"] or "接管" in refused.get_json()["detail"]
    taken = callers.ask("commander", "POST", f"{incident}/command", json={"note": "接管"})
    assert (taken.status_code, taken.get_json()["agency"]) == (200, "220000")
    key = {"Idempotency-Key": "one"}
    body = {"base": "TEAM", "accept_within_minutes": 5}
    first = callers.ask("commander", "POST", f"{incident}/dispatch-orders", json=body, headers=key)
    again = callers.ask("commander", "POST", f"{incident}/dispatch-orders", json=body, headers=key)
    assert (first.status_code, again.get_json()["id"]) == (201, first.get_json()["id"])
    order = f"/api/v1/dispatch-orders/{first.get_json()['id']}"
    assert callers.ask("team", "POST", f"{order}/depart", json={}).status_code == 409
    for step in ("accept", "depart", "arrive", "release"):
        assert callers.ask("team", "POST", f"{order}/{step}", json={}).status_code == 200
    shown = callers.ask("commander", "GET", order).get_json()
    assert shown["state"] == "released"
    assert [step["step"] for step in shown["steps"]] == ["issue", "accept", "depart", "arrive", "release"]


def test_an_order_of_another_force_does_not_exist_for_a_stranger(scene: Scene, callers: Callers):
    order = _ordered(scene, callers)
    assert callers.ask("stranger", "GET", f"/api/v1/dispatch-orders/{order}").status_code == 404
    assert (
        callers.ask("stranger", "POST", f"/api/v1/dispatch-orders/{order}/accept", json={}).status_code == 404
    )
    assert callers.ask("team", "POST", f"/api/v1/dispatch-orders/{order}/fly", json={}).status_code == 404


def _ordered(scene: Scene, callers: Callers) -> str:
    incident = f"/api/v1/incidents/{scene.incident_id}"
    callers.ask("commander", "POST", f"{incident}/command", json={})
    answer = callers.ask("commander", "POST", f"{incident}/dispatch-orders", json={"base": "TEAM"})
    return str(answer.get_json()["id"])


def test_the_page_offers_order_request_and_nothing_as_each_force_deserves(scene: Scene, callers: Callers):
    callers.ask("commander", "POST", f"/api/v1/incidents/{scene.incident_id}/command", json={})
    page = callers.ask("commander", "GET", f"/dispatch?incident={scene.incident_id}&all=1").get_data(
        as_text=True
    )
    rows = {
        code: page.split(f'id="force-{code}"')[1].split("<li ")[0]
        for code in ("NEAR", "FAR", "GHOST", "SITE")
    }
    assert "下调度令" in rows["NEAR"]
    assert "发请求函" in rows["FAR"]
    assert "choose=" not in rows["GHOST"]
    assert "choose=" not in rows["SITE"]


def test_the_warning_opens_inside_the_row(scene: Scene, callers: Callers):
    callers.ask("commander", "POST", f"/api/v1/incidents/{scene.incident_id}/command", json={})
    url = f"/dispatch?incident={scene.incident_id}&choose=FAR"
    page = callers.ask("commander", "GET", url).get_data(as_text=True)
    assert "仍要请求" in page
    assert 'name="confirm_warning"' in page


def test_whoever_does_not_command_sees_no_button_and_who_does(scene: Scene, callers: Callers):
    page = callers.ask("leader", "GET", f"/dispatch?incident={scene.incident_id}").get_data(as_text=True)
    assert "choose=" not in page
    assert "接管指挥" in page
    assert "按规定由" in page


def test_ordering_from_the_page_leads_to_the_paper_and_a_refusal_keeps_what_was_typed(
    scene: Scene, callers: Callers
):
    incident = f"/incidents/{scene.incident_id}"
    assert callers.ask("commander", "POST", f"{incident}/command", data={}).status_code == 303
    refused = callers.ask(
        "commander", "POST", f"{incident}/dispatch-orders", data={"base": "FAR", "task": "带排水设备"}
    )
    assert refused.status_code == 409
    assert "带排水设备" in refused.get_data(as_text=True)
    given = callers.ask("commander", "POST", f"{incident}/dispatch-orders", data={"base": "TEAM"})
    assert given.status_code == 303
    page = callers.ask("commander", "GET", given.headers["Location"]).get_data(as_text=True)
    assert "调派TEAM队的调度令" in page
    for form, magic in (("pdf", b"%PDF-"), ("docx", b"PK")):
        file = callers.ask("commander", "GET", f"{given.headers['Location']}/document.{form}")
        assert file.data.startswith(magic)
    assert callers.ask("commander", "GET", f"{given.headers['Location']}/document.exe").status_code == 404


def test_the_leader_of_the_force_moves_it_from_the_telephone(scene: Scene, callers: Callers):
    order = _ordered(scene, callers)
    page = callers.ask("team", "GET", f"/dispatch-orders/{order}").get_data(as_text=True)
    assert "接受，准备出发" in page
    mute = callers.ask("team", "POST", f"/dispatch-orders/{order}/decline", data={"note": ""})
    assert mute.status_code == 422
    for step in ("accept", "depart", "arrive", "release"):
        assert callers.ask("team", "POST", f"/dispatch-orders/{order}/{step}", data={}).status_code == 303
    assert "已归建" in callers.ask("team", "GET", f"/dispatch-orders/{order}").get_data(as_text=True)


def test_the_incident_page_shows_command_and_forces(scene: Scene, callers: Callers):
    _ordered(scene, callers)
    page = callers.ask("commander", "GET", f"/incidents/{scene.incident_id}").get_data(as_text=True)
    assert "TEAM队" in page
    assert "已调 1 支" in page
    body = callers.ask("officer", "GET", f"/api/v1/incidents/{scene.incident_id}").get_json()
    assert body["command"]["agency"] == "220000"
    assert [one["base"] for one in body["dispatch_orders"]] == ["TEAM"]
    assert len(body["bases"]) == 5


def test_the_former_commander_has_it_on_its_list_until_noted(scene: Scene, callers: Callers):
    callers.ask("commander", "POST", f"/api/v1/incidents/{scene.incident_id}/command", json={})
    page = callers.ask("officer", "GET", f"/incidents/{scene.incident_id}").get_data(as_text=True)
    seen = page.split("/command-notices/")[1].split('"')[0]
    assert callers.ask("officer", "POST", f"/command-notices/{seen}", data={}).status_code == 303
    again = callers.ask("officer", "GET", f"/incidents/{scene.incident_id}").get_data(as_text=True)
    assert "/command-notices/" not in again


def test_only_an_administrator_decides_about_held_bases_and_build_states(callers: Callers):
    body = {"state": "closed", "note": "文件"}
    assert callers.ask("commander", "POST", "/api/v1/rescue-bases/NEAR/state", json=body).status_code == 403
    assert callers.ask("admin", "POST", "/api/v1/rescue-bases/NEAR/state", json=body).status_code == 200
    assert callers.ask("admin", "GET", "/api/v1/rescue-bases/held").get_json()["items"] == []


def test_a_telephoned_state_puts_a_silent_team_back_into_the_ranking(scene: Scene, callers: Callers):
    data = {
        "readiness": "ready",
        "squads_on_duty": "2",
        "note": "值班员接",
        "incident": str(scene.incident_id),
    }
    assert callers.ask("leader", "POST", "/dispatch/forces/CHEM/readiness", data=data).status_code == 303
    body = callers.ask("leader", "GET", "/api/v1/rescue-bases?kind=chemical").get_json()
    assert body["features"][0]["properties"]["squads_on_duty"] == 2
