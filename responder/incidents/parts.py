"""What an actor sees, asked in two parts: the area, and what is addressed to its office from outside it.

`queries.visible` says both in one condition; asked apart, each follows an index from end to end, which no database does
for an OR.
"""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, False_, Select, false, func, not_, select, union_all

from responder.incidents.models import Incident, IncidentParty

Order = Sequence[tuple[Any, Callable[[Any], Any]]]


def ids(area: ColumnElement[bool], office: Any, conditions: Sequence[Any], order: Order) -> list[Select[Any]]:
    """Return the questions for the ids of the incidents seen, in *order*; *office* None looks at the area alone."""
    found: list[Select[Any]] = []
    if not isinstance(area, False_):
        found.append(
            select(Incident.id).where(area, *conditions).order_by(*(by(column) for column, by in order))
        )
    if office is not None:
        addressed = select(IncidentParty.incident_id).where(*outside(area, office, conditions))
        found.append(addressed.order_by(*(by(of_party(column)) for column, by in order)))
    return found


def outside(
    area: ColumnElement[bool], office: Any, conditions: Sequence[Any]
) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions for the rows of IncidentParty by which *office* sees what lies outside its area."""
    there = select(Incident.id).where(
        Incident.id == IncidentParty.incident_id, not_(func.coalesce(area, false())), *conditions
    )
    return IncidentParty.agency_code == office, there.exists()


def of_party(column: Any) -> ColumnElement[Any]:
    """Return a column of the incident that a row of IncidentParty speaks of."""
    return select(column).where(Incident.id == IncidentParty.incident_id).scalar_subquery()


def firsts(asked: Sequence[Select[Any]], limit: int) -> Any:
    """Return the first ids of each question, in no order: asked for one, a database would walk all incidents."""
    return union_all(*(select(one.limit(limit).subquery().c[0]) for one in asked))
