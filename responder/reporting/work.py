"""Legs as things to do now: the due items of boards and incident pages, and the alarm of an unsigned report."""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from markupsafe import Markup

from responder.core.actor import Actor
from responder.core.errors import Text
from responder.core.permissions import Permission, may
from responder.escalation.queries import CallOutView
from responder.foundation.web.context import current_locale
from responder.incidents import explain
from responder.incidents.models import Incident
from responder.incidents.wording import title, where
from responder.reporting.models import ReportLeg, VersionNotice
from responder.reporting.queries import Waiting

AT_ONCE_SECONDS = 60
MOST_OF_A_KIND = {"notify"}


def said(text: Text) -> str:
    """Return *text* in the language of the request."""
    return text.in_(current_locale())


def is_english() -> bool:
    """Return whether the request is answered in English."""
    return current_locale().startswith("en")


def receiver_of(leg: ReportLeg) -> str:
    """Return the receiver's name in the language of the request."""
    return leg.receiver_name_en if is_english() else leg.receiver_name


def sender_of(leg: ReportLeg) -> str:
    """Return the sender's name in the language of the request; a unit without a name is called the unit."""
    name = leg.sender_name_en if is_english() else leg.sender_name
    return name or said(Text("事故单位", "the unit"))


def source_of(leg: ReportLeg) -> str:
    """Return the article of the leg's rule; a house rule says that it is one."""
    words = short_source(str(leg.source["en" if is_english() else "zh"]))
    if leg.status in {"house_rule", "setting"}:
        words = said(Text(f"本系统约定 {leg.rule}", f"house rule {leg.rule}"))
    return words


def why(leg: ReportLeg, prefix: str) -> Markup:
    """Return the article of the leg's rule as a link to the full one, its status and the facts it rests on."""
    url = f"{prefix}/incidents/{leg.incident_id}/explanation#leg-{leg.id}"
    return Markup('<a href="{}">{}</a>').format(url, source_of(leg))


_LONG_SOURCE = re.compile(
    r"(?:国务院|国家安全监管总局|国家安全生产监督管理总局|应急管理部)令第(\d+)号(?:《[^》]*》)?(?:（\d+）)?"
)


def short_source(words: str) -> str:
    """Return a citation as the trade says it: 493号令第10条; the full one stands with the leg."""
    return _LONG_SOURCE.sub(r"\1 号令", words)


def is_at_once(leg: ReportLeg) -> bool:
    """Return whether the duty is due at once (HR-8): it counts up, and has no legal number of minutes."""
    return (leg.due_at - leg.starts_at).total_seconds() < AT_ONCE_SECONDS


def incident_brief(incident: Incident, prefix: str) -> dict[str, Any]:
    """Return what a due item says of its incident."""
    return {
        "title": said(title(incident)),
        "grade": incident.reporting_grade,
        "may_rise": incident.may_rise,
        "url": f"{prefix}/incidents/{incident.id}",
    }


def due_items(
    rows: Iterable[Waiting],
    actor: Actor,
    prefix: str,
    *,
    on_incident: bool = False,
    doubts: Mapping[UUID, Text] | None = None,
) -> list[dict[str, Any]]:
    """Return what the actor's office has to do about these legs, the most urgent first; four bodies are one item.

    *doubts* are contradictions to look at before an incident's report is sent up.
    """
    items: list[dict[str, Any]] = []
    bodies: dict[tuple[Any, str], dict[str, Any]] = {}
    for row in rows:
        leg, incident = row.leg, row.incident
        if leg.receiver_code == actor.agency_code and leg.state == "sent":
            if may(actor.role, Permission.ACKNOWLEDGE_REPORT):
                items.append(_to_sign(leg, incident, prefix))
            continue
        if leg.sender_code != actor.agency_code or not may(actor.role, Permission.SEND_REPORT):
            continue
        if leg.state == "sent" and leg.receiver_rings:
            continue
        if leg.kind == "notify":
            key = (incident.id, leg.sender_code)
            if key in bodies:
                bodies[key]["_names"].append(receiver_of(leg))
                bodies[key]["what"] = _notify_words(bodies[key]["_names"])
                continue
        item = _to_send(leg, incident, prefix)
        if doubts and incident.id in doubts and not item["note"]:
            item["note"] = said(Text("两级数字不一，送出前请核对", "two levels differ: look before sending"))
        if leg.kind == "notify":
            item["_names"] = [receiver_of(leg)]
            bodies[incident.id, leg.sender_code] = item
        items.append(item)
    if on_incident:
        for item in items:
            item["incident"] = None
    return items


def _notify_words(names: list[str]) -> str:
    return said(Text(f"通知{names[0]}等 {len(names)} 个部门", f"Notify {names[0]} and {len(names) - 1} more"))


