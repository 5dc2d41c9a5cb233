"""What waits for an office, in one question: the board's stamp, and what the board need not ask for."""

from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Row, select

from responder.core.questions import Question
from responder.core.uow import UnitOfWork
from responder.dispatch import queries as dispatch
from responder.escalation import waiting as call_outs
from responder.incidents import overview
from responder.incidents.overview import Sight
from responder.reporting import law_work
from responder.reporting import queries as reporting
from responder.tasks import queries as tasks

OF_OFFICE = {
    **reporting.COUNTS,
    **law_work.COUNTS,
    **call_outs.COUNTS,
    **tasks.COUNTS,
    **dispatch.COUNTS,
}
COUNTS = {**OF_OFFICE, **call_outs.TROUBLES}


class Waiting(NamedTuple):
    """What stands open for an office, and a text that changes whenever that does."""

    stamp: str
    open_incidents: int
    counts: dict[str, int]

    def any_of(self, *names: str) -> bool:
        """Return whether something of these kinds waits; a kind that nobody counts raises KeyError."""
        return any(self.counts[name] for name in names)


def of_actor(uow: UnitOfWork) -> Waiting:
    """Return what waits for the actor's office, in one statement however much it is."""
    sight = Sight.of(uow.actor)
    (row,) = _question(sight).rows(uow.session, **overview.asker(uow.actor), now=uow.now)
    figures, counted = _halves(row)
    counts = {name: value or 0 for name, value in zip(COUNTS, counted, strict=True)}
    own = "-".join(str(counts[name]) for name in OF_OFFICE)
    return Waiting(f"{overview.stamp_of(figures)}-{own}", overview.open_of(figures), counts)


@cache
def _question(sight: Sight) -> Question:
    parts = overview.open_parts(sight)
    figures = [column for part in parts for column in part.c]
    counts = [count.scalar_subquery().label(name) for name, count in COUNTS.items()]
    return Question(select(*figures, *counts).select_from(overview.abreast(parts)))


def _halves(row: Row[Any]) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    return row[: -len(COUNTS)], row[-len(COUNTS) :]
