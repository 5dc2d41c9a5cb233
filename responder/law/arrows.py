"""From a rule set's selectors to the concrete arrows of one place, sector and grade."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property, lru_cache

from responder.law.model import Body, Grade, Kind, Level, Party, Rule
from responder.law.rule_set import Arrow, RuleSet

CHAIN_BODIES = frozenset({Body.WORK_SAFETY, Body.INDUSTRY, Body.COAL_INSPECTORATE})
TELLING = frozenset({Kind.REPORT, Kind.ABSOLUTE, Kind.PHONE})


@dataclass(frozen=True, eq=False)
class Hop:
    """One arrow between two parties with its limit in minutes and the clock it runs from."""

    sender: Party
    addressee: Party
    kind: Kind
    rule: Rule
    minutes: int
    clock: str
    carries: bool
    beyond: bool

    @cached_property
    def limit(self) -> timedelta:
        """Return the minutes as a span."""
        return timedelta(minutes=self.minutes)


@dataclass(frozen=True, slots=True)
class Plan:
    """Every arrow a climb opens, senders before those they inform; `starters` learn of it at the start."""

    hops: tuple[Hop, ...]
    starters: tuple[Party, ...]
    climbs_to: Level | None


@dataclass(frozen=True, slots=True)
class _Chain:
    """The offices of one body here, lowest first, and how far up they report."""

    offices: tuple[Party, ...]
    terminal: Level


def plan_for(
    rule_set: RuleSet,
    day: date,
    sector: str,
    levels: tuple[Level, ...],
    grade: Grade | None,
    traits: frozenset[str],
    start: Level,
) -> Plan:
    """Return the arrows owed from *start* upward for a grade; none where nothing is graded."""
    if grade is None:
        return Plan((), (), None)
    asked_traits, asked_sectors = _asked(rule_set)
    if sector not in asked_sectors:
        sector = ""
    return _plan(rule_set, since(rule_set, day), sector, levels, grade, traits & asked_traits, start)


def since(rule_set: RuleSet, day: date) -> date:
    """Return the first day of the span around *day* in which the set's rows do not change."""
    place_in_time = bisect_right(rule_set.boundaries, day)
    return rule_set.boundaries[place_in_time - 1] if place_in_time else date.min


@lru_cache(maxsize=64)
def _asked(rule_set: RuleSet) -> tuple[frozenset[str], frozenset[str]]:
    """Return the traits and the sectors that make a difference to the arrows of a set."""
    traits = [arrow.traits | arrow.or_traits for arrow in rule_set.arrows]
    scopes = [row.scope for rows in (rule_set.arrows, rule_set.lines) for row in rows]
    sectors = [scope.sectors | scope.not_sectors for scope in scopes]
    ends = (terminal.traits for terminal in rule_set.terminals)
    return frozenset().union(*traits, *ends), frozenset().union(*sectors)


@lru_cache(maxsize=4096)
def _plan(
    rule_set: RuleSet,
    day: date,
    sector: str,
    levels: tuple[Level, ...],
    grade: Grade,
    traits: frozenset[str],
    start: Level,
) -> Plan:
    chains = _chains(rule_set, day, sector, levels, grade, traits)
    found: dict[tuple[Party, Party, Kind, str], Hop] = {}
    for arrow in rule_set.arrows:
        if not _applies(arrow, day, sector, grade, traits):
            continue
        for sender in _senders(arrow.sender, chains, levels):
            if sender.level.height < start.height:
                continue
            for addressee in _addressees(arrow, sender, chains, levels):
                hop = Hop(
                    sender,
                    addressee,
                    arrow.kind,
                    arrow.rule,
                    arrow.minutes,
                    arrow.clock,
                    arrow.carries,
                    arrow.beyond,
                )
                found.setdefault((sender, addressee, arrow.kind, arrow.rule.id), hop)
    hops = tuple(sorted(found.values(), key=_order))
    told = [h.addressee.level for h in hops if h.kind in TELLING and h.addressee.body is Body.WORK_SAFETY]
    top = max(told, key=lambda level: level.height, default=None)
    return Plan(hops, _starters(chains, start), top)


def _order(hop: Hop) -> tuple[int, bool]:
    return (hop.sender.level.height, hop.sender.body is Body.GOVERNMENT)


