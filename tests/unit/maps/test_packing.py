import json
import uuid

from hypothesis import given
from hypothesis import strategies as st

from maps.kinds import Kind, State
from maps.layers import Mark
from maps.packing import pack_marks, safe_json
from tests.unit.maps.examples import SCRIPT_TITLE, hazards


def mark(number: int, **given_values: object) -> Mark:
    values: dict[str, object] = {
        "id": f"H{number}",
        "kind": Kind.HAZARD,
        "title": f"库 {number}",
    } | given_values
    return Mark(lon=120.0 + number / 100, lat=40.0, **values)  # type: ignore[arg-type]


def test_one_value_throughout_is_written_once() -> None:
    packed = pack_marks([mark(1), mark(2)])
    assert packed["kind"] == {"c": "hazard"}
    assert packed["state"] == {"c": None}


def test_few_distinct_values_become_a_table_and_indices() -> None:
    states = [State.WORKING, State.CLOSED] * 5
    packed = pack_marks([mark(i, state=state) for i, state in enumerate(states)])
    assert packed["state"] == {"d": ["working", "closed"], "i": [0, 1] * 5}


def test_a_common_beginning_of_the_ids_is_written_once() -> None:
    packed = pack_marks([mark(1, id="base-01"), mark(2, id="base-22")])
    assert packed["id"] == {"p": "base-", "t": ["01", "22"]}


def test_uuids_take_22_characters_each() -> None:
    packed = pack_marks([mark(i, id=str(uuid.UUID(int=i * 7**40))) for i in range(3)])
    assert len(packed["id"]["u"]) == 3 * 22


def test_addresses_that_follow_a_pattern_are_written_as_the_pattern() -> None:
    packed = pack_marks([mark(i, url=f"/hazards/H{i}/card") for i in range(3)])
    assert packed["url"] == {"h": "/hazards/", "e": "/card"}


def test_addresses_without_a_pattern_stay_whole() -> None:
    packed = pack_marks([mark(1, url="/hazards/H1"), mark(2, url="/elsewhere")])
    assert packed["url"] == {"v": ["/hazards/H1", "/elsewhere"]}


def test_an_empty_layer_packs() -> None:
    assert pack_marks([])["n"] == 0


def test_five_thousand_marks_stay_below_half_a_megabyte() -> None:
    assert len(safe_json(pack_marks(hazards(5000).marks)).encode()) < 300_000


@given(st.text())
def test_nothing_in_a_title_can_leave_the_script(title: str) -> None:
    text = safe_json({"title": SCRIPT_TITLE + title})
    assert not set("<>&\u2028\u2029") & set(text)
    assert json.loads(text) == {"title": SCRIPT_TITLE + title}
