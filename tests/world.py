"""The demo world, loaded once a run for both databases; every test works in a copy of its own.

`RESPONDER_TEST_WORLD` names a folder that keeps the loaded world between runs, for those who work on one test.
"""

import os
import re
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache, partial
from html import unescape
from pathlib import Path
from typing import Any, cast

import psycopg
from flask import Flask
from flask.testing import FlaskClient
from psycopg.types.json import Jsonb
from sqlalchemy import JSON, Engine, inspect, make_url, select
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.test import TestResponse

from responder import jobs, schema
from responder.app import create_app
from responder.config import Settings, load_settings
from responder.core.actor import Role
from responder.core.clock import FixedClock
from responder.core.db import Base, make_engine
from responder.core.jobs.embedded import EmbeddedJobs
from responder.core.uow import Database
from responder.demo import loading
from responder.foundation.access.services import add_account, issue_token
from responder.foundation.directory.services import load_reference
from responder.foundation.directory.vault import Vault
from responder.foundation.web.context import EXTENSION, Installation
from tests.databases import copy_postgres
from tests.fixtures import START
from tests.kept import product, quick
from tests.services import locked

SECRET = "a key that opens nothing outside the tests"
POSTGRES_NAME = "responder_world"
STORY = "江源区松树镇 某煤矿 13:20 瓦斯爆炸 被困12人 下落不明3人"


# --- The template -------------------------------------------------------------------------------------------


def folder(run_dir: Path) -> Path:
    """Return where the loaded world of this run lies."""
    kept = os.environ.get("RESPONDER_TEST_WORLD")
    found = Path(kept) if kept else run_dir / "world"
    found.mkdir(exist_ok=True)
    return found


def sqlite_world(run_dir: Path) -> Path:
    """Return the SQLite file of the demo world; the first worker to ask loads it."""
    place = folder(run_dir)
    done = place / "world.db"
    with locked(place / "lock"):
        if not done.exists():
            making = place / "making.db"
            making.unlink(missing_ok=True)
            _load(f"sqlite:///{making}", place)
            making.rename(done)
    return done


def _load(url: str, home: Path) -> None:
    """Migrate an empty database and load the reference data and the demo world as an operator does."""
    engine = make_engine(url)
    database = Database(engine, FixedClock(START), EmbeddedJobs(), {})
    schema.upgrade(database)
    app = app_on(url, FixedClock(START), home)
    with app.app_context():
        installed = installation(app)
        with installed.database.unit_of_work() as uow:
            load_reference(uow)
        loading.load(installed.database, installed.vault)
    installed.database.engine.dispose()
    engine.dispose()  # the last connection to close brings the log into the file


def postgres_world(run_dir: Path, server_url: str) -> str:
    """Return the name of the PostgreSQL database of the demo world, a true copy of the SQLite file's rows."""
    source = sqlite_world(run_dir)
    with locked(folder(run_dir) / "lock"):
        marker = run_dir / "postgres_world"
        if not marker.exists():
            _copy_rows(source, copy_postgres(server_url, "template0", POSTGRES_NAME))
            marker.touch()
    return POSTGRES_NAME


def _copy_rows(source: Path, url: str) -> None:
    target = make_engine(url)
    schema.upgrade(Database(target, FixedClock(START), EmbeddedJobs(), {}))
    origin = make_engine(f"sqlite:///{source}")
    raw = target.raw_connection()
    connection = cast("psycopg.Connection[Any]", raw.driver_connection)
    with connection.transaction(), connection.cursor() as cursor:
        # Rows of a table may point at others of it; what holds in the one database holds in the other.
        cursor.execute("SET LOCAL session_replication_role = replica")
        present = set(inspect(origin).get_table_names())
        for table in Base.metadata.sorted_tables:
            if table.name in present:
                cursor.execute(f'DELETE FROM "{table.name}"')
                _copy_table(origin, table, cursor)
        cursor.execute("ANALYZE")
    raw.close()
    origin.dispose()
    target.dispose()


