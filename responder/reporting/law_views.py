"""Pages of why and how well: the explanation with its overrulings; quality, checks and contradictions."""

from collections.abc import Callable
from datetime import timedelta
from http import HTTPStatus
from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue

from responder.core.errors import Conflict, InvalidInput, NotPermitted, ResponderError, Text, invalid
from responder.core.ids import parse_id
from responder.core.permissions import Permission, may, requires
from responder.core.uow import UnitOfWork
from responder.foundation.web.context import current_locale, installation, render, unit_of_work
from responder.foundation.web.lexicon import FACTS, GRADES
from responder.incidents import outlook, rule_sets
from responder.incidents import queries as incidents
from responder.incidents.intake_form import with_day
from responder.incidents.models import Incident
from responder.incidents.preview import outlook_model
from responder.incidents.rules import Reader
from responder.law.explain import explain_reason
from responder.law.model import Obligation
from responder.reporting import (
    checks,
    contradictions,
    explanation,
    follow_ups,
    law_panel,
    overruling,
    quality,
    quality_model,
    queries,
    services,
    windows,
    work,
)
from responder.reporting.assessing import Assessed, assessed
from responder.reporting.models import ReportLeg
from responder.reporting.panel import WAYS

bp = Blueprint("reporting_law", __name__, template_folder="templates")
FIRST_RESULT = Text("先报初步结果", "first result only")
NO_SUCH_LEG = UUID(int=0)
COUNTS_UNTIL = Text("伤亡变化算到", "Changes in casualties count until")
MISSING_FROM = Text(
    "统计等级只计已确认死亡，下落不明的计入死亡自", "The final grade counts the dead; the missing count from"
)
NO_LEG = Text("请写明哪个环节。", "Name the leg.")


@bp.get("/incidents/<uuid:incident_id>/explanation")
@requires(Permission.SEE_INCIDENTS)
def why(incident_id: UUID) -> ResponseReturnValue:
    """Show why the grade, each limit and each addressee are what they are."""
    with unit_of_work(write=False) as uow:
        return _why_page(uow, incident_id, {}, {})


def _why_page(uow: UnitOfWork, incident_id: UUID, values: dict[str, str], errors: dict[str, str]) -> str:
    incident = incidents.incident(uow.session, uow.actor, incident_id)
    seen = assessed(incident, uow)
    locale = current_locale()
    ahead = outlook.outlook_of(incident, seen.latest, rule_sets.live(uow.session))
    leads = may(uow.actor.role, Permission.TAKE_COMMAND) and incident.state == "open"
    model = {
        "rule_set": seen.answer.rule_set,
        "grade": incident.reporting_grade,
        "computed": seen.latest.reporting_grade,
        "final_grade": incident.final_grade,
        "may_rise": incident.may_rise,
        "reasons": _reasons(seen),
        **outlook_model(ahead, locale),
        "parties": _parties(seen, incident, uow),
        "follow_ups": [law_panel.follow_up_model(row, uow) for row in follow_ups.of_incident(incident, uow)],
        "reminders": _reminders(),
        "windows": _windows(incident, uow),
        "window_closes_at": windows.casualties_close_at(incident, uow),
        "overrulings": [law_panel.overruling_model(row) for row in overruling.of_incident(incident, uow)],
        "overrule_url": f"{request.script_root}/incidents/{incident.id}/overrulings" if leads else None,
        "office": uow.actor.agency_code,
        "api_url": f"/api/v1/incidents/{incident.id}/explanation",
    }
    form = {
        "values": values,
        "errors": errors,
        "grades": [{"value": code, "label": GRADES[code].in_(locale)} for code in overruling.GRADED],
    }
    return render("reporting/explanation.html", uow.session, incident=_head(incident), why=model, form=form)


def _windows(incident: Incident, uow: UnitOfWork) -> list[dict[str, Any]]:
    """Return why casualty changes count until then, and why the missing count as dead from then."""
    casualties, missing = windows.of_day(incident, uow)
    found = (
        (casualties, windows.casualties_close_at(incident, uow), COUNTS_UNTIL),
        (missing, windows.missing_count_at(incident, uow), MISSING_FROM),
    )
    return [
        {
            "words": work.said(words),
            "at": at,
            "days": window.days,
            "source": work.said(Text(window.rule.source.zh, window.rule.source.en)),
            "status": work.said(explanation.status_word(window.rule.status.value)),
            "rule": window.rule.id,
        }
        for window, at, words in found
        if window is not None
    ]


def _reminders() -> dict[str, int]:
    """Return how long before a limit boards are reminded here: minutes for legs, hours before midnight for the rest."""
    chosen, hour = installation().settings.reminders, timedelta(hours=1)
    return {
        "leg": chosen.leg // timedelta(minutes=1),
        "first_follow_up": chosen.first_follow_up // hour,
        "follow_up": chosen.follow_up // hour,
    }


def _head(incident: Incident) -> dict[str, Any]:
    return {**work.incident_brief(incident, request.script_root), "number": incident.number}


