"""The port every job engine fills; a job carries only a key, its handler re-reads the rows."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Protocol

from sqlalchemy.orm import Session

from responder.core.uow import Database

Handler = Callable[[Database, str], None]
Handlers = Mapping[str, Handler]


class JobEngine(Protocol):
    """Takes jobs in the caller's transaction and runs each at least once when it is due."""

    def enqueue(self, session: Session, kind: str, key: str, run_at: datetime) -> None:
        """Put the job (*kind*, *key*) due at *run_at* into the session's transaction; an existing key is success."""
        ...

    def run_due(self, database: Database, handlers: Handlers, *, owner: str, limit: int = 20) -> int:
        """Claim up to *limit* due jobs under a lease, run them, return how many ran.

        A job whose handler raises is tried again later; a job whose owner died is taken over when its lease ends.
        """
        ...
