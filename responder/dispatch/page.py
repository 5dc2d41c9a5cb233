"""The view-models of the dispatch pages (described at the head of their templates)."""

from collections.abc import Mapping, Sequence
from typing import Any

from responder.core.errors import Text
from responder.core.permissions import Permission, may
from responder.core.uow import UnitOfWork
from responder.dispatch import capabilities, choosing, command, queries, register, rules
from responder.dispatch.choosing import Candidate
from responder.dispatch.models import DispatchOrder, OrderStep
from responder.dispatch.panel import order_row
from responder.dispatch.paper import document_of
from responder.dispatch.queries import Holder
from responder.dispatch.rules import Step
from responder.dispatch.services import need_of, usual_task
from responder.dispatch.shapes import said
from responder.dispatch.wording import LEVELS, PAPERS, STATES
from responder.foundation.access.scope import may_act_for
from responder.foundation.directory import queries as directory
from responder.foundation.web.context import installation
from responder.foundation.web.words import clock
from responder.incidents import explain
from responder.incidents.models import Incident
from responder.incidents.wording import title, where

SHOWN, SHOWN_BARRED = 12, 3
PLACEHOLDER = Text("占位", "placeholder")
PARTNER = Text("协作力量", "partner force")
ELSEWHERE = Text("跨省", "another province")
DEMO = Text("演示", "demo")
HOW = Text(
    "先看能力、是否可用、权限和本地留守，不合的列在最后并说明；其余先按状态新旧和能力是否齐全，再按估计到达时间。",
    "Capability, availability, authority and home cover come first; what fails them stands last, with the reason. The "
    "rest is ordered by fresh state and whole capability, then by estimated arrival.",
)
STEP_ORDER = (Step.ACCEPT, Step.DEPART, Step.ARRIVE)


def brief(incident: Incident, prefix: str) -> dict[str, Any]:
    """Return what the head of a page says of the incident."""
    return {
        "id": str(incident.id),
        "url": f"{prefix}/incidents/{incident.id}",
        "dispatch_url": f"{prefix}/dispatch?incident={incident.id}",
        "map_url": f"{prefix}/map?incident={incident.id}",
        "title": said(title(incident)),
        "grade": incident.reporting_grade,
        "place": said(where(incident)),
        "toll": explain.toll(incident.facts),
        "number": incident.number,
        "open": incident.state == "open",
    }


def dispatch_page(
    incident: Incident,
    uow: UnitOfWork,
    prefix: str,
    *,
    chosen: str,
    everything: bool,
    instead: str,
    form: Mapping[str, Any],
) -> dict[str, Any]:
    """Return the page of an incident: who commands, the ranked forces, what was ordered."""
    holder = queries.holder(uow.session, incident)
    orders = queries.orders(uow.session, incident.id)
    rows = choosing.for_incident(uow, incident, holder=holder)
    may_order = (
        incident.state == "open"
        and may(uow.actor.role, Permission.ORDER_FORCES)
        and may_act_for(uow.actor, holder.agency_code)
    )
    shown = rows if everything else _shown(rows, chosen)
    first = next((row.standing.force.code for row in shown if _act(row) == "order"), None)
    need = need_of(incident).requirement
    return {
        "incident": brief(incident, prefix),
        "command": command_model(incident, holder, uow, prefix),
        "rows": [
            _row(place, row, incident, prefix, may_order=may_order, chosen=chosen, first=first)
            for place, row in enumerate(shown, start=1)
        ],
        "total": len(rows),
        "all_url": None if everything else f"{prefix}/dispatch?incident={incident.id}&all=1",
        "orders": [order_row(order, uow, prefix) for order in orders],
        "live": sum(order.ended_at is None for order in orders),
        "how": said(HOW),
        "settings": _settings_words(),
        "need": {
            "name": said(need.name),
            "deciding": said(need.deciding),
            "first_wave": said(need.first_wave),
            "others": [said(text) for text in need.others],
        }
        if need
        else None,
        "no_point": incident.lon is None,
        "instead": _instead(orders, instead),
        "form": {"task": usual_task(incident), "minutes": capabilities.settings().accept_minutes, **form},
        "order_url": f"{prefix}/incidents/{incident.id}/dispatch-orders",
    }


