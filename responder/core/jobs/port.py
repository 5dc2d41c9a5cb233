"""The port every job engine fills; a job carries only a key, its handler re-reads the rows."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy.orm import Session

from responder.core.uow import Database, UnitOfWork

Finish = Callable[[Session], None]


class Handler(Protocol):
    """Does one job that reaches outside the database; a lease keeps others off meanwhile."""

    def __call__(self, database: Database, key: str, finish: Finish, /) -> None:
        """Do the job *key*; `finish(session)` ends it with that session's commit, else it ends with the return."""
        ...


@dataclass(frozen=True, slots=True)
class Inside:
    """Work that stays inside the database: several jobs are done in the one transaction that ends them.

    `work` is given a unit that serves all lanes and the keys; it returns those it has done, the others stay. A single
    key is done or raises. When one of several raises, nothing of them stands and each is done again by itself.
    """

    work: Callable[[UnitOfWork, Sequence[str]], Collection[str]]


Handlers = Mapping[str, Handler | Inside]


class JobEngine(Protocol):
    """Takes jobs in the caller's transaction and runs each at least once when it is due."""

    def enqueue(self, session: Session, kind: str, key: str, run_at: datetime) -> None:
        """Put the job (*kind*, *key*) due at *run_at* into the session's transaction; an existing key is success."""
        ...

    def run_due(self, database: Database, handlers: Handlers, *, owner: str, limit: int = 20) -> int:
        """Take up to *limit* due jobs of each sort, run them, return how many ran.

        A job whose handler raises is tried again later; a job whose owner died is taken over when its lease ends,
        or at once where it stayed inside the database.
        """
        ...
