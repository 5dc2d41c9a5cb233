"""The grade in sentences: what decides it, how near the next step is, what the worst case would be."""

from collections.abc import Mapping, Sequence
from typing import Any

from responder.core.errors import Text
from responder.foundation.web.lexicon import GRADES, SPECIAL
from responder.law.explain import CRITERION_WORDS

# How the trade says the commonest figures; every other criterion has the law engine's own words.
TOLL_WORDS: dict[str, Text] = {
    "deaths": Text("死亡 {value} 人", "{value} dead"),
    "deaths_and_missing": Text("死亡与失踪合计 {value} 人", "{value} dead or missing"),
    "missing": Text("失踪 {value} 人", "{value} missing"),
    "serious_injuries": Text("重伤与中毒合计 {value} 人", "{value} seriously injured or poisoned"),
    "direct_loss_yuan": Text("直接经济损失 {value} 元", "direct loss of {value} yuan"),
}


def reason_sentence(reason: Mapping[str, Any], facts: Mapping[str, Any]) -> Text:
    """Return one reason as a sentence, e.g. 失踪 3 人，按较大报告; an unknown figure is said to be unknown."""
    criterion, value = str(reason["criterion"]), reason["value"]
    words = criterion_words(criterion)
    if reason.get("grade") is None:
        return Text(f"{words.zh}未知，等级可能上升。", f"{words.en}: unknown, the grade may rise.")
    grade = GRADES[reason["grade"]]
    if value is None or isinstance(value, bool):
        return Text(f"{words.zh}，按{grade.zh}报告。", f"{words.en}: reported as {grade.en}.")
    said = TOLL_WORDS.get(_spoken_as(criterion, value, facts))
    if said is None:
        said = Text(f"{words.zh} {{value}}", f"{words.en} {{value}}")
    number = f"{value:,}"
    head = Text(said.zh.format(value=number), said.en.format(value=number))
    return Text(f"{head.zh}，按{grade.zh}报告。", f"{head.en}: reported as {grade.en}.")


def criterion_words(criterion: str) -> Text:
    """Return what a criterion of the law engine is called; a special circumstance has its own word."""
    found = CRITERION_WORDS.get(criterion)
    if found is not None:
        return Text(found.zh, found.en)
    return SPECIAL.get(criterion) or Text(criterion, criterion.replace("_", " "))


def _spoken_as(criterion: str, value: Any, facts: Mapping[str, Any]) -> str:
    """Return under which words a count is said: the dead alone, the missing alone, or both together."""
    if criterion != "deaths":
        return criterion
    if not facts.get("deaths") and facts.get("missing") == value:
        return "missing"
    both = facts.get("missing") or facts.get("trapped_without_contact")
    return "deaths_and_missing" if both else "deaths"


def deciding(reasons: Sequence[Mapping[str, Any]], facts: Mapping[str, Any]) -> tuple[Text, Text] | None:
    """Return the sentence of the first reason and its source; None without reasons."""
    if not reasons:
        return None
    source = reasons[0].get("source") or {"zh": reasons[0]["rule"], "en": reasons[0]["rule"]}
    return reason_sentence(reasons[0], facts), Text(source["zh"], source["en"])


def toll(facts: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the figures worth a line in a list: deaths always, others where they are known and not nought."""
    shown = [{"key": "deaths", "value": facts.get("deaths")}]
    for key in (
        "missing",
        "trapped",
        "serious_injuries",
        "acute_poisonings",
        "minor_injuries",
        "at_risk",
        "evacuated",
    ):
        if facts.get(key):
            shown.append({"key": key, "value": facts[key]})
    return shown[:4]


def ruler(facts: Mapping[str, Any], grade: str | None) -> dict[str, Any] | None:
    """Return the scale of dead and missing: where the count stands, and where it would in the worst case."""
    parts = [facts.get(name) for name in ("deaths", "missing", "trapped_without_contact")]
    known = [part for part in parts if part is not None]
    if not known:
        return None
    now = sum(known)
    trapped = facts.get("trapped")
    silent = facts.get("trapped_without_contact") or 0
    worst = now + max(0, trapped - silent) if trapped is not None else None
    return {"now": now, "worst": worst if worst != now else None, "grade": grade}
