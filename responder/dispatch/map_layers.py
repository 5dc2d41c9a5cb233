"""The forces under way, for maps: where each starts, where it is going, how far it is."""

from typing import Any

from sqlalchemy.orm import Session

from maps.kinds import Kind, State
from maps.layers import Line, Mark
from responder.core.actor import Actor
from responder.core.errors import Text
from responder.dispatch import queries, rules
from responder.dispatch.queries import Work
from responder.dispatch.shapes import said

TITLE = Text("出动力量", "Forces called")


def marks_and_lines(
    session: Session, actor: Actor, prefix: str, *, incident_id: Any = None
) -> tuple[list[Mark], list[Line]]:
    """Return a mark at the seat of each force that was called, and a line from there to the incident.

    A force's line is solid from its departure, dashed before; one on site stands at the incident itself.
    """
    marks: list[Mark] = []
    lines: list[Line] = []
    for work in queries.forces_under_way(session, actor, incident_id):
        marks.append(_mark(work, prefix))
        line = _line(work)
        if line is not None:
            lines.append(line)
    return marks, lines


def _mark(work: Work, prefix: str) -> Mark:
    order, incident, force = work
    on_site = order.state == "arrived" and incident.lon is not None and incident.lat is not None
    lon, lat = (incident.lon, incident.lat) if on_site else (force.lon, force.lat)
    name = said(Text(order.force_name, order.force_name_en))
    return Mark(
        id=f"order-{order.id}",
        lon=lon if lon is not None else force.lon,
        lat=lat if lat is not None else force.lat,
        kind=Kind.TEAM,
        title=name,
        state=State.WORKING,
        subtitle=order.number,
        state_word=said(rules.state_word(order.kind, order.state)),
        url=f"{prefix}/dispatch-orders/{order.id}",
        label=name,
        properties={"order": str(order.id), "state": order.state},
    )


def _line(work: Work) -> Line | None:
    order, incident, force = work
    if incident.lon is None or incident.lat is None or order.state == "arrived":
        return None
    return Line(
        id=f"order-{order.id}",
        points=((force.lon, force.lat), (incident.lon, incident.lat)),
        is_route=order.state == "departed",
        label=order.number,
    )
