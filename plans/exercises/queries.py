"""Reads of exercises, always inside what the actor may see."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from duty_roster import queries as roster
from plans.exercises import rules
from plans.exercises.models import Exercise, ExerciseInject, ExerciseParticipant
from plans.exercises.scripts import periods
from responder.core.actor import Actor
from responder.core.clock import wall
from responder.core.errors import Text, nothing_here
from responder.foundation.access import scope
from responder.foundation.directory import queries as directory


def visible(actor: Actor) -> ColumnElement[bool]:
    """Return the condition for the exercises *actor* may see: of its area, its office's, or those it takes part in."""
    takes_part = (
        select(ExerciseParticipant.id)
        .where(
            ExerciseParticipant.exercise_id == Exercise.id,
            or_(
                ExerciseParticipant.agency_code == actor.agency_code, ExerciseParticipant.login == actor.login
            ),
        )
        .exists()
    )
    return or_(scope.visible(actor, Exercise), Exercise.agency_code == actor.agency_code, takes_part)


def exercise(session: Session, actor: Actor, exercise_id: UUID, *, lock: bool = False) -> Exercise:
    """Return the exercise; raise NotFound when there is none or it is not the actor's to see."""
    query = select(Exercise).where(Exercise.id == exercise_id, visible(actor))
    found = session.scalars(query.with_for_update() if lock else query).one_or_none()
    if found is None:
        raise nothing_here("没有这次演练", "There is no such exercise")
    return found


def calendar(session: Session, actor: Actor, limit: int = 100) -> Sequence[Exercise]:
    """Return the exercises the actor may see: those under way first, then by day, the latest first."""
    under_way = Exercise.state.in_((rules.RUNNING, rules.SUSPENDED))
    return session.scalars(
        select(Exercise)
        .where(visible(actor))
        .order_by(under_way.desc(), Exercise.planned_at.desc(), Exercise.id.desc())
        .limit(limit)
    ).all()


def participants(session: Session, exercise_id: UUID) -> Sequence[ExerciseParticipant]:
    """Return who takes part, in the order they were named."""
    return session.scalars(
        select(ExerciseParticipant)
        .where(ExerciseParticipant.exercise_id == exercise_id)
        .order_by(ExerciseParticipant.id)
    ).all()


def injects(session: Session, exercise_id: UUID) -> Sequence[ExerciseInject]:
    """Return the script in its order."""
    return session.scalars(
        select(ExerciseInject)
        .where(ExerciseInject.exercise_id == exercise_id)
        .order_by(ExerciseInject.offset_minutes, ExerciseInject.position)
    ).all()


def progress(session: Session, exercise_id: UUID) -> tuple[int, int]:
    """Return how many injects were sent, and how many there are."""
    row = session.execute(
        select(func.count(ExerciseInject.sent_at), func.count()).where(
            ExerciseInject.exercise_id == exercise_id
        )
    ).one()
    return row[0], row[1]


def due_injects(session: Session, now: datetime) -> list[tuple[UUID, UUID]]:
    """Return (exercise, inject) of everything due and not sent, in the order of their times."""
    rows = session.execute(
        select(Exercise, ExerciseInject)
        .join(ExerciseInject, ExerciseInject.exercise_id == Exercise.id)
        .where(Exercise.state == rules.RUNNING, ExerciseInject.sent_at.is_(None))
        .order_by(ExerciseInject.offset_minutes, ExerciseInject.position)
    ).all()
    found = []
    for one, inject in rows:
        due = rules.due_at(one.started_at, inject.offset_minutes, one.paused_seconds)
        if due is not None and due <= now:
            found.append((due, one.id, inject.id))
    return [(exercise_id, inject_id) for _, exercise_id, inject_id in sorted(found, key=lambda row: row[0])]


def conflicts(
    session: Session,
    planned_at: datetime,
    agencies: Sequence[str],
    people: Sequence[tuple[UUID, str, str]],
    *,
    apart_from: UUID | None = None,
) -> list[rules.Conflict]:
    """Return what stands against an exercise then; *people* are (person, name, office) of those named one by one."""
    on: date = wall(planned_at).date()
    near = timedelta(hours=24)
    rows = session.scalars(
        select(Exercise).where(
            Exercise.state != rules.ENDED, Exercise.planned_at.between(planned_at - near, planned_at + near)
        )
    )
    others = [
        rules.OtherDrill(one.title, one.planned_at, _offices(session, one))
        for one in rows
        if one.id != apart_from
    ]
    on_shift = []
    for person_id, name, code in people:
        if roster.is_on_shift(session, person_id, code, planned_at):
            office = directory.office(session, code)
            on_shift.append(
                rules.OnShift(name, Text(office.name, office.name_en) if office else Text("", ""))
            )
    return rules.conflicts(planned_at, on, frozenset(agencies), periods(on.year), others, on_shift)


def _offices(session: Session, one: Exercise) -> frozenset[str]:
    return frozenset({one.agency_code, *(row.agency_code for row in participants(session, one.id))})
