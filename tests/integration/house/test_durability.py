"""kill -9 in the middle of the main job: what was answered is there, the chain holds, calls go out once."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from responder.cli import db
from responder.foundation.audit.cli import cli as audit
from tests.integration.story.telling import FIELDS
from tests.world import app_on, caller, environment_of, installation

CLIENTS = 3
ANSWERED = 12
ROOT = Path(__file__).parents[3]
# The product's clock is the real one here, so the accident happens now.
ACCIDENT = {name: value for name, value in FIELDS.items() if name != "occurred_at"}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class House:
    """A real all-in-one tree of processes on one database."""

    def __init__(self, url: str, home: Path) -> None:
        self.url, self.home, self.port = url, home, free_port()
        self.environment = {**os.environ, **environment_of(url, home), "PYTHONPATH": str(ROOT)}
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start serving, and return when it answers."""
        command = [
            sys.executable,
            "-m",
            "responder",
            "serve",
            "--all-in-one",
            "--bind",
            f"127.0.0.1:{self.port}",
        ]
        log = (self.home / "serve.log").open("ab")
        self.process = subprocess.Popen(
            command, env=self.environment, cwd=self.home, stdout=log, stderr=log, start_new_session=True
        )
        log.close()
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=2):
                    return
            except OSError:
                assert self.process.poll() is None, (self.home / "serve.log").read_text()[-3000:]
                time.sleep(0.05)
        raise AssertionError("it did not start: " + (self.home / "serve.log").read_text()[-3000:])

    def kill(self) -> None:
        """kill -9 every process of the tree."""
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(timeout=20)
            self.process = None

    def post(self, token: str, key: str) -> str | None:
        """Log an accident; return the id that was answered with 201, None where no answer came."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/api/v1/incidents",
            data=json.dumps({**ACCIDENT, "unit": f"煤矿 {key}"}).encode(),
            headers={
                "Authorization": f"Bearer {token}",
                "Content-Type": "application/json",
                "Idempotency-Key": key,
            },
        )
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return str(json.load(answer)["id"]) if answer.status == 201 else None
        except urllib.error.HTTPError as refused:
            raise AssertionError(f"{refused.code}: {refused.read()[:500]!r}") from refused
        except (OSError, ValueError):
            return None


@contextmanager
def standing(house: House) -> Iterator[House]:
    house.start()
    try:
        yield house
    finally:
        house.kill()


def keep_posting(
    house: House, token: str, answered: dict[str, str], stop: threading.Event, name: str
) -> None:
    """Log one accident after the other until *stop*, noting what was answered."""
    number = 0
    while not stop.is_set():
        number += 1
        key = f"{name}-{number}"
        found = house.post(token, key)
        if found is not None:
            answered[key] = found


@pytest.mark.slow
@pytest.mark.timeout(240)
@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_nothing_answered_is_lost_and_every_call_goes_out_once(
    engine: str, new_world: Callable[[str], str], tmp_path: Path
) -> None:
    url = new_world(engine)
    token = caller(app := app_on(url, None, tmp_path), "jiangyuan").token
    installation(app).database.engine.dispose()
    house, answered = House(url, tmp_path), dict[str, str]()
    with standing(house):
        stop = threading.Event()
        crew = [
            threading.Thread(target=keep_posting, args=(house, token, answered, stop, f"caller{number}"))
            for number in range(CLIENTS)
        ]
        for one in crew:
            one.start()
        wait_for(lambda: len(answered) >= ANSWERED)
        house.kill()
        stop.set()
        for one in crew:
            one.join()
    with standing(house):
        for key, incident in list(answered.items())[-3:]:
            assert house.post(token, key) == incident
        wait_for(lambda: not waiting_rungs(url))
    everything_stands(url, answered)
    the_house_is_in_order(url, tmp_path)


def the_house_is_in_order(url: str, home: Path) -> None:
    """Let the operator's own checks look at the database."""
    app = app_on(url, None, home)
    for group, command in ((db, "check"), (audit, "verify")):
        done = app.test_cli_runner().invoke(group, [command])
        assert done.exit_code == 0, done.output
    installation(app).database.engine.dispose()


def wait_for(true: Callable[[], Any], seconds: float = 40) -> None:
    """Return when *true* is; fail where it never is."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.1)


def rows(url: str, query: str) -> list[Any]:
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            return list(connection.execute(text(query)).all())
    finally:
        engine.dispose()


def waiting_rungs(url: str) -> list[Any]:
    """Return the call-outs whose first rung nobody has climbed yet."""
    return rows(url, "SELECT id FROM call_out WHERE state = 'calling' AND next_rung = 0")


def everything_stands(url: str, answered: dict[str, str]) -> None:
    """Every incident that was answered is whole: report, legs, one call-out, and each rung and message once."""
    kept = {str(row[0]).replace("-", "") for row in rows(url, "SELECT id FROM incident")}
    assert {found.replace("-", "") for found in answered.values()} <= kept
    assert len(set(answered.values())) == len(answered)
    for table in ("report", "report_leg", "call_out"):
        bare = rows(
            url,
            "SELECT i.number FROM incident i WHERE i.agency_code = '220605' AND i.unit LIKE '煤矿 %' AND NOT EXISTS "
            f"(SELECT 1 FROM {table} t WHERE t.incident_id = i.id)",
        )
        assert bare == [], table
    assert rows(url, "SELECT number FROM incident GROUP BY number HAVING count(*) > 1") == []
    assert rows(url, "SELECT target_id FROM call_out GROUP BY target_id HAVING count(*) > 1") == []
    assert rows(url, "SELECT call_out_id FROM call_rung GROUP BY call_out_id, rung HAVING count(*) > 1") == []
    doubled = rows(
        url,
        "SELECT target_id FROM delivery GROUP BY target_id, step, person_id, channel, attempt HAVING count(*) > 1",
    )
    assert doubled == []