def _copy_table(origin: Engine, table: Any, cursor: Any) -> None:
    documents = {index for index, column in enumerate(table.columns) if isinstance(column.type, JSON)}
    names = ", ".join(f'"{column.name}"' for column in table.columns)
    with origin.connect() as reading, cursor.copy(f'COPY "{table.name}" ({names}) FROM STDIN') as copy:
        for row in reading.execute(select(table)):
            values = [
                Jsonb(value) if index in documents and value is not None else value
                for index, value in enumerate(row)
            ]
            copy.write_row(values)


@dataclass
class Worlds:
    """Copies of the demo world on either engine, each called by a name of its own until it is given back."""

    run_dir: Path
    folder: Path  # of the SQLite files
    server: Callable[[], str]  # the URL of the PostgreSQL server, asked for by the first who needs one
    prefix: str
    made: int = 0
    free: list[str] = field(default_factory=list)

    def make(self, engine: str) -> str:
        """Return the URL of a fresh copy on *engine*."""
        if self.free:
            name = self.free.pop()
        else:
            self.made += 1
            name = f"{self.prefix}_{self.made}"
        if engine == "sqlite":
            path = self.folder / f"{name}.db"
            shutil.copy(sqlite_world(self.run_dir), path)
            return f"sqlite:///{path}"
        template = postgres_world(self.run_dir, self.server())
        with locked(self.run_dir / "copying"):  # a template can be copied by one session at a time
            return copy_postgres(self.server(), template, name)

    def give_back(self, url: str) -> None:
        """Let the next copy take the place of the one at *url*; a file goes at once, or they would fill the memory."""
        where = Path(str(make_url(url).database))
        for file in self.folder.glob(f"{where.name}*"):
            file.unlink()
        self.free.append(where.stem)


# --- The application ----------------------------------------------------------------------------------------


def environment_of(url: str, home: Path) -> dict[str, str]:
    """Return the settings under which the world was loaded, for the database at *url*."""
    return {"RESPONDER_HOME": str(home), "RESPONDER_SECRET_KEY": SECRET, "RESPONDER_DATABASE_URL": url}


def app_on(url: str, clock: FixedClock | None, home: Path) -> Flask:
    """Return the whole product as a demo on the database at *url*, in an application of its own."""
    return quick(create_app(_demo_settings(url, home), clock))


def demo_on(url: str, clock: FixedClock, home: Path) -> AbstractContextManager[Flask]:
    """Yield the whole product as a demo on the database at *url*."""
    return product(_demo_settings(url, home), clock)


def _demo_settings(url: str, home: Path) -> Settings:
    home.mkdir(parents=True, exist_ok=True)
    (home / "demo").touch()
    return load_settings(environment_of(url, home))


def installation(app: Flask) -> Installation:
    """Return what *app* is made of."""
    return cast(Installation, app.extensions[EXTENSION])


def vault_of(app: Flask) -> Vault:
    """Return the vault of *app*."""
    return cast(Vault, installation(app).vault)


def work(app: Flask, rounds: int = 40) -> None:
    """Do everything that is due at the present time: periodic questions and jobs, as clock and worker do."""
    installed = installation(app)
    engine = cast(EmbeddedJobs, installed.database.jobs)
    with app.app_context():
        for _name, _interval, use_case in jobs.periodic(installed):
            use_case(installed.database)
        handlers = jobs.handlers(installed)
        for _ in range(rounds):
            if not engine.run_due(installed.database, handlers, owner="tests"):
                return
    raise AssertionError("the jobs never end")


class Quietly(WSGIRequestHandler):
    """Answers without a line in the log for each request."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """Serve *app* on a free port of loopback, and yield its address."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quietly)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


# --- People -------------------------------------------------------------------------------------------------

NEIGHBOURS = {
    "liaoning": ("210000", Role.DUTY_OFFICER),
    "shenyang": ("210100", Role.DUTY_OFFICER),
    "linjiang": ("220681", Role.DUTY_OFFICER),
    "changchun": ("220100", Role.DUTY_OFFICER),
}


