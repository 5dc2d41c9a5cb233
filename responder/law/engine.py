"""From a case to the whole answer: grades, duties, windows, investigation, warnings. Same case, same answer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise

from responder.law import warnings
from responder.law.arrows import Plan, plan_for
from responder.law.climbs import (
    Climb,
    Duty,
    Receipts,
    bypassed,
    climb_duties,
    finished,
    follow_up_hop,
    passed_on,
    shorten,
    was_told,
)
from responder.law.grading import Circumstances, Grading, Number, grade, total, without_contact, worst_case
from responder.law.investigation import investigate, investigation_rule
from responder.law.model import (
    CASUALTIES,
    FIGURES,
    Assessment,
    Body,
    Case,
    Facts,
    Grade,
    HistoryEntry,
    Investigation,
    Kind,
    Level,
    Party,
    Reason,
    in_order_learned,
    rank_of,
)
from responder.law.registry import RuleSets, shipped
from responder.law.rule_set import RuleSet, SupplementRule
from responder.law.windows import beijing_day, casualty_window, closes_at, end_of_day, missing_window

WINDOWED = (*CASUALTIES, "trapped", "minor_injuries")
OPEN_FIGURES = tuple(name for name in FIGURES if name not in WINDOWED)
CHAINS = frozenset({Body.WORK_SAFETY, Body.COAL_INSPECTORATE})


@dataclass(slots=True)
class Version:
    """One state of the figures: since when, who learned it, what counts, and the grade it has."""

    at: datetime
    known_to: Party
    facts: Facts
    counts_casualties: bool
    changed: frozenset[str]
    grading: Grading


class _Assessing:
    """One case on its way through the rules."""

    def __init__(self, case: Case, rule_set: RuleSet) -> None:
        self.case, self.rule_set = case, rule_set
        self.day: date = beijing_day(case.occurred_at)
        self.informed_at = case.informed_at or case.occurred_at
        window = casualty_window(rule_set, self.day, case.sector, case.accident_type)
        self.window_closes_at = None if window is None else closes_at(self.day, window)
        missing = missing_window(rule_set, self.day, case.sector, case.accident_type)
        self.missing_closes_at = None if missing is None else closes_at(self.day, missing)
        self.around = Circumstances(self.day, case.sector, case.rail, case.power)
        self.levels = case.place.levels
        self.receipts = Receipts.of(case.receipts)
        self.climbs: dict[int, Climb] = {}
        self.duties: dict[int, list[Duty]] = {}
        self.extra: list[Duty] = []
        self.history: list[HistoryEntry] = []

    def grade(self, facts: Facts, *, harmed: bool = False) -> Grading:
        """Return the grade of some figures under this case's circumstances."""
        return grade(facts, self.around, self.rule_set, harmed=harmed)

    def plan(self, grading: Grading, start: Level) -> Plan:
        """Return the arrows a grade opens from a level upward."""
        return plan_for(
            self.rule_set, self.day, self.case.sector, self.levels, grading.grade, grading.traits, start
        )

    def versions(self) -> list[Version]:
        """Return the states of the figures in the order in which they were learned, whatever order they came in."""
        facts = self.case.facts
        known = frozenset(name for name in FIGURES if getattr(facts, name) is not None)
        found = [Version(self.informed_at, Party(Level.UNIT), facts, True, known, self.grade(facts))]
        for supplement in in_order_learned(self.case.supplements):
            changed_at = supplement.changed_at or supplement.at
            inside = self.window_closes_at is None or changed_at < self.window_closes_at
            newer = facts.updated(supplement.facts, FIGURES if inside else OPEN_FIGURES)
            told = facts.updated(supplement.facts)
            changed = frozenset(name for name in FIGURES if getattr(told, name) != getattr(facts, name))
            counts = inside or not changed & frozenset(WINDOWED)
            known_to = self._standing(supplement.known_to)
            # Equal figures have equal grades, and most supplements of a long rescue change none that count.
            same = newer == facts
            grading = found[-1].grading if same else self.grade(newer)
            found.append(Version(supplement.at, known_to, newer, counts, changed, grading))
            facts = newer
        return found

    def _standing(self, party: Party) -> Party:
        """Return the office that learns it: the next level up where its level is missing here."""
        if party.level is Level.UNIT:
            return party
        level = next(level for level in self.levels if level.height >= party.level.height)
        return party if level is party.level else Party(level, party.body)

    def run(self, versions: list[Version]) -> None:
        """Read the history: the first climb, a new one at every rise, less at every fall."""
        first = versions[0]
        self._start(first, Level.UNIT, self.informed_at)
        self._remember(first, 0, None)
        for number, (before, now) in enumerate(pairwise(versions), 1):
            rises = rank_of(now.grading.grade) > rank_of(before.grading.grade)
            falls = rank_of(now.grading.grade) < rank_of(before.grading.grade)
            if not rises and not falls and now.grading.traits != before.grading.traits:
                rises = self._climbs_higher(before.grading, now.grading)
            climb = None
            if rises:
                climb = len(self.climbs)
                self._start(now, now.known_to.level, now.at)
                self._tell_below(now, climb, number)
            elif falls:
                self._fall(now, number)
            elif now.changed:
                self._pass_on(now, number)
            self._remember(now, climb, before)

    def _climbs_higher(self, before: Grading, now: Grading) -> bool:
        old, new = (self.plan(g, Level.UNIT).climbs_to for g in (before, now))
        return new is not None and (old is None or new.height > old.height)

    def _start(self, version: Version, start: Level, at: datetime) -> None:
        number = len(self.climbs)
        climb = Climb(number, start, at, self.case.occurred_at)
        self.climbs[number] = climb
        duties = climb_duties(self.plan(version.grading, start), climb, self.receipts)
        if self.rule_set.bypass is not None and self.receipts.by_addressee:
            duties.extend(bypassed(duties, climb, self.receipts, self.rule_set.bypass))
        self.duties[number] = duties

    def _fall(self, version: Version, number: int) -> None:
        """End what was not yet due (HR-20) and correct everyone who had the higher grade (HR-12)."""
        told: dict[tuple[Party, Party], Duty] = {}
        for climb in self.climbs.values():
            old = self.duties[climb.number]
            new = climb_duties(self.plan(version.grading, climb.start), climb, self.receipts)
            shorten(old, new, version.at, climb, self.receipts, number)
            for duty in old:
                if was_told(duty, version.at, climb, self.receipts):
                    told[duty.hop.sender, duty.hop.addressee] = duty
        self._correct(told.values(), version, number)

    def _correct(self, told: Iterable[Duty], version: Version, number: int) -> None:
        """Send the correction along every arrow that was used; the office that knows tells those below it itself."""
        row = self._supplement_rule("correction")
        if row is None:
            return
        due_at = end_of_day(beijing_day(version.at)) if row.same_day else version.at
        knows = version.known_to
        for duty in told:
            sender, addressee = duty.hop.sender, duty.hop.addressee
            if addressee is knows:
                continue
            if addressee.body is knows.body and addressee.level.height < knows.level.height:
                sender = knows
            hop = follow_up_hop(sender, addressee, row.rule)
            self.extra.append(passed_on(hop, row.rule, duty.climb, version.at, due_at, number))

    def _pass_on(self, version: Version, number: int) -> None:
        """Pass a change that lifts no grade up the same chain, from the office that learned it."""
        casualties = bool(version.changed & frozenset(CASUALTIES)) and version.counts_casualties
        row = self._supplement_rule("casualties" if casualties else "other")
        if row is None:
            return
        due_at = end_of_day(beijing_day(version.at)) if row.same_day else version.at
        climb = len(self.climbs) - 1
        for hop in self.plan(version.grading, version.known_to.level).hops:
            if hop.carries:
                self.extra.append(passed_on(hop, row.rule, climb, version.at, due_at, number))

    def _tell_below(self, version: Version, climb: int, number: int) -> None:
        """Tell the work-safety offices below the one that learned of a rise, for their files (HR-12)."""
        row = self._supplement_rule("correction")
        if row is None:
            return
        upper = Party(version.known_to.level, Body.WORK_SAFETY) if version.known_to.body else None
        due_at = end_of_day(beijing_day(version.at)) if row.same_day else version.at
        for hop in self.plan(version.grading, Level.UNIT).hops:
            office = hop.addressee
            if (
                upper is not None
                and hop.carries
                and office.body is Body.WORK_SAFETY
                and office.level.height < upper.level.height
            ):
                down = follow_up_hop(upper, office, row.rule)
                self.extra.append(passed_on(down, row.rule, climb, version.at, due_at, number))

    def _supplement_rule(self, about: str) -> SupplementRule | None:
        for row in self.rule_set.supplements:
            if row.about == about and row.scope.holds(self.day, self.case.sector):
                return row
        return None

    def _remember(self, version: Version, climb: int | None, before: Version | None) -> None:
        why = _why(version.grading) if version.counts_casualties else "outside_window"
        if before is not None and version.counts_casualties and version.grading.grade is before.grading.grade:
            why = f"unchanged: {why}"
        entry = HistoryEntry(version.at, version.grading.grade, why, climb, version.facts)
        self.history.append(entry)

    def follow_ups(self, grading: Grading) -> list[Duty]:
        """Return the first follow-up owed on each hop: by 24:00 of the day after the accident (R21-11a, R24-2)."""
        rows = [
            row
            for row in self.rule_set.follow_ups
            if row.asks(grading.grade, grading.traits) and row.scope.holds(self.day, self.case.sector)
        ]
        if not rows:
            return []
        due_at = end_of_day(self.day + timedelta(days=1))
        found = []
        for hop in self.plan(grading, Level.UNIT).hops:
            if hop.carries and hop.kind is Kind.REPORT and hop.addressee.body in CHAINS:
                for row in rows:
                    duty = passed_on(hop, row.rule, 0, self.informed_at, max(due_at, self.informed_at), 0)
                    duty.per_day = row.per_day
                    found.append(duty)
        return found

    def final(self, versions: list[Version]) -> tuple[Version, dict[str, Number | None], Grading]:
        """Return the version judged, the figures that count and the final grade (HR-5, HR-13, HR-21)."""
        as_of = self.case.as_of
        judged = versions[0]
        for version in versions[1:]:
            if as_of is None or version.at <= as_of:
                judged = version
        facts = judged.facts
        apart = without_contact(facts)
        closed = as_of is None or self.missing_closes_at is None or as_of >= self.missing_closes_at
        dead = total(facts.deaths, facts.missing, apart) if closed else facts.deaths
        counted: dict[str, Number | None] = {
            "deaths": dead,
            "serious_injuries": facts.serious_injuries,
            "acute_poisonings": facts.acute_poisonings,
            "direct_loss_yuan": facts.direct_loss_yuan,
            "missing": 0 if closed and total(facts.missing, apart) is not None else facts.missing,
        }
        if judged.grading.grade is None:
            return judged, counted, judged.grading
        if closed or not total(facts.missing, apart):
            return judged, counted, judged.grading
        alone = facts.updated(Facts(missing=0, trapped_without_contact=0))
        return judged, counted, self.grade(alone, harmed=True)

    def investigation(self, grades: tuple[Grade | None, ...], judged: Version) -> Investigation | None:
        """Return authority and dates for the higher of the final and the latest reporting grade."""
        highest = max(grades, key=rank_of)
        row = investigation_rule(self.rule_set, self.day, self.case, highest, judged.grading)
        if row is None or highest is None:
            return None
        return investigate(row, self.day, self.case.place, self.case.inquiry, highest, judged.facts)


