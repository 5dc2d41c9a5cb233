"""What happens to an order after it was given: accepted, under way, on site, released, recalled."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from responder.core.errors import Conflict, NotPermitted, Text, invalid, nothing_here
from responder.core.lanes import REAL_LANE
from responder.core.permissions import Permission, may
from responder.core.uow import Database, UnitOfWork
from responder.dispatch import command, queries, rules
from responder.dispatch.models import DispatchOrder, RescueForce
from responder.dispatch.rules import Step
from responder.dispatch.services import CALL, TEAM_STEPS, note_step, record
from responder.dispatch.wording import both, tail
from responder.escalation import services as escalation
from responder.foundation.access.scope import may_act_for
from responder.foundation.audit import services as audit
from responder.incidents import queries as incidents
from responder.incidents import services as incident_services
from responder.incidents.models import Incident

RECALL_CALL = "recall"
NO_REASON = Text("请写明不能去的原因。", "Say why it cannot go.")
TOO_EARLY = Text("不能早于上一步的时间。", "It cannot be before the step before it.")
ONLY_COMMANDER = Text("召回和确认由指挥员或带班领导决定。", "A commander or leader in charge decides this.")


def take_step(order_id: UUID, step: Step, at: datetime | None, note: str, uow: UnitOfWork) -> DispatchOrder:
    """Take the next step of an order, or note that it was taken; return the order.

    Raises NotFound; NotPermitted and Conflict for whoever may not take it; Conflict for a step out of order;
    InvalidInput for a time before the step before, or a refusal without its reason.
    """
    order, incident = queries.order(uow.session, uow.actor, order_id, lock=True)
    method = _may_step(order, incident, step, uow)
    refusal = rules.out_of_order(order.kind, order.state, step)
    if refusal is not None:
        raise Conflict(refusal, rule="S36")
    moment = _step_at(order, at, uow)
    if step is Step.DECLINE and not note:
        raise invalid(note=NO_REASON)
    _apply(order, step, moment, uow)
    note_step(order, step.value, moment, method, note, uow)
    _after(order, incident, step, moment, method, uow)
    force = Text(order.force_name, order.force_name_en)
    payload = {
        "order": str(order.id),
        "number": order.number,
        **both("force", force),
        **both("note", tail(note) if step is not Step.DECLINE else Text(note, note)),
        **both("office", Text(uow.actor.agency_name, uow.actor.agency_name)),
        "at": moment.isoformat(),
        "method": method,
    }
    record(f"order.{step.value}", incident, payload, uow)
    incident_services.touch(incident, uow)
    return order


def _may_step(order: DispatchOrder, incident: Incident, step: Step, uow: UnitOfWork) -> str:
    """Return how the step is known: `web` from the force itself, `phone` where another office notes it."""
    actor, is_decision = uow.actor, rules.MOVES[step].is_command
    if actor.area.level == "force":
        if actor.agency_code != order.force_agency_code or is_decision:
            raise nothing_here("没有这道调度令", "There is no such order")
        return "web"
    if may_act_for(actor, order.commander_code):
        if is_decision and not may(actor.role, Permission.ORDER_FORCES):
            raise NotPermitted(ONLY_COMMANDER)
        return "web" if is_decision else "phone"
    relays = order.via_code is not None and may_act_for(actor, order.via_code)
    if not is_decision and step is not Step.RELEASE and (relays or may_act_for(actor, order.agency_code)):
        return "phone"
    holder = queries.holder(uow.session, incident)
    raise Conflict(command.not_yours(actor, incident, holder), rule="S23")


def _step_at(order: DispatchOrder, at: datetime | None, uow: UnitOfWork) -> datetime:
    moment = min(at or uow.now, uow.now)
    latest = max(
        one for one in (order.issued_at, order.accepted_at, order.departed_at, order.arrived_at) if one
    )
    if moment < latest:
        # A minute typed on a telephone has no seconds: the same minute is not before the step before it.
        if moment.replace(second=0, microsecond=0) == latest.replace(second=0, microsecond=0):
            return latest
        raise invalid(at=TOO_EARLY)
    return moment


def _apply(order: DispatchOrder, step: Step, at: datetime, uow: UnitOfWork) -> None:
    after = rules.MOVES[step].after
    order.revision += 1
    if step is Step.CONFIRM:
        order.needs_confirmation = False
        return
    order.state = after or order.state
    if step is Step.ACCEPT:
        order.accepted_at = at
    elif step is Step.DEPART:
        order.departed_at = at
    elif step is Step.ARRIVE:
        order.arrived_at = at
    else:
        order.ended_at = at
        order.needs_confirmation = False


def _after(
    order: DispatchOrder, incident: Incident, step: Step, at: datetime, method: str, uow: UnitOfWork
) -> None:
    if step is Step.ACCEPT:
        escalation.acknowledge_call_out(uow, CALL, order.id, at=at, method=method, by=uow.actor.name)
    elif step is Step.DECLINE:
        why = Text(f"{order.force_name}答复不能去", f"{order.force_name_en} answered that it cannot go")
        escalation.stop_call_out(uow, CALL, order.id, why)
    elif step is Step.RECALL:
        escalation.stop_call_out(uow, CALL, order.id, Text("已召回", "recalled"))
        _tell_recall(order, incident, uow)
    elif step is Step.RELEASE:
        force = uow.session.get_one(RescueForce, order.force_code)
        if order.lane_id == REAL_LANE:
            force.free_since = at
            force.updated_at = uow.now
            force.revision += 1


def _tell_recall(order: DispatchOrder, incident: Incident, uow: UnitOfWork) -> None:
    asked = order.via_code or order.force_agency_code
    if asked is None:
        return
    escalation.start_call_out(
        uow,
        target_kind=RECALL_CALL,
        target_id=order.id,
        incident_id=incident.id,
        number=incident.number,
        agency_code=asked,
        subject=Text(f"召回：{order.number} 作废", f"recall: {order.number} is void"),
        province_code=incident.province_code,
        caller_agency=order.commander_code,
        **({"steps": TEAM_STEPS} if order.via_code is None else {}),
    )


def see_recall(order_id: UUID, uow: UnitOfWork) -> DispatchOrder:
    """Record that the force, or the office in between, knows of the recall."""
    order, incident = queries.order(uow.session, uow.actor, order_id, lock=True)
    asked = order.via_code or order.force_agency_code
    if order.state != "recalled" or asked is None or not may_act_for(uow.actor, asked):
        raise nothing_here("没有这条通知", "There is no such notice")
    if order.recall_seen_at is None:
        order.recall_seen_at = uow.now
        escalation.acknowledge_call_out(
            uow, RECALL_CALL, order.id, at=uow.now, method="web", by=uow.actor.name
        )
        force = both("force", Text(order.force_name, order.force_name_en))
        record("order.recall_seen", incident, {"number": order.number, **force}, uow)
        incident_services.touch(incident, uow)
    return order


def called_answered(
    target_id: UUID, agency_code: str, method: str, at: datetime, answered_by: str, uow: UnitOfWork
) -> None:
    """React to somebody having answered the call for an order.

    A team that answers its own order has accepted it. The office a request goes through, and a level above that was
    rung because the team did not answer, have received it and accept for nobody.
    """
    order = queries.unscoped(uow.session, target_id)
    if order is None or order.state != "issued":
        return
    incident = incidents.unscoped(uow.session, order.incident_id)
    payload = {"number": order.number, "order": str(order.id), "at": at.isoformat(), "method": method}
    if agency_code == order.force_agency_code:
        moment = max(at, order.issued_at)
        order.state, order.accepted_at = "accepted", moment
        order.revision += 1
        note_step(order, Step.ACCEPT.value, moment, method, answered_by, uow)
        force = both("force", Text(order.force_name, order.force_name_en))
        by = both("note", tail(answered_by))
        record("order.accept", incident, {**payload, **force, **by}, uow)
    else:
        note_step(order, "received", at, method, answered_by, uow)
        record("order.received", incident, {**payload, "who": answered_by}, uow)
    incident_services.touch(incident, uow)


def recall_answered(target_id: UUID, agency_code: str, at: datetime, uow: UnitOfWork) -> None:
    """React to the force, or the office in between, having answered the call for a recall: it knows."""
    order = queries.unscoped(uow.session, target_id)
    if order is None or order.state != "recalled" or order.recall_seen_at is not None:
        return
    if agency_code in {order.via_code, order.force_agency_code}:
        order.recall_seen_at = at
        incident = incidents.unscoped(uow.session, order.incident_id)
        force = both("force", Text(order.force_name, order.force_name_en))
        record("order.recall_seen", incident, {"number": order.number, **force}, uow)
        incident_services.touch(incident, uow)


def why_not_called(session: Session, order_id: UUID) -> Text | None:
    """Return None while an order waits for acceptance, otherwise why nobody is to be called about it."""
    order = queries.unscoped(session, order_id)
    if order is None:
        return Text("没有这道令", "there is no such order")
    return None if order.state == "issued" else rules.state_word(order.kind, order.state)


def why_recall_not_called(session: Session, order_id: UUID) -> Text | None:
    """Return None while a recall has not been read, otherwise why nobody is to be called about it."""
    order = queries.unscoped(session, order_id)
    if order is None or order.state != "recalled":
        return Text("没有召回", "there is no recall")
    return None if order.recall_seen_at is None else Text("已知悉", "read")


def note_unanswered(database: Database) -> int:
    """Record each order that nobody accepted in time, once; nothing is ordered by itself. Return how many."""
    with database.unit_of_work(lane=None) as uow:
        late = queries.unanswered(uow.session, uow.now)
        for order, incident in late:
            order.unanswered_noted = True
            order.revision += 1
            minutes = round((order.accept_by - order.issued_at).total_seconds() / 60)
            audit.record(
                uow,
                "order.unanswered",
                province_code=incident.province_code,
                incident_id=incident.id,
                payload={
                    "number": order.number,
                    "order": str(order.id),
                    "minutes": minutes,
                    **both("force", Text(order.force_name, order.force_name_en)),
                },
                lane_id=order.lane_id,
            )
            incident_services.touch(incident, uow)
        return len(late)
