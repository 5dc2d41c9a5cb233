"""Reminders before the limits of follow-ups and supplements; how long before is a setting of the house, never law."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, select

from responder.config import Reminders
from responder.core.uow import Database, UnitOfWork
from responder.incidents import queries as incidents
from responder.incidents.services import touch
from responder.reporting import follow_ups
from responder.reporting.duty_models import FollowUpDue

SWEEP = 200


def remind(database: Database, reminders: Reminders) -> int:
    """Record that a follow-up or supplement falls due soon, so that boards show it; return how many."""
    soon = max(reminders.first_follow_up, reminders.follow_up)
    with database.unit_of_work(lane=None) as uow:
        rows = uow.session.scalars(
            select(FollowUpDue)
            .where(
                FollowUpDue.reminded.is_(False),
                FollowUpDue.remind_at <= uow.now,
                FollowUpDue.due_at <= uow.now + soon,
            )
            .order_by(FollowUpDue.due_at, FollowUpDue.id)
            .limit(SWEEP)
            .with_for_update(skip_locked=True)
        ).all()
        last = _last_of_day(rows, uow)
        ripe = [row for row in rows if row.due_at - _lead(row, last, reminders) <= uow.now]
        for row in ripe:
            row.reminded = True
            if row.satisfied_at is None and row.withdrawn_at is None and row.due_at > uow.now:
                incident = incidents.unscoped(uow.session, row.incident_id)
                touch(incident, uow)
                follow_ups.record(incident, row, f"{row.kind}.reminded", uow)
        return len(ripe)


def _last_of_day(rows: Sequence[FollowUpDue], uow: UnitOfWork) -> dict[tuple[UUID, str], int]:
    """Return how many follow-ups each incident of *rows* owes on each day."""
    found = uow.session.execute(
        select(FollowUpDue.incident_id, FollowUpDue.day, func.max(FollowUpDue.number))
        .where(
            FollowUpDue.kind == "follow_up",
            FollowUpDue.withdrawn_at.is_(None),
            FollowUpDue.incident_id.in_({row.incident_id for row in rows}),
        )
        .group_by(FollowUpDue.incident_id, FollowUpDue.day)
    )
    return {(incident_id, day): number for incident_id, day, number in found}


def _lead(row: FollowUpDue, last: Mapping[tuple[UUID, str], int], reminders: Reminders) -> timedelta:
    is_earlier = row.kind == "follow_up" and row.number < last.get((row.incident_id, row.day), 0)
    return reminders.first_follow_up if is_earlier else reminders.follow_up
