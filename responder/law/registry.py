"""Which rule set an accident falls under (HR-3): the shipped sets, and those added later."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from functools import cached_property, lru_cache
from importlib.resources import files

from responder.law.model import BEIJING
from responder.law.reading import read_rule_set
from responder.law.rule_set import RuleSet
from responder.law.toml_rows import RuleSetError

SHIPPED = ("A", "B", "C", "D", "E")


class RuleSets(Mapping[str, RuleSet]):
    """Rule sets by id; a day belongs to the latest of those that cover it."""

    def __init__(self, rule_sets: Iterable[RuleSet]) -> None:
        """Keep *rule_sets*; the later in order wins where two cover a day."""
        self._sets = {rule_set.id: rule_set for rule_set in rule_sets}

    def __getitem__(self, key: str) -> RuleSet:
        return self._sets[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._sets)

    def __len__(self) -> int:
        return len(self._sets)

    @cached_property
    def flags(self) -> frozenset[str]:
        """Return every special circumstance that a set knows; any other is a slip of the pen."""
        return frozenset[str]().union(*(rule_set.flags for rule_set in self._sets.values()))

    def for_moment(self, occurred_at: datetime) -> RuleSet:
        """Return the set in force at the moment of the accident, by its Beijing day."""
        day = occurred_at.astimezone(BEIJING).date()
        for rule_set in reversed(self._sets.values()):
            if rule_set.covers(day):
                return rule_set
        raise RuleSetError(f"no rule set covers {day}")

    def with_added(self, text: str) -> RuleSets:
        """Return these sets and the one of a TOML text; a set in use is never replaced. Raises RuleSetError."""
        added = read_rule_set(text, self._sets)
        if added.id in self._sets:
            raise RuleSetError(f"set {added.id} exists; a changed set needs an id of its own")
        return RuleSets([*self._sets.values(), added])


@lru_cache(maxsize=1)
def shipped() -> RuleSets:
    """Return the sets A to E as shipped."""
    found: dict[str, RuleSet] = {}
    for name in SHIPPED:
        text = (files("responder.law.rule_sets") / f"{name}.toml").read_text(encoding="utf-8")
        found[name] = read_rule_set(text, found)
    return RuleSets(found.values())
