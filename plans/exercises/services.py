"""What people do with exercises: plan, confirm, approve, start, suspend, resume, end."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from plans.exercises import queries, rules
from plans.exercises.models import Exercise, ExerciseInject, ExerciseParticipant
from plans.exercises.scripts import Line, Script, scripts
from plans.lexicon import EXERCISE_KINDS
from plans.models import Plan
from responder.core.actor import Actor, Role
from responder.core.clock import from_wall, wall
from responder.core.errors import Conflict, InvalidInput, NotPermitted, Text, invalid
from responder.core.ids import ExerciseId, LaneId, PersonId, PlanId, new_id, parse_id
from responder.core.lanes import Lane
from responder.core.uow import UnitOfWork
from responder.escalation import services as escalation
from responder.escalation.models import CallOut
from responder.escalation.waiting import LIVE
from responder.foundation.access import queries as access
from responder.foundation.audit import services as audit
from responder.foundation.directory import queries as directory
from responder.foundation.messaging import services as messaging
from responder.foundation.messaging.models import Delivery
from responder.foundation.messaging.posting import Matter, Recipient, queue
from responder.incidents import services as incident_services
from responder.incidents.models import Incident
from responder.tasks import services as task_services
from responder.tasks.models import Task
from responder.tasks.rules import LIVE as LIVE_TASKS

MOST_INJECTS, MOST_PARTICIPANTS = 200, 100
LONGEST_OFFSET = 60 * 24 * 7
LONGEST_TEXT, LONGEST_TITLE = 2000, 200
TARGET = "exercise"
STOPPERS = {Role.DUTY_OFFICER, Role.LEADER_IN_CHARGE, Role.COMMANDER}
LEADERS = {Role.LEADER_IN_CHARGE, Role.COMMANDER}
NEEDED = Text("请填写。", "Fill this in.")
BAD_KIND = Text(
    "kind 只能是 tabletop、functional 或 full_scale。", "kind is one of tabletop, functional, full_scale."
)
BAD_TIME = Text("时间读不懂，请写成 2026-11-21 15:00。", "Write the time as 2026-11-21 15:00.")
NO_PLAN = Text("没有这个预案。", "There is no such plan.")
NO_SCRIPT = Text("没有这个现成脚本。", "There is no such ready-made script.")
BAD_INJECTS = Text(
    "injects 写成 [{offset_minutes, to, text}]，offset_minutes 为 0 至 10080。",
    "injects are [{offset_minutes, to, text}], with offset_minutes from 0 to 10080.",
)
BAD_PARTICIPANTS = Text(
    "participants 写成登录名或机构代码的列表。", "participants are logins or agency codes."
)
NOT_APPROVED = Text(
    "排在敏感时期，须经领导批准才能开始。",
    "It is planned into a sensitive period and can start once a leader has approved it.",
)
LEADER_ONLY = Text("请由带班领导或指挥员批准。", "A leader in charge or a commander has to approve it.")
ORGANIZER_ONLY = Text(
    "只有组织演练的机构可以这样做。", "Only the office that organizes the exercise may do this."
)
NOT_TAKING_PART = Text("您不在参演名单里。", "You are not among the participants.")
NO_STEP = Text("step 只能是 start、suspend、resume 或 end。", "step is one of start, suspend, resume, end.")
OVER = Text("演练已结束", "the exercise is over")
STOPPED = Text("演练已中止", "the exercise is suspended")
TOLD = {
    "start": Text("演练开始：{title}", "The exercise begins: {title}"),
    "suspend": Text(
        "演练中止：{title}。请停止演练动作，处置真实情况",
        "Suspended: {title}. Stop, and attend to what is real",
    ),
    "resume": Text("演练恢复：{title}", "The exercise goes on: {title}"),
    "end": Text("演练结束：{title}。不再答复", "The exercise is over: {title}. Answer no more"),
}


@dataclass(frozen=True, slots=True)
class Request:
    """An exercise to be planned."""

    title: str
    kind: str
    planned_at: datetime
    plan: str = ""
    script: str | None = None
    sector: str = "other"
    participants: Sequence[str] = ()
    lines: Sequence[Line] = field(default_factory=tuple)


def read_request(raw: Mapping[str, Any], now: datetime) -> Request:
    """Return what is asked for; raise InvalidInput with a sentence for each field that cannot be used.

    A ready-made *script* gives what the fields leave out.
    """
    errors: dict[str, Text] = {}
    key = str(raw.get("script") or "")
    ready = scripts().get(key)
    if key and ready is None:
        errors["script"] = NO_SCRIPT
    title = str(raw.get("title") or (ready.title.zh if ready else "")).replace("\x00", "").strip()
    if not title or len(title) > LONGEST_TITLE:
        errors["title"] = NEEDED
    kind = str(raw.get("kind") or (ready.kind if ready else ""))
    if kind not in EXERCISE_KINDS:
        errors["kind"] = BAD_KIND
    planned_at = _planned_at(raw.get("planned_at"), now, errors)
    participants = _participants(raw.get("participants"), ready, errors)
    lines = _lines(raw.get("injects"), ready, errors)
    if errors or planned_at is None:
        raise InvalidInput(next(iter(errors.values())), errors=errors)
    return Request(
        title,
        kind,
        planned_at,
        str(raw.get("plan") or (ready.plan_key if ready else "")),
        key or None,
        ready.sector if ready else "other",
        participants,
        lines,
    )


def _planned_at(value: Any, now: datetime, errors: dict[str, Text]) -> datetime | None:
    if value in (None, ""):
        return now
    try:
        return from_wall(datetime.fromisoformat(str(value).strip().replace("：", ":")))
    except (ValueError, OverflowError):
        errors["planned_at"] = BAD_TIME
        return None


def _participants(value: Any, ready: Script | None, errors: dict[str, Text]) -> list[str]:
    if not value:
        return list(ready.participants) if ready else []
    if (
        not isinstance(value, list)
        or len(value) > MOST_PARTICIPANTS
        or not all(isinstance(one, str) and one.strip() for one in value)
    ):
        errors["participants"] = BAD_PARTICIPANTS
        return []
    return list(dict.fromkeys(one.strip() for one in value))


def _lines(value: Any, ready: Script | None, errors: dict[str, Text]) -> list[Line]:
    if not value:
        return list(ready.lines) if ready else []
    try:
        if not isinstance(value, list) or len(value) > MOST_INJECTS:
            raise ValueError
        return [_line(one) for one in value]
    except (KeyError, TypeError, ValueError, AttributeError):
        errors["injects"] = BAD_INJECTS
        return []


def _line(raw: Mapping[str, Any]) -> Line:
    offset, to, text = raw["offset_minutes"], raw["to"], raw["text"]
    if isinstance(offset, bool) or not isinstance(offset, int) or not 0 <= offset <= LONGEST_OFFSET:
        raise ValueError
    if not all(isinstance(word, str) and word.strip() for word in (to, text)) or len(text) > LONGEST_TEXT:
        raise ValueError
    return Line(offset, to.strip(), text.replace("\x00", "").strip())


def plan_exercise(wanted: Request, uow: UnitOfWork, *, organizer: Actor | None = None) -> Exercise:
    """Plan an exercise with its own lane, its participants and its script; raise InvalidInput for unknown names."""
    actor = organizer or uow.actor
    place = directory.place_of_agency(uow.session, actor.agency_code)
    plan_id = _plan_id(wanted.plan, uow)
    taking_part = [_participant(code, uow, "participants") for code in wanted.participants]
    for line in wanted.lines:
        _participant(line.to, uow, "injects")
    exercise_id = ExerciseId(new_id())
    uow.session.add(
        Lane(id=LaneId(exercise_id), kind="exercise", title=f"【演练】{wanted.title}", opened_at=None)
    )
    uow.session.flush()
    row = Exercise(
        id=exercise_id,
        number=f"演练{actor.agency_code}-{wall(uow.now).year}-{exercise_id.hex[-4:].upper()}",
        title=wanted.title,
        kind=wanted.kind,
        plan_id=plan_id,
        state=rules.PLANNED,
        planned_at=wanted.planned_at,
        script=wanted.script,
        organizer=actor.login,
        organizer_name=actor.name,
        agency_code=actor.agency_code,
        agency_name=actor.agency_name,
        province_code=(place.province_code if place else None) or "000000",
        city_code=place.city_code if place else None,
        county_code=place.county_code if place else None,
        sector=wanted.sector,
        needs_approval=False,
        created_at=uow.now,
    )
    uow.session.add(row)
    uow.session.flush()
    for one in taking_part:
        one.id, one.exercise_id = new_id(), exercise_id
        uow.session.add(one)
    for position, line in enumerate(wanted.lines, start=1):
        uow.session.add(_inject(exercise_id, position, line))
    uow.session.flush()
    row.needs_approval = any(one.needs_approval for one in conflicts_of(row, uow))
    _record("exercise.planned", row, uow)
    return row


def _plan_id(plan: str, uow: UnitOfWork) -> PlanId | None:
    if not plan:
        return None
    plan_id = parse_id(plan)
    found = uow.session.scalar(select(Plan.id).where(Plan.id == plan_id if plan_id else Plan.key == plan))
    if found is None and plan_id is not None:
        raise invalid(plan=NO_PLAN)
    return found


def _participant(code: str, uow: UnitOfWork, where: str) -> ExerciseParticipant:
    """Return who *code* names: an account by its login, or an office; raise InvalidInput for neither."""
    accounts = access.accounts(uow.session, [code])
    if accounts:
        one = accounts[0]
        office = directory.office(uow.session, one.agency_code)
        return ExerciseParticipant(
            code=code,
            login=one.login,
            person_id=one.person_id,
            agency_code=one.agency_code,
            name=f"{one.agency_name} {one.name}",
            name_en=f"{office.name_en if office else one.agency_name} {one.name}",
        )
    office = directory.office(uow.session, code)
    if office is None:
        text = Text(f"没有账号或机构 {code}。", f"There is no account or office {code}.")
        raise invalid(**{where: text})
    return ExerciseParticipant(
        code=code, login=None, person_id=None, agency_code=code, name=office.name, name_en=office.name_en
    )


def _inject(exercise_id: ExerciseId, position: int, line: Line) -> ExerciseInject:
    return ExerciseInject(
        id=new_id(),
        exercise_id=exercise_id,
        position=position,
        offset_minutes=line.offset_minutes,
        kind=line.kind,
        to_code=line.to,
        text=line.text,
        payload=dict(line.payload),
    )


def conflicts_of(row: Exercise, uow: UnitOfWork) -> list[rules.Conflict]:
    """Return what stands against the exercise's day."""
    taking_part = queries.participants(uow.session, row.id)
    people = [(one.person_id, one.name, one.agency_code) for one in taking_part if one.person_id is not None]
    offices = [row.agency_code, *(one.agency_code for one in taking_part)]
    return queries.conflicts(uow.session, row.planned_at, offices, people, apart_from=row.id)


