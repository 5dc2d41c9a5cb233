"""Walking through the served product in a real Chromium: every page is watched for faults and foreign requests."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from flask import Flask
from sqlalchemy import update

from responder.foundation.access.models import Account
from tests.world import installation

DESK = (1440, 900)
PHONE = (390, 844)
LOCALES = {"zh-CN": "zh_Hans_CN", "en": "en"}


@dataclass
class Walk:
    """A browser window in one language, and what went wrong in it."""

    base: str
    page: Any
    faults: list[str] = field(default_factory=list)

    def watch(self) -> None:
        """Note every fault of the console, every error and every request to another machine."""
        host = urlsplit(self.base).netloc

        def asked(request: Any) -> None:
            parts = urlsplit(request.url)
            if parts.scheme not in {"data", "blob"} and parts.netloc != host:
                self.faults.append(f"asks {request.url}")

        def said(message: Any) -> None:
            if message.type == "error":
                self.faults.append(f"console: {message.text}")

        self.page.on("request", asked)
        self.page.on("console", said)
        self.page.on("pageerror", lambda error: self.faults.append(f"error: {error}"))

    def log_in(self, login: str) -> None:
        """Choose a demo account on the log-in page."""
        self.page.goto(f"{self.base}/login")
        self.page.locator(f"button[value='{login}']").first.click()
        self.page.wait_for_url("**/board")

    def go(self, path: str) -> None:
        """Open a page and wait until it is at rest."""
        self.page.goto(self.base + path, wait_until="load")

    def until(self, script: str, seconds: float = 20) -> None:
        """Wait until *script* is true in the page, whose policy lets no text become code."""
        deadline = time.monotonic() + seconds
        while not self.page.evaluate(script):
            assert time.monotonic() < deadline, script
            self.page.wait_for_timeout(100)


def dress(app: Flask, *, language: str = "zh-CN", theme: str = "light") -> None:
    """Give every account a language and a look."""
    with installation(app).database.unit_of_work() as uow:
        uow.session.execute(update(Account).values(locale=LOCALES[language], theme=theme))


@contextmanager
def window(
    chromium: Any, base: str, language: str = "zh-CN", size: tuple[int, int] = DESK, theme: str = "light"
) -> Iterator[Walk]:
    """Yield a fresh window; at its end nothing may have gone wrong in it."""
    width, height = size
    context = chromium.new_context(viewport={"width": width, "height": height}, locale=language)
    context.add_cookies([{"name": "theme", "value": theme, "url": base}])
    walk = Walk(base, context.new_page())
    walk.watch()
    try:
        yield walk
    finally:
        context.close()
    said = "\n".join(dict.fromkeys(walk.faults))
    assert not said, said
