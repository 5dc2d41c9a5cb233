"""What the form says while figures are typed: the nearest step up, whom it reaches, what is not known."""

from datetime import UTC, datetime

from responder.incidents.outlook import of_case
from responder.law.model import Case, Facts
from responder.law.places import place_of

AT = datetime(2026, 11, 21, 5, 20, tzinfo=UTC)


def case(**facts: int) -> Case:
    return Case(occurred_at=AT, place=place_of("220605"), sector="coal_mine", facts=Facts(**facts))


def test_one_more_death_makes_nine_serious_and_says_who_is_told_how_soon() -> None:
    nearest = of_case(case(deaths=9)).nearest
    assert nearest is not None
    assert nearest.zh.startswith("再有 1 人死亡或失踪，即为重大，另须报")
    assert "国务院（立即）" in nearest.zh
    assert nearest.en.startswith("1 more dead or missing makes this serious: then also")


def test_unknown_figures_that_could_raise_the_grade_are_named() -> None:
    could = of_case(case(deaths=1)).could_rise
    assert could is not None
    assert "重伤" in could.zh
    assert of_case(case(deaths=30)).could_rise is None


def test_nothing_lifts_the_highest_grade() -> None:
    assert of_case(case(deaths=30)).nearest is None


def test_the_trapped_are_counted_in_the_worst_case_only() -> None:
    worst = of_case(case(deaths=2, trapped=11, trapped_without_contact=0)).worst
    assert worst is not None
    assert "合计 13 人，为重大" in worst.zh
