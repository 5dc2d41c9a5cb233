"""The tree of processes: gunicorn's arbiter, its web workers, and beside them one process for clock and worker."""

import ctypes
import gc
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter

from responder.core.jobs.port import Handlers, JobEngine
from responder.core.uow import Database
from responder.processes.clock import Periodic, Ticker
from responder.processes.worker import Worker, process_name, run_together

logger = logging.getLogger(__name__)
PR_SET_PDEATHSIG = 1
RESTART_SECONDS = 0.5
STOP_SECONDS = 30.0
LOOK_SECONDS = 0.1
THREADS = 8


class Part:
    """A process of its own that does *work*; started again when it dies, until it is told to stop."""

    def __init__(self, name: str, work: Callable[[], None]) -> None:
        self.name = name
        self.work = work
        self.pid = 0
        self._not_before = 0.0

    def keep(self) -> None:
        """Start the process where it does not run."""
        if self._has_died():
            self._not_before = time.monotonic() + RESTART_SECONDS
        if not self.pid and time.monotonic() >= self._not_before:
            self._start()

    def stop(self) -> None:
        """Ask the process to end what it does and to go."""
        if self.pid and self._status() is None:
            os.kill(self.pid, signal.SIGTERM)

    def end(self) -> None:
        """Wait until the process has gone; kill it when it takes too long."""
        until = time.monotonic() + STOP_SECONDS
        while self.pid and self._status() is None:
            if time.monotonic() > until:
                os.kill(self.pid, signal.SIGKILL)
            time.sleep(LOOK_SECONDS)

    def _has_died(self) -> bool:
        status = self._status() if self.pid else None
        if status is None:
            return False
        logger.error("a process died and is started again", extra={"part": self.name, "status": status})
        return True

    def _status(self) -> int | None:
        """Return how the process ended, None while it runs; -1 where somebody else was told."""
        try:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
        except ChildProcessError:
            pid, status = self.pid, -1
        if not pid:
            return None
        self.pid = 0
        return status

    def _start(self) -> None:
        parent = os.getpid()
        self.pid = os.fork()
        if self.pid:
            return
        status = 1
        try:
            # A shell that starts us in the background has SIGQUIT ignored, and the part would outlive its parent.
            for number in (*Tree.SIGNALS, signal.SIGCHLD):
                signal.signal(number, signal.SIG_DFL)
            _die_with(parent)
            self.work()
            status = 0
        except SystemExit as ended:
            status = ended.code if isinstance(ended.code, int) else 1
        except BaseException:
            logger.exception("a process ended", extra={"part": self.name})
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(status)


class Tree(Arbiter):  # type: ignore[misc]
    """Gunicorn's arbiter, which keeps one more process alive beside its web workers."""

    # A closed terminal ends the tree, as any other program; nothing is loaded again while it runs.
    SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGQUIT)

    def __init__(self, application: BaseApplication, work: Callable[[], None] | None) -> None:
        super().__init__(application)
        self.beside = Part("timed work", partial(self._apart, work)) if work else None

    def _apart(self, work: Callable[[], None]) -> None:
        for listener in self.LISTENERS:  # who does not serve must not hold the port either
            listener.close()
        work()

    def manage_workers(self) -> None:
        """Start what does not run: web workers, and the part beside them."""
        super().manage_workers()
        if self.beside:
            self.beside.keep()

    def reap_workers(self) -> None:
        """Learn which processes have ended: the part beside the web workers is asked for by its own id."""
        if self.beside:
            self.beside.keep()
        super().reap_workers()

    def stop(self, graceful: bool = True) -> None:
        """End all processes; requests and jobs that are under way are finished where *graceful*."""
        beside, self.beside = self.beside, None
        if beside:
            beside.stop()
        super().stop(graceful)
        if beside:
            beside.end()


class Server(BaseApplication):  # type: ignore[misc]
    """Gunicorn with its settings from us and not from files or the environment."""

    def __init__(self, app: Flask, bind: str, workers: int) -> None:
        self.app = app
        self.settings = {
            "bind": bind,
            "workers": workers,
            "worker_class": "gthread",
            "threads": THREADS,
            "preload_app": True,
            "timeout": 60,
            "graceful_timeout": 10,
            "keepalive": 15,
            "max_requests": 0,
            "accesslog": None,
            "loglevel": "warning",
            "proc_name": "responder",
            "control_socket_disable": True,
            "post_fork": _end_with_arbiter,
        }
        super().__init__()

    def load_config(self) -> None:
        """Set what differs from gunicorn's own."""
        for name, value in self.settings.items():
            if name in self.cfg.settings:
                self.cfg.set(name, value)

    def load(self) -> Flask:
        """Return the application made before the fork."""
        return self.app


def _end_with_arbiter(arbiter: Any, _worker: Any) -> None:
    _die_with(arbiter.pid)


def _die_with(parent: int) -> None:
    """End this process at once with its parent: an orphaned server would keep the port from the next start."""
    try:
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGQUIT)
    except (OSError, AttributeError):
        return  # not Linux: the operator ends what is left
    if os.getppid() != parent:
        os._exit(1)


def web_server(
    app: Flask, bind: str, workers: int = 2, work: Callable[[], None] | None = None
) -> Callable[[], None]:
    """Return what serves *app* at *bind*: gunicorn, *workers* processes of eight threads, loaded once and shared.

    *work* is done beside them in a process of its own. All are forked from this one: it must hold no database
    connection. It ends with SystemExit.
    """

    def serve() -> None:
        tree = Tree(Server(app, bind, workers), work)
        # What is loaded now is shared by all children for good: the collector must not touch it and copy its pages.
        gc.collect()
        gc.freeze()
        tree.run()

    return serve


def timed_work(
    database: Database, handlers: Handlers, periodic: Sequence[Periodic], *, jobs: JobEngine, threads: int = 2
) -> Callable[[], None]:
    """Return what runs clock and worker in this process until SIGTERM, SIGINT or SIGQUIT."""

    def work() -> None:
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT):
            signal.signal(number, lambda *_: stop.set())
        owner = process_name()
        ticker = Ticker(database, periodic, owner)
        worker = Worker(database, jobs, handlers, owner, threads)
        run_together(ticker.run, worker.run, stop=stop)

    return work
