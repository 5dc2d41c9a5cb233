"""Rule sets as data: the shipped ones, and one that an administrator adds without code."""

from datetime import datetime

import pytest

from responder.law.engine import assess
from responder.law.model import BEIJING, Case, Facts, Kind, Status
from responder.law.places import UnknownPlace, name_of, place_of
from responder.law.registry import shipped
from responder.law.steps import next_steps_up
from responder.law.toml_rows import RuleSetError

LATER = """
id = "F"
inherits = "E"
drop = "R24-1"
title_zh = "试行"
title_en = "On trial"
valid_from = 2030-01-01

[source]
RNEW = { zh = "新办法", en = "New rule", year = 2029 }

[[arrow]]
rule = "RNEW-1"
article = "7"
kind = "absolute"
from = "province.work_safety"
to = "state.work_safety"
minutes = 120
clock = "occurred"
grades = "I II"
"""


def happening(
    year: int, *, deaths: int, serious_injuries: int | None = None, direct_loss_yuan: int | None = None
) -> Case:
    """Return an accident in Jiangyuan with some figures."""
    facts = Facts(deaths=deaths, serious_injuries=serious_injuries, direct_loss_yuan=direct_loss_yuan)
    return Case(datetime(year, 5, 1, 8, tzinfo=BEIJING), place_of("220605"), "machinery", facts)


def test_every_row_of_the_shipped_sets_cites_an_instrument() -> None:
    for rule_set in shipped().values():
        for arrow in rule_set.arrows:
            assert arrow.rule.source.instrument_zh and arrow.rule.source.year
            assert arrow.rule.id.startswith("HR-") == (arrow.rule.status is Status.HOUSE_RULE)
            if arrow.minutes == 0:
                assert arrow.rule.limit_status is not Status.LAW, arrow.rule.id


def test_a_later_set_is_added_without_code_and_leaves_the_others_alone() -> None:
    sets = shipped().with_added(LATER)
    new, old = (assess(happening(year, deaths=10), sets) for year in (2031, 2029))
    assert (new.rule_set, old.rule_set) == ("F", "E")
    limits = {o.rule: o.minutes for o in new.obligations if o.kind is Kind.ABSOLUTE}
    assert limits == {"RNEW-1": 120, "RNG-2": 240}
    assert "F" not in shipped()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("id = ", "no TOML"),
        ('title_zh = "x"', "id is missing"),
        (LATER.replace('"F"', '"E"', 1), "set E exists"),
        (LATER.replace('inherits = "E"', 'inherits = "X"'), "inherits from X"),
        (LATER.replace("minutes = 120", "minutes = -1"), "must not be negative"),
        (LATER.replace("minutes = 120", "minutes = true"), "minutes must be int"),
        (LATER.replace('"province.work_safety"', '"province.tea"'), "unknown party province.tea"),
        (LATER.replace('"RNEW-1"', '"ROLD-1"'), "source ROLD is not listed"),
        (LATER.replace('grades = "I II"', 'grades = "V"'), "grades: unknown V"),
        (LATER.replace('clock = "occurred"', 'clock = "noon"'), "clock: unknown noon"),
        (LATER + 'surprise = "x"', "unknown surprise"),
        (LATER.replace("2030-01-01", "2030-01-01T00:00:00"), "valid_from must be date"),
    ],
)
def test_a_set_that_cannot_be_used_is_refused_by_its_row(text: str, message: str) -> None:
    with pytest.raises(RuleSetError, match=message):
        shipped().with_added(text)


def test_places_know_their_names_and_strangers_are_refused() -> None:
    assert name_of("220605") == "江源区"
    assert name_of("CBS").startswith("长白山")
    assert place_of("110101").is_municipality and not place_of("220605").is_municipality
    with pytest.raises(UnknownPlace, match="no jurisdiction"):
        place_of("123456")
    with pytest.raises(UnknownPlace, match="outside the reporting chain"):
        place_of("810000")


def test_one_more_death_makes_this_serious_and_then_also_the_state_is_told() -> None:
    step = next_steps_up(happening(2008, deaths=9, serious_injuries=0, direct_loss_yuan=0))[0]
    assert (step.criterion, step.more, step.grade.value) == ("deaths", 1, "II")
    opened = {(hop.sender.text, hop.addressee.text) for hop in step.opens}
    assert ("province.work_safety", "state.work_safety") in opened
    assert ("state.work_safety", "state.council") in opened
    assert ("unit", "county.work_safety") not in opened


def test_an_unknown_figure_counts_its_step_from_nothing() -> None:
    steps = {step.criterion: step for step in next_steps_up(happening(2008, deaths=1))}
    assert (steps["deaths"].more, steps["deaths"].from_unknown) == (2, False)
    assert (steps["serious_injuries"].more, steps["serious_injuries"].from_unknown) == (10, True)


def test_nothing_lifts_the_highest_grade() -> None:
    assert next_steps_up(happening(2008, deaths=30)) == ()
