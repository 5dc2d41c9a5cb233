"""The text as the readers see it: same length as the original, forms levelled, claimed pieces blanked out."""

MAX_READ = 20_000
"""Characters read; a telephone message is far shorter, and what follows is left to the officer."""

BLANK = "\x01"
"""Stands for every character that a reader has claimed; no other reader matches it."""

_LEVEL = {0xFF01 + offset: 0x21 + offset for offset in range(94)} | {0x3000: 0x20, 0xA0: 0x20}
_LEVEL |= {ord(dash): ord("-") for dash in "–—－～"} | {ord("’"): ord("'"), 1: 0x20}
_LOWER = {upper: upper + 32 for upper in range(ord("A"), ord("Z") + 1)}


def level(text: str) -> str:
    """Return *text* cut to `MAX_READ` with full-width forms made ASCII; every character keeps its place."""
    return text[:MAX_READ].translate(_LEVEL)


def lower(text: str) -> str:
    """Return *text* with its ASCII letters in lower case; every character keeps its place."""
    return text.translate(_LOWER)


class Reading:
    """One text being read: the levelled characters, less what has been claimed so far."""

    def __init__(self, text: str) -> None:
        self.original = text
        self.plain = level(text)
        self.free = self.plain

    def claim(self, start: int, end: int) -> None:
        """Blank out a piece so that no later reader takes it again."""
        self.free = self.free[:start] + BLANK * (end - start) + self.free[end:]

    def claim_all(self, pieces: "list[tuple[int, int]]") -> None:
        """Blank out many pieces in one pass; they must not overlap."""
        kept, last = [], 0
        for start, end in sorted(pieces):
            kept += [self.free[last:start], BLANK * (end - start)]
            last = end
        self.free = "".join([*kept, self.free[last:]])
