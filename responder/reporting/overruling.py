"""A leader sets a computed value aside, with name and reason; the computed one stays visible beside it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, select

from responder.core.errors import Conflict, NotPermitted, Text, invalid
from responder.core.ids import new_id
from responder.core.questions import Question
from responder.core.uow import UnitOfWork
from responder.foundation.audit import services as audit
from responder.foundation.web.lexicon import GRADES
from responder.incidents import queries as incidents
from responder.incidents.grading import party_at
from responder.incidents.models import Incident
from responder.incidents.outlook import toll
from responder.incidents.services import touch
from responder.law.model import Case, Facts, Grade, Supplement, rank_of
from responder.law.registry import RuleSets
from responder.reporting import queries
from responder.reporting.judgement_models import Overruling
from responder.reporting.models import ReportLeg

GRADED = ("I", "II", "III", "IV", "near_miss")
NO_REASON = Text("推翻系统的判定要写明理由。", "Say why the computed value is set aside.")
NO_GRADE = Text("等级只能是 I、II、III、IV 或 near_miss。", "A grade is one of I, II, III, IV and near_miss.")
SAME_GRADE = Text("这就是现在的等级。", "That is the grade already.")
CLOSED = Text("事故已结案，不能再推翻。", "The incident is closed.")
NOT_OURS = Text("只有报送方的带班领导可以这样做。", "Only a leader of the sending office may do this.")
NOT_WAITING = Text("这个环节已经办完，不能再改。", "This leg is done already.")
NO_TIME = Text("请写明新的时限，不能早于起算。", "Give the new limit, after its start.")


def active(incident: Incident, uow: UnitOfWork) -> Sequence[Overruling]:
    """Return copies of the overrulings of an incident that hold, the oldest first; a fresh incident has none."""
    if incident.revision == 1:
        return ()
    return [row for row in of_incident(incident, uow) if row.ended_at is None]


def _grades_to_end(incident: Incident, uow: UnitOfWork) -> Sequence[Overruling]:
    """Return the rows of the overruled grades that hold, for whoever may end one."""
    return uow.session.scalars(
        select(Overruling)
        .where(
            Overruling.incident_id == incident.id, Overruling.what == "grade", Overruling.ended_at.is_(None)
        )
        .order_by(Overruling.decided_at, Overruling.id)
    ).all()


_OF_INCIDENT = Question(
    select(Overruling)
    .where(Overruling.incident_id == bindparam("incident_id"))
    .order_by(Overruling.decided_at, Overruling.id)
)


def of_incident(incident: Incident, uow: UnitOfWork) -> Sequence[Overruling]:
    """Return copies of every overruling of an incident, ended ones too."""
    return [row for (row,) in _OF_INCIDENT.copies(uow.session, incident_id=incident.id)]


def _checked(reason: str) -> str:
    if not reason.strip():
        raise invalid(reason=NO_REASON)
    return reason.strip()


def overrule_grade(incident_id: UUID, grade: str, reason: str, uow: UnitOfWork) -> Overruling:
    """Let the incident be reported under another grade than the computed one.

    A higher grade opens the way further up; a lower one takes no duty away, as no leader may shorten the law.
    Raises InvalidInput without a reason, Conflict when the incident is closed.
    """
    incident = incidents.incident(uow.session, uow.actor, incident_id, lock=True)
    if incident.state != "open":
        raise Conflict(CLOSED)
    if grade not in GRADED:
        raise invalid(grade=NO_GRADE)
    if grade == incident.reporting_grade:
        raise invalid(grade=SAME_GRADE)
    words = _checked(reason)
    computed = incidents.reports(uow.session, incident.id)[-1].reporting_grade
    for row in _grades_to_end(incident, uow):
        _end(row, "被后来的决定取代", uow)
    incident.reporting_grade = grade
    row = _row(incident, "grade", None, computed or "", grade, words, uow)
    if grade == computed:
        # Back to what the figures say: the decision is on record, nothing is set aside any more.
        _end(row, "回到系统判定", uow)
    _record(
        incident,
        row,
        Text(GRADES[computed].zh, GRADES[computed].en),
        Text(GRADES[grade].zh, GRADES[grade].en),
        uow,
    )
    return row


def note_refused(incident_id: UUID, grade: str, uow: UnitOfWork) -> None:
    """Record that somebody tried to set the computed grade aside and was refused for want of a reason."""
    if grade not in GRADED:
        return
    incident = incidents.incident(uow.session, uow.actor, incident_id)
    audit.record(
        uow,
        "overruled.refused",
        province_code=incident.province_code,
        incident_id=incident.id,
        lane_id=incident.lane_id,
        payload={
            "number": incident.number,
            "who": uow.actor.name,
            "before_zh": GRADES[incident.reporting_grade].zh,
            "before_en": GRADES[incident.reporting_grade].en,
            "after_zh": GRADES[grade].zh,
            "after_en": GRADES[grade].en,
        },
    )


def skip_leg(leg_id: UUID, reason: str, uow: UnitOfWork) -> Overruling:
    """Leave an addressee out, in the name of a leader of the office that owed it the report."""
    leg, incident = _own_leg(leg_id, uow)
    words = _checked(reason)
    row = _row(incident, "addressee", leg.id, leg.state, "skipped", words, uow)
    leg.state = "skipped"
    _record(incident, row, Text(leg.receiver_name, leg.receiver_name_en), Text("不报", "left out"), uow)
    return row


def move_deadline(leg_id: UUID, due_at: datetime | None, reason: str, uow: UnitOfWork) -> Overruling:
    """Let the board count to another moment; whether the leg was late is still judged by the law's own limit."""
    leg, incident = _own_leg(leg_id, uow)
    words = _checked(reason)
    if due_at is None or due_at < leg.starts_at:
        raise invalid(due_at=NO_TIME)
    row = _row(incident, "deadline", leg.id, leg.due_at.isoformat(), due_at.isoformat(), words, uow)
    before, leg.due_at, leg.overdue_noted = leg.due_at, due_at, False
    _record(
        incident,
        row,
        Text(before.isoformat(), before.isoformat()),
        Text(due_at.isoformat(), due_at.isoformat()),
        uow,
    )
    return row


