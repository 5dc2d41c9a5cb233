"""What people do with incidents: log, report on, correct, close, attach."""

import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Executable, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from duty_roster.queries import is_on_shift
from responder.core.actor import Actor
from responder.core.db import table_of
from responder.core.errors import Conflict, RuleBroken, Text, invalid
from responder.core.ids import IncidentId, ReportId, new_id
from responder.core.lanes import REAL_LANE
from responder.core.uow import UnitOfWork
from responder.foundation.access.scope import Scope
from responder.foundation.audit import services as audit
from responder.foundation.directory import queries as directory
from responder.foundation.directory.rules import PlacePath
from responder.foundation.web.models import RememberedAnswer
from responder.incidents import changes, grading, queries, rule_sets
from responder.incidents.changes import Change
from responder.incidents.events import IncidentClosed, IncidentLogged, IncidentReported
from responder.incidents.models import Attachment, Draft, Incident, IncidentParty, NumberSeries, Report
from responder.incidents.rules import Intake, jurisdiction_of

Act = Callable[[UnitOfWork], None]
EXERCISE_MARK = "演"
COAL = "coal_mine"
LARGEST_ATTACHMENT = 20 * 1024 * 1024
MEDIA_TYPES = {
    b"\xff\xd8\xff": "image/jpeg",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"%PDF-": "application/pdf",
    b"GIF8": "image/gif",
    b"RIFF": "image/webp",
}
CLOSED = Text(
    "事故已结案，只能补报或更正。", "The incident is closed; only a supplement or a correction can follow."
)


def log_incident(intake: Intake, uow: UnitOfWork) -> IncidentId:
    """Save a first report with its grade, and tell the house that it stands.

    Raises InvalidInput when the place is not the actor's to report from.
    """
    refusal = refusal_to_report(intake.place, uow)
    if refusal is not None:
        raise invalid(jurisdiction=refusal, place=refusal)
    changes.check_flags(intake.special, uow)
    graded = grading.judge(intake, uow.now, rule_sets.live(uow.session))
    incident = _new_incident(intake, graded, uow)
    report = _first_report(incident, intake, graded, uow)
    uow.make(IncidentParty, lane_id=uow.own_lane, incident_id=incident.id, agency_code=uow.actor.agency_code)
    audit.record(
        uow,
        "incident.logged",
        province_code=incident.province_code,
        incident_id=incident.id,
        payload={
            "number": incident.number,
            "grade": graded.reporting_grade,
            "facts": report.facts,
            "received_at": incident.received_at.isoformat(),
            "off_duty": incident.entered_off_duty,
        },
    )
    uow.emit(IncidentLogged(incident.id))
    return incident.id


def refusal_to_report(place: PlacePath, uow: UnitOfWork) -> Text | None:
    """Return why the actor's office may not report from *place* and whom to tell instead; None when it may."""
    actor = uow.actor
    if actor.area.level == "unit":
        own = directory.place_of_agency(uow.session, actor.agency_code)
        if own is not None and place.county_code == own.county_code and place.city_code == own.city_code:
            return None
    elif Scope.of(actor).covers(place, sector=COAL if actor.line == "coal_inspectorate" else None):
        return None
    code = jurisdiction_of(place)
    office = directory.office(uow.session, code)
    name = Text(office.name, office.name_en) if office else Text(place.full_name, place.full_name)
    return Text(
        f"{place.full_name}不在您的辖区，请转告{name.zh}值班室。",
        f"{place.full_name} is not within your area; tell the duty room of {name.en}.",
    )


def _new_incident(intake: Intake, graded: grading.Grading, uow: UnitOfWork) -> Incident:
    place, actor = intake.place, uow.actor
    given = intake.lon is not None
    number = _next_number(jurisdiction_of(place), uow)
    return uow.make(
        Incident,
        id=IncidentId(new_id()),
        number=number,
        version=1,
        state="open",
        revision=1,
        jurisdiction_code=jurisdiction_of(place),
        province_code=place.province_code or "000000",
        city_code=place.city_code,
        county_code=place.county_code,
        town_code=place.code if place.level == "town" else None,
        place_name=place.full_name,
        place_name_en=place.full_name_en,
        place=intake.place_text,
        lon=intake.lon if given else place.lon,
        lat=intake.lat if given else place.lat,
        point_source="given" if given else "jurisdiction",
        unit=intake.unit,
        unit_agency_code=actor.agency_code if actor.area.level == "unit" else None,
        sector=intake.sector,
        accident_type=intake.accident_type,
        occurred_at=intake.occurred_at,
        occurred_uncertain=intake.occurred_uncertain,
        unit_informed_at=intake.unit_informed_at,
        received_at=intake.received_at,
        entered_at=uow.now,
        agency_code=actor.agency_code,
        entered_off_duty=_is_off_duty(actor, uow),
        closed_at=None,
        facts=_stored_facts(intake.facts, intake.special),
        rule_set=graded.rule_set,
        reporting_grade=graded.reporting_grade,
        final_grade=graded.final_grade,
        may_rise=graded.may_rise,
        updated_at=uow.now,
        search_text=_searched(number, intake.unit, place.full_name, intake.place_text, intake.summary[:500]),
    )


