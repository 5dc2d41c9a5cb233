"""Day counts: windows, missing people, investigation, tip-offs, follow-ups."""

from datetime import date, datetime
from typing import Any

import pytest

from responder.law.deadlines import follow_ups_owed, tip_off_limits
from responder.law.model import BEIJING, Grade
from responder.law.windows import two_months_after
from tests.unit.law.cases import ALL_KNOWN, MOMENTS, answer, at

JUNE_10 = at("08:00", "2007-06-10")


@pytest.mark.parametrize(
    ("sector", "kind", "closes_on"),
    [
        ("machinery", None, "2007-07-11"),
        ("machinery", "fire", "2007-06-18"),
        ("road", "traffic", "2007-06-18"),
        ("road", "fire", "2007-06-18"),
        ("fire", None, "2007-06-18"),
        ("water", "traffic", "2007-07-11"),
        ("rail", "fire", "2007-07-11"),
        ("coal_mine", "fire", "2007-07-11"),
    ],
)
def test_the_window_of_a_sector(sector: str, kind: str | None, closes_on: str) -> None:
    found = answer(occurred_at=JUNE_10, sector=sector, accident_type=kind)
    assert found["window_closes_at"] == f"{closes_on}T00:00:00+08:00"


def test_a_fire_in_a_mine_warns_of_two_windows() -> None:
    assert "type_conflict" in answer(sector="coal_mine", accident_type="fire")["warnings"]
    assert "type_conflict" in answer(sector="machinery", accident_type="coal_gas_outburst")["warnings"]
    assert "type_conflict" not in answer(sector="machinery", accident_type="fire")["warnings"]


def test_set_a_has_no_window() -> None:
    late = {"at": "2007-12-01T08:00:00+08:00", "facts": {**ALL_KNOWN, "deaths": 3}, "known_to": "county"}
    found = answer({"deaths": 2}, occurred_at=MOMENTS["A"], supplements=[late])
    assert (found["window_closes_at"], found["final_grade"]) == (None, "III")
    assert "rule_set_changed_during_incident" in found["warnings"]
    assert "outside_window" not in found["warnings"]


def test_the_death_itself_must_fall_into_the_window_not_the_learning_of_it() -> None:
    learned = {"at": at("10:00", "2007-07-20"), "facts": {"deaths": 3}, "known_to": "county"}
    inside = answer(
        {"deaths": 2}, occurred_at=JUNE_10, supplements=[{**learned, "changed_at": at("09:00", "2007-07-10")}]
    )
    outside = answer({"deaths": 2}, occurred_at=JUNE_10, supplements=[learned])
    assert (inside["final_grade"], outside["final_grade"]) == ("III", "IV")
    assert inside["history"][-1]["at"] == at("10:00", "2007-07-20")
    assert outside["warnings"] == ["outside_window"]


def test_loss_counts_after_the_window() -> None:
    settled = {"at": at("10:00", "2007-09-20"), "facts": {"direct_loss_yuan": 52_000_000}}
    found = answer({"deaths": 2}, occurred_at=JUNE_10, supplements=[settled])
    assert (found["final_grade"], found["counted"]["direct_loss_yuan"]) == ("II", 52_000_000)
    assert "outside_window" not in found["warnings"]


@pytest.mark.parametrize(
    ("as_of", "grade", "deaths"),
    [
        (at("23:59", "2007-07-10"), "IV", 0),
        (at("00:00", "2007-07-11"), "III", 3),
        (None, "III", 3),
    ],
)
def test_a_missing_person_counts_as_dead_after_the_window(as_of: str | None, grade: str, deaths: int) -> None:
    found = answer({"missing": 3}, occurred_at=JUNE_10, as_of=as_of)
    assert (found["reporting_grade"], found["final_grade"]) == ("III", grade)
    assert found["counted"]["deaths"] == deaths


def test_the_final_grade_is_judged_without_what_came_later() -> None:
    change = {"at": at("10:00", "2007-06-20"), "facts": {"deaths": 3}, "known_to": "county"}
    found = answer({"deaths": 2}, occurred_at=JUNE_10, supplements=[change], as_of=at("09:00", "2007-06-20"))
    assert (found["final_grade"], found["reporting_grade"]) == ("IV", "III")


