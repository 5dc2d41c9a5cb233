"""One text in, one recognition out: the readers take their turns, each leaving what it claimed to no other."""

from datetime import datetime
from types import MappingProxyType

from responder.incidents.recognition.figures import read_figures
from responder.incidents.recognition.gazetteer import Gazetteer
from responder.incidents.recognition.kinds import read_kinds
from responder.incidents.recognition.model import FACT_FIELDS, Field, Note, Recognition, Span
from responder.incidents.recognition.places import PlaceReader
from responder.incidents.recognition.reading import MAX_READ, Reading
from responder.incidents.recognition.settling import Located
from responder.incidents.recognition.times import read_times
from responder.incidents.recognition.units import Glued, read_unit


def recognise(text: str, *, now: datetime, gazetteer: Gazetteer, home: str | None) -> Recognition:
    """Return what *text* says of an accident, as spans of the original characters.

    *now* is aware and decides what a bare clock time means; *home* is the code of the officer's agency or its
    jurisdiction and decides between places of the same name. Only the first `MAX_READ` characters are read.
    No text makes it fail; a naive *now* raises ValueError.
    """
    if now.tzinfo is None:
        raise ValueError("now must be aware")
    reading = Reading(text)
    timed = read_times(reading.plain, now)
    times = [span for span in timed.spans if span.field is not Field.NOTED_AT or span.value is not None]
    reading.claim_all([(span.start, span.end) for span in times])
    located = PlaceReader(reading.free, gazetteer, home).read()
    if located is not None:
        reading.claim(located.start, located.end)
    without_place = reading.plain if located is None else _blanked(reading.plain, located)
    figures = read_figures(reading.free)
    reading.claim_all([(span.start, span.end) for span in figures.spans])
    unit = read_unit(reading.free, _glued(located))
    if unit is not None:
        reading.claim(unit.start, unit.end)
    kinds = read_kinds(without_place, reading.free, unit, Field.ACUTE_POISONINGS in figures.facts)
    spans = [*times, *_place_spans(located, text), *figures.spans, *([unit] if unit else []), *kinds.spans]
    return Recognition(
        spans=_apart(spans),
        place=located.place if located else None,
        unit=str(unit.value) if unit else None,
        sector=kinds.sector,
        accident_type=kinds.accident_type,
        occurred_at=timed.occurred_at,
        unit_informed_at=timed.informed_at,
        facts=MappingProxyType(
            {field.value: count for field, count in sorted(figures.facts.items()) if field in FACT_FIELDS}
        ),
        notes=(*figures.notes, *kinds.notes, *_cut_note(text)),
    )


def _blanked(plain: str, located: Located) -> str:
    return plain[: located.start] + "\x01" * (located.end - located.start) + plain[located.end :]


def _glued(located: Located | None) -> Glued | None:
    if located is None or located.whole_name:
        return None
    return Glued(located.place.text, located.end)


def _place_spans(located: Located | None, text: str) -> list[Span]:
    if located is None:
        return []
    place = located.place
    value = place.town_code or place.code
    return [Span(located.start, located.end, Field.PLACE, value, place.doubt, place.note)]


def _apart(spans: list[Span]) -> tuple[Span, ...]:
    """Return the spans in order of place; of two that overlap the earlier stays."""
    kept: list[Span] = []
    for span in sorted(spans, key=lambda each: (each.start, each.end)):
        if not kept or span.start >= kept[-1].end:
            kept.append(span)
    return tuple(kept)


def _cut_note(text: str) -> tuple[Note, ...]:
    if len(text) <= MAX_READ:
        return ()
    return (
        Note(f"只认了前 {MAX_READ} 字，其余请人工填写。", f"Only the first {MAX_READ} characters were read."),
    )
