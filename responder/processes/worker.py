"""The worker: runs due jobs until it is told to stop."""

import logging
import os
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, cast, runtime_checkable

from responder.core.heartbeat import beat
from responder.core.jobs.port import Handlers, JobEngine
from responder.core.uow import Database

logger = logging.getLogger(__name__)
IDLE_SECONDS = 0.5
BEAT_SECONDS = 10.0
AFTER_FAULT_SECONDS = 2.0
BATCH = 5  # small, so that one slow provider holds up few others


def process_name() -> str:
    """Return the name by which this process owns leases: host and process id."""
    return f"{socket.gethostname()}:{os.getpid()}"


@runtime_checkable
class FleetEngine(Protocol):
    """A job engine that brings a worker of its own."""

    def run_worker(
        self, database: Database, handlers: Handlers, *, owner: str, stop: threading.Event
    ) -> None:
        """Run jobs until *stop* is set."""
        ...


@dataclass
class Worker:
    """One worker process: a few threads that each claim and run jobs."""

    database: Database
    jobs: JobEngine
    handlers: Handlers
    owner: str
    threads: int = 3
    idle_seconds: float = IDLE_SECONDS

    def run(self, stop: threading.Event) -> None:
        """Work until *stop* is set and the jobs in hand are done."""
        crew = [
            threading.Thread(
                target=self._work, args=(f"{self.owner}:{number}", stop), name=f"worker-{number}"
            )
            for number in range(self.threads)
        ]
        for one in crew:
            one.start()
        self._show_life(stop)
        for one in crew:
            one.join()

    def _work(self, owner: str, stop: threading.Event) -> None:
        while not stop.is_set():
            try:
                done = self.jobs.run_due(self.database, self.handlers, owner=owner, limit=BATCH)
            except Exception:
                # The database is away or locked: what was claimed is taken over when its lease ends.
                logger.exception("worker could not claim jobs")
                stop.wait(AFTER_FAULT_SECONDS)
                continue
            if not done:
                stop.wait(self.idle_seconds)

    def _hand_over(self, owner: str, stop: threading.Event) -> None:
        engine = cast(FleetEngine, self.jobs)
        while not stop.is_set():
            try:
                engine.run_worker(self.database, self.handlers, owner=owner, stop=stop)
            except Exception:
                logger.exception("the queue's worker ended")
                stop.wait(AFTER_FAULT_SECONDS)

    def _show_life(self, stop: threading.Event) -> None:
        while True:
            try:
                with self.database.engine.begin() as connection:
                    beat(connection, "worker", self.database.clock.now())
            except Exception:
                logger.exception("no sign of life written")
            if stop.wait(BEAT_SECONDS):
                return


def run_together(*parts: Callable[[threading.Event], None], stop: threading.Event) -> None:
    """Run *parts* in threads of this process until *stop* is set, or until one of them ends by itself."""
    threads = [threading.Thread(target=_guarded, args=(part, stop)) for part in parts]
    for one in threads:
        one.start()
    while not stop.is_set() and all(one.is_alive() for one in threads):
        time.sleep(0.2)
    stop.set()
    for one in threads:
        one.join()


def _guarded(part: Callable[[threading.Event], None], stop: threading.Event) -> None:
    try:
        part(stop)
    except Exception:
        logger.exception("a part of the process ended")
    finally:
        stop.set()
