"""Two levels that differ: found in each level's latest report, settled by agreement or by signature."""

from responder.incidents.models import Report
from responder.reporting.contradictions import found
from responder.reporting.judgement_models import Settlement


def report(version: int, level: str, **facts: int | None) -> Report:
    return Report(version=version, known_to=level, agency_name=level, facts=facts)


def test_the_latest_report_of_each_level_counts() -> None:
    reports = [report(1, "county", missing=3), report(2, "city", missing=5)]
    (one,) = found(reports)
    assert (one.figure, one.lower.value, one.higher.value, one.version) == ("missing", 3, 5, 2)
    assert one.words.zh == "失踪：县级报 3（第 1 版），市级报 5（第 2 版）"
    assert found([*reports, report(3, "county", missing=5)]) == ()


def test_unknown_contradicts_nobody_and_none_at_all_does() -> None:
    assert found([report(1, "county", missing=None), report(2, "city", missing=5)]) == ()
    assert len(found([report(1, "county", missing=0), report(2, "city", missing=5)])) == 1


def test_one_level_may_change_its_mind() -> None:
    assert found([report(1, "city", deaths=1), report(2, "city", deaths=2)]) == ()


def test_a_signature_holds_until_somebody_reports_another_figure() -> None:
    reports = [report(1, "county", missing=3), report(2, "city", missing=5)]
    signed = [Settlement(figure="missing", version=2)]
    assert found(reports, signed) == ()
    assert len(found([*reports, report(3, "province", missing=6)], signed)) == 2
