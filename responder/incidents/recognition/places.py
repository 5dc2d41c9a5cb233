"""Where it happened: the place names of a text, joined into chains and settled by what is named and by home."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice, pairwise

from responder.incidents.recognition.gazetteer import (
    HIGHEST_JURISDICTION,
    Codes,
    Gazetteer,
    Kind,
    Mention,
    english_key,
)
from responder.incidents.recognition.model import Note, PlaceFound
from responder.incidents.recognition.reading import lower
from responder.incidents.recognition.vocabulary import vocabulary

CJK = re.compile("[㐀-鿿]")
_JOINT = re.compile(r"[ ,，、/·(（]{1,2}")
_JOINT_EN = re.compile(r"[ ,]{0,3}(?:(?:in|of) )?")
_BEFORE_PLACE = frozenset("在于到至从的及和与是位向由区县市省旗盟州报称为给据即：:自对经")
_AFTER_STEM = frozenset("某一境内村发的")
_CUT_BY = {"市": "场", "区": "域间别块", "乡": "村亲下", "旗": "下帜舰", "县": "级"}
_TAIL = re.compile(
    r"(?:(?![在于的发生某矿厂场公司一]|[0-9]{2})[㐀-鿿0-9]){1,7}?(?:村|屯|社区|街道|苏木|镇|乡|大道|(?<!铁)路|街)"
    r"(?:[0-9]{1,5}号)?(?![口段面边])"
)
_BORDERS = re.compile("交界|接壤|相邻|毗邻|方向")
_WORDS = re.compile(r"[A-Za-z][A-Za-z'’-]*")
_TOWN_WORD = re.compile(r"\b[A-Z][A-Za-z']+ (?:Town|Township|Village|Subdistrict|Street)\b")
_NAMED_IN_FULL = re.compile("district|county|city|province|banner|prefecture|league", re.IGNORECASE)
MAX_CHAINS = 60
"""Places weighed against each other in one text."""
SHOWN = 6
"""Candidates named in a note."""


@dataclass(frozen=True, slots=True)
class Chain:
    """Place names that follow one another, each inside the one before: 吉林省 白山市 江源区 松树镇."""

    start: int
    end: int
    links: tuple[Mention, ...]
    codes: Codes

    @property
    def last(self) -> Mention:
        """The innermost name."""
        return self.links[-1]

    @property
    def parent_named(self) -> bool:
        """Whether the innermost name is confirmed by one around it."""
        return len(self.links) > 1


@dataclass(frozen=True, slots=True)
class Located:
    """A settled place and where it stands; *whole_name* tells that the name was written with its suffix."""

    start: int
    end: int
    place: PlaceFound
    whole_name: bool


class PlaceReader:
    """Finds the place of one text, with the officer's home in mind."""

    def __init__(self, text: str, gazetteer: Gazetteer, home: str | None) -> None:
        self.text = text
        self.gazetteer = gazetteer
        self.words = vocabulary()
        digits = (home or "").split(".")[0]
        code = int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 9 else 0
        self.home = gazetteer.path(code) if gazetteer.knows(code) else ()

    def read(self) -> Located | None:
        """Return the place the text speaks of, None when it names none."""
        chains = [chain for chain in islice(self._chains(), MAX_CHAINS) if self._stands(chain)]
        if not chains:
            return self._read_english()
        best = max(chains, key=lambda chain: (self._weight(chain), -chain.start))
        best = self._deepest_inside(best, chains)
        located = self._locate(self._with_tail(best))
        return self._rivalled(located, best, chains)

    def _chains(self) -> Iterator[Chain]:
        at = 0
        while at < len(self.text) - 1:
            chain = self._chain(at, (), 0)
            if chain is None or (len(chain.links) == 1 and not self._stands(chain)):
                at += 1
                continue
            yield chain
            at = chain.end

    def _chain(self, at: int, around: Codes, depth: int) -> Chain | None:
        """Return the longest chain of names that starts at *at* and lies inside one of *around*."""
        best: Chain | None = None
        for mention in self.gazetteer.mentions(self.text, at):
            codes = self._within(mention.codes, around)
            if not codes or not self._may_follow(mention, around):
                continue
            chain = Chain(at, mention.end, (replace(mention, codes=codes),), codes)
            if depth < 4:
                chain = self._extended(chain, depth)
            if best is None or self._rank(chain) > self._rank(best):
                best = chain
        return best

    def _extended(self, chain: Chain, depth: int) -> Chain:
        joint = _JOINT.match(self.text, chain.end)
        for start in (chain.end, joint.end() if joint else chain.end):
            inner = self._chain(start, chain.codes, depth + 1)
            if inner is not None and not self._echoes(chain.last, inner.links[0]):
                return Chain(chain.start, inner.end, chain.links + inner.links, inner.codes)
        return chain

    def _echoes(self, outer: Mention, inner: Mention) -> bool:
        """Whether a short name only repeats the one before it: 阜新市 阜新矿业集团 is not Fuxin County."""
        word = self.text[inner.start : inner.end]
        return inner.kind is Kind.SHORT and self.text.startswith(word, outer.start)

    def _rank(self, chain: Chain) -> tuple[int, int, int]:
        named = sum(link.end - link.start for link in chain.links)
        return (named, max(link.kind for link in chain.links), -len(chain.codes))

    def _within(self, codes: Codes, around: Codes) -> Codes:
        if not around:
            return codes
        return tuple(
            code
            for code in codes
            if any(code != outer and self.gazetteer.inside(code, outer) for outer in around)
        )

    def _may_follow(self, mention: Mention, around: Codes) -> bool:
        """Whether the name may be read so where it stands, before the rest of the chain is known."""
        word = self.text[mention.start : mention.end]
        after = self.text[mention.end : mention.end + 1]
        if mention.kind in (Kind.FULL, Kind.TOWN):
            return not (after and after in _CUT_BY.get(word[-1], ""))
        if not around:
            return True
        if mention.kind is Kind.TOWN_STEM:
            return self._free_after(mention.end) or after in _AFTER_STEM
        return (
            word not in self.words.ordinary
            or self._free_after(mention.end)
            or not self._names_unit(mention.end)
        )

    def _names_unit(self, at: int) -> bool:
        """Whether a unit's ending follows at once, so that the name before it is the unit's own."""
        return self.words.unit_suffixes.match(self.text, at) is not None

    def _free_before(self, at: int) -> bool:
        return at == 0 or self.text[at - 1] in _BEFORE_PLACE or not CJK.match(self.text[at - 1])

    def _free_after(self, at: int) -> bool:
        return at >= len(self.text) or not CJK.match(self.text[at])

    def _stands(self, chain: Chain) -> bool:
        """Whether the chain is a place at all and not part of another word."""
        first = chain.links[0]
        word = self.text[first.start : first.end]
        if chain.parent_named:
            return self._free_before(chain.start) or any(link.kind >= Kind.TOWN for link in chain.links)
        near = any(self._nearness(code) >= 2 for code in first.codes)
        if first.kind is Kind.FULL:
            return len(word) > 2 or (
                self._free_before(first.start) and (near or word not in self.words.ordinary)
            )
        if not self._free_before(first.start):
            return False
        if first.kind is Kind.TOWN:
            return len(word) > 2 or any(self._nearness(code) == 3 for code in first.codes)
        alone = self._free_after(first.end)
        if first.kind is Kind.TOWN_STEM:
            after = self.text[first.end : first.end + 1]
            inside = any(self._nearness(code) == 3 for code in first.codes)
            return inside and (alone or after in _AFTER_STEM) and word not in self.words.ordinary
        if word in self.words.ordinary:
            return near and alone
        high = any(self.gazetteer.is_prefecture_or_above(code) for code in first.codes)
        return near or high or alone

    def _weight(self, chain: Chain) -> tuple[int, int, int]:
        before = self.text[max(0, chain.start - 4) : chain.start]
        cue = 1 if self.words.left_cue.search(before) else 0
        if self.words.elsewhere_cue.search(before) or _BORDERS.match(self.text, chain.end):
            cue = -1
        surest = max(link.kind for link in chain.links)
        strength = 2 if surest is Kind.FULL or chain.parent_named else 1 if surest is Kind.TOWN else 0
        near = max((self._nearness(code) for code in chain.codes), default=0)
        return (min(cue, 0), strength + max(cue, 0), near if strength < 2 else len(chain.links))

    def _deepest_inside(self, best: Chain, chains: list[Chain]) -> Chain:
        """Return a later chain that lies inside *best* and says more: 白山市来报, 江源区松树镇."""
        for other in chains:
            inner = self._within(other.codes, best.codes)
            said = other.last.kind >= Kind.TOWN or self._free_after(other.end)
            if inner and said and other.start > best.start and self._weight(other)[0] >= 0:
                best = replace(other, codes=inner, links=(*best.links, *other.links))
        return best

    def _with_tail(self, chain: Chain) -> Chain:
        """Take in the village or road that follows, and the town that is now written with another suffix."""
        tail = _TAIL.match(self.text, chain.end)
        if tail is None or chain.last.kind < Kind.TOWN:
            return chain
        words = tail.group()
        for suffix in ("街道", "镇", "乡"):
            towns = self._within(self.gazetteer.towns_of_stem(words.removesuffix(suffix)), chain.codes)
            if words.endswith(suffix) and len(towns) == 1:
                link = Mention(chain.end, tail.end(), Kind.TOWN, towns)
                return Chain(chain.start, tail.end(), (*chain.links, link), towns)
        return replace(chain, end=tail.end())

    def _nearness(self, code: int) -> int:
        """Return 3 for the officer's own area or what is around it, 2 for the same city, 1 for the same province."""
        if not self.home:
            return 0
        path = self.gazetteer.path(code)
        if self.home[0] in path or code in self.home:
            return 3
        shared = [outer for outer in self.home if outer in path]
        if not shared:
            return 0
        return 1 if shared[0] == self.home[-1] else 2

    def _locate(self, chain: Chain) -> Located:
        code, doubt = self._settle(chain)
        candidates = tuple(sorted(chain.codes, key=lambda each: (-self._nearness(each), each)))
        if code is not None:
            candidates = (code, *(each for each in candidates if each != code)) if doubt else (code,)
        text = self.text[chain.start : chain.end]
        whole = chain.last.kind >= Kind.TOWN or self._free_after(chain.end)
        place = self._found(text, code, candidates, doubt)
        note = place.note or self._former_note(chain, code) or self._renamed_note(chain, code)
        return Located(chain.start, chain.end, replace(place, note=note), whole)

    def _found(self, text: str, code: int | None, candidates: Codes, doubt: bool) -> PlaceFound:
        town = code if code is not None and code > HIGHEST_JURISDICTION else None
        county = code // 1000 if town is not None and code is not None else code
        if code is None:
            common = set.intersection(*(set(self.gazetteer.path(each)) for each in candidates))
            county = max(common, key=lambda each: len(self.gazetteer.path(each))) if common else None
            county = county if county not in candidates else None
        return PlaceFound(
            text=text,
            code=None if county is None else f"{county:06d}",
            town_code=None if town is None else f"{town:09d}",
            candidates=tuple(f"{each:06d}" for each in candidates),
            doubt=doubt,
            note=self._candidates_note(text, candidates, doubt),
        )

    def _settle(self, chain: Chain) -> tuple[int | None, bool]:
        """Return the place meant, None when several are as likely, and whether the officer should make sure."""
        kind, codes = chain.last.kind, chain.codes
        if chain.parent_named:
            weak = kind is Kind.SHORT and not self._free_after(chain.end) and self._names_unit(chain.end)
            return (codes[0], weak) if len(codes) == 1 else (None, True)
        ranked = sorted(codes, key=lambda code: (-self._nearness(code), code))
        nearness = [self._nearness(code) for code in ranked]
        if len(codes) == 1:
            return codes[0], not self._certain_alone(chain, nearness[0])
        unique = nearness[0] > nearness[1]
        if not unique or (ranked[0] in self.home[1:] and nearness[1] > 0):
            return None, True
        enough = 3 if kind <= Kind.TOWN and kind is not Kind.SHORT else 2
        sure = nearness[0] >= enough and (kind is not Kind.SHORT or nearness[1] == 0)
        return (ranked[0] if nearness[0] else None), not sure

    def _certain_alone(self, chain: Chain, nearness: int) -> bool:
        kind = chain.last.kind
        if kind is Kind.FULL:
            return True
        if kind in (Kind.TOWN, Kind.TOWN_STEM):
            return nearness == 3
        glued = not self._free_after(chain.end) and self._names_unit(chain.end)
        if nearness >= 2:
            return not glued
        return self.gazetteer.is_prefecture_or_above(chain.codes[0]) and self._free_after(chain.end)

    def _rivalled(self, located: Located, best: Chain, chains: list[Chain]) -> Located:
        """Mark the place doubtful when another one, as surely named, stands in the text."""
        weight = self._weight(best)[:2]
        for other in chains:
            apart = not any(
                self.gazetteer.inside(code, mine) or self.gazetteer.inside(mine, code)
                for code in other.codes
                for mine in best.codes
            )
            if apart and other.start != best.start and self._weight(other)[:2] >= weight:
                names = tuple(int(code) for code in located.place.candidates) + other.codes
                note = self._candidates_note(located.place.text, names, True)
                candidates = tuple(f"{code:06d}" for code in dict.fromkeys(names))
                return replace(
                    located, place=replace(located.place, candidates=candidates, doubt=True, note=note)
                )
        return located

    def _renamed_note(self, chain: Chain, code: int | None) -> Note | None:
        """Say so when the town is written with a suffix it no longer has."""
        written = self.text[chain.last.start : chain.last.end]
        if code is None or chain.last.kind is not Kind.TOWN or self.gazetteer.name(code).endswith(written):
            return None
        now = self.gazetteer.name(code)
        return Note(f"写作{written}，现名{now}。", f"Written as {written}; its present name is {now}.")

    def _former_note(self, chain: Chain, code: int | None) -> Note | None:
        around = self.gazetteer.path(code) if code is not None else ()
        for link in reversed(chain.links):
            word = self.text[link.start : link.end]
            for present in link.codes:
                former = self.gazetteer.former(word, present)
                if former is not None and present in around:
                    now = self.gazetteer.name(present)
                    return Note(
                        f"{former.name}为旧称（{former.until_year} 年止），今为{now}。",
                        f"{former.name} is a former name (until {former.until_year}); "
                        f"now {self.gazetteer.name_en(present)} {now}.",
                    )
        return None

    def _candidates_note(self, text: str, candidates: Codes, doubt: bool) -> Note | None:
        if not doubt:
            return None
        shown = [self._long_name(code) for code in candidates[:SHOWN]]
        more = len(candidates) - len(shown)
        if len(candidates) == 1:
            return Note(f"“{text}”可能是{shown[0]}，请核对。", f'"{text}" may be {shown[0]}; please check.')
        rest_zh, rest_en = (f"等 {len(candidates)} 处", f" and {more} more") if more else ("", "")
        return Note(
            f"“{text}”可能是：{'、'.join(shown)}{rest_zh}，请选定。",
            f'"{text}" may be: {", ".join(shown)}{rest_en}; please choose.',
        )

    def _long_name(self, code: int) -> str:
        path = self.gazetteer.path(code)
        if code > HIGHEST_JURISDICTION:
            path = path[:1] + path[2:]
        return "".join(self.gazetteer.name(outer) for outer in reversed(path))

    def _read_english(self) -> Located | None:
        """Return the place a text in English names in pinyin, innermost of those that fit together."""
        mentions = list(self._english_mentions())
        if not mentions:
            return None
        best = max(mentions, key=lambda each: (self._confirmed(each, mentions), each.kind, -each.start))
        chosen = tuple(
            code for code in best.codes if self._support(code, mentions) == self._confirmed(best, mentions)
        )
        links = tuple(
            other
            for other in mentions
            if other is best
            or any(self.gazetteer.inside(code, outer) for code in chosen for outer in other.codes)
        )
        outer = sorted((link for link in links if link is not best), key=lambda link: link.start)
        chain = Chain(best.start, best.end, (*outer, replace(best, codes=chosen)), chosen)
        located = self._locate(chain)
        start, end = self._run(best, list(links))
        town = _TOWN_WORD.search(self.text)
        place = replace(located.place, text=self.text[start:end])
        if town is not None and place.note is None:
            place = replace(place, note=_town_note(town.group()))
        return Located(start, end, place, True)

    def _run(self, best: Mention, links: list[Mention]) -> tuple[int, int]:
        """Return where the names that stand side by side with *best* begin and end."""
        links.sort(key=lambda link: link.start)
        runs = [[links[0]]]
        for before, link in pairwise(links):
            if _JOINT_EN.fullmatch(self.text, before.end, link.start):
                runs[-1].append(link)
            else:
                runs.append([link])
        run = next(run for run in runs if best in run)
        return run[0].start, run[-1].end

    def _support(self, code: int, mentions: list[Mention]) -> int:
        path = self.gazetteer.path(code)
        return sum(any(outer in path[1:] for outer in each.codes) for each in mentions)

    def _confirmed(self, mention: Mention, mentions: list[Mention]) -> int:
        return max(self._support(code, mentions) for code in mention.codes)

    def _english_mentions(self) -> Iterator[Mention]:
        words = list(_WORDS.finditer(self.text))
        at = 0
        while at < len(words):
            step = 1
            for length in range(min(5, len(words) - at), 0, -1):
                mention = self._english_mention(words[at].start(), words[at + length - 1].end())
                if mention is not None:
                    yield mention
                    step = length
                    break
            at += step

    def _english_mention(self, start: int, end: int) -> Mention | None:
        name = self.text[start:end]
        codes = self.gazetteer.english(name)
        if not codes:
            return None
        if _NAMED_IN_FULL.search(name):
            return Mention(start, end, Kind.FULL, codes)
        near = any(self._nearness(code) >= 2 for code in codes)
        capital = name[:1].isupper()
        if lower(english_key(name)) in self.words.english_ordinary or not (near or capital):
            return None
        return Mention(start, end, Kind.SHORT, codes)


def _town_note(name: str) -> Note:
    return Note(
        f"乡镇“{name}”请另选：拼音地名只认到县级。",
        f'Choose the town "{name}" by hand: names in pinyin are known down to county level.',
    )
