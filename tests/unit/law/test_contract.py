"""The contract of `responder assess`: what is refused, and what is answered all the same."""

import json
import subprocess
import sys
from typing import Any

import pytest
from click.testing import CliRunner

from responder.law.cli import assess
from responder.law.contract import answer_line
from tests.unit.law.cases import ALL_KNOWN, answer, at, case, refusal


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"occurred_at": "2007-02-30T08:00:00+08:00"}, "occurred_at"),
        ({"occurred_at": "2007-06-05T08:00:00"}, "occurred_at"),
        ({"occurred_at": "yesterday"}, "occurred_at"),
        ({"occurred_at": 1181001600}, "occurred_at"),
        ({"occurred_at": None}, "occurred_at"),
        ({"occurred_at": "9999-12-31T08:00:00+08:00"}, "occurred_at"),
        ({"unit_informed_at": at("07:59")}, "unit_informed_at"),
        ({"jurisdiction": "999999"}, "jurisdiction"),
        ({"jurisdiction": "710000"}, "jurisdiction"),
        ({"jurisdiction": None}, "jurisdiction"),
        ({"jurisdiction": 220605}, "jurisdiction"),
        ({"sector": "astronautics"}, "sector"),
        ({"sector": None}, "sector"),
        ({"accident_type": 7}, "accident_type"),
        ({"facts": {"deaths": -1}}, "facts.deaths"),
        ({"facts": {"deaths": 1.5}}, "facts.deaths"),
        ({"facts": {"deaths": True}}, "facts.deaths"),
        ({"facts": {"deaths": "3"}}, "facts.deaths"),
        ({"facts": {"deaths": 10**30}}, "facts.deaths"),
        ({"facts": {"dead": 3}}, "facts.dead"),
        ({"facts": {"direct_loss_yuan": -0.01}}, "facts.direct_loss_yuan"),
        ({"facts": {"direct_loss_yuan": float("nan")}}, "facts.direct_loss_yuan"),
        ({"facts": {"special": "key_site_endangered"}}, "facts.special"),
        ({"facts": {"special": ["key_site_endangred"]}}, "facts.special"),
        ({"facts": {"special": ["fatal"]}}, "facts.special"),
        ({"supplements": [{"at": at("09:00"), "facts": {"special": ["?"]}}]}, "supplements.0.facts.special"),
        ({"facts": []}, "facts"),
        ({"receipts": {"township": at("09:00")}}, "receipts.township"),
        ({"receipts": {"county.press": at("09:00")}}, "receipts.county.press"),
        ({"receipts": {"unit": at("09:00")}}, "receipts.unit"),
        ({"receipts": {"county": at("07:00")}}, "receipts.county"),
        ({"receipts": {"county": "noon"}}, "receipts.county"),
        ({"receipts": []}, "receipts"),
        ({"supplements": [{"at": at("07:00"), "facts": {}}]}, "supplements.0.at"),
        ({"supplements": [{"facts": {}}]}, "supplements.0.at"),
        ({"supplements": [{"at": at("09:00"), "facts": {"deaths": -1}}]}, "supplements.0.facts.deaths"),
        ({"supplements": [{"at": at("09:00"), "changed_at": at("10:00")}]}, "supplements.0.changed_at"),
        ({"supplements": [{"at": at("09:00"), "known_to": "press"}]}, "supplements.0.known_to"),
        ({"supplements": {}}, "supplements"),
        ({"supplements": [7]}, "supplements.0"),
        ({"as_of": at("07:00")}, "as_of"),
        ({"investigation": {"appraisal_days": -1}}, "investigation.appraisal_days"),
        ({"investigation": {"extension_days": 91}}, "investigation.extension_days"),
        ({"investigation": {"report_received_on": "2007-13-01"}}, "investigation.report_received_on"),
        ({"investigation": {"report_received_on": "2007-06-04"}}, "investigation.report_received_on"),
        ({"power": {"grid": "global"}}, "power.grid"),
        ({"railway": {"freight_cars_derailed": 1.5}}, "railway.freight_cars_derailed"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(more: dict[str, Any], field: str) -> None:
    assert refusal(**more)["field"] == field


@pytest.mark.parametrize("line", ["", "nonsense", "[1]", "7", "{", "[" * 100_000, b"\xff\xfe", '{"id": "x"}'])
def test_a_line_that_is_no_case_is_refused(line: str | bytes) -> None:
    text, good = answer_line(line)
    assert not good
    assert set(json.loads(text)) == {"id", "error"}


def test_a_bad_line_leaves_the_others_answered_and_the_exit_status_says_so() -> None:
    lines = [
        json.dumps(case(id="good")),
        json.dumps(case(id="bad", sector="?")),
        "",
        json.dumps(case(id="last")),
    ]
    result = CliRunner().invoke(assess, input="\n".join(lines))
    answers = [json.loads(line) for line in result.stdout.splitlines()]
    assert [found["id"] for found in answers] == ["good", "bad", "last"]
    assert answers[1]["error"]["field"] == "sector"
    assert result.exit_code == 1


def test_good_lines_exit_with_nought() -> None:
    result = CliRunner().invoke(assess, input=json.dumps(case()) + "\n")
    assert result.exit_code == 0


def test_the_engine_runs_without_the_rest_of_the_product() -> None:
    code = "import sys, responder.law.cli; print([m for m in ('flask', 'sqlalchemy') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_answer_has_every_member_of_the_contract() -> None:
    found = answer({"deaths": 3}, receipts={"county": at("08:30")})
    assert set(found) >= {
        "id", "rule_set", "reporting_grade", "final_grade", "grade_word", "may_rise", "reasons", "climbs_to",
        "obligations", "history", "window_closes_at", "counted", "investigation", "warnings",
    }  # fmt: skip
    wanted = {"from", "to", "starts_at", "due_at", "rule", "kind", "binding", "status"}
    assert all(set(duty) >= wanted for duty in found["obligations"])
    assert all({"rule", "criterion", "value", "threshold"} <= set(reason) for reason in found["reasons"])
    assert {"authority", "report_due_on", "decision_due_on", "rule"} <= set(found["investigation"])


def test_times_of_any_offset_are_the_same_instant() -> None:
    beijing = answer({"deaths": 3})
    utc = answer({"deaths": 3}, occurred_at="2007-06-05T00:00:00Z", unit_informed_at="2007-06-05T00:10:00Z")
    assert utc == beijing


def test_figures_of_a_supplement_that_are_not_given_stay_as_they_were() -> None:
    found = answer(
        {"deaths": 2, "serious_injuries": 9}, supplements=[{"at": at("11:00"), "facts": {"deaths": 3}}]
    )
    assert found["counted"] == {
        "deaths": 3,
        "serious_injuries": 9,
        "acute_poisonings": 0,
        "direct_loss_yuan": 500000,
        "missing": 0,
    }


def test_contradictions_and_falls_are_flagged_and_kept() -> None:
    assert "contradictory_figures" in answer({"trapped": 2, "trapped_without_contact": 3})["warnings"]
    fallen = answer({"deaths": 3}, supplements=[{"at": at("11:00"), "facts": {**ALL_KNOWN, "deaths": 1}}])
    assert "figures_fell" in fallen["warnings"]


@pytest.mark.parametrize(
    ("moment", "changed"),
    [("2009-06-30T12:00:00+08:00", False), ("2009-06-30T22:30:00+08:00", True)],
)
def test_an_incident_that_outlasts_its_rule_set_says_so(moment: str, changed: bool) -> None:
    found = answer({"deaths": 1}, occurred_at=moment)
    assert found["rule_set"] == "B"
    assert ("rule_set_changed_during_incident" in found["warnings"]) is changed


@pytest.mark.parametrize(
    ("moment", "rule_set"),
    [
        ("1990-01-01T00:00:00+08:00", "A"),
        ("2007-05-31T23:59:59+08:00", "A"),
        ("2007-06-01T00:00:00+08:00", "B"),
        ("2007-05-31T16:00:00+00:00", "B"),
        ("2009-06-30T23:59:59+08:00", "B"),
        ("2009-07-01T00:00:00+08:00", "C"),
        ("2010-03-01T00:00:00+08:00", "D"),
        ("2019-03-31T23:59:59+08:00", "D"),
        ("2019-04-01T00:00:00+08:00", "E"),
        ("2099-01-01T00:00:00+08:00", "E"),
    ],
)
def test_the_moment_of_the_accident_picks_the_set(moment: str, rule_set: str) -> None:
    assert answer(occurred_at=moment)["rule_set"] == rule_set
