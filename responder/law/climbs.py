"""The duties of each climb: started by the accident or a rise, shortened by a fall, answered by receipts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache

from responder.law.arrows import Hop, Plan
from responder.law.model import UNIT, Body, Kind, Level, Obligation, Party, Receipt, Rule

FRESH_HOP_MINUTES = 120


@dataclass(slots=True)
class Duty:
    """An obligation while the history is still being read."""

    climb: int
    hop: Hop
    starts_at: datetime
    due_at: datetime
    minutes: int | None
    planned: bool
    withdrawn_at: datetime | None = None
    per_day: int | None = None
    version: int = 0

    @property
    def arrow(self) -> tuple[Party, Party, Kind]:
        """Return the arrow without its rule."""
        return (self.hop.sender, self.hop.addressee, self.hop.kind)


@dataclass(frozen=True, slots=True)
class Climb:
    """One way up: from which level it starts and when; the first starts at the unit with T1."""

    number: int
    start: Level
    started_at: datetime
    occurred_at: datetime


@dataclass(slots=True)
class Receipts:
    """What has been received, by addressee."""

    by_addressee: dict[Party, list[Receipt]] = field(default_factory=dict)

    @classmethod
    def of(cls, receipts: Iterable[Receipt]) -> Receipts:
        """Return the receipts gathered by addressee, in no particular order."""
        gathered: dict[Party, list[Receipt]] = {}
        for receipt in receipts:
            gathered.setdefault(receipt.addressee, []).append(receipt)
        return cls(gathered)

    def first(self, party: Party, climb: Climb) -> datetime | None:
        """Return when *party* first received anything in that climb; an entry without a climb counts from its start."""
        found = self.by_addressee.get(party)
        if found is None:
            return None
        moments = [r.at for r in found if r.at is not None and _belongs(r, climb)]
        return min(moments, default=None)

    def of_arrow(self, hop: Hop, climb: Climb) -> datetime | None:
        """Return the receipt that answers this very arrow, None where none is known."""
        found = self.by_addressee.get(hop.addressee)
        if found is None:
            return None
        moments = [
            r.at
            for r in found
            if r.at is not None
            and _belongs(r, climb)
            and (r.sender is None or r.sender is hop.sender)
            and (r.kind is None or r.kind is hop.kind)
        ]
        return min(moments, default=None)

    def denies(self, party: Party) -> bool:
        """Return whether it is known that *party* has received nothing yet."""
        found = self.by_addressee.get(party)
        return found is not None and all(r.at is None for r in found)


def _belongs(receipt: Receipt, climb: Climb) -> bool:
    if receipt.climb is not None:
        return receipt.climb == climb.number
    return climb.number == 0 or (receipt.at is not None and receipt.at >= climb.started_at)


def climb_duties(plan: Plan, climb: Climb, receipts: Receipts) -> list[Duty]:
    """Return every duty of a climb; where no receipt is known the latest lawful moment is assumed.

    An office's clock is its earliest receipt in this climb, else the limit of the hop that carries the report.
    """
    started_at, number = climb.started_at, climb.number
    clock: dict[Party, datetime] = dict.fromkeys(plan.starters, started_at)
    known: set[Party] = set(plan.starters)
    for party in receipts.by_addressee:
        if party not in known and (at := receipts.first(party, climb)) is not None:
            clock[party] = at
            known.add(party)
    carried = set(known)
    duties: list[Duty] = []
    for hop in plan.hops:
        sender, addressee = hop.sender, hop.addressee
        starts_at = clock.get(sender)
        if starts_at is None:
            continue
        minutes, due_at = hop.minutes, starts_at + hop.limit
        if hop.clock == "occurred":
            limits = _from_the_accident(hop, climb, starts_at)
            if limits is None:
                continue
            starts_at, due_at, minutes = limits
        duties.append(Duty(number, hop, starts_at, due_at, minutes, sender not in known))
        if addressee in carried or hop.kind is Kind.NOTIFY:
            continue
        if hop.carries:
            clock[addressee] = due_at
            carried.add(addressee)
        else:
            clock.setdefault(addressee, due_at)
    return duties


def _from_the_accident(hop: Hop, climb: Climb, base: datetime) -> tuple[datetime, datetime, int] | None:
    """Return start, limit and minutes of a limit counted from T0; None where it had passed when the climb began.

    A hop past the chain's terminal then has the fresh two hours of HR-12 instead.
    """
    due_at = climb.occurred_at + hop.limit
    if climb.number == 0:
        return climb.occurred_at, due_at, hop.minutes
    if due_at >= climb.started_at:
        return climb.started_at, due_at, hop.minutes
    if hop.beyond:
        return base, base + timedelta(minutes=FRESH_HOP_MINUTES), FRESH_HOP_MINUTES
    return None


def shorten(
    old: list[Duty], new: list[Duty], fell_at: datetime, climb: Climb, receipts: Receipts, version: int
) -> None:
    """Take back, from the moment of a fall, what the lower grade no longer asks and was neither done nor due (HR-20).

    *old* is changed in place: duties done or due stand. What only the lower grade asks, or asks later, is added as
    opened by that *version* of the figures.
    """
    asked = {(duty.arrow, duty.due_at) for duty in new}
    for duty in old:
        if duty.withdrawn_at is not None or duty.due_at <= fell_at or duty.hop.kind is Kind.BYPASS:
            continue
        done_at = receipts.of_arrow(duty.hop, climb)
        if (duty.arrow, duty.due_at) not in asked and (done_at is None or done_at > fell_at):
            duty.withdrawn_at = fell_at
    standing = {duty.arrow for duty in old if duty.withdrawn_at is None}
    for duty in new:
        if duty.arrow not in standing and duty.due_at > fell_at:
            duty.version = version
            old.append(duty)


def was_told(duty: Duty, at: datetime, climb: Climb, receipts: Receipts) -> bool:
    """Return whether the addressee had the report by then: by receipt, or by its limit where nothing is known."""
    if duty.withdrawn_at is not None:
        return False
    known = receipts.of_arrow(duty.hop, climb)
    if known is not None:
        return known <= at
    return not receipts.denies(duty.hop.addressee) and duty.due_at <= at


@lru_cache(maxsize=4096)
def follow_up_hop(sender: Party, addressee: Party, rule: Rule) -> Hop:
    """Return the arrow of a follow-up, supplement or correction."""
    return Hop(sender, addressee, Kind.FOLLOW_UP, rule, 0, "receipt", False, False)


def passed_on(hop: Hop, rule: Rule, climb: int, starts_at: datetime, due_at: datetime, version: int) -> Duty:
    """Return a supplement or correction that follows an arrow already used."""
    return Duty(
        climb, follow_up_hop(hop.sender, hop.addressee, rule), starts_at, due_at, None, False, version=version
    )


def bypassed(duties: list[Duty], climb: Climb, receipts: Receipts, rule: Rule) -> Iterator[Duty]:
    """Yield the duty still to tell a level that a report has skipped, within its normal limit (R493-10.5).

    No level is skipped where a rule itself sends the report past it (the phone reports of Order 21).
    """
    direct = {
        duty.hop.addressee
        for duty in duties
        if duty.hop.addressee.level.height - duty.hop.sender.level.height > 1 and not duty.hop.carries
    }
    for duty in duties:
        hop = duty.hop
        if hop.kind is not Kind.REPORT or not hop.carries or hop.addressee.body is not Body.WORK_SAFETY:
            continue
        reached = receipts.first(hop.addressee, climb)
        higher = [
            at
            for party in receipts.by_addressee
            if party.body is hop.addressee.body
            and party.level.height > hop.addressee.level.height
            and party not in direct
            and (at := receipts.first(party, climb)) is not None
        ]
        sender_knows = hop.sender is UNIT or receipts.first(hop.sender, climb) is not None
        if higher and sender_knows and (reached is None or min(higher) < reached):
            skip = Hop(hop.sender, hop.addressee, Kind.BYPASS, rule, hop.minutes, hop.clock, False, False)
            yield Duty(climb.number, skip, duty.starts_at, duty.due_at, duty.minutes, duty.planned)


def finished(
    duties: list[Duty], climbs: dict[int, Climb], receipts: Receipts, as_of: datetime | None
) -> tuple[Obligation, ...]:
    """Return the duties as obligations, the earliest of a pair binding, lateness judged at *as_of* (HR-9, HR-21)."""
    pairs = [
        (duty.climb, duty.hop.sender, duty.hop.addressee, duty.hop.kind is Kind.FOLLOW_UP) for duty in duties
    ]
    earliest: dict[tuple[int, Party, Party, bool], datetime] = {}
    for pair, duty in zip(pairs, duties, strict=True):
        if duty.withdrawn_at is None and ((held := earliest.get(pair)) is None or duty.due_at < held):
            earliest[pair] = duty.due_at
    return tuple(
        Obligation(
            duty.climb,
            duty.version,
            duty.hop.sender,
            duty.hop.addressee,
            duty.hop.kind,
            duty.hop.rule,
            duty.starts_at,
            duty.due_at,
            duty.minutes,
            duty.withdrawn_at is None and earliest[pair] == duty.due_at,
            duty.planned,
            _late_seconds(duty, climbs[duty.climb], receipts, as_of),
            duty.withdrawn_at,
            duty.per_day,
        )
        for pair, duty in zip(pairs, duties, strict=True)
    )


def _late_seconds(duty: Duty, climb: Climb, receipts: Receipts, as_of: datetime | None) -> int | None:
    if duty.hop.kind is Kind.FOLLOW_UP or duty.hop.addressee not in receipts.by_addressee:
        return None
    received_at = receipts.of_arrow(duty.hop, climb)
    if received_at is None:
        return None
    if as_of is not None and as_of < received_at:
        received_at = as_of
    return max(0, int((received_at - duty.due_at).total_seconds()))
