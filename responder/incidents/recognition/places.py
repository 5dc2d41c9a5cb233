"""Where it happened: the place names of a text, joined into chains and settled by what is named and by home."""

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

from responder.incidents.recognition.english_places import EnglishPlaceReader
from responder.incidents.recognition.gazetteer import Gazetteer, Kind, Mention
from responder.incidents.recognition.lexicon import Codes
from responder.incidents.recognition.settling import CJK, Chain, Located, Settler
from responder.incidents.recognition.vocabulary import vocabulary

_JOINT = re.compile(r"[ ,，、/·(（]{1,2}")
_BEFORE_PLACE = frozenset("在于到至从的及和与是位向由区县市省旗盟州报称为给据即说：:自对经")
_AFTER_STEM = frozenset("某一境内村发的那这")
_CUT_BY = {"市": "场", "区": "域间别块", "乡": "村亲下", "旗": "下帜舰", "县": "级"}
_TAIL = re.compile(
    r"(?:(?![在于的发生某矿厂场公司一]|[0-9]{2})[㐀-鿿0-9]){1,7}?(?:村|屯|社区|街道|苏木|镇|乡|大道|(?<!铁)路|街)"
    r"(?:[0-9]{1,5}号)?(?![口段面边])"
)
_BORDERS = re.compile("交界|接壤|相邻|毗邻|方向")
MAX_FOR_PLACE = 2_000
"""Characters looked through for the place, which stands at the beginning of any message."""
MAX_CHAINS = 60
"""Places weighed against each other in one text."""


class PlaceReader:
    """Finds the place of one text, with the officer's home in mind."""

    def __init__(self, text: str, gazetteer: Gazetteer, home: str | None) -> None:
        self.text = text
        self.gazetteer = gazetteer
        self.words = vocabulary()
        self.settler = Settler(text, gazetteer, home)

    def read(self) -> Located | None:
        """Return the place the text speaks of, None when it names none."""
        chains = [chain for chain in islice(self._chains(), MAX_CHAINS) if self._stands(chain)]
        if not chains:
            return EnglishPlaceReader(self.settler).read()
        best = max(chains, key=lambda chain: (self._weight(chain), -chain.start))
        best = self._deepest_inside(best, chains)
        located = self.settler.locate(self._with_tail(best))
        return self._rivalled(located, best, chains)

    def _chains(self) -> Iterator[Chain]:
        at = 0
        while at < min(len(self.text), MAX_FOR_PLACE) - 1:
            chain = self._chain(at, (), 0) if self.gazetteer.may_begin(self.text, at) else None
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
            chain = Chain(at, mention.end, (Mention(at, mention.end, mention.kind, codes),), codes)
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
            return self.settler.free_after(mention.end) or after in _AFTER_STEM
        return (
            word not in self.words.ordinary
            or self.settler.free_after(mention.end)
            or not self.settler.names_unit(mention.end)
        )

    def _free_before(self, at: int) -> bool:
        return at == 0 or self.text[at - 1] in _BEFORE_PLACE or not CJK.match(self.text[at - 1])

    def _stands(self, chain: Chain) -> bool:
        """Whether the chain is a place at all and not part of another word."""
        first = chain.links[0]
        word = self.text[first.start : first.end]
        if chain.parent_named:
            return self._free_before(chain.start) or any(link.kind >= Kind.TOWN for link in chain.links)
        near = any(self.settler.nearness(code) >= 2 for code in first.codes)
        if self.text[first.end : first.end + 1] == "段" and first.kind is Kind.SHORT:
            return True
        if first.kind is Kind.FULL:
            return len(word) > 2 or (
                self._free_before(first.start) and (near or word not in self.words.ordinary)
            )
        if not self._free_before(first.start):
            return False
        if first.kind is Kind.TOWN:
            return len(word) > 2 or any(self.settler.nearness(code) == 3 for code in first.codes)
        alone = self.settler.free_after(first.end)
        if first.kind is Kind.TOWN_STEM:
            after = self.text[first.end : first.end + 1]
            inside = any(self.settler.nearness(code) == 3 for code in first.codes)
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
        near = max((self.settler.nearness(code) for code in chain.codes), default=0)
        return (min(cue, 0), strength + max(cue, 0), near if strength < 2 else len(chain.links))

    def _deepest_inside(self, best: Chain, chains: list[Chain]) -> Chain:
        """Return a later chain that lies inside *best* and says more: 白山市来报, 江源区松树镇."""
        for other in chains:
            inner = self._within(other.codes, best.codes)
            said = other.last.kind >= Kind.TOWN or self.settler.free_after(other.end)
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
                note = self.settler.candidates_note(located.place.text, names, True)
                candidates = tuple(f"{code:06d}" for code in dict.fromkeys(names))
                return replace(
                    located, place=replace(located.place, candidates=candidates, doubt=True, note=note)
                )
        return located
