"""Which force fits best, and why it stands where it does."""

import random
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from responder.core.errors import Text
from responder.dispatch import capabilities
from responder.dispatch.ranking import Busy, Force, Need, Standing, explain, rank
from responder.dispatch.rules import Seat
from tests.unit.dispatch.forces import BAISHAN, NOW, force

GAS = capabilities.requirement("gas_explosion", "coal_mine")
NEED = Need(*BAISHAN, GAS, "220000")


def codes(forces: list[Force], need: Need = NEED, busy: dict[str, Busy] | None = None) -> list[str]:
    return [one.force.code for one in rank(forces, need, NOW, busy)]


def sentences(one: Force, need: Need = NEED) -> str:
    explained = explain(rank([one], need, NOW)[0], need, NOW)
    return "；".join(text.zh for text in (*explained.reasons, *explained.doubts))


def test_a_mine_base_at_tonghua_comes_before_one_at_fushun():
    tonghua, fushun = force("TH"), force("FS", lon=123.95, lat=41.87, seat=Seat("210000", "210400", None))
    rows = rank([fushun, tonghua], NEED, NOW)
    assert [row.force.code for row in rows] == ["TH", "FS"]
    assert [round(row.distance_km or 0) for row in rows] == [46, 205]


def test_a_team_silent_for_a_day_is_unknown_and_stands_after_every_fresh_one():
    silent = force("OLD", reported_at=NOW - timedelta(hours=24))
    far = force("FAR", lon=100.0, lat=30.0, readiness="limited")
    assert codes([silent, far]) == ["FAR", "OLD"]
    explained = explain(rank([silent], NEED, NOW)[0], NEED, NOW)
    assert explained.state == Text("状态未知，已 24 小时", "unknown since 24 h")
    assert not explained.is_fresh


def test_a_minute_less_than_a_day_is_still_fresh():
    assert rank([force("A", reported_at=NOW - timedelta(hours=23, minutes=59))], NEED, NOW)[0].fit == 100


def test_a_force_that_holds_nothing_of_what_is_asked_cannot_be_called_without_a_reason():
    chemical = force("C", kind="chemical", held={"C-DET": None})
    row = rank([chemical], NEED, NOW)[0]
    assert row.fit == 0
    assert explain(row, NEED, NOW).wrong_class is not None


def test_a_whole_capability_comes_before_part_of_it_however_near():
    part = force("PART", held={"M-SAR": None}, lon=126.43, lat=41.95)
    assert codes([part, force("WHOLE")]) == ["WHOLE", "PART"]
    assert "缺气体分析、通风恢复与排放瓦斯" in sentences(part)


def test_what_is_inferred_from_the_kind_says_that_it_is_presumed():
    base = force("M10", held={}, build_state="unconfirmed", reported_at=None, readiness=None)
    said = sentences(base)
    assert "（推定）" in said
    assert "建成与否没有文件" in said
    assert "从未报位" in said


def test_placeholder_planned_building_and_closed_are_shown_last_with_the_reason():
    barred = [
        force("P", is_placeholder=True),
        *(force(state, build_state=state) for state in ("planned", "building", "closed")),
    ]
    rows = rank([*barred, force("OK", lon=80.0)], NEED, NOW)
    assert rows[0].force.code == "OK"
    assert all(row.fit == 0 and explain(row, NEED, NOW).never is not None for row in rows[1:])


def test_a_force_that_is_out_names_the_order_it_is_out_on():
    busy = {"A": Busy("吉调〔2026〕1 号", NOW, Text("途中", "under way"))}
    row = rank([force("A"), force("B")], NEED, NOW, busy)[-1]
    assert row.force.code == "A"
    never = explain(row, NEED, NOW, busy).never
    assert never is not None
    assert "吉调〔2026〕1 号" in never.zh


def test_a_team_that_says_it_cannot_go_is_not_called():
    row = rank([force("A", readiness="out")], NEED, NOW)[0]
    assert row.fit == 0
    assert explain(row, NEED, NOW).never is not None


def test_the_last_squad_leaves_its_area_uncovered_unless_a_neighbour_is_near():
    alone, neighbour = force("A", squads_on_duty=1), force("B", lon=126.1, lat=41.8)
    row = rank([alone], NEED, NOW)[0]
    assert any("无值班小队" in text.zh for text in explain(row, NEED, NOW, None, [alone]).doubts)
    assert not any(
        "无值班小队" in text.zh for text in explain(row, NEED, NOW, None, [alone, neighbour]).doubts
    )


def test_a_team_just_released_is_said_to_be_tired():
    assert "休整不足 8 小时" in sentences(force("A", free_since=NOW - timedelta(hours=3)))
    assert "休整" not in sentences(force("A", free_since=NOW - timedelta(hours=9)))


def test_the_arrival_is_a_range_around_the_usual_time_with_its_basis():
    arrival = explain(rank([force("A")], NEED, NOW)[0], NEED, NOW).arrival
    assert arrival is not None
    assert arrival.low < arrival.usual < arrival.high
    assert arrival.usual == round(1 + 46.25 * 1.35 / 55 * 60)
    assert arrival.basis.zh == "直线×1.35，55 公里/时"


def test_without_coordinates_distance_and_arrival_stay_unknown():
    nowhere = Need(None, None, GAS, "220000")
    row = rank([force("B"), force("A")], nowhere, NOW)[0]
    assert (row.force.code, row.distance_km, row.eta_minutes) == ("A", None, None)
    assert explain(row, nowhere, NOW).arrival is None


def test_another_departments_force_needs_no_warning_and_says_who_answers():
    fire = force("F04", kind="fire", is_partner=True, build_state="unconfirmed", held={})
    need = Need(*BAISHAN, capabilities.requirement("fire", "fire"), "220000")
    explained = explain(rank([fire], need, NOW)[0], need, NOW)
    assert explained.warning is None
    assert explained.doubts[0].zh == "能否出动由其主管部门答复"


@given(st.integers(0, 2**32), st.integers(1, 40))
def test_the_order_is_by_fit_and_then_by_arrival_whatever_the_forces(seed: int, count: int):
    chance = random.Random(seed)
    forces = [
        force(
            f"F{i}",
            lon=chance.uniform(75, 134),
            lat=chance.uniform(19, 53),
            build_state=chance.choice(["working", "unconfirmed", "building"]),
            readiness=chance.choice(["ready", "limited", "out", None]),
            reported_at=chance.choice([None, NOW, NOW - timedelta(days=2)]),
            held=chance.choice([{}, {"M-SAR": None}, {"C-DET": None}]),
            kind=chance.choice(["mining", "chemical"]),
        )
        for i in range(count)
    ]
    rows: list[Standing] = list(rank(forces, NEED, NOW))
    assert sorted(row.force.code for row in rows) == sorted(one.code for one in forces)
    keys = [(-row.fit, row.eta_minutes) for row in rows]
    assert keys == sorted(keys)
    for row in rows:
        explained = explain(row, NEED, NOW)
        assert (row.fit == 0) == (explained.never is not None or explained.wrong_class is not None)