def confirm(exercise_id: UUID, uow: UnitOfWork) -> Exercise:
    """Record that the actor, or its office, will take part; a second time changes nothing."""
    row = queries.exercise(uow.session, uow.actor, exercise_id)
    mine = [
        one
        for one in queries.participants(uow.session, row.id)
        if one.login == uow.actor.login or (one.login is None and one.agency_code == uow.actor.agency_code)
    ]
    if not mine:
        raise NotPermitted(NOT_TAKING_PART)
    for one in mine:
        if one.confirmed_at is None:
            one.confirmed_at, one.confirmed_by = uow.now, uow.actor.name
            _record("exercise.confirmed", row, uow, who=one.name)
    return row


def approve(exercise_id: UUID, uow: UnitOfWork) -> Exercise:
    """Record a leader's approval of an exercise in a sensitive period."""
    row = queries.exercise(uow.session, uow.actor, exercise_id, lock=True)
    if uow.actor.role not in LEADERS:
        raise NotPermitted(LEADER_ONLY)
    if row.approved_at is None:
        row.approved_by, row.approved_at = uow.actor.name, uow.now
        _record("exercise.approved", row, uow)
    return row


def may_run(row: Exercise, actor: Actor) -> bool:
    """Return whether the actor organizes this exercise."""
    return actor.role is Role.DRILL_ORGANIZER and actor.agency_code == row.agency_code


