"""Plans: proposed, activated once, turned into tasks of those who hold the posts; searched; superseded."""

from typing import Any

import pytest
from sqlalchemy import select

from responder.escalation.models import CallOut
from tests.integration.plans.stage import GAS, Stage


def titles(items: list[dict[str, Any]]) -> list[str]:
    return [one["title"] for one in items]


def test_a_gas_explosion_brings_the_plans_of_every_level_the_own_special_one_first(stage: Stage) -> None:
    incident = stage.gas_explosion()
    found = stage.get("baishan", f"plans?for={incident}")["items"]
    assert found[0]["title"] == "白山市煤矿瓦斯爆炸事故应急预案"
    assert {one["level"] for one in found} == {"unit", "county", "city", "province", "state"}
    assert all(one["state"] == "valid" for one in found)
    assert not [title for title in titles(found) if "尾矿" in title or "危险化学品" in title]
    overdue = [one["title"] for one in found if one["review_overdue"]]
    assert overdue == ["国家矿山事故灾难应急预案（演示稿）"]
    assert stage.get("jilin", f"incidents/{incident}")["plans"]


def test_activating_turns_steps_into_tasks_of_those_who_hold_the_posts_now(stage: Stage) -> None:
    incident = stage.gas_explosion()
    plan = stage.best_plan("baishan", incident)
    body = stage.post("baishan", f"incidents/{incident}/activations", {"plan": plan, "level": "III"}, 201)
    held = {task["title"]: task["holder"] for task in body["tasks"]}
    assert held["调集矿山救护队下井侦察"]["name"] == "陈国栋"  # the leader in charge by the roster
    assert held["命令矿方撤出全部人员、切断灾区电源"]["name"] == "马成林"
    assert held["成立现场指挥部"]["name"] == "宋文"
    assert held["井口警戒，疏导松树镇道路"]["agency"] == "220605.police"
    deputy = held["会商瓦斯和通风方案"]
    assert deputy["name"] == "陈国栋" and "总工程师空缺" in deputy["note"]["zh"]
    told = [entry["what"] for entry in stage.get("jilin", f"incidents/{incident}/timeline")["items"]]
    assert any("启动Ⅲ级响应" in words for words in told)
    assert any("总工程师空缺" in words for words in told)


def test_the_response_level_decides_which_steps_become_tasks(stage: Stage) -> None:
    incident = stage.gas_explosion()
    plan = next(
        one["id"]
        for one in stage.get("jilin", f"plans?for={incident}")["items"]
        if one["title"] == "吉林省煤矿事故应急预案"
    )
    body = stage.post("jilin", f"incidents/{incident}/activations", {"plan": plan, "level": "IV"}, 201)
    assert "核实井下人数、通风和瓦斯情况" in titles(body["tasks"])
    assert "会商救援方案并报省政府" not in titles(body["tasks"])  # for levels I and II


def test_a_plan_is_activated_once_and_the_second_is_told_who_did_it(stage: Stage) -> None:
    incident = stage.gas_explosion()
    plan = {"plan": stage.best_plan("baishan", incident), "level": "III"}
    stage.post("baishan", f"incidents/{incident}/activations", plan, 201)
    refused = stage.post("leader", f"incidents/{incident}/activations", plan, 409)
    assert "李敏" in refused["detail"] and "14:00" in refused["detail"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"level": "III"}, 422),
        ({"plan": "no id", "level": "III"}, 422),
        ({"plan": "BEST", "level": "V"}, 422),
        ({"plan": "BEST", "level": "I"}, 422),  # the city's plan has no level I
        ({"plan": "00000000-0000-7000-8000-0000000000ff", "level": "III"}, 404),
    ],
)
def test_an_activation_that_cannot_be_is_refused(stage: Stage, body: dict[str, str], status: int) -> None:
    incident = stage.gas_explosion()
    if body.get("plan") == "BEST":
        body = {**body, "plan": stage.best_plan("baishan", incident)}
    stage.post("baishan", f"incidents/{incident}/activations", body, status)


def test_a_county_cannot_activate_the_citys_plan_and_is_told_whom_to_ask(stage: Stage) -> None:
    incident = stage.gas_explosion()
    plan = stage.best_plan("baishan", incident)
    body = {"plan": plan, "level": "III"}
    refused = stage.post("jiangyuan", f"incidents/{incident}/activations", body, 403)
    assert "请报告白山市应急管理局" in refused["detail"]
    stage.post("neighbour", f"incidents/{incident}/activations", body, 404)


def test_a_draft_is_never_proposed_and_cannot_be_activated(stage: Stage) -> None:
    draft = {"title": "江源区爆破事故预案", "kind": "special", "sectors": ["coal_mine"]}
    plan = stage.post("plans", "plans", {**draft, "owner": "220600"}, 201)
    incident = stage.gas_explosion()
    assert plan["id"] not in [one["id"] for one in stage.get("baishan", f"plans?for={incident}")["items"]]
    stage.post("baishan", f"incidents/{incident}/activations", {"plan": plan["id"], "level": "IV"}, 409)


def test_a_draft_that_lacks_post_and_limit_is_returned_with_its_step(stage: Stage) -> None:
    plan = {
        "title": "白山市演示预案",
        "kind": "special",
        "levels": [{"level": "IV"}],
        "steps": [{"action": "及时组织救援"}],
    }
    made = stage.post("plans", "plans", plan, 201)
    refused = stage.post("plans", f"plans/{made['id']}/versions/1/approval", {}, 422)
    assert "第 1 步缺岗位、时限" in refused["detail"]


