"""Tip-offs and other departments' figures held against a report: a check, one level above its reporter.

Nothing is overwritten: the report stays as it was, and a check that proves true is followed by a correction.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, func, select

from responder.core.actor import Actor
from responder.core.errors import Conflict, InvalidInput, NotPermitted, Text, invalid, nothing_here
from responder.core.ids import new_id
from responder.core.questions import Question
from responder.core.uow import UnitOfWork
from responder.foundation.audit import services as audit
from responder.foundation.directory import queries as directory
from responder.foundation.directory.rules import Routed
from responder.incidents import queries as incidents
from responder.incidents.models import Incident, IncidentParty, Report
from responder.incidents.rules import Reader
from responder.incidents.services import touch
from responder.law.deadlines import TipOffLimits, tip_off_limits
from responder.law.windows import end_of_day
from responder.reporting.judgement_models import ReportCheck

SOURCES: dict[str, Text] = {
    "tip_off": Text("群众举报", "tip-off"),
    "hospital": Text("医院", "hospital"),
    "mine_register": Text("下井登记", "underground register"),
    "funeral_home": Text("殡仪馆", "funeral home"),
    "department": Text("其他部门", "another department"),
    "media": Text("媒体", "media"),
    "inspection": Text("检查", "inspection"),
}
# Not for people to choose: the product itself holds a version against the one before it.
LATER_VERSION = "later_version"
SOURCE_WORDS = {**SOURCES, LATER_VERSION: Text("数字跳变", "leap in the figures")}
UNCOVERING = {"tip_off", "media", "inspection"}
OUTCOMES: dict[str, Text] = {
    "true": Text("属实", "true"),
    "partly": Text("部分属实", "partly true"),
    "false": Text("不属实", "not true"),
}
LEVELS = ("unit", "county", "city", "province", "state")
NO_SOURCE = Text("请选择来源。", "Choose where it comes from.")
NO_FIGURES = Text(
    "请至少填一个与报告对照的数字，或写明所反映的情况。", "Give at least one figure, or say what is claimed."
)
NO_VERSION = Text("没有这一版。", "There is no such version.")
NOT_YOURS = Text("这件核查由上一级办理。", "This check belongs to the level above the reporter.")
DONE = Text("核查已有结论。", "The check is concluded already.")
NO_OUTCOME = Text("结论只能是属实、部分属实或不属实。", "The outcome is true, partly or false.")
NO_WORDS = Text("请写明核查情况。", "Say what was found.")


@dataclass(frozen=True)
class Claim:
    """What somebody else says of the accident."""

    source: str
    name: str
    words: str
    figures: Mapping[str, int | None]
    received_at: datetime
    version: int | None


def read_claim(raw: Mapping[str, Any], now: datetime) -> Claim:
    """Return the claim that the fields describe; raise InvalidInput for each that cannot be used."""
    reader = Reader({**raw, "facts": raw.get("figures") or raw.get("facts") or {}}, now)
    source = reader.text("source") or reader.text("kind")
    if source not in SOURCES:
        reader.refuse("source", NO_SOURCE)
    figures, _special = reader.facts()
    words = reader.text("words", 20_000)
    known = {name: value for name, value in figures.items() if value is not None}
    if not known and not words and not reader.errors:
        reader.refuse("words", NO_FIGURES)
    version = raw.get("version")
    claim = Claim(
        source,
        reader.text("name"),
        words,
        known,
        reader.instant("received_at") or now,
        int(version)
        if isinstance(version, int) or (isinstance(version, str) and version.isdecimal())
        else None,
    )
    if reader.errors:
        raise InvalidInput(next(iter(reader.errors.values())), errors=reader.errors)
    return claim


def open_check(incident_id: UUID, claim: Claim, uow: UnitOfWork) -> ReportCheck:
    """Hold a claim against a report and hand the check to the office one level above its reporter."""
    incident = incidents.incident(uow.session, uow.actor, incident_id, lock=True)
    report = _report(incident, claim.version, uow)
    owner = _owner(incident, report, uow)
    limits = tip_off_limits(claim.received_at, of_accident=incident.reporting_grade != "near_miss")
    row = _opened(incident, report, owner, claim, limits, uow)
    # The reporter's own level reads this timeline too: it says that there is a check, not what was claimed.
    _record(incident, row, "check.opened", {}, uow)
    return row


def open_between(
    incident: Incident, report: Report, source: str, figures: Mapping[str, int | None], uow: UnitOfWork
) -> ReportCheck:
    """Hold *figures* that came with a later version against *report*, unasked; whoever wrote them is not the judge."""
    owner = _owner(incident, report, uow, but=uow.actor.agency_code)
    limits = TipOffLimits(None, None)
    if source in UNCOVERING:
        limits = tip_off_limits(uow.now, of_accident=incident.reporting_grade != "near_miss")
    claim = Claim(source, "", "", figures, uow.now, report.version)
    row = _opened(incident, report, owner, claim, limits, uow)
    _record(incident, row, "check.opened", {}, uow)
    return row


def _opened(
    incident: Incident,
    report: Report,
    owner: tuple[Routed, str],
    claim: Claim,
    limits: TipOffLimits,
    uow: UnitOfWork,
) -> ReportCheck:
    office, level = owner
    row = ReportCheck(
        id=new_id(),
        lane_id=incident.lane_id,
        incident_id=incident.id,
        version=report.version,
        reporter_code=report.agency_code,
        reporter_name=report.agency_name,
        owner_code=office.agency_code,
        owner_name=office.name,
        owner_name_en=office.name_en,
        owner_level=level,
        source=claim.source,
        # Who tipped us off is not kept here: the portal keeps it sealed.
        source_name="" if claim.source == "tip_off" else claim.name,
        words=claim.words,
        figures=dict(claim.figures),
        differing=differing(report.facts, claim.figures),
        received_at=claim.received_at,
        opened_at=uow.now,
        opened_by=uow.actor.name,
        first_due_at=end_of_day(limits.first_result_on) if limits.first_result_on else None,
        details_due_at=end_of_day(limits.details_on) if limits.details_on else None,
        first_result="",
        first_result_at=None,
        first_result_by=None,
        outcome=None,
        conclusion="",
        concluded_at=None,
        concluded_by=None,
    )
    uow.session.add(row)
    _let_in(incident, office.agency_code, uow)
    return row


def differing(reported: Mapping[str, Any], claimed: Mapping[str, int | None]) -> dict[str, list[int | None]]:
    """Return the figures that the claim gives otherwise than the report, the report's first."""
    return {
        name: [reported.get(name), value]
        for name, value in claimed.items()
        if value is not None and reported.get(name) != value
    }


