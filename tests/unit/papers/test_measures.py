"""Measures: the first of each kind counts, each figure names its rows, and what is not recorded is missing."""

from datetime import UTC, datetime, timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from responder.reporting.measures import LEVELS, Mark, Row, Stage, measure

DAY = datetime(2007, 10, 5, tzinfo=UTC)


def mark(level: str, stage: Stage, clock: str, row: str = "leg") -> Mark:
    hours, minutes = clock.split(":")
    return Mark(
        level, stage, DAY + timedelta(hours=int(hours), minutes=int(minutes)), Row(row, f"{level}{clock}")
    )


X1 = (
    mark("unit", Stage.LEARNED, "13:30", "incident"),
    mark("unit", Stage.SENT, "14:05"),
    mark("county", Stage.RECEIVED, "14:05"),
    mark("county", Stage.ACKNOWLEDGED, "15:20"),
    mark("city", Stage.RECEIVED, "15:20"),
    mark("city", Stage.SENT, "17:25"),
)
marks = st.builds(
    Mark,
    st.sampled_from(LEVELS),
    st.sampled_from(Stage),
    st.integers(0, 100_000).map(lambda seconds: DAY + timedelta(seconds=seconds)),
    st.builds(Row, st.sampled_from(("leg", "order")), st.text("abc", min_size=1, max_size=3)),
)


def test_the_stay_at_each_level_is_counted_from_receipt_to_receipt_above() -> None:
    found = {
        (level.level, span.start.stage, span.end.stage): span.seconds // 60
        for level in measure(X1)
        for span in level.spans
    }
    assert found == {
        ("unit", Stage.LEARNED, Stage.SENT): 35,
        ("county", Stage.RECEIVED, Stage.ACKNOWLEDGED): 75,
        ("city", Stage.RECEIVED, Stage.SENT): 125,
    }


def test_every_figure_names_the_rows_it_was_counted_from() -> None:
    county = next(level for level in measure(X1) if level.level == "county")
    assert [(span.start.row.id, span.end.row.id) for span in county.spans] == [("county14:05", "county15:20")]


def test_nothing_recorded_gives_no_measure_and_never_nought() -> None:
    assert measure(()) == ()
    (city,) = measure([mark("city", Stage.ORDERED, "15:00", "order")])
    assert city.spans == ()


@given(st.lists(marks, max_size=30), st.randoms(use_true_random=False))
def test_the_order_in_which_rows_are_read_does_not_matter(found: list[Mark], random: Random) -> None:
    mixed = list(found)
    random.shuffle(mixed)
    assert measure(mixed) == measure(found)


@given(st.lists(marks, max_size=30))
def test_the_first_of_each_kind_counts(found: list[Mark]) -> None:
    for level in measure(found):
        for stage, first in level.marks.items():
            assert first.at == min(m.at for m in found if (m.level, m.stage) == (level.level, stage))
