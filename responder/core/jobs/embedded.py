"""Jobs in a table of our own, claimed under a lease: for one machine, on SQLite and PostgreSQL alike."""

import logging
from datetime import datetime, timedelta

from sqlalchemy import Index, UniqueConstraint, and_, delete, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from responder.core.db import Base
from responder.core.ids import new_id
from responder.core.jobs.port import Handlers
from responder.core.uow import Database

logger = logging.getLogger(__name__)
LEASE = timedelta(seconds=10)
FIRST_RETRY = timedelta(seconds=2)
LONGEST_RETRY = timedelta(minutes=5)


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


class EmbeddedJobs:
    """The job engine of a single installation; the worker's tick drives it."""

    def enqueue(self, session: Session, kind: str, key: str, run_at: datetime) -> None:
        """Put the job into the session's transaction; an existing key keeps its row."""
        insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
        session.execute(
            insert(Job)
            .values(id=str(new_id()), kind=kind, key=key, run_at=run_at, attempts=0)
            .on_conflict_do_nothing(index_elements=["kind", "key"])
        )

    def run_due(self, database: Database, handlers: Handlers, *, owner: str, limit: int = 20) -> int:
        """Claim due jobs, run each, and delete it when its handler ends well."""
        claimed = self._claim(database, owner, limit)
        for job_id, kind, key, attempts in claimed:
            self._run(database, handlers, owner, (job_id, kind, key, attempts))
        return len(claimed)

    def _claim(self, database: Database, owner: str, limit: int) -> list[tuple[str, str, str, int]]:
        now = database.clock.now()
        free = and_(Job.run_at <= now, or_(Job.leased_until.is_(None), Job.leased_until < now))
        with database.unit_of_work(lane=None, write=False) as uow:
            # Most ticks find nothing: look without the write lock first.
            if uow.session.scalar(select(Job.id).where(free).limit(1)) is None:
                return []
        with database.unit_of_work(lane=None) as uow:
            ids = uow.session.scalars(
                select(Job.id).where(free).order_by(Job.run_at).limit(limit).with_for_update(skip_locked=True)
            ).all()
            rows = uow.session.execute(
                update(Job)
                .where(Job.id.in_(ids))
                .values(owner=owner, leased_until=now + LEASE, attempts=Job.attempts + 1)
                .returning(Job.id, Job.kind, Job.key, Job.attempts)
                .execution_options(synchronize_session=False)
            ).all()
        return [(row.id, row.kind, row.key, row.attempts) for row in rows]

    def _run(
        self, database: Database, handlers: Handlers, owner: str, job: tuple[str, str, str, int]
    ) -> None:
        job_id, kind, key, attempts = job
        try:
            handlers[kind](database, key)
        except Exception:
            # The one place where a job's fault ends: logged once, tried again with growing pauses.
            logger.exception("job failed", extra={"job_kind": kind, "attempts": attempts})
            pause = min(FIRST_RETRY * 2 ** min(attempts, 10), LONGEST_RETRY)
            with database.unit_of_work(lane=None) as uow:
                uow.session.execute(
                    update(Job)
                    .where(Job.id == job_id, Job.owner == owner)
                    .values(run_at=database.clock.now() + pause, owner=None, leased_until=None)
                )
            return
        with database.unit_of_work(lane=None) as uow:
            uow.session.execute(delete(Job).where(Job.id == job_id, Job.owner == owner))
