"""Exercises: sealed off from reality, injects once and in time, suspended with one click, over when they are over."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from plans.exercises.models import Exercise, ExerciseInject
from plans.exercises.running import run_injects
from plans.models import Activation, Plan, PlanVersion
from responder.core.ids import LaneId, new_id
from responder.core.lanes import REAL_LANE
from responder.escalation.models import CallOut
from responder.foundation.messaging.models import Delivery
from responder.incidents.models import Incident
from responder.tasks.models import Task
from tests.integration.plans.stage import Stage

SCRIPT = [
    {"offset_minutes": 0, "to": "baishan", "text": "第一条"},
    {"offset_minutes": 5, "to": "220605", "text": "第二条"},
]


def ready_made(stage: Stage) -> str:
    found: str = stage.get("drills", "exercises")["items"][0]["id"]
    return found


def started(stage: Stage) -> str:
    exercise = ready_made(stage)
    stage.post("drills", f"exercises/{exercise}/start")
    return exercise


def own_script(stage: Stage, **more: object) -> str:
    body = {
        "title": "小演练",
        "kind": "functional",
        "planned_at": "2026-11-21T14:00:00+08:00",
        "participants": ["baishan", "220605"],
        "injects": SCRIPT,
        **more,
    }
    found: str = stage.post("drills", "exercises", body, 201)["id"]
    return found


def test_starting_logs_the_incident_inside_and_leaves_reality_as_it_was(stage: Stage) -> None:
    real = stage.gas_explosion()
    before = {who: stage.call(who, "GET", "/board/version").get_json() for who in ("baishan", "jilin")}
    exercise = started(stage)
    inside = stage.get("baishan", "incidents", lane=exercise)["items"]
    assert [one["number"] for one in inside] == ["演220605-2026-0001"]
    assert inside[0]["lane"] == exercise and inside[0]["reporting_grade"] == "III"
    outside = stage.get("baishan", "incidents")["items"]
    assert [one["id"] for one in outside] == [real] and outside[0]["number"] == "220605-2026-0001"
    after = {who: stage.call(who, "GET", "/board/version").get_json() for who in ("baishan", "jilin")}
    assert after == before
    assert stage.call("baishan", "GET", f"/api/v1/incidents/{inside[0]['id']}").status_code == 404
    assert stage.call("baishan", "GET", f"/api/v1/incidents/{real}", lane=exercise).status_code == 404


def test_a_list_narrowed_to_a_lane_holds_that_lanes_incidents_alone(stage: Stage) -> None:
    stage.gas_explosion()
    exercise = started(stage)
    for lane, name, lanes in (
        (None, "real", {"real"}),
        (None, exercise, set()),
        (exercise, exercise, {exercise}),
        (exercise, "real", set()),
    ):
        items = stage.get("baishan", f"incidents?lane={name}", lane=lane)["items"]
        assert {item["lane"] for item in items} == lanes


def test_starting_needs_no_confirmations_and_says_who_has_not_confirmed(stage: Stage) -> None:
    exercise = ready_made(stage)
    stage.post("baishan", f"exercises/{exercise}/confirmation")
    body = stage.post("drills", f"exercises/{exercise}/start")
    assert "baishan" not in body["unconfirmed"] and "jiangyuan" in body["unconfirmed"]


def test_the_same_pages_stand_under_the_exercises_path_each_with_the_mark(stage: Stage) -> None:
    exercise = started(stage)
    incident = stage.get("baishan", "incidents", lane=exercise)["items"][0]["id"]
    for path in ("board", "incidents", f"incidents/{incident}", "plans", f"incidents/{incident}/legs"):
        page = stage.call("baishan", "GET", f"/exercises/{exercise}/{path}")
        text = page.get_data(as_text=True)
        assert page.status_code == 200, path
        assert "【演练】" in text and 'class=" exercise stripes"' in text, path
        assert f'href="/exercises/{exercise}/board"' in text
    assert "【演练】" not in stage.call("baishan", "GET", "/board").get_data(as_text=True)


def test_activation_and_tasks_stay_inside(stage: Stage) -> None:
    exercise = started(stage)
    incident = stage.get("baishan", "incidents", lane=exercise)["items"][0]["id"]
    plan = stage.best_plan("baishan", incident, lane=exercise)
    body = {"plan": plan, "level": "III"}
    made = stage.post("baishan", f"incidents/{incident}/activations", body, 201, lane=exercise)
    assert made["lane"] == exercise and {task["lane"] for task in made["tasks"]} == {exercise}
    task = made["tasks"][0]["id"]
    stage.post("baishan", f"tasks/{task}/accept", status=404)
    stage.post("baishan", f"tasks/{task}/accept", lane=exercise)
    assert stage.get("baishan", "tasks")["items"] == []


@pytest.mark.parametrize("table", [Task, Activation])
def test_the_database_refuses_a_row_of_one_lane_that_points_into_another(stage: Stage, table: type) -> None:
    real = UUID(stage.gas_explosion())
    exercise = UUID(started(stage))
    with stage.database.unit_of_work(write=False) as uow:
        plan, version = uow.session.execute(select(Plan.id, PlanVersion.id).join(PlanVersion)).first() or (
            None,
            None,
        )
    common = {
        "id": new_id(),
        "lane_id": exercise,
        "incident_id": real,
        "agency_code": "220600",
        "agency_name": "x",
    }
    now = stage.clock.now()
    task = {
        "number": "x",
        "source_kind": "plan",
        "source_id": new_id(),
        "position": 1,
        "title_zh": "x",
        "title_en": "x",
        "text": "x",
        "post": "x",
        "agency_name_en": "x",
        "person_name": "",
        "phone": "",
        "issuer_code": "220600",
        "issued_by": "x",
        "issued_at": now,
        "state": "open",
        "note": "",
        "overdue_noted": False,
        "province_code": "220000",
        "sector": "coal_mine",
    }
    activation = {
        "plan_id": plan,
        "version_id": version,
        "level": 3,
        "activated_by": "x",
        "activated_at": now,
    }
    with pytest.raises(IntegrityError), stage.database.engine.begin() as connection:
        connection.execute(insert(table).values(**common, **(task if table is Task else activation)))


@pytest.mark.parametrize(
    ("who", "status"), [("neighbour", 404), ("jilin", 200), ("jiangyuan", 200), ("mine", 200)]
)
def test_only_those_who_take_part_organize_or_look_after_it_enter(
    stage: Stage, who: str, status: int
) -> None:
    exercise = started(stage)
    assert stage.call(who, "GET", "/api/v1/incidents", lane=exercise).status_code == status


def test_nobody_enters_a_lane_that_has_not_begun_or_does_not_exist(stage: Stage) -> None:
    assert stage.call("baishan", "GET", "/api/v1/incidents", lane=ready_made(stage)).status_code == 404
    assert stage.call("baishan", "GET", "/api/v1/incidents", lane=str(new_id())).status_code == 404
    assert stage.call("baishan", "GET", "/api/v1/incidents", lane="no lane").status_code == 404


def test_an_inject_comes_in_its_minute_once_also_after_a_restart(stage: Stage) -> None:
    exercise = own_script(stage)
    stage.post("drills", f"exercises/{exercise}/start")
    assert [task["title"] for task in stage.get("baishan", "tasks", lane=exercise)["items"]] == ["第一条"]
    stage.clock.move(timedelta(minutes=4, seconds=59))
    assert run_injects(stage.database) == 0
    stage.clock.move(timedelta(seconds=1))
    assert run_injects(stage.database) == 1
    assert run_injects(stage.database) == 0
    held = stage.get("jiangyuan", "tasks", lane=exercise)["items"]
    assert [task["title"] for task in held] == ["第二条"]
    sent = stage.get("drills", f"exercises/{exercise}")["injects"]
    assert [one["late_seconds"] for one in sent] == [None, None]


def test_what_is_due_after_an_hour_without_a_clock_comes_once_and_says_that_it_is_late(stage: Stage) -> None:
    exercise = own_script(stage)
    stage.post("drills", f"exercises/{exercise}/start")
    stage.clock.move(timedelta(hours=1))
    assert run_injects(stage.database) == 1
    late = stage.get("drills", f"exercises/{exercise}")["injects"][1]["late_seconds"]
    assert late == 55 * 60
    page = stage.call("drills", "GET", f"/exercises/{exercise}").get_data(as_text=True)
    assert "迟到 55 分钟" in page


def test_an_inject_taken_by_another_clock_meanwhile_is_not_sent_again(stage: Stage) -> None:
    exercise = own_script(stage)
    stage.post("drills", f"exercises/{exercise}/start")
    stage.clock.move(timedelta(minutes=5))
    with stage.database.unit_of_work(lane=None) as uow:
        uow.session.execute(
            update(ExerciseInject).where(ExerciseInject.sent_at.is_(None)).values(sent_at=uow.now)
        )
    assert run_injects(stage.database) == 0


def test_a_suspension_freezes_the_script_stops_the_calls_and_tells_everybody(stage: Stage) -> None:
    exercise = own_script(stage)
    stage.post("drills", f"exercises/{exercise}/start")
    stage.clock.move(timedelta(minutes=2))
    stage.post("baishan", f"exercises/{exercise}/suspend")  # one click of any duty room that takes part
    with stage.database.unit_of_work(lane=LaneId(UUID(exercise)), write=False) as uow:
        assert set(uow.session.scalars(select(CallOut.state))) == {"cancelled"}
        told = uow.session.execute(
            select(Delivery.agency_code, Delivery.body).where(Delivery.body.contains("中止"))
        ).all()
    assert {code for code, _ in told} == {"220600", "220605"}
    stage.clock.move(timedelta(minutes=30))
    assert run_injects(stage.database) == 0
    stage.post("drills", f"exercises/{exercise}/resume")
    assert run_injects(stage.database) == 0
    stage.clock.move(timedelta(minutes=3))
    assert run_injects(stage.database) == 1
    with stage.database.unit_of_work(lane=LaneId(UUID(exercise)), write=False) as uow:
        assert "calling" in set(uow.session.scalars(select(CallOut.state)))


def test_nothing_is_saved_in_a_suspended_exercise_which_a_real_accident_would_be_lost_in(
    stage: Stage,
) -> None:
    exercise = started(stage)
    stage.post("leader", f"exercises/{exercise}/suspend")
    body = {"jurisdiction": "220605", "sector": "coal_mine", "summary": "真的出事了"}
    refused = stage.post("jiangyuan", "incidents", body, 409, lane=exercise)
    assert "没有保存" in refused["detail"] and "值班看板" in refused["detail"]
    stage.post("jiangyuan", "incidents", body, 201)


def test_a_message_answered_after_its_exercise_ended_is_refused_in_words(stage: Stage) -> None:
    exercise = own_script(stage)
    stage.post("drills", f"exercises/{exercise}/start")
    task = stage.get("baishan", "tasks", lane=exercise)["items"][0]["id"]
    stage.post("drills", f"exercises/{exercise}/end")
    refused = stage.post("baishan", f"tasks/{task}/done", {"note": "已办"}, 409, lane=exercise)
    assert "已于 14:00 结束" in refused["detail"]
    assert stage.get("baishan", f"tasks/{task}", lane=exercise)["state"] == "withdrawn"
    with stage.database.unit_of_work(lane=LaneId(UUID(exercise)), write=False) as uow:
        open_calls = uow.session.scalars(select(CallOut).where(CallOut.state == "calling")).all()
    assert open_calls == []


@pytest.mark.parametrize(
    ("who", "step", "status"),
    [
        ("baishan", "start", 403),
        ("drills", "resume", 409),
        ("drills", "fly", 422),
        ("neighbour", "suspend", 404),
    ],
)
def test_a_step_out_of_order_or_by_another_is_refused(stage: Stage, who: str, step: str, status: int) -> None:
    stage.post(who, f"exercises/{ready_made(stage)}/{step}", status=status)


def test_a_drill_in_a_sensitive_period_starts_only_once_a_leader_has_approved(stage: Stage) -> None:
    exercise = own_script(stage, planned_at="2027-10-01T09:00:00+08:00")
    assert any("国庆" in one["zh"] for one in stage.get("drills", f"exercises/{exercise}")["conflicts"])
    stage.post("drills", f"exercises/{exercise}/start", status=409)
    stage.post("baishan", f"exercises/{exercise}/approval", status=403)
    stage.post("leader", f"exercises/{exercise}/approval")
    stage.post("drills", f"exercises/{exercise}/start")


@pytest.mark.parametrize(
    "more",
    [
        {"title": ""},
        {"kind": "party"},
        {"planned_at": "soon"},
        {"participants": ["nobody"]},
        {"participants": "baishan"},
        {"injects": [{"offset_minutes": -1, "to": "baishan", "text": "x"}]},
        {"injects": [{"offset_minutes": 0, "to": "nobody", "text": "x"}]},
        {"injects": [{"to": "baishan"}]},
        {"plan": "00000000-0000-7000-8000-0000000000ff"},
        {"script": "nothing"},
    ],
)
def test_an_exercise_that_cannot_be_planned_is_refused(stage: Stage, more: dict[str, object]) -> None:
    body = {"title": "小演练", "kind": "functional", "injects": SCRIPT, **more}
    stage.post("drills", "exercises", body, 422)
    stage.post("baishan", "exercises", {"title": "x", "kind": "tabletop"}, 403)


def test_the_organizers_pages_open_and_the_log_tells_what_happened(stage: Stage) -> None:
    exercise = started(stage)
    assert stage.call("drills", "GET", "/exercises").status_code == 200
    page = stage.call("drills", "GET", f"/exercises/{exercise}").get_data(as_text=True)
    assert "注入第 1 条给220605" in page and "已注入 1/8" in page
    with stage.database.unit_of_work(lane=None, write=False) as uow:
        lanes = set(uow.session.scalars(select(Incident.lane_id)))
        assert lanes == {UUID(exercise)} and REAL_LANE not in lanes
        assert uow.session.get_one(Exercise, UUID(exercise)).state == "running"
