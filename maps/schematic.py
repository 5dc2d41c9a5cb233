"""One province, or the country, as small inline SVG with marks: for the incident page's corner and for print.

No script and no inline styles: `marks.css` draws the classes. The projection is that of the large map.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape

from maps import outlines
from maps.distance import point_at, ring_points
from maps.kinds import Kind
from maps.layers import MAINLAND, NANHAI, Line, Mark, Ring
from maps.place_names import Box, free, short_name
from maps.svg_paths import Frame, clipped, closed_path, edge_points, open_path, path_commands, simplified
from maps.symbols import spoken_name, symbol_body

_HAINAN = "46"
_LABEL_FROM_PX = 9
_NAME_SIZE, _LABEL_SIZE = 10.0, 12.0
_LINE_KINDS = ("undefined_boundary", "sea_boundary", "nanhai_line")
# A point in the sea east of Taiwan and one east of Hainan: the picture reaches there to hold the inset beside them.
_EAST_OF_TAIWAN = (131.0, 25.0)
_EAST_OF_HAINAN = (112.3, 19.0)


@dataclass(frozen=True, slots=True)
class Ground:
    """What lies under the marks: the drawn outlines, the names waiting for room, and the room already taken."""

    frame: Frame
    drawn: str
    names: tuple[tuple[str, float, float], ...]
    taken: tuple[Box, ...]


def province_svg(
    code: str,
    marks: Sequence[Mark],
    *,
    locale: str = "zh",
    width: int = 320,
    rings: Sequence[Ring] = (),
    lines: Sequence[Line] = (),
) -> str:
    """Return the province of *code* with *marks* as an SVG element of *width* px, at most about 30 kB of outlines.

    Marks outside the picture are left out and counted in its description. Raises KeyError for an unknown code.
    """
    home = outlines.province(code)
    if home is None:
        raise KeyError(code)
    name = home.name_en if locale.startswith("en") else home.name
    return _picture(_province_ground(home.code, width, locale), name, marks, rings, lines, locale)


def country_svg(
    marks: Sequence[Mark],
    *,
    locale: str = "zh",
    width: int = 640,
    rings: Sequence[Ring] = (),
    lines: Sequence[Line] = (),
) -> str:
    """Return the whole country with the South China Sea inset and *marks* as an SVG element of *width* px."""
    name = "China" if locale.startswith("en") else "全国"
    return _picture(_country_ground(width, locale), name, marks, rings, lines, locale)


@lru_cache(maxsize=8)
def nanhai_inset(locale: str = "zh", width: int = 96) -> str:
    """Return the South China Sea with its islands and line as an SVG element, the inset of every national map."""
    frame = Frame.fitting(edge_points(NANHAI), width)
    title = "South China Sea islands" if locale.startswith("en") else "南海诸岛"
    caption = (
        "" if locale.startswith("en") or width < 80 else _text(title, width / 2, frame.height - 6, "middle")
    )
    return (
        f'<svg class="nanhai" width="{frame.width:g}" height="{frame.height:g}" '
        f'viewBox="0 0 {frame.width:g} {frame.height:g}" role="img" aria-label="{title}">'
        f"<title>{title}</title>{_land(frame)}{_boundaries(frame)}{caption}</svg>"
    )


@lru_cache(maxsize=40)
def _province_ground(code: str, width: int, locale: str) -> Ground:
    home = outlines.province(code)
    if home is None:
        raise KeyError(code)
    districts = outlines.prefectures(code)
    polygons = districts[0].polygons if len(districts) == 1 else home.polygons  # the finer shape of the two
    outer = [point for polygon in polygons for point in polygon[0]]
    is_hainan = code.startswith(_HAINAN)
    if is_hainan:  # its southern islands are shown in the inset, or its seat would shrink to a dot
        outer = [point for point in outer if point[1] > 18.0 and point[0] < 111.5] + [_EAST_OF_HAINAN]
    frame = Frame.fitting(outer, width)
    inset, box = _placed_inset(frame, 0.24, locale) if is_hainan else ("", None)
    borders = open_path(outlines.inner_borders(districts), frame)
    drawn = _land(frame, without=code) + _area_path(polygons, frame, "land home")
    drawn += f'<path class="district" d="{borders}"/>' + _boundaries(frame) + inset
    names = tuple(_name(area, frame, locale) for area in districts if len(districts) > 1)
    return Ground(frame, drawn, names, (box,) if box else ())


@lru_cache(maxsize=4)
def _country_ground(width: int, locale: str) -> Ground:
    outer = [
        p for a in outlines.provinces() for polygon in a.polygons for p in polygon[0] if p[1] > MAINLAND.south
    ]
    frame = Frame.fitting([*outer, _EAST_OF_TAIWAN], width)
    inset, box = _placed_inset(frame, 0.13, locale)
    names = tuple(_name(area, frame, locale) for area in outlines.provinces() if width >= 600)
    return Ground(frame, _land(frame) + _boundaries(frame) + inset, names, (box,))


def _placed_inset(frame: Frame, share: float, locale: str) -> tuple[str, Box]:
    """Return the inset in the lower right corner, *share* of the picture wide, and its box."""
    width = round(frame.width * share)
    inset = nanhai_inset(locale, width)
    height = Frame.fitting(edge_points(NANHAI), width).height
    x, y = frame.width - width - 4, frame.height - height - 4
    placed = inset.replace("<svg ", f'<svg x="{x:g}" y="{y:g}" ', 1)
    edge = f'<rect class="inset-frame" x="{x:g}" y="{y:g}" width="{width}" height="{height:g}"/>'
    return edge + placed, Box(x, y, x + width, y + height)


def _picture(
    ground: Ground,
    name: str,
    marks: Sequence[Mark],
    rings: Sequence[Ring],
    lines: Sequence[Line],
    locale: str,
) -> str:
    frame = ground.frame
    inside = [mark for mark in marks if frame.holds(frame.pixel(mark.lon, mark.lat))]
    urgent_first = sorted(inside, key=lambda mark: mark.kind is not Kind.INCIDENT)
    taken = [*ground.taken, *(_room_of(mark, frame) for mark in inside)]
    drawn = [_ring(ring, frame, taken) for ring in rings] + [_line(line, frame) for line in lines]
    drawn += reversed([_mark(mark, frame, taken, locale) for mark in urgent_first])
    places = "".join(_placed_name(words, x, y, frame, taken) for words, x, y in ground.names)
    described = escape(_description(name, inside, len(marks) - len(inside), locale))
    credit = escape(outlines.attribution(locale))
    return (
        f'<svg class="schematic" viewBox="0 0 {frame.width:g} {frame.height:g}" role="img" '
        f'aria-label="{described}"><title>{described}</title><desc>{credit}</desc>'
        f"{ground.drawn}{places}{''.join(drawn)}</svg>"
    )


def _description(name: str, inside: Sequence[Mark], left_out: int, locale: str) -> str:
    is_english = locale.startswith("en")
    shown = ("; " if is_english else "、").join(mark.title for mark in inside[:5])
    rest = len(inside) - 5
    if is_english:
        text = f"Map of {name}: {len(inside)} marks" + (
            f" ({shown}{' …' if rest > 0 else ''})" if shown else ""
        )
        return text + (f"; {left_out} more outside the picture" if left_out else "")
    text = f"{name}地图：{len(inside)} 处标注" + (f"（{shown}{'等' if rest > 0 else ''}）" if shown else "")
    return text + (f"；图外另有 {left_out} 处" if left_out else "")


def _land(frame: Frame, without: str | None = None) -> str:
    return "".join(
        _area_path(area.polygons, frame, "land") for area in outlines.provinces() if area.code != without
    )


def _boundaries(frame: Frame) -> str:
    kinds = outlines.boundary_lines()
    drawn = ((kind, open_path(kinds[kind], frame)) for kind in _LINE_KINDS)
    return "".join(f'<path class="land line {kind}" d="{path}"/>' for kind, path in drawn if path)


def _area_path(polygons: Iterable[outlines.Polygon], frame: Frame, css_class: str) -> str:
    rings = (ring for polygon in polygons for ring in polygon)
    path = "".join(closed_path(clipped([frame.pixel(*point) for point in ring], frame)) for ring in rings)
    return f'<path class="{css_class}" d="{path}"/>' if path else ""


def _name(area: outlines.Area, frame: Frame, locale: str) -> tuple[str, float, float]:
    x, y = frame.pixel(*area.label)
    return (area.name_en if locale.startswith("en") else short_name(area.name)), x, y + 4


def _placed_name(words: str, x: float, y: float, frame: Frame, taken: list[Box]) -> str:
    """Return the name if nothing is in its way, and take its room; a crowded name is left out."""
    box = Box.of_text(words, _NAME_SIZE, x, y, "middle")
    if not free(box, taken, frame.width, frame.height):
        return ""
    taken.append(box)
    return _text(words, x, y, "middle", "place")


def _text(words: str, x: float, y: float, anchor: str, css_class: str = "") -> str:
    named = f' class="{css_class}"' if css_class else ""
    return f'<text{named} x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(words)}</text>'


def _ring(ring: Ring, frame: Frame, taken: list[Box]) -> str:
    run = [frame.pixel(*point) for point in ring_points(ring.lon, ring.lat, ring.metres, steps=64)]
    path = f'<path class="ring" d="{path_commands(run)}z"/>'
    x, y = frame.pixel(*point_at(ring.lon, ring.lat, ring.metres, 135.0))
    box = Box.of_text(ring.label, _LABEL_SIZE, x, y, "start")
    if not ring.label or not free(box, taken, frame.width, frame.height):
        return path
    taken.append(box)
    return path + _text(ring.label, x, y, "start")


def _line(line: Line, frame: Frame) -> str:
    path = path_commands(simplified([frame.pixel(*point) for point in line.points]))
    return f'<path class="{"route" if line.is_route else "link"}" d="{path}"/>'


def _room_of(mark: Mark, frame: Frame) -> Box:
    x, y = frame.pixel(mark.lon, mark.lat)
    return Box(x - _LABEL_FROM_PX, y - _LABEL_FROM_PX, x + _LABEL_FROM_PX, y + _LABEL_FROM_PX)


def _mark(mark: Mark, frame: Frame, taken: list[Box], locale: str) -> str:
    x, y = frame.pixel(mark.lon, mark.lat)
    spoken = escape(f"{mark.badge} {mark.title} · {spoken_name(mark.kind, mark.state, locale)}".strip())
    body = f"<title>{spoken}</title>{symbol_body(mark.kind, mark.state)}"
    group = f'<g transform="translate({x - 10:.1f} {y - 10:.1f})">{body}</g>'
    return group + _label(mark.label, x, y, frame, taken) if mark.label else group


def _label(words: str, x: float, y: float, frame: Frame, taken: list[Box]) -> str:
    """Return the label on the side where there is room; where there is none, on the side with more of it."""
    sides = [(x + _LABEL_FROM_PX, "start"), (x - _LABEL_FROM_PX, "end")]
    boxes = [Box.of_text(words, _LABEL_SIZE, at, y + 4, anchor) for at, anchor in sides]
    chosen = next((i for i, box in enumerate(boxes) if free(box, taken, frame.width, frame.height)), None)
    if chosen is None:
        chosen = 0 if x < frame.width / 2 else 1
    taken.append(boxes[chosen])
    return _text(words, sides[chosen][0], y + 4, sides[chosen][1])
