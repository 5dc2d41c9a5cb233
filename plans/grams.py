"""How Chinese text is cut for searching: overlapping pairs of characters, whole words of letters. Pure.

One function for both databases and without their extensions; a word of two characters is one gram.
"""

import re
import unicodedata

LONGEST_WORD = 32
_PIECES = re.compile(r"[0-9a-z]+|[\u3400-\u9fff\uf900-\ufaff]+")


def _pieces(text: str) -> list[str]:
    return _PIECES.findall(unicodedata.normalize("NFKC", text).lower())


def grams(text: str) -> set[str]:
    """Return every gram of *text*; a single character that stands alone is one too."""
    found: set[str] = set()
    for piece in _pieces(text):
        if piece.isascii():
            found.add(piece[:LONGEST_WORD])
        elif len(piece) == 1:
            found.add(piece)
        else:
            found.update(piece[i : i + 2] for i in range(len(piece) - 1))
    return found


def plain(text: str) -> str:
    """Return *text* as it is searched: one width, lower case."""
    return unicodedata.normalize("NFKC", text).lower()


def phrases(query: str) -> list[str]:
    """Return the pieces a query is made of, each to be found as it stands."""
    return _pieces(query)
