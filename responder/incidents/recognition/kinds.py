"""What kind of accident, in which sector: the trade's words weighed against each other."""

from dataclasses import dataclass
from itertools import islice

from responder.incidents.recognition.model import Field, Note, Span
from responder.incidents.recognition.reading import BLANK, lower
from responder.incidents.recognition.vocabulary import NOT_SO, SectorWord, TypeWord, vocabulary

MAX_WORDS = 200
"""Words of the trade weighed in one text."""
SCENE = 2
"""Weight from which a word of the scene outweighs what the type implies."""
_TYPES_DIFFER = Note("另有别的事故类型的说法，请核对。", "Another type is named too; please check.")
_SECTORS_DIFFER = Note("行业有两种可能，请核对。", "Two sectors are possible; please check.")


@dataclass(frozen=True, slots=True)
class Heard:
    """Where a word of the trade stands; *taken* when another piece has claimed it already."""

    start: int
    end: int
    taken: bool


@dataclass(frozen=True, slots=True)
class HeardType(Heard):
    """A word that names a type."""

    word: TypeWord

    @property
    def rank(self) -> int:
        """How telling the word is; inside a figure (3人中毒) it tells least."""
        return self.word.rank - 2 if self.taken else self.word.rank


@dataclass(frozen=True, slots=True)
class HeardSector(Heard):
    """A word that tells the sector."""

    word: SectorWord


@dataclass(frozen=True, slots=True)
class Kinds:
    """The accident's type and sector, with the spans that say so."""

    accident_type: str | None
    sector: str | None
    spans: tuple[Span, ...]
    notes: tuple[Note, ...]


def read_kinds(plain: str, free: str, unit: Span | None, poisoned: bool) -> Kinds:
    """Return type and sector of *plain*; a word has a span only where *free*, the text not yet claimed, has it too.

    *poisoned* tells that people were counted as poisoned, which is a type when no word names another.
    """
    small = lower(plain)
    types = _heard_types(small, free)
    chosen = max(types, key=lambda each: (each.rank, -each.start), default=None)
    accident_type = _type_named(chosen, small) or ("poisoning" if poisoned else None)
    sectors = _heard_sectors(small, free)
    told = max(sectors, key=lambda each: (_weight(each, unit, accident_type), -each.start), default=None)
    rivals = _has_rivals(told, sectors, accident_type)
    sector = _weighed(told, chosen.word.implies if chosen else None, accident_type)
    spans = []
    if chosen is not None and not chosen.taken:
        doubt = _type_doubtful(chosen, types)
        note = _TYPES_DIFFER if doubt else None
        spans.append(Span(chosen.start, chosen.end, Field.ACCIDENT_TYPE, accident_type, doubt, note))
    if told is not None and not told.taken and sector == told.word.sector and not _overlap(told, chosen):
        note = _SECTORS_DIFFER if rivals else None
        spans.append(Span(told.start, told.end, Field.SECTOR, sector, rivals, note))
        return Kinds(accident_type, sector, tuple(spans), ())
    return Kinds(accident_type, sector, tuple(spans), (_SECTORS_DIFFER,) if rivals else ())


def _heard_types(small: str, free: str) -> list[HeardType]:
    words = vocabulary()
    return [
        HeardType(match.start(), match.end(), _taken(free, match.span()), words.types[match.group()])
        for match in islice(words.type_pattern.finditer(small), MAX_WORDS)
        if not NOT_SO.search(small[max(0, match.start() - 6) : match.start()])
    ]


def _heard_sectors(small: str, free: str) -> list[HeardSector]:
    words = vocabulary()
    return [
        HeardSector(match.start(), match.end(), _taken(free, match.span()), words.sectors[match.group()])
        for match in islice(words.sector_pattern.finditer(small), MAX_WORDS)
    ]


def _taken(free: str, span: tuple[int, int]) -> bool:
    return BLANK in free[span[0] : span[1]]


def _type_named(chosen: HeardType | None, small: str) -> str | None:
    if chosen is None:
        return None
    return next((named for word, named in chosen.word.beside if word in small), chosen.word.type)


def _type_doubtful(chosen: HeardType, types: list[HeardType]) -> bool:
    """Whether another type is named in words as telling."""
    others = {each.word.type for each in types if each.rank == chosen.rank}
    return len(others) > 1 and chosen.rank >= 2


def _weight(heard: HeardSector, unit: Span | None, accident_type: str | None) -> float:
    """Return the word's weight; in the unit's own name, and of road or rail in a crash, it counts more."""
    own = unit is not None and unit.start <= heard.start < unit.end
    crash = accident_type == "traffic" and heard.word.sector in ("road", "rail")
    return heard.word.weight + (0.5 if own else 0) + (1 if crash else 0)


def _has_rivals(told: HeardSector | None, sectors: list[HeardSector], accident_type: str | None) -> bool:
    """Whether a word of another sector weighs as much, leaving the unit's name aside."""
    if told is None or told.word.weight < SCENE:
        return False
    weight = _weight(told, None, accident_type)
    others = (each for each in sectors if each.word.sector != told.word.sector)
    return any(_weight(each, None, accident_type) >= weight for each in others)


def _weighed(told: HeardSector | None, implied: str | None, accident_type: str | None) -> str | None:
    """Return the sector in the end: a word of the workplace, else what the type implies, else fire for a fire."""
    weight = told.word.weight if told is not None else 0
    sector = told.word.sector if told is not None else None
    if accident_type == "fire" and (weight < SCENE or sector == "public_institution"):
        return "fire"
    if weight >= SCENE:
        return sector
    if implied is not None:
        return implied
    return "coal_mine" if accident_type == "gas_explosion" else None


def _overlap(one: Heard, other: Heard | None) -> bool:
    return other is not None and one.start < other.end and other.start < one.end
