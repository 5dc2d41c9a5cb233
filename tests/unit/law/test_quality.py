"""Late, omitted, false and concealed reports, proposed from data."""

from datetime import datetime, timedelta

from responder.law.model import BEIJING, Facts
from responder.law.quality import Fault, propose

DUE = datetime(2007, 8, 5, 9, 10, tzinfo=BEIJING)
HOUR = timedelta(hours=1)


def test_one_second_over_the_limit_is_late_and_needs_no_decision() -> None:
    found = propose(DUE, DUE + timedelta(seconds=1))
    assert found is not None
    assert (found.fault, found.late_seconds, found.needs_decision) == (Fault.LATE, 1, False)
    assert propose(DUE, DUE) is None


def test_nothing_is_classed_before_the_definitions_were_in_force() -> None:
    assert propose(DUE.replace(month=7, day=11), DUE) is None


def test_an_accident_uncovered_by_a_tip_off_is_concealed() -> None:
    found = propose(DUE, None, uncovered_at=DUE + 96 * HOUR)
    assert found is not None and found.fault is Fault.CONCEALED and found.needs_decision
    assert propose(DUE, None, uncovered_at=DUE - HOUR) is None
    late = propose(DUE, DUE + HOUR, uncovered_at=DUE + 2 * HOUR)
    assert late is not None and late.fault is Fault.LATE


def test_a_forgotten_body_is_omitted_and_a_hidden_one_false() -> None:
    told, known = Facts(deaths=2), Facts(deaths=3)
    omitted = propose(DUE, DUE, reported=told, known=known)
    false = propose(DUE, DUE, reported=told, known=known, intent=True)
    assert omitted is not None and (omitted.fault, omitted.needs_decision) == (Fault.OMITTED, True)
    assert false is not None and (false.fault, false.needs_decision) == (Fault.FALSE, False)
    assert false.differing == {"deaths": (2, 3)}


def test_people_at_risk_count_since_the_amendment_of_2011() -> None:
    told, known = Facts(at_risk=5), Facts(at_risk=50)
    assert propose(DUE, DUE, reported=told, known=known) is None
    later = DUE.replace(year=2012)
    found = propose(later, later, reported=told, known=known)
    assert found is not None and found.source.instrument_en.startswith("SAWS Order 42")
