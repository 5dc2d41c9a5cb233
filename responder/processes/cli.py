"""The commands that run processes: serve, worker, clock."""

import signal
import threading
from collections.abc import Callable
from typing import cast

import click
from flask import Flask
from flask.cli import ScriptInfo

from responder import jobs
from responder.core.jobs.port import JobEngine
from responder.foundation.messaging.settings import is_loopback
from responder.foundation.web.context import EXTENSION, Installation
from responder.processes.clock import Ticker
from responder.processes.supervisor import timed_work, web_server
from responder.processes.warming import warm
from responder.processes.worker import Worker, process_name

WORKER_THREADS = 4


@click.command()
@click.option("--all-in-one", is_flag=True, help="Clock and worker run in the same process tree.")
@click.option("--bind", default="127.0.0.1:8000", show_default=True, metavar="HOST:PORT")
@click.option("--workers", default=2, show_default=True, type=click.IntRange(1, 64), help="Web processes.")
@click.pass_obj
def serve(info: ScriptInfo, all_in_one: bool, bind: str, workers: int) -> None:
    """Serve the pages and the API. Example: responder serve --all-in-one --bind 127.0.0.1:8000"""
    app, installed = _load(info)
    if installed.settings.demo and not is_loopback(f"//{bind}"):
        raise click.UsageError("the demo serves this machine only: bind to 127.0.0.1")
    warm(app, installed.database, installed.settings.home)
    work = None
    if all_in_one:
        engine = cast(JobEngine, installed.database.jobs)
        work = timed_work(installed.database, jobs.handlers(installed), jobs.periodic(installed), jobs=engine)
    installed.database.engine.dispose()
    web_server(app, bind, workers, work)()


@click.command()
@click.option("--threads", default=WORKER_THREADS, show_default=True, type=click.IntRange(1, 64))
@click.pass_obj
def worker(info: ScriptInfo, threads: int) -> None:
    """Deliver messages and do timed work; run as many as wanted. Example: responder worker"""
    _, installed = _load(info)
    engine = cast(JobEngine, installed.database.jobs)
    _until_told(Worker(installed.database, engine, jobs.handlers(installed), process_name(), threads).run)


@click.command()
@click.pass_obj
def clock(info: ScriptInfo) -> None:
    """Ask what is due; a second clock stands by. Example: responder clock"""
    _, installed = _load(info)
    _until_told(Ticker(installed.database, jobs.periodic(installed), process_name()).run)


def _load(info: ScriptInfo) -> tuple[Flask, Installation]:
    app = info.load_app()
    return app, cast(Installation, app.extensions[EXTENSION])


def _until_told(run: Callable[[threading.Event], None]) -> None:
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    run(stop)