def _shown(rows: Sequence[Candidate], chosen: str) -> list[Candidate]:
    """Return the best that can be called, and the nearest of those that would fit but cannot."""
    callable_rows = [row for row in rows if row.standing.fit > 0][:SHOWN]
    barred = [row for row in rows if row.standing.fit == 0 and row.explained.wrong_class is None][
        :SHOWN_BARRED
    ]
    extra = [row for row in rows if row.standing.force.code == chosen and row not in callable_rows + barred]
    return callable_rows + extra + barred


def _act(row: Candidate) -> str | None:
    """Return what the button of a row does: order, request, verify, reason, or nothing."""
    if row.explained.never is not None or row.authority is None:
        return None
    if row.authority.kind == "request":
        return "request"
    if row.standing.force.build_state == "working" and not row.explained.is_fresh:
        return "verify"
    return "order"


def _row(
    place: int,
    row: Candidate,
    incident: Incident,
    prefix: str,
    *,
    may_order: bool,
    chosen: str,
    first: str | None,
) -> dict[str, Any]:
    standing, explained, authority = row
    force, arrival = standing.force, explained.arrival
    act = _act(row)
    return {
        "n": place if act and standing.fit else "—",
        "code": force.code,
        "name": said(force.name),
        "tags": _tags(row, incident),
        "reasons": [said(text) for text in explained.reasons],
        "doubts": [said(text) for text in (*_through(authority), *explained.doubts)],
        "never": said(explained.never) if explained.never else None,
        "km": round(standing.distance_km) if standing.distance_km is not None else None,
        "seconds": arrival.usual * 60 if arrival else None,
        "low": arrival.low * 60 if arrival else None,
        "high": arrival.high * 60 if arrival else None,
        "basis": said(arrival.basis) if arrival else None,
        "act": act if may_order else None,
        "kind": authority.kind if authority else None,
        "primary": force.code == first,
        "off": act is None or not standing.fit,
        "open": may_order and force.code == chosen and act is not None,
        "warning": said(explained.warning) if explained.warning else None,
        "wrong_class": said(explained.wrong_class) if explained.wrong_class else None,
        "choose_url": f"{prefix}/dispatch?incident={incident.id}&choose={force.code}#force-{force.code}",
        "close_url": f"{prefix}/dispatch?incident={incident.id}#force-{force.code}",
        "verify_url": f"{prefix}/dispatch/forces/{force.code}/readiness",
        "rule": said(authority.rule) if authority else None,
    }


def _through(authority: rules.Authority | None) -> list[Text]:
    if authority is None or authority.via is None:
        return []
    if authority.via == rules.STATE_CODE:
        return [Text("跨省须经国家值班室", "across provinces it goes through the state duty room")]
    return [Text("跨地区须经上级值班室", "across areas it goes through the duty room above")]


def _tags(row: Candidate, incident: Incident) -> list[dict[str, str]]:
    force, explained = row.standing.force, row.explained
    words = [PARTNER if force.is_partner else LEVELS[force.level]]
    words.append(PLACEHOLDER if force.is_placeholder else STATES[force.build_state])
    if force.seat.province_code != incident.province_code:
        words.append(ELSEWHERE)
    if force.is_demo:
        words.append(DEMO)
    tags = [{"word": said(word), "kind": ""} for word in words]
    if not explained.is_fresh and force.build_state == "working":
        tags.append({"word": said(explained.state), "kind": "soon"})
    return tags


