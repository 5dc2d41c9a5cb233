"""Pages of exercises: the calendar with the form for a new one, and the control page."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from plans import queries as plan_queries
from plans.exercises import queries, rules, services
from plans.exercises.models import Exercise, ExerciseInject, ExerciseParticipant
from plans.exercises.running import run_injects
from plans.exercises.scripts import scripts
from plans.lexicon import EXERCISE_KINDS, EXERCISE_STATES
from plans.models import Plan
from responder.core.clock import wall
from responder.core.errors import Conflict, InvalidInput, Text
from responder.core.ids import LaneId
from responder.core.permissions import Permission, may, requires
from responder.core.uow import UnitOfWork
from responder.foundation.access import queries as access
from responder.foundation.audit import words as audit_words
from responder.foundation.audit.models import AuditEntry
from responder.foundation.directory import queries as directory
from responder.foundation.web.context import current_actor, current_locale, installation, render, unit_of_work
from responder.foundation.web.words import word
from responder.incidents.intake_form import with_day

bp = Blueprint("exercises", __name__, template_folder="../templates")
FIELDS = ("script", "title", "kind", "plan", "planned_at", "participants", "injects")
LOG_ROWS = 60
INJECT_KINDS = {
    "message": Text("消息", "message"),
    "incident": Text("事故初报", "first report"),
    "report": Text("续报", "follow-up"),
}
BAD_LINE = Text("每行写成：分钟 收件方 内容。", "Write each line as: minutes, addressee, words.")


@bp.get("/exercises")
@requires(Permission.SEE_EXERCISES)
def calendar() -> ResponseReturnValue:
    """Show the exercises and, to an organizer, the form for a new one."""
    with unit_of_work(write=False) as uow:
        return _calendar_page(uow, {}, {})


def _calendar_page(uow: UnitOfWork, values: dict[str, str], errors: dict[str, str]) -> str:
    locale = current_locale()
    rows = queries.calendar(uow.session, uow.actor)
    names = {
        plan.id: plan.title_en if locale.startswith("en") else plan.title
        for plan in uow.session.scalars(select(Plan).where(Plan.id.in_([row.plan_id for row in rows])))
    }
    model = {
        "rows": [_row(row, names, uow) for row in rows],
        "form": _form(uow, values, errors) if may(uow.actor.role, Permission.RUN_EXERCISE) else None,
    }
    return render("plans/exercises.html", uow.session, exercises=model)


def _row(row: Exercise, names: dict[Any, str], uow: UnitOfWork) -> dict[str, Any]:
    locale = current_locale()
    open_day = row.state in (rules.PLANNED,)
    return {
        "id": str(row.id),
        "url": f"/exercises/{row.id}",
        "title": row.title,
        "number": row.number,
        "kind": word(EXERCISE_KINDS, row.kind),
        "plan": names.get(row.plan_id),
        "planned_at": row.planned_at,
        "agency": _office(row, uow),
        "state": row.state,
        "state_word": word(EXERCISE_STATES, row.state),
        "conflicts": [one.text.in_(locale) for one in services.conflicts_of(row, uow)] if open_day else [],
    }


def _office(row: Exercise, uow: UnitOfWork) -> str:
    office = directory.office(uow.session, row.agency_code) if current_locale().startswith("en") else None
    return office.name_en if office else row.agency_name


def _form(uow: UnitOfWork, values: dict[str, str], errors: dict[str, str]) -> dict[str, Any]:
    locale = current_locale()
    none = {"value": "", "label": Text("不用", "none").in_(locale)}
    plans = plan_queries.library(uow.session, uow.actor, plan_queries.Filters(state="valid"), limit=200)
    accounts = [one for one in access.accounts(uow.session) if one.role is not None]
    shown = [one for one in accounts if one.area.code[:2] == uow.actor.area.code[:2]]
    return {
        "values": {"planned_at": f"{wall(uow.now):%Y-%m-%d %H:%M}", "kind": "tabletop", **values},
        "errors": errors,
        "scripts": [
            none,
            *({"value": one.key, "label": one.title.in_(locale)} for one in scripts().values()),
        ],
        "kinds": [{"value": key, "label": text.in_(locale)} for key, text in EXERCISE_KINDS.items()],
        "plans": [
            none,
            *(
                {
                    "value": str(held.plan.id),
                    "label": held.plan.title_en if locale.startswith("en") else held.plan.title,
                }
                for held in plans
            ),
        ],
        "known": [{"code": one.login, "name": f"{one.agency_name} {one.name}"} for one in shown],
    }


@bp.post("/exercises")
@requires(Permission.RUN_EXERCISE)
def create() -> ResponseReturnValue:
    """Plan an exercise; a refusal keeps what was typed."""
    values = {name: request.form.get(name, "") for name in FIELDS}
    try:
        with unit_of_work() as uow:
            row = services.plan_exercise(services.read_request(_raw(values, uow.now), uow.now), uow)
        return redirect(f"/exercises/{row.id}", HTTPStatus.SEE_OTHER)
    except InvalidInput as refused:
        errors = {name: text.in_(current_locale()) for name, text in refused.errors.items()}
        with unit_of_work(write=False) as uow:
            return _calendar_page(uow, values, errors), refused.status


def _raw(values: dict[str, str], now: datetime) -> dict[str, Any]:
    raw: dict[str, Any] = {
        name: values[name].strip() for name in ("script", "title", "plan") if values[name].strip()
    }
    if values["kind"] and not values["script"]:
        raw["kind"] = values["kind"]
    if values["planned_at"].strip():
        raw["planned_at"] = with_day(values["planned_at"], now)
    names = values["participants"].replace("，", " ").replace("、", " ").replace(",", " ").split()
    raw["participants"] = names
    raw["injects"] = [_line(line) for line in values["injects"].splitlines() if line.strip()]
    return raw


def _line(line: str) -> dict[str, Any]:
    minutes, _, rest = line.strip().partition(" ")
    to, _, text = rest.strip().partition(" ")
    if not minutes.isdecimal():
        raise InvalidInput(BAD_LINE, errors={"injects": BAD_LINE})
    return {"offset_minutes": int(minutes[:6]), "to": to, "text": text.strip()}


@bp.get("/exercises/<uuid:exercise_id>")
@requires(Permission.SEE_EXERCISES)
def show(exercise_id: UUID) -> ResponseReturnValue:
    """Show the control page: state, who has confirmed, script, log."""
    with unit_of_work(write=False) as uow:
        return _control_page(uow, exercise_id, None)


def _control_page(uow: UnitOfWork, exercise_id: UUID, refused: str | None) -> str:
    row = queries.exercise(uow.session, uow.actor, exercise_id)
    locale = current_locale()
    taking_part = queries.participants(uow.session, row.id)
    script = queries.injects(uow.session, row.id)
    plan = uow.session.get(Plan, row.plan_id) if row.plan_id else None
    model = {
        **_row(row, {plan.id: plan.title_en if locale.startswith("en") else plan.title} if plan else {}, uow),
        "plan_url": f"/plans/{plan.id}" if plan else None,
        "organizer": row.organizer_name,
        "started_at": row.started_at,
        "suspended_at": row.suspended_at,
        "ended_at": row.ended_at,
        "needs_approval": row.needs_approval and row.approved_at is None,
        "approved_by": row.approved_by,
        "refused": refused,
        "participants": [_participant(one) for one in taking_part],
        "unconfirmed": [one.name for one in taking_part if one.confirmed_at is None],
        "injects": [_inject(one, row, _names(taking_part, uow)) for one in script],
        "sent": sum(one.sent_at is not None for one in script),
        "log": _log(uow, row),
        "board_url": f"/exercises/{row.id}/board" if row.state in rules.ENTERED else None,
        **_buttons(row, taking_part, uow),
    }
    return render("plans/exercise.html", uow.session, exercise=model)


def _buttons(row: Exercise, taking_part: Any, uow: UnitOfWork) -> dict[str, Any]:
    """Return the addresses of what the actor may do now; None is not offered."""
    actor, url = uow.actor, f"/exercises/{row.id}"
    runs = services.may_run(row, actor)
    found: dict[str, Any] = {}
    for step in rules.STEPS:
        may_do = services.may_stop(row, actor) if step == "suspend" else runs
        offered = may_do and rules.state_after(row.state, step) is not None
        found[f"{step}_url"] = f"{url}/{step}" if offered else None
    mine = [
        one
        for one in taking_part
        if one.login == actor.login or (one.login is None and one.agency_code == actor.agency_code)
    ]
    waiting = any(one.confirmed_at is None for one in mine) and row.state == rules.PLANNED
    asked = row.needs_approval and row.approved_at is None and actor.role in services.LEADERS
    return {
        **found,
        "confirm_url": f"{url}/confirmation" if waiting else None,
        "approve_url": f"{url}/approval" if asked else None,
    }


def _participant(one: ExerciseParticipant) -> dict[str, Any]:
    name = one.name_en if current_locale().startswith("en") else one.name
    return {
        "name": name,
        "code": one.code,
        "confirmed_at": one.confirmed_at,
        "confirmed_by": one.confirmed_by,
    }


def _names(taking_part: Sequence[ExerciseParticipant], uow: UnitOfWork) -> dict[str, str]:
    """Return the names of those who take part, by code; an office also answers to its own."""
    locale = current_locale()
    names = {one.code: Text(one.name, one.name_en).in_(locale) for one in taking_part}
    for one in taking_part:
        office = directory.office(uow.session, one.agency_code)
        if office is not None:
            names.setdefault(one.agency_code, Text(office.name, office.name_en).in_(locale))
    return names


def _inject(one: ExerciseInject, row: Exercise, names: Mapping[str, str]) -> dict[str, Any]:
    locale = current_locale()
    failure = one.failure
    return {
        "offset": one.offset_minutes,
        "kind": word(INJECT_KINDS, one.kind),
        "to": names.get(one.to_code, one.to_code),
        "text": one.text,
        "due_at": rules.due_at(row.started_at, one.offset_minutes, row.paused_seconds)
        if row.state == rules.RUNNING
        else None,
        "sent_at": one.sent_at,
        "late_minutes": one.late_seconds // 60 if one.late_seconds else None,
        "failure": failure["en" if locale.startswith("en") else "zh"] if failure else None,
    }


def _log(uow: UnitOfWork, row: Exercise) -> list[dict[str, Any]]:
    """Return what happened in the exercise, the latest first."""
    entries = uow.session.scalars(
        select(AuditEntry)
        .where(AuditEntry.lane_id == row.id)
        .order_by(AuditEntry.at.desc(), AuditEntry.id.desc())
        .limit(LOG_ROWS)
    )
    locale = current_locale()
    return [
        {
            "at": entry.at,
            "who": audit_words.actor(entry.actor_name, locale),
            "what": audit_words.sentence(entry, locale),
        }
        for entry in entries
    ]


@bp.post("/exercises/<uuid:exercise_id>/confirmation")
@requires(Permission.SEE_EXERCISES)
def confirm(exercise_id: UUID) -> ResponseReturnValue:
    """Confirm that the reader, or the office, takes part."""
    with unit_of_work() as uow:
        services.confirm(exercise_id, uow)
    return redirect(f"/exercises/{exercise_id}", HTTPStatus.SEE_OTHER)


@bp.post("/exercises/<uuid:exercise_id>/approval")
@requires(Permission.SEE_EXERCISES)
def approve(exercise_id: UUID) -> ResponseReturnValue:
    """Approve an exercise in a sensitive period."""
    with unit_of_work() as uow:
        services.approve(exercise_id, uow)
    return redirect(f"/exercises/{exercise_id}", HTTPStatus.SEE_OTHER)


@bp.post("/exercises/<uuid:exercise_id>/<step>")
@requires(Permission.SEE_EXERCISES)
def take_step(exercise_id: UUID, step: str) -> ResponseReturnValue:
    """Start, suspend, resume or end; one click, and everybody is told."""
    database = installation().database
    with unit_of_work(write=False) as uow:
        queries.exercise(uow.session, uow.actor, exercise_id)
    try:
        with database.unit_of_work(current_actor(), LaneId(exercise_id)) as uow:
            services.take_step(exercise_id, step, uow)
    except Conflict as refused:
        with unit_of_work(write=False) as uow:
            return _control_page(uow, exercise_id, refused.text.in_(current_locale())), refused.status
    run_injects(database)
    return redirect(f"/exercises/{exercise_id}", HTTPStatus.SEE_OTHER)