@pytest.mark.parametrize(
    ("inquiry", "report", "decision"),
    [
        ({}, "2007-08-14", None),
        ({"extension_days": 60}, "2007-10-13", None),
        ({"appraisal_days": 20}, "2007-09-03", None),
        ({"report_received_on": "2007-08-10"}, "2007-08-14", "2007-08-25"),
    ],
)
def test_investigation_of_a_larger_accident(
    inquiry: dict[str, Any], report: str, decision: str | None
) -> None:
    found = answer({"deaths": 3}, occurred_at=at("08:00", "2007-06-15"), investigation=inquiry)[
        "investigation"
    ]
    assert (found["authority"], found["report_due_on"], found["decision_due_on"]) == (
        "city.government",
        report,
        decision,
    )


@pytest.mark.parametrize(
    ("inquiry", "decision"),
    [
        ({}, "2007-09-09"),
        ({"decision_extension_days": 30}, "2007-10-09"),
        ({"extension_days": 30}, "2007-10-09"),
        ({"extension_days": 60}, "2007-09-09"),
    ],
)
def test_decision_on_an_especially_serious_accident(inquiry: dict[str, Any], decision: str) -> None:
    found = answer({"deaths": 30}, investigation={"report_received_on": "2007-08-10", **inquiry})
    assert found["investigation"]["decision_due_on"] == decision


@pytest.mark.parametrize(
    ("deaths", "authority", "report"),
    [
        (1, "province.industry", "2012-06-15"),
        (3, "province.industry", "2012-06-25"),
        (10, "state.industry", "2012-07-05"),
        (30, "state.council", "2012-08-04"),
    ],
)
def test_railways_investigate_in_60_30_20_or_10_days(deaths: int, authority: str, report: str) -> None:
    found = answer({"deaths": deaths}, occurred_at=MOMENTS["D"], sector="rail")["investigation"]
    assert (found["authority"], found["report_due_on"], found["rule"]) == (authority, report, "RX-RAIL")


@pytest.mark.parametrize(("share", "days"), [(10, "2027-01-05"), (60, "2027-01-20")])
def test_power_accidents_are_investigated_in_45_or_60_days(share: int, days: str) -> None:
    power = {"grid": "capital_city", "grid_load_mw": 2500, "lost_load_percent": share}
    found = answer(occurred_at=MOMENTS["E"], sector="power", power=power)
    assert found["investigation"]["report_due_on"] == days


def test_an_extension_over_the_limit_is_cut_and_said() -> None:
    found = answer({"deaths": 3}, investigation={"extension_days": 61})
    assert "extension_over_limit" in found["warnings"]
    assert found["investigation"]["report_due_on"] == found["investigation"]["report_latest_on"]


def test_a_general_accident_without_casualties_may_be_left_to_the_unit() -> None:
    assert answer({"direct_loss_yuan": 200_000})["investigation"]["may_delegate_to_unit"] is True
    assert answer({"deaths": 1})["investigation"]["may_delegate_to_unit"] is False


def test_a_near_miss_is_not_investigated_under_order_493() -> None:
    assert answer({"at_risk": 10})["investigation"] is None


@pytest.mark.parametrize(
    ("day", "later"),
    [
        (date(2009, 10, 9), date(2009, 12, 9)),
        (date(2009, 12, 31), date(2010, 2, 28)),
        (date(2011, 12, 31), date(2012, 2, 29)),
        (date(2009, 11, 15), date(2010, 1, 15)),
        (date(2009, 10, 31), date(2009, 12, 31)),
    ],
)
def test_two_months_are_the_same_day_number_or_the_last(day: date, later: date) -> None:
    assert two_months_after(day) == later


def test_tip_off_limits_begin_with_order_21() -> None:
    limits = tip_off_limits(datetime(2009, 10, 9, 9, tzinfo=BEIJING), of_accident=True)
    assert (limits.first_result_on, limits.details_on) == (date(2009, 10, 14), date(2009, 12, 9))
    near_miss = tip_off_limits(datetime(2009, 10, 9, 9, tzinfo=BEIJING), of_accident=False)
    assert near_miss.first_result_on is None
    before = tip_off_limits(datetime(2009, 6, 30, 23, tzinfo=BEIJING), of_accident=True)
    assert before.details_on is None


def test_one_follow_up_where_two_were_owed_is_a_breach_at_midnight() -> None:
    occurred_at = datetime(2009, 9, 10, 14, tzinfo=BEIJING)
    made = [datetime(2009, 9, 11, 8, tzinfo=BEIJING)]
    owed = follow_ups_owed(occurred_at, "machinery", Grade.SERIOUS, date(2009, 9, 11), made)
    assert owed is not None
    assert (owed.needed, owed.made, owed.missing) == (2, 1, 1)
    assert owed.due_at == datetime(2009, 9, 12, tzinfo=BEIJING)
    assert follow_ups_owed(occurred_at, "machinery", Grade.SERIOUS, date(2009, 9, 10)) is None
