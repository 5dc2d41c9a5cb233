"""The duty room's board: what is due first, who holds it, one click to act."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue

from duty_roster import queries as duty
from plans import work as plan_work
from responder.core.clock import from_wall, wall
from responder.core.permissions import Permission, may, requires
from responder.core.uow import UnitOfWork
from responder.dispatch import queries as dispatch
from responder.dispatch import work as dispatch_work
from responder.escalation import queries as escalation
from responder.escalation import services as ladder
from responder.escalation.queries import CallOutView, CallToMake
from responder.foundation.web.context import current_actor, render, unit_of_work
from responder.incidents import overview
from responder.incidents.page import row_model, taken_for_granted
from responder.reporting import contradictions, law_work, work
from responder.reporting import queries as reporting
from responder.reporting.panel import rung_models
from responder.situation import waiting as here
from responder.situation.rooms import rooms_below
from responder.situation.shell import on_watch
from responder.situation.waiting import Waiting
from responder.tasks import queries as tasks

bp = Blueprint("board", __name__, template_folder="templates")
ROWS = 12
CALLS = 3
YOURS = 3


@bp.get("/")
@requires(Permission.ENTER)
def home() -> ResponseReturnValue:
    """Go to the first page of the account's work."""
    target = "/board" if may(current_actor().role, Permission.SEE_INCIDENTS) else "/health"
    return Response(status=303, headers={"Location": target})


@bp.get("/board")
@requires(Permission.SEE_INCIDENTS)
def board() -> ResponseReturnValue:
    """Show the board."""
    with unit_of_work(write=False) as uow:
        return render("situation/board.html", uow.session, board=_model(uow))


@bp.get("/board/version")
@requires(Permission.SEE_INCIDENTS)
def version() -> ResponseReturnValue:
    """Answer a text that changes whenever the board does; a board that asks is alive."""
    with unit_of_work(write=False) as uow:
        stamp = here.of_actor(uow).stamp
        beats = escalation.beat_is_due(uow.session, uow.actor.agency_code, uow.actor.login, uow.now)
    if beats and uow.actor.area.level != "unit":
        with unit_of_work() as writing:
            ladder.beat(writing, writing.actor.agency_code, writing.actor.login)
    response = jsonify(version=stamp)
    response.set_etag(stamp)
    response.headers["Cache-Control"] = "no-cache"
    return response.make_conditional(request)


def _model(uow: UnitOfWork) -> dict[str, Any]:
    prefix, waiting = request.script_root, here.of_actor(uow)
    alarms, items = _work(uow, waiting, prefix)
    show_all = request.args.get("all") == "1"
    shown = items if show_all else items[:YOURS]
    tonight = _midnight(uow) + timedelta(days=1)
    later = sum(bool(item["due_at"] and item["due_at"] < tonight) for item in items[len(shown) :])
    return {
        "version_url": f"{prefix}/board/version",
        "version": waiting.stamp,
        "alarms": alarms,
        "yours": shown,
        "yours_total": len(items),
        "yours_later": later or None,
        "yours_later_at": None,
        "yours_all": show_all,
        "yours_url": f"{prefix}/board" if show_all else f"{prefix}/board?all=1",
        **_incidents(uow, waiting, prefix),
        "rooms": rooms_below(uow, waiting),
        **_watch(uow),
        **_calls(uow, waiting, prefix),
    }


def _midnight(uow: UnitOfWork) -> datetime:
    return from_wall(wall(uow.now).replace(hour=0, minute=0, second=0, microsecond=0))