def _why(grading: Grading) -> str:
    """Return the deciding sentence in short, e.g. `R493-3 deaths 10 >= 10`."""
    for reason in grading.reasons:
        if reason.grade is grading.grade:
            return _short(reason)
    return "" if grading.grade is not None else "outside Order 493 Art. 2"


def _short(reason: Reason) -> str:
    if reason.value is None:
        return f"{reason.rule} {reason.criterion}"
    if reason.value is True:
        return f"{reason.rule} {reason.criterion}"
    return f"{reason.rule} {reason.criterion} {reason.value} >= {reason.threshold}"


def word_of(rule_set: RuleSet, grade_reached: Grade | None, day: date) -> tuple[str, str, str | None] | None:
    """Return the Chinese and English word of a grade on that day, and a note where the word is a later one."""
    for word in rule_set.words:
        if word.grade is grade_reached and word.scope.holds(day, ""):
            return word.zh, word.en, word.note
    return None


@dataclass(frozen=True, slots=True)
class Judgement:
    """The grades of a case alone, without its duties."""

    rule_set: str
    final_grade: Grade | None
    latest: Grading  # by which it is reported


def judge(case: Case, rule_sets: RuleSets | None = None) -> Judgement:
    """Return the grades of a case, the same as `assess` finds, at a fraction of its cost."""
    rule_set = (rule_sets or shipped()).for_moment(case.occurred_at)
    work = _Assessing(case, rule_set)
    versions = work.versions()
    return Judgement(rule_set.id, work.final(versions)[2].grade, versions[-1].grading)


