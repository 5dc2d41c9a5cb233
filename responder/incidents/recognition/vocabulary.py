"""The trade's words, read once from vocabulary.toml."""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

NOT_SO = re.compile(r"(?:未|未发生|没有|没有发生|没|无|防止|避免|严防|以防|no |not |without )$")
"""Words before a term that deny it: 未发生爆炸."""


@dataclass(frozen=True, slots=True)
class TypeWord:
    """A word that names a type of accident."""

    type: str
    rank: int
    implies: str | None
    beside: tuple[tuple[str, str], ...] = ()
    """Words elsewhere in the text and the more telling type they make of this one."""


@dataclass(frozen=True, slots=True)
class SectorWord:
    """A word that tells the sector, and how strongly."""

    sector: str
    weight: int


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The tables of vocabulary.toml, ready for use."""

    types: dict[str, TypeWord]
    type_pattern: re.Pattern[str]
    sectors: dict[str, SectorWord]
    sector_pattern: re.Pattern[str]
    unit_suffixes: re.Pattern[str]
    unit_stops: re.Pattern[str]
    unit_leading: re.Pattern[str]
    nameless: re.Pattern[str]
    english_units: re.Pattern[str]
    heads: re.Pattern[str]
    informed: re.Pattern[str]
    offices: re.Pattern[str]
    other_steps: re.Pattern[str]
    ordinary: frozenset[str]
    english_ordinary: frozenset[str]
    left_cue: re.Pattern[str]
    elsewhere_cue: re.Pattern[str]


def any_of(words: "list[str] | tuple[str, ...]", tail: str = "") -> re.Pattern[str]:
    """Return a pattern for any of *words*, longest first; words of letters match only as whole words."""
    parts = [_whole(word) for word in sorted(set(words), key=len, reverse=True)]
    # looking at the first character before trying every word makes the search several times faster
    firsts = "".join(sorted({re.escape(word.lower()[0]) for word in words}))
    return re.compile(f"(?=[{firsts}])(?:" + "|".join(parts) + ")" + tail)


def _whole(word: str) -> str:
    if not word.isascii() or word.isdigit():
        return re.escape(word)
    return r"(?<![a-z])" + re.escape(word.lower()) + ("" if word.endswith(".") else r"(?![a-z])")


def _beside(entry: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple((word, name) for name, words in entry.get("beside", {}).items() for word in words)


@cache
def vocabulary() -> Vocabulary:
    """Return the shipped vocabulary."""
    raw = tomllib.loads(files(__package__).joinpath("vocabulary.toml").read_text("utf-8"))
    types = {
        word.lower(): TypeWord(name, entry["rank"], entry.get("implies"), _beside(entry))
        for name, entry in raw["types"].items()
        for word in entry["words"]
    }
    sectors = {
        word.lower(): SectorWord(name, int(weight))
        for name, entry in raw["sectors"].items()
        for weight, words in entry.items()
        for word in words
    }
    units, people, places = raw["units"], raw["people"], raw["places"]
    return Vocabulary(
        types=types,
        type_pattern=any_of(list(types)),
        sectors=sectors,
        sector_pattern=any_of(list(sectors)),
        unit_suffixes=any_of(units["suffixes"], f"(?![{units['not_followed_by']}])"),
        unit_stops=re.compile("|".join(units["stops"])),
        unit_leading=re.compile("(?:" + "|".join(sorted(units["leading"], key=len, reverse=True)) + ")+"),
        nameless=re.compile(units["nameless"]),
        english_units=any_of(units["english"]),
        heads=any_of(people["heads"]),
        informed=any_of(people["informed"]),
        offices=any_of(people["offices"]),
        other_steps=any_of(people["other_steps"]),
        ordinary=frozenset(places["ordinary"]),
        english_ordinary=frozenset(places["english_ordinary"]),
        left_cue=any_of(places["left_cues"], "$"),
        elsewhere_cue=any_of(places["elsewhere_cues"], "$"),
    )
