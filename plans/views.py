"""Pages of the library, of one plan and its action card; the buttons on an incident's page."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, redirect, request
from flask.typing import ResponseReturnValue

from plans import queries, rules, services
from plans.card import card_ledger
from plans.lexicon import CRITERIA, KINDS, LEVEL_NUMBERS, LEVEL_WORDS, OWNER_LEVELS, STATES
from plans.models import Plan, PlanVersion
from plans.orders import read_ordered
from plans.panel import SHOWN, instruction_form, plan_title
from responder.core.clock import wall
from responder.core.errors import InvalidInput, ResponderError, Text, invalid, nothing_here
from responder.core.ids import parse_id
from responder.core.permissions import Permission, may, requires
from responder.core.uow import UnitOfWork
from responder.foundation.access.scope import may_act_for
from responder.foundation.directory import queries as directory
from responder.foundation.documents.pdf import ledger_pdf
from responder.foundation.web.context import current_locale, render, unit_of_work
from responder.foundation.web.downloads import attach
from responder.foundation.web.lexicon import ACCIDENT_TYPES, BODIES, LEVELS, SECTORS
from responder.foundation.web.words import word
from responder.incidents import queries as incidents
from responder.incidents.rules import Reader
from responder.incidents.wording import title

bp = Blueprint("plans", __name__, template_folder="templates")
PAGE = 200
LADDER = ("unit", "county", "city", "province", "state")
FILTERS = ("q", "kind", "owner", "state", "level", "sector")


@bp.get("/plans")
@requires(Permission.SEE_PLANS)
def library() -> ResponseReturnValue:
    """Show the library: found by words, narrowed by kind, level, state and sector."""
    filters = queries.Filters(
        **{name: request.args.get(name, "").replace("\x00", "")[:200] for name in FILTERS}
    )
    with unit_of_work(write=False) as uow:
        rows = queries.library(uow.session, uow.actor, filters, limit=PAGE)
        rows.sort(key=lambda row: (LADDER.index(row.plan.level), row.plan.owner_code, row.plan.title))
        today = wall(uow.now).date()
        model = {
            "rows": [_row(row.plan, row.version, today) for row in rows],
            "filters": {name: getattr(filters, name) for name in FILTERS},
            "kinds": _options(KINDS),
            "states": _options(STATES),
            "levels": _options(OWNER_LEVELS),
            "sectors": _options(SECTORS),
        }
        return render("plans/library.html", uow.session, plans=model)


def _options(words: dict[str, Text]) -> list[dict[str, str]]:
    locale = current_locale()
    every = {"value": "", "label": Text("所有", "all").in_(locale)}
    return [every, *({"value": key, "label": text.in_(locale)} for key, text in words.items())]


def _row(plan: Plan, version: PlanVersion, today: Any) -> dict[str, Any]:
    locale = current_locale()
    return {
        "id": str(plan.id),
        "url": f"{request.script_root}/plans/{plan.id}",
        "title": plan_title(plan),
        "kind": word(KINDS, plan.kind),
        "level": word(OWNER_LEVELS, plan.level),
        "owner": plan.owner_name_en if locale.startswith("en") else plan.owner_name,
        "sectors": [word(SECTORS, sector) for sector in version.sectors],
        "accident_types": [word(ACCIDENT_TYPES, kind) for kind in version.accident_types],
        "number": version.number,
        "state": version.state,
        "state_word": word(STATES, version.state),
        "approved_on": version.approved_on,
        "next_review_on": version.next_review_on,
        "overdue_days": rules.review_overdue_days(version.next_review_on, today),
        "invented": plan.invented,
    }


@bp.get("/plans/<uuid:plan_id>")
@requires(Permission.SEE_PLANS)
def show(plan_id: UUID) -> ResponseReturnValue:
    """Show one version of a plan: triggers, steps, assembly points, versions."""
    with unit_of_work(write=False) as uow:
        return _plan_page(uow, plan_id, None)


def _plan_page(uow: UnitOfWork, plan_id: UUID, refused: str | None) -> str:
    wanted = request.args.get("version", "")
    number = int(wanted) if wanted.isdecimal() and len(wanted) < 7 else None
    held = queries.plan(uow.session, uow.actor, plan_id, number)
    model = _whole(held.plan, held.version, uow)
    model["versions"] = [
        {
            "number": one.number,
            "url": f"{model['url']}?version={one.number}",
            "current": one.id == held.version.id,
            "state": word(STATES, one.state),
        }
        for one in queries.versions(uow.session, plan_id)
    ]
    editable = may(uow.actor.role, Permission.EDIT_PLANS) and may_act_for(uow.actor, held.plan.owner_code)
    draft = held.version.state == "draft"
    model["approve_url"] = (
        f"{model['url']}/versions/{held.version.number}/approval" if editable and draft else None
    )
    model["refused"] = refused
    return render("plans/plan.html", uow.session, plan=model)


def _whole(plan: Plan, version: PlanVersion, uow: UnitOfWork) -> dict[str, Any]:
    locale = current_locale()
    steps = [rules.Step.of(step) for step in version.steps]
    return {
        **_row(plan, version, wall(uow.now).date()),
        "scope": version.scope,
        "approved_by": version.approved_by,
        "filed_on": version.filed_on,
        "filed_with": version.filed_with,
        "changes": version.changes,
        "notes": version.notes,
        "points": version.points,
        "levels": [_level(level, steps, locale) for level in version.levels],
        "steps": [_step(step, _office(step.office, uow), locale) for step in steps],
    }


def _level(level: dict[str, Any], steps: list[rules.Step], locale: str) -> dict[str, Any]:
    number = LEVEL_NUMBERS[level["level"]]
    return {
        "code": level["level"],
        "number": number,
        "who": level.get("who", ""),
        "triggers": [
            f"{CRITERIA[one['by']][0].in_(locale)} {rules.trigger_words(one).in_(locale)}"
            for one in level.get("triggers", ())
        ]
        + list(level.get("words", ())),
        "steps": sum(step.is_for(number) for step in steps),
    }


def _step(step: rules.Step, office: str, locale: str) -> dict[str, Any]:
    return {
        "action": (step.action_en or step.action) if locale.startswith("en") else step.action,
        "post": step.post,
        "deputy_post": step.deputy_post,
        "office": office,
        "minutes": step.minutes,
        "phone": step.phone,
        "levels": [LEVEL_WORDS[number].in_(locale) for number in step.levels],
    }


def _office(code: str, uow: UnitOfWork) -> str:
    """Return the office of a step in words: seen from the incident (LEVEL.BODY), one by name, or none (the owner)."""
    level, _, body = code.partition(".")
    if level in LEVELS and body in BODIES:
        return f"{word(LEVELS, level)} {word(BODIES, body)}"
    office = directory.office(uow.session, code) if code else None
    if office is None:
        return ""
    return office.name_en if current_locale().startswith("en") else office.name


@bp.get("/plans/<uuid:plan_id>/card")
@requires(Permission.SEE_PLANS)
def card(plan_id: UUID) -> ResponseReturnValue:
    """Show the action card: the steps of one response level on one page, to be printed."""
    with unit_of_work(write=False) as uow:
        return render("plans/card.html", uow.session, plan=_card(uow, plan_id))


@bp.get("/plans/<uuid:plan_id>/card.pdf")
@requires(Permission.SEE_PLANS)
def card_paper(plan_id: UUID) -> ResponseReturnValue:
    """Answer the action card as a file to be kept beside the telephone."""
    with unit_of_work(write=False) as uow:
        model = _card(uow, plan_id)
    response = Response(ledger_pdf(card_ledger(model)), mimetype="application/pdf")
    name = f"{model['title']}-{model['level']['code']}.pdf"
    attach(response, name)
    return response


def _card(uow: UnitOfWork, plan_id: UUID) -> dict[str, Any]:
    """Return the plan with the steps of the level asked for, the most urgent first; raise NotFound."""
    held = queries.plan(uow.session, uow.actor, plan_id)
    model = _whole(held.plan, held.version, uow)
    codes = [level["code"] for level in model["levels"]]
    chosen = request.args.get("level", "") or (codes[-1] if codes else "")
    if chosen not in codes:
        raise nothing_here("没有这一级响应", "There is no such response level")
    number = LEVEL_NUMBERS[chosen]
    steps = [step for step in map(rules.Step.of, held.version.steps) if step.is_for(number)]
    steps.sort(key=lambda step: step.minutes)
    model["steps"] = [_step(step, _office(step.office, uow), current_locale()) for step in steps]
    model["level"] = next(level for level in model["levels"] if level["code"] == chosen)
    return model


@bp.post("/plans/<uuid:plan_id>/versions/<int:number>/approval")
@requires(Permission.EDIT_PLANS)
def approve(plan_id: UUID, number: int) -> ResponseReturnValue:
    """Approve a draft; what it lacks is shown on its page."""
    try:
        with unit_of_work() as uow:
            held = queries.plan(uow.session, uow.actor, plan_id, number)
            services.approve(held.version, held.plan, uow, by=uow.actor.name)
        return redirect(f"{request.script_root}/plans/{plan_id}", HTTPStatus.SEE_OTHER)
    except ResponderError as error:
        with unit_of_work(write=False) as uow:
            return _plan_page(uow, plan_id, error.text.in_(current_locale())), error.status


@bp.post("/incidents/<uuid:incident_id>/activations")
@requires(Permission.ACTIVATE_PLAN)
def activate(incident_id: UUID) -> ResponseReturnValue:
    """Put a plan into force and show the incident with its tasks."""
    plan_id = parse_id(request.form.get("plan", ""))
    if plan_id is None:
        raise invalid(plan=services.NO_PLAN)
    with unit_of_work() as uow:
        services.activate(incident_id, plan_id, request.form.get("level", ""), uow)
    return redirect(f"{request.script_root}/incidents/{incident_id}#panel-plans", HTTPStatus.SEE_OTHER)


@bp.post("/incidents/<uuid:incident_id>/instructions")
@requires(Permission.INSTRUCT)
def instruct(incident_id: UUID) -> ResponseReturnValue:
    """Keep an instruction word for word and issue its tasks; a refusal keeps what was typed."""
    form = request.form.to_dict()
    try:
        with unit_of_work() as uow:
            reader = Reader(form, uow.now)
            text, leader = reader.text("text", 20_000), reader.text("leader")
            if reader.errors:
                raise invalid(**reader.errors)
            services.instruct(incident_id, text, leader, read_ordered(_lines(form), uow.now), uow)
        return redirect(f"{request.script_root}/incidents/{incident_id}#panel-tasks", HTTPStatus.SEE_OTHER)
    except InvalidInput as error:
        locale = current_locale()
        errors = {name: text.in_(locale) for name, text in error.errors.items()}
        with unit_of_work(write=False) as uow:
            incident = incidents.incident(uow.session, uow.actor, incident_id)
            model = {
                "url": f"{request.script_root}/incidents/{incident.id}",
                "title": title(incident).in_(locale),
                "number": incident.number,
            }
            shown = instruction_form(incident, uow, form, errors)
            page = render("plans/instruction.html", uow.session, incident=model, form=shown)
        return page, error.status


def _lines(form: dict[str, str]) -> list[dict[str, str]]:
    lines = [
        {
            "title": form.get(f"task_{n}", ""),
            "holder": form.get(f"office_{n}", ""),
            "due_minutes": form.get(f"minutes_{n}", "").strip(),
        }
        for n in range(SHOWN)
    ]
    while lines and not any(lines[-1].values()):
        lines.pop()
    return lines
