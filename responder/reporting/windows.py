"""The window for casualty changes: when it closes, and the final grade judged again once it has."""

from datetime import datetime

from sqlalchemy import select

from responder.core.ids import new_id
from responder.core.uow import Database, UnitOfWork
from responder.foundation.audit import services as audit
from responder.foundation.web.lexicon import GRADES
from responder.incidents import grading, rule_sets
from responder.incidents import queries as incidents
from responder.incidents.models import Incident, Report
from responder.incidents.services import touch
from responder.law.engine import WINDOWED
from responder.law.rule_set import Window
from responder.law.windows import beijing_day, casualty_window, closes_at, missing_window
from responder.reporting.duty_models import CasualtyWindow

SWEEP = 200


def of_day(incident: Incident, uow: UnitOfWork) -> tuple[Window | None, Window | None]:
    """Return the rule by which casualty changes count, and the one by which the missing count as dead."""
    rules = rule_sets.live(uow.session).for_moment(incident.occurred_at)
    about = rules, beijing_day(incident.occurred_at), incident.sector, incident.accident_type
    return casualty_window(*about), missing_window(*about)


def casualties_close_at(incident: Incident, uow: UnitOfWork) -> datetime | None:
    """Return the instant from which a casualty change no longer counts; None where the day's rules know no window."""
    window, _ = of_day(incident, uow)
    return closes_at(beijing_day(incident.occurred_at), window) if window else None


def missing_count_at(incident: Incident, uow: UnitOfWork) -> datetime | None:
    """Return the instant from which the missing count as dead; None where the day's rules know none."""
    _, window = of_day(incident, uow)
    return closes_at(beijing_day(incident.occurred_at), window) if window else None


def keep(incident: Incident, uow: UnitOfWork, *, fresh: bool = False) -> None:
    """Remember when the incident has to be judged again, following a change of its sector or type."""
    if incident.historic:
        return
    at = missing_count_at(incident, uow)
    if at is None:
        return
    row = None if fresh else of_incident(incident, uow)
    if row is None:
        uow.make(CasualtyWindow, id=new_id(), lane_id=incident.lane_id, incident_id=incident.id, closes_at=at)
    elif row.closes_at != at:
        row.closes_at, row.noted = at, False


def of_incident(incident: Incident, uow: UnitOfWork) -> CasualtyWindow | None:
    """Return the window's row, or None."""
    return uow.session.scalars(
        select(CasualtyWindow).where(CasualtyWindow.incident_id == incident.id)
    ).one_or_none()


def is_outside(report: Report, window_closes_at: datetime | None) -> bool:
    """Return whether the report brings a casualty change that happened after the window had closed."""
    if window_closes_at is None or report.version == 1:
        return False
    changed_at = report.changed_at or report.learned_at
    return changed_at >= window_closes_at and bool(set(report.changes) & set(WINDOWED))


def judge_closed(database: Database) -> int:
    """Judge the final grade of each incident whose window has closed, once: the missing now count as dead."""
    with database.unit_of_work(lane=None) as uow:
        rows = uow.session.scalars(
            select(CasualtyWindow)
            .where(CasualtyWindow.noted.is_(False), CasualtyWindow.closes_at <= uow.now)
            .order_by(CasualtyWindow.closes_at)
            .limit(SWEEP)
            .with_for_update(skip_locked=True)
        ).all()
        for row in rows:
            _judge(row, uow)
        return len(rows)


def _judge(row: CasualtyWindow, uow: UnitOfWork) -> None:
    incident = incidents.unscoped(uow.session, row.incident_id)
    reports = incidents.reports(uow.session, incident.id)
    graded = grading.grade(incident, reports, uow.now, rule_sets.live(uow.session))
    row.grade_before, row.grade_after = incident.final_grade, graded.final_grade
    row.noted, row.noted_at = True, uow.now
    incident.final_grade = graded.final_grade
    touch(incident, uow)
    before, after = GRADES[row.grade_before], GRADES[row.grade_after]
    audit.record(
        uow,
        "window.closed",
        province_code=incident.province_code,
        incident_id=incident.id,
        lane_id=incident.lane_id,
        payload={
            "number": incident.number,
            "closed_at": row.closes_at.isoformat(),
            "before": before.zh,
            "before_en": before.en,
            "after": after.zh,
            "after_en": after.en,
            "changed": row.grade_before != row.grade_after,
        },
    )
