"""What the law asks beside the legs, as things to do: follow-ups, chasing them, checks to conclude."""

from functools import cache
from typing import Any
from uuid import UUID

from markupsafe import Markup
from sqlalchemy import and_, bindparam, func, select, union_all

from responder.core.errors import Text
from responder.core.permissions import Permission, may
from responder.core.questions import Question
from responder.core.uow import UnitOfWork
from responder.incidents.models import Incident
from responder.reporting import checks, follow_ups, work
from responder.reporting.duty_models import FollowUpDue
from responder.reporting.judgement_models import ReportCheck

MOST = 100
TIP_OFF = Text("21 号令第12条", "Order 21 Art. 12")
_OFFICE: Any = bindparam("office")
_IS_OWED = (FollowUpDue.satisfied_at.is_(None), FollowUpDue.withdrawn_at.is_(None))
_CONCERNED = {
    "owed": (FollowUpDue.sender_code == _OFFICE, FollowUpDue.starts_at <= bindparam("now"), *_IS_OWED),
    "missed": (FollowUpDue.above_code == _OFFICE, FollowUpDue.due_at < bindparam("now"), *_IS_OWED),
}
_ASKED_BY = {"owed": Permission.ADD_REPORT, "missed": Permission.SEND_REPORT}
COUNTS = {
    kind: select(func.count()).select_from(FollowUpDue).where(*conditions)
    for kind, conditions in _CONCERNED.items()
} | checks.COUNTS


def due_items(uow: UnitOfWork, prefix: str, incident_id: UUID | None = None) -> list[dict[str, Any]]:
    """Return the due items of the actor's office, of one incident (then without naming it) or of all."""
    items = [_owed(row, incident, uow, prefix) for row, incident in _open_rows(uow, incident_id)]
    if may(uow.actor.role, Permission.VERIFY_REPORT):
        items += [_to_check(row, incident, prefix) for row, incident in checks.waiting_for(uow, incident_id)]
    if incident_id is not None:
        for item in items:
            item["incident"] = None
    return items


def _open_rows(uow: UnitOfWork, incident_id: UUID | None) -> list[tuple[FollowUpDue, Incident]]:
    """Return what the actor's office owes today, and what others owe it and have not sent in time."""
    code, role = uow.actor.agency_code, uow.actor.role
    wanted = tuple(kind for kind, permission in _ASKED_BY.items() if may(role, permission))
    if not wanted or not code:
        return []
    question = _open(wanted, incident_id is not None)
    rows = question.copies(uow.session, office=code, now=uow.now, incident_id=incident_id)
    return [(row[0], row[1]) for row in rows]


@cache
def _open(wanted: tuple[str, ...], of_incident: bool) -> Question:
    # One question for each way to be concerned, each with its index: for an OR a database may walk everything owed.
    mine = union_all(*(select(FollowUpDue.id).where(*_CONCERNED[kind]) for kind in wanted))
    asked = (
        select(FollowUpDue, Incident)
        .join(Incident, and_(Incident.lane_id == FollowUpDue.lane_id, Incident.id == FollowUpDue.incident_id))
        .where(FollowUpDue.id.in_(mine), Incident.state == "open")
        .order_by(FollowUpDue.due_at, FollowUpDue.id)
        .limit(MOST)
    )
    return Question(
        asked.where(FollowUpDue.incident_id == bindparam("incident_id")) if of_incident else asked
    )


def _owed(row: FollowUpDue, incident: Incident, uow: UnitOfWork, prefix: str) -> dict[str, Any]:
    url = f"{prefix}/incidents/{incident.id}"
    item = {
        "party": None,
        "incident": work.incident_brief(incident, prefix),
        "due_at": row.due_at,
        "at_once": False,
        "rule": why(row, prefix),
        "phone": None,
        "note": None,
    }
    if row.sender_code != uow.actor.agency_code:
        party = row.sender_name_en if work.is_english() else row.sender_name
        call: dict[str, Any] = {"url": url, "method": "get", "label": None, "fields": {}}
        return item | {"kind": "chase", "party": party, "what": None, "action": call}
    kind = "supplement" if row.kind == "supplement" else "follow_up"
    action: dict[str, Any] = {
        "url": f"{url}/reports/new?kind={kind}",
        "method": "get",
        "label": None,
        "fields": {},
    }
    if kind == "supplement":
        action = {
            "url": f"{url}/legs",
            "method": "get",
            "label": work.said(Text("转报", "Pass on")),
            "fields": {},
        }
    return item | {"kind": kind, "what": work.said(follow_ups.owed_words(row)), "action": action}


def rule_words(row: FollowUpDue) -> str:
    """Return the article of a follow-up's rule as the trade says it."""
    words = work.short_source(str(row.source["en" if work.is_english() else "zh"]))
    if row.status in {"house_rule", "setting"}:
        return work.said(Text(f"本系统约定 {row.rule}", f"house rule {row.rule}"))
    return words


def why(row: FollowUpDue, prefix: str) -> Markup:
    """Return the article of a follow-up's rule as a link to the facts it rests on."""
    url = f"{prefix}/incidents/{row.incident_id}/explanation#due-{row.id}"
    return Markup('<a href="{}">{}</a>').format(url, rule_words(row))


def _to_check(row: ReportCheck, incident: Incident, prefix: str) -> dict[str, Any]:
    source = checks.SOURCE_WORDS[row.source]
    due_at = row.first_due_at if row.first_result_at is None and row.first_due_at else row.details_due_at
    return {
        "kind": "verify",
        "party": None,
        "what": work.said(
            Text(
                f"核查{source.zh}：第 {row.version} 版报告",
                f"Check report {row.version} against: {source.en}",
            )
        ),
        "incident": work.incident_brief(incident, prefix),
        "due_at": due_at or row.opened_at,
        "at_once": due_at is None,
        "rule": work.said(TIP_OFF) if due_at else None,
        "phone": None,
        "note": None,
        "action": {
            "url": f"{prefix}/incidents/{incident.id}/quality#check-{row.id}",
            "method": "get",
            "label": None,
            "fields": {},
        },
    }
