"""Every place name of the country, full, short, former and in pinyin, found by longest match."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum

from responder.incidents.recognition.lexicon import Codes, Heads, Lexicon
from responder.incidents.recognition.model import FormerRow, PlaceRow, TownRow

ETHNIC = (
    "朝鲜族 满族 蒙古族 蒙古 回族 藏族 维吾尔 苗族 彝族 壮族 布依族 侗族 瑶族 白族 土家族 "
    "哈尼族 哈萨克族 哈萨克 傣族 黎族 傈僳族 佤族 畲族 拉祜族 水族 东乡族 纳西族 景颇族 "
    "柯尔克孜 土族 达斡尔族 仫佬族 羌族 布朗族 撒拉族 毛南族 仡佬族 锡伯 锡伯族 普米族 塔吉克 "
    "怒族 鄂温克族 裕固族 保安族 独龙族 鄂伦春 各族"
).split()
_ETHNIC_TAIL = re.compile("(?:" + "|".join(sorted(ETHNIC, key=len, reverse=True)) + ")+$")
_AUTONOMOUS = re.compile("自治(区|州|县|旗)$")
_JURISDICTION_SUFFIX = re.compile("(?:特别行政区|地区|林区|特区|新区|矿区|省|市|区|县|旗|盟)$")
TOWN_SUFFIXES = ("镇", "乡", "街道", "苏木")
_EN_GENERIC = re.compile(
    r"\s+(?:province|city|district|county|banner|league|area|special area|forestry district|new area)$"
)
_EN_PEOPLES = re.compile(
    r"\s+(?:[A-Z][a-z]+ )*(?:(?:and )?[A-Z][a-z]+ )Autonomous (?:County|Banner|Prefecture)$"
)
MIN_ENGLISH = 4
"""Letters a pinyin name needs when its generic word is left away: "He" and "An" are words, not counties."""
LONGEST = 15
"""Characters of the longest name looked for."""
HIGHEST_JURISDICTION = 999_999
"""Codes above it are those of towns."""


class Kind(IntEnum):
    """How a name names its place; the surer a way of naming, the higher."""

    TOWN_STEM = 1
    SHORT = 2
    TOWN = 3
    FULL = 4


@dataclass(frozen=True, slots=True)
class Mention:
    """A name standing in the text: where, which places bear it, and in what form."""

    start: int
    end: int
    kind: Kind
    codes: Codes


@dataclass(frozen=True, slots=True)
class Former:
    """A former name and the year at whose end it went out of use."""

    name: str
    until_year: int


@dataclass(frozen=True, slots=True)
class _Place:
    name: str
    name_en: str
    level: str
    parent: int


class Gazetteer:
    """Names to codes, codes to names; built once, never changed, shared between threads and processes."""

    def __init__(self, builder: "_Builder") -> None:
        self._places = builder.places
        self._full = Lexicon.of(builder.full)
        self._short = Lexicon.of(builder.short)
        self._towns = builder.towns
        self._english = Lexicon.of(builder.english)
        self._former = builder.former
        self._heads = Heads(builder.heads)
        self._paths = {code: self._path_from(code) for code in self._places}

    @classmethod
    def build(
        cls, jurisdictions: Iterable[PlaceRow], towns: Iterable[TownRow], former: Iterable[FormerRow]
    ) -> "Gazetteer":
        """Return the gazetteer of these rows; the state and rows whose code is no number are left out.

        The towns come in the order of their codes; raises ValueError where they do not.
        """
        builder = _Builder()
        for row in jurisdictions:
            if row.code.isascii() and row.code.isdigit() and int(row.code):
                builder.add_jurisdiction(row)
        builder.add_towns(towns)
        builder.add_former(list(former))
        return cls(builder)

    def may_begin(self, text: str, start: int) -> bool:
        """Whether any name begins with the two characters at *start*."""
        return self._heads.mask(text, start) > 0

    def mentions(self, text: str, start: int) -> Iterator[Mention]:
        """Yield every name that stands at *start*, longest and surest first."""
        mask = self._heads.mask(text, start)
        if not mask:
            return
        for length in range(min(LONGEST, len(text) - start), 1, -1):
            if mask >> length & 1:
                yield from self._named(text[start : start + length], start)
            if mask >> 16 + length & 1:
                stem = text[start : start + length]
                codes = self.towns_of_stem(stem)
                if codes:
                    yield Mention(start, start + length, Kind.TOWN_STEM, codes)

    def _named(self, name: str, start: int) -> Iterator[Mention]:
        for table, kind in (
            (self._full, Kind.FULL),
            (self._towns, Kind.TOWN),
            (self._short, Kind.SHORT),
        ):
            codes = table.codes(name)
            if codes:
                yield Mention(start, start + len(name), kind, codes)

    def towns_of_stem(self, stem: str) -> Codes:
        """Return the towns whose name is *stem* and a suffix: 松树 for 松树镇."""
        return tuple(code for suffix in TOWN_SUFFIXES for code in self._towns.codes(stem + suffix))

    def english(self, name: str) -> Codes:
        """Return the places that bear a romanised name: "Jiangyuan District", "jiangyuan"."""
        return self._english.codes(english_key(name))

    def former(self, name: str, code: int) -> Former | None:
        """Return what *name* was, when it is a former name of *code*."""
        return self._former.get((name, code))

    def knows(self, code: int) -> bool:
        """Whether *code* is a jurisdiction or town of this gazetteer."""
        return code in self._places or self._towns.name(code) is not None

    def name(self, code: int) -> str:
        """Return the present name, of a town with its county's name before it."""
        town = self._towns.name(code)
        if town is not None:
            return self.name(code // 1000) + town
        place = self._places.get(code)
        return place.name if place else str(code)

    def name_en(self, code: int) -> str:
        """Return the English name; towns have none and give the Chinese one."""
        place = self._places.get(code)
        return place.name_en if place and place.name_en else self.name(code)

    def is_prefecture_or_above(self, code: int) -> bool:
        """Whether the place is a province, the Corps or a prefecture."""
        place = self._places.get(code)
        return place is not None and place.level != "county"

    def path(self, code: int) -> Codes:
        """Return *code* and every place around it, nearest first."""
        if code > HIGHEST_JURISDICTION:
            return (code, *self._paths.get(code // 1000, ()))
        return self._paths.get(code, (code,))

    def inside(self, code: int, around: int) -> bool:
        """Whether *code* is *around* or lies in it."""
        return code == around or around in self._paths.get(
            code // 1000 if code > HIGHEST_JURISDICTION else code, ()
        )

    def _path_from(self, code: int) -> Codes:
        around: list[int] = []
        while code in self._places and code not in around:
            around.append(code)
            code = self._places[code].parent
        return tuple(around)


class _Builder:
    """What a gazetteer is made of while its rows come in."""

    def __init__(self) -> None:
        self.places: dict[int, _Place] = {}
        self.full: dict[str, Codes] = {}
        self.short: dict[str, Codes] = {}
        self.english: dict[str, Codes] = {}
        self.former: dict[tuple[str, int], Former] = {}
        self.heads: dict[str, int] = {}
        self.towns = Lexicon(())

    def add_jurisdiction(self, row: PlaceRow) -> None:
        """Take in a province, the Corps, a prefecture or a county."""
        code = int(row.code)
        parent = int(row.parent_code) if row.parent_code.isascii() and row.parent_code.isdigit() else 0
        self.places[code] = _Place(row.name, row.name_en, row.level, parent)
        self._enter(self.full, row.name, code)
        for short in short_forms(row.name):
            self._enter(self.short, short, code)
        english = english_key(row.name_en)
        for name in {english, *english_short_forms(row.name_en)} - {""}:
            self.english[name] = (*self.english.get(name, ()), code)

    def add_towns(self, rows: Iterable[TownRow]) -> None:
        """Take in all towns."""
        self.towns = Lexicon(self._noted(rows))

    def _noted(self, rows: Iterable[TownRow]) -> Iterator[tuple[str, int]]:
        last = 0
        for row in rows:
            if not (row.code.isascii() and row.code.isdigit() and len(row.code) == 9):
                continue
            code = int(row.code)
            if code < last:
                raise ValueError(f"the town {row.code} does not come in the order of codes")
            last = code
            self._note_town(row.name)
            yield row.name, code

    def _note_town(self, name: str) -> None:
        self._note_whole(name)
        for suffix in TOWN_SUFFIXES:
            stem = name.removesuffix(suffix)
            if 2 <= len(stem) < min(len(name), LONGEST + 1):
                self._note_length(stem, len(stem) + 16)

    def add_former(self, rows: list[FormerRow]) -> None:
        """Take in the names no longer in force, after all places of today."""
        successors = {row.former_code: row.code for row in rows if row.former_code != row.code}
        for row in rows:
            code = self._settled(row.code, successors)
            if code is None:
                continue
            former = Former(row.former_name, row.until_year)
            self._enter_former(self.full, row.former_name, code, former)
            for short in short_forms(row.former_name):
                self._enter_former(self.short, short, code, former)

    def _enter_former(self, table: dict[str, Codes], name: str, code: int, former: Former) -> None:
        # where a place of the same prefecture bears the name today, nobody means the former one
        if not any(other // 100 == code // 100 for other in table.get(name, ())):
            self._enter(table, name, code)
            self.former[name, code] = former

    def _settled(self, code: str, successors: dict[str, str]) -> int | None:
        """Follow a successor that has itself been replaced, at most a few steps."""
        for _ in range(4):
            if code.isascii() and code.isdigit() and int(code) in self.places:
                return int(code)
            code = successors.get(code, "")
        return None

    def _enter(self, table: dict[str, Codes], name: str, code: int) -> None:
        table[name] = (*table.get(name, ()), code)
        self._note_whole(name)

    def _note_whole(self, name: str) -> None:
        if 2 <= len(name) <= LONGEST:
            self._note_length(name, len(name))

    def _note_length(self, name: str, bit: int) -> None:
        head = name[:2]
        # bits 2 to 15: whole names of that length; bits 18 to 31: town names that length without their suffix
        self.heads[head] = self.heads.get(head, 0) | 1 << bit


def short_forms(name: str) -> tuple[str, ...]:
    """Return the short names people use for a jurisdiction: 江源区 江源; 延边朝鲜族自治州 延边, 延边州."""
    if name.endswith("生产建设兵团"):
        return (name.removesuffix("生产建设兵团") + "兵团", "兵团")
    autonomous = _AUTONOMOUS.search(name)
    if autonomous:
        bare = name[: autonomous.start()]
        stem = _ETHNIC_TAIL.sub("", bare) or bare.removesuffix("族")
        if autonomous[1] == "区":
            return (stem if len(stem) >= 2 else bare,)
        return tuple(form for form in (stem, stem + autonomous[1]) if len(form) >= 2)
    stem = _JURISDICTION_SUFFIX.sub("", name)
    return (stem,) if 2 <= len(stem) < len(name) else ()


def english_key(name: str) -> str:
    """Return a romanised name as it is looked up: lower case, one space between words, no apostrophes."""
    return " ".join(name.replace("'", "").replace("’", "").replace("-", " ").lower().split())


def english_short_forms(name_en: str) -> tuple[str, ...]:
    """Return the romanised name without its generic word, when enough of it is left."""
    short = english_key(_EN_PEOPLES.sub("", name_en))
    short = _EN_GENERIC.sub("", short)
    return (short,) if len(short.replace(" ", "")) >= MIN_ENGLISH else ()
