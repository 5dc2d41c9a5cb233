"""How many: people and loss as said, numbers joined with the words they belong to; never a number nobody said."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum

from responder.incidents.recognition import numerals
from responder.incidents.recognition.figure_words import (
    AFTERWARDS,
    BURIED,
    COUNTED,
    FILL,
    KEY,
    KEYS,
    LOSS,
    MEANT,
    NO,
    NO_NUMBER_AFTER,
    ON_SITE,
    SHORT_KEYS,
    STOP,
    TOGETHER,
    TOTAL,
    UNHEARD,
    UNKNOWN,
    UNKNOWN_EN,
    WORDS_EN,
    WORDS_ZH,
)
from responder.incidents.recognition.model import Field, Note, Span
from responder.incidents.recognition.reading import lower

NONE_HURT = (Field.DEATHS, Field.SERIOUS_INJURIES, Field.MINOR_INJURIES)
"""What "no casualties" puts at nought: the dead and the injured, not the missing."""
MAX_FIGURES = 80
"""Figures read in one text."""


class Bound(Enum):
    """How exactly a number was said."""

    EXACT = "exact"
    AT_LEAST = "at least"
    ABOUT = "about"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Token:
    """A number or a key word, in the order of the text."""

    start: int
    end: int
    key: Field | None = None
    value: int | None = None
    bound: Bound = Bound.EXACT
    has_unit: bool = False
    short: bool = False


@dataclass(frozen=True, slots=True)
class Figures:
    """The counted spans, the facts they settle and remarks that belong to no number."""

    spans: tuple[Span, ...]
    facts: dict[Field, int]
    notes: tuple[Note, ...]


def read_figures(text: str) -> Figures:
    """Return the people and the loss counted in *text* (levelled, claimed pieces blanked)."""
    small = lower(text)
    spans: list[Span] = []
    for reader in (_losses, _denials):
        found = list(reader(small))
        spans += found
        small = _blanked(small, found)
    joined = list(_joined(small))
    spans += joined
    small = _blanked(small, joined)
    spans = sorted(spans, key=lambda span: (span.start, span.field))[:MAX_FIGURES]
    facts, spans = _facts(spans)
    return Figures(tuple(spans), facts, tuple(_remarks(small)))


def _blanked(text: str, spans: list[Span]) -> str:
    for span in spans:
        text = text[: span.start] + "\x01" * (span.end - span.start) + text[span.end :]
    return text


def _losses(text: str) -> Iterator[Span]:
    for match in LOSS.finditer(text):
        value = numerals.amount(match["sum"] + (match["myriad"] or ""))
        if value is not None and match["big"]:
            value += numerals.amount(match["big"]) or 0
        if value is None:
            continue
        note = None
        if not match["direct"]:
            note = Note("没说是直接经济损失，请问清。", "It was not said to be the direct loss; please ask.")
        elif (
            match["about"] not in (None, "达") or match["more"] or re.search("约|估|初步|预计", match.group())
        ):
            note = Note("估计数，请核对。", "An estimate; please check.")
        yield Span(match.start(), match.end(), Field.DIRECT_LOSS_YUAN, value, note is not None, note)


def _denials(text: str) -> Iterator[Span]:
    end = 0
    matches = [
        *UNHEARD.finditer(text),
        *UNKNOWN.finditer(text),
        *UNKNOWN_EN.finditer(text),
        *NO.finditer(text),
    ]
    for match in sorted(matches, key=lambda found: (found.start(), -found.end())):
        if match.start() < end or _is_a_count(match, text):
            continue
        end = match.end()
        if match.re is not NO or match["report"]:
            yield _left_unknown(match)
        else:
            far = match["far"] is not None
            note = Note("截至目前的说法，请继续追问。", "So far; keep asking.") if far else None
            yield Span(match.start(), match.end(), _meant(match["what"]), 0, far, note)


def _is_a_count(match: re.Match[str], text: str) -> bool:
    """Whether 下落不明3人 and the like was met, which counts people and leaves nothing unknown."""
    return (
        match.re is UNKNOWN
        and COUNTED.match(text, match.end()) is not None
        and match.group().endswith("下落不明")
    )


def _left_unknown(match: re.Match[str]) -> Span:
    what = match.groupdict().get("what") or "伤亡"
    field = _meant(what)
    zh = WORDS_ZH[field]
    note = Note(
        f"{zh}数未知，留“未知”，不填 0。",
        f"{WORDS_EN.get(field, field.replace('_', ' '))}: unknown, and left so; not nought.",
    )
    return Span(match.start(), match.end(), field, None, True, note)


def _meant(word: str) -> Field:
    return MEANT.get(word) or KEYS[word]


def _joined(text: str) -> Iterator[Span]:
    """Yield every number joined with its word, clause by clause."""
    last = 0
    waiting: Token | None = None
    for stop in [*STOP.finditer(text), None]:
        end = stop.start() if stop else len(text)
        tokens = _tokens(text, last, end) if end > last else []
        found = list(_clause(text, tokens))
        if waiting is not None and not found:
            found = _said_before(text[last:end], tokens, waiting)
        yield from found
        comma = stop is not None and stop.group() in ("，", ",")
        waiting = (
            tokens[0] if comma and not found and len(tokens) == 1 and _is_people(text, tokens[0]) else None
        )
        last = stop.end() if stop else end


def _is_people(text: str, token: Token) -> bool:
    """Whether the token counts people to whom something may have happened, not those who were there."""
    counted = token.key is None and token.has_unit and token.value is not None
    return counted and TOTAL.search(text[max(0, token.start - 6) : token.start]) is None


def _said_before(clause: str, tokens: list[Token], people: Token) -> list[Span]:
    """Join a clause that only says what happened to the people before it: 一名工人坠落，抢救无效死亡."""
    if len(tokens) != 1 or tokens[0].key is None or tokens[0].short or AFTERWARDS.match(clause) is None:
        return []
    word = tokens[0]
    note = Note(
        f"按前面说的 {people.value} 人理解，请核对。",
        f"Taken of the {people.value} named before; please check.",
    )
    return [Span(word.start, word.end, tokens[0].key, people.value, True, note)]


def _clause(text: str, tokens: list[Token]) -> Iterator[Span]:
    used: set[int] = set()
    for index, token in enumerate(tokens):
        if token.key is None or index in used:
            continue
        number = _number_for(text, tokens, index, used)
        if number is None:
            continue
        used |= {number, index}
        yield _span(text, tokens, index, number)


def _tokens(text: str, start: int, end: int) -> list[Token]:
    keys = [_key_token(match) for match in KEY.finditer(text, start, end)]
    tokens, at = [], start
    bounds = [(key.start, key.end) for key in keys] + [(end, end)]
    for (key_start, key_end), key in zip(bounds, [*keys, None], strict=True):
        tokens += [
            number
            for match in COUNTED.finditer(text, at, key_start)
            if (number := _number_token(match, text)) is not None
        ]
        if key is not None:
            tokens.append(key)
        at = key_end
    return tokens


def _key_token(match: re.Match[str]) -> Token:
    word = match.group()
    field = KEYS.get(word) or SHORT_KEYS[word]
    return Token(match.start(), match.end(), key=field, short=word in SHORT_KEYS)


def _number_token(match: re.Match[str], text: str) -> Token | None:
    unit = bool(match["unit"])
    if not unit and NO_NUMBER_AFTER.match(text, match.end()):
        return None
    if match["vague"]:
        lower_bound = 10 if match["vague"] == "十几" else None
        bound = Bound.AT_LEAST if lower_bound else Bound.NONE
        return Token(match.start(), match.end(), value=lower_bound, bound=bound, has_unit=True)
    if match["english"]:
        value: int | None = numerals.ENGLISH[match["english"]]
    else:
        value = numerals.amount(match["low"])
    if value is None:
        return None
    value, bound = _bounded(match, value)
    return Token(match.start(), match.end(), value=value, bound=bound, has_unit=unit)


def _bounded(match: re.Match[str], value: int) -> tuple[int | None, Bound]:
    """Return the number and how exact it is: 三五人 is at least three, 近百人 and 不到10人 name no number."""
    low, pre = match["low"] or "", (match["pre"] or "").strip()
    if re.fullmatch("[一二两三四五六七八九]{2}", low):
        return numerals.DIGITS[low[0]], Bound.AT_LEAST
    if pre in ("近", "接近", "将近", "不到", "不足", "nearly", "up to"):
        return None, Bound.NONE
    if (
        match["high"]
        or match["post"]
        or pre in ("至少", "不少于", "不低于", "超过", "逾", "超", "上", "at least", "over")
    ):
        return value, Bound.AT_LEAST
    return value, Bound.ABOUT if pre else Bound.EXACT


def _number_for(text: str, tokens: list[Token], index: int, used: set[int]) -> int | None:
    """Return which number belongs to the key at *index*: the one after it, or the one before it."""
    after = index + 1 if _follows(text, tokens, index) else None
    before = index - 1 if index - 1 not in used and _precedes(text, tokens, index) else None
    if after is None or before is None:
        return after if after is not None else before
    if TOTAL.search(text[max(0, tokens[before].start - 6) : tokens[before].start]):
        return after
    if re.search(r"\s", text[tokens[before].end : tokens[index].start]):
        return after
    return before if tokens[-1].key is not None else after


def _follows(text: str, tokens: list[Token], index: int) -> bool:
    if index + 1 >= len(tokens) or tokens[index + 1].key is not None:
        return False
    key, number = tokens[index], tokens[index + 1]
    gap = text[key.end : number.start]
    if key.short:
        return gap == ""
    next_key = tokens[index + 2] if index + 2 < len(tokens) else None
    if gap.isspace() and next_key is not None and next_key.key is not None and next_key.start == number.end:
        return False
    return FILL.fullmatch(gap) is not None


def _precedes(text: str, tokens: list[Token], index: int) -> bool:
    if index == 0 or tokens[index - 1].key is not None:
        return False
    number, key = tokens[index - 1], tokens[index]
    gap = text[number.end : key.start]
    if key.short:
        return gap == "" or (gap == "人" and number.has_unit)
    if not number.has_unit and gap.strip() and not text[key.start].isascii():
        return False
    return len(gap) <= (30 if text[key.start].isascii() else 12)


def _span(text: str, tokens: list[Token], index: int, number_index: int) -> Span:
    key, number = tokens[index], tokens[number_index]
    field = key.key or Field.CASUALTIES
    start, end = min(key.start, number.start), max(key.end, number.end)
    span = Span(start, end, field, number.value, number.bound is not Bound.EXACT, _bound_note(field, number))
    if index and number_index > index and tokens[index - 1].key is not None and _shares(text, tokens, index):
        both = f"{WORDS_ZH[tokens[index - 1].key or field]}与{WORDS_ZH[field]}"
        note = Note(f"{both}合在一起说，请分开问清。", "Two figures said as one; ask for each of them.")
        return replace(span, start=tokens[index - 1].start, field=Field.CASUALTIES, doubt=True, note=note)
    return _asked(span, text[key.start : key.end])


def _shares(text: str, tokens: list[Token], index: int) -> bool:
    """Whether the key before stands without a number of its own: 死亡失踪 10 人."""
    between = text[tokens[index - 1].end : tokens[index].start]
    lonely = index < 2 or tokens[index - 2].key is not None
    return lonely and TOGETHER.fullmatch(between) is not None


def _asked(span: Span, word: str) -> Span:
    """Add the question that goes with a word: an injury must be serious or minor, silence may mean missing."""
    count = "若干" if span.value is None else span.value
    if span.field is Field.INJURED:
        note = Note(
            f"受伤 {count} 人未分轻重，请问清重伤几人。",
            f"{span.value or 'Some'} injured, not said how badly; ask how many seriously.",
        )
        return replace(span, doubt=True, note=note)
    if span.field is Field.CASUALTIES:
        note = Note(
            "伤亡合在一起说，请分开问清死亡、重伤、轻伤。",
            "Dead and injured said as one; ask for each of them.",
        )
        return replace(span, doubt=True, note=note)
    if span.field is Field.TRAPPED_WITHOUT_CONTACT and span.note is None:
        return replace(
            span, note=Note("失联的也计入失踪（HR-6）。", "Out of contact counts as missing too (HR-6).")
        )
    if word in BURIED and span.note is None:
        return replace(span, doubt=True, note=Note("被埋的能不能联系上？", "Are those buried in contact?"))
    return span


def _bound_note(field: Field, number: Token) -> Note | None:
    zh = WORDS_ZH[field]
    if number.bound is Bound.NONE:
        return Note(f"没说清{zh}多少人，请问清；先留未知。", "No number was said; ask. Left unknown for now.")
    if number.bound is Bound.AT_LEAST:
        return Note(f"至少 {number.value} 人，请问清。", f"At least {number.value}; please ask.")
    if number.bound is Bound.ABOUT:
        return Note(f"约 {number.value} 人，请核对。", f"About {number.value}; please check.")
    return None


def _facts(spans: list[Span]) -> tuple[dict[Field, int], list[Span]]:
    """Return the facts; where a figure is said twice and differently the larger stands, in doubt."""
    facts: dict[Field, int] = {}
    said: dict[Field, set[int]] = {}
    for span in spans:
        if isinstance(span.value, int):
            for field in NONE_HURT if span.field is Field.CASUALTIES and span.value == 0 else (span.field,):
                said.setdefault(field, set()).add(span.value)
    for field, values in said.items():
        if field not in (Field.INJURED, Field.CASUALTIES, Field.RESCUED):
            facts[field] = max(values)
    marked = [_contradicted(span, said.get(span.field, set())) for span in spans]
    return facts, marked


def _contradicted(span: Span, values: set[int]) -> Span:
    if len(values) < 2 or span.value is None:
        return span
    listed = "、".join(str(value) for value in sorted(values))
    note = Note(
        f"前后说法不一（{listed}），先按大的填，请问清。",
        f"Said differently ({listed.replace('、', ', ')}); the larger is taken, please ask.",
    )
    return replace(span, doubt=True, note=note)


def _remarks(text: str) -> Iterator[Note]:
    for match in list(ON_SITE.finditer(text))[:3]:
        count = numerals.amount(match["count"])
        yield Note(
            f"“{match.group()}”是在场人数，未计入伤亡。",
            f"On site at the time: {count}; not counted among the casualties.",
        )
