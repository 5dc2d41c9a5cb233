"""What the chain adds to an incident's page and API answer."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask import request

from responder.core.errors import Text
from responder.core.uow import UnitOfWork
from responder.escalation import queries as escalation
from responder.escalation.queries import CallOutView, RungView
from responder.foundation.web.lexicon import BODIES
from responder.foundation.web.words import duration, word
from responder.incidents.doors import IncidentPanel
from responder.incidents.models import Incident
from responder.law.explain import STATUS_WORDS
from responder.law.model import Status
from responder.reporting import contradictions, queries, work
from responder.reporting.models import ReportLeg
from responder.reporting.queries import WAITING, Waiting
from responder.reporting.shapes import leg_shape
from responder.reporting.wording import delivery_words

AREA = "work_safety"
FOUR_BODIES = ("police", "labour", "union", "procuratorate")
LEVELS = ("county", "city", "province", "state")
WAYS = {
    "report": Text("书面", "in writing"),
    "phone": Text("电话", "by telephone"),
    "absolute": Text("最迟", "at the latest"),
    "government": Text("报本级政府", "to its own government"),
    "notify": Text("通知", "notice"),
    "bypass": Text("越级", "past a level"),
    "follow_up": Text("续报", "follow-up"),
}


class ChainPanel(IncidentPanel):
    """Registered with the incidents' doors by the application."""

    def for_api(self, incident: Incident, uow: UnitOfWork) -> dict[str, Any]:
        """Return the legs."""
        return {"legs": [leg_shape(leg, uow.now) for leg in queries.legs(uow.session, incident.id)]}

    def for_new(self, incident: Incident, uow: UnitOfWork) -> dict[str, Any]:
        """Return the legs that opened at once."""
        legs = sorted(uow.made(ReportLeg), key=lambda leg: (leg.climb, leg.due_at, leg.id))
        return {"legs": [leg_shape(leg, uow.now) for leg in legs]}

    def for_page(self, incident: Incident, uow: UnitOfWork) -> dict[str, Any]:
        """Return the chain, the counts, what is to be done, and who was called."""
        legs = [leg for leg in queries.legs(uow.session, incident.id) if leg.state != "withdrawn"]
        prefix = request.script_root
        code = uow.actor.agency_code
        mine = queries.to_act_on(
            Waiting(leg, incident)
            for leg in legs
            if incident.state == "open"
            and (
                (leg.receiver_code == code and leg.state == "sent")
                or (leg.sender_code == code and leg.state in WAITING)
            )
        )
        history = escalation.history(uow.session, incident.id)
        alarms = [
            work.alarm(row.leg, incident, _rungs(history, row.leg), prefix)
            for row in mine
            if row.leg.receiver_code == code
        ]
        return {
            "alarms": alarms[:1],
            "yours": work.due_items(
                [row for row in mine if row.leg.receiver_code != code],
                uow.actor,
                prefix,
                on_incident=True,
                doubts=contradictions.doubts(uow, [incident]),
            ),
            "quad": {"reported": _reported(legs)},
            "legs": _counts(legs),
            "chain": [
                office for level in LEVELS if (office := _office(legs, level, AREA, code, uow.now, prefix))
            ],
            "lines": _lines(legs, code, uow.now, prefix),
            "callouts": [_callout(one) for one in history],
        }


def _counts(legs: Sequence[ReportLeg]) -> dict[str, int]:
    return {
        "total": len(legs),
        "acknowledged": sum(leg.state == "acknowledged" for leg in legs),
        "open": sum(leg.state in WAITING for leg in legs),
        "planned": sum(leg.state == "planned" for leg in legs),
    }


def _reported(legs: Sequence[ReportLeg]) -> str:
    words = []
    for level in LEVELS:
        arrows = [leg for leg in legs if leg.receiver == f"{level}.{AREA}" and leg.kind != "bypass"]
        if not arrows:
            continue
        name = {"county": "县", "city": "市", "province": "省", "state": "国家"}[level]
        if any(leg.state == "acknowledged" for leg in arrows):
            words.append(Text(f"{name}已签收", f"{level} signed"))
        elif any(leg.state == "sent" for leg in arrows):
            words.append(Text(f"{name}未签收", f"{level} not signed"))
        else:
            words.append(Text(f"{name}未报", f"{level} not told"))
    return work.said(Text("，".join(w.zh for w in words[-2:]), ", ".join(w.en for w in words[-2:])))


