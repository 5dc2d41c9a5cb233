"""A worker process that tests start and kill.

A job of kind `note` writes its key into `FOLDER/done`. One of kind `hang` writes into `FOLDER/begun` and then
hangs, unless `FOLDER/release` exists: then it ends well. One of kind `count` stays
inside the database: it leaves a sign of life there, of which a second one of the same key is refused; the key `bad`
fails at the end, and `stuck` hangs there.
"""

import logging
import signal
import threading
import time
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from responder.core.clock import SystemClock
from responder.core.db import make_engine
from responder.core.heartbeat import Heartbeat
from responder.core.jobs import embedded
from responder.core.jobs.embedded import EmbeddedJobs
from responder.core.jobs.fleet import FleetJobs, Rhythm
from responder.core.jobs.port import Finish, Handlers, Inside, JobEngine
from responder.core.uow import Database, UnitOfWork
from responder.processes.worker import Worker

LEASE_SECONDS = 2.0
QUICK = Rhythm(
    poll_seconds=0.1, heartbeat_seconds=0.4, stalled_seconds=1.5, rescue_seconds=0.3, retry_seconds=1
)


def make_jobs(name: str, url: str) -> JobEngine:
    """Return the engine called *name*."""
    if name == "procrastinate":
        return FleetJobs(url, rhythm=QUICK)
    return EmbeddedJobs()


def make_handlers(folder: Path) -> Handlers:
    """Return handlers that leave their marks in *folder*."""

    def note(database: Database, key: str, finish: Finish) -> None:
        _write(folder / "done", key)

    def hang(database: Database, key: str, finish: Finish) -> None:
        _hang(folder, key)
        _write(folder / "done", key)

    def stumble(database: Database, key: str, finish: Finish) -> None:
        _write(folder / "begun", key)
        if len((folder / "begun").read_text().split()) < 2:
            raise RuntimeError("the first try fails")
        _write(folder / "done", key)

    def count(uow: UnitOfWork, keys: Sequence[str]) -> Sequence[str]:
        uow.session.add_all(Heartbeat(name=key, at=uow.now) for key in keys)
        uow.session.flush()
        if "bad" in keys:
            raise RuntimeError("this one fails")
        if "stuck" in keys:
            _hang(folder, "stuck")
        return keys

    return {"note": note, "hang": hang, "stumble": stumble, "count": Inside(count)}


def _hang(folder: Path, key: str) -> None:
    _write(folder / "begun", key)
    while not (folder / "release").exists():
        time.sleep(0.05)


def _write(path: Path, key: str) -> None:
    with path.open("a") as file:
        file.write(f"{key}\n")


def main(engine: str, url: str, folder: str) -> None:
    """Work until told to stop."""
    logging.disable(logging.CRITICAL)
    embedded.LEASE, embedded.FIRST_RETRY = timedelta(seconds=LEASE_SECONDS), timedelta(seconds=0.2)
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    jobs = make_jobs(engine, url)
    database = Database(make_engine(url), SystemClock(), jobs, {})
    Worker(database, jobs, make_handlers(Path(folder)), "labour", threads=2, idle_seconds=0.1).run(stop)