def _report(incident: Incident, version: int | None, uow: UnitOfWork) -> Report:
    reports = incidents.reports(uow.session, incident.id)
    wanted = version or reports[-1].version
    found = next((report for report in reports if report.version == wanted), None)
    if found is None:
        raise invalid(version=NO_VERSION)
    return found


def _level_above(level: str) -> str:
    height = LEVELS.index(level) if level in LEVELS else 1
    return LEVELS[min(height + 1, len(LEVELS) - 1)]


def _owner(incident: Incident, report: Report, uow: UnitOfWork, but: str = "") -> tuple[Routed, str]:
    """Return the office one level above the reporter, and its level; a level that is missing leaves it to the next.

    *but* is an office that may not judge, since the later figures are its own.
    """
    place = directory.place_path(uow.session, incident.jurisdiction_code)
    level = _level_above(report.known_to)
    routed = directory.route(uow.session, place, level, "work_safety", uow.now)
    while routed.agency_code in {report.agency_code, but} and level != "state":
        level = _level_above(level)
        routed = directory.route(uow.session, place, level, "work_safety", uow.now)
    return routed, level


def _let_in(incident: Incident, code: str, uow: UnitOfWork) -> None:
    known = uow.session.scalar(
        select(IncidentParty.agency_code).where(
            IncidentParty.incident_id == incident.id, IncidentParty.agency_code == code
        )
    )
    if known is None:
        uow.session.add(IncidentParty(lane_id=incident.lane_id, incident_id=incident.id, agency_code=code))