def _reasons(seen: Assessed) -> list[dict[str, Any]]:
    return [
        {
            "sentence": work.said(Text((said := explain_reason(reason)).zh, said.en)),
            "status": work.said(explanation.status_word(reason.status.value)),
            "is_law": reason.status.value == "law",
            "rule": reason.rule,
            "facts": work.said(explanation.facts_words(reason.facts)),
        }
        for reason in seen.computed.reasons
    ]


def _parties(seen: Assessed, incident: Incident, uow: UnitOfWork) -> list[dict[str, Any]]:
    """Return the strip: each party with its limits, the binding one first, all others kept."""
    groups: dict[str, list[tuple[ReportLeg, Obligation | None]]] = {}
    for leg, duty in explanation.duties(seen):
        if leg.state != "withdrawn":
            groups.setdefault(leg.receiver, []).append((leg, duty))
    parties = []
    for pairs in groups.values():
        latest = max(leg.climb for leg, _ in pairs)
        ordered = sorted(
            pairs, key=lambda pair: (pair[0].climb != latest, not pair[0].binding, pair[0].due_at)
        )
        leg = ordered[0][0]
        parties.append(
            {
                "name": work.receiver_of(leg),
                "stand_in": work.said(Text(**leg.stand_in)) if leg.stand_in else None,
                "limits": [_limit(leg, duty, incident, seen.answer.rule_set, uow) for leg, duty in ordered],
            }
        )
    return parties


def _limit(
    leg: ReportLeg, duty: Obligation | None, incident: Incident, rule_set: str, uow: UnitOfWork
) -> dict[str, Any]:
    waiting = leg.state in queries.WAITING
    return {
        "id": str(leg.id),
        "url": f"{request.script_root}/legs/{leg.id}",
        "from": work.sender_of(leg),
        "way": work.said(WAYS[leg.kind]),
        "due_at": leg.starts_at if work.is_at_once(leg) else leg.due_at,
        "at_once": work.is_at_once(leg),
        "binding": leg.binding,
        "waiting": waiting,
        "state": leg.state,
        "acknowledged_at": leg.acknowledged_at,
        "late_seconds": work.lateness(leg, uow.now) if leg.state not in {"planned", "skipped"} else 0,
        "sentence": work.said(explanation.sentence(leg, duty, rule_set)),
        "counted": work.said(explanation.counted_from(leg, incident)),
        "status": work.said(explanation.status_word(leg.status)),
        "is_law": leg.status == "law",
        "from_memory": duty is not None and duty.verification.value == "from_memory",
        "rule": leg.rule,
        "climb": leg.climb + 1,
        "may_overrule": waiting
        and leg.sender_code == uow.actor.agency_code
        and may(uow.actor.role, Permission.TAKE_COMMAND),
    }


@bp.post("/incidents/<uuid:incident_id>/overrulings")
@requires(Permission.TAKE_COMMAND)
def overrule(incident_id: UUID) -> ResponseReturnValue:
    """Set a computed grade, limit or addressee aside in one's own name."""

    def act(uow: UnitOfWork) -> None:
        values = request.form
        reason = values.get("reason", "")
        if values.get("leg"):
            leg_id = parse_id(values["leg"]) or NO_SUCH_LEG
            if values.get("skip"):
                overruling.skip_leg(leg_id, reason, uow)
                return
            typed = values.get("due_at", "")
            reader = Reader({"due_at": with_day(typed, uow.now) if typed else ""}, uow.now.replace(year=9000))
            overruling.move_deadline(leg_id, reader.instant("due_at"), reason, uow)
            return
        services.report_under(incident_id, values.get("grade", ""), reason, uow)

    done = _act(incident_id, act, _why_page, "explanation")
    if not request.form.get("leg") and not request.form.get("reason", "").strip():
        with unit_of_work() as uow:
            overruling.note_refused(incident_id, request.form.get("grade", ""), uow)
    return done


def _act(
    incident_id: UUID,
    act: Callable[[UnitOfWork], None],
    page: Callable[[UnitOfWork, UUID, dict[str, str], dict[str, str]], str],
    target: str,
) -> ResponseReturnValue:
    """Do it and go back to the page; a refusal shows the page with what was typed."""
    refused: ResponderError
    try:
        with unit_of_work() as uow:
            incidents.incident(uow.session, uow.actor, incident_id)
            act(uow)
        return redirect(f"{request.script_root}/incidents/{incident_id}/{target}", HTTPStatus.SEE_OTHER)
    except (InvalidInput, Conflict, NotPermitted) as error:
        refused = error
    locale = current_locale()
    errors = {name: text.in_(locale) for name, text in refused.errors.items()}
    with unit_of_work(write=False) as uow:
        return page(
            uow, incident_id, request.form.to_dict(), errors or {"reason": refused.text.in_(locale)}
        ), refused.status


# --- Quality ---------------------------------------------------------------------------------------------------


