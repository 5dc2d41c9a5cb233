"""Grades by the rules of the day: boundaries, unknown figures, near-misses, rail and power."""

from typing import Any

import pytest

from responder.law.case_reading import read_case
from responder.law.engine import assess
from responder.law.grading import worst_case
from responder.law.model import Facts, Grade, Status
from tests.unit.law.cases import ALL_KNOWN, MOMENTS, answer, case


@pytest.mark.parametrize("moment", [MOMENTS[key] for key in "BCDE"])
@pytest.mark.parametrize(
    ("figures", "grade"),
    [
        ({"deaths": 2, "serious_injuries": 9, "direct_loss_yuan": 9_999_999}, "IV"),
        ({"deaths": 3}, "III"),
        ({"deaths": 9}, "III"),
        ({"deaths": 10}, "II"),
        ({"deaths": 29}, "II"),
        ({"deaths": 30}, "I"),
        ({"serious_injuries": 4, "acute_poisonings": 6}, "III"),
        ({"serious_injuries": 50}, "II"),
        ({"acute_poisonings": 100}, "I"),
        ({"direct_loss_yuan": 10_000_000}, "III"),
        ({"direct_loss_yuan": 49_999_999.5}, "III"),
        ({"direct_loss_yuan": 50_000_000}, "II"),
        ({"direct_loss_yuan": 100_000_000}, "I"),
        ({"minor_injuries": 60}, "IV"),
        ({}, "IV"),
    ],
)
def test_the_highest_of_three_criteria_decides_since_order_493(
    moment: str, figures: dict[str, Any], grade: str
) -> None:
    assert answer(figures, occurred_at=moment)["reporting_grade"] == grade


@pytest.mark.parametrize(
    ("figures", "grade", "word"),
    [
        ({"deaths": 1}, "IV", "一般"),
        ({"deaths": 3}, "III", "重大"),
        ({"deaths": 10}, "II", "特大"),
        ({"deaths": 30}, "I", "特别重大"),
        ({"serious_injuries": 10}, "III", "重大"),
        ({"acute_poisonings": 100}, "I", "特别重大"),
    ],
)
def test_the_words_of_2006_name_other_brackets(figures: dict[str, Any], grade: str, word: str) -> None:
    found = answer(figures, occurred_at=MOMENTS["A"])
    assert (found["reporting_grade"], found["grade_word"], found["grade_word_note"]) == (grade, word, None)


def test_words_before_the_rule_that_made_them_are_marked_as_later() -> None:
    found = answer({"deaths": 54}, occurred_at="2004-02-15T11:00:00+08:00")
    assert (found["grade_word"], found["grade_word_note"]) == ("特别重大", "later_wording")


@pytest.mark.parametrize(
    ("sector", "deaths", "loss", "met"),
    [
        ("coal_mine", 31, 3_000_000, False),
        ("coal_mine", 50, 0, True),
        ("noncoal_mine", 1, 10_000_000, True),
        ("air", 39, 0, False),
        ("air", 40, 0, True),
        ("machinery", 30, 0, True),
        ("machinery", 0, 5_000_000, True),
        ("machinery", 29, 4_999_999, False),
    ],
)
def test_order_34_has_a_test_of_its_own(sector: str, deaths: int, loss: int, met: bool) -> None:
    figures = {"deaths": deaths, "direct_loss_yuan": loss}
    found = answer(figures, occurred_at=MOMENTS["A"], sector=sector)
    assert any(duty["rule"] == "RA-34.2" for duty in found["obligations"]) is met


def test_missing_and_trapped_without_contact_count_for_the_reporting_grade() -> None:
    found = answer({"deaths": 4, "missing": 3, "trapped": 9, "trapped_without_contact": 3})
    assert found["reporting_grade"] == "II"
    assert found["reasons"][0]["value"] == 10


def test_trapped_with_contact_are_not_missing_but_show_in_the_worst_case() -> None:
    found = answer({"deaths": 9, "trapped": 1, "at_risk": 1})
    assert (found["reporting_grade"], found["worst_case_grade"]) == ("III", "II")


def test_worst_case_of_nothing_known_stays_unknown() -> None:
    assert worst_case(Facts(deaths=None, trapped=None)).deaths == 0
    assert worst_case(Facts(deaths=2, trapped=5, missing=1)).deaths == 8


@pytest.mark.parametrize(
    "name", ["deaths", "missing", "serious_injuries", "acute_poisonings", "direct_loss_yuan"]
)
def test_an_unknown_figure_may_raise_the_grade_and_is_never_nought(name: str) -> None:
    found = answer({"minor_injuries": 1, name: None})
    assert found["may_rise"] is True
    assert "unknown_figures" in found["warnings"]
    assert [r["value"] for r in found["reasons"] if r["criterion"] == name and r["rule"] == "HR-5"] == [None]


def test_nobody_trapped_leaves_nothing_unknown_about_contact() -> None:
    assert answer({"trapped": 0, "trapped_without_contact": None})["may_rise"] is False
    assert answer({"trapped": 2, "trapped_without_contact": None})["may_rise"] is True


def test_the_highest_grade_cannot_rise() -> None:
    found = answer({"deaths": 30, "direct_loss_yuan": None})
    assert found["may_rise"] is False
    assert "unknown_figures" in found["warnings"]


def test_no_figures_at_all_open_the_chain_as_general() -> None:
    found = answer(facts={})
    assert (found["reporting_grade"], found["may_rise"], found["climbs_to"]) == ("IV", True, "city")
    assert any(reason["rule"] == "HR-24" for reason in found["reasons"])


