"""The action card of one response level as a paper."""

from collections.abc import Mapping
from typing import Any

from responder.foundation.documents.rules import Ledger, Table
from responder.foundation.web.lexicon import POSTS
from responder.foundation.web.words import is_english, word

HEADS = (
    ("时限", "做什么", "岗位", "空缺时", "电话", "办结时间"),
    ("Due", "What to do", "Post", "If vacant", "Telephone", "Done at"),
)
WIDTHS = (10, 42, 20, 14, 16, 12)
LABELS = (
    ("版本", "响应级别", "启动条件", "由谁启动", "集结点"),
    ("Version", "Response level", "Triggers", "Started by", "Assembly points"),
)


def card_ledger(plan: Mapping[str, Any]) -> Ledger:
    """Return the card of *plan*, the model that its page shows, in the language of the request."""
    english = is_english()
    version, level, triggers, who, points = LABELS[english]
    joint = "; " if english else "；"
    facts = [
        (version, f"{plan['number']}　{plan['approved_on'] or ''}"),
        (level, plan["level"]["code"]),
        (triggers, joint.join(plan["level"]["triggers"])),
        (who, word(POSTS, plan["level"]["who"])),
    ]
    if plan["points"]:
        facts.append((points, joint.join(_point(point) for point in plan["points"])))
    rows = tuple(_row(step, english) for step in plan["steps"])
    return Ledger(
        title=f"Action card: {plan['title']}" if english else f"行动卡：{plan['title']}",
        number=plan["owner"],
        facts=tuple(facts),
        tables=(Table(HEADS[english], rows, "", WIDTHS),),
        notes=tuple(plan["notes"]),
    )


def _row(step: Mapping[str, Any], english: bool) -> tuple[str, ...]:
    minutes = f"{step['minutes']} min" if english else f"{step['minutes']} 分钟"
    post = f"{step['office']} {word(POSTS, step['post'])}".strip()
    deputy = word(POSTS, step["deputy_post"]) if step["deputy_post"] else ""
    return minutes, step["action"], post, deputy, step["phone"], ""


def _point(point: Mapping[str, Any]) -> str:
    note = point.get("note")
    return f"{point['name']}（{note}）" if note else str(point["name"])
