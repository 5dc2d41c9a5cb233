"""Papers from facts: golden texts, and what holds for all of them."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from responder.reporting.papers import short, texts
from responder.reporting.papers.facts import Known, Receipt
from responder.reporting.papers.texts import Issue

GOLDEN = Path(__file__).parents[2] / "golden" / "papers"
AT = datetime(2026, 11, 21, 6, 0, tzinfo=UTC)
KNOWN = Known(
    number="220605-2026-0001",
    version=2,
    version_kind="correction",
    title="某煤矿瓦斯爆炸",
    occurred_at=datetime(2026, 11, 21, 5, 20, tzinfo=UTC),
    occurred_uncertain=False,
    received_at=AT,
    as_of=AT,
    place_name="吉林省白山市江源区松树镇",
    place="",
    unit="某煤矿",
    sector="煤矿",
    accident_type="瓦斯爆炸",
    figures={"deaths": 1, "missing": 2, "trapped": 12, "at_risk": 40},
    changes={"missing": [3, 2], "deaths": [None, 1]},
    grade="较大事故",
    grade_reason="死亡与失踪合计 3 人，按较大报告。",
    grade_source="国务院令第493号《生产安全事故报告和调查处理条例》（2007）第3条",
    may_rise=True,
    summary="井下供风中断",
    measures="已切断电源，通知矿山救护队",
    news="失踪人数重复统计1人",
    correction="核对矿灯登记",
    receipts=(Receipt("白山市应急管理局", datetime(2026, 11, 21, 6, 4, tzinfo=UTC), "web"),),
    exercise=False,
)
ISSUES = {
    "quick_report": Issue(
        "quick_report", "江源区应急管理局", 2026, 1, 2, AT, "周海", why="代替第 1 次制发的同期文书。"
    ),
    "follow_up": Issue("follow_up", "江源区应急管理局", 2026, 4, 1, AT, "周海", "王检", "姜永胜"),
    "urgent_information": Issue("urgent_information", "白山市应急管理局", 2026, 7, 1, AT, "李敏"),
}
counts = st.none() | st.integers(0, 5000)
facts = st.fixed_dictionaries(dict.fromkeys(texts.PEOPLE, counts))


@pytest.mark.parametrize("kind", texts.HEADS)
def test_a_paper_reads_as_its_golden_text(kind: str) -> None:
    made: dict[str, Any] = json.loads(json.dumps(texts.paper(KNOWN, ISSUES[kind]).as_data()))
    assert made == json.loads((GOLDEN / f"{kind}.json").read_text(encoding="utf-8"))


@given(figures=facts)
def test_unknown_figures_are_written_unknown_and_never_nought(figures: dict[str, int | None]) -> None:
    told = texts.casualties(replace(KNOWN, figures=figures))
    for name in texts.TOLD_FIRST:
        word = texts.FACTS[name].zh
        value = figures[name]
        assert f"{word}未知" in told if value is None else f"{word}{value}人" in told


@given(
    figures=facts,
    unit=st.text(st.characters(categories=["Lo"]), max_size=60),
    place=st.text(st.characters(categories=["Lo"]), max_size=60),
    exercise=st.booleans(),
    correction=st.sampled_from(["", "核对"]),
)
def test_an_sms_has_seventy_characters_at_most_and_keeps_number_and_figures(
    figures: dict[str, int | None], unit: str, place: str, exercise: bool, correction: str
) -> None:
    number = "演220605-2026-0001" if exercise else "220605-2026-0001"
    known = replace(
        KNOWN,
        number=number,
        figures=figures,
        title=f"{unit}瓦斯爆炸",
        place_name=place,
        exercise=exercise,
        correction=correction,
    )
    text = short.sms(known)
    assert len(text) <= short.LONGEST_SMS
    assert number in text
    assert text.startswith("【演练】") is exercise
    deaths = figures["deaths"]
    assert f"亡{'未知' if deaths is None else deaths}" in text
    assert text.endswith("较大可能升")


def test_all_papers_of_one_version_tell_the_same_toll() -> None:
    toll = texts.casualties(KNOWN)
    for issue in ISSUES.values():
        assert toll in "".join(texts.paper(KNOWN, issue).paragraphs)


def test_an_exercise_is_marked_on_title_sms_and_script() -> None:
    drill = replace(KNOWN, exercise=True)
    assert texts.paper(drill, ISSUES["quick_report"]).shown_title.startswith("【演练】")
    assert short.sms(drill).startswith("【演练】")
    assert short.script(drill, "江源区应急管理局").startswith("这是演练")


def test_a_script_says_the_three_items_and_asks_to_repeat() -> None:
    said = short.script(KNOWN, "江源区应急管理局")
    for part in ("单位：某煤矿", "11月21日13时20分", "死亡1人", "重伤未知", "涉险40人", "请复述"):
        assert part in said
