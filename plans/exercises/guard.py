"""Who may enter an exercise's lane, and what may be written in it."""

from flask import g, request

from plans.exercises import queries, rules, services
from plans.exercises.models import Exercise
from responder.core.clock import wall
from responder.core.errors import Conflict, Text, nothing_here
from responder.core.lanes import REAL_LANE
from responder.core.permissions import Permission, may
from responder.foundation.access.gatekeeper import SAFE_METHODS
from responder.foundation.web.context import current_actor, current_lane, current_locale, installation

CONTROL = "/api/v1/exercises/"


def guard_lane() -> None:
    """Let the request into its lane, or raise NotFound; refuse writing where the exercise stands still or is over.

    Registered after the gatekeeper, since it asks who is there. Sets `g.exercise` for the frame around the page.
    """
    lane = current_lane()
    if lane == REAL_LANE or request.endpoint == "static":
        return
    actor = current_actor()
    if actor.account_id is None:
        return  # nobody is logged in: the gatekeeper has refused, or the page is public
    with installation().database.unit_of_work(actor, write=False) as uow:
        exercise = queries.exercise(uow.session, actor, lane)
        if exercise.state not in rules.ENTERED:
            raise nothing_here("演练还没有开始", "The exercise has not begun")
        sent, total = queries.progress(uow.session, exercise.id)
        g.exercise = _frame(exercise, sent, total)
        if request.method not in SAFE_METHODS and not request.path.startswith(CONTROL):
            _refuse_writing(exercise)


def _frame(exercise: Exercise, sent: int, total: int) -> dict[str, object]:
    actor, locale = current_actor(), current_locale()
    word = "" if exercise.state == rules.RUNNING else rules.STATE_WORDS[exercise.state].in_(locale)
    stops = exercise.state == rules.RUNNING and may(actor.role, Permission.SEE_EXERCISES)
    return {
        "title": f"{exercise.title}（{word}）" if word else exercise.title,
        "started_at": exercise.started_at,
        "injected": sent,
        "injects": total,
        "stop_url": f"/exercises/{exercise.id}/suspend"
        if stops and services.may_stop(exercise, actor)
        else None,
        "url": f"/exercises/{exercise.id}",
    }


def _refuse_writing(exercise: Exercise) -> None:
    if exercise.state == rules.ENDED and exercise.ended_at is not None:
        at = f"{wall(exercise.ended_at):%H:%M}"
        raise Conflict(
            Text(
                f"演练“{exercise.title}”已于 {at} 结束，不再接收答复和填报。真实情况请从值班看板报告。",
                f"The exercise “{exercise.title}” ended at {at} and takes no more answers. "
                "Report what is real from the board.",
            )
        )
    if exercise.state == rules.SUSPENDED:
        raise Conflict(
            Text(
                f"演练“{exercise.title}”已中止，没有保存。真实情况请从值班看板报告；演练恢复后再继续。",
                f"The exercise “{exercise.title}” is suspended and nothing was saved. Report what is real from the "
                "board; go on when it resumes.",
            )
        )
