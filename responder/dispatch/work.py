"""Orders and commands as things to do now: the due items of boards and of the incident page."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from responder.core.actor import Actor
from responder.core.errors import Text
from responder.core.permissions import Permission, may
from responder.dispatch import queries, register
from responder.dispatch.models import DispatchOrder, IncidentCommand
from responder.dispatch.queries import Work
from responder.dispatch.shapes import said
from responder.foundation.access.scope import may_act_for
from responder.foundation.web.context import installation
from responder.incidents.models import Incident
from responder.incidents.wording import title

NEXT_STEP = {
    "accepted": ("depart", Text("出发", "Depart")),
    "departed": ("arrive", Text("到场", "Arrive")),
    "arrived": ("release", Text("归建", "Release")),
}


def due_items(
    session: Session, actor: Actor, prefix: str, *, incident_id: UUID | None = None
) -> list[dict[str, Any]]:
    """Return what the actor's office has to do about orders and commands; of one incident where it is named."""
    now = installation().database.clock.now()
    items = [
        _told(row, incident, prefix)
        for row, incident in queries.unread_commands(session, actor.agency_code, incident_id)
        if may(actor.role, Permission.ANSWER_CALL)
    ]
    if may(actor.role, Permission.MOVE_FORCE):
        for work in queries.work_of(session, actor.agency_code, incident_id):
            items += _items(work, actor, prefix, now)
    if incident_id is not None:
        for item in items:
            item["incident"] = None
    return items


def _items(work: Work, actor: Actor, prefix: str, now: datetime) -> list[dict[str, Any]]:
    order = work.order
    if order.state == "recalled":
        return [_recalled(work, prefix)]
    if order.force_agency_code == actor.agency_code:
        return _for_force(work, prefix)
    found = []
    if order.via_code is not None and may_act_for(actor, order.via_code) and order.state == "issued":
        found.append(_pass_on(work, prefix))
    if may_act_for(actor, order.commander_code):
        found += _for_commander(work, prefix, now)
    return found


def _for_force(work: Work, prefix: str) -> list[dict[str, Any]]:
    order, url = work.order, f"{prefix}/dispatch-orders/{work.order.id}"
    if order.state == "issued":
        words = Text(f"接受 {order.number}", f"Accept {order.number}")
        return [_item("accept", words, work, prefix, order.accept_by, url, "post", "accept", None)]
    step = NEXT_STEP.get(order.state)
    if step is None:
        return []
    words = Text(f"记下{step[1].zh}：{order.number}", f"{step[1].en}: {order.number}")
    return [_item("task", words, work, prefix, None, url, "post", step[0], step[1])]


def _pass_on(work: Work, prefix: str) -> dict[str, Any]:
    order, url = work.order, f"{prefix}/dispatch-orders/{work.order.id}"
    words = Text(
        f"转请{order.force_name}，答复{order.agency_name}",
        f"Ask {order.force_name_en} for {order.agency_name_en}",
    )
    return _item("task", words, work, prefix, order.accept_by, url, "get", "", Text("看请求函", "Read it"))


def _for_commander(work: Work, prefix: str, now: datetime) -> list[dict[str, Any]]:
    order, url = work.order, f"{prefix}/dispatch-orders/{work.order.id}"
    names = Text(order.force_name, order.force_name_en)
    found = []
    if not register.is_orderable(work.force):
        words = Text(
            f"{names.zh}已不在用，核实后召回或另调", f"{names.en} is out of service: check, recall or replace"
        )
        found.append(_item("verify", words, work, prefix, None, url, "get", "", Text("看令", "Open")))
    if order.needs_confirmation:
        words = Text(f"确认或召回{order.agency_name}下的 {order.number}", f"Confirm or recall {order.number}")
        found.append(_item("verify", words, work, prefix, None, url, "get", "", Text("看令", "Open")))
    if order.state == "issued" and now > order.accept_by:
        words = Text(
            f"{names.zh}没有按时接受，催办或改调", f"{names.en} did not accept in time: chase or call another"
        )
        again = f"{prefix}/dispatch?incident={work.incident.id}&instead={order.id}"
        found.append(
            _item(
                "chase", words, work, prefix, order.accept_by, again, "get", "", Text("看下一支", "Next one")
            )
        )
    return found


def _recalled(work: Work, prefix: str) -> dict[str, Any]:
    order = work.order
    words = Text(f"{order.number} 已召回", f"{order.number} was recalled")
    url = f"{prefix}/dispatch-orders/{order.id}"
    return _item(
        "acknowledge", words, work, prefix, order.ended_at, url, "post", "seen", Text("知悉", "Noted")
    )


def _told(row: IncidentCommand, incident: Incident, prefix: str) -> dict[str, Any]:
    zh, en = f"{row.agency_name} {row.holder_name}".strip(), f"{row.holder_name} {row.agency_name_en}".strip()
    words = Text(f"知悉：指挥已由{zh}接管", f"Note: {en} has taken command")
    if row.told_code == row.agency_code:
        words = Text(
            f"接手指挥：{row.former_name}已移交", f"Take up the command handed over by {row.former_name_en}"
        )
    return {
        **_base(incident, prefix, row.taken_at, at_once=True),
        "kind": "acknowledge",
        "what": said(words),
        "action": {
            "url": f"{prefix}/command-notices/{row.id}/seen",
            "method": "post",
            "label": said(Text("知悉", "Noted")),
            "fields": {},
        },
    }


def _item(
    kind: str,
    words: Text,
    work: Work,
    prefix: str,
    due_at: datetime | None,
    url: str,
    method: str,
    step: str,
    label: Text | None,
) -> dict[str, Any]:
    return {
        **_base(work.incident, prefix, due_at),
        "kind": kind,
        "what": said(words),
        "note": _note(work.order),
        "action": {
            "url": f"{url}/{step}" if step else url,
            "method": method,
            "label": said(label) if label else None,
            "fields": {},
        },
        "order_id": str(work.order.id),
    }


def _note(order: DispatchOrder) -> str | None:
    if order.via_name and order.state == "issued":
        return said(Text(f"经{order.via_name}", f"through {order.via_name_en}"))
    return None


def _base(
    incident: Incident, prefix: str, due_at: datetime | None, *, at_once: bool = False
) -> dict[str, Any]:
    return {
        "party": None,
        "incident": {
            "title": said(title(incident)),
            "grade": incident.reporting_grade,
            "may_rise": incident.may_rise,
            "url": f"{prefix}/incidents/{incident.id}",
        },
        "due_at": due_at,
        "at_once": at_once,
        "rule": None,
        "phone": None,
        "note": None,
    }
