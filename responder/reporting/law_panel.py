"""What the law adds to an incident's page and API answer beside the chain: follow-ups, window, doubts, decisions."""

from typing import Any

from flask import render_template, request
from markupsafe import Markup

from responder.core.errors import Text
from responder.core.permissions import Permission, may
from responder.core.uow import UnitOfWork
from responder.foundation.web.api import iso
from responder.foundation.web.lexicon import GRADES
from responder.incidents.doors import IncidentPanel
from responder.incidents.models import Incident
from responder.incidents.queries import reports as reports_of
from responder.reporting import (
    checks,
    contradictions,
    explanation,
    follow_ups,
    law_work,
    overruling,
    rescue,
    windows,
    work,
)
from responder.reporting.duty_models import FollowUpDue
from responder.reporting.judgement_models import Overruling

TITLE = Text("续报、窗口与核对", "Follow-ups, window, doubts")
NEWEST = 4


class LawPanel(IncidentPanel):
    """Registered with the incidents' doors by the application."""

    def for_api(self, incident: Incident, uow: UnitOfWork) -> dict[str, Any]:
        """Return follow-ups, window, contradictions and overrulings."""
        closes_at = windows.casualties_close_at(incident, uow)
        reports = reports_of(uow.session, incident.id) if incident.version > 1 else []
        over = rescue.standing(incident, uow)
        return {
            "window_closes_at": iso(closes_at),
            "outside_window": [r.version for r in reports if windows.is_outside(r, closes_at)],
            "follow_ups": [explanation.follow_up(row) for row in follow_ups.of_incident(incident, uow)],
            "contradictions": [
                {"figure": one.figure, "zh": one.words.zh, "en": one.words.en}
                for one in (contradictions.of_incident(incident, uow, reports) if reports else ())
            ],
            "overrulings": [explanation.overruled(row) for row in overruling.of_incident(incident, uow)],
            "rescue_ended_at": iso(over.ended_at) if over else None,
        }

    def for_new(self, incident: Incident, uow: UnitOfWork) -> dict[str, Any]:
        """Return when the window closes and which follow-ups are owed."""
        return {
            "window_closes_at": iso(windows.casualties_close_at(incident, uow)),
            "follow_ups": [explanation.follow_up(row) for row in uow.made(FollowUpDue)],
        }

    def for_page(self, incident: Incident, uow: UnitOfWork) -> dict[str, Any]:
        """Return the block, the due items, and where the grade and the limits are explained."""
        prefix = request.script_root
        url = f"{prefix}/incidents/{incident.id}"
        reports = reports_of(uow.session, incident.id)
        closes_at = windows.casualties_close_at(incident, uow)
        rows = follow_ups.of_incident(incident, uow)
        decided = overruling.of_incident(incident, uow)
        over = rescue.standing(incident, uow)
        html = render_template(
            "reporting/_law_panel.html",
            law={
                "contradictions": [
                    work.said(one.words) for one in contradictions.of_incident(incident, uow, reports)
                ],
                "settled": contradictions.settlements(incident, uow) if incident.version > 1 else [],
                "follow_ups": [follow_up_model(row, uow) for row in _worth_showing(rows)],
                "window_closes_at": closes_at,
                "window_closed": closes_at is not None and closes_at <= uow.now,
                "outside": [r.version for r in reports if windows.is_outside(r, closes_at)],
                "overrulings": [overruling_model(row) for row in decided if row.ended_at is None],
                "checks_open": sum(row.concluded_at is None for row in checks.of_incident(incident, uow)),
                "may_check": may(uow.actor.role, Permission.VERIFY_REPORT),
                "explanation_url": f"{url}/explanation",
                "quality_url": f"{url}/quality",
                "rescue_ended_at": over.ended_at if over else None,
                "rescue_by": f"{over.agency_name} {over.signed_by}" if over else None,
                "rescue_url": f"{url}/rescue",
                "closed": incident.state != "open",
            },
        )
        return {
            "panels": [
                {
                    "key": "law",
                    "title": work.said(TITLE),
                    "note": None,
                    "place": "main",
                    "html": Markup(html),
                }
            ],
            "yours": law_work.due_items(uow, prefix, incident.id),
            "explanation_url": f"{url}/explanation",
        }


def _worth_showing(rows: Any) -> list[FollowUpDue]:
    """Return what is still owed, what was missed, and the last ones that came."""
    waiting = [row for row in rows if row.satisfied_at is None and row.withdrawn_at is None]
    done = [row for row in rows if row.satisfied_at is not None]
    late = [row for row in done if row.late]
    shown = dict.fromkeys([*waiting, *late, *done[-NEWEST:]])
    return sorted(shown, key=lambda row: (row.due_at, row.number))


def follow_up_model(row: FollowUpDue, uow: UnitOfWork) -> dict[str, Any]:
    """Return one row as the templates show it."""
    return {
        "id": str(row.id),
        "words": work.said(follow_ups.owed_words(row)),
        "by": row.sender_name_en if work.is_english() else row.sender_name,
        "due_at": row.due_at,
        "rule": law_work.why(row, request.script_root),
        "rule_id": row.rule,
        "status": work.said(explanation.status_word(row.status)),
        "withdrawn_at": row.withdrawn_at,
        "satisfied_at": row.satisfied_at,
        "satisfied_by": row.satisfied_by,
        "late": row.late or (row.satisfied_at is None and uow.now > row.due_at),
        "overdue": row.satisfied_at is None and uow.now > row.due_at,
    }


def overruling_model(row: Overruling) -> dict[str, Any]:
    """Return an overruling as the templates show it; the computed value stands beside the other."""
    before, after = row.computed, row.value
    if row.what == "grade":
        before, after = work.said(GRADES[row.computed or None]), work.said(GRADES[row.value])
    elif row.what == "addressee":
        before, after = work.said(Text("须报", "to be told")), work.said(Text("不报", "left out"))
    return {
        "what": row.what,
        "computed": before,
        "value": after,
        "reason": row.reason,
        "by": f"{row.agency_name} {row.decided_by}",
        "at": row.decided_at,
        "leg": str(row.leg_id) if row.leg_id else None,
    }