def _settings_words() -> str:
    known = capabilities.settings()
    return said(
        Text(
            f"设置：接警 {known.depart_minutes} 分钟出动，直线×{known.road_factor:g}，{known.speed_kmh:g} 公里/时；"
            f"范围按 {known.speed_kmh_low:g} 至 {known.speed_kmh_high:g} 公里/时和集结时间；"
            f"状态超过 {known.fresh_hours} 小时即为未知。",
            f"Settings: departure {known.depart_minutes} min after the alarm, straight line × {known.road_factor:g}, "
            f"{known.speed_kmh:g} km/h; the range takes {known.speed_kmh_low:g} to {known.speed_kmh_high:g} km/h and "
            f"the time to assemble; a state older than {known.fresh_hours} h is unknown.",
        )
    )


def _instead(orders: Sequence[DispatchOrder], asked: str) -> dict[str, Any] | None:
    late = next((order for order in orders if str(order.id) == asked and order.state == "issued"), None)
    if late is None:
        return None
    return {
        "name": said(Text(late.force_name, late.force_name_en)),
        "number": late.number,
        "accept_by": late.accept_by,
    }


def command_model(incident: Incident, holder: Holder, uow: UnitOfWork, prefix: str) -> dict[str, Any]:
    """Return the strip that says who commands."""
    ours = may_act_for(uow.actor, holder.agency_code)
    may_command = may(uow.actor.role, Permission.TAKE_COMMAND)
    signed = holder.id is not None
    can_take = may_command and command.may_take(uow.actor, incident, holder)
    can_hand = may_command and ours and signed and incident.state == "open"
    url = f"{prefix}/incidents/{incident.id}/command"
    return {
        "ours": ours and may_command and signed,
        "who": said(holder.who),
        "since": holder.since,
        "by_rule": not signed,
        "rule": said(rules.COMMAND_RULE),
        "source": said(rules.COMMAND_SOURCE),
        "former": said(holder.former) if holder.former else None,
        "how": holder.how,
        "take_url": url if can_take else None,
        "hand_url": f"{url}/handover" if can_hand else None,
        "successors": [
            {"code": code, "name": said(names)}
            for code, names, _ in command.successors(incident, holder, uow)
        ]
        if can_hand
        else [],
        "sentence": None
        if ours or not may(uow.actor.role, Permission.ORDER_FORCES)
        else said(command.not_yours(uow.actor, incident, holder)),
    }


def order_page(
    order: DispatchOrder,
    incident: Incident,
    steps: Sequence[OrderStep],
    uow: UnitOfWork,
    prefix: str,
    *,
    values: Mapping[str, Any],
    errors: Mapping[str, str],
) -> dict[str, Any]:
    """Return the page of one order: its paper, its steps, the buttons of its reader."""
    holder = queries.holder(uow.session, incident)
    force = queries.force(uow.session, order.force_code)
    url = f"{prefix}/dispatch-orders/{order.id}"
    own = uow.actor.agency_code == order.force_agency_code
    candidate = None
    if order.state == "issued" and uow.now > order.accept_by:
        found = choosing.next_candidate(uow, incident, order.force_code)
        candidate = said(found.standing.force.name) if found else None
    return {
        **order_row(order, uow, prefix),
        "id": str(order.id),
        "kind": order.kind,
        "kind_word": said(PAPERS[order.kind]),
        "task": order.task,
        "incident": brief(incident, prefix),
        "paper": document_of(order),
        "pdf_url": f"{url}/document.pdf",
        "docx_url": f"{url}/document.docx",
        "progress": progress(order),
        "log": [_log_row(step) for step in steps],
        "commander": {"who": said(holder.who), "phone": duty_phone(holder.agency_code, uow)},
        "via": said(Text(order.via_name or "", order.via_name_en or "")) if order.via_name else None,
        "way": {
            "km": round(order.distance_km) if order.distance_km is not None else None,
            "seconds": order.eta_minutes * 60 if order.eta_minutes is not None else None,
        },
        "via_phone": duty_phone(order.via_code, uow) if order.via_code else None,
        "has_account": order.force_agency_code is not None,
        "nobody_rung": order.via_code is None and order.force_agency_code is None,
        "closed": force is not None and order.ended_at is None and not register.is_orderable(force),
        "forms": _forms(order, uow, url),
        "own": own,
        "candidate": candidate,
        "another_url": f"{prefix}/dispatch?incident={incident.id}&instead={order.id}",
        "seen_url": f"{url}/seen" if _recall_unread(order, uow) else None,
        "values": dict(values),
        "errors": dict(errors),
    }


