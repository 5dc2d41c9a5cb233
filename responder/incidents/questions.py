"""What to ask the caller next for this kind of accident: cards as data, picked by what is still unknown."""

import tomllib
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib.resources import files
from typing import Any

from responder.core.errors import Text

MOST = 4
Question = tuple[Text, Text]


@lru_cache(maxsize=1)
def _cards() -> list[dict[str, Any]]:
    text = (files("responder.incidents") / "data" / "questions.toml").read_text(encoding="utf-8")
    cards: list[dict[str, Any]] = tomllib.loads(text)["card"]
    return cards


def questions(
    sector: str, accident_type: str | None, facts: Mapping[str, Any], missing: Sequence[str], most: int = MOST
) -> list[Question]:
    """Return the questions whose answers are still unknown, those of this accident first."""
    found: list[tuple[int, Question]] = []
    for card in _cards():
        if card.get("sectors") and sector not in card["sectors"]:
            continue
        if card.get("types") and accident_type not in card["types"]:
            continue
        if card.get("when") and not facts.get(card["when"]):
            continue
        if card.get("fact") and facts.get(card["fact"]) is not None:
            continue
        if card.get("element") and card["element"] not in missing:
            continue
        question = (Text(card["ask"], card["ask_en"]), Text(card["why"], card["why_en"]))
        found.append((int(card["order"]), question))
    return [question for _, question in sorted(found, key=lambda pair: pair[0])][:most]
