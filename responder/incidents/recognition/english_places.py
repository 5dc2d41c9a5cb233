"""Place names in pinyin or English: Songshu Town, Jiangyuan District, Baishan."""

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice, pairwise

from responder.incidents.recognition.gazetteer import Kind, Mention, english_key
from responder.incidents.recognition.model import Note
from responder.incidents.recognition.settling import Chain, Located, Settler
from responder.incidents.recognition.vocabulary import vocabulary

_WORDS = re.compile(r"[A-Za-z][A-Za-z'’-]*")
_TOWN_WORD = re.compile(r"\b[A-Z][A-Za-z']+ (?:Town|Township|Village|Subdistrict|Street)\b")
_NAMED_IN_FULL = re.compile("district|county|city|province|banner|prefecture|league", re.IGNORECASE)
_JOINT_EN = re.compile(r"[ ,]{0,3}(?:(?:in|of) )?")
MAX_WORDS = 1_000
"""Words looked through for the place."""


class EnglishPlaceReader:
    """Finds the place of a text that names none in Chinese."""

    def __init__(self, settler: Settler) -> None:
        self.settler = settler

    def read(self) -> Located | None:
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
            or any(self.settler.gazetteer.inside(code, outer) for code in chosen for outer in other.codes)
        )
        outer = sorted((link for link in links if link is not best), key=lambda link: link.start)
        chain = Chain(best.start, best.end, (*outer, replace(best, codes=chosen)), chosen)
        located = self.settler.locate(chain)
        start, end = self._run(best, list(links))
        town = _TOWN_WORD.search(self.settler.text)
        place = replace(located.place, text=self.settler.text[start:end])
        if town is not None and place.note is None:
            place = replace(place, note=_town_note(town.group()))
        return Located(start, end, place, True)

    def _run(self, best: Mention, links: list[Mention]) -> tuple[int, int]:
        """Return where the names that stand side by side with *best* begin and end."""
        links.sort(key=lambda link: link.start)
        runs = [[links[0]]]
        for before, link in pairwise(links):
            if _JOINT_EN.fullmatch(self.settler.text, before.end, link.start):
                runs[-1].append(link)
            else:
                runs.append([link])
        run = next(run for run in runs if best in run)
        return run[0].start, run[-1].end

    def _support(self, code: int, mentions: list[Mention]) -> int:
        path = self.settler.gazetteer.path(code)
        return sum(any(outer in path[1:] for outer in each.codes) for each in mentions)

    def _confirmed(self, mention: Mention, mentions: list[Mention]) -> int:
        return max(self._support(code, mentions) for code in mention.codes)

    def _english_mentions(self) -> Iterator[Mention]:
        words = list(islice(_WORDS.finditer(self.settler.text), MAX_WORDS))
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
        name = self.settler.text[start:end]
        codes = self.settler.gazetteer.english(name)
        if not codes:
            return None
        if _NAMED_IN_FULL.search(name):
            return Mention(start, end, Kind.FULL, codes)
        near = any(self.settler.nearness(code) >= 2 for code in codes)
        capital = name[:1].isupper()
        if english_key(name) in vocabulary().english_ordinary or not (near or capital):
            return None
        return Mention(start, end, Kind.SHORT, codes)


def _town_note(name: str) -> Note:
    return Note(
        f"乡镇“{name}”请另选：拼音地名只认到县级。",
        f'Choose the town "{name}" by hand: names in pinyin are known down to county level.',
    )
