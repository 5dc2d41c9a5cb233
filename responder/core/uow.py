"""One request, one transaction: the unit of work, and the database that opens it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, TypeVar

from sqlalchemy import Connection, Engine, event
from sqlalchemy.orm import Session

from responder.core.actor import SYSTEM, Actor
from responder.core.clock import Clock
from responder.core.db import WRITE_OPTION, Base, has_written
from responder.core.events import Event, Reactions
from responder.core.fresh import ENDING, WRITTEN, make
from responder.core.ids import LaneId
from responder.core.lanes import LANE_KEY, REAL_LANE

Row = TypeVar("Row")
New = TypeVar("New", bound=Base)


class Enqueues(Protocol):
    """The part of the job engine that a unit of work needs."""

    def enqueue(self, session: Session, kind: str, key: str, run_at: datetime) -> None:
        """Put a job in the session's transaction; an existing key is success."""
        ...


@dataclass
class UnitOfWork:
    """A transaction with its clock, its actor, its lane and the events it tells."""

    session: Session
    clock: Clock
    actor: Actor
    lane: LaneId | None
    now: datetime  # frozen when the unit began, so that one act has one time
    jobs: Enqueues
    reactions: Reactions = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    committed: bool = False

    def emit(self, event: Event) -> None:
        """Tell that *event* happened; its reactions run before the commit."""
        self.events.append(event)

    def react(self) -> None:
        """Run the reactions to the events told so far, and to those they tell in turn; the commit does it as well."""
        while self.events:
            event = self.events.pop(0)
            reaction = self.reactions.get(type(event))
            if reaction is None:
                continue
            for function in reaction.now:
                function(event, self)
            for job in reaction.later:
                self.jobs.enqueue(self.session, job.kind, job.key(event), self.now)

    def commit(self) -> None:
        """Commit what stands now, and go on reading without the write lock; nothing may be written after it."""
        self.react()
        self.session.info[ENDING] = True
        self.session.commit()
        self.committed = True
        self.session.connection(execution_options={WRITE_OPTION: False})

    def make(self, model: type[New], **values: Any) -> New:
        """Return a new row with these columns, written with the next flush; see `responder.core.fresh`."""
        return make(self.session, model, **values)

    def made(self, kind: type[Row]) -> list[Row]:
        """Return the rows of a kind that this unit has made or put into the database, in that order."""
        return [row for row in self.session.info.get(WRITTEN, ()) if isinstance(row, kind)]

    @property
    def own_lane(self) -> LaneId:
        """The lane it writes in; raise RuntimeError in a unit that serves all lanes."""
        if self.lane is None:
            raise RuntimeError("this unit of work serves all lanes; name the lane")
        return self.lane


@dataclass
class Database:
    """An engine with what its units of work need."""

    engine: Engine
    clock: Clock
    jobs: Enqueues
    reactions: Reactions

    def __post_init__(self) -> None:
        """Make the engine's two faces once: one whose transactions write, one whose transactions only read."""
        self._binds = {
            write: self.engine.execution_options(**{WRITE_OPTION: write}) for write in (True, False)
        }

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Yield a connection for a look at plain tables, without the session of a unit of work."""
        with self._binds[False].connect() as connection:
            yield connection
            if not has_written(connection):
                connection.commit()  # see `_end_reading`

    @contextmanager
    def unit_of_work(
        self, actor: Actor = SYSTEM, lane: LaneId | None = REAL_LANE, *, write: bool = True
    ) -> Iterator[UnitOfWork]:
        """Yield a unit of work; leaving it without an error runs the reactions and commits.

        *lane* None serves all lanes (workers, sweeps): rows written there must name their lane.
        A unit with *write* False never takes the write lock and is rolled back.
        """
        with Session(self._binds[write], expire_on_commit=False, info={LANE_KEY: lane}) as session:
            uow = UnitOfWork(session, self.clock, actor, lane, self.clock.now(), self.jobs, self.reactions)
            yield uow
            if not write or uow.committed:
                _end_reading(session)
                return
            uow.react()
            session.info[ENDING] = True
            session.commit()


def _end_reading(session: Session) -> None:
    """Let go of what was read: by a commit where nothing was written, for at a rollback psycopg forgets its plans."""
    if session.in_transaction():
        connection = session.connection()
        transaction = connection.get_transaction()
        if transaction is not None and not has_written(connection):
            transaction.commit()  # otherwise the session's end rolls back


def _keep(session: Session, row: object) -> None:
    # The session forgets what nobody holds: without this, what a unit has just written would be read again.
    session.info.setdefault(WRITTEN, []).append(row)


event.listen(Session, "pending_to_persistent", _keep)
