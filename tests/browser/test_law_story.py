"""The two cases of the founding papers, walked by officers in a real Chromium: 28 dead become 36; none become 12."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask

from responder.core.clock import FixedClock
from responder.reporting import evidence_cli
from tests.browser.walking import PHONE, Walk, dress, window
from tests.world import SECRET, app_on, installation, later, served

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


@dataclass(frozen=True)
class Tongue:
    """What the pages say in one language."""

    language: str
    heard: str
    grades: tuple[str, str]
    outlook: str
    rises: str
    round_two: str
    old: str
    why: str
    told_again: str
    leap: str
    council: str


CHINESE = Tongue(
    "zh-CN",
    "江源区 八宝煤业 13:20 瓦斯爆炸",
    ("重大", "特别重大"),
    "再有 2 人死亡或失踪，即为特别重大",
    "重大 → 特别重大：保存后重新逐级上报",
    "第 2 轮",
    "这是第 1 版，不是最新的",
    "为什么是",
    "已阅",
    "当时井下一共多少人",
    "国务院",
)
ENGLISH = Tongue(
    "en",
    CHINESE.heard,
    ("Serious", "Especially serious"),
    "2 more dead or missing makes this especially serious",
    "serious → especially serious: saving starts a new round up",
    "Climb 2",
    "This is version 1, not the latest",
    "Why ",
    "Seen",
    "How many were underground in all",
    "State Council",
)
TONGUES = pytest.mark.parametrize("tongue", [CHINESE, ENGLISH], ids=["zh", "en"])


@pytest.fixture
def house(new_world: Callable[[str], str], clock: FixedClock, tmp_path: Any) -> Iterator[tuple[Flask, str]]:
    """A fresh house for a story, served on loopback."""
    app = app_on(new_world("sqlite"), clock, tmp_path)
    with served(app) as base:
        yield app, base
    installation(app).database.engine.dispose()


def log(walk: Walk, heard: str, **figures: str) -> str:
    """Write what the caller says, correct the figures, save; return the incident's address."""
    walk.go("/incidents/new")
    walk.page.fill("[name=text]", heard)
    walk.until("document.querySelector('[name=sector]').value === 'coal_mine'")
    type_in(walk, **figures)
    walk.page.locator(".savebar .btn-primary").click()
    walk.page.wait_for_url(lambda url: len(url.rpartition("/")[2]) == 36)
    return str(walk.page.url)


def type_in(walk: Walk, **figures: str) -> None:
    """Fill figures by hand and wait for what the product makes of them."""
    for name, value in figures.items():
        with walk.page.expect_response("**/preview"):
            walk.page.fill(f"[name={name}]", value)


def judgement(walk: Walk) -> str:
    """Return what stands beside the form: the grade, what decides it, what could raise it."""
    return str(walk.page.inner_text("#judgement"))


def judged(walk: Walk, words: str) -> None:
    """Wait until the judgement beside the form says *words*."""
    walk.page.locator("#judgement", has_text=words).wait_for()


def sign(walk: Walk, reports: int = 1) -> None:
    """Sign the reports that ring, one after the other."""
    for _ in range(reports):
        ringing = walk.page.locator("#alarm").get_attribute("data-alarm")
        walk.page.locator("#alarm button[data-key=a]").click()
        walk.page.wait_for_selector(f"#alarm[data-alarm='{ringing}']", state="detached")
    assert walk.page.locator("#alarm").count() == 0


def figures_of(walk: Walk) -> str:
    """Return the figures that the incident's page shows."""
    return " ".join(str(walk.page.inner_text(".figures")).split())


