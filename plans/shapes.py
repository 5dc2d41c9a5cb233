"""JSON shapes of plans, activations and instructions, as INTERFACES names them."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from plans import rules
from plans.lexicon import LEVEL_CODES
from plans.models import Activation, Instruction, Plan, PlanVersion
from plans.queries import Proposed
from responder.core.errors import Text
from responder.core.lanes import REAL_LANE
from responder.core.uow import UnitOfWork
from responder.foundation.web.api import iso
from responder.tasks.models import Task
from responder.tasks.shapes import task_shape


def plan_row(plan: Plan, version: PlanVersion, today: date) -> dict[str, Any]:
    """Return a plan as it stands in lists."""
    return {
        "id": str(plan.id),
        "title": plan.title,
        "title_en": plan.title_en,
        "kind": plan.kind,
        "level": plan.level,
        "owner": plan.owner_code,
        "owner_name": plan.owner_name,
        "jurisdiction": plan.area_code,
        "unit": plan.unit,
        "invented": plan.invented,
        "version": version.number,
        "state": version.state,
        "sectors": version.sectors,
        "accident_types": version.accident_types,
        "levels": [level["level"] for level in version.levels],
        "approved_on": _day(version.approved_on),
        "filed_on": _day(version.filed_on),
        "next_review_on": _day(version.next_review_on),
        "review_overdue": rules.review_overdue_days(version.next_review_on, today) > 0,
    }


def plan_whole(
    plan: Plan, version: PlanVersion, versions: Sequence[PlanVersion], today: date
) -> dict[str, Any]:
    """Return a plan with everything one version says, and the list of its versions."""
    steps = [{**step, "levels": [LEVEL_CODES[n] for n in step.get("levels", ())]} for step in version.steps]
    return {
        **plan_row(plan, version, today),
        "scope": version.scope,
        "response_levels": version.levels,
        "steps": steps,
        "assembly_points": version.points,
        "notes": version.notes,
        "approved_by": version.approved_by,
        "filed_with": version.filed_with,
        "changes": version.changes,
        "versions": [
            {"version": one.number, "state": one.state, "approved_on": _day(one.approved_on)}
            for one in versions
        ],
    }


def proposal_shape(found: Proposed, today: date) -> dict[str, Any]:
    """Return a plan that fits an incident, with what speaks for it and against it."""
    proposal = found.proposal
    return {
        **plan_row(found.plan, found.version, today),
        "score": proposal.score,
        "reasons": [_both(text) for text in proposal.reasons],
        "doubts": [_both(text) for text in proposal.doubts],
        "suggested_level": LEVEL_CODES[proposal.level] if proposal.level else None,
        "trigger": _both(proposal.trigger) if proposal.trigger else None,
    }


def activation_shape(row: Activation, plan: Plan, tasks: Sequence[Task], uow: UnitOfWork) -> dict[str, Any]:
    """Return an activation with its tasks."""
    return {
        "id": str(row.id),
        "incident": str(row.incident_id),
        "lane": "real" if row.lane_id == REAL_LANE else str(row.lane_id),
        "plan": str(row.plan_id),
        "title": plan.title,
        "level": LEVEL_CODES[row.level],
        "by": row.activated_by,
        "agency": row.agency_code,
        "at": iso(row.activated_at),
        "tasks": [task_shape(task, uow.now) for task in tasks],
    }


def instruction_shape(row: Instruction, tasks: Sequence[Task], now: datetime) -> dict[str, Any]:
    """Return an instruction with its tasks."""
    return {
        "id": str(row.id),
        "incident": str(row.incident_id),
        "lane": "real" if row.lane_id == REAL_LANE else str(row.lane_id),
        "text": row.text,
        "leader": row.leader,
        "agency": row.agency_code,
        "at": iso(row.given_at),
        "entered_at": iso(row.entered_at),
        "entered_by": row.entered_by,
        "tasks": [task_shape(task, now) for task in tasks],
    }


def _day(on: date | None) -> str | None:
    return on.isoformat() if on else None


def _both(text: Text) -> dict[str, str]:
    return {"zh": text.zh, "en": text.en}