def may_see(actor: Actor, row: ReportCheck) -> bool:
    """Return whether *actor* may read a check: its owner's level and those above, never the reporter's own."""
    if actor.agency_code == row.owner_code:
        return True
    own = LEVELS.index(actor.area.level) if actor.area.level in LEVELS else 0
    return own >= LEVELS.index(row.owner_level) and actor.agency_code != row.reporter_code


_OF_INCIDENT = Question(
    select(ReportCheck)
    .where(ReportCheck.incident_id == bindparam("incident_id"))
    .order_by(ReportCheck.opened_at.desc())
)


def of_incident(incident: Incident, uow: UnitOfWork) -> list[ReportCheck]:
    """Return copies of the checks of an incident that the actor may read, the newest first."""
    rows = _OF_INCIDENT.copies(uow.session, incident_id=incident.id)
    return [row for (row,) in rows if may_see(uow.actor, row)]


_OFFICE: Any = bindparam("office")
_TO_CONCLUDE = (ReportCheck.owner_code == _OFFICE, ReportCheck.concluded_at.is_(None))
COUNTS = {"checks": select(func.count()).select_from(ReportCheck).where(*_TO_CONCLUDE)}
_WAITING = (
    select(ReportCheck, Incident)
    .join(Incident, (Incident.lane_id == ReportCheck.lane_id) & (Incident.id == ReportCheck.incident_id))
    .where(*_TO_CONCLUDE)
    .order_by(ReportCheck.opened_at)
    .limit(50)
)
_WAITING_FOR = Question(_WAITING)
_WAITING_HERE = Question(_WAITING.where(ReportCheck.incident_id == bindparam("incident_id")))


def waiting_for(uow: UnitOfWork, incident_id: UUID | None = None) -> list[tuple[ReportCheck, Incident]]:
    """Return copies of the checks that the actor's office has still to conclude, of one incident or of all."""
    question = _WAITING_FOR if incident_id is None else _WAITING_HERE
    rows = question.copies(uow.session, office=uow.actor.agency_code, incident_id=incident_id)
    return [(row[0], row[1]) for row in rows]


def answer_check(check_id: UUID, outcome: str, words: str, uow: UnitOfWork) -> ReportCheck:
    """Record the short first result, or with an *outcome* the conclusion; only the owner's office may.

    Raises NotFound, NotPermitted, Conflict when it is concluded, InvalidInput without words.
    """
    row = uow.session.scalars(
        select(ReportCheck).where(ReportCheck.id == check_id).with_for_update()
    ).one_or_none()
    if row is None or not may_see(uow.actor, row):
        raise nothing_here("没有这件核查", "There is no such check")
    incident = incidents.incident(uow.session, uow.actor, row.incident_id)
    if row.owner_code != uow.actor.agency_code:
        raise NotPermitted(NOT_YOURS)
    if row.concluded_at is not None:
        raise Conflict(DONE)
    if outcome and outcome not in OUTCOMES:
        raise invalid(outcome=NO_OUTCOME)
    if not words.strip():
        raise invalid(words=NO_WORDS)
    if not outcome:
        row.first_result, row.first_result_at, row.first_result_by = words.strip(), uow.now, uow.actor.name
        _record(incident, row, "check.first_result", {"late": _is_late(row.first_due_at, uow)}, uow)
        return row
    row.outcome, row.conclusion = outcome, words.strip()
    row.concluded_at, row.concluded_by = uow.now, uow.actor.name
    result = OUTCOMES[outcome]
    said = {"outcome": result.zh, "outcome_en": result.en, "late": _is_late(row.details_due_at, uow)}
    _record(incident, row, "check.concluded", said, uow)
    return row


def _is_late(due_at: datetime | None, uow: UnitOfWork) -> bool:
    return due_at is not None and uow.now > due_at


def _record(incident: Incident, row: ReportCheck, kind: str, more: dict[str, Any], uow: UnitOfWork) -> None:
    touch(incident, uow)
    audit.record(
        uow,
        kind,
        province_code=incident.province_code,
        incident_id=incident.id,
        payload={
            "number": incident.number,
            "version": row.version,
            "office": row.owner_name,
            "office_en": row.owner_name_en,
            **more,
        },
    )
