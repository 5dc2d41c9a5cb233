"""Authority, steps, numbers and the accident table."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from responder.dispatch import capabilities, rules
from responder.dispatch.rules import Seat, Step
from responder.foundation.web.lexicon import ACCIDENT_TYPES, SECTORS

BAISHAN, TONGHUA = Seat("220000", "220600", None), Seat("220000", "220500", None)
SHENYANG, JIANGYUAN = Seat("210000", "210100", None), Seat("220000", "220600", "220605")
JILIN = Seat("220000", None, None)


@pytest.mark.parametrize(
    ("level", "office", "force", "kind", "via"),
    [
        ("province", JILIN, TONGHUA, "order", None),
        ("province", JILIN, SHENYANG, "request", "000000"),
        ("city", BAISHAN, JIANGYUAN, "order", None),
        ("city", BAISHAN, TONGHUA, "request", "220000"),
        ("county", JIANGYUAN, Seat("220000", "220600", "220621"), "request", "220600"),
        ("county", JIANGYUAN, JIANGYUAN, "order", None),
        ("state", Seat(None, None, None), SHENYANG, "order", None),
    ],
)
def test_ones_own_area_is_ordered_another_asked_through_the_lowest_common_office(
    level, office, force, kind, via
):
    found = rules.authority(level, office, force, is_partner=False)
    assert (found.kind, found.via) == (kind, via)


def test_another_departments_force_is_always_asked_even_next_door():
    assert rules.authority("state", BAISHAN, BAISHAN, is_partner=True).kind == "request"


def test_the_steps_of_an_order_come_in_their_order():
    state = "issued"
    for step, after in (
        ("accept", "accepted"),
        ("depart", "departed"),
        ("arrive", "arrived"),
        ("release", "released"),
    ):
        assert rules.out_of_order("order", state, Step(step)) is None
        state = rules.MOVES[Step(step)].after or state
        assert state == after


@given(st.sampled_from(sorted(rules.ORDER_STATES)), st.sampled_from(list(Step)))
def test_a_refused_step_says_what_can_come_next(state, step):
    refusal = rules.out_of_order("order", state, step)
    assert (refusal is None) == (state in rules.MOVES[step].before)
    if refusal is not None:
        assert rules.ORDER_STATES[state].zh in refusal.zh


def test_an_order_that_is_over_takes_no_step_at_all():
    for state in ("declined", "released", "recalled"):
        assert all(rules.out_of_order("order", state, step) for step in Step)


@pytest.mark.parametrize(
    ("level", "code", "name", "short"),
    [
        ("province", "220000", "吉林省", "吉"),
        ("state", "000000", "全国", "应急"),
        ("city", "220600", "白山市", "白山"),
        ("county", "220605", "江源区", "江源"),
        ("city", "222400", "延边朝鲜族自治州", "延边朝鲜族"),
    ],
)
def test_numbers_begin_with_the_short_name_of_the_office(level, code, name, short):
    assert rules.series_short(level, code, name) == short


def test_numbers_of_an_exercise_are_marked():
    assert rules.order_number("吉", "order", 2026, 12, exercise=False) == "吉调〔2026〕12 号"
    assert rules.order_number("吉", "request", 2026, 1, exercise=True) == "演吉请〔2026〕1 号"


def test_only_a_higher_office_takes_the_command_by_itself():
    assert not rules.refuses_takeover("province", "city")
    assert rules.refuses_takeover("city", "city")
    assert rules.refuses_takeover("county", "state")


def test_every_kind_of_accident_asks_for_known_capabilities():
    known = set(capabilities.words())
    for sector in SECTORS:
        for accident_type in (*ACCIDENT_TYPES, None):
            need = capabilities.requirement(accident_type, sector)
            assert set(need.must) | set(need.should) <= known
            assert need.asked_mask == capabilities.mask(need.asked)


@pytest.mark.parametrize(
    ("accident_type", "sector", "must"),
    [
        ("gas_explosion", "coal_mine", ("M-SAR", "M-GAS", "M-VENT")),
        ("gas_explosion", "construction", ("M-SAR", "M-GAS", "M-VENT", "P-SAR")),
        ("flooding", "coal_mine", ("M-PUMP", "M-SAR", "M-LOC")),
        ("leak", "hazchem", ("C-DET", "C-PPE1", "C-PLUG", "C-EVAC")),
        ("fire", "hazchem", ("C-FOAM", "C-COOL")),
        ("fire", "coal_mine", ("M-SAR", "M-FIRE", "M-GAS")),
        ("explosion", "fireworks", ("C-COOL", "P-SAR", "C-EVAC")),
    ],
)
def test_the_accident_table_is_that_of_the_matching_table(accident_type, sector, must):
    assert capabilities.requirement(accident_type, sector).must == must


def test_nobody_is_asked_for_what_somebody_else_does_in_every_place():
    assert "C-EVAC" not in capabilities.requirement("leak", "hazchem").asked


def test_the_national_plan_names_26_and_20():
    assert dict(capabilities.plan().counts) == {"mining": 26, "chemical": 20}
    assert capabilities.plan().total == 46
