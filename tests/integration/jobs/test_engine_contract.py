"""What every job engine promises, on each engine and database."""

import multiprocessing
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import pytest
from sqlalchemy import select

from responder.core.clock import SystemClock
from responder.core.db import make_engine
from responder.core.heartbeat import Heartbeat
from responder.core.jobs.fleet import FleetJobs
from responder.core.jobs.port import JobEngine
from responder.core.uow import Database

from . import labour, tree
from .labour import make_handlers, make_jobs

ENGINES = (("embedded", "sqlite"), ("embedded", "postgresql"), ("procrastinate", "postgresql"))
# A server that has the product loaded and forks each worker: a fresh interpreter would take seconds every time.
PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload([labour.__name__, tree.__name__])
PATIENCE = 40.0

pytestmark = pytest.mark.parametrize(("engine_name", "database_url"), ENGINES, indirect=True)


class Shop:
    """An engine on a database, with a folder in which its jobs leave their marks."""

    def __init__(self, name: str, url: str, folder: Path) -> None:
        self.name, self.url, self.folder = name, url, folder
        self.jobs: JobEngine = make_jobs(name, url)
        self.database = Database(make_engine(url), SystemClock(), self.jobs, {})
        if isinstance(self.jobs, FleetJobs):
            self.jobs.prepare(self.database.engine)

    def enqueue(self, kind: str, key: str, after: float = 0.0) -> None:
        """Enqueue a job in a transaction of its own."""
        with self.database.unit_of_work() as uow:
            self.jobs.enqueue(uow.session, kind, key, uow.now + timedelta(seconds=after))

    def run_due(self) -> int:
        """Run what is due in this process."""
        return self.jobs.run_due(self.database, make_handlers(self.folder), owner="tests")

    def marks(self, name: str) -> list[str]:
        """Return the keys that jobs have written under *name*."""
        path = self.folder / name
        return path.read_text().split() if path.exists() else []

    def counted(self) -> list[str]:
        """Return the keys that jobs of kind `count` have left in the database."""
        with self.database.unit_of_work(write=False) as uow:
            names = uow.session.scalars(select(Heartbeat.name).where(Heartbeat.name != "worker"))
            return sorted(names)

    @contextmanager
    def worker(self) -> Iterator[ForkServerProcess]:
        """Run a worker process for as long as the block lasts; then it is killed, as a crash would."""
        process = PROCESSES.Process(target=labour.main, args=(self.name, self.url, str(self.folder)))
        process.start()
        try:
            yield process
        finally:
            process.kill()
            process.join()
            process.close()


@pytest.fixture
def engine_name(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture
def shop(engine_name: str, database_url: str, tmp_path: Path) -> Iterator[Shop]:
    folder = tmp_path / "marks"
    folder.mkdir()
    made = Shop(engine_name, database_url, folder)
    yield made
    made.database.engine.dispose()


def until(true: Callable[[], bool]) -> float:
    """Return after how many seconds *true* held; fail when it does not in time."""
    began = time.monotonic()
    while not true():
        if time.monotonic() - began > PATIENCE:
            pytest.fail("it did not happen in time")
        time.sleep(0.05)
    return time.monotonic() - began


def test_a_transaction_that_is_rolled_back_leaves_no_job(shop: Shop) -> None:
    with pytest.raises(ZeroDivisionError), shop.database.unit_of_work() as uow:
        shop.jobs.enqueue(uow.session, "note", "lost", uow.now)
        _ = 1 / 0
    assert shop.run_due() == 0
    assert shop.marks("done") == []


def test_a_key_that_stands_already_is_success_and_the_rest_of_the_transaction_stands(shop: Shop) -> None:
    with shop.database.unit_of_work() as uow:
        shop.jobs.enqueue(uow.session, "note", "one", uow.now)
        shop.jobs.enqueue(uow.session, "note", "one", uow.now)
        shop.jobs.enqueue(uow.session, "note", "two", uow.now)
    shop.enqueue("note", "one")
    while shop.run_due():
        pass
    assert sorted(shop.marks("done")) == ["one", "two"]


def test_a_job_is_not_run_before_its_time(shop: Shop) -> None:
    shop.enqueue("note", "later", after=3600)
    assert shop.run_due() == 0


def test_a_job_that_is_done_does_not_run_again_and_its_key_is_free(shop: Shop) -> None:
    shop.enqueue("note", "one")
    while shop.run_due():
        pass
    assert shop.run_due() == 0
    shop.enqueue("note", "one")
    while shop.run_due():
        pass
    assert shop.marks("done") == ["one", "one"]


def test_a_job_that_fails_is_tried_again(shop: Shop) -> None:
    shop.enqueue("stumble", "one")
    with shop.worker():
        until(lambda: shop.marks("done") == ["one"])
    assert shop.marks("begun") == ["one", "one"]


def test_a_timer_outlives_the_workers(shop: Shop) -> None:
    shop.enqueue("note", "timer", after=1.0)
    with shop.worker():
        pass
    assert shop.marks("done") == []
    with shop.worker():
        until(lambda: shop.marks("done") == ["timer"])


def test_the_job_of_a_killed_worker_is_taken_over(shop: Shop) -> None:
    shop.enqueue("hang", "one")
    with shop.worker():
        until(lambda: shop.marks("begun") == ["one"])
    (shop.folder / "release").touch()
    with shop.worker():
        until(lambda: shop.marks("done") == ["one"])
    assert shop.marks("begun") == ["one", "one"]


def test_what_stays_inside_the_database_is_done_once_with_the_jobs_that_asked_for_it(shop: Shop) -> None:
    keys = [f"{number:02}" for number in range(12)]
    with shop.database.unit_of_work() as uow:
        for key in keys:
            shop.jobs.enqueue(uow.session, "count", key, uow.now)
    while shop.run_due():
        pass
    assert shop.counted() == keys


def test_a_job_that_fails_inside_the_database_takes_no_other_along(shop: Shop) -> None:
    for key in ("first", "bad", "last"):
        shop.enqueue("count", key)
    shop.run_due()
    assert shop.counted() == ["first", "last"]


def test_of_a_worker_killed_inside_the_database_nothing_stands_and_another_does_it_once(shop: Shop) -> None:
    shop.enqueue("count", "stuck")
    with shop.worker():
        until(lambda: shop.marks("begun") == ["stuck"])
    assert shop.counted() == []
    (shop.folder / "release").touch()
    with shop.worker():
        until(lambda: shop.counted() == ["stuck"])
