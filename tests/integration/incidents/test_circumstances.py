"""Special circumstances are ticked on the forms: they count at once, are kept as typed, and never taken back."""

import re
from typing import Any

from tests.integration.reporting.naming import Named
from tests.world import Visitor, hidden, words_of

FIRE = {
    "place": "江源区",
    "sector": "fire",
    "accident_type": "fire",
    "occurred_at": "2026-11-21 13:20",
    "summary": "批发市场起火，人员已撤出",
    "source_channel": "phone",
}


def boxes(shown: str) -> dict[str, str]:
    """Return the boxes on a page, each with its marks."""
    return {
        found[1]: found[2].strip() for found in re.finditer(r'name="special" value="(\w+)"([^>]*)>', shown)
    }


def on(shown: str) -> set[str]:
    """Return the boxes that are ticked."""
    return {flag for flag, marks in boxes(shown).items() if "checked" in marks}


def save(visitor: Visitor, **fields: Any) -> str:
    """Save a first report; return the incident's address."""
    visitor.get("/incidents/new")
    answer = visitor.send("/incidents", action="save", **FIRE, **fields)
    assert answer.status_code == 303, words_of(answer.get_data(as_text=True))
    return str(answer.headers["Location"])


def test_a_circumstance_is_judged_while_the_first_report_is_typed(api: Named, page: Any) -> None:
    visitor = page("jiangyuan")
    assert {"large_fire", "heavy_social_effect", "very_bad_social_effect"} <= boxes(
        visitor.get("/incidents/new")
    ).keys()
    calm = visitor.send("/incidents/preview", **FIRE, deaths="0")
    ticked = visitor.send("/incidents/preview", **FIRE, deaths="0", special="large_fire")
    assert "大面积火灾，按较大涉险报告" not in words_of(calm.get_data(as_text=True))
    assert "大面积火灾，按较大涉险报告" in words_of(ticked.get_data(as_text=True))
    assert on(ticked.get_data(as_text=True)) == {"large_fire"}


def test_what_was_ticked_is_saved_shown_and_opens_the_call_it_asks_for(api: Named, page: Any) -> None:
    visitor = page("jiangyuan")
    at = save(visitor, deaths="1", special=["heavy_social_effect", "large_fire"])
    answer = api("jiangyuan").get(f"incidents/{at.rsplit('/', 1)[-1]}")
    assert set(answer["facts"]["special"]) == {"heavy_social_effect", "large_fire"}
    assert {(leg["kind"], leg["to"]) for leg in answer["legs"]} >= {("phone", "province.work_safety")}
    assert "社会影响重大" in words_of(visitor.get(at))


def test_a_draft_and_a_refused_form_keep_the_ticks(page: Any) -> None:
    visitor = page("jiangyuan")
    visitor.get("/incidents/new")
    visitor.send("/incidents/draft", **FIRE, special=["large_fire", "foreigners_involved"])
    assert on(visitor.get("/incidents/new")) == {"large_fire", "foreigners_involved"}
    refused = visitor.send("/incidents", action="save", **FIRE, deaths="-1", special="dam_collapse")
    assert refused.status_code == 422
    assert on(refused.get_data(as_text=True)) == {"dam_collapse"}


def test_a_circumstance_that_no_rule_knows_is_refused_beside_the_boxes(page: Any) -> None:
    visitor = page("jiangyuan")
    visitor.get("/incidents/new")
    refused = visitor.send("/incidents", action="save", **FIRE, deaths="1", special="earthquake")
    assert refused.status_code == 422
    shown = refused.get_data(as_text=True)
    assert "没有这种特殊情形：earthquake" in shown.partition('id="f-special-error"')[2][:80]
    assert 'value="2026-11-21 13:20"' in shown


def test_a_follow_up_adds_circumstances_and_takes_none_back(api: Named, page: Any) -> None:
    visitor = page("jiangyuan")
    at = save(visitor, deaths="1", special="large_fire")
    form = visitor.get(f"{at}/reports/new")
    assert {flag for flag, marks in boxes(form).items() if "disabled" in marks} == {"large_fire"}
    fields = {"kind": "follow_up", "summary": "已有外籍人员受伤", "version": hidden(form, "version")}
    seen = visitor.send(f"{at}/reports/preview", **fields, special="foreigners_involved")
    assert on(seen.get_data(as_text=True)) == {"large_fire", "foreigners_involved"}
    assert visitor.send(f"{at}/reports", **fields, special="foreigners_involved").status_code == 303
    facts = api("jiangyuan").get(f"incidents/{at.rsplit('/', 1)[-1]}")["facts"]
    assert facts["special"] == ["large_fire", "foreigners_involved"]
    assert facts["deaths"] == 1
