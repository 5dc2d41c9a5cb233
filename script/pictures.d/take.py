"""Walks the story of the product in Chromium and takes its pictures."""

import argparse
import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Error, Page, sync_playwright

sys.path.insert(0, str(Path(__file__).parents[2]))
from tests.services import find_chromium

STORY = "江源区松树镇 某煤矿 13:20 瓦斯爆炸 被困12人 下落不明3人"
TEAM = "tonghua"  # in the name of the team whose leader is the account `base`
SCRIPT = "baishan-gas"
DESK, PHONE = (1440, 900), (390, 844)
LOCALES = {"zh": "zh_Hans_CN", "en": "en"}
ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking")


@contextmanager
def served() -> Iterator[str]:
    """Serve the prepared demo on a spare port, and yield its address."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        port = door.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    command = program("responder", "serve", "--all-in-one", "--bind", f"127.0.0.1:{port}")
    server = subprocess.Popen(command, env={**os.environ, "RESPONDER_PUBLIC_URL": address})
    try:
        await_ready(address, server)
        yield address
    finally:
        server.terminate()
        server.wait(timeout=40)


def await_ready(address: str, server: "subprocess.Popen[bytes]") -> None:
    """Wait until the server says that it can serve."""
    for _ in range(240):
        if server.poll() is not None:
            raise SystemExit("the server ended before it answered")
        with suppress(OSError):
            urllib.request.urlopen(f"{address}/readyz", timeout=5).close()
            return
        time.sleep(0.25)
    raise SystemExit("the server is not ready after a minute")


@dataclass
class Eyes:
    """A browser at the address of the demo, with one context for each account, language, look and size."""

    browser: Browser
    address: str
    told: list[str] = field(default_factory=list)
    contexts: dict[tuple[object, ...], BrowserContext] = field(default_factory=dict)

    def page(
        self, login: str, locale: str = "zh", theme: str = "light", size: tuple[int, int] = DESK
    ) -> Page:
        """Return a page of *login*, logged in; without a login, nobody's."""
        key = (login, locale, theme, size)
        if key not in self.contexts:
            self.contexts[key] = self._enter(login, locale, theme, size)
        page = self.contexts[key].new_page()
        page.on("console", lambda said: self._note(login, said.type, said.text))
        return page

    def _enter(self, login: str, locale: str, theme: str, size: tuple[int, int]) -> BrowserContext:
        width, height = size
        context = self.browser.new_context(
            viewport={"width": width, "height": height},
            locale="en-GB" if locale == "en" else "zh-CN",
            timezone_id="Asia/Shanghai",
            reduced_motion="reduce",
        )
        host = self.address.removeprefix("http://").partition(":")[0]
        context.add_cookies(
            [
                {"name": "locale", "value": LOCALES[locale], "domain": host, "path": "/"},
                {"name": "theme", "value": theme, "domain": host, "path": "/"},
            ]
        )
        if login:
            page = context.new_page()
            page.goto(f"{self.address}/login")
            page.locator(f"button[name=demo_login][value={login}]").click()
            page.wait_for_url("**/board*")
            other = page.locator(f"button[name=theme][value={theme}]").first
            if other.count():
                with page.expect_navigation():
                    other.evaluate("button => button.form.requestSubmit(button)")
            page.close()
        return context

    def _note(self, login: str, kind: str, text: str) -> None:
        if kind in ("error", "warning"):
            self.told.append(f"{login}: {kind}: {text}")


def shoot(page: Page, path: Path, *, full: bool = False) -> None:
    """Take one picture once the page stands still."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with suppress(Error):
        page.wait_for_load_state("networkidle", timeout=3000)
    page.wait_for_timeout(400)
    page.screenshot(path=path, full_page=full, animations="disabled")
    page.close()


def logged(eyes: Eyes, folder: Path) -> str:
    """Log the accident as the county does, and return the path of its page."""
    page = eyes.page("jiangyuan")
    page.goto(f"{eyes.address}/board")
    page.keyboard.press("n")
    page.wait_for_url("**/incidents/new*")
    with page.expect_response("**/incidents/preview"):
        page.fill("textarea[name=text]", STORY)
    page.wait_for_timeout(800)
    page.screenshot(path=folder / "new-incident.png", animations="disabled")
    page.locator(".savebar button[value=save]").click()
    page.wait_for_url(lambda url: "/incidents/" in url and not url.endswith("/new"))
    path = page.url.removeprefix(eyes.address).partition("?")[0]
    page.close()
    return path


def acknowledge(eyes: Eyes, login: str) -> None:
    """Acknowledge what rings on the board of *login*."""
    page = eyes.page(login)
    page.goto(f"{eyes.address}/board")
    page.keyboard.press("a")
    page.wait_for_timeout(1200)
    page.close()


def follow_up(eyes: Eyes, incident: str) -> None:
    """Report ten dead, as the county does when it knows."""
    page = eyes.page("jiangyuan")
    page.goto(f"{eyes.address}{incident}/reports/new")
    page.fill("[name=deaths]", "10")
    page.locator("form button.btn-primary").last.click()
    page.wait_for_load_state()
    page.close()


def visit(eyes: Eyes, login: str, path: str, target: Path, **look: object) -> None:
    """Take a picture of one page, if there is such a page."""
    page = eyes.page(login, **look)  # type: ignore[arg-type]
    answer = page.goto(f"{eyes.address}{path}")
    if answer is None or answer.status >= 400:
        print(f"{path}: no such page for {login}", file=sys.stderr)
        page.close()
        return
    shoot(page, target)


def program(name: str, *arguments: str) -> list[str]:
    """Return the command line of a program of the virtual environment."""
    return [str(Path(sys.executable).with_name(name)), *arguments]


@dataclass
class Calls:
    """Calls of the API, each as the account that would make it."""

    address: str
    tokens: dict[str, str] = field(default_factory=dict)

    def __call__(
        self, login: str, path: str, body: dict[str, object] | None = None, post: bool = False
    ) -> Any:
        """Return the answer; a body makes it a POST."""
        if login not in self.tokens:
            asked = subprocess.run(
                program("responder", "account", "token", login), capture_output=True, check=True
            )
            self.tokens[login] = asked.stdout.decode().strip()
        request = urllib.request.Request(
            f"{self.address}/api/v1{path}",
            data=json.dumps(body or {}).encode() if body is not None or post else None,
            headers={"Authorization": f"Bearer {self.tokens[login]}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)


def ordered(call: Calls, incident: str) -> str:
    """Activate the best plan, take command, order a team and request a base; return the team's order."""
    number = incident.rsplit("/", 1)[-1]
    plans = call("baishan", f"/plans?for={number}")["items"]
    if plans:
        call("baishan", f"/incidents/{number}/activations", {"plan": plans[0]["id"], "level": "III"})
    call("commander", f"/incidents/{number}/command", {"note": "重大事故，省级接管"})
    forces = call("commander", f"/rescue-bases?for={number}&kind=mining")["features"]
    ours = next(f for f in forces if TEAM in f["properties"].get("name_en", "").lower())
    theirs = next(f for f in forces if f["properties"]["level"] == "state")
    path = f"/incidents/{number}/dispatch-orders"
    order = call("commander", path, {"base": ours["id"], "task": "侦察、救人", "confirm_warning": True})
    call("commander", path, {"base": theirs["id"], "task": "增援", "confirm_warning": True})
    return str(order["id"])


