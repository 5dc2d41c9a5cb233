"""The map as a page for the browser, and as one file that opens without a network.

The page asks no other host for anything and holds no inline style attribute or handler; scripts and styles carry
the nonce of the caller's content security policy (`content_security_policy`).
"""

import base64
import hashlib
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from typing import Any, Literal
from urllib.parse import urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup

from maps import assets, outlines, schematic
from maps.distance import point_at, ring_points
from maps.kinds import KIND_WORDS, STATE_WORDS, Kind, State
from maps.layers import MAINLAND, Bounds, Layer, Line, Mark, Ring
from maps.packing import pack, safe_json
from maps.place_names import short_name
from maps.svg_paths import edge_points
from maps.symbols import sprite, symbol_svg
from maps.words import words

Theme = Literal["light", "dark", "auto"]

_OUTERMOST = (
    *((73.5, 39.3), (87.3, 49.2), (121.0, 53.6), (123.5, 53.5), (135.1, 48.4)),
    *((122.0, 25.0), (109.5, 18.1), (99.0, 21.5)),
)
LISTED_ROWS = 2_000  # in the saved file; the sum of all marks is always given
_INLINE_BLOCK = re.compile(r"<(script|style)([^>]*)>(.*?)</\1>", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Tiles:
    """Picture tiles laid under the outlines, when the operator has a licensed source for them."""

    url: str
    attribution: str

    @property
    def origin(self) -> str:
        """Scheme and host that the content security policy must let images come from."""
        parts = urlsplit(self.url.replace("{s}", "*"))
        return f"{parts.scheme}://{parts.netloc}" if parts.netloc else "'self'"


def content_security_policy(nonce: str, tiles: Tiles | None = None) -> str:
    """Return the policy to send with the map page: no foreign host, no eval, no inline style or handler."""
    images = "'self' data:" + (f" {tiles.origin}" if tiles else "")
    return (
        f"default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'nonce-{nonce}'; "
        f"img-src {images}; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'self'"
    )


def render_page(
    layers: Sequence[Layer],
    *,
    nonce: str,
    locale: str = "zh",
    theme: Theme = "auto",
    lines: Sequence[Line] = (),
    rings: Sequence[Ring] = (),
    home: str | None = None,
    opens_at: Bounds | None = None,
    title: str | None = None,
    asset_base: str = "/static/maps/",
    outline_base: str | None = "/map/outlines/",
    stylesheets: Sequence[str] = (),
    save_url: str | None = None,
    has_chips: bool = True,
    tiles: Tiles | None = None,
) -> str:
    """Return the complete HTML of the map, to be served as a page of its own or inside a frame.

    *home* is the code of the reader's province: drawn lighter, and the map opens at it unless *opens_at* says
    otherwise; without both it opens at the whole country. *outline_base* is where the caller serves
    `outlines.outline_file`; None puts the outlines into the page. *save_url* adds the link to the saved file. Without
    *has_chips* the page around the frame offers the layers itself.
    """
    config = _config(layers, lines, rings, locale, home, opens_at, title, links=True)
    config |= _outline_addresses(outline_base)
    return _template("page.html").render(
        _common(layers, locale, theme, config) | _draw(layers, tiles),
        nonce=nonce,
        scripts=[assets.address(name, asset_base) for name in assets.SCRIPTS],
        styles=[assets.address(name, asset_base) for name in assets.STYLES] + list(stylesheets),
        inline_outlines=None if outline_base else _inline_outlines(home),
        save_url=save_url,
        has_chips=has_chips,
    )


def render_file(
    layers: Sequence[Layer],
    *,
    locale: str = "zh",
    theme: Theme = "auto",
    lines: Sequence[Line] = (),
    rings: Sequence[Ring] = (),
    home: str | None = None,
    opens_at: Bounds | None = None,
    title: str | None = None,
    note: str = "",
) -> str:
    """Return the same map as one HTML file with everything inside and the list of all marks below it.

    Its own content security policy lets exactly its own scripts run and forbids every request. Raises ValueError
    for a layer that would have to be fetched. *note* is printed under the heading (who saved it, and when).
    """
    if any(layer.source_url is not None for layer in layers):
        raise ValueError(
            "A saved map must hold its marks: give them instead of an address to fetch them from."
        )
    config = _config(layers, lines, rings, locale, home, opens_at, title, links=False)
    page = _template("file.html").render(
        _common(layers, locale, theme, config) | _draw(layers),
        scripts=[Markup(assets.inlined(name)) for name in assets.SCRIPTS],
        styles=[Markup(assets.inlined(name)) for name in assets.STYLES],
        inline_outlines=_inline_outlines(home),
        note=note,
        rows=_rows(layers, locale),
    )
    return page.replace("@POLICY@", _file_policy(page), 1)


def _draw(layers: Sequence[Layer], tiles: Tiles | None = None) -> dict[str, Markup]:
    """Return Folium's element and script; Folium takes a second and 40 MB, and is loaded with the first map."""
    from maps import folium_elements

    china = folium_elements.ChinaMap("EPSG3857" if tiles else "ChinaAlbers")
    if tiles:
        credit = escape(tiles.attribution).replace("{", "&#123;").replace("}", "&#125;")
        china.add_child(folium_elements.tile_layer(tiles.url, credit))
    china.add_child(folium_elements.View())
    for number, layer in enumerate(layers):
        kinds = {mark.kind for mark in layer.marks}
        element = folium_elements.PackedCluster if layer.is_clustered else folium_elements.PlainLayer
        china.add_child(element(number, kinds.pop().value if len(kinds) == 1 else "mixed"))
    china.add_child(folium_elements.Ready())
    map_html, script = folium_elements.draw(china)
    return {"map_html": Markup(map_html), "script": Markup(script)}


def _packed(layer: Layer, locale: str) -> Markup:
    return Markup(safe_json(pack(layer, locale) | {"tally": _tally(layer)}))


def _tally(layer: Layer) -> dict[str, int]:
    """Return how many marks of each kind and state the layer holds: {"mining|working": 4}."""
    signs = Counter((mark.kind, mark.state) for mark in layer.marks)
    return {f"{kind.value}|{state.value if state else ''}": count for (kind, state), count in signs.items()}


def _config(
    layers: Sequence[Layer],
    lines: Sequence[Line],
    rings: Sequence[Ring],
    locale: str,
    home: str | None,
    opens_at: Bounds | None,
    title: str | None,
    *,
    links: bool,
) -> dict[str, Any]:
    ids = [layer.id for layer in layers]
    if len(set(ids)) != len(ids):
        raise ValueError(f"Two layers share an id: {ids}.")
    said = words(locale)
    views = [{"title": said["country"], "points": _latlon(_box(MAINLAND))}]
    home_area = outlines.province(home) if home else None
    if home_area:
        name = home_area.name_en if locale.startswith("en") else short_name(home_area.name)
        outer = [p for polygon in home_area.polygons for p in polygon[0] if p[1] > 17.5]
        views.append({"title": name, "points": _latlon(outer[:: max(1, len(outer) // 200)])})
    return {
        "title": title or said["map"],
        "locale": "en" if locale.startswith("en") else "zh",
        "words": said
        | {"kinds": {k.value: t.in_(locale) for k, t in KIND_WORDS.items()}}
        | {"states": {s.value: t.in_(locale) for s, t in STATE_WORDS.items()}},
        "attribution": escape(outlines.attribution(locale)),
        "home": home_area.code if home_area else None,
        "links": links,
        "views": views,
        "opens_at": _latlon(_box(opens_at)) if opens_at else views[-1]["points"],
        "rings": [_packed_ring(ring) for ring in rings],
        "lines": [
            {"points": _latlon(line.points), "route": line.is_route, "label": line.label} for line in lines
        ],
        "provinces": None,
        "prefectures": {},
    }


def _packed_ring(ring: Ring) -> dict[str, Any]:
    at = point_at(ring.lon, ring.lat, ring.metres, 135.0)
    points = ring_points(ring.lon, ring.lat, ring.metres)
    return {"points": _latlon(points), "label": ring.label, "at": _latlon([at])[0]}


def _latlon(points: Sequence[tuple[float, float]]) -> list[list[float]]:
    return [[round(lat, 4), round(lon, 4)] for lon, lat in points]


def _box(box: Bounds) -> list[tuple[float, float]]:
    """Return the points that the picture must hold; the whole country by its outermost places, not by corners."""
    return list(_OUTERMOST) if box == MAINLAND else edge_points(box)


def _outline_addresses(outline_base: str | None) -> dict[str, Any]:
    if outline_base is None:
        return {}
    named = {area.code[:2]: outlines.prefecture_file_name(area.code) for area in outlines.provinces()}
    return {
        "provinces": _outline_address("provinces.geojson", outline_base),
        "prefectures": {code: _outline_address(name, outline_base) for code, name in named.items() if name},
    }


def _outline_address(name: str, outline_base: str) -> str:
    found = outlines.outline_file(name)
    assert found is not None
    return f"{outline_base}{name}?v={found.etag}"


def _inline_outlines(home: str | None) -> Markup:
    """Return the outlines as they stand within the page: all provinces, the prefectures of *home* only."""
    whole = outlines.outline_file("provinces.geojson")
    assert whole is not None
    name = outlines.prefecture_file_name(home) if home else None
    part = outlines.outline_file(name) if name else None
    prefectures = f'"{home[:2]}":{part.body.decode()}' if home and part else ""
    text = f'{{"provinces":{whole.body.decode()},"prefectures":{{{prefectures}}}}}'
    return Markup(text.replace("<", "\\u003c"))


def _common(layers: Sequence[Layer], locale: str, theme: Theme, config: dict[str, Any]) -> dict[str, Any]:
    shown = [layer for layer in layers if layer.shown and layer.source_url is None]
    signs = Counter((mark.kind, mark.state) for layer in shown for mark in layer.marks)
    return {
        "lang": "en" if locale.startswith("en") else "zh-Hans",
        "theme": theme,
        "title": config["title"],
        "words": config["words"],
        "layers": layers,
        "locale": locale,
        "legend": _legend(signs, locale),
        "total": sum(signs.values()),
        "all_total": sum(layer.count or 0 for layer in layers),
        "inset": Markup(schematic.nanhai_inset(locale)),
        "sprite": _sprite(),
        "attribution": outlines.attribution(locale),
        "config": Markup(safe_json(config)),
        "packed": [_packed(layer, locale) for layer in layers],
    }


def _legend(signs: Counter[tuple[Kind, State | None]], locale: str) -> dict[str, Any]:
    """Return the rows of the legend: every kind and state, those without marks hidden until a layer brings some."""
    kinds, states = Counter[Kind](), Counter[State | None]()
    for (kind, state), count in signs.items():
        kinds[kind] += count
        states[state] += count
    return {
        "kinds": [
            (kind.value, Markup(symbol_svg(kind)), text.in_(locale), kinds[kind])
            for kind, text in KIND_WORDS.items()
        ],
        "states": [
            (state.value, Markup(symbol_svg(Kind.MINING, state)), text.in_(locale), states[state])
            for state, text in STATE_WORDS.items()
        ],
        "has_states": any(state for state in states),
    }


def _rows(layers: Sequence[Layer], locale: str) -> dict[str, Any]:
    marks = [(layer, mark) for layer in layers for mark in layer.marks]
    rows = [_row(layer, mark, locale) for layer, mark in marks[:LISTED_ROWS]]
    return {"rows": rows, "total": len(marks), "left_out": len(marks) - len(rows)}


def _row(layer: Layer, mark: Mark, locale: str) -> dict[str, Any]:
    state = mark.state_word or (STATE_WORDS[mark.state].in_(locale) if mark.state else "")
    return {
        "id": mark.id,
        "symbol": Markup(symbol_svg(mark.kind, mark.state)),
        "kind": KIND_WORDS[mark.kind].in_(locale),
        "layer": layer.title.in_(locale),
        "badge": mark.badge,
        "title": mark.title,
        "subtitle": mark.subtitle,
        "state": state,
        "place": f"{mark.lon:.4f}, {mark.lat:.4f}",
    }


@lru_cache(maxsize=1)
def _sprite() -> Markup:
    states: list[State | None] = [None, *State]
    return Markup(sprite({(kind, state) for kind in Kind for state in states}))


@lru_cache(maxsize=2)
def _template(name: str) -> Template:
    environment = Environment(
        loader=PackageLoader("maps"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(name)


def _file_policy(page: str) -> str:
    """Return the policy written into the saved file: the digests of its own scripts and styles, and nothing else."""
    digests: dict[str, list[str]] = {"script": [], "style": []}
    for kind, attributes, body in _INLINE_BLOCK.findall(page):
        if "application/json" not in attributes:
            digest = base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()
            digests[kind].append(f"'sha256-{digest}'")
    return (
        f"default-src 'none'; script-src {' '.join(digests['script'])}; style-src {' '.join(digests['style'])}; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )
