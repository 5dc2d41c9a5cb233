"""A grade is explained in words the trade uses, in both languages, and never with a raw key."""

import re

import pytest

from responder.foundation.web.lexicon import SPECIAL
from responder.incidents.explain import criterion_words, reason_sentence
from responder.law.registry import shipped

DEATHS = {"criterion": "deaths", "value": 3, "grade": "III"}


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"missing": 3}, "失踪 3 人，按较大报告。"),
        ({"deaths": 3}, "死亡 3 人，按较大报告。"),
        ({"deaths": 1, "missing": 2}, "死亡与失踪合计 3 人，按较大报告。"),
    ],
)
def test_a_count_says_who_was_counted(facts: dict[str, int], words: str) -> None:
    assert reason_sentence(DEATHS, facts).zh == words


def test_an_unknown_figure_is_said_to_be_unknown() -> None:
    said = reason_sentence({"criterion": "direct_loss_yuan", "value": None, "grade": None}, {})
    assert said.zh == "直接经济损失（元）未知，等级可能上升。"
    assert said.en == "direct economic loss (yuan): unknown, the grade may rise."


def test_trapped_or_missing_has_words_of_its_own() -> None:
    said = reason_sentence({"criterion": "trapped_or_missing", "value": 3, "grade": "near_miss"}, {})
    assert said.zh == "被困或下落不明人数 3，按较大涉险报告。"


def test_every_criterion_and_circumstance_of_every_set_has_words() -> None:
    criteria = set()
    for rule_set in shipped().values():
        criteria |= {band.criterion for band in rule_set.bands}
        for row in rule_set.near_misses:
            criteria |= set(row.flags) if row.criterion == "flags" else {row.criterion}
    assert criteria >= {"deaths", "trapped_or_missing", "large_fire"}
    assert set(SPECIAL) == shipped().flags
    assert [name for name in criteria if re.search("[a-z]", criterion_words(name).zh)] == []
