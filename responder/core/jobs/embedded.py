"""Jobs in a table of our own, claimed under a lease: for one machine, on SQLite and PostgreSQL alike."""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    Index,
    Insert,
    Row,
    UniqueConstraint,
    and_,
    bindparam,
    delete,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from responder.core.db import Base, UtcDateTime, table_of
from responder.core.ids import new_id
from responder.core.jobs.port import Handlers, Inside
from responder.core.uow import Database

logger = logging.getLogger(__name__)
LEASE = timedelta(seconds=10)
FIRST_RETRY = timedelta(seconds=2)
LONGEST_RETRY = timedelta(minutes=5)
Taken = Row[*tuple[Any, ...]]
LOOK_AHEAD = 500  # however many of one kind stand in front, another kind behind them is seen


class Job(Base):
    """One thing to do at or after `run_at`."""

    __tablename__ = "job"
    __table_args__ = (UniqueConstraint("kind", "key"), Index("ix_job_run_at", "run_at"))

    id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    key: Mapped[str]
    run_at: Mapped[datetime]
    owner: Mapped[str | None]
    leased_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)


# The queue is asked several times a second: its statements are made once and go straight to the connection.
_TABLE = table_of(Job)
_JOB = _TABLE.c
_NOW = bindparam("now", type_=UtcDateTime())
_LIMIT: BindParameter[int] = bindparam("limit")
_ID: BindParameter[str] = bindparam("job_id")
_IDS: BindParameter[str] = bindparam("ids", expanding=True)
_FREE = and_(_JOB.run_at <= _NOW, or_(_JOB.leased_until.is_(None), _JOB.leased_until < _NOW))
_FIRST = select(_JOB.kind).where(_FREE).order_by(_JOB.run_at).limit(_LIMIT).subquery()
_LOOK = select(_FIRST.c.kind).distinct()
_FREE_JOB = (
    select(_JOB.id, _JOB.kind, _JOB.key, _JOB.attempts, _JOB.owner)
    .where(_FREE)
    .with_for_update(skip_locked=True)
)
_TAKE = _FREE_JOB.where(_JOB.kind.in_(bindparam("kinds", expanding=True))).order_by(_JOB.run_at).limit(_LIMIT)
_TAKE_ONE = _FREE_JOB.where(_JOB.id == _ID)
_LEASE = (
    update(_TABLE)
    .where(_JOB.id.in_(_IDS))
    .values(owner=bindparam("holder"), leased_until=bindparam("until"), attempts=_JOB.attempts + 1)
)
_HELD = and_(_JOB.id == _ID, _JOB.owner.is_not_distinct_from(bindparam("holder")))
_PUT_OFF = (
    update(_TABLE)
    .where(_HELD)
    .values(run_at=bindparam("later"), owner=None, leased_until=None, attempts=bindparam("tries"))
)
_FINISH = delete(_TABLE).where(_HELD)
_FINISH_ALL = delete(_TABLE).where(_JOB.id.in_(_IDS))


@cache
def put(dialect: str) -> Insert:
    """Return the statement that lays a job; an existing key keeps its row."""
    insert = sqlite.insert if dialect == "sqlite" else postgresql.insert
    return insert(_TABLE).on_conflict_do_nothing(index_elements=["kind", "key"])


class EmbeddedJobs:
    """The job engine of a single installation; the worker's tick drives it."""

    def enqueue(self, session: Session, kind: str, key: str, run_at: datetime) -> None:
        """Put the job into the session's transaction; an existing key keeps its row."""
        connection = session.connection()
        values = {"id": str(new_id()), "kind": kind, "key": key, "run_at": run_at, "attempts": 0}
        connection.execute(put(connection.dialect.name), values)

    def run_due(self, database: Database, handlers: Handlers, *, owner: str, limit: int = 20) -> int:
        """Take due jobs of each sort, run them, and delete each whose handler ends well."""
        done, outward = 0, []
        for kind in _look(database):
            handler = handlers.get(kind)
            if isinstance(handler, Inside):
                done += _run_inside(database, kind, handler, limit)
            else:
                outward.append(kind)
        claimed = _claim(database, outward, owner, limit) if outward else ()
        for job in claimed:
            _run(database, handlers, owner, job)
        return done + len(claimed)


def _look(database: Database) -> list[str]:
    """Return the kinds that are due, without the write lock: most looks find nothing."""
    with database.reading() as connection:
        found = connection.execute(_LOOK, {"now": database.clock.now(), "limit": LOOK_AHEAD})
        return sorted(found.scalars())


def _run_inside(database: Database, kind: str, handler: Inside, limit: int) -> int:
    """Do several jobs of a kind in the transaction that ends them; where that fails, each by itself."""
    jobs: Sequence[Taken] = ()
    try:
        with database.unit_of_work(lane=None) as uow:
            asked = {"now": uow.now, "kinds": [kind], "limit": limit}
            jobs = uow.session.connection().execute(_TAKE, asked).all()
            done = handler.work(uow, [job.key for job in jobs]) if jobs else ()
            ended = [job.id for job in jobs if job.key in done]
            uow.session.connection().execute(_FINISH_ALL, {"ids": ended})
            return len(ended)
    except Exception:
        if not jobs:
            raise
        logger.info("jobs failed together", extra={"job_kind": kind, "jobs": len(jobs)})
    return sum(_run_alone(database, handler, job) for job in jobs)


def _run_alone(database: Database, handler: Inside, job: Taken) -> bool:
    try:
        with database.unit_of_work(lane=None) as uow:
            connection = uow.session.connection()
            if connection.execute(_TAKE_ONE, {"now": uow.now, "job_id": job.id}).first() is None:
                return False
            handler.work(uow, [job.key])
            connection.execute(_FINISH_ALL, {"ids": [job.id]})
    except Exception:
        _put_off(database, job, job.owner)
    return True


def _claim(database: Database, kinds: Sequence[str], owner: str, limit: int) -> Sequence[Taken]:
    now = database.clock.now()
    with database.engine.begin() as connection:
        jobs = connection.execute(_TAKE, {"now": now, "kinds": kinds, "limit": limit}).all()
        if jobs:
            lease = {"ids": [job.id for job in jobs], "holder": owner, "until": now + LEASE}
            connection.execute(_LEASE, lease)
    return jobs


def _run(database: Database, handlers: Handlers, owner: str, job: Taken) -> None:
    held, finished = {"job_id": job.id, "holder": owner}, False

    def finish(session: Session) -> None:
        nonlocal finished
        session.connection().execute(_FINISH, held)
        finished = True

    try:
        handler = handlers[job.kind]
        assert not isinstance(handler, Inside)
        handler(database, job.key, finish)
    except Exception:
        _put_off(database, job, owner)
        return
    if not finished:
        with database.engine.begin() as connection:
            connection.execute(_FINISH, held)


def _put_off(database: Database, job: Taken, holder: str | None) -> None:
    # The one place where a job's fault ends: logged once, tried again with growing pauses.
    tries = job.attempts + 1
    logger.exception("job failed", extra={"job_kind": job.kind, "attempts": tries})
    pause = min(FIRST_RETRY * 2 ** min(tries, 10), LONGEST_RETRY)
    with database.engine.begin() as connection:
        later = database.clock.now() + pause
        connection.execute(_PUT_OFF, {"job_id": job.id, "holder": holder, "later": later, "tries": tries})
