"""What the system makes of an intake while it is typed: recognised pieces, grade, doubts, duplicates, questions."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from responder.core.clock import as_utc
from responder.core.errors import InvalidInput, ResponderError, Text
from responder.core.uow import UnitOfWork
from responder.foundation.web.context import current_locale
from responder.foundation.web.lexicon import ACCIDENT_TYPES, FACTS, SECTORS
from responder.foundation.web.words import short_time
from responder.incidents import explain, grading, outlook, queries, rule_sets
from responder.incidents.intake_form import FIELD_NAMES, Filled, complete, form_errors, raw_intake, show_time
from responder.incidents.models import Incident
from responder.incidents.places import DirectoryPlaces, read_words
from responder.incidents.queries import Likeness
from responder.incidents.questions import questions
from responder.incidents.recognition.model import FACT_FIELDS, Field, Recognition, Span
from responder.incidents.rules import Intake, jurisdiction_of, missing_elements, read_intake
from responder.incidents.services import refusal_to_report
from responder.incidents.wording import title


@dataclass(frozen=True)
class Reading:
    """An intake as far as it can be read: the completed form, the intake if it can be saved, else the errors."""

    filled: Filled
    heard: Recognition
    intake: Intake | None
    errors: Mapping[str, Text]


def read_form(values: Mapping[str, str], uow: UnitOfWork) -> Reading:
    """Return what the typed fields and the words amount to."""
    places = DirectoryPlaces(uow.session, uow.actor.area.code, uow.now)
    heard = read_words(uow.session, values.get("text", ""), uow.now, uow.actor.area.code)
    found = (
        places.by_code(heard.place.town_code or heard.place.code)
        if heard.place and heard.place.code
        else None
    )
    filled = complete(values, heard, found.full_name if found else None)
    try:
        intake = read_intake(raw_intake(filled.values, uow.now), uow.now, places)
    except InvalidInput as refused:
        return Reading(filled, heard, None, form_errors(refused.errors))
    refusal = refusal_to_report(intake.place, uow)
    return Reading(filled, heard, intake, {"place": refusal} if refusal else {})


def preview(reading: Reading, uow: UnitOfWork, *, prefix: str, dismissed: frozenset[str]) -> dict[str, Any]:
    """Return the view-model of the preview (described in templates/incidents/_preview.html)."""
    locale = current_locale()
    text = reading.filled.values.get("text", "")
    model: dict[str, Any] = {
        "pieces": _pieces(text, reading),
        "recognised": len([span for span in reading.heard.spans if span.field]),
        "fills": _fills(reading),
        "grade": None,
        "may_rise": False,
        "warnings": _warnings(reading, locale),
        "places": _choices(reading, uow),
        "duplicates": [],
        "questions": [],
        "missing_count": 0,
        "goes_to": None,
    }
    if reading.intake is None:
        return model
    _judge(reading.intake, model, uow, locale)
    model["duplicates"] = _duplicates(reading.intake, uow, prefix, dismissed)
    missing = missing_elements(
        unit=reading.intake.unit,
        occurred_uncertain=reading.intake.occurred_uncertain,
        summary=reading.intake.summary,
        facts=reading.intake.facts,
        measures=reading.intake.measures,
    )
    asked = questions(reading.intake.sector, reading.intake.accident_type, reading.intake.facts, missing)
    model["questions"] = [{"ask": ask.in_(locale), "why": why.in_(locale)} for ask, why in asked]
    model["missing_count"] = len(missing)
    return model


def _judge(intake: Intake, model: dict[str, Any], uow: UnitOfWork, locale: str) -> None:
    sets = rule_sets.live(uow.session)
    judged = grading.judge(intake, uow.now, sets)
    model["grade"], model["may_rise"] = judged.reporting_grade, judged.may_rise
    model["ruler"] = explain.ruler(intake.facts, judged.reporting_grade)
    decided = explain.deciding(judged.reasons, intake.facts)
    if decided:
        model["deciding"], model["source"] = decided[0].in_(locale), decided[1].in_(locale)
    model |= outlook_model(outlook.outlook(intake, uow.now, sets), locale)


def outlook_model(ahead: outlook.Outlook, locale: str) -> dict[str, Any]:
    """Return the sentences about what could lift the grade, as the templates show them."""
    return {
        "nearest": ahead.nearest.in_(locale) if ahead.nearest else None,
        "further": [step.in_(locale) for step in ahead.further],
        "could_rise": ahead.could_rise.in_(locale) if ahead.could_rise else None,
        "worst": ahead.worst.in_(locale) if ahead.worst else None,
    }


def _pieces(text: str, reading: Reading) -> list[dict[str, Any]]:
    locale = current_locale()
    pieces: list[dict[str, Any]] = []
    end = 0
    for span in reading.heard.spans:
        if span.start > end:
            pieces.append({"text": text[end : span.start], "field": None})
        pieces.append(
            {
                "text": text[span.start : span.end],
                "field": span.field.value,
                "note": _note(span, locale),
                "value": _value(span, reading),
                "shown": None,
                "doubt": span.doubt,
            }
        )
        end = span.end
    if pieces and end < len(text):
        pieces.append({"text": text[end:], "field": None})
    return pieces


def _note(span: Span, locale: str) -> str:
    name = (
        FIELD_NAMES.get(span.field) or FACTS.get(span.field.value) or Text(span.field.value, span.field.value)
    )
    words = name.in_(locale)
    if span.field is Field.SECTOR and isinstance(span.value, str) and span.value in SECTORS:
        words = f"{words} {SECTORS[span.value].in_(locale)}"
    if span.field is Field.ACCIDENT_TYPE and isinstance(span.value, str) and span.value in ACCIDENT_TYPES:
        words = f"{words} {ACCIDENT_TYPES[span.value].in_(locale)}"
    if span.note is not None:
        note = span.note.en if locale.startswith("en") else span.note.zh
        words = f"{words}，{note}" if not locale.startswith("en") else f"{words}, {note}"
    return words


def _value(span: Span, reading: Reading) -> str:
    if span.field is Field.PLACE:
        return reading.filled.values.get("place", "")
    if span.field in {Field.OCCURRED_AT, Field.UNIT_INFORMED_AT}:
        return reading.filled.values.get(span.field.value, "")
    if span.field in FACT_FIELDS:
        return str(reading.heard.facts.get(span.field.value, ""))
    return str(span.value or "")


def _fills(reading: Reading) -> list[dict[str, str]]:
    heard = reading.heard
    fills = [("jurisdiction", (heard.place.town_code or heard.place.code or "") if heard.place else "")]
    seen = {span.field.value for span in heard.spans}
    fills += [
        (name, value or "")
        for name, value in (("sector", heard.sector), ("accident_type", heard.accident_type))
    ]
    if heard.occurred_at and "occurred_at" not in seen:
        fills.append(("occurred_at", show_time(as_utc(heard.occurred_at))))
    return [{"field": name, "value": value} for name, value in fills if value]


def _warnings(reading: Reading, locale: str) -> list[str]:
    names = {"en": "en"}.get(locale, "zh")
    notes = [getattr(note, names) for note in reading.heard.notes]
    # While a field is still empty nobody is scolded; what is wrong with what stands there is said at once.
    wrong = [
        text.in_(locale)
        for name, text in reading.errors.items()
        if reading.filled.values.get(name, "").strip()
    ]
    return list(dict.fromkeys(notes + wrong))


def _choices(reading: Reading, uow: UnitOfWork) -> list[dict[str, str]]:
    values = reading.filled.values
    if values.get("jurisdiction") or not values.get("place"):
        return []
    try:
        candidates = DirectoryPlaces(uow.session, uow.actor.area.code, uow.now).by_text(values["place"])
    except ResponderError:
        return []
    if len(candidates) < 2:
        return []
    return [{"code": place.code, "name": place.full_name, "why": ""} for place in candidates[:6]]


def _duplicates(
    intake: Intake, uow: UnitOfWork, prefix: str, dismissed: frozenset[str]
) -> list[dict[str, Any]]:
    likeness = Likeness(jurisdiction_of(intake.place), intake.unit, intake.sector, intake.occurred_at)
    rows = queries.probable_duplicates(uow.session, uow.actor, likeness)
    return [
        {
            **twin(row, intake.occurred_at, prefix),
            "merge_url": f"{prefix}/incidents/{row.id}/reports/new",
            "dismissed": str(row.id) in dismissed,
        }
        for row in rows
    ]


def twin(row: Incident, occurred_at: datetime, prefix: str) -> dict[str, Any]:
    """Return an incident that may be the same one, and how far apart the two are said to have happened."""
    apart = int(abs((row.occurred_at - occurred_at).total_seconds()) // 60)
    words = Text(
        f"{short_time(row.received_at)} 接报，发生时间相隔 {apart} 分钟",
        f"received {short_time(row.received_at)}, {apart} min apart",
    )
    return {
        "id": str(row.id),
        "number": row.number,
        "title": title(row).in_(current_locale()),
        "url": f"{prefix}/incidents/{row.id}",
        "words": words.in_(current_locale()),
    }
