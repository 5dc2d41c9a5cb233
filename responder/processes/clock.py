"""The clock: asks each periodic use case what is due; a second clock stands by."""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, timedelta

from apscheduler.schedulers.background import BackgroundScheduler

from responder.core.jobs.clock_lease import release_clock, take_clock
from responder.core.uow import Database

logger = logging.getLogger(__name__)
RENEW_EVERY = timedelta(seconds=3)
WATCH_SECONDS = 1.0
JUMP = timedelta(seconds=5)


UseCase = Callable[[Database], int]
Periodic = tuple[str, timedelta, UseCase]  # a name, how often to ask, and what returns how much was due


@dataclass
class Ticker:
    """One clock process; it ticks only while it holds the lease."""

    database: Database
    periodic: Sequence[Periodic]
    owner: str
    holds: bool = False

    def run(self, stop: threading.Event) -> None:
        """Tick until *stop* is set; then hand the lease over."""
        scheduler = BackgroundScheduler(
            timezone=UTC, job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        )
        self.renew()
        first = self.database.clock.now()
        scheduler.add_job(self.renew, "interval", seconds=RENEW_EVERY.total_seconds())
        for name, interval, use_case in self.periodic:
            seconds = interval.total_seconds()
            scheduler.add_job(self.tick, "interval", [name, use_case], seconds=seconds, next_run_time=first)
        scheduler.start()
        try:
            self._watch_for_jumps(scheduler, stop)
        finally:
            scheduler.shutdown(wait=True)
            release_clock(self.database, self.owner)

    def renew(self) -> None:
        """Take or keep the lease, with a sign of life."""
        try:
            self.holds = take_clock(self.database, self.owner)
        except Exception:
            # Without the database nobody can tell who ticks: stand by until it is back.
            logger.exception("clock lease not renewed")
            self.holds = False

    def tick(self, name: str, use_case: UseCase) -> None:
        """Ask one use case what is due; a fault is logged and asked again at the next tick."""
        if not self.holds:
            return
        try:
            due = use_case(self.database)
        except Exception:
            logger.exception("periodic work failed", extra={"periodic": name})
            return
        if due:
            logger.info("periodic work done", extra={"periodic": name, "due": due})

    def _watch_for_jumps(self, scheduler: BackgroundScheduler, stop: threading.Event) -> None:
        """Wait for *stop*; when the machine's clock is set, ask everything at once instead of an hour later."""
        wall, steady = self.database.clock.now(), time.monotonic()
        while not stop.wait(WATCH_SECONDS):
            now, ticked = self.database.clock.now(), time.monotonic()
            if abs((now - wall) - timedelta(seconds=ticked - steady)) >= JUMP:
                logger.warning("the machine's clock jumped", extra={"seconds": (now - wall).total_seconds()})
                for job in scheduler.get_jobs():
                    job.modify(next_run_time=now)
            wall, steady = now, ticked
