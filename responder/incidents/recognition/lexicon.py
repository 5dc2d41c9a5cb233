"""Names and their codes in a few flat objects: one dictionary entry for each would take ten times the memory.

Looking something up writes to none of them, so the processes of one tree go on sharing their pages.
"""

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from io import StringIO

Codes = tuple[int, ...]
_CHARACTER_BITS = 21


class Lexicon:
    """Rows of (name, code), found by either; never changed. A name may stand in several rows."""

    __slots__ = ("_codes", "_hashes", "_rows", "_starts", "_text")

    def __init__(self, rows: Iterable[tuple[str, int]]) -> None:
        codes, starts, hashes, text = array("I"), array("I", (0,)), array("q"), StringIO()
        length = 0
        for name, code in rows:
            length += text.write(name)
            starts.append(length)
            codes.append(code)
            hashes.append(hash(name))
        order = sorted(range(len(codes)), key=hashes.__getitem__)
        self._text, self._starts, self._codes = text.getvalue(), starts, codes
        self._rows = array("I", order)
        self._hashes = array("q", (hashes[row] for row in order))

    @classmethod
    def of(cls, table: Mapping[str, Codes]) -> "Lexicon":
        """Return the lexicon of a table from names to codes."""
        return cls((name, code) for name, codes in table.items() for code in codes)

    def codes(self, name: str) -> Codes:
        """Return the codes of the rows with this name, in the order of the rows."""
        hashes, wanted = self._hashes, hash(name)
        at = bisect_left(hashes, wanted)
        found: Codes = ()
        while at < len(hashes) and hashes[at] == wanted:
            row = self._rows[at]
            if self._name(row) == name:
                found += (self._codes[row],)
            at += 1
        return found

    def name(self, code: int) -> str | None:
        """Return the name of *code*, or None; for a lexicon whose rows came in the order of their codes."""
        row = bisect_left(self._codes, code)
        return self._name(row) if row < len(self._codes) and self._codes[row] == code else None

    def _name(self, row: int) -> str:
        return self._text[self._starts[row] : self._starts[row + 1]]


class Heads:
    """The first two characters of all names, each with a bit mask; never changed."""

    __slots__ = ("_keys", "_masks")

    def __init__(self, masks: Mapping[str, int]) -> None:
        rows = sorted((_key(head), mask) for head, mask in masks.items())
        self._keys = array("Q", (key for key, _ in rows))
        self._masks = array("I", (mask for _, mask in rows))

    def mask(self, text: str, start: int) -> int:
        """Return the mask of the two characters at *start*; 0 where no name begins so."""
        if start + 2 > len(text):
            return 0
        key = _key(text[start : start + 2])
        at = bisect_left(self._keys, key)
        return self._masks[at] if at < len(self._keys) and self._keys[at] == key else 0


def _key(head: str) -> int:
    return ord(head[0]) << _CHARACTER_BITS | ord(head[1])
