"""The main job by keyboard in a real Chromium, in both languages: heard, logged, rung, acknowledged, sent on."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask

from responder.core.clock import FixedClock
from tests.browser.walking import PHONE, dress, window
from tests.fixtures import START
from tests.world import STORY, app_on, caller, installation, later, served

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
GRADE = {"zh-CN": "较大", "en": "Larger"}
RINGS = {"zh-CN": "未签收", "en": "unsigned"}


@pytest.fixture
def house(new_world: Callable[[str], str], clock: FixedClock, tmp_path: Any) -> Iterator[tuple[Flask, str]]:
    """A fresh house for a story, served on loopback."""
    app = app_on(new_world("sqlite"), clock, tmp_path)
    with served(app) as base:
        yield app, base
    installation(app).database.engine.dispose()


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_the_story_runs_by_keyboard(
    language: str, house: tuple[Flask, str], chromium: Any, clock: FixedClock
) -> None:
    app, base = house
    dress(app, language=language)
    with window(chromium, base, language) as county, window(chromium, base, language) as city:
        city.log_in("baishan")
        assert city.page.locator("#alarm").count() == 0
        county.log_in("jiangyuan")
        county.page.keyboard.press("n")
        county.page.wait_for_url("**/incidents/new")
        county.until("document.activeElement.name === 'text'")
        county.page.keyboard.insert_text(STORY)
        county.until("document.querySelector('[name=missing]').value === '3'")
        county.until(
            f"document.querySelector('aside').innerText.toLowerCase().includes('{GRADE[language].lower()}')"
        )
        assert county.page.input_value("[name=missing]") == "3"
        assert county.page.input_value("[name=trapped]") == "12"
        assert county.page.input_value("[name=sector]") == "coal_mine"
        assert county.page.input_value("[name=occurred_at]") == "2026-11-21 13:20"
        county.page.keyboard.press("Control+Enter")
        county.page.wait_for_url(lambda url: len(url.rpartition("/")[2]) == 36)
        here = county.page.url
        assert "220605-2026-0001" in county.page.inner_text("main")
        assert GRADE[language].lower() in county.page.inner_text("main").lower()

        city.page.wait_for_selector("#alarm", timeout=20_000)
        assert RINGS[language] in city.page.inner_text("#alarm")
        later(clock, minutes=12)
        city.page.keyboard.press("a")
        city.page.wait_for_selector("#alarm", state="detached", timeout=20_000)
        (incident,) = caller(app, "baishan").get("incidents")["items"]
        assert here.endswith(incident["id"])
        legs = caller(app, "baishan").get(f"incidents/{incident['id']}")["legs"]
        opened = {(leg["from"], leg["to"]): leg["state"] for leg in legs if leg["kind"] == "report"}
        assert opened["county.work_safety", "city.work_safety"] == "acknowledged"
        assert opened["city.work_safety", "province.work_safety"] == "open"

        city.page.goto(f"{here}?all=1")
        city.page.locator("form[action$='/send'] button:visible").first.focus()
        with city.page.expect_navigation():
            city.page.keyboard.press("Enter")
        legs = caller(app, "jilin").get(f"incidents/{incident['id']}")["legs"]
        sent = [leg["state"] for leg in legs if (leg["from"], leg["kind"]) == ("city.work_safety", "report")]
        assert "sent" in sent
        with window(chromium, base, language) as province:
            province.log_in("jilin")
            province.page.wait_for_selector("#alarm")
            assert clock.now() > START


def test_what_is_typed_survives_a_closed_window(house: tuple[Flask, str], chromium: Any) -> None:
    _, base = house
    for turn in range(2):
        with window(chromium, base) as walk:
            walk.log_in("jiangyuan")
            walk.go("/incidents/new")
            if turn == 0:
                walk.page.fill("[name=text]", STORY)
                with walk.page.expect_response("**/incidents/draft"):
                    walk.page.fill("[name=unit]", "青石岭煤矿")
                walk.page.wait_for_timeout(1500)
            else:
                assert walk.page.input_value("[name=text]") == STORY
                assert walk.page.input_value("[name=unit]") == "青石岭煤矿"


def test_a_commander_on_the_telephone_can_read_and_acknowledge(
    house: tuple[Flask, str], chromium: Any
) -> None:
    app, base = house
    body = {"place": "江源区", "sector": "coal_mine", "facts": {"missing": 3}, "summary": "瓦斯爆炸"}
    caller(app, "jiangyuan").post("incidents", body, status=201)
    with window(chromium, base, size=PHONE) as walk:
        walk.log_in("baishan")
        walk.page.locator("#alarm button[data-key=a]").click()
        walk.page.wait_for_selector("#alarm", state="detached")


def test_the_pages_work_without_scripts(house: tuple[Flask, str], chromium: Any) -> None:
    _, base = house
    context = chromium.new_context(java_script_enabled=False, locale="zh-CN")
    page = context.new_page()
    page.goto(f"{base}/login")
    page.locator("button[value='jiangyuan']").first.click()
    page.goto(f"{base}/incidents/new")
    page.fill("[name=text]", STORY)
    page.locator("button[value=preview]:visible").click()
    assert page.input_value("[name=missing]") == "3"
    page.locator(".savebar button[value=save]").click()
    assert "220605-2026-0001" in page.inner_text("main")
    context.close()
