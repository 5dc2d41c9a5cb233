import xml.etree.ElementTree as ElementTree

import pytest

from maps.kinds import Kind, State
from maps.symbols import sprite, symbol_body, symbol_id, symbol_svg

STATES: list[State | None] = [None, *State]


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("state", STATES)
def test_every_kind_in_every_state_can_be_drawn(kind: Kind, state: State | None) -> None:
    assert ElementTree.fromstring(symbol_svg(kind, state)).tag == "svg"


def test_no_two_signs_look_alike_but_for_the_class() -> None:
    bodies = {kind: symbol_body(kind, State.WORKING).partition(">")[2] for kind in Kind}
    assert len(set(bodies.values())) == len(Kind)


def test_a_base_being_built_is_half_filled_and_a_closed_one_crossed() -> None:
    assert "mk-half" in symbol_body(Kind.MINING, State.BUILDING)
    assert "mk-cross" in symbol_body(Kind.MINING, State.CLOSED)
    assert "mk-half" not in symbol_body(Kind.MINING, State.WORKING)


def test_a_symbol_that_stands_alone_says_what_it_is() -> None:
    spoken = symbol_svg(Kind.CHEMICAL, State.UNCONFIRMED, "en", is_decoration=False)
    assert 'role="img"' in spoken and 'aria-label="Hazardous chemicals, Not confirmed"' in spoken


def test_the_sprite_defines_each_sign_once_in_a_fixed_order() -> None:
    signs = {(kind, state) for kind in Kind for state in STATES}
    drawn = sprite(signs)
    assert all(drawn.count(f'id="{symbol_id(kind, state)}"') == 1 for kind, state in signs)
    assert drawn == sprite({(kind, state) for state in STATES for kind in Kind})