def drilled(call: Calls) -> str:
    """Plan the ready-made exercise, start it, and return its id."""
    exercise = call("drills", "/exercises", {"script": SCRIPT})["id"]
    call("drills", f"/exercises/{exercise}/start", post=True)
    return str(exercise)


def story(eyes: Eyes, folder: Path) -> str:
    """Take the pictures that are kept, in the order in which the story goes; return the incident's path."""
    call = Calls(eyes.address)
    visit(eyes, "", "/login", folder / "login.png")
    incident = logged(eyes, folder)
    page = eyes.page("baishan")
    page.goto(f"{eyes.address}/board")
    page.wait_for_selector(".alarm")
    shoot(page, folder / "board.png")
    acknowledge(eyes, "baishan")
    follow_up(eyes, incident)
    order = ordered(call, incident)
    visit(eyes, "base", f"/dispatch-orders/{order}", folder / "telephone.png", size=PHONE)
    for step in ("accept", "depart"):
        call("base", f"/dispatch-orders/{order}/{step}", post=True)
    visit(eyes, "jilin", incident, folder / "incident-en.png", locale="en")
    visit(eyes, "jilin", "/map", folder / "map.png")
    visit(eyes, "commander", f"/dispatch?incident={incident.rsplit('/', 1)[-1]}", folder / "dispatch.png")
    visit(eyes, "baishan", f"/exercises/{drilled(call)}/board", folder / "exercise.png")
    return incident


def everything(eyes: Eyes, folder: Path, incident: str) -> None:
    """Take every page in both languages, light and dark, at the desk and on the telephone."""
    number = incident.rsplit("/", 1)[-1]
    pages = {
        "login": ("", "/login"),
        "board": ("baishan", "/board"),
        "board-state": ("state", "/board"),
        "new": ("jiangyuan", "/incidents/new"),
        "list": ("jilin", "/incidents"),
        "incident": ("baishan", incident),
        "incident-jilin": ("jilin", incident),
        "report": ("jiangyuan", f"{incident}/reports/new"),
        "timeline": ("jilin", f"{incident}/timeline"),
        "calls": ("baishan", "/calls"),
        "duty": ("baishan", "/duty"),
        "map": ("jilin", "/map"),
        "dispatch": ("commander", f"/dispatch?incident={number}"),
        "plans": ("plans", "/plans"),
        "exercises": ("drills", "/exercises"),
        "tasks": ("baishan", "/tasks"),
        "base": ("base", "/board"),
        "health": ("admin", "/health"),
    }
    # An account keeps its look: everything light first, then everything dark.
    for theme in ("light", "dark"):
        for locale in LOCALES:
            for size_name, size in (("desk", DESK), ("phone", PHONE)):
                for name, (login, path) in pages.items():
                    page = eyes.page(login, locale, theme, size)
                    answer = page.goto(f"{eyes.address}{path}")
                    print(
                        f"{name}-{locale}-{theme}-{size_name}",
                        answer.status if answer else "-",
                        file=sys.stderr,
                    )
                    shoot(page, folder / f"{name}-{locale}-{theme}-{size_name}.png", full=True)


def main() -> int:
    """Take the pictures; 1 where a page had an error in the browser's console."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--all", type=Path, default=None)
    asked = parser.parse_args()
    asked.folder.mkdir(parents=True, exist_ok=True)
    with served() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=ARGUMENTS)
        eyes = Eyes(browser, address)
        incident = story(eyes, asked.folder)
        if asked.all is not None:
            everything(eyes, asked.all, incident)
        browser.close()
    for line in dict.fromkeys(eyes.told):
        print(line, file=sys.stderr)
    return 1 if any(": error: " in line for line in eyes.told) else 0


if __name__ == "__main__":
    sys.exit(main())
