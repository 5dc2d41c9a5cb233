"""Four digits by which two rooms know on the telephone that they have the same figures."""

from hypothesis import given
from hypothesis import strategies as st

from responder.incidents.read_back import read_back

FIGURES = st.dictionaries(
    st.sampled_from(["deaths", "missing", "trapped", "serious_injuries"]), st.none() | st.integers(0, 300)
)


@given(figures=FIGURES, version=st.integers(1, 99))
def test_the_same_figures_give_the_same_four_digits_in_any_order(
    figures: dict[str, int | None], version: int
) -> None:
    digits = read_back("220605-2026-0001", version, figures)
    turned = dict(reversed([*figures.items(), ("at_risk", None)]))
    assert len(digits) == 4 and digits.isdigit()
    assert read_back("220605-2026-0001", version, turned) == digits


def test_another_figure_another_version_or_nought_for_unknown_shows() -> None:
    number = "220605-2026-0001"
    said = {
        read_back(number, 1, {"deaths": 3, "serious_injuries": 4}),
        read_back(number, 1, {"deaths": 3, "serious_injuries": 5}),
        read_back(number, 2, {"deaths": 3, "serious_injuries": 4}),
        read_back(number, 1, {"deaths": 3}),
        read_back(number, 1, {"deaths": 3, "serious_injuries": 0}),
        read_back("220605-2026-0002", 1, {"deaths": 3, "serious_injuries": 4}),
    }
    assert len(said) == 6
