"""Process trees that tests start and kill."""

import logging
import os
import signal
import threading
import time
from datetime import timedelta
from pathlib import Path

from flask import Flask

from responder.core.clock import SystemClock
from responder.core.db import make_engine
from responder.core.jobs.embedded import EmbeddedJobs
from responder.core.uow import Database
from responder.processes.supervisor import Supervisor, run_all_in_one, timed_work

from .labour import make_handlers


def two_parts(folder: str) -> None:
    """Keep two parts alive that do nothing but write their process ids."""
    logging.disable(logging.CRITICAL)
    signal.signal(signal.SIGQUIT, signal.SIG_IGN)  # as a shell leaves it to what it starts in the background

    def part(name: str) -> None:
        with (Path(folder) / name).open("a") as file:
            file.write(f"{os.getpid()}\n")
        threading.Event().wait(60)

    os._exit(Supervisor({name: lambda name=name: part(name) for name in ("web", "work")}).run())  # type: ignore[misc]


def small_product(url: str, bind: str, folder: str) -> None:
    """Serve one page, and run jobs and a periodic use case beside it."""
    logging.disable(logging.CRITICAL)
    app = Flask("small")
    app.add_url_rule("/", view_func=lambda: f"{os.getpid()}")
    jobs = EmbeddedJobs()
    database = Database(make_engine(url), SystemClock(), jobs, {})

    def look(database: Database) -> int:
        (Path(folder) / "ticked").write_text(f"{time.monotonic()}")
        return 0

    periodic = [("look", timedelta(seconds=0.2), look)]
    work = timed_work(database, make_handlers(Path(folder)), periodic, jobs=jobs)
    os._exit(run_all_in_one(app, bind, work))
