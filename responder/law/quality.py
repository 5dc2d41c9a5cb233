"""Late, omitted, false or concealed: what the data propose; a named person decides intent (Order 13 Art. 5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum

from responder.law.model import Facts, Source
from responder.law.windows import beijing_day


class Fault(Enum):
    """The classes of a bad report: 迟报, 漏报, 谎报, 瞒报."""

    LATE = "late"
    OMITTED = "omitted"
    FALSE = "false"
    CONCEALED = "concealed"


ORDER_13 = Source(
    "国家安全监管总局令第13号《〈生产安全事故报告和调查处理条例〉罚款处罚暂行规定》",
    "SAWS Order 13",
    2007,
    "5",
)
ORDER_42 = Source("国家安全监管总局令第42号（修改第13号令）", "SAWS Order 42, amending Order 13", 2011, "5")
FIRST_DAY = date(2007, 7, 12)
AMENDED_ON = date(2011, 11, 1)
# People at risk joined the list of what must not be untrue in 2011.
REPORTED_ITEMS = (
    "deaths",
    "missing",
    "trapped_without_contact",
    "serious_injuries",
    "acute_poisonings",
    "minor_injuries",
    "direct_loss_yuan",
)


@dataclass(frozen=True, slots=True)
class Proposal:
    """A class proposed from data; anything but late needs a person to decide whether there was intent."""

    fault: Fault
    source: Source
    late_seconds: int | None
    differing: Mapping[str, tuple[int | float | None, int | float | None]]
    needs_decision: bool


def propose(
    due_at: datetime,
    received_at: datetime | None,
    *,
    uncovered_at: datetime | None = None,
    reported: Facts | None = None,
    known: Facts | None = None,
    intent: bool | None = None,
) -> Proposal | None:
    """Return the class of one report, or None where nothing is wrong or no definition was in force yet.

    *uncovered_at* is when somebody else brought the accident to light (tip-off, media, inspection); *reported* and
    *known* are the figures told and those found later; *intent* is a person's finding, None while nobody decided.
    The definitions are those of the day on which the limit passed: the date of the act.
    """
    day = beijing_day(due_at)
    if day < FIRST_DAY:
        return None
    source = ORDER_42 if day >= AMENDED_ON else ORDER_13
    if (
        uncovered_at is not None
        and uncovered_at > due_at
        and (received_at is None or received_at > uncovered_at)
    ):
        return Proposal(Fault.CONCEALED, source, None, {}, intent is None)
    differing = _differing(reported, known, day)
    if differing:
        fault = Fault.FALSE if intent else Fault.OMITTED
        if intent or any(_is_too_low(pair) for pair in differing.values()):
            return Proposal(fault, source, _late(due_at, received_at), differing, intent is None)
    late = _late(due_at, received_at)
    return Proposal(Fault.LATE, source, late, {}, needs_decision=False) if late else None


def _late(due_at: datetime, received_at: datetime | None) -> int | None:
    if received_at is None or received_at <= due_at:
        return None
    return int((received_at - due_at).total_seconds()) or 1


def _differing(
    reported: Facts | None, known: Facts | None, day: date
) -> dict[str, tuple[int | float | None, int | float | None]]:
    """Return the figures that were told differently from what is known, told first."""
    if reported is None or known is None:
        return {}
    items = (*REPORTED_ITEMS, "at_risk") if day >= AMENDED_ON else REPORTED_ITEMS
    pairs = {name: (getattr(reported, name), getattr(known, name)) for name in items}
    return {
        name: (told, found) for name, (told, found) in pairs.items() if found is not None and told != found
    }


def _is_too_low(pair: tuple[int | float | None, int | float | None]) -> bool:
    told, found = pair
    return found is not None and (told is None or told < found)
