"""Every grade, limit and next step can be read as a sentence, in both languages."""

import pytest

from responder.law.case_reading import read_case
from responder.law.engine import assess
from responder.law.explain import Sentence, explain_obligation, explain_reason, explain_step, party_name
from responder.law.model import Party
from responder.law.steps import next_steps_up
from tests.unit.law.cases import MOMENTS, case

BUSY = {
    "deaths": 9,
    "trapped": 4,
    "at_risk": 12,
    "evacuated": 600,
    "under_observation": 30,
    "acute_poisonings": None,
}


def chinese(sentence: Sentence) -> bool:
    """Return whether there is Chinese on one side and none on the other."""
    return any(ord(c) > 0x4E00 for c in sentence.zh) and not any(ord(c) > 0x4E00 for c in sentence.en)


@pytest.mark.parametrize("moment", MOMENTS.values(), ids=MOMENTS)
@pytest.mark.parametrize("sector", ["coal_mine", "hazchem", "rail"])
def test_every_reason_and_duty_is_a_sentence_in_both_languages(moment: str, sector: str) -> None:
    found = assess(read_case(case(BUSY, occurred_at=moment, sector=sector)))
    sentences = [explain_reason(reason) for reason in found.reasons]
    sentences += [explain_obligation(duty, found.rule_set) for duty in found.obligations]
    sentences += [explain_step(step) for step in next_steps_up(found.case)]
    assert all(chinese(sentence) for sentence in sentences)


def test_a_house_rule_says_that_it_is_one() -> None:
    found = assess(read_case(case({"deaths": 1})))
    [last] = [duty for duty in found.obligations if duty.rule == "HR-7"]
    assert "house rule, not law" in explain_obligation(last).en
    assert "本系统内定" in explain_obligation(last).zh


def test_the_offices_are_called_by_the_name_of_the_day() -> None:
    office = Party.parse("city")
    assert party_name(office, "B").zh == "市级安全生产监管部门"
    assert party_name(office, "E").zh == "市级应急管理部门"
    assert party_name(Party.parse("state.council")).zh == "国务院"
    assert party_name(Party.parse("unit")).zh == "事故单位"
