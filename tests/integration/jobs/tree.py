"""Process trees that tests start and kill."""

import logging
import os
import signal
from datetime import timedelta
from pathlib import Path

from flask import Flask

from responder.core.clock import SystemClock
from responder.core.db import make_engine
from responder.core.jobs.embedded import EmbeddedJobs
from responder.core.uow import Database
from responder.processes.supervisor import timed_work, web_server

from .labour import make_handlers


def small_product(url: str, bind: str, folder: str) -> None:
    """Serve one page, and run jobs and a periodic use case beside it."""
    logging.disable(logging.CRITICAL)
    signal.signal(signal.SIGQUIT, signal.SIG_IGN)  # as a shell leaves it to what it starts in the background
    app = Flask("small")
    app.add_url_rule("/", view_func=lambda: f"{os.getpid()}")
    jobs = EmbeddedJobs()
    database = Database(make_engine(url), SystemClock(), jobs, {})

    def look(database: Database) -> int:
        with (Path(folder) / "ticked").open("a") as file:
            file.write(f"{os.getpid()}\n")
        return 0

    periodic = [("look", timedelta(seconds=0.2), look)]
    work = timed_work(database, make_handlers(Path(folder)), periodic, jobs=jobs)
    web_server(app, bind, work=work)()
