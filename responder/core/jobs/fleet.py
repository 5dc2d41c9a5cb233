"""Jobs of a fleet of machines: procrastinate, on the same PostgreSQL and in the caller's own transaction.

Loaded only where it is chosen; the library is an extra.
"""

import asyncio
import logging
import threading
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import procrastinate
from procrastinate import exceptions
from procrastinate.jobs import Status
from procrastinate.utils import utcnow
from sqlalchemy import Engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from responder.core.jobs.port import Handlers, Inside
from responder.core.uow import Database

logger = logging.getLogger(__name__)
TASK = "responder.run"
SCHEMA_LOCK = 4930493  # any number, the same for all that lay the schema


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How often a worker looks for work, says that it is alive, and looks for workers that do not."""

    poll_seconds: float = 0.5
    heartbeat_seconds: float = 2.0
    stalled_seconds: float = 6.0
    rescue_seconds: float = 2.0
    retry_seconds: int = 2


class FleetJobs:
    """The job engine of many machines; each runs workers, and a dead one's jobs go to the living."""

    def __init__(self, url: str, *, concurrency: int = 4, rhythm: Rhythm | None = None) -> None:
        """Make an engine for the PostgreSQL database at the SQLAlchemy address *url*."""
        self._conninfo = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        self._concurrency = concurrency
        self._rhythm = rhythm or Rhythm()
        # Never opened: it only writes on connections that it is handed.
        self._enqueuing = procrastinate.App(connector=procrastinate.SyncPsycopgConnector())

    def prepare(self, engine: Engine) -> None:
        """Lay the queue's own tables where they are missing."""
        with engine.begin() as connection:
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": SCHEMA_LOCK})
            if connection.scalar(text("SELECT to_regclass('procrastinate_jobs')")) is None:
                # Straight to the driver: the script is full of percent signs that are no parameters.
                driver: Any = connection.connection.driver_connection
                driver.execute(procrastinate.schema.SchemaManager.get_schema())

    def enqueue(self, session: Session, kind: str, key: str, run_at: datetime) -> None:
        """Put the job into the session's transaction; a waiting job of the same key is success."""
        session.flush()
        connection = session.connection()
        deferrer = self._enqueuing.configure_task(
            TASK,
            allow_unknown=True,
            connection=connection.connection.driver_connection,
            queueing_lock=f"{kind}:{key}",
            schedule_at=run_at,
        )
        # In a savepoint: without it a key that stands already would abort the whole business transaction.
        with suppress(exceptions.AlreadyEnqueued), connection.begin_nested():
            deferrer.defer(kind=kind, key=key)

    def run_due(self, database: Database, handlers: Handlers, *, owner: str, limit: int = 20) -> int:
        """Run what is due now and return how many jobs ran; *limit* is the library's matter here."""
        crew = _Crew(self._conninfo, self._concurrency, self._rhythm, database, handlers)
        _run(crew.work(owner, stop=None))
        return crew.done

    def run_worker(
        self, database: Database, handlers: Handlers, *, owner: str, stop: threading.Event
    ) -> None:
        """Run jobs as they fall due, and those of dead workers, until *stop* is set."""
        crew = _Crew(self._conninfo, self._concurrency, self._rhythm, database, handlers)
        _run(crew.work(owner, stop=stop))


def _left_to_the_queue(_session: Session) -> None:
    """End no job: the library does it when the handler has returned."""


def _run(work: Coroutine[Any, Any, None]) -> None:
    """Run *work* in a thread of its own: the caller's thread may have an event loop already."""
    with ThreadPoolExecutor(1, "fleet") as pool:
        pool.submit(asyncio.run, work).result()


class _Crew:
    """One run of procrastinate's worker with its rescuer."""

    def __init__(
        self, conninfo: str, concurrency: int, rhythm: Rhythm, database: Database, handlers: Handlers
    ) -> None:
        self.done = 0
        self._concurrency, self._rhythm = concurrency, rhythm
        self._database, self._handlers = database, handlers
        connector = procrastinate.PsycopgConnector(conninfo=conninfo, min_size=1, max_size=concurrency + 3)
        self._app = procrastinate.App(connector=connector)
        retry = procrastinate.RetryStrategy(
            max_attempts=None, wait=rhythm.retry_seconds, linear_wait=rhythm.retry_seconds
        )
        self._app.task(name=TASK, retry=retry)(self._run)

    def _run(self, kind: str, key: str) -> None:
        self.done += 1
        handler = self._handlers[kind]
        if isinstance(handler, Inside):
            with self._database.unit_of_work(lane=None) as uow:
                handler.work(uow, [key])
        else:
            handler(self._database, key, _left_to_the_queue)

    async def work(self, owner: str, *, stop: threading.Event | None) -> None:
        """Work until *stop* is set; without one, until nothing is due."""
        async with self._app.open_async():
            rescue = asyncio.create_task(self._rescue(forever=stop is not None))
            if stop is None:
                await rescue
            worker = asyncio.create_task(
                self._app.run_worker_async(
                    name=owner,
                    concurrency=self._concurrency,
                    wait=stop is not None,
                    fetch_job_polling_interval=self._rhythm.poll_seconds,
                    update_heartbeat_interval=self._rhythm.heartbeat_seconds,
                    stalled_worker_timeout=self._rhythm.stalled_seconds,
                    delete_jobs="successful",
                    install_signal_handlers=False,
                    listen_notify=stop is not None,
                )
            )
            if stop is not None:
                await self._until(stop, worker)
                worker.cancel()
                rescue.cancel()
            with suppress(asyncio.CancelledError):
                await worker
            with suppress(asyncio.CancelledError):
                await rescue

    async def _until(self, stop: threading.Event, worker: "asyncio.Task[Any]") -> None:
        while not stop.is_set() and not worker.done():
            await asyncio.sleep(0.1)

    async def _rescue(self, *, forever: bool) -> None:
        """Give the jobs of workers that show no life back to the queue."""
        manager = self._app.job_manager
        while True:
            try:
                stalled = await manager.get_stalled_jobs(seconds_since_heartbeat=self._rhythm.stalled_seconds)
                for job in stalled:
                    await self._give_back(job)
            except exceptions.ConnectorException:
                logger.exception("jobs of dead workers not looked for")
            if not forever:
                return
            await asyncio.sleep(self._rhythm.rescue_seconds)

    async def _give_back(self, job: Any) -> None:
        manager = self._app.job_manager
        try:
            await manager.retry_job_by_id_async(job.id, retry_at=utcnow())
        except (exceptions.UniqueViolation, exceptions.AlreadyEnqueued):
            # The same key waits already: that job will do what this one left undone.
            await manager.finish_job_by_id_async(job.id, status=Status.FAILED, delete_job=True)
        except exceptions.ConnectorException:
            logger.info("another worker took the job over", extra={"job_id": job.id})
