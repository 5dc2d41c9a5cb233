"""Rule sets out of TOML text: the schema, checked, with inheritance. A later set needs no code, only this."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from itertools import chain
from typing import Any, Protocol, TypeVar

from responder.law.model import Body, Grade, Kind, Level, Party, Rule, Source, Status, Verification
from responder.law.rule_set import (
    SECTORS,
    Arrow,
    Band,
    FollowUp,
    InvestigationRule,
    Line,
    NearMiss,
    OwnCriterion,
    RuleSet,
    Scope,
    SupplementRule,
    Terminal,
    Window,
    Word,
)
from responder.law.toml_rows import Row, RuleSetError

ALL_GRADES = "I II III IV near_miss"
CRITERIA = ("deaths", "serious_injuries", "acute_poisonings", "injured", "direct_loss_yuan")
NEAR_MISS_CRITERIA = ("at_risk", "trapped_or_missing", "evacuated", "flags")
OWN_FIGURES = {
    "rail": (
        "passenger_cars_derailed",
        "freight_cars_derailed",
        "trunk_line_cut_hours",
        "other_line_cut_hours",
    ),
    "power": ("lost_load_percent", "users_cut_percent", "grid_load_mw"),
}
SELECTORS = ("lowest", "each", "all", "terminal", "next", "own")

T = TypeVar("T")


class _Scoped(Protocol):
    @property
    def scope(self) -> Scope: ...


class _Ruled(Protocol):
    @property
    def rule(self) -> Rule: ...


R = TypeVar("R", bound=_Ruled)


class _Reader:
    """The reading of one text, with the sources it may cite."""

    def __init__(self, text: str, known: Mapping[str, RuleSet]) -> None:
        try:
            self.document: dict[str, Any] = tomllib.loads(text)
        except tomllib.TOMLDecodeError as why:
            raise RuleSetError(f"no TOML: {why}") from None
        self.top = Row("rule set", self.document)
        self.id = self.top.take("id", str)
        parent = self.top.maybe("inherits", str)
        if parent is not None and parent not in known:
            raise self.top.fail(f"inherits from {parent}, which is not known")
        self.parent = known[parent] if parent is not None else None
        self.dropped = self.top.words("drop")
        self.sources: dict[str, Source] = dict(self.parent.sources) if self.parent else {}
        for key, values in self.top.take("source", dict, {}).items():
            row = Row(f"source {key}", values)
            self.sources[key] = Source(row.take("zh", str), row.take("en", str), row.number("year"))
            row.done()

    def rows(self, table: str, make: Callable[[Row], T]) -> tuple[T, ...]:
        """Return what *make* reads from every row of a table."""
        found = []
        for number, values in enumerate(self.top.take(table, list, []), 1):
            row = Row(f"set {self.id}, {table} {number}", values)
            found.append(make(row))
            row.done()
        return tuple(found)

    def ruled(self, table: str, make: Callable[[Row], R], inherited: tuple[R, ...]) -> tuple[R, ...]:
        """Return this set's own rows, then those inherited and not dropped."""
        return self.rows(table, make) + tuple(r for r in inherited if r.rule.id not in self.dropped)

    def rule(self, row: Row) -> Rule:
        """Return the rule a row cites; its source is the key before the first dash unless named."""
        rule = row.take("rule", str)
        key = row.take("source", str, rule.rpartition("-")[0] or rule)
        if key not in self.sources:
            raise row.fail(f"source {key} is not listed")
        status = row.one_of("status", Status, "law")
        return Rule(
            rule,
            replace(self.sources[key], article=row.take("article", str, "")),
            status,
            row.one_of("limit_status", Status, status.value),
            row.one_of("verification", Verification, "verified"),
        )

    def scope(self, row: Row) -> Scope:
        """Return when the row holds."""
        return Scope(
            row.maybe("valid_from", date),
            row.maybe("valid_to", date),
            row.words("sectors", SECTORS),
            row.words("not_sectors", SECTORS),
            row.words("types"),
        )

    def band(self, row: Row) -> Band:
        """Return a grade criterion."""
        criterion = row.take("criterion", str)
        if criterion not in CRITERIA:
            raise row.fail(f"criterion: unknown {criterion}")
        grade = row.one_of("grade", Grade)
        trait = row.maybe("trait", str)
        return Band(self.rule(row), self.scope(row), criterion, row.number("at_least"), grade, trait)

    def own_criterion(self, row: Row) -> OwnCriterion:
        """Return a criterion of a sector's own regulation."""
        about = row.take("about", str)
        if about not in OWN_FIGURES:
            raise row.fail(f"about: unknown {about}")
        minima = tuple((name, float(row.number(name))) for name in OWN_FIGURES[about] if row.has(name))
        if not minima:
            raise row.fail("gives no minimum")
        below = row.maybe("grid_load_below_mw", int)
        return OwnCriterion(
            self.rule(row),
            self.scope(row),
            about,
            row.one_of("grade", Grade),
            minima,
            row.maybe("grid", str),
            None if below is None else float(below),
        )

    def near_miss(self, row: Row) -> NearMiss:
        """Return a near-miss criterion."""
        criterion = row.take("criterion", str)
        if criterion not in NEAR_MISS_CRITERIA:
            raise row.fail(f"criterion: unknown {criterion}")
        return NearMiss(
            self.rule(row),
            self.scope(row),
            criterion,
            row.take("at_least", int, 1),
            row.take("observed", int, 0),
            row.words("flags"),
            row.take("triage", bool, False),
        )

    def line(self, row: Row) -> Line:
        """Return a chain of offices."""
        return Line(
            self.rule(row), row.one_of("body", Body), row.one_of("lowest", Level, "county"), self.scope(row)
        )

    def terminals(self, row: Row) -> list[Terminal]:
        """Return one terminal for each body and grade of the row."""
        rule, level, traits = self.rule(row), row.one_of("level", Level), row.words("traits")
        bodies, grades = row.many_of("bodies", Body), row.many_of("grades", Grade)
        return [Terminal(rule, body, grade, level, traits) for body in bodies for grade in grades]

    def arrow(self, row: Row) -> Arrow:
        """Return a duty to report."""
        addressees = tuple(row.take("to", str).split())
        sender = row.take("from", str)
        for text in (sender, *addressees):
            _check_selector(row, text)
        clock = row.take("clock", str, "receipt")
        if clock not in ("informed", "receipt", "occurred"):
            raise row.fail(f"clock: unknown {clock}")
        return Arrow(
            self.rule(row),
            self.scope(row),
            row.one_of("kind", Kind, "report"),
            sender,
            addressees,
            row.number("minutes"),
            clock,
            frozenset(row.many_of("grades", Grade, ALL_GRADES)),
            row.words("traits"),
            row.words("or_traits"),
            row.take("carries", bool, False),
            row.take("beyond", bool, False),
        )

    def window(self, row: Row) -> Window:
        """Return a window in days."""
        return Window(self.rule(row), self.scope(row), row.number("days"))

    def follow_up(self, row: Row) -> FollowUp:
        """Return a follow-up frequency."""
        grades = frozenset(row.many_of("grades", Grade))
        per_day, or_traits = row.number("per_day"), row.words("or_traits")
        return FollowUp(self.rule(row), self.scope(row), grades, per_day, or_traits)

    def supplement(self, row: Row) -> SupplementRule:
        """Return when a changed figure is passed on."""
        about = row.take("about", str)
        if about not in ("casualties", "other", "correction"):
            raise row.fail(f"about: unknown {about}")
        return SupplementRule(self.rule(row), self.scope(row), about, row.take("same_day", bool, False))

    def investigation(self, row: Row) -> InvestigationRule:
        """Return who investigates and in how many days."""
        authority = row.take("authority", str)
        row.one_of("authority", Party.parse)
        needs = row.maybe("needs", str)
        return InvestigationRule(
            self.rule(row),
            self.scope(row),
            frozenset(row.many_of("grades", Grade)),
            authority,
            row.number("report_days"),
            row.take("extension_days", int, 0),
            row.maybe("decision_days", int),
            row.take("decision_extension_days", int, 0),
            needs,
            row.words("traits"),
        )

    def bypass(self) -> Rule | None:
        """Return the rule that a skipped level must still be told by."""
        values = self.top.maybe("bypass", dict)
        if values is None:
            return None
        row = Row("bypass", values)
        rule = self.rule(row)
        row.done()
        return rule

    def word(self, row: Row) -> Word:
        """Return the word of a grade."""
        return Word(
            self.rule(row),
            row.one_of("grade", Grade),
            row.take("zh", str),
            row.take("en", str),
            self.scope(row),
            row.maybe("note", str),
        )