@pytest.mark.parametrize(
    "more", [{"sector": "environment"}, {"facts": {**ALL_KNOWN, "special": ["nuclear_facility"]}}]
)
def test_outside_order_493_nothing_is_graded(more: dict[str, Any]) -> None:
    found = answer(**more)
    assert (found["reporting_grade"], found["final_grade"], found["grade_word"]) == (None, None, None)
    assert found["obligations"] == []


@pytest.mark.parametrize(
    ("set_id", "figures", "grade"),
    [
        ("B", {"evacuated": 500}, "IV"),
        ("B", {"evacuated": 500, "under_observation": 19}, "IV"),
        ("B", {"evacuated": 500, "under_observation": 20}, "near_miss"),
        ("C", {"evacuated": 500}, "near_miss"),
        ("C", {"evacuated": 499, "under_observation": 400}, "IV"),
        ("B", {"at_risk": 9}, "IV"),
        ("B", {"at_risk": 10}, "near_miss"),
        ("A", {"at_risk": 10}, "near_miss"),
        ("E", {"trapped": 3}, "near_miss"),
        ("E", {"trapped": 3, "minor_injuries": 1}, "IV"),
        ("E", {"trapped": 3, "missing": 1}, "IV"),
        ("E", {"special": ["key_site_endangered"]}, "near_miss"),
        ("B", {"special": ["large_chemical_leak"]}, "near_miss"),
        ("E", {"special": ["large_chemical_leak"]}, "near_miss"),
    ],
)
def test_near_miss_by_the_criterion_of_its_day(set_id: str, figures: dict[str, Any], grade: str) -> None:
    assert answer(figures, occurred_at=MOMENTS[set_id])["reporting_grade"] == grade


def test_there_is_no_near_miss_before_july_2006() -> None:
    assert answer({"at_risk": 10}, occurred_at="2006-07-01T12:00:00+08:00")["reporting_grade"] == "IV"
    assert answer({"at_risk": 10}, occurred_at="2006-07-02T12:00:00+08:00")["reporting_grade"] == "near_miss"


@pytest.mark.parametrize(
    ("railway", "grade"),
    [
        ({"passenger_cars_derailed": 18, "trunk_line_cut_hours": 48}, "I"),
        ({"passenger_cars_derailed": 18, "trunk_line_cut_hours": 47.9}, "II"),
        ({"freight_cars_derailed": 60, "trunk_line_cut_hours": 48}, "I"),
        ({"freight_cars_derailed": 60}, "II"),
        ({"passenger_cars_derailed": 2, "trunk_line_cut_hours": 24}, "II"),
        ({"passenger_cars_derailed": 2, "other_line_cut_hours": 24}, "III"),
        ({"passenger_cars_derailed": 2, "other_line_cut_hours": 48}, "II"),
        ({"freight_cars_derailed": 5}, "IV"),
        ({"freight_cars_derailed": 6}, "III"),
        ({"trunk_line_cut_hours": 6}, "III"),
        ({"train": "freight", "derailed_cars": 60, "hours_cut": 48, "trunk_line": True}, "I"),
        ({"train": "passenger", "derailed_cars": 17, "hours_cut": 24, "trunk_line": False}, "III"),
    ],
)
def test_railways_have_criteria_of_their_own(railway: dict[str, Any], grade: str) -> None:
    found = answer(occurred_at="2012-06-05T08:00:00+08:00", sector="rail", railway=railway)
    assert found["reporting_grade"] == grade
    assert any(reason["rule"] == "RX-RAIL" for reason in found["reasons"]) is (grade != "IV")


def test_railway_criteria_begin_in_september_2007_and_need_a_railway() -> None:
    railway = {"freight_cars_derailed": 60}
    assert answer(sector="rail", railway=railway)["reporting_grade"] == "IV"
    assert answer(occurred_at=MOMENTS["E"], railway=railway)["reporting_grade"] == "IV"


@pytest.mark.parametrize(
    ("power", "grade"),
    [
        ({"grid": "municipality", "lost_load_percent": 50}, "I"),
        ({"grid": "municipality", "lost_load_percent": 49.9}, "II"),
        ({"grid": "municipality", "users_cut_percent": 15}, "III"),
        ({"grid": "province", "grid_load_mw": 20000, "lost_load_percent": 13}, "II"),
        ({"grid": "province", "grid_load_mw": 19999, "lost_load_percent": 13}, "III"),
        ({"grid": "regional", "lost_load": 0.3}, "I"),
        ({"grid": "city", "affected_share": 0.3}, "IV"),
    ],
)
def test_power_supply_is_graded_by_load_and_users(power: dict[str, Any], grade: str) -> None:
    found = answer(occurred_at=MOMENTS["E"], sector="power", power=power)
    assert found["reporting_grade"] == grade


def test_casualties_still_grade_a_power_accident_where_they_are_higher() -> None:
    power = {"grid": "city", "lost_load_percent": 20}
    found = answer({"deaths": 10}, occurred_at=MOMENTS["E"], sector="power", power=power)
    assert found["reporting_grade"] == "II"
    assert found["investigation"]["rule"] == "R493-19"


@pytest.mark.parametrize("moment", MOMENTS.values(), ids=MOMENTS)
def test_a_house_rule_is_never_shown_as_law(moment: str) -> None:
    found = assess(read_case(case({"deaths": 12, "missing": None}, occurred_at=moment)))
    cited = [(duty.rule, duty.status) for duty in found.obligations]
    cited += [(reason.rule, reason.status) for reason in found.reasons]
    assert all(rule.startswith("HR-") == (status is Status.HOUSE_RULE) for rule, status in cited)


def test_a_grade_knows_its_rank() -> None:
    assert sorted(Grade, key=lambda grade: grade.rank) == [
        Grade.NEAR_MISS,
        Grade.GENERAL,
        Grade.LARGER,
        Grade.SERIOUS,
        Grade.ESPECIALLY_SERIOUS,
    ]
