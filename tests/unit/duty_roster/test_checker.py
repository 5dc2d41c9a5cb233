"""Judging a roster problem's assignments."""

import json

import pytest
from click.testing import CliRunner

from duty_roster.checker import check
from duty_roster.cli import cli
from duty_roster.problem import read_problem
from responder.core.errors import InvalidInput


def problem(assignments=(), *, person=None, days=14, **members):
    """A fortnight from Monday 1 October 2007, shifts D, E and whole days W, one person A besides B."""
    document = {
        "start": "2007-10-01",
        "days": days,
        "shift_kinds": [
            {"id": "D", "starts": "08:00", "minutes": 720, "not_followed_by": []},
            {"id": "E", "starts": "20:00", "minutes": 720, "not_followed_by": ["D"]},
            {"id": "W", "starts": "08:00", "minutes": 1440},
        ],
        "people": [{"id": "A", "posts": ["officer"], **(person or {})}, {"id": "B"}],
        "assignments": [{"person": p, "day": d, "shift": s} for p, d, s in assignments],
        **members,
    }
    return read_problem(json.dumps(document))


def found(document):
    return [(f.rule, f.limit, f.severity.value, f.days, f.cost) for f in check(document).findings]


def run(days, shift="D"):
    return [("A", day, shift) for day in days]


def test_a_roster_that_meets_its_demand_has_no_finding():
    assert found(problem(run([0]), demand=[{"day": 0, "shift": "D", "need": 1}])) == []


@pytest.mark.parametrize(
    ("need", "weights", "expected"),
    [
        (3, {}, ("R02", "demand", "hard", (0, 0), None)),
        (3, {"under_weight": 100}, ("R02", "demand", "soft", (0, 0), 200)),
        (0, {"under_weight": 100, "over_weight": 7}, ("R02", "demand", "soft", (0, 0), 7)),
        (0, {"under_weight": 100}, ("R02", "demand", "hard", (0, 0), None)),
    ],
)
def test_a_missing_or_surplus_person_costs_its_weight_and_is_hard_without_one(need, weights, expected):
    assert found(problem(run([0]), demand=[{"day": 0, "shift": "D", "need": need, **weights}])) == [expected]


def test_demand_for_a_post_counts_a_person_who_has_only_that_post():
    demand = [{"day": 0, "shift": "D", "post": "officer", "need": 1}]
    assert found(problem(run([0]), demand=demand)) == []
    assert [f[1] for f in found(problem([("B", 0, "D")], demand=demand))] == ["demand"]


def test_two_shifts_on_one_day_are_two_seats():
    assert ("R05", "one_shift_a_day", "hard", (3, 3), None) in found(problem([("A", 3, "D"), ("A", 3, "W")]))


def test_a_shift_that_may_not_follow_is_found_on_the_next_day_only():
    assert [f[:2] for f in found(problem([("A", 0, "E"), ("A", 1, "D")]))] == [("R08", "not_followed_by")]
    assert found(problem([("A", 0, "E"), ("A", 2, "D")])) == []


@pytest.mark.parametrize(
    ("limits", "worked", "expected"),
    [
        ({"max_shifts": {"D": 2}}, [0, 3, 6], "max_shifts"),
        ({"max_minutes": 1440}, [0, 3, 6], "max_minutes"),
        ({"min_minutes": 2161}, [0, 3, 6], "min_minutes"),
        ({"max_consecutive": 2}, [3, 4, 5], "max_consecutive"),
        ({"min_consecutive": 2}, [3, 5, 6], "min_consecutive"),
        ({"min_consecutive_off": 2}, [3, 5, 6], "min_consecutive_off"),
        ({"max_weekends": 1}, [5, 12], "max_weekends"),
        ({"days_off": [4]}, [3, 4], "days_off"),
    ],
)
def test_each_limit_is_found_broken_and_hard(limits, worked, expected):
    findings = found(problem(run(worked), person=limits))
    assert [(f[1], f[2]) for f in findings] == [(expected, "hard")]


@pytest.mark.parametrize(
    ("limits", "worked"),
    [
        ({"max_shifts": {"D": 3, "W": 0}}, [0, 3, 6]),
        ({"max_minutes": 2160, "min_minutes": 2160}, [0, 3, 6]),
        ({"max_consecutive": 3}, [3, 4, 5]),
        ({"min_consecutive": 2}, [0, 3, 4, 13]),
        ({"min_consecutive_off": 2}, [1, 2, 5, 12]),
        ({"max_weekends": 1}, [5, 6]),
    ],
)
def test_a_limit_just_kept_and_a_run_cut_by_the_edge_are_no_finding(limits, worked):
    assert found(problem(run(worked), person=limits)) == []


def test_days_worked_before_the_roster_lengthen_its_first_run():
    person = {"max_consecutive": 3, "carried": {"consecutive": 2}}
    assert [f[1] for f in found(problem(run([0, 1]), person=person))] == ["max_consecutive"]
    assert found(problem(run([1, 2]), person=person)) == []