def _check_selector(row: Row, text: str) -> None:
    head, _, tail = text.partition(".")
    try:
        if head in SELECTORS:
            if tail != "line":
                Body(tail)
        else:
            Party.parse(text)
    except ValueError:
        raise row.fail(f"unknown party {text}") from None


def read_rule_set(text: str, known: Mapping[str, RuleSet]) -> RuleSet:
    """Return the rule set of a TOML text, standing on the *known* ones it inherits from.

    Own rows come before inherited ones; `drop` names inherited rule ids that no longer hold. Raises RuleSetError.
    """
    reader = _Reader(text, known)
    top, old = reader.top, reader.parent or EMPTY
    words = reader.rows("word", reader.word)
    rule_set = RuleSet(
        id=reader.id,
        title_zh=top.take("title_zh", str),
        title_en=top.take("title_en", str),
        valid_from=top.maybe("valid_from", date),
        valid_to=top.maybe("valid_to", date),
        sources=reader.sources,
        outside=top.words("outside_sectors", SECTORS) or old.outside,
        outside_flags=top.words("outside_flags") or old.outside_flags,
        words=words + old.words,
        bands=reader.ruled("band", reader.band, old.bands),
        own_criteria=reader.ruled("own_criterion", reader.own_criterion, old.own_criteria),
        near_misses=reader.ruled("near_miss", reader.near_miss, old.near_misses),
        lines=reader.rows("line", reader.line) or old.lines,
        terminals=tuple(chain.from_iterable(reader.rows("terminal", reader.terminals))) or old.terminals,
        arrows=reader.ruled("arrow", reader.arrow, old.arrows),
        windows=reader.ruled("window", reader.window, old.windows),
        missing_windows=reader.ruled("missing_window", reader.window, old.missing_windows),
        follow_ups=reader.ruled("follow_up", reader.follow_up, old.follow_ups),
        supplements=reader.ruled("supplement", reader.supplement, old.supplements),
        investigations=reader.ruled("investigation", reader.investigation, old.investigations),
        bypass=reader.bypass() or old.bypass,
        boundaries=(),
    )
    top.done()
    return replace(rule_set, boundaries=_boundaries(rule_set))


def _scoped(rule_set: RuleSet) -> tuple[tuple[_Scoped, ...], ...]:
    return (
        rule_set.arrows,
        rule_set.lines,
        rule_set.bands,
        rule_set.own_criteria,
        rule_set.near_misses,
    )


def _boundaries(rule_set: RuleSet) -> tuple[date, ...]:
    """Return the days on which some row begins to hold or has just ceased to."""
    days: set[date] = set()
    for scope in (row.scope for rows in _scoped(rule_set) for row in rows):
        if scope.valid_from:
            days.add(scope.valid_from)
        if scope.valid_to:
            days.add(scope.valid_to + timedelta(days=1))
    return tuple(sorted(days))


EMPTY = RuleSet(
    id="",
    title_zh="",
    title_en="",
    valid_from=None,
    valid_to=None,
    sources={},
    outside=frozenset(),
    outside_flags=frozenset(),
    words=(),
    bands=(),
    own_criteria=(),
    near_misses=(),
    lines=(),
    terminals=(),
    arrows=(),
    windows=(),
    missing_windows=(),
    follow_ups=(),
    supplements=(),
    investigations=(),
    bypass=None,
    boundaries=(),
)