def _applies(arrow: Arrow, day: date, sector: str, grade: Grade, traits: frozenset[str]) -> bool:
    if not arrow.scope.holds(day, sector):
        return False
    if grade in arrow.grades and (not arrow.traits or arrow.traits & traits):
        return True
    return bool(arrow.or_traits & traits)


def _chains(
    rule_set: RuleSet,
    day: date,
    sector: str,
    levels: tuple[Level, ...],
    grade: Grade,
    traits: frozenset[str],
) -> dict[Body, _Chain]:
    """Return the lines that exist for this sector with their offices and terminals."""
    chains = {}
    for line in rule_set.lines:
        if not line.scope.holds(day, sector):
            continue
        standing = [level for level in levels if level.height >= line.lowest.height]
        terminal = next(
            row.level
            for row in rule_set.terminals
            if row.body is line.body and row.grade is grade and (not row.traits or row.traits & traits)
        )
        # A level that is missing here passes its part to the next one up (HR-10, HR-23).
        resolved = next((level for level in standing if level.height >= terminal.height), Level.STATE)
        chains[line.body] = _Chain(tuple(Party(level, line.body) for level in standing), resolved)
    return chains


def _starters(chains: dict[Body, _Chain], start: Level) -> tuple[Party, ...]:
    """Return who knows at the start: the unit, or the first office of every line from that level up."""
    if start is Level.UNIT:
        return (Party(Level.UNIT),)
    found = []
    for chain in chains.values():
        first = next((office for office in chain.offices if office.level.height >= start.height), None)
        if first is not None:
            found.append(first)
    return tuple(found)


def _senders(selector: str, chains: dict[Body, _Chain], levels: tuple[Level, ...]) -> Iterator[Party]:
    head, _, tail = selector.partition(".")
    if head not in ("each", "all", "terminal", "lowest"):
        party = Party.parse(selector)
        if _exists(party, chains, levels):
            yield party
        return
    for body in _bodies(tail, chains):
        chain = chains[body]
        for office in chain.offices:
            below = office.level.height < chain.terminal.height
            at_top = office.level is chain.terminal
            wanted = {
                "each": below,
                "all": below or at_top,
                "terminal": at_top,
                "lowest": office is chain.offices[0],
            }
            if wanted[head]:
                yield office


def _addressees(
    arrow: Arrow, sender: Party, chains: dict[Body, _Chain], levels: tuple[Level, ...]
) -> Iterator[Party]:
    for selector in arrow.addressees:
        head, _, tail = selector.partition(".")
        if head == "own":
            party = Party(sender.level, Body(tail))
            if _exists(party, chains, levels):
                yield party
        elif head == "next":
            yield from _next(sender, tail, chains)
        elif head == "lowest":
            yield from _lowest(tail, chains, levels)
        else:
            party = Party.parse(selector)
            if party is not sender and _exists(party, chains, levels):
                yield party


def _next(sender: Party, tail: str, chains: dict[Body, _Chain]) -> Iterator[Party]:
    """Yield the next office up in the sender's own line."""
    if sender.body is None or (tail != "line" and sender.body is not Body(tail)):
        return
    offices = chains[sender.body].offices
    position = offices.index(sender) + 1
    if position < len(offices):
        yield offices[position]


def _lowest(tail: str, chains: dict[Body, _Chain], levels: tuple[Level, ...]) -> Iterator[Party]:
    if tail == "line" or Body(tail) in CHAIN_BODIES:
        for body in _bodies(tail, chains):
            yield chains[body].offices[0]
    else:
        yield Party(levels[0], Body(tail))


def _bodies(tail: str, chains: dict[Body, _Chain]) -> list[Body]:
    if tail == "line":
        return list(chains)
    return [Body(tail)] if Body(tail) in chains else []


def _exists(party: Party, chains: dict[Body, _Chain], levels: tuple[Level, ...]) -> bool:
    """Return whether that party stands above this place; at state level the government is the State Council."""
    if party.level is Level.UNIT:
        return True
    if party.body in CHAIN_BODIES:
        return party.body in chains and party in chains[party.body].offices
    if party.level is Level.STATE and party.body is Body.GOVERNMENT:
        return False
    return party.level in levels
