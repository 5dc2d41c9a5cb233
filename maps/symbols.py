"""Map symbols as small inline SVG, without inline styles: `marks.css` gives colour by kind and fill by state."""

from html import escape

from maps.kinds import KIND_WORDS, LETTERS, SHAPES, STATE_WORDS, Kind, Shape, State

_OUTLINES: dict[Shape, str] = {
    Shape.CIRCLE: "M10 3.5a6.5 6.5 0 1 1 0 13a6.5 6.5 0 1 1 0-13z",
    Shape.SQUARE: "M4 4h12v12h-12z",
    Shape.TRIANGLE: "M10 2L18 16.5H2z",
    Shape.SHIELD: "M3.5 3h13v8.5q0 4-6.5 6q-6.5-2-6.5-6z",
    Shape.DIAMOND: "M10 2L18 10L10 18L2 10z",
    Shape.FLAG: "M5 18V2.5L16.5 7L5 11.5",
    Shape.HEXAGON: "M10 2.2L16.8 6.1V13.9L10 17.8L3.2 13.9V6.1z",
    Shape.HOUSE: "M3.5 16.5V8.5L10 3L16.5 8.5V16.5z",
}
# The part of the outline left of the middle: a half-filled mark is one being built.
_HALVES: dict[Shape, str] = {
    Shape.CIRCLE: "M10 3.5a6.5 6.5 0 0 0 0 13z",
    Shape.SQUARE: "M4 4h6v12h-6z",
    Shape.TRIANGLE: "M10 2V16.5H2z",
    Shape.SHIELD: "M3.5 3h6.5v14.5q-6.5-2-6.5-6z",
    Shape.DIAMOND: "M10 2V18L2 10z",
    Shape.FLAG: "M5 2.5L10.5 4.7V9.4L5 11.5z",
    Shape.HEXAGON: "M10 2.2V17.8L3.2 13.9V6.1z",
    Shape.HOUSE: "M10 3V16.5H3.5V8.5z",
}
_CROSS = "M4 4L16 16M16 4L4 16"

Sign = tuple[Kind, State | None]


def symbol_id(kind: Kind, state: State | None) -> str:
    """Return the id under which `sprite` defines the symbol."""
    return f"mk-{kind.value}-{state.value if state else 'plain'}"


def symbol_body(kind: Kind, state: State | None) -> str:
    """Return the group that draws the symbol in a box of 20 by 20."""
    shape = SHAPES[kind]
    parts = [f'<path class="mk-body" d="{_OUTLINES[shape]}"/>']
    if state is State.BUILDING:
        parts.append(f'<path class="mk-half" d="{_HALVES[shape]}"/>')
    if kind in LETTERS:
        parts.append(f'<text class="mk-letter" x="10" y="13" text-anchor="middle">{LETTERS[kind]}</text>')
    if state is State.CLOSED:
        parts.append(f'<path class="mk-cross" d="{_CROSS}"/>')
    return f'<g class="mk {kind.value} {state.value if state else "plain"}">{"".join(parts)}</g>'


def symbol_svg(
    kind: Kind, state: State | None = None, locale: str = "zh", *, is_decoration: bool = True
) -> str:
    """Return the symbol for a list or legend; not a decoration: it carries its words for screen readers."""
    if is_decoration:
        spoken = 'aria-hidden="true"'
    else:
        spoken = f'role="img" aria-label="{escape(spoken_name(kind, state, locale))}"'
    return f'<svg class="symbol" width="20" height="20" viewBox="0 0 20 20" {spoken}>{symbol_body(kind, state)}</svg>'


def spoken_name(kind: Kind, state: State | None, locale: str) -> str:
    """Return kind and state in words: "矿山，在用"."""
    kind_word = KIND_WORDS[kind].in_(locale)
    if state is None:
        return kind_word
    joint = ", " if locale.startswith("en") else "，"
    return f"{kind_word}{joint}{STATE_WORDS[state].in_(locale)}"


def sprite(signs: set[Sign]) -> str:
    """Return a hidden SVG that defines each of *signs* once, for `<use href="#…">`."""
    ordered = sorted(signs, key=lambda sign: symbol_id(*sign))
    symbols = "".join(
        f'<symbol id="{symbol_id(*sign)}" viewBox="0 0 20 20">{symbol_body(*sign)}</symbol>'
        for sign in ordered
    )
    return f'<svg class="sprite" width="0" height="0" aria-hidden="true" focusable="false">{symbols}</svg>'
