"""What a route demands and which roles have it: the one table that decides who may do what."""

from collections.abc import Callable
from enum import StrEnum
from typing import Any, TypeVar

from responder.core.actor import Role

View = TypeVar("View", bound=Callable[..., Any])


class Permission(StrEnum):
    """One thing that can be allowed or refused; where it applies is the scope's matter."""

    ENTER = "enter"
    SEE_INCIDENTS = "see_incidents"
    REPORT_INCIDENT = "report_incident"
    ADD_REPORT = "add_report"
    ACKNOWLEDGE_REPORT = "acknowledge_report"
    SEND_REPORT = "send_report"
    SEE_DUTY = "see_duty"
    SIGN_IN = "sign_in"
    ANSWER_CALL = "answer_call"
    SEE_BASES = "see_bases"
    TAKE_COMMAND = "take_command"
    ORDER_FORCES = "order_forces"
    MOVE_FORCE = "move_force"
    SEE_PLANS = "see_plans"
    EDIT_PLANS = "edit_plans"
    ACTIVATE_PLAN = "activate_plan"
    DO_TASK = "do_task"
    INSTRUCT = "instruct"
    SEE_EXERCISES = "see_exercises"
    RUN_EXERCISE = "run_exercise"
    EXPORT_EVIDENCE = "export_evidence"
    VERIFY_REPORT = "verify_report"
    RECORD_HAZARD = "record_hazard"
    SEE_HEALTH = "see_health"
    ADMINISTER = "administer"


P = Permission
_READ = {P.ENTER, P.SEE_INCIDENTS, P.SEE_DUTY, P.SEE_BASES, P.SEE_PLANS, P.SEE_EXERCISES}
_ROOM = _READ | {
    P.REPORT_INCIDENT,
    P.ADD_REPORT,
    P.ACKNOWLEDGE_REPORT,
    P.SEND_REPORT,
    P.SIGN_IN,
    P.ANSWER_CALL,
    P.ACTIVATE_PLAN,
    P.DO_TASK,
    P.INSTRUCT,
    P.EXPORT_EVIDENCE,
    P.VERIFY_REPORT,
    P.RECORD_HAZARD,
    P.SEE_HEALTH,
}
ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.DUTY_OFFICER: frozenset(_ROOM | {P.MOVE_FORCE}),
    Role.LEADER_IN_CHARGE: frozenset(_ROOM | {P.TAKE_COMMAND, P.ORDER_FORCES, P.MOVE_FORCE}),
    Role.COMMANDER: frozenset(_ROOM | {P.TAKE_COMMAND, P.ORDER_FORCES, P.MOVE_FORCE}),
    Role.PLAN_ADMINISTRATOR: frozenset(_READ | {P.EDIT_PLANS, P.DO_TASK}),
    Role.DRILL_ORGANIZER: frozenset(_READ | {P.RUN_EXERCISE, P.DO_TASK, P.ANSWER_CALL}),
    Role.STATISTICIAN: frozenset(_READ | {P.EXPORT_EVIDENCE}),
    Role.INSPECTOR: frozenset(_READ | {P.EXPORT_EVIDENCE, P.VERIFY_REPORT}),
    Role.REPORTER: frozenset(
        {P.ENTER, P.SEE_INCIDENTS, P.REPORT_INCIDENT, P.ADD_REPORT, P.SEND_REPORT, P.DO_TASK, P.ANSWER_CALL}
    ),
    Role.FORCE_LEADER: frozenset(
        {P.ENTER, P.SEE_INCIDENTS, P.SEE_BASES, P.MOVE_FORCE, P.DO_TASK, P.ANSWER_CALL, P.SEE_EXERCISES}
    ),
    Role.ADMINISTRATOR: frozenset(
        {P.ENTER, P.SEE_HEALTH, P.SEE_DUTY, P.SEE_BASES, P.SEE_PLANS, P.ADMINISTER}
    ),
}


def may(role: Role | None, permission: Permission) -> bool:
    """Return whether *role* has *permission*; the system itself (None) has none over HTTP."""
    return role is not None and permission in ROLE_PERMISSIONS[role]


def requires(permission: Permission) -> Callable[[View], View]:
    """Mark a view as open to accounts that have *permission*."""

    def mark(view: View) -> View:
        view.required_permission = permission  # type: ignore[attr-defined]
        return view

    return mark


def public(view: View) -> View:
    """Mark a view as open to anybody."""
    view.is_public = True  # type: ignore[attr-defined]
    return view