@dataclass
class Caller:
    """Somebody who uses the API with a bearer token."""

    app: Flask
    login: str
    token: str
    client: FlaskClient = field(init=False)

    def __post_init__(self) -> None:
        """Take a client without cookies."""
        self.client = self.app.test_client(use_cookies=False)

    def call(self, method: str, path: str, **options: Any) -> TestResponse:
        """Return the answer to one request; a path without a leading slash is the API's."""
        address = path if path.startswith("/") else f"/api/v1/{path}"
        headers = {"Authorization": f"Bearer {self.token}", **options.pop("headers", {})}
        return self.client.open(address, method=method, headers=headers, **options)

    def get(self, path: str, **options: Any) -> Any:
        """Return the JSON of a GET that must succeed."""
        answer = self.call("GET", path, **options)
        assert answer.status_code == 200, (
            self.login,
            path,
            answer.status_code,
            answer.get_data(as_text=True)[:600],
        )
        return answer.get_json()

    def post(self, path: str, body: Any = None, status: int | None = None, **options: Any) -> Any:
        """Return the JSON of a POST that must answer *status*, any 2xx where none is given."""
        answer = self.call("POST", path, json=body or {}, **options)
        right = answer.status_code == status if status else answer.status_code in (200, 201)
        assert right, (self.login, path, answer.status_code, answer.get_data(as_text=True)[:600])
        return answer.get_json()


@dataclass
class Visitor:
    """Somebody at a browser without scripts, logged in."""

    app: Flask
    login: str
    client: FlaskClient
    token: str = ""

    def get(self, path: str, status: int = 200, **options: Any) -> str:
        """Return the page at *path*."""
        answer = self.client.get(path, **options)
        text = answer.get_data(as_text=True)
        assert answer.status_code == status, (self.login, path, answer.status_code, text[-600:])
        self.token = csrf_in(text) or self.token
        return text

    def send(self, path: str, **fields: Any) -> TestResponse:
        """Send a form to *path* with the token of the page seen last."""
        return self.client.post(path, data={"csrf_token": self.token, **fields})


def csrf_in(page: str) -> str:
    """Return the token of the forms on *page*, empty where there is none."""
    return page.partition('name="csrf_token" value="')[2].partition('"')[0]


def hidden(page: str, name: str) -> str:
    """Return the value of the hidden field *name* on *page*."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, f"no field {name}"
    return unescape(found[1])


def words_of(page: str) -> str:
    """Return what a reader sees of *page*: the text without tags, scripts and styles, spaces folded."""
    bare = re.sub(r"<(script|style|template)\b.*?</\1>", " ", page, flags=re.DOTALL)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", bare)))


def add_neighbours(app: Flask) -> None:
    """Open accounts for offices that have nothing to do with the story."""
    database = installation(app).database
    with app.app_context(), database.unit_of_work() as uow:
        for login, (agency, role) in NEIGHBOURS.items():
            add_account(uow, login, "no password opens this", agency_code=agency, role=role, name=login)


def caller(app: Flask, login: str) -> Caller:
    """Return *login* with a new bearer token."""
    with app.app_context(), installation(app).database.unit_of_work() as uow:
        return Caller(app, login, issue_token(uow, login))


def callers(app: Flask) -> Callable[[str], Caller]:
    """Return who calls the API under a login; one token each."""
    return cache(partial(caller, app))


def visitor(app: Flask, login: str, language: str = "zh-CN") -> Visitor:
    """Return *login* logged in through the log-in page of the demo."""
    client = app.test_client()
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = language
    someone = Visitor(app, login, client)
    someone.get("/login")
    answer = someone.send("/login", demo_login=login)
    assert answer.status_code == 303, answer.get_data(as_text=True)[:600]
    someone.get("/", follow_redirects=True)  # the forms of a session carry another token
    return someone


def later(clock: FixedClock, **by: float) -> None:
    """Move the clock forward."""
    clock.move(timedelta(**by))
