"""What must hold for every history, drawn at random."""

import json
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from responder.law.case_reading import read_case
from responder.law.contract import answer_line
from responder.law.engine import assess
from responder.law.model import BEIJING, PEOPLE_FIGURES, Assessment, Body, Kind, Level, rank_of
from responder.law.rule_set import SECTORS

HOPS = {"R493-9.2", "R493-10.1", "R21-6a", "R21-7", "HR-17"}
CODES = ("220605", "220600", "220000", "500103", "110000", "419001", "441900", "659001", "660000", "CBS")
PARTIES = (
    "county",
    "city",
    "province",
    "state",
    "state.council",
    "city.coal_inspectorate",
    "province.government",
)
LADDER = ("I", "II", "III", "IV", "near_miss")

people = st.sampled_from([None, 0, 0, 1, 2, 3, 9, 10, 29, 30, 50, 100, 500])
losses = st.sampled_from([None, 0, 9_999_999, 10_000_000, 50_000_000, 100_000_000])
flags = st.sampled_from(
    [[], [], ["heavy_social_effect"], ["key_site_endangered"], ["very_bad_social_effect"]]
)
figures = st.fixed_dictionaries(
    {}, optional={**dict.fromkeys(PEOPLE_FIGURES, people), "direct_loss_yuan": losses, "special": flags}
)
FIRST_DAY = datetime(2004, 1, 1, tzinfo=BEIJING)
moments = st.integers(0, 23 * 365 * 24 * 60).map(lambda minutes: FIRST_DAY + timedelta(minutes=minutes))
spans = st.sampled_from([1, 30, 59, 60, 121, 240, 600, 1440, 10_000, 44_000, 90_000])


@st.composite
def histories(draw: st.DrawFn, since: datetime | None = None) -> dict[str, Any]:
    """Draw a case of the contract with receipts and supplements."""
    occurred_at = draw(moments if since is None else moments.filter(lambda at: at >= since))
    after = spans.map(lambda minutes: (occurred_at + timedelta(minutes=minutes)).isoformat())
    change = st.fixed_dictionaries(
        {"at": after, "facts": figures, "known_to": st.sampled_from(["unit", *PARTIES[:4]])}
    )
    return {
        "id": "drawn",
        "occurred_at": occurred_at.isoformat(),
        "unit_informed_at": draw(st.none() | after),
        "jurisdiction": draw(st.sampled_from(CODES)),
        "sector": draw(st.sampled_from(SECTORS)),
        "accident_type": draw(st.sampled_from([None, "fire", "traffic", "gas_explosion"])),
        "facts": draw(figures),
        "receipts": draw(st.dictionaries(st.sampled_from(PARTIES), st.none() | after, max_size=4)),
        "supplements": draw(st.lists(change, max_size=4)),
        "as_of": draw(st.none() | after),
    }


def assessed(history: dict[str, Any]) -> Assessment:
    """Return the answer to a history."""
    return assess(read_case(history))


@given(histories())
@settings(max_examples=45, deadline=None)
def test_every_history_has_an_answer_that_explains_itself(history: dict[str, Any]) -> None:
    text, good = answer_line(json.dumps(history))
    found = json.loads(text)
    assert good
    assert found["reporting_grade"] in (*LADDER, None)
    assert all(duty["rule"] and duty["source"] for duty in found["obligations"])
    assert (found["reporting_grade"] is None) == (found["reasons"] == [])


@given(histories())
@settings(max_examples=45, deadline=None)
def test_no_duty_is_due_before_it_starts(history: dict[str, Any]) -> None:
    for duty in assessed(history).obligations:
        assert duty.starts_at <= duty.due_at
        assert duty.withdrawn_at is None or duty.withdrawn_at < duty.due_at
        assert duty.late_seconds is None or duty.late_seconds >= 0


@given(
    histories(),
    st.sampled_from(["deaths", "missing", "serious_injuries", "acute_poisonings", "direct_loss_yuan"]),
)
@settings(max_examples=45, deadline=None)
def test_more_harm_never_lowers_a_grade(history: dict[str, Any], name: str) -> None:
    alone = {**history, "supplements": [], "as_of": None}
    facts = alone["facts"]
    before = assessed(alone)
    for more in (1, 7, 10**7):
        worse = assessed({**alone, "facts": {**facts, name: (facts.get(name) or 0) + more}})
        assert rank_of(worse.reporting_grade) >= rank_of(before.reporting_grade)
        assert rank_of(worse.final_grade) >= rank_of(before.final_grade)


@given(histories(since=datetime(2007, 6, 1, tzinfo=BEIJING)))
@settings(max_examples=45, deadline=None)
def test_every_level_to_the_terminal_is_told_once_a_climb_and_its_government_too(
    history: dict[str, Any],
) -> None:
    answer = assessed(history)
    standing = [duty for duty in answer.obligations if duty.version == 0]
    levels = answer.case.place.levels
    for climb in {duty.climb for duty in standing}:
        mine = [duty for duty in standing if duty.climb == climb]
        told = Counter(
            duty.addressee.level
            for duty in mine
            if duty.kind is Kind.REPORT and duty.rule in HOPS and duty.addressee.body is Body.WORK_SAFETY
        )
        governments = Counter(duty.addressee.level for duty in mine if duty.kind is Kind.GOVERNMENT)
        assert set(told.values()) | set(governments.values()) <= {1}
        reached = [level for level in levels if level in told]
        assert reached == [
            level for level in levels if reached and reached[0].height <= level.height <= reached[-1].height
        ]
        if climb == 0 and answer.history[0].reporting_grade is not None:
            assert reached[0] is levels[0]
        assert all(level in governments for level in reached if level is not Level.STATE)


@given(histories(), st.randoms(use_true_random=False))
@settings(max_examples=45, deadline=None)
def test_any_order_of_late_entries_ends_in_the_same_state(history: dict[str, Any], random: Any) -> None:
    shuffled = {**history, "supplements": list(history["supplements"])}
    random.shuffle(shuffled["supplements"])
    receipts = list(history["receipts"].items())
    random.shuffle(receipts)
    shuffled["receipts"] = dict(receipts)
    assert answer_line(json.dumps(shuffled)) == answer_line(json.dumps(history))


@given(st.lists(histories(), min_size=2, max_size=4))
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_the_same_history_in_another_batch_gives_the_same_result(batch: list[dict[str, Any]]) -> None:
    forward = [answer_line(json.dumps(history)) for history in batch]
    backward = [answer_line(json.dumps(history)) for history in reversed(batch)]
    assert forward == backward[::-1]


@given(histories())
@settings(max_examples=40, deadline=None)
def test_each_duty_has_a_name_of_its_own(history: dict[str, Any]) -> None:
    keys = [duty.key for duty in assessed(history).obligations]
    assert len(keys) == len(set(keys))


@given(histories())
@settings(max_examples=40, deadline=None)
def test_a_receipt_moves_limits_but_never_changes_which_duties_there_are(history: dict[str, Any]) -> None:
    alone = {**history, "supplements": []}
    received, planned = (
        {duty.key for duty in assessed(one).obligations if duty.kind is not Kind.BYPASS}
        for one in (alone, {**alone, "receipts": {}})
    )
    assert received == planned
