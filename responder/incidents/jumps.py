"""A count that leaps past everybody the report before it spoke of: three at risk, then twelve dead. Pure.

No law asks for it; a leap says that somebody was not counted, so the caller is asked and the level above looks into it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from responder.core.errors import Text

HARMED = ("deaths", "missing", "trapped")
SPOKEN_OF = (*HARMED, "serious_injuries", "acute_poisonings", "minor_injuries")
MINES = frozenset({"coal_mine", "noncoal_mine"})
FEWEST = 3  # practice: one or two more are found at any site


@dataclass(frozen=True)
class Jump:
    """How many the report before spoke of, at risk or harmed, and how many are harmed now."""

    before: int
    after: int


def jump(before: Mapping[str, Any], after: Mapping[str, Any]) -> Jump | None:
    """Return the leap from one version's figures to the next, None where there is none or nothing was known before."""
    if all(before.get(name) is None for name in (*SPOKEN_OF, "at_risk")):
        return None
    told = max(_sum(before, SPOKEN_OF), before.get("at_risk") or 0)
    harmed = _sum(after, HARMED)
    return Jump(told, harmed) if harmed - told >= FEWEST else None


def _sum(figures: Mapping[str, Any], names: tuple[str, ...]) -> int:
    return sum(figures.get(name) or 0 for name in names)


def question(found: Jump, sector: str) -> tuple[Text, Text]:
    """Return what to ask the caller about a leap, and why."""
    where = Text("井下", "underground") if sector in MINES else Text("现场", "at the site")
    return (
        Text(f"当时{where.zh}一共多少人？", f"How many were {where.en} in all?"),
        Text(
            f"前一版共涉及 {found.before} 人，现为 {found.after} 人；多出来的人前面没有报过",
            f"the last version spoke of {found.before}, now {found.after}; the others were never reported",
        ),
    )


def words(found: Jump) -> Text:
    """Return what the level above is asked to find out."""
    return Text(
        f"为什么由 {found.before} 人变为 {found.after} 人："
        f"前一版共涉及 {found.before} 人，后一版死亡、失踪、被困合计 {found.after} 人。前一版是否少报？",
        f"Why {found.before} became {found.after}: the earlier version spoke of {found.before}, "
        f"the later one counts {found.after} dead, missing or trapped. Was the earlier one short?",
    )
