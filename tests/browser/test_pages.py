"""Every page in both looks and languages, at a desk and on a telephone: readable by all, nothing beside the edge."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from responder.core.clock import FixedClock
from responder.foundation.directory.models import Person
from tests.browser.walking import DESK, PHONE, Walk, dress, window
from tests.fixtures import START
from tests.integration.story.telling import log
from tests.world import app_on, callers, installation, later, served, work

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
AXE = Path(__file__).parent / "data" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
RUN = """async (tags) => {
    const found = await axe.run(document, {runOnly: {type: 'tag', values: tags}, iframes: false});
    return found.violations
        .filter((violation) => ['serious', 'critical'].includes(violation.impact))
        .map((violation) => violation.id + ': ' + violation.nodes.slice(0, 3)
            .map((node) => node.target.join(' ') + ' ' + (node.any[0] || {message: ''}).message).join(' | '));
}"""


@dataclass
class House:
    """A house in the middle of the story, and its pages."""

    app: Flask
    base: str
    pages: dict[str, str]


@pytest.fixture(scope="module")
def house(new_world: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house where an accident waits unsigned on the board and people are to be telephoned."""
    clock = FixedClock(START)
    app = app_on(new_world("sqlite"), clock, tmp_path_factory.mktemp("home"))
    incident = log(callers(app))
    for _ in range(2):
        later(clock, minutes=4)
        work(app)
    here = f"/incidents/{incident['id']}"
    pages = {
        "board": "/board",
        "new": "/incidents/new",
        "list": "/incidents",
        "incident": here,
        "report": f"{here}/reports/new",
        "legs": f"{here}/legs",
        "leg": f"/legs/{incident['legs'][0]['id']}",
        "timeline": f"{here}/timeline",
        "explanation": f"{here}/explanation",
        "quality": f"{here}/quality",
        "rescue": f"{here}/rescue",
        "evidence": f"{here}/evidence",
        "map": "/map",
        "forces": f"/dispatch?incident={incident['id']}",
        "plans": "/plans",
        "exercises": "/exercises",
        "hazards": "/hazards",
        "duty": "/duty",
        "calls": "/calls",
        "health": "/health",
    }
    with served(app) as base:
        yield House(app, base, pages)
    installation(app).database.engine.dispose()


def settle(walk: Walk, path: str, milliseconds: int = 80) -> None:
    """Open a page and let it come to rest."""
    walk.go(path)
    walk.page.wait_for_timeout(milliseconds)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_page_has_a_serious_barrier(house: House, chromium: Any, theme: str) -> None:
    dress(house.app, theme=theme)
    source, barriers = AXE.read_text(encoding="utf-8"), {}
    with window(chromium, house.base, theme=theme) as walk:
        for name, path in {"login": "/login", **house.pages}.items():
            if name == "board":
                walk.log_in("baishan")
            settle(walk, path, 300)  # what fades in is not judged half-way
            shown = walk.page.evaluate("document.documentElement.dataset.bsTheme")
            assert shown == theme, name
            walk.page.evaluate(source)
            found = walk.page.evaluate(RUN, RULES)
            barriers[name] = found
    said = "\n".join(f"{name}: {words}" for name, found in barriers.items() for words in found)
    assert not said, said


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_nothing_stands_beside_the_page(
    house: House, chromium: Any, size: tuple[int, int], language: str
) -> None:
    dress(house.app, language=language)
    wide = {}
    with window(chromium, house.base, language, size) as walk:
        for name, path in {"login": "/login", **house.pages}.items():
            if name == "board":
                walk.log_in("baishan")
            settle(walk, path)
            width = walk.page.evaluate("document.documentElement.scrollWidth")
            if width > size[0]:
                wide[name] = width
    assert wide == {}


def test_what_is_pressed_on_the_telephone_is_large_enough(house: House, chromium: Any) -> None:
    dress(house.app)
    small = {}
    script = """() => [...document.querySelectorAll(
            'main button, main .btn, main input:not([type=hidden]), main select')]
        .filter((element) => element.checkVisibility() && !element.closest('.visually-hidden, noscript'))
        .map((element) => [element, element.getBoundingClientRect()])
        .filter(([element, box]) => box.height > 0 && box.height < 43.5
            && !element.classList.contains('visually-hidden') && !['checkbox', 'radio'].includes(element.type))
        .map(([element, box]) => element.outerHTML.slice(0, 80) + ' ' + Math.round(box.height))"""
    with window(chromium, house.base, size=PHONE) as walk:
        walk.log_in("baishan")
        for name in ("board", "new", "incident", "leg", "calls", "report"):
            settle(walk, house.pages[name])
            found = walk.page.evaluate(script)
            if found:
                small[name] = found[:4]
    assert small == {}


def names_of(app: Flask) -> list[str]:
    """Return what stays Chinese in every language: the names of people and mines."""
    with installation(app).database.unit_of_work(write=False) as uow:
        return ["青石岭煤矿", *uow.session.scalars(select(Person.name))]


def test_every_page_of_an_english_reader_is_english(house: House, chromium: Any) -> None:
    dress(house.app, language="en")
    chinese, names = {}, re.compile("|".join(names_of(house.app)))
    with window(chromium, house.base, "en") as walk:
        for name, path in {"login": "/login", **house.pages}.items():
            if name == "board":
                walk.log_in("baishan")
            walk.go(path)
            assert walk.page.evaluate("document.documentElement.lang") == "en"
            said = walk.page.evaluate(
                "[...document.querySelectorAll('h1, h2, h3, th, label, legend, button, nav a, summary')]"
                ".filter((e) => e.checkVisibility() && !e.querySelector('[lang]') && !e.closest('[lang]:not(html)'))"
                ".map((e) => e.innerText.trim()).filter((words) => words)"
            )
            assert said
            wrong = [words for words in said if re.search("[\u4e00-\u9fff]", names.sub("", words))]
            if wrong:
                chinese[name] = wrong[:5]
    assert chinese == {}