@TONGUES
def test_28_dead_become_36(
    tongue: Tongue, house: tuple[Flask, str], chromium: Any, clock: FixedClock, tmp_path: Path
) -> None:
    app, base = house
    dress(app, language=tongue.language)
    with (
        window(chromium, base, tongue.language) as county,
        window(chromium, base, tongue.language) as city,
        window(chromium, base, tongue.language) as leader,
    ):
        county.log_in("jiangyuan")
        here = log(county, tongue.heard, deaths="28")
        city.log_in("baishan")
        sign(city)
        later(clock, hours=3)

        # The city verifies eight more; the form says what that does before anything is saved.
        city.page.goto(here)
        city.page.locator("a[href$='/reports/new']").first.click()
        city.page.wait_for_url("**/reports/new")
        assert tongue.outlook in judgement(city)
        city.page.check("[name=kind][value=supplement]")
        city.page.fill("[name=summary]", "核实又有 8 人死亡")
        type_in(city, deaths="36")
        judged(city, tongue.grades[1])
        assert tongue.rises in city.page.inner_text("#goes-to")
        city.page.locator(".savebar .btn-primary").click()
        city.page.wait_for_url(here)

        # A new climb, and the old one beside it.
        assert tongue.grades[1].lower() in city.page.inner_text(".incident-head").lower()
        assert "36" in figures_of(city)
        city.page.goto(f"{here}/legs")
        rounds = city.page.locator("section.climb")
        assert rounds.count() == 2
        assert tongue.round_two in rounds.nth(1).inner_text()
        assert "19:00" in rounds.nth(1).inner_text()  # two hours from when the city learned it
        assert tongue.council in rounds.nth(1).inner_text()

        # The first version can still be read as it was.
        city.page.goto(f"{here}?version=1")
        assert tongue.old in city.page.inner_text("main")
        assert "28" in figures_of(city)
        assert "36" not in figures_of(city)

        # Whoever had the first version is told, and says so.
        county.go("/board?all=1")
        told = county.page.locator("form[action*='/notices/'] button")
        assert tongue.told_again in told.first.inner_text()
        told.first.click()
        county.page.wait_for_url("**?changes=1")
        assert "36" in figures_of(county)

        # The leader opens the strip, and from a limit its article and the facts it rests on.
        leader.log_in("leader")
        leader.page.goto(here)
        strip = leader.page.locator(".chain details.why")
        strip.first.locator("summary").click()
        assert tongue.why in strip.first.locator("summary").inner_text()
        article = strip.first.locator("a[href*='/explanation#leg-']").first
        article.click()
        leader.page.wait_for_url("**/explanation#leg-*")
        limit = leader.page.locator("li[id^='leg-']:target")
        assert limit.count() == 1
        assert "493" in limit.inner_text() or "21" in limit.inner_text()

        check_the_sealed_file(leader, here, tmp_path)


def check_the_sealed_file(walk: Walk, here: str, folder: Path) -> None:
    """Seal what is recorded, take both files home, and check the one without the product's database."""
    walk.page.goto(here)
    walk.page.locator("a[href$='/evidence']").first.click()
    walk.page.locator("form[action$='/evidence'] button").click()
    walk.page.wait_for_selector("table")
    kept = {}
    for form in ("json", "pdf"):
        with walk.page.expect_download() as found:
            walk.page.locator(f"table a[href$='.{form}']").click()
        kept[form] = folder / f"evidence.{form}"
        found.value.save_as(kept[form])
    assert kept["pdf"].read_bytes().startswith(b"%PDF-")
    document = json.loads(kept["json"].read_text(encoding="utf-8"))
    assert [version["facts"]["deaths"] for version in document["versions"]] == [28, 36]
    assert {arrow["climb"] for arrow in document["arrows"]} == {0, 1}
    assert all(arrow["source"]["zh"] and arrow["due_at"] for arrow in document["arrows"])
    said = CliRunner().invoke(
        evidence_cli.cli, ["check", str(kept["json"])], env={"RESPONDER_SECRET_KEY": SECRET}
    )
    assert (said.exit_code, "mark of the installation: holds" in said.output) == (0, True), said.output
    document["versions"][0]["facts"]["deaths"] = 36
    kept["json"].write_text(json.dumps(document), encoding="utf-8")
    said = CliRunner().invoke(evidence_cli.cli, ["check", str(kept["json"])])
    assert (said.exit_code, "changed after it was sealed" in said.output) == (1, True), said.output


@TONGUES
def test_none_dead_become_12_on_a_telephone(
    tongue: Tongue, house: tuple[Flask, str], chromium: Any, clock: FixedClock
) -> None:
    app, base = house
    dress(app, language=tongue.language)
    with (
        window(chromium, base, tongue.language, size=PHONE) as county,
        window(chromium, base, tongue.language, size=PHONE) as city,
    ):
        county.log_in("jiangyuan")
        here = log(county, tongue.heard, deaths="0", trapped="3")
        later(clock, hours=5, minutes=10)
        county.page.goto(f"{here}/reports/new")
        type_in(county, deaths="2")
        assert tongue.leap not in judgement(county)
        type_in(county, deaths="12", trapped="0")
        judged(county, tongue.grades[0])
        assert tongue.leap in judgement(county)
        county.page.fill("[name=summary]", "12 人遇难")
        county.page.locator(".savebar .btn-primary").click()
        county.page.wait_for_url(here)
        assert tongue.grades[0].lower() in county.page.inner_text(".incident-head").lower()
        county.page.goto(f"{here}/legs")
        rounds = county.page.locator("section.climb")
        fresh = rounds.last.inner_text()
        assert "21:10" in fresh
        assert "16:00" in rounds.first.inner_text()  # the earlier limit stays as it was

        # The level above the reporter is asked why three became twelve; the reporter's own level is not.
        city.log_in("baishan")
        sign(city, reports=2)
        city.page.goto(f"{here}/quality")
        asked = city.page.locator("[id^='check-']")
        assert asked.count() == 1
        assert "3" in asked.inner_text()
        assert "12" in asked.inner_text()
        county.page.goto(f"{here}/quality")
        assert county.page.locator("[id^='check-']").count() == 0

        # Both versions, each with its own figures.
        city.page.goto(f"{here}?version=1")
        assert "12" not in figures_of(city)
        city.page.goto(f"{here}?changes=1")
        assert "12" in figures_of(city)