def _searched(*words: str | None) -> str:
    return " ".join(word for word in words if word).lower()


def _stored_facts(facts: Mapping[str, int | None], special: tuple[str, ...]) -> dict[str, Any]:
    return {**facts, **({"special": list(special)} if special else {})}


def _is_off_duty(actor: Actor, uow: UnitOfWork) -> bool:
    if actor.person_id is None or actor.area.level in {"unit", "force"}:
        return False
    return not is_on_shift(uow.session, actor.person_id, actor.agency_code, uow.now)


def _first_report(incident: Incident, intake: Intake, graded: grading.Grading, uow: UnitOfWork) -> Report:
    return uow.make(
        Report,
        id=ReportId(new_id()),
        incident_id=incident.id,
        version=1,
        kind="first",
        at=uow.now,
        learned_at=intake.received_at,
        changed_at=None,
        known_to=uow.actor.area.level,
        agency_code=uow.actor.agency_code,
        agency_name=uow.actor.agency_name,
        person_name=uow.actor.name,
        facts=dict(incident.facts),
        changes={},
        summary=intake.summary,
        measures=intake.measures,
        source=dict(intake.source),
        reporting_grade=graded.reporting_grade,
        final_grade=graded.final_grade,
        may_rise=graded.may_rise,
        reasons=graded.reasons,
    )


def _next_number(code: str, uow: UnitOfWork) -> str:
    # One statement, so that two first reports of a year at once get two numbers and neither fails.
    lane, year = uow.own_lane, uow.now.year
    values = {"id": new_id(), "lane_id": lane, "jurisdiction_code": code, "year": year, "last": 1}
    last = uow.session.scalar(_next_of(uow.session.get_bind().dialect.name), values)
    mark = "" if lane == REAL_LANE else EXERCISE_MARK
    return f"{mark}{code}-{year}-{last:04d}"


@cache
def _next_of(dialect: str) -> Executable:
    series = table_of(NumberSeries)
    insert = (sqlite.insert if dialect == "sqlite" else postgresql.insert)(series)
    return insert.on_conflict_do_update(
        index_elements=["lane_id", "jurisdiction_code", "year"], set_={"last": series.c.last + 1}
    ).returning(series.c.last)


def add_report(incident_id: UUID, change: Change, uow: UnitOfWork, *, seen_version: int | None = None) -> int:
    """Save a follow-up, supplement, correction or final report as a new version; return its number.

    Raises NotFound; Conflict when *seen_version* is given and no longer the latest; InvalidInput for a figure that
    falls without a correction; RuleBroken when the incident is closed.
    """
    incident = _to_report_on(incident_id, change, seen_version, uow)
    changed = changes.between(incident, change)
    earlier = list(queries.reports(uow.session, incident.id))
    before = incident.reporting_grade
    incident.facts = {
        **incident.facts,
        **{name: pair[1] for name, pair in changed.items()},
    }
    incident.unit = change.unit or incident.unit
    incident.accident_type = change.accident_type or incident.accident_type
    incident.version += 1
    incident.revision += 1
    incident.updated_at = uow.now
    report = _later_report(incident, change, changed, uow)
    graded = grading.grade(incident, [*earlier, report], uow.now, rule_sets.live(uow.session))
    incident.rule_set, report.reasons = graded.rule_set, graded.reasons
    for row in (incident, report):
        row.reporting_grade, row.final_grade = graded.reporting_grade, graded.final_grade
        row.may_rise = graded.may_rise
    incident.search_text = f"{incident.search_text} {report.summary[:200].lower()}"
    uow.session.add(report)
    audit.record(
        uow,
        f"incident.{change.kind}",
        province_code=incident.province_code,
        incident_id=incident.id,
        payload={
            "number": incident.number,
            "version": incident.version,
            "changes": changed,
            "grade_before": before,
            "grade": graded.reporting_grade,
            "reason": change.reason,
        },
    )
    uow.emit(IncidentReported(incident.id, incident.version, before, graded.reporting_grade))
    if change.kind == "final":
        close_incident(incident, uow)
    return incident.version


