"""From a jurisdiction code of any level to the offices above the place."""

from __future__ import annotations

import csv
from functools import lru_cache
from importlib.resources import files

from responder.law.model import Place

MUNICIPALITIES = frozenset({"110000", "120000", "310000", "500000"})
CORPS = "660000"
CORPS_CITIES = "6590"
CHANGBAISHAN = "CBS"
JILIN = "220000"


class UnknownPlace(ValueError):
    """A code that is no jurisdiction, or one outside the reporting chain."""


@lru_cache(maxsize=1)
def _rows() -> dict[str, tuple[str, str, str, str]]:
    """Return name, level, parent and reporting of every shipped jurisdiction by its code."""
    text = (files("responder.law") / "data" / "jurisdictions.csv").read_text(encoding="utf-8")
    rows = csv.reader(text.splitlines()[1:])
    return {code: (name, level, parent, reporting) for code, name, level, parent, reporting in rows}


@lru_cache(maxsize=4096)
def place_of(code: str) -> Place:
    """Return the place of *code*: six digits of any level, or `CBS` for the Changbaishan committee.

    The Corps' cities answer to the Corps, not to the region they lie in (HR-23). Raises UnknownPlace.
    """
    if code == CHANGBAISHAN:
        return Place(code, None, code, JILIN)
    row = _rows().get(code)
    if row is None:
        raise UnknownPlace(f"{code} is no jurisdiction")
    _, level, parent, reporting = row
    if reporting != "yes":
        raise UnknownPlace(f"{code} stands outside the reporting chain")
    if level in ("province", "corps"):
        return Place(code, None, None, code, code in MUNICIPALITIES, code == CORPS)
    if level == "prefecture":
        return Place(code, None, code, parent)
    if code.startswith(CORPS_CITIES):
        return Place(code, code, None, CORPS, is_corps=True)
    if _rows()[parent][1] == "prefecture":
        return Place(code, code, parent, _rows()[parent][2])
    return Place(code, code, None, parent, parent in MUNICIPALITIES)


def name_of(code: str) -> str:
    """Return the Chinese name of a jurisdiction code, the code itself where none is known."""
    if code == CHANGBAISHAN:
        return "长白山保护开发区管理委员会"
    row = _rows().get(code)
    return code if row is None else row[0]
