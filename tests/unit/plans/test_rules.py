"""Which plans fit and why, and which response level figures start."""

from datetime import date

import pytest

from plans.grams import grams, phrases
from plans.loading import demo_plans
from plans.rules import Candidate, Situation, age_words, faults, propose, review_overdue_days, suggested_level
from responder.core.errors import Text

TODAY = date(2026, 11, 21)
NATIONAL = next(plan["levels"] for plan in demo_plans() if plan["key"] == "state-general")


def plan(name: str, **more: object) -> Candidate:
    values: dict[str, object] = {
        "id": name,
        "kind": "special",
        "level": "city",
        "area_name": Text("白山市", "Baishan"),
        "owner_code": "220600",
        "sectors": ("coal_mine",),
        "accident_types": ("gas_explosion",),
        "unit": None,
        "state": "valid",
        "number": 1,
        "approved_on": date(2025, 11, 21),
        "next_review_on": date(2027, 1, 1),
    }
    return Candidate(**{**values, **more})  # type: ignore[arg-type]


def situation(**more: object) -> Situation:
    values: dict[str, object] = {
        "sector": "coal_mine",
        "accident_type": "gas_explosion",
        "unit": "青石岭煤矿",
        "unit_code": None,
        "facts": {"trapped": 12, "missing": 3},
        "own_level": "city",
        "own_code": "220600",
        "today": TODAY,
    }
    return Situation(**{**values, **more})  # type: ignore[arg-type]


@pytest.mark.parametrize("state", ["draft", "superseded", "expired"])
def test_only_a_valid_version_is_proposed(state: str) -> None:
    assert propose([plan("a", state=state)], situation()) == []


def test_the_own_special_plan_comes_before_the_general_one_and_before_other_levels() -> None:
    special, general = plan("special"), plan("general", kind="general", sectors=(), accident_types=())
    above = plan("above", level="province", owner_code="220000")
    found = propose([general, above, special], situation())
    assert [one.id for one in found] == ["special", "above", "general"]


def test_a_plan_for_another_sector_type_or_unit_does_not_fit() -> None:
    others = [
        plan("sector", sectors=("hazchem",)),
        plan("type", accident_types=("flooding",)),
        plan("unit", level="unit", owner_code="220605.unit02", unit="别的矿"),
    ]
    assert propose(others, situation()) == []


def test_while_the_type_of_accident_is_unknown_every_plan_of_the_sector_fits() -> None:
    assert propose([plan("flood", accident_types=("flooding",))], situation(accident_type=None))


def test_a_plan_past_its_review_is_marked_and_comes_after_its_equal() -> None:
    late = plan("a-late", next_review_on=date(2026, 11, 11))
    found = propose([late, plan("b-timely")], situation())
    assert [(one.id, one.is_overdue) for one in found] == [("b-timely", False), ("a-late", True)]
    assert found[1].doubts[0].zh == "评审逾期 10 天"


def test_a_proposal_says_kind_place_version_and_age() -> None:
    words = "；".join(text.zh for text in propose([plan("a", number=2)], situation())[0].reasons)
    for piece in ("专项预案", "事故类型相符", "本级预案：白山市", "第 2 版", "批准已 12 个月"):
        assert piece in words


@pytest.mark.parametrize(
    ("facts", "level"),
    [
        ({"deaths": 3}, 3),
        ({"deaths": 9, "missing": 1}, 2),
        ({"trapped": 30}, 1),
        ({"acute_poisonings": 29}, 4),
        (
            {"acute_poisonings": 30},
            3,
        ),  # response level, not grade: ten serious injuries do not start level III
        ({"serious_injuries": 10}, 4),
        ({"serious_injuries": 49}, 3),
        ({"serious_injuries": 50}, 2),
        ({"direct_loss_yuan": 100_000_000}, 1),
        ({"deaths": None}, 4),
        ({}, 4),
    ],
)
def test_the_national_table_starts_its_levels_by_its_own_figures(facts: dict[str, int], level: int) -> None:
    assert suggested_level(NATIONAL, facts)[0] == level


def test_a_review_due_today_is_not_overdue() -> None:
    assert review_overdue_days(TODAY, TODAY) == 0
    assert review_overdue_days(None, TODAY) == 0


def test_ages_are_said_as_people_say_them() -> None:
    assert [age_words(days).zh for days in (3, 90, 800)] == ["3 天", "3 个月", "2 年"]


def test_a_step_without_post_and_limit_is_named_among_the_faults() -> None:
    steps = [{"action": "及时组织救援", "post": "", "minutes": 0}]
    found = faults([{"level": "IV", "triggers": []}], steps)
    assert [text.zh for text in found] == ["第 1 步缺岗位、时限"]


def test_every_plan_of_the_demo_but_the_drafts_may_be_approved() -> None:
    for one in demo_plans():
        if one.get("state") != "draft":
            assert faults(one["levels"], one["steps"]) == [], one["key"]
    assert len(demo_plans()) == 30


def test_a_word_of_two_characters_is_one_gram_and_words_of_letters_stay_whole() -> None:
    assert grams("瓦斯爆炸 Gas-2") == {"瓦斯", "斯爆", "爆炸", "gas", "2"}
    assert phrases("瓦斯， 爆炸") == ["瓦斯", "爆炸"]
    assert grams("矿") == {"矿"}