def may_stop(row: Exercise, actor: Actor) -> bool:
    """Return whether the actor may suspend it: the organizer, and every duty room that takes part or stands above."""
    return may_run(row, actor) or actor.role in STOPPERS


def take_step(exercise_id: UUID, step: str, uow: UnitOfWork) -> Exercise:
    """Start, suspend, resume or end an exercise, and tell everybody; the unit of work stands in the exercise's lane.

    Raises NotFound; NotPermitted; Conflict for a step out of order or a start without the approval it needs.
    """
    if step not in rules.STEPS:
        raise invalid(step=NO_STEP)
    row = queries.exercise(uow.session, uow.actor, exercise_id, lock=True)
    allowed = may_stop(row, uow.actor) if step == "suspend" else may_run(row, uow.actor)
    if not allowed:
        raise NotPermitted(ORGANIZER_ONLY)
    after = rules.state_after(row.state, step)
    if after is None:
        raise Conflict(rules.refusal(row.state, step))
    if step == "start" and row.needs_approval and row.approved_at is None:
        raise Conflict(NOT_APPROVED)
    row.state = after
    _EFFECTS[step](row, uow)
    _record(f"exercise.{step}", row, uow)
    _tell(row, step, uow)
    return row


def _start(row: Exercise, uow: UnitOfWork) -> None:
    row.started_at = uow.now
    uow.session.get_one(Lane, row.id).opened_at = uow.now


