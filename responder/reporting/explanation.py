"""Why: every reason of the grade, every limit, every addressee, with its rule, its article and the facts used."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from responder.core.clock import wall
from responder.core.errors import Text
from responder.core.uow import UnitOfWork
from responder.foundation.web.api import iso
from responder.foundation.web.lexicon import FACTS
from responder.incidents import outlook, rule_sets
from responder.incidents.models import Incident
from responder.law.explain import CRITERION_WORDS, STATUS_WORDS, Sentence, explain_obligation, explain_reason
from responder.law.model import Obligation, ObligationKey, Party, Status
from responder.reporting import contradictions, follow_ups, overruling, windows
from responder.reporting.assessing import Assessed, assessed
from responder.reporting.chain import key_of
from responder.reporting.duty_models import FollowUpDue
from responder.reporting.judgement_models import Overruling
from responder.reporting.models import ReportLeg
from responder.reporting.services import late_seconds

CLOCKS = {
    "receipt": Text("自{sender}收到时起算", "counted from the receipt by {sender}"),
    "unit": Text("自单位负责人得知时起算", "counted from when the head of the unit learned it"),
    "accident": Text("自事故发生时起算", "counted from the accident"),
}


def whole(incident: Incident, uow: UnitOfWork) -> dict[str, Any]:
    """Return the whole explanation as `GET /api/v1/incidents/{id}/explanation` answers it."""
    seen = assessed(incident, uow)
    answer = seen.answer
    ahead = outlook.outlook_of(incident, seen.latest, rule_sets.live(uow.session))
    closes_at = windows.casualties_close_at(incident, uow)
    return {
        "id": str(incident.id),
        "number": incident.number,
        "version": incident.version,
        "rule_set": answer.rule_set,
        "grade": {
            "reporting_grade": incident.reporting_grade,
            "computed": answer_grade(seen),
            "final_grade": incident.final_grade,
            "word": seen.computed.grade_word,
            "may_rise": incident.may_rise,
            "unknown": list(seen.computed.unknown),
            "counted": dict(seen.computed.counted),
            "reasons": grade_reasons(seen),
            "next_steps": [_both(text) for text in (ahead.nearest, *ahead.further) if text],
            "could_rise": _both(ahead.could_rise) if ahead.could_rise else None,
            "worst": _both(ahead.worst) if ahead.worst else None,
        },
        "deadlines": [deadline(leg, duty, answer.rule_set, uow.now) for leg, duty in duties(seen)],
        "addressees": addressees(seen),
        "climbs_to": answer.climbs_to.value if answer.climbs_to else None,
        "history": [
            {
                "at": iso(entry.at),
                "reporting_grade": entry.reporting_grade.value if entry.reporting_grade else None,
                "why": entry.why,
                "climb": entry.climb,
            }
            for entry in seen.computed.history
        ],
        "window_closes_at": iso(closes_at),
        "outside_window": [r.version for r in seen.reports if windows.is_outside(r, closes_at)],
        "warnings": list(seen.computed.warnings),
        "follow_ups": [follow_up(row) for row in follow_ups.of_incident(incident, uow)],
        "contradictions": [
            {"figure": one.figure, **_both(one.words)}
            for one in contradictions.of_incident(incident, uow, seen.reports)
        ],
        "overrulings": [overruled(row) for row in overruling.of_incident(incident, uow)],
    }


def answer_grade(seen: Assessed) -> str | None:
    """Return the grade that the figures of the latest report give, whoever may have set it aside."""
    return seen.latest.reporting_grade


def _both(text: Text | Sentence) -> dict[str, str]:
    return {"zh": text.zh, "en": text.en}


def grade_reasons(seen: Assessed) -> list[dict[str, Any]]:
    """Return every reason of the grade: sentence, rule, article, status, value, threshold and the facts used."""
    return [
        {
            "rule": reason.rule,
            "criterion": reason.criterion,
            "value": reason.value,
            "threshold": reason.threshold,
            "grade": reason.grade.value if reason.grade else None,
            "status": reason.status.value,
            "source": _both(Text(reason.source.zh, reason.source.en)),
            "facts": dict(reason.facts),
            "sentence": _both(explain_reason(reason)),
        }
        for reason in seen.computed.reasons
    ]


def duties(seen: Assessed) -> list[tuple[ReportLeg, Obligation | None]]:
    """Return each leg with the obligation it stands for; None where the law no longer asks for it."""
    owed: dict[ObligationKey, Obligation] = {duty.key: duty for duty in seen.answer.obligations}
    return [(leg, owed.get(key_of(leg))) for leg in seen.legs]


def deadline(leg: ReportLeg, duty: Obligation | None, rule_set: str, now: datetime) -> dict[str, Any]:
    """Return why a leg is due when it is."""
    ended = leg.state in {"withdrawn", "skipped", "planned"}
    late = 0 if ended else late_seconds(leg, leg.acknowledged_at or now)
    left = int((leg.due_at - now).total_seconds())
    return {
        "leg": str(leg.id),
        "climb": leg.climb,
        "from": leg.sender,
        "to": leg.receiver,
        "to_name": leg.receiver_name,
        "kind": leg.kind,
        "state": leg.state,
        "binding": leg.binding,
        "starts_at": iso(leg.starts_at),
        "due_at": iso(leg.due_at),
        "minutes": duty.minutes if duty else None,
        "seconds_left": left if leg.state in {"open", "sent", "returned"} else None,
        "late_seconds": late,
        "rule": leg.rule,
        "source": leg.source,
        "status": duty.status.value if duty else leg.status,
        "limit_status": leg.status,
        "verification": duty.verification.value if duty else None,
        "sentence": _both(sentence(leg, duty, rule_set)),
        "facts": facts_used(leg),
        "stand_in": leg.stand_in,
    }


def sentence(leg: ReportLeg, duty: Obligation | None, rule_set: str) -> Text:
    """Return who owes what to whom within how long, by which article."""
    if duty is None:
        return Text(
            f"{leg.source['zh']}；数字变化后不再要求",
            f"{leg.source['en']}; no longer asked for after the change",
        )
    said = explain_obligation(duty, rule_set)
    return Text(said.zh, said.en)


def facts_used(leg: ReportLeg) -> dict[str, Any]:
    """Return the moment from which the limit runs, and what that moment was."""
    return {"starts_at": iso(leg.starts_at), "version": leg.version, "climb": leg.climb}


def counted_from(leg: ReportLeg, incident: Incident) -> Text:
    """Return from when a limit is counted, e.g. 自白山市应急管理局收到时起算，14:05."""
    at = wall(leg.starts_at).strftime("%H:%M")
    clock = "receipt"
    if leg.starts_at == incident.occurred_at:
        clock = "accident"
    elif leg.sender == "unit":
        clock = "unit"
    words = CLOCKS[clock]
    return Text(
        f"{words.zh.format(sender=leg.sender_name or '事故单位')}，{at}",
        f"{words.en.format(sender=leg.sender_name_en or 'the unit')}, {at}",
    )


def addressees(seen: Assessed) -> list[dict[str, Any]]:
    """Return each office that is told, with every rule that says so, and who stands in for whom."""
    by_party: dict[str, dict[str, Any]] = {}
    for leg, duty in duties(seen):
        if leg.state == "withdrawn":
            continue
        one = by_party.setdefault(
            leg.receiver,
            {
                "party": leg.receiver,
                "agency": leg.receiver_code,
                "name": leg.receiver_name,
                "name_en": leg.receiver_name_en,
                "stand_in": leg.stand_in,
                "rules": [],
            },
        )
        rule = {
            "rule": leg.rule,
            "kind": leg.kind,
            "from": leg.sender,
            "source": leg.source,
            "status": leg.status,
        }
        if duty is not None and rule not in one["rules"]:
            one["rules"].append(rule)
    heights = {level: number for number, level in enumerate(("county", "city", "province", "state"))}
    return sorted(by_party.values(), key=lambda one: heights.get(Party.parse(one["party"]).level.value, -1))


def follow_up(row: FollowUpDue) -> dict[str, Any]:
    """Return one follow-up or supplement owed."""
    return {
        "id": str(row.id),
        "kind": row.kind,
        "day": row.day,
        "number": row.number,
        "from_agency": row.sender_code,
        "to_agency": row.above_code or None,
        "due_at": iso(row.due_at),
        "rule": row.rule,
        "source": row.source,
        "status": row.status,
        "satisfied_at": iso(row.satisfied_at),
        "satisfied_by": row.satisfied_by,
        "withdrawn_at": iso(row.withdrawn_at),
        "late": row.late,
    }


def overruled(row: Overruling) -> dict[str, Any]:
    """Return what a leader set aside, and the computed value it stands in for."""
    return {
        "id": str(row.id),
        "what": row.what,
        "leg": str(row.leg_id) if row.leg_id else None,
        "computed": row.computed,
        "value": row.value,
        "reason": row.reason,
        "by": row.decided_by,
        "post": row.decided_post,
        "agency": row.agency_code,
        "agency_name": row.agency_name,
        "at": iso(row.decided_at),
        "ended_at": iso(row.ended_at),
        "ended_why": row.ended_why,
    }


def status_word(status: str) -> Text:
    """Return what a rule is: law, practice, house rule or setting."""
    word = STATUS_WORDS[Status(status)]
    return Text(word.zh, word.en)


def facts_words(facts: Mapping[str, Any]) -> Text:
    """Return the figures a reason was made of, e.g. 死亡 28、失踪 未知."""
    parts_zh, parts_en = [], []
    for name, value in facts.items():
        known = CRITERION_WORDS.get(name)
        other = Text(known.zh, known.en) if known else Text(name, name.replace("_", " "))
        word = FACTS.get(name, other)
        parts_zh.append(f"{word.zh} {'未知' if value is None else f'{value:,}'}")
        parts_en.append(f"{word.en} {'unknown' if value is None else f'{value:,}'}")
    return Text("、".join(parts_zh), ", ".join(parts_en))
