"""From report to action in a real Chromium: plan, command, forces, the team's telephone, the map, the leader's words.

What the README's tour promises is done here with mouse and eyes only, each person in a window of their own.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from plans.loading import load_demo_plans
from responder.core.clock import FixedClock
from responder.dispatch.demo_forces import load_demo_forces
from tests.browser.walking import DESK, PHONE, Walk, dress, window
from tests.integration.story.telling import log
from tests.world import app_on, caller, installation, later, served, work

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
TEAM, NEAREST, PLANNED = "通化矿山救护队", "沈阳矿山救援基地", "鹤岗矿山救援基地"
WORDS = "全力搜救被困人员，严防次生灾害；家属安抚由区政府负责。"


@dataclass
class House:
    """The served product, the incident of the story, and a window for each person."""

    app: Flask
    clock: FixedClock
    base: str
    chromium: Any
    windows: ExitStack
    incident: str = ""
    people: dict[str, Walk] = field(default_factory=dict)

    def at(self, login: str, path: str, size: tuple[int, int] = DESK) -> Any:
        """Return the page of *login* at *path*."""
        if login not in self.people:
            self.people[login] = self.windows.enter_context(window(self.chromium, self.base, size=size))
            self.people[login].log_in(login)
        self.people[login].go(path)
        return self.people[login].page


@pytest.fixture
def house(
    new_world: Callable[[str], str], clock: FixedClock, chromium: Any, tmp_path: Path
) -> Iterator[House]:
    """A served house in which Jiangyuan has reported ten dead in a gas explosion."""
    app = app_on(new_world("sqlite"), clock, tmp_path)
    dress(app)
    with installation(app).database.unit_of_work() as uow:
        load_demo_forces(uow)
        load_demo_plans(uow)
    with served(app) as base, ExitStack() as windows:
        found = House(app, clock, base, chromium, windows)
        reported = log(lambda login: caller(app, login), facts={"deaths": 10, "trapped": 12, "missing": 3})
        found.incident = f"/incidents/{reported['id']}"
        yield found
    installation(app).database.engine.dispose()


def press(page: Any, button: Any) -> None:
    """Press what leads to another page, and wait for it."""
    with page.expect_navigation():
        button.click()


def panel(page: Any, key: str) -> str:
    """Return what a block of the incident's page says."""
    said: str = page.locator(f"#panel-{key}").inner_text()
    return said


# --- The scenes ---------------------------------------------------------------------------------------------


def plan_becomes_tasks(house: House) -> None:
    """Baishan reads which plans fit and why, puts the best into force, and sees its steps as tasks."""
    page = house.at("baishan", house.incident)
    best = page.locator("#panel-plans .ranked > li").first
    assert "煤矿瓦斯爆炸" in best.locator("a.lead").inner_text()
    assert best.locator(".pro").count() >= 2, "a proposal without its reasons"
    assert page.locator("#panel-tasks").count() == 0
    press(page, best.locator("button"))
    assert "白山市应急管理局" in panel(page, "plans") and "启动" in panel(page, "plans")
    tasks = page.locator("#panel-tasks .list > li")
    assert tasks.count() >= 5
    assert page.locator("#panel-tasks .count").count() >= 5, "a task without its limit"
    assert page.locator(".quad .level").count() == 1
    first = tasks.first.locator("a")
    name = first.inner_text()
    press(page, first)
    assert page.inner_text("h1") == name


def command_is_taken(house: House) -> None:
    """Jilin takes command with one click, the county it had been with is told, the city is told whom to ask."""
    here = house.incident.rpartition("/")[2]
    page = house.at("commander", f"/dispatch?incident={here}")
    assert page.locator(".ranked a", has_text="下调度令").count() == 0
    press(page, page.get_by_role("button", name="接管指挥"))
    assert "您在指挥" in page.inner_text(".command")
    leader = house.at("leader", f"/dispatch?incident={here}")
    assert "指挥权在吉林省" in leader.inner_text(".command")
    assert leader.locator(".ranked .act .btn").count() == 0
    county = house.at("jiangyuan", "/board?all=1")
    assert "指挥已由吉林省" in county.inner_text("#live-yours")


def forces_are_ranked_and_called(house: House) -> str:
    """Jilin orders its own team, is warned before it asks for an unconfirmed base, and cannot ask a planned one."""
    here = house.incident.rpartition("/")[2]
    page = house.at("commander", f"/dispatch?incident={here}&all=1")
    row = page.locator(".ranked > li", has_text=TEAM)
    assert row.locator(".pro").count() and "至" in row.locator(".eta").inner_text()
    press(page, row.locator("a.btn"))
    press(page, page.locator(".ranked .confirm form button.btn-primary"))
    assert "调度令 吉调〔2026〕1 号" in page.inner_text("h1")
    order = page.url.rpartition("/")[2]
    page = house.at("commander", f"/dispatch?incident={here}&all=1")
    planned = page.locator(".ranked > li", has_text=PLANNED)
    assert "规划" in planned.inner_text() and "不可调度" in planned.inner_text()
    assert planned.locator("a.btn, button").count() == 0
    base = page.locator(".ranked > li", has_text=NEAREST)
    press(page, base.locator("a.btn", has_text="发请求函"))
    warned = page.locator(".ranked .confirm")
    assert "仍要请求吗？" in warned.inner_text() and "btn-primary" not in warned.inner_html()
    press(page, warned.get_by_role("button", name="仍要请求"))
    assert "请求函 吉请〔2026〕" in page.inner_text("h1")
    assert "应急管理部" in page.inner_text(".order-side")
    state = house.at("state", "/board?all=1")
    assert NEAREST in state.inner_text("#live-yours") and "转请" in state.inner_text("#live-yours")
    return order


