"""Who owes a report to whom and by when: places, sets, receipts, rises and falls."""

from itertools import pairwise
from typing import Any

import pytest

from tests.unit.law.cases import ALL_KNOWN, MOMENTS, answer, arrows, at, due, later

NOBODY_ABOVE = {"city.work_safety", "province.work_safety", "state.work_safety"}


def hops(found: dict[str, Any]) -> list[tuple[str, str]]:
    """Return the ends of the hops of the work-safety line, upward."""
    return [
        (duty["from"], duty["to"])
        for duty in found["obligations"]
        if duty["rule"] in ("R493-9.2", "R493-10.1") and duty["to"].endswith("work_safety")
    ]


@pytest.mark.parametrize(
    ("code", "chain", "top"),
    [
        ("220605", ["unit", "county", "city"], "city"),
        ("220600", ["unit", "city"], "city"),
        ("220000", ["unit", "province"], "province"),
        ("500103", ["unit", "county", "province"], "province"),
        ("110000", ["unit", "province"], "province"),
        ("419001", ["unit", "county", "province"], "province"),
        ("429004", ["unit", "county", "province"], "province"),
        ("441900", ["unit", "city"], "city"),
        ("620200", ["unit", "city"], "city"),
        ("659001", ["unit", "county", "province"], "province"),
        ("660000", ["unit", "province"], "province"),
        ("CBS", ["unit", "city"], "city"),
    ],
)
def test_a_general_accident_climbs_the_levels_that_exist(code: str, chain: list[str], top: str) -> None:
    found = answer({"deaths": 1}, jurisdiction=code)
    names = [level if level == "unit" else f"{level}.work_safety" for level in chain]
    assert hops(found) == list(pairwise(names))
    assert found["climbs_to"] == top
    assert len(arrows(found, rule="HR-7", to=f"{top}.government")) == 1


def test_the_cities_of_the_corps_answer_to_the_corps() -> None:
    assert answer(jurisdiction="659001")["place"] == {"county": "659001", "city": None, "province": "660000"}
    assert answer(jurisdiction="650102")["place"]["province"] == "650000"


def test_a_larger_accident_in_a_municipality_is_investigated_by_it() -> None:
    assert answer({"deaths": 3}, jurisdiction="500103")["investigation"]["authority"] == "province.government"


def test_both_offices_are_owed_and_the_industry_line_climbs_too() -> None:
    found = answer({"deaths": 3}, sector="construction")
    assert due(found, "unit", "county.industry") == "09:10"
    assert due(found, "county.industry", "city.industry") == "11:10"
    assert due(found, "city.industry", "province.industry") == "13:10"
    assert arrows(found, sender="province.industry") == []


def test_coal_has_the_inspectorate_in_the_place_of_the_industry_line() -> None:
    receipts = {"county": at("08:50"), "city.coal_inspectorate": at("08:55")}
    found = answer({"deaths": 3}, sector="coal_mine", receipts=receipts)
    assert due(found, "city.coal_inspectorate", "province.coal_inspectorate") == "10:55"
    assert due(found, "county.work_safety", "city.work_safety") == "10:50"
    assert arrows(found, to="county.industry") == []
    assert found["investigation"]["rule"] == "RX-COAL-1"


def test_four_bodies_are_notified_at_every_level_that_receives() -> None:
    found = answer({"deaths": 10})
    told = {duty["to"] for duty in arrows(found, kind="notify", rule="R493-10.3")}
    bodies = ("police", "labour", "union", "procuratorate")
    levels = ("county", "city", "province", "state")
    assert told == {f"{level}.{body}" for level in levels for body in bodies}


def test_hazardous_chemicals_tell_environment_police_and_health_at_once() -> None:
    found = answer({"deaths": 1}, sector="hazchem")
    told = {duty["to"]: duty["due_at"] for duty in arrows(found, rule="RX-HAZ")}
    assert set(told) == {"county.environment", "county.police", "county.health"}
    assert set(told.values()) == {at("08:10")}


def test_an_office_counts_from_its_own_receipt_and_lateness_is_kept_by_the_second() -> None:
    receipts = {"county": at("08:40"), "city": "2007-06-05T10:40:01+08:00", "province": at("12:30")}
    found = answer({"deaths": 4}, receipts=receipts)
    assert arrows(found, to="city.work_safety", kind="report")[0]["late_seconds"] == 1
    assert arrows(found, to="province.work_safety", kind="report")[0]["late_seconds"] == 0
    assert arrows(found, to="province.work_safety")[0]["due_at"] == "2007-06-05T12:40:01+08:00"
    assert "late_seconds" not in arrows(found, to="county.government")[0]


