"""`responder assess`: one JSON object in, one out. Names here are fixed; more may be added, none renamed."""

from __future__ import annotations

import json
from datetime import datetime
from functools import lru_cache
from typing import Any

from responder.law.case_reading import BadInput, read_case
from responder.law.engine import assess
from responder.law.model import BEIJING, Assessment, Grade, Kind, Obligation, Party, Reason, Rule
from responder.law.registry import RuleSets


def _at(at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(BEIJING).isoformat()


def _grade(grade: Grade | None) -> str | None:
    return None if grade is None else grade.value


def _reason(reason: Reason) -> dict[str, Any]:
    return {
        "rule": reason.rule,
        "criterion": reason.criterion,
        "value": reason.value,
        "threshold": reason.threshold,
        "grade": _grade(reason.grade),
        "source": reason.source.zh,
        "status": reason.status.value,
        "facts": dict(reason.facts),
    }


@lru_cache(maxsize=4096)
def _arrow_text(sender: Party, addressee: Party, kind: Kind, rule: Rule) -> str:
    """Return the members of an obligation that never change for an arrow, as JSON without the closing brace."""
    shown = {
        "from": sender.text,
        "to": addressee.text,
        "rule": rule.id,
        "kind": kind.value,
        "source": rule.source.zh,
        "status": rule.status.value,
        "limit_status": rule.limit_status.value,
        "verification": rule.verification.value,
    }
    return json.dumps(shown, ensure_ascii=False)[:-1]


class _InstantTexts(dict[datetime, str]):
    """Instants as JSON texts, each written once."""

    def __missing__(self, at: datetime) -> str:
        text = self[at] = f'"{at.astimezone(BEIJING).isoformat()}"'
        return text


def _obligation_text(duty: Obligation, texts: _InstantTexts) -> str:
    """Return one obligation as JSON text; a busy accident has fifty of them."""
    text = (
        f"{_arrow_text(duty.sender, duty.addressee, duty.kind, duty.ruled_by)}"
        f', "starts_at": {texts[duty.starts_at]}, "due_at": {texts[duty.due_at]}'
        f', "binding": {_BOOLEAN[duty.binding]}, "climb": {duty.climb}, "planned": {_BOOLEAN[duty.planned]}'
        f', "minutes": {"null" if duty.minutes is None else duty.minutes}'
    )
    if duty.late_seconds is not None:
        text += f', "late_seconds": {duty.late_seconds}'
    if duty.withdrawn_at is not None:
        text += f', "withdrawn_at": {texts[duty.withdrawn_at]}'
    if duty.per_day is not None:
        text += f', "per_day": {duty.per_day}'
    if duty.version:
        text += f', "version": {duty.version}'
    return text + "}"


_BOOLEAN = {True: "true", False: "false"}


def _investigation(answer: Assessment) -> dict[str, Any] | None:
    found = answer.investigation
    if found is None:
        return None
    days = (found.report_due_on, found.decision_due_on, found.report_latest_on)
    report, decision, latest = (None if day is None else day.isoformat() for day in days)
    return {
        "authority": None if found.authority is None else found.authority.text,
        "report_due_on": report,
        "decision_due_on": decision,
        "rule": found.rule,
        "source": found.source.zh,
        "status": found.status.value,
        "report_latest_on": latest,
        "may_delegate_to_unit": found.may_delegate_to_unit,
    }


def _head(answer: Assessment) -> dict[str, Any]:
    """Return everything of the answer but its obligations."""
    place = answer.case.place
    return {
        "rule_set": answer.rule_set,
        "reporting_grade": _grade(answer.reporting_grade),
        "final_grade": _grade(answer.final_grade),
        "worst_case_grade": _grade(answer.worst_case_grade),
        "grade_word": answer.grade_word,
        "grade_word_note": answer.word_note,
        "may_rise": answer.may_rise,
        "near_miss": answer.near_miss,
        "reasons": [_reason(reason) for reason in answer.reasons],
        "climbs_to": None if answer.climbs_to is None else answer.climbs_to.value,
        "history": [
            {
                "at": _at(entry.at),
                "reporting_grade": _grade(entry.reporting_grade),
                "why": entry.why,
                "climb": entry.climb,
            }
            for entry in answer.history
        ],
        "window_closes_at": _at(answer.window_closes_at),
        "counted": dict(answer.counted),
        "investigation": _investigation(answer),
        "warnings": list(answer.warnings),
        "place": {"county": place.county, "city": place.city, "province": place.province},
    }


def answer_text(answer: Assessment, identity: Any) -> str:
    """Return the answer as the JSON text of the contract."""
    texts = _InstantTexts()
    duties = ", ".join(_obligation_text(duty, texts) for duty in answer.obligations)
    head = json.dumps({"id": identity, **_head(answer)}, ensure_ascii=False)
    return f'{head[:-1]}, "obligations": [{duties}]}}'


def answer_of(answer: Assessment) -> dict[str, Any]:
    """Return the answer as the decoded JSON object of the contract."""
    found: dict[str, Any] = json.loads(answer_text(answer, answer.case.id))
    return found


def answer_line(line: str | bytes, rule_sets: RuleSets | None = None) -> tuple[str, bool]:
    """Return the answer to one line of JSON, as a line of JSON, and whether the line was good."""
    identity: Any = None
    try:
        try:
            values = json.loads(line)
        except (ValueError, RecursionError):
            raise BadInput("line", "is no JSON") from None
        identity = values.get("id") if isinstance(values, dict) else None
        return answer_text(assess(read_case(values, rule_sets), rule_sets), identity), True
    except BadInput as why:
        refused = {"id": identity, "error": {"field": why.field, "message": why.message}}
        return json.dumps(refused, ensure_ascii=False), False
