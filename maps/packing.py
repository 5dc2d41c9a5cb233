"""Layers packed small for the page: one array for each property instead of one object for each mark.

Fifty thousand marks written as objects take 9 MB, packed under 4 MB. `static/marks.js` unpacks them.
A column is {"c": value} for one value throughout, {"d": values, "i": indices} for few distinct ones,
{"p": prefix, "t": suffixes} for a common beginning, {"u": text} for UUIDs (22 characters each), or {"v": values}.
"""

import json
import re
from binascii import b2a_base64
from collections.abc import Sequence
from typing import Any

from maps.layers import Layer, Mark

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_DEGREE = 100_000  # whole numbers of 0.00001 degrees, about 1 m

Column = dict[str, Any]


def pack(layer: Layer, locale: str) -> dict[str, Any]:
    """Return *layer* with everything the browser needs to draw and explain it."""
    packed: dict[str, Any] = {
        "id": layer.id,
        "title": layer.title.in_(locale),
        "shown": layer.shown,
        "cluster": layer.is_clustered,
        "gather": layer.gather_px,
        "count": layer.count,
        "source": layer.source_url,
    }
    return packed | {"marks": pack_marks(layer.marks)}


def pack_marks(marks: Sequence[Mark]) -> dict[str, Any]:
    """Return the columns of *marks*; the order is kept."""
    return {
        "n": len(marks),
        "lat": [round(mark.lat * _DEGREE) for mark in marks],
        "lon": [round(mark.lon * _DEGREE) for mark in marks],
        "id": _identifiers([mark.id for mark in marks]),
        "kind": _column([mark.kind for mark in marks]),
        "state": _column([mark.state for mark in marks]),
        "title": _column([mark.title for mark in marks]),
        "subtitle": _column([mark.subtitle for mark in marks]),
        "badge": _column([mark.badge for mark in marks]),
        "word": _column([mark.state_word for mark in marks]),
        "label": _column([mark.label for mark in marks]),
        "url": _addresses(marks),
    }


def safe_json(value: object) -> str:
    """Return JSON that may stand inside a script element: nothing in it can end the element or open a comment."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for character in "<>&\u2028\u2029":
        if character in text:
            text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def _column(values: Sequence[str | None]) -> Column:
    distinct = list(dict.fromkeys(values))
    if len(distinct) <= 1:
        return {"c": distinct[0] if distinct else None}
    if len(distinct) * 4 <= len(values):
        place = {value: index for index, value in enumerate(distinct)}
        return {"d": distinct, "i": [place[value] for value in values]}
    return {"v": list(values)}


def _identifiers(ids: Sequence[str]) -> Column:
    if ids and all(map(_UUID.fullmatch, ids)):
        raw = (bytes.fromhex(text.replace("-", "")) for text in ids)
        return {"u": b"".join(b2a_base64(number, newline=False)[:22] for number in raw).decode("ascii")}
    prefix = _common_beginning(min(ids), max(ids)) if len(ids) > 1 else ""
    if len(prefix) > 2:
        return {"p": prefix, "t": [text[len(prefix) :] for text in ids]}
    return {"v": list(ids)}


def _common_beginning(first: str, last: str) -> str:
    """Return how the first and the last of a sorted list begin, and so everything between them."""
    for place, (a, b) in enumerate(zip(first, last, strict=False)):
        if a != b:
            return first[:place]
    return min(first, last, key=len)


def _addresses(marks: Sequence[Mark]) -> Column:
    """Return the addresses as head, id, tail when all follow one pattern, else as a column."""
    first = next(iter(marks), None)
    if first is None or first.url is None or first.id not in first.url:
        return _column([mark.url for mark in marks])
    head, _, tail = first.url.rpartition(first.id)
    if all(mark.url == head + mark.id + tail for mark in marks):
        return {"h": head, "e": tail}
    return _column([mark.url for mark in marks])