def test_exactly_on_the_limit_is_on_time() -> None:
    found = answer({"deaths": 2}, receipts={"county": at("09:10")})
    assert arrows(found, to="county.work_safety")[0]["late_seconds"] == 0


def test_a_receipt_denied_is_planned_at_the_latest_lawful_moment_and_never_late() -> None:
    found = answer({"deaths": 3}, receipts={"county": at("08:30"), "city": None})
    [to_city] = arrows(found, to="city.work_safety", kind="report")
    [to_province] = arrows(found, to="province.work_safety", kind="report")
    assert "late_seconds" not in to_city
    assert (to_province["due_at"], to_province["planned"]) == (at("12:30"), True)


def test_lateness_is_judged_as_of_a_moment() -> None:
    found = answer({"deaths": 2}, receipts={"county": at("12:10")}, as_of=at("10:10"))
    assert arrows(found, to="county.work_safety")[0]["late_seconds"] == 3600


def test_the_earliest_of_several_limits_binds_and_all_are_kept() -> None:
    found = answer({"deaths": 12})
    limits = {
        duty["rule"]: (duty["due_at"][11:16], duty["binding"])
        for duty in arrows(found, sender="state.work_safety", to="state.council")
    }
    assert limits == {"RNG-2": ("12:00", True), "R493-10.4": ("15:10", False)}


def test_limits_from_the_accident_start_with_it() -> None:
    found = answer({"deaths": 12})
    assert arrows(found, rule="RNG-2")[0]["starts_at"] == at("08:00")


def test_a_skipped_level_must_still_be_told() -> None:
    found = answer({"deaths": 6}, receipts={"county": at("08:45"), "province": at("09:00")})
    [skipped] = arrows(found, kind="bypass")
    assert (skipped["from"], skipped["to"]) == ("county.work_safety", "city.work_safety")
    assert (skipped["due_at"], skipped["rule"]) == (at("10:45"), "R493-10.5")


def test_no_level_counts_as_skipped_where_the_law_itself_telephones_past_it() -> None:
    moment = MOMENTS["C"]
    receipts = {"county": later(moment, minutes=40), "province": later(moment, minutes=60)}
    found = answer({"deaths": 6}, occurred_at=moment, receipts=receipts)
    assert arrows(found, kind="bypass") == []


def test_set_c_adds_phone_limits_for_larger_accidents() -> None:
    found = answer({"deaths": 3}, occurred_at=MOMENTS["C"])
    assert due(found, "unit", "province.work_safety", rule="R21-6b") == "09:00"
    assert due(found, "county.work_safety", "province.work_safety", kind="phone") == "10:00"
    assert due(found, "city.work_safety", "province.work_safety", kind="phone") == "12:00"


def test_heavy_social_effect_telephones_the_province_for_a_general_accident() -> None:
    figures = {"deaths": 1, "special": ["heavy_social_effect"]}
    found = answer(figures, occurred_at=MOMENTS["C"])
    assert due(found, "county.work_safety", "province.work_safety", rule="R21-8") == "10:00"


@pytest.mark.parametrize(
    ("figures", "sector", "limit"),
    [
        ({"deaths": 10}, "machinery", "11:00"),
        ({"deaths": 3}, "machinery", "15:00"),
        ({"deaths": 1}, "coal_mine", "15:00"),
        ({"at_risk": 10}, "machinery", "15:00"),
        ({"at_risk": 10, "minor_injuries": 1}, "machinery", "15:00"),
    ],
)
def test_set_d_has_limits_to_the_state_from_the_accident(
    figures: dict[str, Any], sector: str, limit: str
) -> None:
    found = answer(figures, occurred_at=MOMENTS["D"], sector=sector)
    assert due(found, "province.work_safety", "state.work_safety", rule="R24-1") == limit
    assert found["climbs_to"] == "state"


def test_set_d_leaves_a_general_accident_at_the_city() -> None:
    found = answer({"deaths": 1}, occurred_at=MOMENTS["D"])
    assert arrows(found, to="state.work_safety") == []
    assert found["climbs_to"] == "city"


def test_set_a_gives_no_minutes_but_the_day_and_the_four_hours() -> None:
    found = answer({"deaths": 12}, occurred_at=MOMENTS["A"], sector="noncoal_mine")
    numbers = {duty["rule"]: duty["minutes"] for duty in found["obligations"] if duty["minutes"]}
    assert numbers == {"RX-MINE96": 1440, "RNG-2": 240}
    assert {duty["kind"] for duty in found["obligations"] if duty["minutes"]} == {"absolute"}


