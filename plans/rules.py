"""Which plans fit an incident and why; which response level its figures start; what a version lacks. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from plans.lexicon import CRITERIA, KINDS, LEVEL_NUMBERS, LEVEL_WORDS, OWNER_LEVELS
from responder.core.errors import Text

LADDER = ("unit", "county", "city", "province", "state")
DAYS_OF_YEAR = 365
# What each finding weighs; settings, not law. The own level's plan comes first, since only that can be activated here.
TYPE_FITS, SECTOR_FITS, ALL_SECTORS = 40, 20, 5
OWN_LEVEL, LEVEL_STEP, OWN_UNIT = 30, 6, 12
SPECIAL, ON_SITE = 10, 8
FRESH, OVERDUE = 5, -15


@dataclass(frozen=True, slots=True)
class Step:
    """One step: which post does what within how many minutes; who stands in; at which levels."""

    action: str
    action_en: str
    post: str
    deputy_post: str
    office: str  # an agency code, LEVEL.BODY seen from the incident, or empty for the owner
    minutes: int
    phone: str
    levels: tuple[int, ...]  # empty: at all of them

    @classmethod
    def of(cls, raw: Mapping[str, Any]) -> "Step":
        """Return the step as it is stored."""
        return cls(
            raw["action"],
            raw.get("action_en", ""),
            raw["post"],
            raw.get("deputy_post", ""),
            raw.get("office", ""),
            int(raw["minutes"]),
            raw.get("phone", ""),
            tuple(raw.get("levels", ())),
        )

    def is_for(self, level: int) -> bool:
        """Return whether the step belongs to the response *level*."""
        return not self.levels or level in self.levels


@dataclass(frozen=True, slots=True)
class Candidate:
    """A version that may fit, as far as ranking asks."""

    id: Any
    kind: str
    level: str
    area_name: Text
    owner_code: str
    sectors: tuple[str, ...]
    accident_types: tuple[str, ...]
    unit: str | None
    state: str
    number: int
    approved_on: date | None
    next_review_on: date | None
    levels: Sequence[Mapping[str, Any]] = field(default=())


@dataclass(frozen=True, slots=True)
class Situation:
    """The incident, and the level of the office that asks."""

    sector: str
    accident_type: str | None
    unit: str | None
    unit_code: str | None
    facts: Mapping[str, Any]
    own_level: str
    own_code: str
    today: date


@dataclass(frozen=True, slots=True)
class Proposal:
    """A plan that fits, with what speaks for it and what against."""

    id: Any
    score: int
    reasons: tuple[Text, ...]
    doubts: tuple[Text, ...]
    level: int | None  # the response level its triggers start
    trigger: Text | None
    is_overdue: bool


def propose(candidates: Iterable[Candidate], situation: Situation, most: int | None = None) -> list[Proposal]:
    """Return the plans that fit, the best first and *most* of them; a draft, a superseded or expired one never."""
    fitting = [
        (_score(plan, situation), str(plan.id), plan)
        for plan in candidates
        if plan.state == "valid" and _concerns(plan, situation)
    ]
    fitting.sort(key=lambda found: (-found[0], found[1]))
    return [_explained(plan, score, situation) for score, _, plan in fitting[:most]]


def _explained(plan: Candidate, score: int, situation: Situation) -> Proposal:
    overdue = review_overdue_days(plan.next_review_on, situation.today)
    doubts = [Text(f"评审逾期 {overdue} 天", f"review overdue by {overdue} days")] if overdue else []
    level, trigger = suggested_level(plan.levels, situation.facts)
    reasons = (
        _fit_words(plan, situation),
        _place_words(plan, situation),
        _version_words(plan, situation.today),
    )
    return Proposal(plan.id, score, reasons, tuple(doubts), level, trigger, bool(overdue))


def _concerns(plan: Candidate, situation: Situation) -> bool:
    if plan.level == "unit":
        same = plan.unit is not None and plan.unit == situation.unit
        if not same and not (situation.unit_code and situation.unit_code == plan.owner_code):
            return False
    if plan.sectors and situation.sector not in plan.sectors:
        return False
    if not plan.accident_types or situation.accident_type is None:
        return True
    return situation.accident_type in plan.accident_types


def _score(plan: Candidate, situation: Situation) -> int:
    score = {"special": SPECIAL, "on_site": ON_SITE}.get(plan.kind, 0)
    if _type_fits(plan, situation):
        score += TYPE_FITS + SECTOR_FITS
    else:
        score += SECTOR_FITS if plan.sectors else ALL_SECTORS
    if plan.owner_code == situation.own_code:
        score += OWN_LEVEL
    else:
        own = LADDER.index(situation.own_level) if situation.own_level in LADDER else 0
        score -= LEVEL_STEP * abs(LADDER.index(plan.level) - own)
        score += OWN_UNIT if plan.level == "unit" else 0
    if plan.approved_on is not None:
        score += max(0, FRESH - (situation.today - plan.approved_on).days // DAYS_OF_YEAR)
    return score + (OVERDUE if review_overdue_days(plan.next_review_on, situation.today) else 0)


def _type_fits(plan: Candidate, situation: Situation) -> bool:
    return bool(plan.accident_types) and situation.accident_type in plan.accident_types


def _fit_words(plan: Candidate, situation: Situation) -> Text:
    kind = KINDS[plan.kind]
    if _type_fits(plan, situation):
        return Text(f"{kind.zh}，行业和事故类型相符", f"{kind.en}, sector and type of accident fit")
    if plan.sectors:
        return Text(f"{kind.zh}，行业相符", f"{kind.en}, the sector fits")
    return Text(f"{kind.zh}，适用各行业", f"{kind.en}, for all sectors")


def _place_words(plan: Candidate, situation: Situation) -> Text:
    if plan.owner_code == situation.own_code:
        return Text(f"本级预案：{plan.area_name.zh}", f"our own plan: {plan.area_name.en}")
    words = OWNER_LEVELS[plan.level]
    return Text(f"{words.zh}：{plan.area_name.zh}", f"{words.en}: {plan.area_name.en}")


def _version_words(plan: Candidate, today: date) -> Text:
    if plan.approved_on is None:
        return Text(f"第 {plan.number} 版", f"version {plan.number}")
    age = age_words((today - plan.approved_on).days)
    return Text(f"第 {plan.number} 版，批准已 {age.zh}", f"version {plan.number}, approved {age.en} ago")


def age_words(days: int) -> Text:
    """Return a span of days as people say it."""
    if days < 60:
        return Text(f"{days} 天", f"{days} days")
    if days < 2 * DAYS_OF_YEAR:
        months = days // 30
        return Text(f"{months} 个月", f"{months} months")
    years = days // DAYS_OF_YEAR
    return Text(f"{years} 年", f"{years} years")


def review_overdue_days(next_review_on: date | None, today: date) -> int:
    """Return by how many days the review is overdue; 0 when it is not, or no day is set."""
    return max(0, (today - next_review_on).days) if next_review_on else 0


def suggested_level(
    levels: Sequence[Mapping[str, Any]], facts: Mapping[str, Any]
) -> tuple[int | None, Text | None]:
    """Return the highest response level that any of its triggers starts, with that trigger; the lowest otherwise.

    A figure that is unknown starts nothing. Response levels are not accident grades: each plan has its own table.
    """
    ordered = sorted(levels, key=lambda level: LEVEL_NUMBERS[level["level"]])
    for level in ordered:
        for trigger in level.get("triggers", ()):
            words = _starts(trigger, facts)
            if words is not None:
                return LEVEL_NUMBERS[level["level"]], words
    if not ordered:
        return None, None
    lowest = LEVEL_NUMBERS[ordered[-1]["level"]]
    return lowest, Text("未达更高级别的启动条件", "no trigger of a higher level is met")


def _starts(trigger: Mapping[str, Any], facts: Mapping[str, Any]) -> Text | None:
    name, names = CRITERIA[trigger["by"]]
    known = [facts[one] for one in names if facts.get(one) is not None]
    if not known or sum(known) < trigger["at_least"]:
        return None
    value = sum(known)
    bound = trigger_words(trigger)
    return Text(f"{name.zh} {value}，{bound.zh}", f"{name.en} {value}, {bound.en}")


def trigger_words(trigger: Mapping[str, Any]) -> Text:
    """Return a trigger's bounds: "30 以上" or "3 以上、10 以下" (the upper bound is not reached)."""
    low, high = trigger["at_least"], trigger.get("below")
    if high is None:
        return Text(f"{low:,} 以上", f"{low:,} or more")
    return Text(f"{low:,} 以上、不足 {high:,}", f"{low:,} to below {high:,}")


