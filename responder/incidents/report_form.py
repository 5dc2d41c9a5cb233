"""The form of a later report: what is typed, and what saving it would make of the incident, while it is typed."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from werkzeug.datastructures import MultiDict

from responder.core.clock import Clock
from responder.core.errors import Conflict, InvalidInput, ResponderError, Text
from responder.core.uow import UnitOfWork
from responder.foundation.web.context import current_locale
from responder.foundation.web.lexicon import CHANNELS, FACTS, GRADES, REPORT_KINDS
from responder.incidents import (
    changes,
    circumstances,
    explain,
    grading,
    intake_form,
    jumps,
    outlook,
    queries,
    rule_sets,
)
from responder.incidents.models import Incident, Report
from responder.incidents.preview import outlook_model
from responder.incidents.questions import questions
from responder.incidents.rules import FACT_NAMES
from responder.law.engine import assess
from responder.law.model import Assessment, Case, Grade, Supplement, rank_of

KIND_HINTS = {
    "follow_up": Text("情况有变化或新进展", "something changed or moved on"),
    "supplement": Text("窗口期内伤亡人数变化", "casualties changed within the window"),
    "correction": Text("前一版报错了，要写原因", "the last version was wrong; say why"),
    "final": Text("处置结束，报后结案", "it is over; closes the incident"),
}

NO_CHANNEL = Text("请选择", "choose")


def raw_change(form: MultiDict[str, str], clock: Clock) -> dict[str, Any]:
    """Return the form's fields in the shape of the API's later report."""
    values = form.to_dict()
    facts: dict[str, Any] = {name: values[name] for name in FACT_NAMES if values.get(name, "").strip()}
    facts |= {name: None for name in form.getlist("unknown") if name in FACT_NAMES}
    if special := circumstances.ticked(form):
        facts[circumstances.NAME] = special
    raw: dict[str, Any] = {name: value for name, value in values.items() if value.strip()}
    raw |= {
        "facts": facts,
        "source": {name: values.get(f"source_{name}", "") for name in ("channel", "name", "phone")},
        "reason": values.get("change") or values.get("reason"),
    }
    if raw.get("at"):
        raw["at"] = intake_form.with_day(str(raw["at"]), clock.now())
    return raw


def page_form(
    incident: Incident,
    form: MultiDict[str, str],
    values: Mapping[str, str],
    uow: UnitOfWork,
    *,
    url: str,
    key: str,
    refused: ResponderError | None = None,
) -> dict[str, Any]:
    """Return the view-model of the form (described in templates/incidents/report_form.html)."""
    locale = current_locale()
    errors = intake_form.form_errors(refused.errors) if refused else {}
    if "reason" in errors:
        errors["change"] = errors.pop("reason")
    return {
        "action": f"{url}/reports",
        "preview_url": f"{url}/reports/preview",
        "key": key,
        "base_version": incident.version,
        "kinds": [
            {"value": kind, "label": REPORT_KINDS[kind].in_(locale), "hint": hint.in_(locale)}
            for kind, hint in KIND_HINTS.items()
        ],
        "facts": [{"name": name, "now": incident.facts.get(name)} for name in FACTS],
        "circumstances": circumstances.offered(uow.session, circumstances.ticked(form), _known(incident)),
        "channels": [
            {"value": "", "label": NO_CHANNEL.in_(locale)},
            *({"value": code, "label": text.in_(locale)} for code, text in CHANNELS.items() if code),
        ],
        "values": values,
        "unknown": form.getlist("unknown"),
        "errors": {name: text.in_(locale) for name, text in errors.items()},
        "stale": _overtaken(incident, url, uow) if isinstance(refused, Conflict) else None,
    }


def _overtaken(incident: Incident, url: str, uow: UnitOfWork) -> dict[str, Any]:
    latest = queries.reports(uow.session, incident.id)[-1]
    return {
        "version": latest.version,
        "by": f"{latest.agency_name} {latest.person_name}",
        "at": latest.at,
        "url": f"{url}?changes=1",
    }


def preview(incident: Incident, form: MultiDict[str, str], uow: UnitOfWork) -> dict[str, Any]:
    """Return what saving the form would make of the incident (described in templates/incidents/_preview.html)."""
    locale = current_locale()
    reports = queries.reports(uow.session, incident.id)
    facts, wrong = _figures(incident, form, uow)
    judged = assess(_case(incident, reports, facts, uow), rule_sets.live(uow.session))
    stands = _would_stand(incident, reports[-1], judged)
    return {
        **_grade(stands, judged, facts, locale),
        **outlook_model(_ahead(incident, reports, facts, uow), locale),
        **_asked(incident, facts, locale),
        "warnings": [text.in_(locale) for text in dict.fromkeys(wrong)],
        "places": [],
        "duplicates": [],
        "pieces": [],
        "goes_to": _goes_to(incident, stands, locale),
    }


def _figures(
    incident: Incident, form: MultiDict[str, str], uow: UnitOfWork
) -> tuple[dict[str, Any], list[Text]]:
    """Return the figures as they would stand, and what is wrong with what is typed."""
    raw = raw_change(form, uow.clock)
    try:
        change = changes.read_change(raw, uow.now)
    except InvalidInput as refused:
        good = {name: value for name, value in raw["facts"].items() if f"facts.{name}" not in refused.errors}
        wrong = list(refused.errors.values())
        try:
            change = changes.read_change({"facts": good, "kind": raw.get("kind")}, uow.now)
        except InvalidInput:
            return dict(incident.facts), wrong
        return _standing(incident, change), wrong
    falling = changes.falling(incident, change)
    return _standing(incident, change), list(falling.values())


def _known(incident: Incident) -> list[str]:
    return list(incident.facts.get(circumstances.NAME) or ())


def _standing(incident: Incident, change: changes.Change) -> dict[str, Any]:
    facts = {**incident.facts, **change.facts}
    special = list(dict.fromkeys([*_known(incident), *change.special]))
    return {**facts, circumstances.NAME: special} if special else facts


def _case(incident: Incident, reports: Sequence[Report], facts: Mapping[str, Any], uow: UnitOfWork) -> Case:
    case = grading.case_of(incident, reports, as_of=uow.now)
    if dict(facts) == dict(incident.facts):
        return case
    typed = Supplement(
        at=uow.now,
        facts=grading.facts_of(facts),
        known_to=grading.party_at(uow.actor.area.level),
        changed_at=None,
    )
    return replace(case, supplements=(*case.supplements, typed))


def _would_stand(incident: Incident, latest: Report, judged: Assessment) -> Grade | None:
    """Return the grade after saving: what a leader decided holds until the figures overtake it."""
    set_by_leader = grading.grade_of(incident.reporting_grade)
    computed, now = grading.grade_of(latest.reporting_grade), judged.reporting_grade
    if set_by_leader is computed:
        return now
    is_raised = rank_of(set_by_leader) > rank_of(computed)
    overtaken = rank_of(now) >= rank_of(set_by_leader) if is_raised else rank_of(now) > rank_of(computed)
    return now if overtaken else set_by_leader


def _grade(stands: Grade | None, judged: Assessment, facts: Mapping[str, Any], locale: str) -> dict[str, Any]:
    """Return the grade with the sentence that decides it."""
    code = grading.code_of(stands)
    decided = explain.deciding([grading.reason_of(reason) for reason in judged.reasons], facts)
    return {
        "grade": code,
        "may_rise": judged.may_rise,
        "ruler": explain.ruler(facts, code),
        "deciding": decided[0].in_(locale) if decided else None,
        "source": decided[1].in_(locale) if decided else None,
    }


def _ahead(
    incident: Incident, reports: Sequence[Report], facts: Mapping[str, Any], uow: UnitOfWork
) -> outlook.Outlook:
    if incident.state != "open":
        return outlook.Outlook()
    case = grading.case_of(incident, [reports[0]])
    case = replace(case, facts=grading.facts_of(facts), supplements=(), as_of=uow.now)
    return outlook.of_case(case, rule_sets.live(uow.session))


def _asked(incident: Incident, facts: Mapping[str, Any], locale: str) -> dict[str, Any]:
    """Return what to ask the caller now: first about a count that leaps, then what is still unknown."""
    asked = questions(incident.sector, incident.accident_type, facts, ())
    leap = jumps.jump(incident.facts, facts)
    if leap is not None:
        asked = [jumps.question(leap, incident.sector), *asked]
    return {
        "questions": [{"ask": ask.in_(locale), "why": why.in_(locale)} for ask, why in asked],
        "missing_count": len(asked),
    }


def _goes_to(incident: Incident, after: Grade | None, locale: str) -> str:
    """Return what saving does: a grade that rises starts a new round up, one that falls tells everybody so."""
    before = grading.grade_of(incident.reporting_grade)
    words = f"{GRADES[incident.reporting_grade].zh} → {GRADES[grading.code_of(after)].zh}"
    words_en = f"{GRADES[incident.reporting_grade].en} → {GRADES[grading.code_of(after)].en}"
    if rank_of(after) > rank_of(before):
        return Text(
            f"{words}：保存后重新逐级上报，收到过前一版的都会收到更正",
            f"{words_en}: saving starts a new round up; all who had the last version are told",
        ).in_(locale)
    if rank_of(after) < rank_of(before):
        return Text(
            f"{words}：已报的不撤，收到过前一版的都会收到更正",
            f"{words_en}: what was reported stands; all who had the last version are told",
        ).in_(locale)
    return Text("收到过前一版的都会收到", "goes to all who had the last version").in_(locale)
