"""Clock, worker and the tree that holds them: one ticks, the dead are started again, orphans end."""

import multiprocessing
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from responder.core.clock import FixedClock, SystemClock
from responder.core.db import make_engine
from responder.core.heartbeat import last_beat
from responder.core.jobs.clock_lease import LEASE, release_clock, take_clock
from responder.core.jobs.embedded import EmbeddedJobs
from responder.core.jobs.port import Finish
from responder.core.uow import Database
from responder.processes.clock import Ticker

from . import labour, tree

PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload([labour.__name__, tree.__name__])
PATIENCE = 40.0
ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def until(true: Callable[[], bool]) -> None:
    """Return as soon as *true* holds; fail when it does not in time."""
    deadline = time.monotonic() + PATIENCE
    while not true():
        if time.monotonic() > deadline:
            pytest.fail("it did not happen in time")
        time.sleep(0.05)


@contextmanager
def running(target: Callable[..., None], *arguments: str) -> Iterator[ForkServerProcess]:
    """Run *target* in a process of its own for as long as the block lasts."""
    process = PROCESSES.Process(target=target, args=arguments)
    process.start()
    try:
        yield process
    finally:
        process.kill()
        process.join()
        process.close()


def pids(path: Path) -> list[int]:
    return [int(line) for line in path.read_text().split()] if path.exists() else []


def lives(pid: int) -> bool:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


def test_one_clock_ticks_and_the_other_stands_by_until_the_lease_ends(
    database: Database, clock: FixedClock
) -> None:
    assert take_clock(database, "first")
    assert not take_clock(database, "second")
    clock.move(LEASE - timedelta(seconds=1))
    assert take_clock(database, "first")
    clock.move(LEASE)
    assert take_clock(database, "second")
    assert not take_clock(database, "first")


def test_a_clock_that_ends_hands_over_at_once(database: Database) -> None:
    assert take_clock(database, "first")
    release_clock(database, "first")
    assert take_clock(database, "second")


def test_a_lease_from_before_the_clock_was_set_back_does_not_hold_for_an_hour(
    database: Database, clock: FixedClock
) -> None:
    assert take_clock(database, "first")
    clock.move(timedelta(hours=-1))
    assert take_clock(database, "second")


def test_the_clock_asks_what_is_due_and_a_fault_does_not_stop_it(database_url: str) -> None:
    database = Database(make_engine(database_url), SystemClock(), EmbeddedJobs(), {})
    asked: list[str] = []
    stop = threading.Event()

    def faulty(database: Database) -> int:
        asked.append("faulty")
        raise RuntimeError("this one fails")

    def sound(database: Database) -> int:
        asked.append("sound")
        if asked.count("sound") >= 3 and asked.count("faulty") >= 3:
            stop.set()
        return 1

    periodic = [("faulty", timedelta(seconds=0.1), faulty), ("sound", timedelta(seconds=0.1), sound)]
    ticker = Ticker(database, periodic, "first")
    runner = threading.Thread(target=ticker.run, args=(stop,))
    runner.start()
    runner.join(PATIENCE)
    assert stop.is_set()
    assert take_clock(database, "second")
    with database.unit_of_work() as uow:
        assert last_beat(uow.session, "clock") is not None
    database.engine.dispose()


def test_a_clock_that_stands_by_asks_nothing(database: Database) -> None:
    asked: list[str] = []

    def ask(database: Database) -> int:
        asked.append("asked")
        return 0

    take_clock(database, "first")
    second = Ticker(database, [], "second")
    second.renew()
    second.tick("anything", ask)
    assert asked == []


def test_a_job_that_ended_in_its_own_commit_is_not_run_again_though_its_handler_fails_afterwards(
    database: Database, clock: FixedClock
) -> None:
    ran: list[str] = []

    def end(database: Database, key: str, finish: Finish) -> None:
        ran.append(key)
        with database.unit_of_work() as uow:
            finish(uow.session)
        raise RuntimeError("too late to matter")

    engine = EmbeddedJobs()
    with database.unit_of_work() as uow:
        engine.enqueue(uow.session, "end", "one", uow.now)
    for _ in range(3):
        engine.run_due(database, {"end": end}, owner="tests")
        clock.move(timedelta(hours=1))
    assert ran == ["one"]


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


def who_answers(url: str) -> int:
    """Return the process id that the page of the small product says; 0 when nobody answers."""
    try:
        with urlopen(url, timeout=2) as page:
            return int(page.read())
    except (URLError, OSError):
        return 0


@ON_SQLITE
def test_a_part_that_dies_is_started_again_and_the_tree_ends_as_one(
    database_url: str, tmp_path: Path
) -> None:
    bind, worked = f"127.0.0.1:{free_port()}", tmp_path / "ticked"
    with running(tree.small_product, database_url, bind, str(tmp_path)) as parent:
        until(lambda: bool(pids(worked)) and who_answers(f"http://{bind}/") > 0)
        first = pids(worked)[0], who_answers(f"http://{bind}/")
        for pid in first:
            os.kill(pid, signal.SIGKILL)
        until(lambda: pids(worked)[-1] != first[0])
        until(lambda: who_answers(f"http://{bind}/") not in (0, first[1]))
        served = who_answers(f"http://{bind}/")
        parent.terminate()
        parent.join(PATIENCE)
        assert parent.exitcode == 0
    assert not any(lives(pid) for pid in (served, *pids(worked)))


@ON_SQLITE
def test_the_parts_of_a_killed_parent_do_not_outlive_it(database_url: str, tmp_path: Path) -> None:
    bind, worked = f"127.0.0.1:{free_port()}", tmp_path / "ticked"
    with running(tree.small_product, database_url, bind, str(tmp_path)):
        until(lambda: bool(pids(worked)) and who_answers(f"http://{bind}/") > 0)
        served = who_answers(f"http://{bind}/")
    until(lambda: not any(lives(pid) for pid in (served, pids(worked)[0])))
    assert not who_answers(f"http://{bind}/")


@ON_SQLITE
def test_all_in_one_serves_ticks_and_works(database_url: str, tmp_path: Path) -> None:
    bind = f"127.0.0.1:{free_port()}"
    database = Database(make_engine(database_url), SystemClock(), EmbeddedJobs(), {})
    with running(tree.small_product, database_url, bind, str(tmp_path)) as parent:
        until(lambda: who_answers(f"http://{bind}/") > 0)
        with database.unit_of_work() as uow:
            database.jobs.enqueue(uow.session, "note", "one", uow.now)
        until(lambda: (tmp_path / "done").exists() and (tmp_path / "ticked").exists())
        parent.terminate()
        parent.join(PATIENCE)
        assert parent.exitcode == 0
    assert not who_answers(f"http://{bind}/")
    database.engine.dispose()
