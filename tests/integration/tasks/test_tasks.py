"""Tasks: accepted, finished or declined by their holder, noted when late, called for when they ring."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from responder.escalation.models import CallOut
from responder.tasks import services
from responder.tasks.models import Task
from tests.integration.plans.stage import Stage


def ordered(stage: Stage, minutes: int = 30) -> dict[str, Any]:
    """Have the leader of Baishan order Jiangyuan to do something, and return the task."""
    incident = stage.gas_explosion()
    body = {"text": "报情况", "tasks": [{"title": "报情况", "holder": "220605", "due_minutes": minutes}]}
    made = stage.post("leader", f"incidents/{incident}/instructions", body, 201)
    task: dict[str, Any] = made["tasks"][0]
    return task


def test_the_holder_accepts_and_finishes_and_each_step_is_stamped(stage: Stage) -> None:
    task = ordered(stage)["id"]
    accepted = stage.post("jiangyuan", f"tasks/{task}/accept")
    assert (accepted["state"], accepted["accepted_by"]) == ("accepted", "周海")
    stage.clock.move(timedelta(minutes=10))
    done = stage.post("jiangyuan", f"tasks/{task}/done", {"note": "12人被困"})
    assert (done["state"], done["note"], done["late"]) == ("done", "12人被困", False)
    assert done["ended_at"] == "2026-11-21T14:10:00+08:00"


def test_a_step_that_cannot_follow_is_refused_with_where_it_stands(stage: Stage) -> None:
    task = ordered(stage)["id"]
    stage.post("jiangyuan", f"tasks/{task}/done")
    assert "已完成" in stage.post("jiangyuan", f"tasks/{task}/accept", status=409)["detail"]


def test_declining_needs_a_reason(stage: Stage) -> None:
    task = ordered(stage)["id"]
    stage.post("jiangyuan", f"tasks/{task}/decline", status=422)
    assert stage.post("jiangyuan", f"tasks/{task}/decline", {"note": "无人可派"})["state"] == "declined"


@pytest.mark.parametrize(("who", "status"), [("jilin", 403), ("neighbour", 404), ("baishan", 200)])
def test_only_the_holder_and_the_issuer_may_say_what_becomes_of_it(
    stage: Stage, who: str, status: int
) -> None:
    stage.post(who, f"tasks/{ordered(stage)['id']}/accept", status=status)


def test_accepting_ends_the_call_for_it(stage: Stage) -> None:
    task = ordered(stage)["id"]
    stage.post("jiangyuan", f"tasks/{task}/accept")
    with stage.database.unit_of_work(write=False) as uow:
        states = list(uow.session.scalars(select(CallOut.state).where(CallOut.target_kind == "task")))
    assert states == ["acknowledged"]


def test_the_board_sees_a_task_without_an_incident_being_accepted(stage: Stage) -> None:
    task = ordered(stage)["id"]
    with stage.database.unit_of_work() as uow:
        uow.session.get_one(Task, UUID(task)).incident_id = None

    def version() -> str:
        said: str = stage.call("jiangyuan", "GET", "/board/version").get_json()["version"]
        return said

    before = version()
    assert version() == before
    stage.post("jiangyuan", f"tasks/{task}/accept")
    assert version() != before


def test_a_task_that_is_due_in_more_than_an_hour_rings_nobody(stage: Stage) -> None:
    ordered(stage, 61)
    with stage.database.unit_of_work(write=False) as uow:
        assert uow.session.scalars(select(CallOut).where(CallOut.target_kind == "task")).all() == []


def test_lateness_is_noted_once(stage: Stage) -> None:
    task = ordered(stage)
    stage.clock.move(timedelta(minutes=30, seconds=1))
    assert services.note_overdue(stage.database) == 1
    assert services.note_overdue(stage.database) == 0
    told = stage.get("jilin", f"incidents/{task['incident']}/timeline")["items"]
    assert [entry["kind"] for entry in told].count("task.overdue") == 1
    assert stage.get("jiangyuan", f"tasks/{task['id']}")["late"] is True


def test_the_holders_board_shows_it_with_one_button(stage: Stage) -> None:
    task = ordered(stage)
    page = stage.call("jiangyuan", "GET", "/board?all=1").get_data(as_text=True)
    assert f"/tasks/{task['id']}/accept" in page
    assert stage.call("jiangyuan", "GET", f"/tasks/{task['id']}").status_code == 200
    assert f"/tasks/{task['id']}/accept" not in stage.call("baishan", "GET", "/board?all=1").get_data(
        as_text=True
    )