@bp.get("/incidents/<uuid:incident_id>/quality")
@requires(Permission.SEE_INCIDENTS)
def show_quality(incident_id: UUID) -> ResponseReturnValue:
    """Show how well each leg was reported, the checks, and where two levels differ."""
    with unit_of_work(write=False) as uow:
        return _quality_page(uow, incident_id, {}, {})


def _quality_page(uow: UnitOfWork, incident_id: UUID, values: dict[str, str], errors: dict[str, str]) -> str:
    incident = incidents.incident(uow.session, uow.actor, incident_id)
    locale, url = current_locale(), f"{request.script_root}/incidents/{incident_id}"
    may_verify = may(uow.actor.role, Permission.VERIFY_REPORT)
    rows = [quality_model.quality_row(one) for one in quality.of_incident(incident, uow)]
    leaps = quality_model.leaps(incidents.reports(uow.session, incident.id))
    model = {
        "rows": [row for row in rows if row["state"] not in {"on_time", "waiting"} or row["decisions"]],
        "on_time": sum(row["state"] == "on_time" for row in rows),
        "waiting": sum(row["state"] == "waiting" for row in rows),
        "decide_url": f"{url}/quality" if may_verify else None,
        "checks": [
            quality_model.check(row, leaps.get(row.version), uow) for row in checks.of_incident(incident, uow)
        ],
        "check_url": f"{url}/checks" if may_verify else None,
        "answer_url": f"{request.script_root}/checks" if may_verify else None,
        "contradictions": [
            {
                "figure": one.figure,
                "words": work.said(one.words),
                "values": sorted({one.lower.value, one.higher.value}),
            }
            for one in contradictions.of_incident(incident, uow)
        ],
        "settle_url": f"{url}/settlements" if may_verify else None,
        "settled": [
            {
                "figure": FACTS[row.figure].in_(locale),
                "value": row.value,
                "reason": row.reason,
                "by": f"{row.agency_name} {row.settled_by}",
                "at": row.settled_at,
            }
            for row in contradictions.settlements(incident, uow)
        ],
    }
    form = {
        "values": values,
        "errors": errors,
        "sources": _options(checks.SOURCES),
        "faults": _options(quality.FAULTS),
        "outcomes": [{"value": "", "label": work.said(FIRST_RESULT)}, *_options(checks.OUTCOMES)],
        "facts": [{"name": name, "label": FACTS[name].in_(locale)} for name in contradictions.FIGURES],
    }
    return render("reporting/quality.html", uow.session, incident=_head(incident), quality=model, form=form)


def _options(table: dict[str, Text]) -> list[dict[str, str]]:
    return [{"value": key, "label": work.said(text)} for key, text in table.items()]


@bp.post("/incidents/<uuid:incident_id>/quality")
@requires(Permission.VERIFY_REPORT)
def decide(incident_id: UUID) -> ResponseReturnValue:
    """Decide the class of a leg's report."""

    def act(uow: UnitOfWork) -> None:
        values = request.form
        leg_id = parse_id(values.get("leg", ""))
        if leg_id is None:
            raise invalid(leg=NO_LEG)
        quality.decide(
            leg_id,
            values.get("fault", ""),
            upheld=values.get("upheld") != "no",
            reason=values.get("reason", ""),
            uow=uow,
        )

    return _act(incident_id, act, _quality_page, "quality")


@bp.post("/incidents/<uuid:incident_id>/checks")
@requires(Permission.VERIFY_REPORT)
def open_check(incident_id: UUID) -> ResponseReturnValue:
    """Open a check of a report against what somebody else says."""

    def act(uow: UnitOfWork) -> None:
        values = request.form.to_dict()
        figures = {name: values[name] for name in contradictions.FIGURES if values.get(name, "").strip()}
        checks.open_check(incident_id, checks.read_claim({**values, "figures": figures}, uow.now), uow)

    return _act(incident_id, act, _quality_page, "quality")


@bp.post("/checks/<uuid:check_id>/result")
@requires(Permission.VERIFY_REPORT)
def answer_check(check_id: UUID) -> ResponseReturnValue:
    """Note the first result of a check, or its conclusion."""
    with unit_of_work(write=False) as uow:
        incident_id = next(
            (row.incident_id for row, _ in checks.waiting_for(uow) if row.id == check_id), None
        )
    if incident_id is None:
        raise NotPermitted(checks.NOT_YOURS)

    def act(uow: UnitOfWork) -> None:
        values = request.form
        checks.answer_check(check_id, values.get("outcome", ""), values.get("words", ""), uow)

    return _act(incident_id, act, _quality_page, "quality")


@bp.post("/incidents/<uuid:incident_id>/settlements")
@requires(Permission.VERIFY_REPORT)
def settle(incident_id: UUID) -> ResponseReturnValue:
    """Sign which of two figures holds."""

    def act(uow: UnitOfWork) -> None:
        values = request.form
        value = values.get("value", "")
        contradictions.settle(
            incident_id,
            values.get("figure", ""),
            int(value) if value.isdecimal() else None,
            values.get("reason", ""),
            uow,
        )

    return _act(incident_id, act, _quality_page, "quality")
