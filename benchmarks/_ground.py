"""What several benchmarks stand on: a filled installation, a durable PostgreSQL, servers, a load generator, rows."""

import json
import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import insert, select
from sqlalchemy.engine import make_url

from responder import revision
from responder.core.actor import Role
from responder.core.clock import SystemClock
from responder.core.db import Base, make_engine
from responder.core.jobs.embedded import EmbeddedJobs
from responder.core.lanes import REAL_LANE, Lane
from responder.core.uow import Database
from responder.foundation.access import services as access
from responder.foundation.directory.models import Agency, Jurisdiction
from responder.foundation.directory.services import load_reference
from responder.models import load_models
from tests import services

PROVINCES = ("130000", "140000", "150000", "220000", "410000", "430000", "510000", "520000")
# A test server may lose its data in a power cut; one that is measured may not.
DURABLE = ("shared_buffers=128MB", "max_connections=100", "timezone=UTC")
# Told to stop, a benchmark stops what it started.
signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
NO_PROXY = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass(frozen=True)
class Reporter:
    """A county's duty room that logs incidents."""

    token: str
    county: str


@dataclass(frozen=True)
class Load:
    """What a load generator measured."""

    per_second: float
    p50_ms: float
    p95_ms: float
    done: int
    errors: int


def row(measured: str, ours: str, baseline: str, ratio: str, target: str, met: bool) -> bool:
    """Print one row of the table of ratios; return whether the target is met."""
    print("\t".join((measured, ours, baseline, ratio, target, "met" if met else "missed")), flush=True)
    return met


def say_load() -> None:
    """Print how busy the machine is otherwise: a ratio stands, an absolute figure does not, on a busy one."""
    one, five, _ = os.getloadavg()
    print(f"load of the machine: {one:.1f} (1 min), {five:.1f} (5 min), {os.cpu_count()} cores", flush=True)


def medians(taken: Sequence[float]) -> tuple[float, float]:
    """Return the 50th and 95th percentile."""
    return statistics.median(taken), statistics.quantiles(taken, n=20)[-1]


# --- Databases ----------------------------------------------------------------------------------------------


@contextmanager
def postgres() -> Iterator[str]:
    """Yield the URL of an empty database on a PostgreSQL with fsync on, started for this run."""
    given = os.environ.get("RESPONDER_TEST_POSTGRES_URL")
    if given:
        yield given
        return
    folder = Path(tempfile.mkdtemp(prefix="responder-"))
    folder.chmod(0o755)
    services.FAST = DURABLE
    server = services._start_server(folder)
    try:
        yield f"postgresql+psycopg://postgres@/postgres?host={folder / 'socket'}"
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(timeout=30)
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def databases() -> Iterator[list[tuple[str, str]]]:
    """Yield name and URL of an empty SQLite file (synchronous FULL, as the product opens it) and a PostgreSQL."""
    with tempfile.TemporaryDirectory() as folder, postgres() as url:
        yield [("SQLite", f"sqlite:///{Path(folder) / 'bench.db'}"), ("PostgreSQL", url)]


def lay(url: str) -> Database:
    """Lay the schema as the models have it and the country's directory; return the database."""
    database = Database(make_engine(url), SystemClock(), EmbeddedJobs(), {})
    load_models()
    with database.engine.begin() as connection:
        Base.metadata.drop_all(connection)
        Base.metadata.create_all(connection)
        lane = {"id": REAL_LANE, "kind": "real", "title": "现实", "opened_at": database.clock.now()}
        connection.execute(insert(Lane), [lane])
        migrations = ScriptDirectory(str(revision.MIGRATIONS))
        MigrationContext.configure(connection).stamp(migrations, revision.newest())
    with database.unit_of_work() as uow:
        load_reference(uow)
    return database


def reporters(database: Database, each: int) -> list[Reporter]:
    """Open accounts for *each* counties of every one of the eight provinces; the provinces alternate."""
    with database.unit_of_work() as uow:
        columns = []
        for province in PROVINCES:
            counties = uow.session.scalars(
                select(Jurisdiction.code)
                .join(Agency, Agency.code == Jurisdiction.code)
                .where(
                    Jurisdiction.province_code == province,
                    Jurisdiction.level == "county",
                    Jurisdiction.reporting,
                    Jurisdiction.ended_on.is_(None),
                )
                .order_by(Jurisdiction.code)
                .limit(each)
            )
            columns.append([_reporter(uow, county) for county in counties])
    return [reporter for rank in zip(*columns, strict=True) for reporter in rank]