def assess(case: Case, rule_sets: RuleSets | None = None) -> Assessment:
    """Return everything the law says about a case: grades with reasons, duties, windows, investigation, warnings.

    The rules are those of the moment of the accident (HR-3). Where `case.receipts` knows nothing of an office, the
    latest lawful moment is assumed. The order of receipts and supplements in the case does not matter.
    """
    sets = rule_sets or shipped()
    rule_set = sets.for_moment(case.occurred_at)
    work = _Assessing(case, rule_set)
    versions = work.versions()
    work.run(versions)
    latest = versions[-1].grading
    judged, counted, final = work.final(versions)
    work.extra.extend(work.follow_ups(latest))
    duties = [duty for duties in work.duties.values() for duty in duties] + work.extra
    obligations = finished(duties, work.climbs, work.receipts, case.as_of)
    word = word_of(rule_set, latest.grade, work.day)
    figures = versions[-1].facts
    lost = worst_case(figures)
    worst = latest.grade if lost == figures else work.grade(lost).grade
    return Assessment(
        case=case,
        rule_set=rule_set.id,
        reporting_grade=latest.grade,
        final_grade=final.grade,
        worst_case_grade=max((worst, latest.grade), key=rank_of),
        grade_word=word[0] if word else None,
        grade_word_en=word[1] if word else None,
        word_note=word[2] if word else None,
        may_rise=latest.may_rise,
        unknown=latest.unknown,
        near_miss=latest.near_miss,
        reasons=latest.reasons,
        climbs_to=work.plan(latest, Level.UNIT).climbs_to,
        obligations=obligations,
        history=tuple(work.history),
        window_closes_at=work.window_closes_at,
        counted=counted,
        investigation=work.investigation((final.grade, latest.grade), judged),
        warnings=warnings.found(case, rule_set, figures, latest, obligations, _outside(versions)),
    )


def _outside(versions: list[Version]) -> bool:
    return any(not version.counts_casualties for version in versions)