def test_the_four_hours_begin_with_the_general_plan() -> None:
    assert arrows(answer({"deaths": 12}, occurred_at="2006-01-07T08:00:00+08:00"), rule="RNG-2") == []
    assert arrows(answer({"deaths": 12}, occurred_at="2006-01-08T08:00:00+08:00"), rule="RNG-2") != []


def test_written_report_of_order_34_runs_from_the_unit_knowing() -> None:
    moment = MOMENTS["A"]
    found = answer({"deaths": 30}, occurred_at=moment, unit_informed_at=later(moment, minutes=30))
    [written] = arrows(found, rule="RA-34.2", to="province.government", kind="absolute")
    assert written["due_at"] == later(moment, minutes=30, hours=24)


def supplement(
    clock: str, known_to: str = "county", day: str = "2007-06-05", **figures: Any
) -> dict[str, Any]:
    """Return a supplement with every figure given."""
    return {"at": at(clock, day), "known_to": known_to, "facts": {**ALL_KNOWN, **figures}}


def test_a_rise_climbs_afresh_from_the_office_that_learned_it() -> None:
    found = answer({"deaths": 9}, supplements=[supplement("14:00", "city", "2007-06-08", deaths=10)])
    climb = [duty for duty in found["obligations"] if duty["climb"] == 1 and duty["kind"] != "notify"]
    assert due(found, "city.work_safety", "province.work_safety", climb=1) == "16:00"
    assert due(found, "province.work_safety", "state.work_safety", climb=1) == "18:00"
    assert not [duty for duty in climb if duty["from"] in ("unit", "county.work_safety")]
    [for_the_file] = arrows(found, to="county.work_safety", climb=1)
    assert (for_the_file["kind"], for_the_file["rule"]) == ("follow_up", "HR-12")
    assert arrows(found, rule="RNG-2") == []


def test_a_rise_within_four_hours_keeps_the_limit_from_the_accident() -> None:
    found = answer({"deaths": 9}, supplements=[supplement("11:00", deaths=10)])
    [limit] = arrows(found, rule="RNG-2", sender="state.work_safety")
    assert (limit["starts_at"], limit["due_at"]) == (at("11:00"), at("12:00"))


def test_a_later_rise_in_set_d_gives_the_state_fresh_hops() -> None:
    moment = MOMENTS["D"]
    risen = {"at": later(moment, days=1), "known_to": "county", "facts": {**ALL_KNOWN, "deaths": 3}}
    found = answer({"deaths": 2}, occurred_at=moment, supplements=[risen])
    assert due(found, "province.work_safety", "state.work_safety", climb=1) == "14:00"


def test_an_old_receipt_does_not_answer_a_new_climb() -> None:
    receipts = {"county": at("08:30"), "city": at("09:00"), "province": at("18:00")}
    found = answer({"deaths": 2}, receipts=receipts, supplements=[supplement("14:00", deaths=3)])
    [old] = arrows(found, to="city.work_safety", kind="report", climb=0)
    [new] = arrows(found, to="city.work_safety", kind="report", climb=1)
    assert old["late_seconds"] == 0
    assert "late_seconds" not in new
    assert arrows(found, to="province.work_safety", climb=1)[0]["late_seconds"] == 0


def test_a_fall_withdraws_only_what_was_neither_done_nor_due() -> None:
    receipts = {"county": at("08:30"), "city": at("08:50")}
    found = answer({"deaths": 10}, receipts=receipts, supplements=[supplement("10:00", deaths=2)])
    withdrawn = {
        (duty["from"], duty["to"], duty["rule"]) for duty in found["obligations"] if "withdrawn_at" in duty
    }
    assert ("city.work_safety", "province.work_safety", "R493-10.1") in withdrawn
    assert ("state.work_safety", "state.council", "RNG-2") in withdrawn
    assert not [arrow for arrow in withdrawn if arrow[0] in ("unit", "county.work_safety")]
    assert {duty["withdrawn_at"] for duty in found["obligations"] if "withdrawn_at" in duty} == {at("10:00")}


def test_a_withdrawn_duty_never_binds() -> None:
    found = answer({"deaths": 10}, supplements=[supplement("10:00", deaths=2)])
    assert not [duty for duty in found["obligations"] if "withdrawn_at" in duty and duty["binding"]]


