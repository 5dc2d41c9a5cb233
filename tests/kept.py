"""The whole product for one test after the other: what is dear to make and holds no row of a test is made once.

That is the application with the addresses of its pages, its compiled templates and statements, and which password
belongs to which hash. Database, clock and settings are each test's own, and so is all that a request reads or writes.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from flask import Flask
from jinja2 import FileSystemBytecodeCache

from responder.app import create_app
from responder.config import Settings
from responder.core.clock import Clock
from responder.core.db import make_engine
from responder.foundation.access.gatekeeper import Gatekeeper
from responder.foundation.access.passwords import Passwords
from responder.foundation.web.context import EXTENSION, Installation
from tests.databases import knowing_statements

CHEAP = Passwords(memory_kib=8, rounds=1, lanes=1)
OWN = ("RESPONDER_HOME", "RESPONDER_DATABASE_URL")

_idle: dict[str, list[Flask]] = {}


class KnownPasswords(Passwords):
    """The product's own hashes, each password tried once: it takes a third of a second, and the answer stays."""

    def __init__(self) -> None:
        """Know nothing yet."""
        super().__init__()
        self._answers: dict[tuple[str | None, str], bool] = {}

    def is_right(self, kept: str | None, password: str) -> bool:
        """Return whether *password* is the one of the hash *kept*."""
        if (kept, password) not in self._answers:
            self._answers[kept, password] = super().is_right(kept, password)
        return self._answers[kept, password]


KNOWN = KnownPasswords()


@contextmanager
def product(settings: Settings, clock: Clock) -> Iterator[Flask]:
    """Yield the product as the installation of *settings*, in an application that nobody else uses meanwhile."""
    idle = _idle.setdefault(_kind(settings), [])
    app = idle.pop() if idle else quick(create_app(settings, clock))
    engine = knowing_statements(make_engine(settings.database_url))
    made: Installation = app.extensions[EXTENSION]
    database = replace(made.database, engine=engine, clock=clock)
    app.extensions[EXTENSION] = replace(made, settings=settings, database=database)
    _keeper(app).settings = settings
    yield app
    engine.dispose()
    idle.append(app)


def _kind(settings: Settings) -> str:
    """Return what two installations have in common that can take turns in one application."""
    others = {name: value for name, value in settings.environment.items() if name not in OWN}
    return repr(replace(settings, home=Path(), database_url="", environment=others))


def quick(app: Flask) -> Flask:
    """Return *app*, fresh from `create_app`, with the templates of this run and the passwords of this process."""
    keep_templates(app, "product")
    _keeper(app).passwords = KNOWN
    return app


def keep_templates(app: Flask, kind: str) -> None:
    """Let *app* compile only those templates that no application of its *kind*, alike in settings, has in this run."""
    folder = Path(os.environ["RESPONDER_TEST_RUN_DIR"]) / "templates" / kind
    folder.mkdir(parents=True, exist_ok=True)
    app.jinja_env.bytecode_cache = FileSystemBytecodeCache(str(folder))


def _keeper(app: Flask) -> Gatekeeper:
    found: Gatekeeper = app.extensions["responder.gatekeeper"]
    return found
