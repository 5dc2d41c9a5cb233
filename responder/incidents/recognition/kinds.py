"""What kind of accident, in which sector: the trade's words weighed against each other."""

from dataclasses import dataclass

from responder.incidents.recognition.model import Field, Note, Span
from responder.incidents.recognition.reading import lower
from responder.incidents.recognition.vocabulary import NOT_SO, SectorWord, TypeWord, vocabulary

MAX_WORDS = 200
"""Words of the trade weighed in one text."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A word of the trade where it stands; *taken* when another piece has claimed it already."""

    start: int
    end: int
    word: TypeWord | SectorWord
    taken: bool


@dataclass(frozen=True, slots=True)
class Kinds:
    """The accident's type and sector, with the spans that say so."""

    accident_type: str | None
    sector: str | None
    spans: tuple[Span, ...]
    notes: tuple[Note, ...]


def read_kinds(plain: str, free: str, unit: Span | None, poisoned: bool) -> Kinds:
    """Return type and sector of *plain*; a word has a span only where *free*, the text not yet claimed, has it too."""
    small = lower(plain)
    chosen, type_doubt = _type(_heard_types(small, free))
    name = (
        chosen.word.type
        if chosen and isinstance(chosen.word, TypeWord)
        else "poisoning"
        if poisoned
        else None
    )
    sectors = _heard_sectors(small, free)
    told, rivals = _sector(sectors, unit, name)
    sector = told.word.sector if told and isinstance(told.word, SectorWord) else None
    implied = chosen.word.implies if chosen and isinstance(chosen.word, TypeWord) else None
    sector = _weighed(sector, told, implied, name)
    spans, notes = [], []
    if chosen is not None and not chosen.taken and name is not None:
        note = (
            Note("另有别的事故类型的说法，请核对。", "Another type is named too; please check.")
            if type_doubt
            else None
        )
        spans.append(Span(chosen.start, chosen.end, Field.ACCIDENT_TYPE, name, type_doubt, note))
    between = Note("行业有两种可能，请核对。", "Two sectors are possible; please check.") if rivals else None
    inside = chosen is not None and told is not None and told.start < chosen.end and chosen.start < told.end
    if (
        told is not None
        and isinstance(told.word, SectorWord)
        and sector == told.word.sector
        and not told.taken
        and not inside
    ):
        spans.append(Span(told.start, told.end, Field.SECTOR, sector, rivals, between))
    elif between is not None:
        notes.append(between)
    return Kinds(name, sector, tuple(spans), tuple(notes))


def _heard_types(small: str, free: str) -> list[Heard]:
    words = vocabulary()
    return [
        Heard(
            match.start(), match.end(), words.types[match.group()], _taken(free, match.start(), match.end())
        )
        for match, _ in zip(words.type_pattern.finditer(small), range(MAX_WORDS), strict=False)
        if not NOT_SO.search(small[max(0, match.start() - 6) : match.start()])
    ]


def _heard_sectors(small: str, free: str) -> list[Heard]:
    words = vocabulary()
    return [
        Heard(
            match.start(), match.end(), words.sectors[match.group()], _taken(free, match.start(), match.end())
        )
        for match, _ in zip(words.sector_pattern.finditer(small), range(MAX_WORDS), strict=False)
    ]


def _taken(free: str, start: int, end: int) -> bool:
    return "\x01" in free[start:end]


def _type(heard: list[Heard]) -> tuple[Heard | None, bool]:
    """Return the most telling word, the earliest of equals; what stands inside a figure (3人中毒) tells least."""
    if not heard:
        return None, False
    best = max(heard, key=lambda each: (_rank(each), -each.start))
    others = {
        each.word.type for each in heard if isinstance(each.word, TypeWord) and _rank(each) == _rank(best)
    }
    return best, len(others) > 1 and _rank(best) >= 2


def _rank(heard: Heard) -> int:
    rank = heard.word.rank if isinstance(heard.word, TypeWord) else 0
    return rank - 2 if heard.taken else rank


def _sector(heard: list[Heard], unit: Span | None, accident_type: str | None) -> tuple[Heard | None, bool]:
    """Return the weightiest word of a sector and whether a word of another sector weighs as much."""
    if not heard:
        return None, False

    def weight(each: Heard) -> float:
        if not isinstance(each.word, SectorWord):
            return 0
        own = unit is not None and unit.start <= each.start < unit.end
        crash = accident_type == "traffic" and each.word.sector == "road"
        return each.word.weight + (0.5 if own else 0) + (0.5 if crash else 0)

    best = max(heard, key=lambda each: (weight(each), -each.start))
    strongest = best.word.weight if isinstance(best.word, SectorWord) else 0
    rivals = {
        each.word.sector
        for each in heard
        if isinstance(each.word, SectorWord) and each.word.weight >= strongest
    }
    return best, len(rivals) > 1 and strongest >= 2


def _weighed(
    sector: str | None, told: Heard | None, implied: str | None, accident_type: str | None
) -> str | None:
    """Return the sector in the end: a word of the workplace, else what the type implies, else fire for a fire."""
    weight = told.word.weight if told is not None and isinstance(told.word, SectorWord) else 0
    if accident_type == "fire" and (weight < 2 or sector == "public_institution"):
        return "fire"
    if weight >= 2:
        return sector
    if implied is not None:
        return implied
    return sector if sector != "fire" else None
