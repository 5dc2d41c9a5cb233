"""The call list as a page and over the API."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient

from responder.config import Settings
from responder.core.actor import Role
from responder.core.clock import FixedClock
from responder.core.errors import Text
from responder.core.ids import new_id
from responder.core.jobs.port import Inside
from responder.core.uow import Database
from responder.escalation import services
from responder.escalation.calling import Caller
from responder.foundation.access.services import add_account, issue_token
from responder.foundation.messaging.addresses import AddressBook
from responder.foundation.messaging.sending import Sender
from tests.kept import product
from tests.rooms import SECRET, VAULT, Rooms, furnish

ACCOUNTS = (
    ("赵雪", "220605", Role.DUTY_OFFICER),
    ("高峰", "220000", Role.DUTY_OFFICER),
    ("孙立军", "220600", Role.STATISTICIAN),
)


@pytest.fixture
def app(database: Database, database_url: str, clock: FixedClock, tmp_path: Path) -> Iterator[Flask]:
    settings = Settings(tmp_path, database_url, SECRET, "http://127.0.0.1:8000")
    with product(settings, clock) as made:
        yield made


@pytest.fixture
def rooms(database: Database) -> Rooms:
    """The rooms, and a call-out for Baishan whose officer must be telephoned by Jiangyuan."""
    found = furnish(database)
    with database.unit_of_work() as uow:
        services.start_call_out(
            uow,
            target_kind="task",
            target_id=new_id(),
            incident_id=None,
            number="220605-2026-0001",
            agency_code="220600",
            subject=Text("江源区瓦斯爆炸", "gas explosion in Jiangyuan"),
            province_code="220000",
            caller_agency="220605",
        )
        for name, agency_code, role in ACCOUNTS:
            add_account(
                uow, name, "no password", agency_code=agency_code, role=role, person_id=found.people[name]
            )
    handlers = {"call_out": Inside(Caller().climb), "deliver": Sender({}, AddressBook(VAULT)).deliver}
    while database.jobs.run_due(database, handlers, owner="tests"):  # type: ignore[attr-defined]
        pass
    return found


@pytest.fixture
def bearer(database: Database, rooms: Rooms) -> dict[str, dict[str, str]]:
    """The headers with which each account calls the API."""
    with database.unit_of_work() as uow:
        return {name: {"Authorization": f"Bearer {issue_token(uow, name)}"} for name, _, _ in ACCOUNTS}


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def only_call(client: FlaskClient, headers: dict[str, str]) -> dict[str, Any]:
    (call,) = client.get("/api/v1/calls", headers=headers).get_json()["items"]
    found: dict[str, Any] = call
    return found


def test_the_list_is_the_callers_and_its_numbers_are_masked(
    client: FlaskClient, bearer: dict[str, dict[str, str]], rooms: Rooms
) -> None:
    call = only_call(client, bearer["赵雪"])
    assert (call["name"], call["number"], call["reason"]) == ("李敏", "220605-2026-0001", "无服务商")
    assert call["since"] == "2026-11-21T14:00:00+08:00"
    assert rooms.numbers["李敏"] not in str(call)
    assert client.get("/api/v1/calls", headers=bearer["高峰"]).get_json()["items"] == []
    assert client.get("/api/v1/calls", headers=bearer["孙立军"]).status_code == 403


def test_a_noted_answer_takes_the_person_off_the_list(
    client: FlaskClient, bearer: dict[str, dict[str, str]]
) -> None:
    call = only_call(client, bearer["赵雪"])
    url = f"/api/v1/deliveries/{call['delivery']}/answer"
    said = client.post(url, json={"method": "phone", "answered_by": "李敏"}, headers=bearer["赵雪"])
    assert said.status_code == 200
    assert said.get_json() == {
        "id": call["delivery"],
        "answered_at": "2026-11-21T14:00:00+08:00",
        "answered_by": "李敏",
        "method": "phone",
        "reached": True,
    }
    assert client.get("/api/v1/calls", headers=bearer["赵雪"]).get_json()["items"] == []
    assert client.post(url, json={"answered_by": "李敏"}, headers=bearer["赵雪"]).status_code == 409


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({"answered_by": ""}, "answered_by"),
        ({"answered_by": "李敏", "method": "pigeon"}, "method"),
        ({"answered_by": "李敏", "at": "soon"}, "at"),
        ({"answered_by": "李敏", "at": 5}, "at"),
        ({"answered_by": "李敏", "at": "2026-11-21T15:00:00+08:00"}, "at"),
        ({"answered_by": "李敏", "at": "2026-11-21T13:59:00+08:00"}, "at"),
        ({"answered_by": ["李敏"]}, "answered_by"),
        ({"answered_by": "李\x00敏"}, "answered_by"),
        ({"answered_by": "李敏", "reached": "perhaps"}, "reached"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(
    client: FlaskClient, bearer: dict[str, dict[str, str]], told: dict[str, Any], field: str
) -> None:
    url = f"/api/v1/deliveries/{only_call(client, bearer['赵雪'])['delivery']}/answer"
    refused = client.post(url, json=told, headers=bearer["赵雪"])
    assert refused.status_code == 422
    assert list(refused.get_json()["errors"]) == [field]


@pytest.mark.parametrize("delivery_id", [UUID(int=0), None])
def test_a_call_that_is_not_the_rooms_is_not_found(
    client: FlaskClient, bearer: dict[str, dict[str, str]], delivery_id: UUID | None
) -> None:
    found = delivery_id or only_call(client, bearer["赵雪"])["delivery"]
    url = f"/api/v1/deliveries/{found}/answer"
    assert client.post(url, json={"answered_by": "李敏"}, headers=bearer["高峰"]).status_code == 404


def test_the_page_shows_whom_to_dial_and_records_that_it_did(
    client: FlaskClient, bearer: dict[str, dict[str, str]], rooms: Rooms, database: Database
) -> None:
    page = client.get("/calls", headers=bearer["赵雪"]).get_data(as_text=True)
    assert "系统未发，请拨" in page
    assert rooms.numbers["李敏"] in page
    assert "已发送" not in page
    with database.engine.connect() as connection:
        kinds = connection.exec_driver_sql("SELECT kind FROM audit_entry").scalars().all()
    assert "numbers_viewed" in kinds
    assert "没有要拨打的" in client.get("/calls", headers=bearer["高峰"]).get_data(as_text=True)