def _reporter(uow: Any, county: str) -> Reporter:
    login = f"bench-{county}"
    access.add_account(uow, login, "!", agency_code=county, role=Role.DUTY_OFFICER)
    return Reporter(access.issue_token(uow, login), county)


# --- Servers ------------------------------------------------------------------------------------------------


def free_port() -> int:
    """Return a port of loopback that nobody listens on."""
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        port: int = door.getsockname()[1]
        return port


def environment(home: Path, url: str) -> dict[str, str]:
    """Return the environment of a product with its home and its database."""
    here = str(Path(__file__).parent.parent)
    return {
        **os.environ,
        "RESPONDER_HOME": str(home),
        "RESPONDER_DATABASE_URL": url,
        "RESPONDER_SECRET_KEY": "benchmark",
        "PYTHONPATH": os.pathsep.join([here, os.environ.get("PYTHONPATH", "")]),
    }


@contextmanager
def running(command: Sequence[str], env: dict[str, str], ready: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run *command* until the block ends, which begins when the URL *ready* answers."""
    with subprocess.Popen([sys.executable, *command], env=env, start_new_session=True) as server:
        try:
            await_answer(ready, server)
            yield server
        finally:
            server.terminate()
            try:
                server.wait(timeout=40)
            except subprocess.TimeoutExpired:
                os.killpg(server.pid, signal.SIGKILL)


def await_answer(url: str, server: subprocess.Popen[bytes]) -> None:
    """Wait until *url* answers; raise RuntimeError when the server ends or a minute passes."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and server.poll() is None:
        try:
            NO_PROXY.open(url, timeout=5).close()
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"no answer from {url}")


@contextmanager
def product(home: Path, url: str, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """Run the whole product, worker and clock included, on *port*."""
    command = ("-m", "responder", "serve", "--all-in-one", "--bind", f"127.0.0.1:{port}")
    with running(command, environment(home, url), f"http://127.0.0.1:{port}/readyz") as server:
        yield server


# --- Load ---------------------------------------------------------------------------------------------------

WRK = """
local asked = {%s}
local next_one = 0
request = function()
  next_one = next_one %% #asked + 1
  local one = asked[next_one]
  return wrk.format("%s", "%s", {["Authorization"] = "Bearer " .. one[1],
    ["Content-Type"] = "application/json"}, one[2])
end
done = function(summary, latency)
  local errors = summary.errors
  local failed = errors.connect + errors.read + errors.write + errors.status + errors.timeout
  io.write(string.format('RESULT {"done": %%d, "errors": %%d, "seconds": %%f, "p50": %%f, "p95": %%f}\\n',
    summary.requests, failed, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(95) / 1e3))
end
"""


def generator() -> str:
    """Return which load generator drives: the compiled wrk where it is installed, else a Python client."""
    return "wrk (compiled)" if shutil.which("wrk") else "a Python client (no wrk here)"


def drive(
    base: str, method: str, path: str, asked: Sequence[tuple[str, str]], *, seconds: int, clients: int = 8
) -> Load:
    """Ask for *path* in a closed loop of *clients*, going round the pairs (token, body) of *asked*."""
    with tempfile.TemporaryDirectory() as folder:
        if shutil.which("wrk"):
            script = Path(folder) / "ask.lua"
            pairs = ",\n".join(f"{{{json.dumps(token)}, {_lua(body)}}}" for token, body in asked)
            script.write_text(WRK % (pairs, method, path), encoding="utf-8")
            command = [
                "wrk",
                "-t1",
                f"-c{clients}",
                f"-d{seconds}s",
                "--timeout",
                "30s",
                "-s",
                str(script),
                base,
            ]
        else:
            todo = Path(folder) / "ask.json"
            todo.write_text(json.dumps([method, path, list(asked)]), encoding="utf-8")
            client = Path(__file__).with_name("_client.py")
            command = [sys.executable, str(client), base, str(todo), str(seconds), str(clients)]
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    result = json.loads(next(line for line in said.splitlines() if line.startswith("RESULT "))[7:])
    return Load(
        result["done"] / result["seconds"], result["p50"], result["p95"], result["done"], result["errors"]
    )


def _lua(text: str) -> str:
    return "[==[" + text + "]==]"


def ask(url: str, token: str) -> tuple[int, bytes]:
    """Return status and body of one GET."""
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {token}"})
    try:
        with NO_PROXY.open(request, timeout=60) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as refused:
        return refused.code, refused.read()


def split_url(url: str) -> str:
    """Return which database engine a URL names."""
    return make_url(url).get_backend_name()