def _to_report_on(incident_id: UUID, change: Change, seen_version: int | None, uow: UnitOfWork) -> Incident:
    """Return the incident, locked; raise what `add_report` raises where it takes no such report."""
    incident = queries.incident(uow.session, uow.actor, incident_id, lock=True)
    if seen_version is not None and seen_version != incident.version:
        raise Conflict(
            Text(
                f"在您填写时，第 {incident.version} 版已经报出。请看差异后再报，您填的内容都在。",
                f"Version {incident.version} came in while you wrote. See what changed; what you typed is kept.",
            )
        )
    if incident.state != "open" and change.kind not in {"supplement", "correction"}:
        raise RuleBroken(CLOSED)
    changes.check_flags(change.special, uow)
    return incident


def _later_report(
    incident: Incident, change: Change, changes: Mapping[str, list[Any]], uow: UnitOfWork
) -> Report:
    actor = uow.actor
    return Report(
        id=ReportId(new_id()),
        incident_id=incident.id,
        version=incident.version,
        kind=change.kind,
        at=uow.now,
        learned_at=change.learned_at,
        changed_at=change.changed_at,
        known_to=actor.area.level,
        agency_code=actor.agency_code,
        agency_name=actor.agency_name,
        person_name=actor.name,
        facts=dict(incident.facts),
        changes=dict(changes),
        summary=change.summary,
        measures=change.measures,
        source=dict(change.source),
        reason=change.reason,
    )


def close_incident(incident: Incident, uow: UnitOfWork) -> None:
    """Close the incident: its records stay, nobody is called for it any more."""
    incident.state = "closed"
    incident.closed_at = uow.now
    incident.next_due_at = None
    incident.revision += 1
    uow.emit(IncidentClosed(incident.id))


def touch(incident: Incident, uow: UnitOfWork) -> None:
    """Note that something the boards show about the incident has changed."""
    incident.updated_at = uow.now
    incident.revision += 1


def add_attachment(incident_id: UUID, filename: str, content: bytes, kind: str, uow: UnitOfWork) -> UUID:
    """Keep a photograph or a scanned paper form as it came; raise InvalidInput for other things."""
    incident = queries.incident(uow.session, uow.actor, incident_id)
    if len(content) > LARGEST_ATTACHMENT:
        raise invalid(file=Text("文件超过 20 MB，请压缩后再传。", "The file is over 20 MB; make it smaller."))
    media_type = next((media for magic, media in MEDIA_TYPES.items() if content.startswith(magic)), None)
    if media_type is None:
        raise invalid(
            file=Text("只收照片（JPEG、PNG、GIF、WebP）和 PDF。", "Only photographs and PDF are taken.")
        )
    row = Attachment(
        id=new_id(),
        incident_id=incident.id,
        version=incident.version,
        kind=kind,
        filename=filename[-200:],
        media_type=media_type,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        added_at=uow.now,
        added_by=uow.actor.name,
        content=content,
    )
    uow.session.add(row)
    audit.record(
        uow,
        "incident.attached",
        province_code=incident.province_code,
        incident_id=incident.id,
        payload={"filename": row.filename, "sha256": row.sha256, "kind": kind},
    )
    touch(incident, uow)
    return row.id


def save_draft(form: str, fields: Mapping[str, Any], uow: UnitOfWork) -> datetime:
    """Keep what the account has typed into *form*; return when it began typing."""
    if uow.actor.account_id is None:
        raise RuntimeError("a draft belongs to an account")
    row = queries.draft(uow.session, uow.actor.account_id, form)
    if row is None:
        row = Draft(id=new_id(), account_id=uow.actor.account_id, form=form, started_at=uow.now)
        uow.session.add(row)
    row.fields = dict(fields)
    row.saved_at = uow.now
    return row.started_at


def drop_draft(form: str, uow: UnitOfWork) -> None:
    """Forget the account's draft of *form*, its content having been saved."""
    uow.session.execute(delete(Draft).where(Draft.account_id == uow.actor.account_id, Draft.form == form))


def once(key: str, incident_id: UUID, act: Act, uow: UnitOfWork) -> None:
    """Do what a form asks of an incident, unless the form with this key was saved already."""
    if saved_under(key, uow) is None:
        act(uow)
        remember_form(key, incident_id, uow)


def saved_under(key: str, uow: UnitOfWork) -> UUID | None:
    """Return the incident that a form with this key has saved already: a second press of the button saves nothing."""
    if not key or uow.actor.account_id is None:
        return None
    body = uow.session.scalar(
        select(RememberedAnswer.body).where(
            RememberedAnswer.account_id == uow.actor.account_id, RememberedAnswer.key == key[:200]
        )
    )
    return UUID(body["incident"]) if body else None


def remember_form(key: str, incident_id: UUID, uow: UnitOfWork) -> None:
    """Note that the form with this key has been saved."""
    if key and uow.actor.account_id is not None:
        uow.session.add(
            RememberedAnswer(
                id=new_id(),
                account_id=uow.actor.account_id,
                key=key[:200],
                request_hash="form",
                status=303,
                body={"incident": str(incident_id)},
                at=uow.now,
            )
        )
