"""Giving an order, or asking for a force: checked, numbered, written down, rung."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from maps.distance import distance_km
from responder.core.clock import wall
from responder.core.errors import Conflict, Text, invalid
from responder.core.ids import OrderId, new_id
from responder.core.lanes import REAL_LANE
from responder.core.uow import UnitOfWork
from responder.dispatch import capabilities, command, queries, ranking, rules
from responder.dispatch.models import DispatchOrder, OrderSeries, OrderStep, RescueForce
from responder.dispatch.paper import facts_of
from responder.dispatch.queries import Holder, as_value
from responder.dispatch.ranking import Need, Standing
from responder.dispatch.rules import Authority
from responder.dispatch.wording import PAPERS, both
from responder.escalation import services as escalation
from responder.escalation.rules import Step as Rung
from responder.foundation.audit import services as audit
from responder.foundation.directory import queries as directory
from responder.incidents import queries as incidents
from responder.incidents import services as incident_services
from responder.incidents.models import Incident, IncidentParty
from responder.incidents.wording import title

CALL = "order"
SHORTEST, LONGEST = 1, 24 * 60
# A team has no roster: its leader is rung, again after three minutes, then the room above.
TEAM_STEPS = (Rung("head", 0), Rung("head", 3), Rung("level_above", 10))
CLOSED = Text("事故已结案，不再下令。", "The incident is closed; no more orders are given.")
NO_BASE = Text("没有这个基地或队伍。", "There is no such base or force.")
BAD_MINUTES = Text("写 1 到 1440 的整分钟。", "Whole minutes from 1 to 1440.")


@dataclass(frozen=True, slots=True)
class Wish:
    """An order as read from a form or a request."""

    base: str
    task: str
    accept_within_minutes: int
    confirm_warning: bool
    reason: str
    at: datetime | None = None


def issue_order(incident_id: UUID, wish: Wish, uow: UnitOfWork) -> OrderId:
    """Order a force out, or ask its office for it; return the order's id.

    Raises NotFound; Conflict when the actor does not command, when the force can never be called, is out already, or
    its warning was not confirmed; InvalidInput for an unknown force.
    """
    incident = incidents.incident(uow.session, uow.actor, incident_id, lock=True)
    if incident.state != "open":
        raise Conflict(CLOSED)
    holder = command.require_command(incident, uow)
    force = queries.force(uow.session, wish.base)
    if force is None:
        raise invalid(base=NO_BASE)
    need = need_of(incident)
    warning = _refuse_force(force, need, wish, uow)
    authority = authority_over(uow.session, holder, force)
    at = _issued_at(wish, incident, uow)
    order = _new_order(incident, holder, force, authority, wish, at, uow)
    order.warning = {"zh": warning.zh, "en": warning.en} if warning else None
    order.facts = facts_of(order, incident, holder, force, need, exercise=uow.own_lane != REAL_LANE)
    _insert_live(order, uow)
    note_step(order, "issue", at, "web", "", uow)
    _address(order, incident, uow)
    _record_issue(order, incident, warning, uow)
    _call_out(order, incident, uow)
    incident_services.touch(incident, uow)
    return order.id


def need_of(incident: Incident) -> Need:
    """Return what the incident asks of forces."""
    return Need(
        incident.lon,
        incident.lat,
        capabilities.requirement(incident.accident_type, incident.sector),
        incident.province_code,
    )


def authority_over(session: Session, holder: Holder, force: RescueForce) -> Authority:
    """Return whether the holder of the command orders the force or asks for it, and through whom."""
    office = queries.office_seat(session, holder.agency_code)
    seat = rules.Seat(force.province_code, force.city_code, force.county_code)
    return rules.authority(holder.level, office, seat, is_partner=force.is_partner)


def _refuse_force(force: RescueForce, need: Need, wish: Wish, uow: UnitOfWork) -> Text | None:
    """Raise Conflict when the force cannot be called; return the warning that was confirmed."""
    name = Text(force.name, force.name_en)
    never = rules.barred(force.build_state, is_placeholder=force.is_placeholder)
    if never is not None:
        raise Conflict(Text(f"{name.zh}：{never.zh}。", f"{name.en}: {never.en}."), rule="S18")
    live = queries.live_order(uow.session, force.code)
    if live is not None:
        raise Conflict(_out_already(live))
    explained = ranking.explain(Standing(as_value(force), 0, None, None), need, uow.now)
    if explained.never is not None:
        raise Conflict(
            Text(
                f"{name.zh}{explained.never.zh}。情况有变请先更新其状态。",
                f"{name.en}: {explained.never.en}. If that has changed, update its state first.",
            )
        )
    if explained.wrong_class is not None and not wish.reason:
        raise Conflict(
            Text(
                f"{name.zh}{explained.wrong_class.zh}。仍要调，请在 reason 写明原因。",
                f"{name.en} {explained.wrong_class.en}. To call it all the same, give the reason in `reason`.",
            ),
            rule="S20",
        )
    if explained.warning is not None and not wish.confirm_warning:
        raise Conflict(
            Text(
                f"{explained.warning.zh}看过后仍要调，请确认（confirm_warning）。",
                f"{explained.warning.en} To call it all the same, confirm the warning (confirm_warning).",
            ),
            rule="S18",
        )
    return explained.warning


def _out_already(live: DispatchOrder) -> Text:
    state = rules.state_word(live.kind, live.state)
    at = wall(live.issued_at).strftime("%H:%M")
    return Text(
        f"{live.force_name} {at} 已由{live.agency_name}调出（{live.number}，{state.zh}），没有重复下令。"
        "归建前请选别的力量。",
        f"{live.force_name_en} was called at {at} by {live.agency_name_en} ({live.number}, {state.en}); nothing was "
        "ordered twice. Choose another force until its release.",
    )


def _issued_at(wish: Wish, incident: Incident, uow: UnitOfWork) -> datetime:
    at = min(wish.at or uow.now, uow.now)
    if at < incident.received_at:
        raise invalid(at=Text("不能早于接报时间。", "It cannot be before the incident was reported."))
    return at


def _new_order(
    incident: Incident,
    holder: Holder,
    force: RescueForce,
    authority: Authority,
    wish: Wish,
    at: datetime,
    uow: UnitOfWork,
) -> DispatchOrder:
    year = wall(uow.now).year
    serial = _next_serial(holder.agency_code, year, uow)
    via = directory.office(uow.session, authority.via) if authority.via else None
    km = _apart(incident, force)
    minutes = ranking.rank([as_value(force)], need_of(incident), uow.now)[0].eta_minutes
    return DispatchOrder(
        id=OrderId(new_id()),
        lane_id=uow.own_lane,
        incident_id=incident.id,
        kind=authority.kind,
        number=_number(holder, authority.kind, year, serial, uow),
        year=year,
        serial=serial,
        agency_code=holder.agency_code,
        agency_name=holder.name.zh,
        agency_name_en=holder.name.en,
        issued_by=uow.actor.name,
        commander_code=holder.agency_code,
        force_code=force.code,
        force_name=force.name,
        force_name_en=force.name_en,
        force_agency_code=force.agency_code,
        owner=force.owner,
        via_code=authority.via,
        via_name=via.name if via else None,
        via_name_en=via.name_en if via else None,
        task=wish.task or usual_task(incident),
        reason=wish.reason,
        distance_km=round(km, 1) if km is not None else None,
        eta_minutes=round(minutes) if minutes is not None else None,
        state="issued",
        accept_by=at + timedelta(minutes=wish.accept_within_minutes),
        issued_at=at,
        noted_at=uow.now,
        needs_confirmation=False,
        unanswered_noted=False,
        revision=1,
    )


def _apart(incident: Incident, force: RescueForce) -> float | None:
    if incident.lon is None or incident.lat is None:
        return None
    return distance_km(incident.lon, incident.lat, force.lon, force.lat)


def usual_task(incident: Incident) -> str:
    """Return the task that an order names where the commander writes none; official papers are in Chinese."""
    name = title(incident).zh
    if incident.facts.get("trapped") or incident.facts.get("missing"):
        return f"赶赴{name}现场，搜救被困、失踪人员"
    return f"赶赴{name}现场参加抢险救援"


def _next_serial(agency_code: str, year: int, uow: UnitOfWork) -> int:
    insert = sqlite.insert if uow.session.get_bind().dialect.name == "sqlite" else postgresql.insert
    statement = (
        insert(OrderSeries)
        .values(id=new_id(), lane_id=uow.own_lane, agency_code=agency_code, year=year, last=1)
        .on_conflict_do_update(
            index_elements=["lane_id", "agency_code", "year"], set_={"last": OrderSeries.last + 1}
        )
        .returning(OrderSeries.last)
    )
    serial = uow.session.scalar(statement)
    if serial is None:
        raise RuntimeError("the number series gave no number")
    return int(serial)


def _number(holder: Holder, kind: str, year: int, serial: int, uow: UnitOfWork) -> str:
    place = directory.place_of_agency(uow.session, holder.agency_code)
    short = rules.series_short(holder.level, holder.agency_code, place.name if place else holder.name.zh)
    return rules.order_number(short, kind, year, serial, exercise=uow.own_lane != REAL_LANE)


def _insert_live(order: DispatchOrder, uow: UnitOfWork) -> None:
    """Insert the order; raise Conflict when the force is out already, which the database decides."""
    insert = sqlite.insert if uow.session.get_bind().dialect.name == "sqlite" else postgresql.insert
    values = {column.key: getattr(order, column.key) for column in DispatchOrder.__table__.columns}
    statement = insert(DispatchOrder).values(**values).on_conflict_do_nothing().returning(DispatchOrder.id)
    if uow.session.execute(statement).first() is None:
        live = queries.live_order(uow.session, order.force_code)
        if live is None:
            raise RuntimeError("an order was refused by the database though its force is free")
        raise Conflict(_out_already(live))


def note_step(order: DispatchOrder, step: str, at: datetime, method: str, note: str, uow: UnitOfWork) -> None:
    """Write down one step of an order as the actor notes it."""
    uow.session.add(
        OrderStep(
            id=new_id(),
            lane_id=order.lane_id,
            order_id=order.id,
            step=step,
            at=at,
            noted_at=uow.now,
            by=uow.actor.name,
            agency_code=uow.actor.agency_code,
            agency_name=uow.actor.agency_name,
            method=method,
            note=note,
        )
    )


def _address(order: DispatchOrder, incident: Incident, uow: UnitOfWork) -> None:
    """Let the force and the office a request goes through see the incident."""
    for code in {order.force_agency_code, order.via_code} - {None}:
        key = (incident.lane_id, incident.id, code)
        if uow.session.get(IncidentParty, key) is None:
            uow.session.add(
                IncidentParty(lane_id=incident.lane_id, incident_id=incident.id, agency_code=code)
            )
    uow.session.flush()


def _record_issue(order: DispatchOrder, incident: Incident, warning: Text | None, uow: UnitOfWork) -> None:
    doubt = Text("", "")
    if warning is not None:
        doubt = Text("，已看过未核实的提示", "; the warning that it is not confirmed was read")
    if order.reason:
        doubt = Text(
            f"{doubt.zh}；类别不符，原因：{order.reason}",
            f"{doubt.en}; another class, because: {order.reason}",
        )
    payload = {
        "order": str(order.id),
        "number": order.number,
        **both("paper", PAPERS[order.kind]),
        **both("force", Text(order.force_name, order.force_name_en)),
        **both("doubt", doubt),
        "minutes": round((order.accept_by - order.issued_at).total_seconds() / 60),
        "base": order.force_code,
        "via": order.via_code,
        "at": order.issued_at.isoformat(),
        "task": order.task,
    }
    record("order.issued", incident, payload, uow)


def _call_out(order: DispatchOrder, incident: Incident, uow: UnitOfWork) -> None:
    """Ring the force, or the office a request goes through; where neither has an account nobody is rung."""
    asked = order.via_code or order.force_agency_code
    if asked is None:
        return
    paper = PAPERS[order.kind]
    name = title(incident)
    escalation.start_call_out(
        uow,
        target_kind=CALL,
        target_id=order.id,
        incident_id=incident.id,
        number=incident.number,
        agency_code=asked,
        subject=Text(
            f"{paper.zh} {order.number}：{order.force_name}去{name.zh}",
            f"{paper.en} {order.number}: {order.force_name_en} to {name.en}",
        ),
        province_code=incident.province_code,
        caller_agency=order.agency_code,
        **({"steps": TEAM_STEPS} if order.via_code is None else {}),
    )


def record(kind: str, incident: Incident, payload: Mapping[str, Any], uow: UnitOfWork) -> None:
    """Put an entry about an order into the incident's chain."""
    audit.record(
        uow, kind, province_code=incident.province_code, incident_id=incident.id, payload=dict(payload)
    )


def read_wish(raw: Mapping[str, Any], text: Any, at: datetime | None) -> Wish:
    """Return the order that the fields describe; *text* reads one field as text. Raises InvalidInput."""
    minutes = _minutes(raw.get("accept_within_minutes"))
    base = text("base")
    if not base:
        raise invalid(base=Text("请选一支力量。", "Choose a force."))
    confirmed = raw.get("confirm_warning") in (True, "true", "1", "on", "yes", 1)
    return Wish(base, text("task"), minutes, confirmed, text("reason"), at)


def _minutes(value: Any) -> int:
    if value is None or value == "":
        return capabilities.settings().accept_minutes
    text = str(value).strip()
    if (
        isinstance(value, bool)
        or not text.isdecimal()
        or len(text) > 5
        or not SHORTEST <= int(text) <= LONGEST
    ):
        raise invalid(accept_within_minutes=BAD_MINUTES)
    return int(text)