def test_a_fall_corrects_everyone_who_had_the_higher_grade() -> None:
    found = answer({"deaths": 10}, supplements=[supplement("09:00", day="2007-06-06", deaths=9)])
    told = {duty["to"] for duty in arrows(found, rule="HR-12")}
    assert {"state.council", "state.work_safety", "province.work_safety", "city.work_safety"} <= told
    assert {"county.government", "city.government", "province.government"} <= told
    assert not [duty for duty in found["obligations"] if "withdrawn_at" in duty]


def test_a_fall_from_serious_in_set_d_moves_the_limit_to_the_state() -> None:
    moment = MOMENTS["D"]
    fallen = {"at": later(moment, hours=1), "known_to": "county", "facts": {**ALL_KNOWN, "deaths": 9}}
    found = answer({"deaths": 10}, occurred_at=moment, supplements=[fallen])
    three, seven = sorted(arrows(found, rule="R24-1"), key=lambda duty: duty["due_at"])
    assert (three["minutes"], three["withdrawn_at"]) == (180, later(moment, hours=1))
    assert (seven["minutes"], seven["binding"]) == (420, True)


def test_a_grade_that_falls_and_rises_again_climbs_a_third_time() -> None:
    changes = [supplement("10:00", deaths=9), supplement("12:00", deaths=10)]
    found = answer({"deaths": 10}, supplements=changes)
    assert [entry["climb"] for entry in found["history"]] == [0, None, 1]
    assert [entry["reporting_grade"] for entry in found["history"]] == ["II", "III", "II"]


def test_a_change_without_a_rise_is_passed_on_by_the_same_way() -> None:
    found = answer({"deaths": 3}, supplements=[supplement("14:00", deaths=4)])
    told = {duty["to"] for duty in arrows(found, rule="R493-13.2")}
    assert {"city.work_safety", "province.work_safety", "city.government"} <= told
    assert "state.work_safety" not in told
    assert {duty["kind"] for duty in arrows(found, rule="R493-13.2")} == {"follow_up"}


def test_since_order_21_a_change_is_passed_on_the_same_day() -> None:
    moment = MOMENTS["E"]
    grown = {"at": later(moment, hours=6), "known_to": "county", "facts": {**ALL_KNOWN, "deaths": 4}}
    found = answer({"deaths": 3}, occurred_at=moment, supplements=[grown])
    assert {duty["due_at"] for duty in arrows(found, rule="R21-11b")} == {"2026-11-22T00:00:00+08:00"}


def test_a_skipped_known_to_level_is_the_next_one_up() -> None:
    found = answer({"deaths": 2}, jurisdiction="500103", supplements=[supplement("14:00", "city", deaths=10)])
    assert due(found, "province.work_safety", "state.work_safety", climb=1) == "16:00"


@pytest.mark.parametrize(
    ("set_id", "figures", "a_day"),
    [("C", {"deaths": 2}, 1), ("C", {"deaths": 10}, 2), ("E", {"deaths": 30}, 2)],
)
def test_follow_ups_are_owed_daily_or_twice_a_day(set_id: str, figures: dict[str, Any], a_day: int) -> None:
    found = answer(figures, occurred_at=MOMENTS[set_id])
    owed = [duty for duty in found["obligations"] if duty.get("per_day")]
    assert {duty["per_day"] for duty in owed} == {a_day}
    assert {duty["due_at"] for duty in owed} == {later(MOMENTS[set_id][:10] + "T00:00:00+08:00", days=2)}


def test_heavy_social_effect_asks_for_two_follow_ups_a_day() -> None:
    figures = {"deaths": 1, "special": ["heavy_social_effect"]}
    found = answer(figures, occurred_at=MOMENTS["D"])
    assert {duty["per_day"] for duty in found["obligations"] if duty["rule"] == "R24-2"} == {2}


def test_there_are_no_daily_follow_ups_before_order_21() -> None:
    assert not [duty for duty in answer({"deaths": 10})["obligations"] if duty.get("per_day")]


def test_trapped_then_dead_is_right_for_its_time_and_opens_the_way_to_the_state() -> None:
    moment = MOMENTS["E"]
    first = {**ALL_KNOWN, "trapped": 3, "at_risk": 3}
    second = {**ALL_KNOWN, "deaths": 12}
    changes = [{"at": later(moment, hours=11), "known_to": "county", "facts": second}]
    found = answer(facts=first, occurred_at=moment, supplements=changes)
    assert [entry["reporting_grade"] for entry in found["history"]] == ["near_miss", "II"]
    assert due(found, "county.work_safety", "city.work_safety", climb=1, kind="report") == "21:00"
