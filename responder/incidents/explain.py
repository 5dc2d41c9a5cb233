"""The grade in sentences: what decides it, how near the next step is, what the worst case would be."""

from collections.abc import Mapping, Sequence
from typing import Any

from responder.core.errors import Text
from responder.foundation.web.lexicon import FACTS, GRADES

CRITERIA: dict[str, Text] = {
    "deaths": Text("死亡 {value} 人", "{value} dead"),
    "deaths_and_missing": Text("死亡与失踪合计 {value} 人", "{value} dead or missing"),
    "missing": Text("失踪 {value} 人", "{value} missing"),
    "serious_injuries": Text("重伤与中毒合计 {value} 人", "{value} seriously injured or poisoned"),
    "direct_loss": Text("直接经济损失 {value} 元", "direct loss of {value} yuan"),
    "at_risk": Text("涉险 {value} 人", "{value} at risk"),
    "trapped": Text("被困或失踪 {value} 人", "{value} trapped or missing"),
    "evacuated": Text("疏散 {value} 人", "{value} evacuated"),
    "no_figures": Text("伤亡数字都未知", "no figures are known"),
}


def reason_sentence(reason: Mapping[str, Any], facts: Mapping[str, Any]) -> Text:
    """Return one reason as a sentence, e.g. 失踪 3 人，达到较大事故下限."""
    criterion, value = str(reason["criterion"]), reason["value"]
    if criterion in {"deaths", "deaths_and_missing", "toll"}:
        if not facts.get("deaths") and facts.get("missing") == value:
            criterion = "missing"
        elif facts.get("missing") or facts.get("trapped_without_contact"):
            criterion = "deaths_and_missing"
        else:
            criterion = "deaths"
    if criterion in {"direct_loss_yuan", "loss"}:
        criterion = "direct_loss"
    words = CRITERIA.get(criterion) or FACTS.get(criterion) or Text(criterion, criterion.replace("_", " "))
    number = f"{value:,}" if isinstance(value, int | float) and not isinstance(value, bool) else ""
    grade = GRADES.get(reason.get("grade"), GRADES[None])
    head = Text(words.zh.format(value=number), words.en.format(value=number))
    return Text(f"{head.zh}，按{grade.zh}报告。", f"{head.en}: reported as {grade.en}.")


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
