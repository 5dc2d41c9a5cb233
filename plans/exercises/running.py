"""Sending injects: each when it is due, once, also after a restart; what comes late says so."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from duty_roster.queries import officers_on_shift
from plans.calls import has_room
from plans.exercises import queries, rules
from plans.exercises.models import Exercise, ExerciseInject
from responder.core.actor import SYSTEM, Actor, Area, Role
from responder.core.errors import ResponderError, Text
from responder.core.ids import IncidentId, LaneId, TaskId, new_id
from responder.core.uow import Database, UnitOfWork
from responder.escalation import services as escalation
from responder.foundation.access import queries as access
from responder.foundation.audit import services as audit
from responder.foundation.directory import queries as directory
from responder.incidents import changes
from responder.incidents import services as incident_services
from responder.incidents.models import Incident
from responder.incidents.places import DirectoryPlaces
from responder.incidents.rules import read_intake
from responder.tasks import services as tasks
from responder.tasks.rules import Wanted
from responder.tasks.services import Source

SHORT = 60
NO_OFFICE = Text("名录中没有这个机构", "the directory has no such office")
NO_INCIDENT = Text("演练里还没有事故", "there is no incident in the exercise yet")


def run_injects(database: Database) -> int:
    """Send every inject that is due in any running exercise; return how many."""
    with database.unit_of_work(lane=None, write=False) as uow:
        due = queries.due_injects(uow.session, uow.now)
    sent = 0
    for exercise_id, inject_id in due:
        try:
            with database.unit_of_work(SYSTEM, LaneId(exercise_id)) as uow:
                sent += _send(inject_id, uow)
        except ResponderError as refused:
            # The script asks for something the rules refuse: said on the control page, and the next one goes out.
            with database.unit_of_work(SYSTEM, LaneId(exercise_id)) as uow:
                sent += _fail(inject_id, refused.text, uow)
    return sent


def _take(inject_id: UUID, uow: UnitOfWork) -> tuple[Exercise, ExerciseInject] | None:
    """Return the inject, marked as sent now, or None when somebody else has sent it or the exercise has stopped."""
    query = select(ExerciseInject).where(ExerciseInject.id == inject_id)
    inject = uow.session.scalars(query.with_for_update()).one()
    exercise = uow.session.scalars(
        select(Exercise).where(Exercise.id == inject.exercise_id).with_for_update()
    ).one()
    due = rules.due_at(exercise.started_at, inject.offset_minutes, exercise.paused_seconds)
    if inject.sent_at is not None or exercise.state != rules.RUNNING or due is None or due > uow.now:
        return None
    inject.sent_at, inject.late_seconds = uow.now, rules.late_seconds(due, uow.now)
    return exercise, inject


def _send(inject_id: UUID, uow: UnitOfWork) -> int:
    taken = _take(inject_id, uow)
    if taken is None:
        return 0
    exercise, inject = taken
    _ACTS[inject.kind](exercise, inject, uow)
    late = f"（迟到 {inject.late_seconds // 60} 分钟）" if inject.late_seconds else ""
    audit.record(
        uow,
        "exercise.inject",
        province_code=exercise.province_code,
        payload={
            "exercise": str(exercise.id),
            "n": inject.position,
            "to": inject.to_code,
            "text": inject.text,
            "late": late,
        },
    )
    return 1


def _fail(inject_id: UUID, why: Text, uow: UnitOfWork) -> int:
    taken = _take(inject_id, uow)
    if taken is None:
        return 0
    taken[1].failure = {"zh": why.zh, "en": why.en}
    return 1


def _log_incident(_exercise: Exercise, inject: ExerciseInject, uow: UnitOfWork) -> None:
    """Log the incident in the exercise as the officer on duty of the office would."""
    uow.actor = _officer(inject.to_code, uow)
    happened = uow.now - timedelta(minutes=inject.payload.get("minutes", 0))
    raw = {"occurred_at": happened.isoformat(), **inject.payload["said"]}
    places = DirectoryPlaces(uow.session, uow.actor.area.code, uow.now)
    inject.incident_id = incident_services.log_incident(read_intake(raw, uow.now, places), uow)


def _report(_exercise: Exercise, inject: ExerciseInject, uow: UnitOfWork) -> None:
    incident_id = _incident_id(uow)
    if incident_id is None:
        raise ResponderError(NO_INCIDENT)
    uow.actor = _officer(inject.to_code, uow)
    change = changes.read_change(inject.payload["said"], uow.now)
    incident_services.add_report(incident_id, change, uow)
    inject.incident_id = incident_id


def _message(exercise: Exercise, inject: ExerciseInject, uow: UnitOfWork) -> None:
    """Give the message to whoever it is for, as something to answer, and ring the room."""
    incident_id = _incident_id(uow)
    incident = uow.session.get(Incident, incident_id) if incident_id else None
    code, name, person_id, person_name = _addressee(inject.to_code, uow)
    first = inject.text.splitlines()[0]
    short = first if len(first) <= SHORT else f"{first[: SHORT - 1]}…"
    wanted = Wanted(Text(short, short), inject.text, "", code, name, person_id, person_name)
    source = Source("inject", inject.id, incident_id)
    issued = tasks.issue(source, incident or exercise, [wanted], uow)[0]
    inject.incident_id, inject.task_id = incident_id, TaskId(issued.id)
    if has_room(uow.session, code):
        escalation.start_call_out(
            uow,
            target_kind="task",
            target_id=issued.id,
            incident_id=incident_id,
            number=issued.number,
            agency_code=code,
            subject=Text(f"{short} 请答复", f"{short} Please answer"),
            province_code=exercise.province_code,
            caller_agency=exercise.agency_code,
        )


_ACTS: dict[str, Any] = {"incident": _log_incident, "report": _report, "message": _message}


def _incident_id(uow: UnitOfWork) -> IncidentId | None:
    """Return the exercise's incident: the first that was entered in its lane."""
    return uow.session.scalar(select(Incident.id).order_by(Incident.entered_at, Incident.id).limit(1))


def _addressee(code: str, uow: UnitOfWork) -> tuple[str, Text, UUID | None, str]:
    accounts = access.accounts(uow.session, [code])
    if accounts:
        one = accounts[0]
        office = directory.office(uow.session, one.agency_code)
        name = Text(office.name, office.name_en) if office else Text(one.agency_name, one.agency_name)
        return one.agency_code, name, one.person_id, one.name
    office = directory.office(uow.session, code)
    if office is None:
        raise ResponderError(NO_OFFICE)
    return code, Text(office.name, office.name_en), None, ""


def _officer(code: str, uow: UnitOfWork) -> Actor:
    """Return who sits at the desk of an office now, as the exercise has them act."""
    office = directory.office(uow.session, code)
    if office is None:
        raise ResponderError(NO_OFFICE)
    desk = officers_on_shift(uow.session, code, uow.now)
    person_id, name = (desk[0].person_id, desk[0].name) if desk else (None, "值班员")
    return Actor(
        new_id(),
        person_id,
        f"{code}.drill",
        name,
        Role.DUTY_OFFICER,
        code,
        office.name,
        Area(office.level, office.jurisdiction_code),
        line=office.body,
    )