def _base(leg: ReportLeg, incident: Incident, prefix: str) -> dict[str, Any]:
    return {
        "party": None,
        "incident": incident_brief(incident, prefix),
        "due_at": leg.starts_at if is_at_once(leg) else leg.due_at,
        "at_once": is_at_once(leg),
        "rule": why(leg, prefix),
        "phone": None,
        "note": said(Text(leg.stand_in["zh"], leg.stand_in["en"])) if leg.stand_in else None,
        "leg_id": str(leg.id),
    }


def _to_sign(leg: ReportLeg, incident: Incident, prefix: str) -> dict[str, Any]:
    return {
        **_base(leg, incident, prefix),
        "kind": "acknowledge",
        "what": said(
            Text(f"签收{leg.sender_name or '事故单位'}的报告", f"Acknowledge the report of {sender_of(leg)}")
        ),
        "action": {
            "url": f"{prefix}/legs/{leg.id}/acknowledgement",
            "method": "post",
            "label": None,
            "fields": {"method": "web"},
        },
    }


def _to_send(leg: ReportLeg, incident: Incident, prefix: str) -> dict[str, Any]:
    name_zh, name_en = leg.receiver_name, leg.receiver_name_en
    item = _base(leg, incident, prefix)
    if leg.state == "returned":
        item["note"] = said(Text(f"已退回：{leg.return_reason}", f"returned: {leg.return_reason}"))
    if leg.receiver_rings and leg.kind in {"report", "absolute", "bypass", "government"}:
        return {
            **item,
            "kind": "send_on",
            "what": said(Text(f"报送{name_zh}", f"Report to {name_en}")),
            "action": {
                "url": f"{prefix}/legs/{leg.id}/send",
                "method": "post",
                "label": None,
                "fields": {"method": "web"},
            },
        }
    words = Text(f"电话报告{name_zh}", f"Telephone {name_en}")
    if leg.kind == "notify":
        words = Text(f"通知{name_zh}", f"Notify {name_en}")
    elif leg.kind == "government":
        words = Text(f"报告{name_zh}", f"Report to {name_en}")
    return {
        **item,
        "kind": "telephone" if leg.kind != "notify" else "notify",
        "what": said(words),
        "action": {"url": f"{prefix}/legs/{leg.id}", "method": "get", "label": None, "fields": {}},
    }


def alarm(leg: ReportLeg, incident: Incident, rungs: list[dict[str, Any]], prefix: str) -> dict[str, Any]:
    """Return the solid block of a report that nobody has signed."""
    brief = incident_brief(incident, prefix)
    return {
        "id": str(leg.id),
        "since": leg.sent_at,
        "title": brief["title"],
        "from": sender_of(leg),
        "grade": incident.reporting_grade,
        "may_rise": incident.may_rise,
        "toll": explain.toll(incident.facts),
        "place": said(where(incident)),
        "occurred_at": incident.occurred_at,
        "note": None,
        "url": brief["url"],
        "acknowledge": {
            "url": f"{prefix}/legs/{leg.id}/acknowledgement",
            "method": "post",
            "fields": {"method": "web"},
        },
        "rungs": rungs,
    }


def notice_item(notice: VersionNotice, incident: Incident, prefix: str) -> dict[str, Any]:
    """Return a later version that the office has not seen yet, as a thing to do."""
    return {
        "kind": "verify",
        "party": None,
        "what": said(Text(f"看第 {notice.version} 版", f"Read version {notice.version}")),
        "incident": incident_brief(incident, prefix),
        "due_at": notice.told_at,
        "at_once": True,
        "rule": None,
        "phone": None,
        "note": None,
        "action": {
            "url": f"{prefix}/notices/{notice.id}/seen",
            "method": "post",
            "label": said(Text("已阅", "Seen")),
            "fields": {},
        },
    }


def chase_item(view: CallOutView, prefix: str) -> dict[str, Any]:
    """Return a lower room that does not answer, which the level above now owns, as a thing to do."""
    return {
        "kind": "chase",
        "party": said(view.agency),
        "what": said(Text(f"{view.agency.zh}无应答，请催办", f"{view.agency.en} does not answer: chase it")),
        "incident": {
            "title": said(view.subject),  # it names the grade
            "url": f"{prefix}/incidents/{view.incident_id}" if view.incident_id else f"{prefix}/calls",
        },
        "due_at": view.started_at,
        "at_once": True,
        "rule": None,
        "phone": None,
        "note": view.number,
        "action": {"url": f"{prefix}/calls", "method": "get", "label": None, "fields": {}},
    }


def lateness(leg: ReportLeg, now: datetime) -> int:
    """Return by how many seconds the leg is or was late."""
    return max(0, int(((leg.acknowledged_at or now) - leg.due_at).total_seconds()))