def _work(
    uow: UnitOfWork, waiting: Waiting, prefix: str
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the alarms and the due items, the nearest limit first; what nothing waits of is not asked for."""
    actor, session = uow.actor, uow.session
    legs = reporting.waiting_for(session, actor.agency_code) if waiting.any_of("to_sign", "to_send") else []
    rings = waiting.any_of("rings", "rings_below")
    ringing = escalation.ringing(session, actor.agency_code, uow.now) if rings else ()
    alarms, rest = _alarms(uow, legs, ringing, prefix)
    doubts = contradictions.doubts(uow, {row.incident.id: row.incident for row in rest}.values())
    items = work.due_items(rest, actor, prefix, doubts=doubts)
    if waiting.any_of(*law_work.COUNTS):
        items += law_work.due_items(uow, prefix)
    if waiting.any_of("unread"):
        notices = reporting.unread_notices(session, actor.agency_code)
        items += [work.notice_item(*pair, prefix) for pair in notices]
    items += [work.chase_item(view, prefix) for view in ringing if view.agency_code != actor.agency_code]
    if waiting.any_of(*tasks.COUNTS):
        items += plan_work.due_items(session, actor, prefix)
    if waiting.any_of(*dispatch.COUNTS):
        items += dispatch_work.due_items(session, actor, prefix)
    items.sort(key=lambda item: (item["due_at"] is None, item["due_at"]))
    return alarms, items


def _incidents(uow: UnitOfWork, waiting: Waiting, prefix: str) -> dict[str, Any]:
    day = _midnight(uow)
    month = from_wall(wall(day).replace(day=1))
    received = overview.received(uow.session, uow.actor, day, month)
    granted, office = taken_for_granted(uow), uow.actor.agency_code
    rows = overview.on_board(uow.session, uow.actor, ROWS)

    def since(count: int, moment: datetime) -> dict[str, Any]:
        return {
            "count": count,
            "url": f"{prefix}/incidents?since={moment.isoformat().replace('+', '%2B')}",
        }

    return {
        "incidents": [row_model(row, prefix, office, granted) for row in rows],
        "open_count": waiting.open_incidents - received.open_twice,
        "open_url": f"{prefix}/incidents?state=open",
        "today": since(received.today, day),
        "month": since(received.this_month, month),
    }


def _alarms(
    uow: UnitOfWork, legs: list[reporting.Waiting], ringing: Sequence[CallOutView], prefix: str
) -> tuple[list[dict[str, Any]], list[reporting.Waiting]]:
    """Return the solid blocks for what rings here, and the legs that remain for the list."""
    if not may(uow.actor.role, Permission.ACKNOWLEDGE_REPORT):
        return [], legs
    views = {view.id: view for view in ringing}
    alarms, rest = [], []
    seen: set[Any] = set()
    for row in legs:
        unsigned = row.leg.receiver_code == uow.actor.agency_code and row.leg.state == "sent"
        if not unsigned:
            rest.append(row)
        elif row.incident.id not in seen:
            seen.add(row.incident.id)
            view = views.get(row.leg.call_out_id) if row.leg.call_out_id else None
            alarms.append(work.alarm(row.leg, row.incident, rung_models(view) if view else [], prefix))
    return alarms, rest


def _watch(uow: UnitOfWork) -> dict[str, Any]:
    on = on_watch(uow.session)
    handover = None
    if on.ends_at is not None:
        following = duty.on_call(uow.session, uow.actor.agency_code, on.ends_at)
        handover = {
            "at": on.ends_at,
            "people": [{"name": person.name} for person in following.officers],
            "items": None,
            "unfinished": None,
            "url": "/duty",
        }
    has_shifts = uow.actor.area.level not in {"unit", "force"}
    return {
        "has_shifts": has_shifts,
        "handover": handover,
        "watched": bool(on.signed_in) or not on.officers,
        "sign_in_url": "/duty",
    }


def _called(office: str, name: str) -> str:
    """Return an office and its person; where the room itself is called, the office alone."""
    return office if name == office else f"{office} {name}"


def _calls(uow: UnitOfWork, waiting: Waiting, prefix: str) -> dict[str, Any]:
    rows: Sequence[CallToMake] = ()
    if waiting.any_of("own_calls", "calls_for_others"):
        rows = escalation.calls_to_make(uow.session, uow.actor.agency_code)
    return {
        "calls": [
            {
                "id": str(row.delivery_id),
                "name": _called(work.said(row.agency), row.name),
                "phone": row.masked,
                "what": work.said(row.subject),
                "action": {"url": f"{prefix}/calls", "method": "get", "fields": {}},
            }
            for row in rows[:CALLS]
        ],
        "calls_total": len(rows),
        "calls_url": f"{prefix}/calls",
    }