def faults(levels: Sequence[Mapping[str, Any]], steps: Sequence[Mapping[str, Any]]) -> list[Text]:
    """Return what a version lacks before it may be approved: measurable triggers, and post, time and phone of steps."""
    found: list[Text] = []
    if not levels:
        found.append(Text("没有响应级别", "there are no response levels"))
    if not steps:
        found.append(Text("没有处置步骤", "there are no steps"))
    for level in levels:
        number = LEVEL_NUMBERS.get(level.get("level", ""))
        if number is None:
            found.append(Text("响应级别只能是 I 到 IV", "response levels are I to IV"))
        elif number < 4 and not level.get("triggers"):
            words = LEVEL_WORDS[number]
            found.append(Text(f"{words.zh}没有可量的启动条件", f"{words.en} has no measurable trigger"))
        for trigger in level.get("triggers", ()):
            if trigger.get("by") not in CRITERIA or not isinstance(trigger.get("at_least"), int):
                found.append(Text("启动条件要写明指标和数值", "a trigger needs a criterion and a number"))
    for n, step in enumerate(steps, start=1):
        lacking = [
            words
            for key, words in (
                ("action", Text("做什么", "what to do")),
                ("post", Text("岗位", "the post")),
                ("minutes", Text("时限", "the limit")),
            )
            if not step.get(key)
        ]
        if lacking:
            found.append(
                Text(
                    f"第 {n} 步缺{'、'.join(w.zh for w in lacking)}",
                    f"step {n} lacks {', '.join(w.en for w in lacking)}",
                )
            )
    return found
