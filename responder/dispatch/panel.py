"""What dispatch adds to an incident's page and API answer: who commands, which forces fit, which were called."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from flask import render_template, request
from markupsafe import Markup

from responder.core.errors import Text
from responder.core.permissions import Permission, may
from responder.core.uow import UnitOfWork
from responder.dispatch import choosing, command, queries, rules, shapes, work
from responder.dispatch.models import DispatchOrder
from responder.dispatch.shapes import said
from responder.foundation.access.scope import may_act_for
from responder.incidents.doors import IncidentPanel
from responder.incidents.models import Incident

BEST = 5
SHOWN_STATES = ("arrived", "departed", "accepted", "issued")


class ForcesPanel(IncidentPanel):
    """Registered with the incidents' doors by the application."""

    def for_api(self, incident: Incident, uow: UnitOfWork) -> dict[str, Any]:
        """Return the best five forces, who commands, and the orders."""
        return self._best(incident, queries.holder(uow.session, incident), uow) | {
            "dispatch_orders": [
                shapes.order_shape(order, uow.now) for order in queries.orders(uow.session, incident.id)
            ],
        }

    def for_new(self, incident: Incident, uow: UnitOfWork) -> dict[str, Any]:
        """Return the best five forces, and who commands by rule."""
        return self._best(incident, queries.by_rule(uow.session, incident), uow)

    def _best(self, incident: Incident, holder: queries.Holder, uow: UnitOfWork) -> dict[str, Any]:
        rows = choosing.for_incident(uow, incident, limit=BEST, holder=holder)
        return {"bases": [shapes.base_row(*row) for row in rows], "command": shapes.holder_shape(holder)}

    def for_page(self, incident: Incident, uow: UnitOfWork) -> dict[str, Any]:
        """Return the status of command and forces, the block of forces, and what is to be done about them."""
        prefix, actor = request.script_root, uow.actor
        holder = queries.holder(uow.session, incident)
        orders = queries.orders(uow.session, incident.id)
        ours = may_act_for(actor, holder.agency_code)
        may_take = may(actor.role, Permission.TAKE_COMMAND) and command.may_take(actor, incident, holder)
        return {
            "quad": {
                "command": said(holder.who)
                + said(Text("（按规定）", " (by rule)") if holder.id is None else NOTHING),
                "command_ours": ours and holder.id is not None,
                "forces": _forces_words(orders),
            },
            "take_command_url": f"{prefix}/incidents/{incident.id}/command" if may_take else None,
            "yours": work.due_items(uow.session, actor, prefix, incident_id=incident.id),
            "panels": [_block(incident, holder, orders, uow, prefix)]
            if may(actor.role, Permission.SEE_BASES)
            else [],
        }


NOTHING = Text("", "")


def _forces_words(orders: Sequence[DispatchOrder]) -> str | None:
    counts = Counter(order.state for order in orders if order.ended_at is None)
    if not counts:
        return None
    words = [(counts[state], rules.ORDER_STATES[state]) for state in SHOWN_STATES if counts[state]]
    return said(
        Text(
            "，".join(f"{word.zh} {count}" for count, word in words),
            ", ".join(f"{count} {word.en}" for count, word in words),
        )
    )


def _block(
    incident: Incident,
    holder: queries.Holder,
    orders: Sequence[DispatchOrder],
    uow: UnitOfWork,
    prefix: str,
) -> dict[str, Any]:
    rows = choosing.for_incident(uow, incident, limit=3, holder=holder) if not orders else []
    model = {
        "orders": [order_row(order, uow, prefix) for order in orders],
        "best": [
            {
                "name": said(row.standing.force.name),
                "distance_km": row.standing.distance_km,
                "minutes": row.explained.arrival.usual if row.explained.arrival else None,
                "state": said(row.explained.state),
            }
            for row in rows
            if row.standing.fit > 0
        ],
        "url": f"{prefix}/dispatch?incident={incident.id}",
        "now": uow.now,
    }
    live = sum(order.ended_at is None for order in orders)
    return {
        "key": "forces",
        "title": said(Text("力量", "Forces")),
        "note": said(Text(f"已调 {live} 支", f"{live} called")) if live else None,
        "place": "aside",
        "html": Markup(render_template("dispatch/_panel.html", forces=model)),
    }


def order_row(order: DispatchOrder, uow: UnitOfWork, prefix: str) -> dict[str, Any]:
    """Return an order as a line of a list."""
    return {
        "url": f"{prefix}/dispatch-orders/{order.id}",
        "name": said(Text(order.force_name, order.force_name_en)),
        "number": order.number,
        "state": order.state,
        "state_word": said(rules.state_word(order.kind, order.state)),
        "issued_at": order.issued_at,
        "accept_by": order.accept_by,
        "accepted_at": order.accepted_at,
        "departed_at": order.departed_at,
        "arrived_at": order.arrived_at,
        "ended_at": order.ended_at,
        "is_late": order.state == "issued" and uow.now > order.accept_by,
        "needs_confirmation": order.needs_confirmation,
    }