def progress(order: DispatchOrder) -> list[dict[str, Any]]:
    """Return the steps of an order as the line of dots shows them."""
    first = Text("下令", "ordered") if order.kind == "order" else Text("请求", "asked")
    times = (order.issued_at, order.accepted_at, order.departed_at, order.arrived_at)
    words = (first, *(rules.STEP_WORDS[step] for step in STEP_ORDER))
    over = order.ended_at is not None
    current = next((place for place, at in enumerate(times) if at is None), None)
    rows: list[dict[str, Any]] = [
        {
            "word": said(word),
            "at": at,
            "state": "done" if at else "now" if place == current and not over else "",
            "note": said(_limit_words(order)) if place == 1 and not at and not over else None,
        }
        for place, (word, at) in enumerate(zip(words, times, strict=True))
    ]
    if over:
        rows.append(
            {
                "word": said(rules.state_word(order.kind, order.state)),
                "at": order.ended_at,
                "state": "done",
                "note": None,
            }
        )
    return rows


def _limit_words(order: DispatchOrder) -> Text:
    at = clock(order.accept_by)
    return Text(f"限 {at}", f"by {at}")


def _log_row(step: OrderStep) -> dict[str, Any]:
    word = said(rules.STEP_WORDS[Step(step.step)]) if step.step in set(Step) else said(OTHER_STEPS[step.step])
    late = (step.noted_at - step.at).total_seconds() >= 60
    return {
        "at": step.at,
        "who": step.by,
        "what": word + (f"：{step.note}" if step.note else ""),
        "by_phone": step.method == "phone",
        "agency": step.agency_name,
        "noted_at": step.noted_at if late else None,
    }


OTHER_STEPS = {"issue": Text("下达", "given"), "received": Text("收到", "received")}


def _recall_unread(order: DispatchOrder, uow: UnitOfWork) -> bool:
    asked = order.via_code or order.force_agency_code
    return (
        order.state == "recalled"
        and order.recall_seen_at is None
        and asked is not None
        and may_act_for(uow.actor, asked)
    )


def _forms(order: DispatchOrder, uow: UnitOfWork, url: str) -> list[dict[str, Any]]:
    """Return the steps that the reader may take now."""
    actor = uow.actor
    if not may(actor.role, Permission.MOVE_FORCE):
        return []
    own = actor.agency_code == order.force_agency_code
    commands = may_act_for(actor, order.commander_code)
    relays = order.via_code is not None and may_act_for(actor, order.via_code)
    gave = may_act_for(actor, order.agency_code)
    decides = commands and may(actor.role, Permission.ORDER_FORCES)
    found = []
    for step, move in rules.MOVES.items():
        if order.state not in move.before:
            continue
        if step is Step.CONFIRM and not order.needs_confirmation:
            continue
        if move.is_command:
            allowed = decides
        elif step is Step.RELEASE:
            allowed = own or commands
        else:
            allowed = own or commands or relays or gave
        if allowed:
            found.append(
                {"step": step.value, "word": said(rules.STEP_WORDS[step]), "url": f"{url}/{step.value}"}
            )
    return found


def duty_phone(agency_code: str, uow: UnitOfWork) -> str | None:
    """Return the telephone of an office's duty room: an office's number, which whoever obeys it must have."""
    contacts = directory.duty_phones(uow.session, agency_code)
    if not contacts:
        return None
    number: str = installation().vault.open(contacts[0].ciphertext, contacts[0].id)
    return number