def _own_leg(leg_id: UUID, uow: UnitOfWork) -> tuple[ReportLeg, Incident]:
    leg, incident = queries.leg(uow.session, uow.actor, leg_id, lock=True)
    if leg.sender_code != uow.actor.agency_code:
        raise NotPermitted(NOT_OURS)
    if leg.state not in queries.WAITING:
        raise Conflict(NOT_WAITING)
    return leg, incident


def _row(
    incident: Incident,
    what: str,
    leg_id: UUID | None,
    computed: str,
    value: str,
    reason: str,
    uow: UnitOfWork,
) -> Overruling:
    actor = uow.actor
    row = Overruling(
        id=new_id(),
        lane_id=incident.lane_id,
        incident_id=incident.id,
        what=what,
        leg_id=leg_id,
        version=incident.version,
        computed=computed,
        value=value,
        reason=reason,
        decided_by=actor.name,
        decided_post=actor.role.value if actor.role else "",
        agency_code=actor.agency_code,
        agency_name=actor.agency_name,
        known_to=actor.area.level,
        decided_at=uow.now,
        ended_at=None,
        ended_why="",
    )
    uow.session.add(row)
    touch(incident, uow)
    return row


def _record(incident: Incident, row: Overruling, before: Text, after: Text, uow: UnitOfWork) -> None:
    audit.record(
        uow,
        f"overruled.{row.what}",
        province_code=incident.province_code,
        incident_id=incident.id,
        lane_id=incident.lane_id,
        payload={
            "number": incident.number,
            "who": row.decided_by,
            "reason": row.reason,
            "before_zh": before.zh,
            "before_en": before.en,
            "after_zh": after.zh,
            "after_en": after.en,
        },
    )


def _end(row: Overruling, why: str, uow: UnitOfWork) -> None:
    row.ended_at, row.ended_why = uow.now, why


def after_report(incident: Incident, uow: UnitOfWork) -> None:
    """Keep an overruled grade over a new version, unless the figures have overtaken it."""
    for row in _grades_to_end(incident, uow):
        now, value, before = (
            rank_of(Grade(code) if code else None)
            for code in (incident.reporting_grade, row.value, row.computed)
        )
        overtaken = now >= value if value > before else now > before
        if overtaken:
            _end(row, "数字变化后系统判定已超过", uow)
        else:
            incident.reporting_grade = row.value


def raised(case: Case, rows: Sequence[Overruling], rule_sets: RuleSets) -> Case:
    """Return the case as the chain must see it while a leader holds its grade higher than the figures do."""
    for row in rows:
        if row.what != "grade" or not row.value:
            continue
        wanted, computed = Grade(row.value), Grade(row.computed) if row.computed else None
        if wanted.rank > rank_of(computed):
            case = _lifted(case, row, _threshold(wanted, case, rule_sets))
    return case


def _threshold(wanted: Grade, case: Case, rule_sets: RuleSets) -> int:
    bands = rule_sets.for_moment(case.occurred_at).bands
    return min((b.at_least for b in bands if b.criterion == "deaths" and b.grade is wanted), default=0)


def _lifted(case: Case, row: Overruling, at_least: int) -> Case:
    before = [s for s in case.supplements if s.at <= row.decided_at]
    after = [s for s in case.supplements if s.at > row.decided_at]
    standing = before[-1].facts if before else case.facts
    decided = Supplement(row.decided_at, _at_least(standing, at_least), party_at(row.known_to))
    later = [replace(s, facts=_at_least(s.facts, at_least)) for s in after]
    return replace(case, supplements=(*before, decided, *later))


def _at_least(facts: Facts, at_least: int) -> Facts:
    lacking = at_least - toll(facts)
    return facts if lacking <= 0 else replace(facts, deaths=(facts.deaths or 0) + lacking)
