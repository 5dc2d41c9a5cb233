"""Finds places by what is typed: name, part of it, pinyin initials, code, former name, English. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from responder.foundation.directory.naming import short_name
from responder.foundation.directory.rules import PlacePath

_LEVEL_ORDER = {"state": 0, "province": 1, "city": 2, "county": 3, "town": 4}
_SHORTEST_ENGLISH = 2


@dataclass(frozen=True, slots=True)
class Hit:
    """A place that answers a search; `former` is the former name or code by which it was found."""

    code: str
    name: str
    name_en: str
    full_name: str
    full_name_en: str
    level: str
    former: str | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """What one place can be found by."""

    place: PlacePath
    short: str
    initials: str
    short_initials: str
    english: str
    english_stem: str


@dataclass(frozen=True, slots=True)
class FormerEntry:
    """A former name or code of a place."""

    place: PlacePath
    name: str
    code: str


@dataclass(frozen=True, slots=True)
class Index:
    """Everything there is to find."""

    entries: tuple[Entry, ...]
    former: tuple[FormerEntry, ...]


def build(places: Iterable[tuple[PlacePath, str]], former: Iterable[tuple[str, str, PlacePath]]) -> Index:
    """Return the index of (place, its initials) and (former name, former code, successor)."""
    return Index(
        tuple(_entry(place, initials) for place, initials in places),
        tuple(FormerEntry(place, name, code) for name, code, place in former),
    )


def search(index: Index, text: str, limit: int, near: str | None = None) -> list[Hit]:
    """Return the places that *text* may mean, the likeliest first.

    Exact goes before partial, then what lies in the province *near*, then higher levels.
    """
    asked = "".join(text.lower().split())
    if not asked:
        return []
    ranked: dict[str, tuple[tuple[int, bool, int, int, str], Hit]] = {}
    for entry in index.entries:
        rank = _rank(entry, asked)
        if rank is not None:
            ranked[entry.place.code] = (_order(rank, entry.place, near), _hit(entry.place, None))
    for old in index.former:
        rank = _former_rank(old, asked)
        if rank is not None and (old.place.code not in ranked or ranked[old.place.code][0][0] > rank):
            found = old.code if asked == old.code else old.name
            ranked[old.place.code] = (_order(rank, old.place, near), _hit(old.place, found))
    return [hit for _, hit in sorted(ranked.values(), key=lambda pair: pair[0])[:limit]]


def _order(rank: int, place: PlacePath, near: str | None) -> tuple[int, bool, int, int, str]:
    far = near is not None and place.province_code != near
    return rank, far, _LEVEL_ORDER[place.level], len(place.name), place.code


def _entry(place: PlacePath, initials: str) -> Entry:
    short = short_name(place.name)
    start = place.name.find(short)
    words = place.name_en.lower().replace("'", "").split()
    return Entry(
        place,
        short,
        initials,
        initials[start : start + len(short)],
        "".join(words),
        "".join(words[:-1]),
    )


def _rank(entry: Entry, asked: str) -> int | None:
    place = entry.place
    if asked in (place.name, entry.short, place.code.lower()):
        return 0
    if place.name.startswith(asked) or asked == place.full_name:
        return 1
    if asked.isascii():
        return _latin_rank(entry, asked)
    if place.full_name.endswith(asked) or (len(asked) > len(place.name) and _in_order(entry, asked)):
        return 2
    return 4 if asked in place.name else None


def _latin_rank(entry: Entry, asked: str) -> int | None:
    if asked in (entry.initials, entry.short_initials):
        return 2
    plain = asked.replace("'", "")
    if plain == entry.english_stem:
        return 2
    if len(plain) >= _SHORTEST_ENGLISH and entry.english.startswith(plain):
        return 3
    if entry.initials.startswith(asked):
        return 4
    return 5 if asked.isdigit() and entry.place.code.startswith(asked) else None


def _in_order(entry: Entry, asked: str) -> bool:
    """Return whether *asked* is made of names above the place and its own (白山江源, 吉林江源区)."""
    for own in (entry.place.name, entry.short):
        if asked.endswith(own):
            above = asked.removesuffix(own)
            line = entry.place.full_name.removesuffix(entry.place.name)
            return all(character in line for character in above) and above[:2] in line
    return False


def _former_rank(old: FormerEntry, asked: str) -> int | None:
    if asked in (old.name, old.code, short_name(old.name)):
        return 2
    return 4 if len(asked) > 1 and old.name.startswith(asked) else None


def _hit(place: PlacePath, former: str | None) -> Hit:
    return Hit(
        place.code, place.name, place.name_en, place.full_name, place.full_name_en, place.level, former
    )
