"""What heads the board: how many incidents the actor sees, which are next, and figures that move when one of them does.

Every board asks this all the time, so each question is made once for a kind of office; its codes are parameters.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, reduce
from typing import Any, NamedTuple, cast

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Select,
    Subquery,
    True_,
    and_,
    asc,
    bindparam,
    case,
    desc,
    false,
    func,
    select,
    true,
)
from sqlalchemy.orm import Session

from responder.core.actor import Actor
from responder.core.questions import Question
from responder.foundation.access.scope import Scope
from responder.incidents import parts
from responder.incidents.link_models import IncidentLink
from responder.incidents.models import Incident, IncidentParty

AREA: Any = bindparam("area")
OFFICE: Any = bindparam("office")
_DAY: Any = bindparam("day", type_=Incident.received_at.type)
_MONTH: Any = bindparam("month", type_=Incident.received_at.type)
LATEST = datetime.max.replace(tzinfo=UTC)
IS_OPEN = (Incident.state == "open", Incident.historic.is_(false()))


class Sight(NamedTuple):
    """Of what kind an actor's sight is; which area and office it is are the parameters of its questions."""

    level: str
    line: str
    has_office: bool

    @classmethod
    def of(cls, actor: Actor) -> "Sight":
        """Return the kind of the actor's sight."""
        return cls(actor.area.level, actor.line, bool(actor.agency_code))

    @property
    def area(self) -> ColumnElement[bool]:
        """Return the condition for the incidents of the actor's own area."""
        return Scope(self.level, AREA, OFFICE, self.line).condition(Incident)

    @property
    def looks_outside(self) -> bool:
        """Return whether something may be addressed to the actor that does not lie in its area."""
        return self.has_office and not isinstance(self.area, True_)


def asker(actor: Actor) -> dict[str, Any]:
    """Return the parameters that stand for *actor*."""
    return {"area": actor.area.code, "office": actor.agency_code}


def on_board(session: Session, actor: Actor, limit: int) -> Sequence[Incident]:
    """Return the open incidents with the nearest limits; those without a limit last, of these the latest touched.

    They are copies, to be read.
    """
    found = [row for (row,) in _next(Sight.of(actor), limit).copies(session, **asker(actor))]
    found.sort(key=lambda row: row.received_at, reverse=True)
    return sorted(found, key=lambda row: row.next_due_at or LATEST)[:limit]


@cache
def _next(sight: Sight, limit: int) -> Question:
    area, office = sight.area, OFFICE if sight.looks_outside else None
    order = ((Incident.next_due_at, asc), (Incident.received_at, desc))
    limited = parts.ids(area, office, [*IS_OPEN, Incident.next_due_at.is_not(None)], order)
    unlimited = parts.ids(
        area, office, [*IS_OPEN, Incident.next_due_at.is_(None)], ((Incident.updated_at, desc),)
    )
    return Question(select(Incident).where(Incident.id.in_(parts.firsts((*limited, *unlimited), limit))))


# --- Figures ------------------------------------------------------------------------------------------------


def open_parts(sight: Sight) -> list[Subquery]:
    """Return one row of figures about the open incidents of the area, and one about those addressed from outside it.

    How many there are, when one last changed, the sum of their revisions; and how many are `counted`, history left out.
    """
    wanted = [Incident.state == "open"]
    columns = (Incident.updated_at, Incident.revision, Incident.historic)
    seen = [select(*columns).where(sight.area, *wanted)]
    if sight.looks_outside:
        seen.append(_addressed(sight, columns, wanted))
    return [_figures(one.subquery()) for one in seen]


def _addressed(sight: Sight, columns: Sequence[Any], wanted: Sequence[Any]) -> Select[Any]:
    read = (parts.of_party(column).label(column.key) for column in columns)
    return select(*read).where(*parts.outside(sight.area, OFFICE, wanted))


def _figures(seen: Subquery) -> Subquery:
    return select(
        func.count().label("records"),
        func.max(seen.c.updated_at).label("changed_at"),
        func.sum(seen.c.revision).label("revisions"),
        func.sum(case((seen.c.historic.is_(false()), 1), else_=0)).label("counted"),
    ).subquery()


def abreast(rows: Sequence[Subquery]) -> FromClause:
    """Return subqueries of one row each as one row."""
    return reduce(lambda left, right: left.join(right, true()), rows[1:], cast(FromClause, rows[0]))


@dataclass(frozen=True)
class Received:
    """How many incidents came in, and how many second records of one accident each count has in it."""

    today: int
    this_month: int
    open_twice: int


def received(session: Session, actor: Actor, day_start: datetime, month_start: datetime) -> Received:
    """Return how many incidents came in since the day and since the month began, the day within the month.

    Two records of one accident count once wherever both are counted.
    """
    (row,) = _received(Sight.of(actor)).rows(session, **asker(actor), day=day_start, month=month_start)
    month, day, month_twice, day_twice, open_twice = (value or 0 for value in row)
    return Received(day - day_twice, month - month_twice, open_twice)


@cache
def _received(sight: Sight) -> Question:
    counts: list[Any] = []
    # A count each: to add up a case in one walk through the month costs a database more than to walk the day again.
    for moment in (_MONTH, _DAY):
        wanted = [Incident.received_at >= moment, Incident.historic.is_(false())]
        count: Any = select(func.count()).select_from(Incident).where(sight.area, *wanted).scalar_subquery()
        if sight.looks_outside:
            addressed = select(func.count()).select_from(IncidentParty)
            count += addressed.where(*parts.outside(sight.area, OFFICE, wanted)).scalar_subquery()
        counts.append(count)
    twice = _twice(sight)
    return Question(select(counts[0].label("month"), counts[1].label("day"), *twice.c).select_from(twice))


def _twice(sight: Sight) -> Subquery:
    """Return how many records of the area stand beside the record that leads them, both in a count."""
    ties = (IncidentLink.incident_id, IncidentLink.lead_id)
    there = [
        select(Incident.id).where(Incident.id == tied, sight.area, Incident.historic.is_(false())).exists()
        for tied in ties
    ]
    # Looked at link by link: joined, a database may walk all incidents first.
    columns = [
        select(column).where(Incident.id == tied).scalar_subquery().label(f"{column.key}_{n}")
        for n, tied in enumerate(ties)
        for column in (Incident.state, Incident.received_at)
    ]
    pair = select(*columns).where(IncidentLink.parted_at.is_(None), *there).subquery()

    def both(holds: Callable[[int], ColumnElement[bool]]) -> ColumnElement[int]:
        return func.sum(case((and_(holds(0), holds(1)), 1), else_=0))

    return select(
        both(lambda n: pair.c[f"received_at_{n}"] >= _MONTH).label("month"),
        both(lambda n: pair.c[f"received_at_{n}"] >= _DAY).label("day"),
        both(lambda n: pair.c[f"state_{n}"] == "open").label("open"),
    ).subquery()


# --- The stamp ----------------------------------------------------------------------------------------------

_WIDTH = 4  # figures a part


def stamp_of(figures: Sequence[Any]) -> str:
    """Return the figures of `open_parts` as a short text, which changes with every incident seen."""
    said = []
    for start in range(0, len(figures), _WIDTH):
        records, changed_at, revisions, _ = figures[start : start + _WIDTH]
        said.append(f"{records}-{changed_at.timestamp() if changed_at else 0}-{revisions or 0}")
    return "-".join(said)


def open_of(figures: Sequence[Any]) -> int:
    """Return how many records the figures of `open_parts` count, each of several for one accident."""
    return sum(figures[start] or 0 for start in range(_WIDTH - 1, len(figures), _WIDTH))