def _suspend(row: Exercise, uow: UnitOfWork) -> None:
    row.suspended_at = uow.now
    _stop_calling(STOPPED, uow)


def _resume(row: Exercise, uow: UnitOfWork) -> None:
    if row.suspended_at is not None:
        row.paused_seconds += int((uow.now - row.suspended_at).total_seconds())
    suspended_at, row.suspended_at = row.suspended_at, None
    stopped = uow.session.scalars(
        select(CallOut).where(
            CallOut.state == "cancelled", CallOut.ended_at == suspended_at, CallOut.why_zh == STOPPED.zh
        )
    ).all()
    for one in stopped:
        escalation.start_call_out(
            uow,
            target_kind=one.target_kind,
            target_id=one.target_id,
            incident_id=one.incident_id,
            number=one.number,
            agency_code=one.agency_code,
            subject=Text(one.subject_zh, one.subject_en),
            province_code=one.province_code,
            caller_agency=one.caller_agency,
        )


def _end(row: Exercise, uow: UnitOfWork) -> None:
    row.ended_at, row.suspended_at = uow.now, None
    live = uow.session.scalars(select(Task).where(Task.state.in_(LIVE_TASKS))).all()
    task_services.withdraw(live, OVER, uow)
    for incident in uow.session.scalars(select(Incident).where(Incident.state == "open")):
        incident_services.close_incident(incident, uow)
    _stop_calling(OVER, uow)


_EFFECTS = {"start": _start, "suspend": _suspend, "resume": _resume, "end": _end}


def _stop_calling(why: Text, uow: UnitOfWork) -> None:
    """Call nobody any more in this lane; what has not left stays unsent, with *why*."""
    for call_out in uow.session.scalars(select(CallOut).where(CallOut.state.in_(LIVE))).all():
        escalation.stop_call_out(uow, call_out.target_kind, call_out.target_id, why)
    open_rows = (
        select(Delivery.target_kind, Delivery.target_id).where(Delivery.closed_at.is_(None)).distinct()
    )
    for kind, target_id in uow.session.execute(open_rows).all():
        messaging.withdraw(uow, kind, target_id, why)


def _tell(row: Exercise, step: str, uow: UnitOfWork) -> None:
    """Tell every participant, and the organizer's room, by board and by message."""
    body = TOLD[step].zh.format(title=row.title)
    for one in queries.participants(uow.session, row.id):
        # A message of its own for each step: the target of a step is told once.
        matter = Matter(
            TARGET,
            new_id(),
            None,
            row.number,
            one.agency_code,
            body,
            caller_agency=row.agency_code,
        )
        person = PersonId(one.person_id) if one.person_id else None
        channels = ("board", "sms") if person else ("board",)
        own_name = one.name.rpartition(" ")[2] if one.login else one.name  # its office stands beside it
        queue(uow, matter, Recipient(person, own_name), channels)


def _record(kind: str, row: Exercise, uow: UnitOfWork, **more: Any) -> None:
    audit.record(
        uow,
        kind,
        province_code=row.province_code,
        payload={"exercise": str(row.id), "number": row.number, "title": row.title, **more},
        lane_id=row.id,
    )
