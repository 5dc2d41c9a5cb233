"""The all-in-one tree: one parent that keeps a web server and one process for clock and worker alive."""

import ctypes
import gc
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import Flask

from responder.core.jobs.port import Handlers, JobEngine
from responder.core.uow import Database
from responder.processes.clock import Periodic, Ticker
from responder.processes.worker import Worker, process_name, run_together

logger = logging.getLogger(__name__)
PR_SET_PDEATHSIG = 1
RESTART_SECONDS = 0.5
STOP_SECONDS = 30.0
THREADS = 8


@dataclass
class Supervisor:
    """Starts each part in a process of its own and starts it again when it dies, until it is told to stop."""

    parts: dict[str, Callable[[], None]]
    running: dict[int, str] = field(default_factory=dict)
    stopping: bool = False

    def run(self) -> int:
        """Keep the parts alive until SIGTERM or SIGINT; return the exit status of the tree."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        # What is loaded now is shared by all children for good: the collector must not touch it and copy its pages.
        gc.collect()
        gc.freeze()
        for name in self.parts:
            self._start(name)
        while self.running:
            pid, status = _wait()
            if pid == 0:
                time.sleep(0.1)
                continue
            name = self.running.pop(pid, "")
            if not name or self.stopping:
                continue
            logger.error("a process died and is started again", extra={"part": name, "status": status})
            time.sleep(RESTART_SECONDS)
            if not self.stopping:
                self._start(name)
        return 0

    def _start(self, name: str) -> None:
        parent = os.getpid()
        pid = os.fork()
        if pid:
            self.running[pid] = name
            return
        _die_with(parent)
        status = 1
        try:
            # A shell that starts us in the background has SIGQUIT ignored, and the part would outlive its parent.
            for number in (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT):
                signal.signal(number, signal.SIG_DFL)
            self.parts[name]()
            status = 0
        except SystemExit as ended:
            status = ended.code if isinstance(ended.code, int) else 1
        except BaseException:
            logger.exception("a process ended", extra={"part": name})
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(status)

    def _stop(self, *_signal: Any) -> None:
        if self.stopping:
            return
        self.stopping = True
        for pid in self.running:
            os.kill(pid, signal.SIGTERM)
        signal.signal(signal.SIGALRM, self._kill)
        signal.setitimer(signal.ITIMER_REAL, STOP_SECONDS)

    def _kill(self, *_signal: Any) -> None:
        for pid in self.running:
            os.kill(pid, signal.SIGKILL)


def _wait() -> tuple[int, int]:
    try:
        return os.waitpid(-1, os.WNOHANG)
    except ChildProcessError:
        return 0, 0


def _die_with(parent: int) -> None:
    """End this process at once with its parent: an orphaned server would keep the port from the next start."""
    try:
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGQUIT)
    except (OSError, AttributeError):
        return  # not Linux: the operator ends what is left
    if os.getppid() != parent:
        os._exit(1)


def web_server(app: Flask, bind: str, workers: int = 2) -> Callable[[], None]:
    """Return what serves *app* at *bind*: gunicorn, *workers* processes of eight threads, loaded once and shared."""

    def serve() -> None:
        from gunicorn.app.base import BaseApplication

        class Server(BaseApplication):  # type: ignore[misc]
            """Gunicorn with its settings from us and not from files or the environment."""

            def load_config(self) -> None:
                """Set what differs from gunicorn's own."""
                settings = {
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
                }
                for name, value in settings.items():
                    if name in self.cfg.settings:
                        self.cfg.set(name, value)

            def load(self) -> Flask:
                """Return the application made before the fork."""
                return app

        Server().run()

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


def run_all_in_one(app: Flask, bind: str, work: Callable[[], None], *, workers: int = 2) -> int:
    """Serve *app* at *bind* and run *work* (clock and worker) beside it in one supervised tree.

    The processes are forked from this one: it must hold no database connection.
    """
    return Supervisor({"web": web_server(app, bind, workers), "timed work": work}).run()
