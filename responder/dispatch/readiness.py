"""What is recorded about forces themselves: how fit they are, how far they are built, which are admitted."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from responder.core.errors import Conflict, Text, invalid, nothing_here
from responder.core.lanes import REAL_LANE
from responder.core.uow import UnitOfWork
from responder.dispatch import queries, ranking, register, rules
from responder.dispatch.models import DispatchOrder, HeldForce, RescueForce
from responder.dispatch.wording import STATES, both, tail
from responder.foundation.audit import services as audit
from responder.incidents import queries as incidents
from responder.incidents import services as incident_services

NOT_YOURS = ("没有这支力量", "There is no such force")
REAL_ONLY = Text(
    "力量的状态只在现实中登记，演练中不改。",
    "The state of forces is recorded in reality, not in an exercise.",
)
NO_DOCUMENT = Text("请写明依据的文件或原因。", "Name the document or the reason.")


@dataclass(frozen=True, slots=True)
class Report:
    """What a force reports of itself."""

    readiness: str
    squads_on_duty: int | None
    people: int | None
    vehicles: int | None
    at: datetime
    note: str


def report_readiness(code: str, report: Report, uow: UnitOfWork) -> RescueForce:
    """Record how fit a force is, told by itself or noted by a room after telephoning.

    Raises NotFound for a force the actor has nothing to do with; InvalidInput; Conflict inside an exercise.
    """
    force = _force(code, uow)
    actor = uow.actor
    if actor.area.level not in rules.LEVELS and actor.agency_code != force.agency_code:
        raise nothing_here(*NOT_YOURS)
    if report.readiness not in ranking.READINESS:
        raise invalid(readiness=Text("写 ready、limited 或 out。", "One of ready, limited, out."))
    if force.reported_at is not None and report.at < force.reported_at:
        raise invalid(at=Text("已有更新的报位。", "A later report is there already."))
    force.readiness, force.reported_at = report.readiness, report.at
    force.reported_by, force.readiness_note = actor.name, report.note
    for name in ("squads_on_duty", "people", "vehicles"):
        value = getattr(report, name)
        if value is not None:
            setattr(force, name, value)
    _changed(force, uow)
    _record(
        "force.readiness",
        force,
        {
            **both("state", ranking.READINESS[report.readiness]),
            **both("note", tail(report.note)),
            "at": report.at.isoformat(),
        },
        uow,
    )
    return force


def set_build_state(code: str, state: str, note: str, uow: UnitOfWork) -> RescueForce:
    """Record how far a base is built; orders it is out on are flagged, not ended."""
    force = _force(code, uow)
    if state not in register.STATES:
        raise invalid(state=Text("没有这种状态。", "There is no such state."))
    if not note:
        raise invalid(note=NO_DOCUMENT)
    before = force.build_state
    force.build_state = state
    _changed(force, uow)
    words = {**both("before", STATES[before]), **both("after", STATES[state]), "note": note}
    _record("force.state", force, words, uow)
    if state not in rules.ORDERABLE_STATES:
        _flag_orders(force, uow)
    return force


def _flag_orders(force: RescueForce, uow: UnitOfWork) -> None:
    live = uow.session.scalars(
        select(DispatchOrder).where(DispatchOrder.force_code == force.code, DispatchOrder.ended_at.is_(None))
    )
    for order in live:
        incident = incidents.unscoped(uow.session, order.incident_id)
        audit.record(
            uow,
            "force.closed_under_way",
            province_code=incident.province_code,
            incident_id=incident.id,
            payload={
                "number": order.number,
                **both("force", Text(force.name, force.name_en)),
                **both("state", STATES[force.build_state]),
            },
        )
        incident_services.touch(incident, uow)


def decide_held(held_id: UUID, decision: str, note: str, uow: UnitOfWork) -> HeldForce:
    """Admit a held base to the register or refuse it; raise Conflict when that was decided before."""
    held = uow.session.get(HeldForce, held_id)
    if held is None:
        raise nothing_here("没有待核定的基地", "There is no such held base")
    if not note:
        raise invalid(note=NO_DOCUMENT)
    if held.decision is not None:
        raise Conflict(Text(f"{held.decided_by}已经核定过。", f"{held.decided_by} has decided this already."))
    held.decision, held.decided_at = decision, uow.now
    held.decided_by, held.decision_note = uow.actor.name, note
    if decision == "admitted":
        register.admit(held, uow)
    audit.record(
        uow,
        f"force.{decision}",
        province_code=rules.STATE_CODE,
        payload={"force": held.name, "base": held.code, "note": note},
    )
    return held


def _force(code: str, uow: UnitOfWork) -> RescueForce:
    if uow.own_lane != REAL_LANE:
        raise Conflict(REAL_ONLY)
    force = queries.force(uow.session, code)
    if force is None:
        raise nothing_here(*NOT_YOURS)
    return force


def _changed(force: RescueForce, uow: UnitOfWork) -> None:
    force.updated_at = uow.now
    force.revision += 1


def _record(kind: str, force: RescueForce, payload: Mapping[str, object], uow: UnitOfWork) -> None:
    words = {"base": force.code, **both("force", Text(force.name, force.name_en)), **payload}
    audit.record(uow, kind, province_code=force.province_code, payload=words)