def team_moves(house: House, order: str, words: tuple[str, ...], done: int) -> None:
    """The team's leader presses what comes next on a telephone; every step is stamped."""
    page = house.at("base", "/board", PHONE)
    assert "吉调〔2026〕1 号" in page.inner_text("#live-yours")
    for word in words:
        page = house.at("base", f"/dispatch-orders/{order}")
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
        later(house.clock, minutes=4)
        press(page, page.get_by_role("button", name=word))
    assert page.locator(".steps li.done").count() == done
    stamps = page.locator(".steps li.done small").all_inner_texts()
    assert len(set(stamps)) == done and "—" not in stamps


def map_shows_it(house: House) -> None:
    """The map draws the incident, the team on its way and where people gather; the list has the same totals."""
    here = house.incident.rpartition("/")[2]
    page = house.at("commander", f"/map?incident={here}")
    names = page.locator(".totals tbody th").all_inner_texts()
    cells = page.locator(".totals tbody td").all_inner_texts()
    drawn, listed = cells[::2], cells[1::2]
    assert drawn == listed and {"事故", "出动力量", "集结点"} <= set(names)
    totals = dict(zip(names, map(int, drawn), strict=True))
    assert totals["出动力量"] >= 1 and totals["集结点"] >= 1
    assert page.inner_text(".map-cols aside .push").replace(" ", "") == "{0}={0}".format(sum(totals.values()))
    frame = page.frame_locator("iframe.map")
    frame.locator("body[data-ready=yes]").wait_for()
    assert frame.locator("body").get_attribute("data-total") == str(sum(totals.values()))
    assert frame.locator(".route").count() >= 1


def words_become_tasks(house: House) -> None:
    """The leader's words are kept as they were said, and become a task with a limit."""
    page = house.at("leader", house.incident)
    page.locator("#panel-instructions summary").click()
    page.fill("[name=text]", WORDS)
    page.fill("[name=task_0]", "安抚家属")
    page.select_option("[name=office_0]", "220605.government")
    page.fill("[name=minutes_0]", "60")
    press(page, page.get_by_role("button", name="记下并下达"))
    assert WORDS in panel(page, "instructions")
    task = page.locator("#panel-tasks li", has_text="安抚家属")
    assert "江源区人民政府" in task.inner_text() and "1:00" in task.locator(".count").inner_text()


def figures_open_their_rows(house: House, order: str) -> None:
    """Each level's times stand on the page, and a figure opens the record that it was counted from."""
    page = house.at("commander", house.incident)
    assert "首支到场" in panel(page, "measures")
    figure = page.locator(f"#panel-measures a[href='/dispatch-orders/{order}']").first
    press(page, figure)
    assert "吉调〔2026〕1 号" in page.inner_text("h1")


def timeline_leaves_the_house(house: House) -> None:
    """The timeline is downloaded as PDF and as JSON with the proof of the audit chain."""
    page = house.at("commander", f"{house.incident}/timeline")
    with page.expect_download() as got:
        page.get_by_role("link", name="PDF").click()
    assert Path(got.value.path()).read_bytes().startswith(b"%PDF")
    with page.expect_download() as got:
        page.get_by_role("link", name="JSON").click()
    told = json.loads(Path(got.value.path()).read_text("utf-8"))
    said = json.dumps(told, ensure_ascii=False)
    assert WORDS in said and "seal" in told and TEAM in said


def test_the_ten_minute_story(house: House) -> None:
    caller(house.app, "admin").post("rescue-bases/M03/state", {"state": "planned", "note": "只在规划里"})
    plan_becomes_tasks(house)
    command_is_taken(house)
    order = forces_are_ranked_and_called(house)
    team_moves(house, order, ("接受，准备出发", "出发了"), done=3)
    map_shows_it(house)
    team_moves(house, order, ("到场了", "归建"), done=5)
    words_become_tasks(house)
    figures_open_their_rows(house, order)
    timeline_leaves_the_house(house)


def real_rows(house: House) -> tuple[str, str, list[str]]:
    """Return what the real board of Baishan counts, its links to days and months, and which rows it holds."""
    page = house.at("baishan", "/board")
    head = page.locator("#live-incidents .head")
    rows = page.locator("#live-incidents tbody tr").evaluate_all("rows => rows.map((row) => row.id)")
    return head.locator("span").first.inner_text(), head.locator(".links").inner_text(), rows


def test_an_exercise_is_seen_to_be_one_and_moves_nothing_real(house: House) -> None:
    before = real_rows(house)
    page = house.at("drills", "/exercises")
    form = page.locator("details.panel", has_text="排一次演练")
    if form.get_attribute("open") is None:
        form.locator("summary").first.click()
    page.select_option("[name=script]", "baishan-gas")
    press(page, page.get_by_role("button", name="排定演练"))
    press(page, page.get_by_role("button", name="开始演练"))
    later(house.clock, minutes=7)
    work(house.app)
    press(page, page.get_by_role("link", name="进入演练看板"))
    inside = page.url.removeprefix(house.base).removesuffix("/board")
    assert "【演练】" in page.inner_text(".exercise-note") and "不是真实事故" in page.inner_text(
        ".exercise-note"
    )
    city = house.at("baishan", f"{inside}/board")
    assert "【演练】" in city.inner_text("#alarm h2")
    press(city, city.locator("#live-incidents a.clip").first)
    assert "演220605-2026-" in city.inner_text("main") and "【演练】" in city.inner_text(".incident-head")
    for path in ("/map", "/dispatch", "/incidents"):
        assert "不是真实事故" in house.at("baishan", inside + path).inner_text("body"), path
    assert real_rows(house) == before
    assert "演练" not in house.at("baishan", "/board").inner_text("main")
