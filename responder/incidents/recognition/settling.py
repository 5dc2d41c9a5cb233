"""Which place a name means: by the names around it, then by what is nearest to the officer's home."""

import re
from dataclasses import dataclass, replace

from responder.incidents.recognition.gazetteer import HIGHEST_JURISDICTION, Gazetteer, Kind, Mention
from responder.incidents.recognition.lexicon import Codes
from responder.incidents.recognition.model import Note, PlaceFound
from responder.incidents.recognition.vocabulary import vocabulary

CJK = re.compile("[㐀-鿿]")
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


class Settler:
    """Settles the chains of one text, with the officer's home in mind."""

    def __init__(self, text: str, gazetteer: Gazetteer, home: str | None) -> None:
        self.text = text
        self.gazetteer = gazetteer
        digits = (home or "").split(".")[0]
        code = int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 9 else 0
        self.home = gazetteer.path(code) if gazetteer.knows(code) else ()

    def locate(self, chain: Chain) -> Located:
        """Return the place the innermost names of *chain* mean, with the doubt and the reason for it."""
        code, doubt = self._settle(chain)
        candidates = tuple(sorted(chain.codes, key=lambda each: (-self.nearness(each), each)))
        if code is not None:
            candidates = (code, *(each for each in candidates if each != code)) if doubt else (code,)
        text = self.text[chain.start : chain.end]
        whole = chain.last.kind >= Kind.TOWN or self.free_after(chain.end)
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
            note=self.candidates_note(text, candidates, doubt),
        )

    def _settle(self, chain: Chain) -> tuple[int | None, bool]:
        """Return the place meant, None when several are as likely, and whether the officer should make sure."""
        kind, codes = chain.last.kind, chain.codes
        if chain.parent_named:
            weak = kind is Kind.SHORT and not self.free_after(chain.end) and self.names_unit(chain.end)
            return (codes[0], weak) if len(codes) == 1 else (None, True)
        ranked = sorted(codes, key=lambda code: (-self.nearness(code), code))
        nearness = [self.nearness(code) for code in ranked]
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
        glued = not self.free_after(chain.end) and self.names_unit(chain.end)
        if nearness >= 2:
            return not glued
        return self.gazetteer.is_prefecture_or_above(chain.codes[0]) and self.free_after(chain.end)

    def nearness(self, code: int) -> int:
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

    def _renamed_note(self, chain: Chain, code: int | None) -> Note | None:
        """Say so when the town is written with a suffix it no longer has."""
        written = self.text[chain.last.start : chain.last.end]
        if code is None or chain.last.kind is not Kind.TOWN or self.gazetteer.name(code).endswith(written):
            return None
        now = self.gazetteer.name(code)
        return Note(f"写作{written}，现名{now}。", f"Written as {written}; its present name is {now}.")

    def candidates_note(self, text: str, candidates: Codes, doubt: bool) -> Note | None:
        """Return the question which of *candidates* is meant by *text*, None without doubt."""
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

    def free_after(self, at: int) -> bool:
        """Whether no further Chinese character follows at *at*."""
        return at >= len(self.text) or not CJK.match(self.text[at])

    def names_unit(self, at: int) -> bool:
        """Whether a unit's ending follows at once, so that the name before it is the unit's own."""
        return vocabulary().unit_suffixes.match(self.text, at) is not None