def test_wishes_cost_their_weight_and_are_hard_without_one():
    person = {
        "on_requests": [{"day": 0, "shift": "D", "weight": 2}, {"day": 1, "shift": "D", "weight": 5}],
        "off_requests": [{"day": 0, "shift": "D"}, {"day": 0, "shift": "E", "weight": 9}],
    }
    verdict = check(problem(run([0]), person=person))
    assert {(f.limit, f.severity.value, f.cost) for f in verdict.findings} == {
        ("on_requests", "soft", 5),
        ("off_requests", "hard", None),
    }
    assert (verdict.penalty, verdict.is_lawful) == (5, False)


def test_a_locked_cell_must_be_kept():
    locked = [{"person": "A", "day": 0, "shift": "D", "post": "officer"}]
    assert found(problem(run([0]), locked=locked)) == []
    assert found(problem(run([1]), locked=locked)) == [("R26", "locked", "hard", (0, 0), None)]


@pytest.mark.parametrize(
    ("rule", "assignments", "broken"),
    [
        ({"id": "R08", "parameters": {"rest_hours": 24}}, [("A", 0, "W"), ("A", 2, "D")], False),
        ({"id": "R08", "parameters": {"rest_hours": 25}}, [("A", 0, "W"), ("A", 2, "D")], True),
        ({"id": "R08"}, [("A", 0, "W"), ("A", 1, "D")], True),
        ({"id": "R08"}, [("A", 0, "D"), ("A", 1, "D")], False),
        ({"id": "R09"}, [("A", 0, "W"), ("A", 1, "W")], True),
        ({"id": "R09"}, run([0, 1, 2]), False),
        ({"id": "R09"}, run([0, 1, 2, 3]), True),
        ({"id": "R10"}, run(range(7)), True),
        ({"id": "R10"}, run([0, 1, 2, 4, 5, 6]), False),
        ({"id": "R11", "parameters": {"max_duties": 2}}, run([0, 3, 6]), True),
        ({"id": "R11"}, run([0, 3, 6]), False),
    ],
)
def test_a_rule_of_the_catalogue_binds_only_where_it_is_named(rule, assignments, broken):
    assert found(problem(assignments)) == []
    assert [f[0] for f in found(problem(assignments, rules=[rule]))] == ([rule["id"]] if broken else [])


def test_a_soft_rule_costs_its_weight():
    rule = {"id": "R09", "hard": False, "weight": 20, "parameters": {"max_consecutive": 1}}
    verdict = check(problem(run([0, 1]), rules=[rule]))
    assert (verdict.is_lawful, verdict.penalty) == (True, 20)


def test_a_rule_that_cannot_be_judged_is_named():
    assert check(problem(rules=[{"id": "R23"}, {"id": "R08"}])).unjudged == ("R23",)


@pytest.mark.parametrize(
    "members",
    [
        {"demand": [{"day": 99, "shift": "D", "need": 1}]},
        {"demand": [{"day": 0, "shift": "X", "need": 1}]},
        {"locked": [{"person": "Z", "day": 0, "shift": "D"}]},
        {"rules": [{"id": "eight"}]},
        {"people": [{"id": "A"}, {"id": "A"}]},
        {"people": [{"id": "A", "max_shift": {"D": 1}}]},
    ],
)
def test_a_document_that_names_what_is_not_there_is_refused(members):
    with pytest.raises(InvalidInput):
        problem(**members)


def test_a_parameter_that_is_no_number_is_refused_with_its_place():
    with pytest.raises(InvalidInput) as refused:
        check(problem(run([0, 1]), rules=[{"id": "R08", "parameters": {"rest_hours": "long"}}]))
    assert list(refused.value.errors) == ["rules.R08.parameters.rest_hours"]


def document(*, shift_on_day_one):
    return {
        "start": "2007-10-01",
        "days": 2,
        "shift_kinds": [{"id": "D", "starts": "08:00", "minutes": 1440, "not_followed_by": ["D"]}],
        "people": [{"id": "A"}],
        "assignments": [
            {"person": "A", "day": d, "shift": "D"} for d in ([0, 1] if shift_on_day_one else [0])
        ],
    }


@pytest.mark.parametrize(("shift_on_day_one", "status"), [(False, 0), (True, 1)])
def test_the_command_answers_json_and_exits_1_when_a_hard_rule_is_broken(shift_on_day_one, status, tmp_path):
    file = tmp_path / "roster.json"
    file.write_text(json.dumps(document(shift_on_day_one=shift_on_day_one)))
    done = CliRunner().invoke(cli, ["check", str(file)])
    answer = json.loads(done.stdout)
    assert (done.exit_code, answer["hard"]) == (status, status)
    for violation in answer["violations"]:
        assert {"rule", "severity", "who", "when", "message"} <= set(violation)


@pytest.mark.parametrize("text", ["", "[]", "{", '{"start": 1}', "\xff"])
def test_the_command_refuses_what_is_no_document_with_status_2(text):
    done = CliRunner().invoke(cli, ["check", "-"], input=text)
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr
