"""What plans, tasks and instructions add to an incident's page and API answer."""

from typing import Any

from flask import g, render_template, request
from markupsafe import Markup

from plans import queries, services, work
from plans.lexicon import KINDS, LEVEL_CODES, LEVEL_NUMBERS, LEVEL_WORDS, OWNER_LEVELS
from plans.models import Activation, Plan
from plans.shapes import activation_shape, instruction_shape, proposal_shape
from responder.core.clock import wall
from responder.core.errors import Text
from responder.core.permissions import Permission, may
from responder.core.uow import UnitOfWork
from responder.foundation.access.gatekeeper import csrf_token
from responder.foundation.directory import queries as directory
from responder.foundation.web.context import current_locale, installation
from responder.incidents.doors import IncidentPanel
from responder.incidents.models import Incident
from responder.tasks import queries as tasks
from responder.tasks.rules import ACCEPTED, DECLINED, DONE, LIVE, OPEN, is_late
from responder.tasks.shapes import task_shape
from responder.tasks.views import task_model

SHOWN = 3


class PlanPanel(IncidentPanel):
    """Registered with the incidents' doors by the application."""

    def for_api(self, incident: Incident, uow: UnitOfWork) -> dict[str, Any]:
        """Return the plans that fit, and those in force."""
        issued = tasks.of_incident(uow.session, incident.id)
        return self.for_new(incident, uow) | {
            "activations": [
                activation_shape(row, plan, [task for task in issued if task.source_id == row.id], uow)
                for row, plan in queries.activations(uow.session, incident.id)
            ],
        }

    def for_new(self, incident: Incident, uow: UnitOfWork) -> dict[str, Any]:
        """Return the plans that fit."""
        today = wall(uow.now).date()
        found = queries.proposals(uow.session, uow.actor, incident, uow.now)
        return {"plans": [proposal_shape(one, today) for one in found]}

    def for_page(self, incident: Incident, uow: UnitOfWork) -> dict[str, Any]:
        """Return the response level in force, and the block of plans with their buttons."""
        if not may(uow.actor.role, Permission.SEE_PLANS):
            return _level(queries.activations(uow.session, incident.id))
        active = queries.activations(uow.session, incident.id)
        in_force = {plan.id for _, plan in active}
        found = [
            one
            for one in queries.proposals(uow.session, uow.actor, incident, uow.now)
            if one.plan.id not in in_force
        ]
        model = {
            "active": [_active_model(row, plan) for row, plan in active],
            "proposed": [_proposed_model(one, incident, uow) for one in found],
            "shown": SHOWN,
            "library_url": f"{request.script_root}/plans",
        }
        count = Text(f"{len(found)} 个相符", f"{len(found)} fit")
        block = _block("plans", Text("预案", "Plans"), count, "main", "plans/_proposals.html", plans=model)
        return _level(active) | {"panels": [block] if active or found else []}


def _level(active: list[tuple[Activation, Plan]]) -> dict[str, Any]:
    return {"quad": {"level": min(row.level for row, _ in active)}} if active else {}


def _active_model(row: Activation, plan: Plan) -> dict[str, Any]:
    return {
        "title": plan_title(plan),
        "url": f"{request.script_root}/plans/{plan.id}",
        "card_url": f"{request.script_root}/plans/{plan.id}/card?level={LEVEL_CODES[row.level]}",
        "level": row.level,
        "by": f"{row.agency_name} {row.activated_by}",
        "at": row.activated_at,
    }


def plan_title(plan: Plan) -> str:
    """Return the plan's title in the language of the request."""
    return plan.title_en if current_locale().startswith("en") else plan.title


def _proposed_model(one: queries.Proposed, incident: Incident, uow: UnitOfWork) -> dict[str, Any]:
    locale, proposal = current_locale(), one.proposal
    allowed = may(uow.actor.role, Permission.ACTIVATE_PLAN) and incident.state == "open"
    ours = services.may_activate(one.plan, uow)
    owner = Text(one.plan.owner_name, one.plan.owner_name_en)
    return {
        "id": str(one.plan.id),
        "title": plan_title(one.plan),
        "url": f"{request.script_root}/plans/{one.plan.id}",
        "kind": KINDS[one.plan.kind].in_(locale),
        "owner_level": OWNER_LEVELS[one.plan.level].in_(locale),
        "reasons": [text.in_(locale) for text in proposal.reasons],
        "doubts": [text.in_(locale) for text in proposal.doubts],
        "overdue": proposal.is_overdue,
        "invented": one.plan.invented,
        "trigger": proposal.trigger.in_(locale) if proposal.trigger else None,
        "level": LEVEL_CODES[proposal.level] if proposal.level else None,
        "level_number": proposal.level,
        "levels": [
            {"value": level["level"], "label": LEVEL_WORDS[LEVEL_NUMBERS[level["level"]]].in_(locale)}
            for level in one.version.levels
        ],
        "activate_url": f"{request.script_root}/incidents/{incident.id}/activations"
        if allowed and ours
        else None,
        "why_not": None if ours else Text(f"由{owner.zh}启动", f"for {owner.en} to activate").in_(locale),
    }


class TaskPanel(IncidentPanel):
    """Registered with the incidents' doors by the application: tasks and the leader's instructions."""

    def for_api(self, incident: Incident, uow: UnitOfWork) -> dict[str, Any]:
        """Return the tasks, and the instructions word for word."""
        rows = tasks.of_incident(uow.session, incident.id)
        return {
            "tasks": [task_shape(row, uow.now) for row in rows],
            "instructions": [
                instruction_shape(one, [row for row in rows if row.source_id == one.id], uow.now)
                for one in queries.instructions(uow.session, incident.id)
            ],
        }

    def for_page(self, incident: Incident, uow: UnitOfWork) -> dict[str, Any]:
        """Return what is this office's to do, the list of tasks, and the form for an instruction."""
        rows = tasks.of_incident(uow.session, incident.id)
        prefix = request.script_root
        is_open = incident.state == "open"
        yours = work.due_items_here(uow.session, rows, uow.actor, prefix) if is_open else []
        model = {
            "rows": [task_model(row, uow) for row in sorted(rows, key=lambda row: row.state not in LIVE)],
            "instructions": [
                {"text": one.text, "leader": one.leader, "agency": one.agency_name, "at": one.given_at}
                for one in queries.instructions(uow.session, incident.id)
            ],
        }
        may_instruct = is_open and may(uow.actor.role, Permission.INSTRUCT)
        form = instruction_form(incident, uow, {}, {}) if may_instruct else None
        blocks = []
        if rows:
            counts = _counts(rows, uow)
            blocks.append(
                _block("tasks", Text("任务", "Tasks"), counts, "aside", "plans/_tasks.html", tasks=model)
            )
        if form or model["instructions"]:
            title = Text("领导批示", "Leader's instructions")
            blocks.append(
                _block(
                    "instructions", title, None, "main", "plans/_instructions.html", tasks=model, form=form
                )
            )
        return {"yours": yours, "panels": blocks}


def _counts(rows: Any, uow: UnitOfWork) -> Text:
    done = sum(row.state == DONE for row in rows)
    live = sum(row.state in (OPEN, ACCEPTED) for row in rows)
    late = sum(row.state in LIVE and is_late(row.due_at, None, uow.now) for row in rows)
    declined = sum(row.state == DECLINED for row in rows)
    zh, en = f"{len(rows)} 项：完成 {done}，进行 {live}", f"{len(rows)}: {done} done, {live} open"
    if late:
        zh, en = f"{zh}，逾期 {late}", f"{en}, {late} late"
    if declined:
        zh, en = f"{zh}，退回 {declined}", f"{en}, {declined} declined"
    return Text(zh, en)


def instruction_form(
    incident: Incident, uow: UnitOfWork, values: dict[str, str], errors: dict[str, str]
) -> dict[str, Any]:
    """Return the form of an instruction with what was typed (described in `plans/_instructions.html`)."""
    locale = current_locale()
    codes = [code for code in (incident.county_code, incident.city_code, incident.province_code) if code]
    offices = [office for code in codes for office in directory.agencies_of(uow.session, code)]
    english = locale.startswith("en")
    return {
        "action": f"{request.script_root}/incidents/{incident.id}/instructions",
        "values": {"leader": uow.actor.name, **values},
        "errors": errors,
        "lines": range(SHOWN),
        "offices": [
            {"value": "", "label": Text("选择机构", "Choose an office").in_(locale)},
            *({"value": one.code, "label": one.name_en if english else one.name} for one in offices),
        ],
    }


def _block(
    key: str, title: Text, note: Text | None, place: str, template: str, **model: Any
) -> dict[str, Any]:
    locale = current_locale()
    # The blocks stand inside the page, and need of its shell only this.
    now = installation().database.clock.now()
    model["shell"] = {"csrf_token": csrf_token(), "now": now, "exercise": g.get("exercise")}
    return {
        "key": key,
        "title": title.in_(locale),
        "note": note.in_(locale) if note else None,
        "place": place,
        "html": Markup(render_template(template, **model)),
    }