def _office(
    legs: Sequence[ReportLeg], level: str, body: str, code: str, now: datetime, prefix: str
) -> dict[str, Any] | None:
    """Return one receiving office with everything that concerns it, or None where nothing is owed to it."""
    party = f"{level}.{body}"
    # What one office would have to send to itself was skipped: nobody signed it, so it is no receipt.
    arrows = [leg for leg in legs if leg.receiver == party and leg.state != "skipped"]
    own = [leg for leg in legs if leg.sender == party]
    if not arrows and (not own or body != AREA):
        return None
    climb = max(leg.climb for leg in (arrows or own))
    latest = [leg for leg in arrows if leg.climb == climb] or arrows
    binding = min(latest, key=lambda leg: (leg.acknowledged_at is not None, leg.due_at), default=None)
    done = [leg for leg in arrows if leg.acknowledged_at is not None]
    first = min(done, key=lambda leg: leg.acknowledged_at or now, default=None)
    waiting = [leg for leg in latest if leg.state in WAITING]
    state = "done" if not arrows or (first and not waiting) else "open" if waiting else "planned"
    if any(leg.state == "returned" for leg in latest):
        state = "returned"
    name = work.receiver_of(arrows[0]) if arrows else work.sender_of(own[0])
    holder = arrows[0].receiver_code if arrows else own[0].sender_code
    return {
        "name": name,
        "note": _note(arrows, waiting, holder == code),
        "is_here": holder == code,
        "state": state,
        "acknowledged_at": first.acknowledged_at if first else own[0].starts_at if not arrows else None,
        "answered_by": first.answered_by if first else None,
        "late_seconds": max((work.lateness(leg, now) for leg in done), default=0),
        "due_at": binding.due_at if binding and state != "done" else None,
        "at_once": work.is_at_once(binding) if binding else False,
        "why_state": None,
        "government": _government(own),
        "bodies": _bodies(own),
        "limits": [
            _limit(leg, now, prefix) for leg in sorted(latest, key=lambda leg: (not leg.binding, leg.due_at))
        ],
        "url": f"{prefix}/legs/{binding.id}" if binding else None,
        "explain": None,
    }


def _note(arrows: Sequence[ReportLeg], waiting: Sequence[ReportLeg], here: bool) -> str | None:
    if here:
        return work.said(Text("本室", "this room"))
    stand_in = next((leg.stand_in for leg in arrows if leg.stand_in), None)
    if stand_in:
        return work.said(Text(stand_in["zh"], stand_in["en"]))
    if any(leg.state == "sent" for leg in waiting):
        return work.said(Text("已送达看板，未签收", "on its board, not signed"))
    if waiting:
        ways = "、".join(dict.fromkeys(work.said(WAYS[leg.kind]) for leg in waiting))
        return work.said(Text(f"{ways}未报", f"not told: {ways}"))
    return None


def _government(own: Sequence[ReportLeg]) -> dict[str, Any] | None:
    arrows = [leg for leg in own if leg.receiver.endswith(".government")]
    if not arrows:
        return None
    leg = arrows[-1]
    return {"state": leg.state, "at": leg.acknowledged_at or leg.sent_at, "due_at": leg.due_at}


def _bodies(own: Sequence[ReportLeg]) -> dict[str, Any] | None:
    latest: dict[str, bool] = {}
    for leg in own:
        body = leg.receiver.partition(".")[2]
        if leg.kind == "notify" and body in FOUR_BODIES:
            latest[body] = latest.get(body, False) or leg.acknowledged_at is not None
    if not latest:
        return None
    return {
        "notified": sum(latest.values()),
        "total": len(latest),
        "each": [{"name": word(BODIES, body), "done": done} for body, done in latest.items()],
    }


