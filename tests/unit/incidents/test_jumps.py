"""A count that leaps past everybody the report before it spoke of."""

import pytest

from responder.incidents.jumps import Jump, jump


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        ({"deaths": 0, "trapped": 3}, {"deaths": 12, "trapped": 0}, Jump(3, 12)),
        ({"deaths": 28}, {"deaths": 36}, Jump(28, 36)),
        ({"deaths": 1, "trapped": 12}, {"deaths": 13, "trapped": 0}, None),  # those trapped have died
        ({"deaths": 1, "minor_injuries": 9}, {"deaths": 9}, None),  # the hurt have died
        ({"deaths": 1, "at_risk": 40}, {"deaths": 30}, None),
        ({"deaths": 1}, {"deaths": 3}, None),
        ({"deaths": 1}, {"deaths": 4}, Jump(1, 4)),
        ({}, {"deaths": 12}, None),  # nothing was known, so nothing was left out
        ({"deaths": None, "missing": None}, {"deaths": 12}, None),
        ({"deaths": 12}, {"deaths": 2}, None),
    ],
)
def test_a_leap_is_more_harmed_than_the_report_before_spoke_of(
    before: dict[str, int | None], after: dict[str, int | None], found: Jump | None
) -> None:
    assert jump(before, after) == found