def test_approving_the_next_version_supersedes_the_valid_one_which_stays_readable(stage: Stage) -> None:
    plan = stage.get("plans", "plans?q=瓦斯&owner=220600")["items"][0]
    text = {
        "title": plan["title"],
        "kind": "special",
        "levels": [{"level": "IV"}],
        "steps": [{"action": "撤人", "post": "值班员", "minutes": 10}],
    }
    stage.post("plans", f"plans/{plan['id']}/versions", text, 201)
    assert stage.get("plans", f"plans/{plan['id']}")["version"] == 2
    stage.post("plans", f"plans/{plan['id']}/versions/3/approval")
    now = stage.get("plans", f"plans/{plan['id']}")
    assert [one["state"] for one in now["versions"]] == ["superseded", "superseded", "valid"]
    assert stage.get("plans", f"plans/{plan['id']}?version=2")["state"] == "superseded"


@pytest.mark.parametrize(
    ("q", "found"),
    [("瓦斯", True), ("透水", True), ("尾矿", True), ("矿", True), ("gas", True), ("斯瓦", False)],
)
def test_words_of_two_characters_are_found(stage: Stage, q: str, found: bool) -> None:
    items = stage.get("jilin", f"plans?q={q}")["items"]
    assert bool(items) is found


def test_a_reader_finds_the_plans_of_the_area_and_of_the_levels_above_and_no_neighbours(stage: Stage) -> None:
    owners = {one["owner"] for one in stage.get("baishan", "plans")["items"]}
    assert owners == {"000000", "220000", "220600", "220605", "220605.unit01"}


def test_a_police_office_without_a_duty_room_is_not_rung_but_telephoned_by_the_issuer(stage: Stage) -> None:
    incident = stage.gas_explosion()
    plan = stage.best_plan("baishan", incident)
    stage.post("baishan", f"incidents/{incident}/activations", {"plan": plan, "level": "III"}, 201)
    with stage.database.unit_of_work(write=False) as uow:
        rung = set(uow.session.scalars(select(CallOut.agency_code).where(CallOut.target_kind == "task")))
    assert rung == set()
    page = stage.call("baishan", "GET", "/board?all=1").get_data(as_text=True)
    assert "电话下达江源区公安局：井口警戒" in page


def test_an_instruction_is_kept_word_for_word_and_rings_the_office_whose_task_is_due_soon(
    stage: Stage,
) -> None:
    incident = stage.gas_explosion()
    words = "全力搜救，严防次生灾害！\n每半小时报一次。"
    body = {
        "text": words,
        "tasks": [{"title": "每半小时报一次", "holder": "220605", "due_minutes": 30}],
    }
    made = stage.post("leader", f"incidents/{incident}/instructions", body, 201)
    assert made["text"] == words and made["leader"] == "陈国栋"
    assert made["tasks"][0]["due_at"] == "2026-11-21T14:30:00+08:00"
    with stage.database.unit_of_work(write=False) as uow:
        rung = list(uow.session.scalars(select(CallOut.agency_code).where(CallOut.target_kind == "task")))
    assert rung == ["220605"]


@pytest.mark.parametrize(
    "body",
    [
        {"text": ""},
        {"text": "报", "tasks": [{"title": "报", "holder": "999999"}]},
        {"text": "报", "tasks": [{"title": "", "holder": "220605"}]},
        {"text": "报", "tasks": [{"title": "报", "holder": "220605", "due_at": "2020-01-01 00:00"}]},
        {"text": "报", "tasks": [{"title": "报", "holder": "220605", "due_minutes": -5}]},
        {"text": "报", "tasks": "all"},
    ],
)
def test_an_instruction_that_cannot_be_used_is_refused(stage: Stage, body: dict[str, Any]) -> None:
    incident = stage.gas_explosion()
    stage.post("leader", f"incidents/{incident}/instructions", body, 422)
    assert stage.get("leader", f"incidents/{incident}")["tasks"] == []


def test_every_page_of_plans_opens(stage: Stage) -> None:
    incident = stage.gas_explosion()
    plan = stage.best_plan("baishan", incident)
    for path in (
        "/plans",
        "/plans?q=瓦斯",
        f"/plans/{plan}",
        f"/plans/{plan}/card?level=III",
        f"/incidents/{incident}",
    ):
        assert stage.call("baishan", "GET", path).status_code == 200, path
    assert stage.call("baishan", "GET", f"/plans/{plan}/card?level=I").status_code == 404
    paper = stage.call("baishan", "GET", f"/plans/{plan}/card.pdf?level=III")
    assert paper.mimetype == "application/pdf"
    assert paper.headers["Content-Disposition"].isascii()
    assert paper.get_data().startswith(b"%PDF")


def test_while_the_type_is_not_told_the_plans_of_the_sector_are_proposed(stage: Stage) -> None:
    body = {key: value for key, value in GAS.items() if key != "accident_type"}
    incident = stage.post("jiangyuan", "incidents", body, 201)
    assert "白山市矿井透水事故应急预案" in titles(
        stage.get("baishan", f"plans?for={incident['id']}")["items"]
    )