def _limit(leg: ReportLeg, now: datetime, prefix: str) -> dict[str, Any]:
    """Return one limit on an arrow; its rule opens the article and the facts used, its note says how it stands."""
    return {
        "way": work.said(WAYS[leg.kind]),
        "due_at": leg.due_at,
        "counted": f"{work.sender_of(leg)} → {work.receiver_of(leg)}",
        "rule": work.why(leg, prefix),
        "note": work.said(_standing(leg, now)),
        "binding": leg.binding,
    }


def _standing(leg: ReportLeg, now: datetime) -> Text:
    """Return how a limit stands: time left or late by how much, whether it binds, and whether it is law at all."""
    zh, en = [], []
    if leg.binding:
        zh.append("最早")
        en.append("binds")
    if leg.status != "law":
        word = STATUS_WORDS[Status(leg.status)]
        zh.append(word.zh)
        en.append(word.en)
    late = work.lateness(leg, now)
    if leg.state in WAITING or leg.acknowledged_at is not None:
        left = int((leg.due_at - now).total_seconds())
        if late:
            zh.append(f"晚 {duration(late)}")
            en.append(f"late by {duration(late)}")
        elif leg.acknowledged_at is not None:
            zh.append("按时")
            en.append("in time")
        elif not work.is_at_once(leg):
            zh.append(f"剩 {duration(left)}")
            en.append(f"{duration(left)} left")
    return Text("，".join(zh), ", ".join(en))


def _lines(legs: Sequence[ReportLeg], code: str, now: datetime, prefix: str) -> list[dict[str, Any]]:
    """Return the lines beside the area line: the mine-safety inspectorate, the industry department."""
    by_body: dict[str, list[str]] = defaultdict(list)
    for leg in legs:
        level, _, body = leg.receiver.partition(".")
        if body in {"coal_inspectorate", "industry"} and level not in by_body[body]:
            by_body[body].append(level)
    lines = []
    for body, levels in by_body.items():
        offices = [
            office
            for level in LEVELS
            if level in levels and (office := _office(legs, level, body, code, now, prefix))
        ]
        if offices:
            lines.append({"title": word(BODIES, body), "offices": offices})
    return lines


def _rungs(history: Sequence[CallOutView], leg: ReportLeg) -> list[dict[str, Any]]:
    for one in history:
        if one.id == leg.call_out_id:
            return rung_models(one)
    return []


def rung_models(view: CallOutView) -> list[dict[str, Any]]:
    """Return the rungs of a call-out as the alarm shows them."""
    return [
        {
            "at": rung.at,
            "who": "、".join(rung.names) or work.said(rung.who),
            "post": work.said(rung.who) if rung.names else None,
            "channels": work.said(rung.nobody) if rung.nobody else None,
            "current": rung.current,
            "done": rung.done,
        }
        for rung in view.rungs
    ]


def _callout(view: CallOutView) -> dict[str, Any]:
    return {
        "from": "",
        "to": work.said(view.agency),
        "started_at": view.started_at,
        "outcome": _outcome(view),
        "exhausted": view.state == "exhausted",
        "attempts": [
            {
                "at": rung.at,
                "who": "、".join(rung.names) or work.said(rung.who),
                "post": work.said(rung.who) if rung.names else None,
                "words": _attempt_words(rung),
                "signed_at": next((a.answered_at for a in rung.attempts if a.answered_at), None),
            }
            for rung in view.rungs
        ],
    }


def _outcome(view: CallOutView) -> str | None:
    if view.acknowledged_at is not None:
        minutes = int((view.acknowledged_at - view.started_at).total_seconds() // 60)
        return work.said(Text(f"{minutes} 分钟签收", f"signed after {minutes} min"))
    return work.said(view.why) if view.why else None


def _attempt_words(rung: RungView) -> str:
    words = [work.said(rung.nobody)] if rung.nobody else []
    words += dict.fromkeys(work.said(delivery_words(a.channel, a.state, a.reason)) for a in rung.attempts)
    return work.said(Text("；", "; ")).join(words)
