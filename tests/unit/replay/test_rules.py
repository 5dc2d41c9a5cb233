"""The file of historic accidents: every row is read or told, none is guessed."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from responder.core.clock import SHANGHAI
from responder.replay.rules import BadFile, BadRow, HistoricRow, read_rows
from responder.replay.services import shipped_text

HEAD = (
    "id,date,local_time,province_code,city_code,place,unit,sector,type,deaths,missing_final,serious_injuries,"
    "injured_total,deaths_first_report,missing_first_report,direct_loss_10k_yuan,lon,lat,coord_precision,summary"
)
GOOD = (
    "H1,2002-06-20,09:45,230000,230300,鸡西市,某矿,coal_mine,gas_explosion,124,0,,24,93,22,"
    "381.409,131,45.3,site,爆炸"
)


def rows(*lines: str) -> list[HistoricRow | BadRow]:
    return list(read_rows("\n".join((HEAD, *lines)) + "\n"))


def one(line: str) -> HistoricRow:
    (row,) = rows(line)
    assert isinstance(row, HistoricRow), row
    return row


def test_every_shipped_row_can_be_read() -> None:
    found = list(read_rows(shipped_text()))
    assert len(found) == 100
    assert all(isinstance(row, HistoricRow) for row in found)


def test_a_row_keeps_its_figures_and_its_moment() -> None:
    row = one(GOOD)
    assert row.occurred_at == datetime(2002, 6, 20, 9, 45, tzinfo=SHANGHAI)
    assert not row.time_unknown
    assert row.facts == {
        "deaths": 124,
        "missing": 0,
        "serious_injuries": None,
        "direct_loss_yuan": 3_814_090,
    }
    assert (row.first_deaths, row.first_missing, row.jurisdiction) == (93, 22, "230300")


def test_an_unknown_time_is_midnight_and_said_to_be_unknown() -> None:
    row = one(GOOD.replace("09:45", ""))
    assert row.time_unknown
    assert row.occurred_at == datetime(2002, 6, 20, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("word", "sector"), [("aviation", "air"), ("public_event", "other"), ("coal_mine", "coal_mine")]
)
def test_sectors_of_the_file_become_the_contracts(word: str, sector: str) -> None:
    assert one(GOOD.replace("coal_mine", word)).sector == sector


@pytest.mark.parametrize(
    ("word", "kind"),
    [("outburst", "coal_gas_outburst"), ("tailings_dam", "tailings_dam_failure"), ("air_crash", None)],
)
def test_types_of_the_file_become_the_trades(word: str, kind: str | None) -> None:
    assert one(GOOD.replace("gas_explosion", word)).accident_type == kind


@pytest.mark.parametrize(
    ("before", "after", "field"),
    [
        ("2002-06-20", "2002-02-30", "date"),
        ("09:45", "25:00", "local_time"),
        ("230300", "2303", "city_code"),
        ("coal_mine", "mining", "sector"),
        (",124,", ",-1,", "deaths"),
        (",124,", ",1.5,", "deaths"),
        ("381.409", "NaN", "direct_loss_10k_yuan"),
        ("131,45.3", "431,45.3", "lon"),
        ("H1,", ",", "id"),
        (",爆炸", "", "line"),
    ],
)
def test_a_bad_field_is_named_with_its_line_and_the_rest_is_read(before: str, after: str, field: str) -> None:
    bad, good = rows(GOOD.replace(before, after), GOOD.replace("H1", "H2"))
    assert isinstance(bad, BadRow)
    assert (bad.line, bad.field) == (2, field)
    assert isinstance(good, HistoricRow)


def test_an_id_that_stands_twice_is_refused_the_second_time() -> None:
    first, second = rows(GOOD, GOOD)
    assert isinstance(first, HistoricRow)
    assert isinstance(second, BadRow)
    assert second.field == "id"


def test_another_table_is_no_file_of_accidents() -> None:
    with pytest.raises(BadFile, match="deaths"):
        list(read_rows("id,date\nH1,2002-06-20\n"))


@given(st.text(max_size=400))
def test_no_text_after_the_heading_breaks_the_reading(text: str) -> None:
    for row in read_rows(f"{HEAD}\n{text}"):
        assert isinstance(row, HistoricRow | BadRow)
