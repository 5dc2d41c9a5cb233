"""Whose accident it is: the unit's name as written, 某煤矿 included."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from responder.incidents.recognition.model import Field, Note, Span
from responder.incidents.recognition.reading import lower
from responder.incidents.recognition.vocabulary import vocabulary

_RUN = re.compile(r"(?:[㐀-鿿A-Za-z0-9#·]|[(（][㐀-鿿]{2,6}[)）](?=集团|有限|股份|总公司|分公司)){2,60}")
_OWN_NUMBER = re.compile(
    "(?:[0-9一二三四五六七八九十]{1,3}号?(?:井|矿|车间|线|炉|库)|[一二三四五六七八九十]采区)(?![下口])"
)
_RESCUERS = re.compile("救护|救援|消防|应急|领导|负责人")
_TAKEN_TO = re.compile("(?:送|转|赴|往|至|到)[^，。；]{0,3}$")
_CAPITALS = re.compile(r"(?:[A-Z][\w'&.-]*\s+){1,5}$")
_FURTHER = 14
"""Characters between two endings of one name: 淮北矿业集团 芦岭煤矿."""
_NAMELESS_NOTE = Note("没说是哪一家，请问清单位名称。", "The unit was not named; ask for its name.")


@dataclass(frozen=True, slots=True)
class Glued:
    """A short place name that stands right before the text being read and may belong to the unit's name."""

    text: str
    end: int


def read_unit(text: str, glued: Glued | None) -> Span | None:
    """Return the span of the unit's name in *text* (levelled, claimed pieces blanked), the first that is named."""
    found = list(_chinese(text, glued)) or list(_english(text, glued))
    return min(found, key=lambda span: (span.doubt, span.start), default=None)


def _chinese(text: str, glued: Glued | None) -> Iterator[Span]:
    words = vocabulary()
    for run in _RUN.finditer(text):
        ends = list(words.unit_suffixes.finditer(text, run.start(), run.end()))
        while ends:
            name = _name(text, run, ends)
            ends = [match for match in ends if match.start() >= name[1]]
            span = _unit_span(text, *name, glued)
            if span is not None:
                yield span


def _name(text: str, run: re.Match[str], ends: list[re.Match[str]]) -> tuple[int, int, int]:
    """Return start, end and start of the first ending of the name that the first of *ends* belongs to."""
    words = vocabulary()
    first = ends[0]
    start = run.start()
    for stop in words.unit_stops.finditer(text, start, first.start()):
        start = stop.end()
    leading = words.unit_leading.match(text, start, first.start())
    start = leading.end() if leading else start
    end = first.end()
    for following in ends[1:]:
        between = text[end : following.start()]
        if len(between) > _FURTHER or words.unit_stops.search(between) or words.type_pattern.search(between):
            break
        end = following.end()
    number = _OWN_NUMBER.match(text, end)
    return start, number.end() if number else end, first.start()


def _unit_span(text: str, start: int, end: int, suffix: int, glued: Glued | None) -> Span | None:
    words = vocabulary()
    name, head = text[start:end], text[start:suffix]
    if _RESCUERS.match(text, end) or _TAKEN_TO.search(text[max(0, start - 4) : start]):
        return None
    if words.type_pattern.search(lower(head)):
        return None
    if words.nameless.fullmatch(head):
        return Span(start, end, Field.UNIT, name, True, _NAMELESS_NOTE)
    if glued is not None and glued.end == start:
        return Span(start, end, Field.UNIT, glued.text + name)
    if not head and end - suffix == len(name) and not _several_words(text, start, end):
        return None
    return Span(start, end, Field.UNIT, name)


def _several_words(text: str, start: int, end: int) -> bool:
    """Whether more than endings stand there: 矿业公司 says nothing, 化工七厂 does."""
    rest = text[start:end]
    return re.search("[0-9一二三四五六七八九十]", rest) is not None


def _english(text: str, glued: Glued | None) -> Iterator[Span]:
    for match in vocabulary().english_units.finditer(lower(text)):
        before = _CAPITALS.search(text[: match.start()][-80:])
        written = text[match.start() : match.end()]
        if before is not None:
            start = match.start() - len(before.group())
            yield Span(start, match.end(), Field.UNIT, text[start : match.end()])
        elif glued is not None and written[:1].isupper() and not text[glued.end : match.start()].strip():
            yield Span(match.start(), match.end(), Field.UNIT, f"{glued.text} {written}")
