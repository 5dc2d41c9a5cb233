"""What would lift the grade, whom that would reach and how soon, which unknown figures could do it, the worst case."""

from dataclasses import dataclass, replace
from datetime import datetime

from responder.core.errors import Text
from responder.foundation.web.lexicon import FACTS, GRADES
from responder.incidents.grading import case_of, case_of_intake, code_of, facts_of
from responder.incidents.models import Incident, Report
from responder.incidents.rules import Intake
from responder.law.arrows import Hop
from responder.law.engine import assess
from responder.law.model import STATE_COUNCIL, Assessment, Body, Case, Facts, Grade, Kind, Level
from responder.law.registry import RuleSets
from responder.law.steps import Step, next_steps_up

OFFICES = {
    Level.COUNTY: Text("县", "the county"),
    Level.CITY: Text("市", "the city"),
    Level.PROVINCE: Text("省", "the province"),
    Level.STATE: Text("国家", "the state"),
}
COUNCIL = Text("国务院", "the State Council")
CLOCKS = {
    "informed": Text("得知后", "of the unit's learning it"),
    "receipt": Text("逐级收到后", "of each receipt"),
    "occurred": Text("事发后", "of the accident"),
}
MORE = {
    "deaths": Text("再有 {n} 人死亡或失踪", "{n} more dead or missing"),
    "serious_injuries": Text("再有 {n} 人重伤或中毒", "{n} more seriously injured or poisoned"),
    "direct_loss_yuan": Text("直接损失再增 {n} 元", "{n} yuan more of direct loss"),
}


@dataclass(frozen=True)
class Outlook:
    """How near the next grade is, in sentences; what does not apply is None or empty."""

    nearest: Text | None = None
    further: tuple[Text, ...] = ()
    could_rise: Text | None = None
    worst: Text | None = None


def outlook(intake: Intake, now: datetime, rule_sets: RuleSets | None = None) -> Outlook:
    """Return the outlook of an intake that is being typed."""
    return of_case(case_of_intake(intake, now), rule_sets)


def outlook_of(incident: Incident, report: Report, rule_sets: RuleSets | None = None) -> Outlook:
    """Return the outlook of one version of an incident; a closed one has none."""
    if incident.state != "open":
        return Outlook()
    case = case_of(incident, [report])
    return of_case(replace(case, facts=facts_of(report.facts), supplements=(), as_of=report.at), rule_sets)


def of_case(case: Case, rule_sets: RuleSets | None = None) -> Outlook:
    """Return the outlook of a case's first figures."""
    answer = assess(case, rule_sets)
    steps = [step_sentence(step) for step in next_steps_up(case, rule_sets)]
    return Outlook(
        nearest=steps[0] if steps else None,
        further=tuple(steps[1:]),
        could_rise=_could_rise(answer),
        worst=_worst(case, answer),
    )


def step_sentence(step: Step) -> Text:
    """Return e.g. 再有 1 人死亡或失踪，即为重大，另须报省（得知后 1 小时内）、国家（事发后 3 小时内）."""
    more = MORE[step.criterion]
    number = f"{step.more:,}"
    word = GRADES[step.grade.value]
    told = _told(step)
    zh = "、".join(f"{who.zh}（{limit.zh}）" for who, limit in told)
    en = ", ".join(f"{who.en} {limit.en}" for who, limit in told)
    return Text(
        f"{more.zh.format(n=number)}，即为{word.zh}{f'，另须报{zh}' if told else ''}。",
        f"{more.en.format(n=number)} makes this {word.en}{f': then also {en}' if told else ''}.",
    )


def _told(step: Step) -> list[tuple[Text, Text]]:
    """Return each office of the area line that the step adds a duty to, with the shortest of its limits."""
    shortest: dict[tuple[Level, bool], Hop] = {}
    for hop in step.opens:
        to = hop.addressee
        if to.body is not Body.WORK_SAFETY and to is not STATE_COUNCIL:
            continue
        key = (to.level, to is STATE_COUNCIL)
        known = shortest.get(key)
        if known is None or hop.minutes < known.minutes:
            shortest[key] = hop
    ordered = sorted(shortest.items(), key=lambda pair: (pair[0][0].height, pair[0][1]))
    return [(COUNCIL if council else OFFICES[level], _limit(hop)) for (level, council), hop in ordered]


def _limit(hop: Hop) -> Text:
    phone = Text("，电话", " by telephone") if hop.kind is Kind.PHONE else Text("", "")
    if not hop.minutes:
        return Text(f"立即{phone.zh}", f"at once{phone.en}")
    clock = CLOCKS[hop.clock]
    hours, minutes = divmod(hop.minutes, 60)
    span = (
        Text(f"{hours} 小时", f"{hours} h")
        if not minutes
        else Text(f"{hop.minutes} 分钟", f"{hop.minutes} min")
    )
    return Text(f"{clock.zh} {span.zh}内{phone.zh}", f"within {span.en} {clock.en}{phone.en}")


def _could_rise(answer: Assessment) -> Text | None:
    if not answer.may_rise or answer.reporting_grade in {None, Grade.ESPECIALLY_SERIOUS}:
        return None
    names = [FACTS[name] for name in answer.unknown if name in FACTS]
    if not names:
        return None
    return Text(
        f"还不清楚：{'、'.join(name.zh for name in names)}；查清后等级可能上升。",
        f"Not known yet: {', '.join(name.en for name in names)}; the grade may rise with them.",
    )


def toll(facts: Facts) -> int:
    """Return how many are dead, missing or without contact, as far as is known."""
    return sum(figure or 0 for figure in (facts.deaths, facts.missing, facts.trapped_without_contact))


def _worst(case: Case, answer: Assessment) -> Text | None:
    trapped = (case.facts.trapped or 0) - (case.facts.trapped_without_contact or 0)
    if trapped <= 0:
        return None
    total = toll(case.facts) + trapped
    word = GRADES[code_of(answer.worst_case_grade)]
    return Text(
        f"被困 {case.facts.trapped} 人若全部遇难，合计 {total} 人，为{word.zh}。",
        f"If all {case.facts.trapped} trapped die, {total} in all: {word.en}.",
    )
