"""One province, or the country, as small inline SVG with marks: for the incident page's corner and for print.

No script and no inline styles: `marks.css` draws the classes. The projection is that of the large map.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from itertools import pairwise

from maps import outlines
from maps.distance import point_at, ring_points
from maps.kinds import Kind
from maps.layers import MAINLAND, NANHAI, Bounds, Line, Mark, Ring
from maps.projection import albers
from maps.symbols import spoken_name, symbol_body

_TOLERANCE_PX = 0.7
_PAD_PX = 10.0
_LABEL_FROM_PX = 9
_MAX_PREFECTURE_NAMES = 24

Pixel = tuple[float, float]
Points = Sequence[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Frame:
    """The picture's size in pixels and how projected metres fall onto it."""

    width: float
    height: float
    scale: float
    left: float
    top: float

    @classmethod
    def fitting(cls, points: Points, width: float, height: float | None = None) -> "Frame":
        """Return the frame that holds (lon, lat) *points* with a margin; without *height* it follows the shape."""
        flat = [albers(*point) for point in points]
        x0, x1 = min(p[0] for p in flat), max(p[0] for p in flat)
        y0, y1 = min(p[1] for p in flat), max(p[1] for p in flat)
        inner = width - 2 * _PAD_PX
        scale = inner / (x1 - x0)
        if height is None:
            height = round((y1 - y0) * scale + 2 * _PAD_PX)
        else:
            scale = min(scale, (height - 2 * _PAD_PX) / (y1 - y0))
        left = x0 - (width / scale - (x1 - x0)) / 2
        top = y1 + (height / scale - (y1 - y0)) / 2
        return cls(width, height, scale, left, top)

    def pixel(self, lon: float, lat: float) -> Pixel:
        """Return where the point falls, from the upper left corner."""
        x, y = albers(lon, lat)
        return (x - self.left) * self.scale, (self.top - y) * self.scale

    def holds(self, at: Pixel, margin: float = 0.0) -> bool:
        """Whether the pixel lies in the picture."""
        return -margin <= at[0] <= self.width + margin and -margin <= at[1] <= self.height + margin


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
    frame, ground = _province_ground(home.code, width, locale)
    name = home.name_en if locale.startswith("en") else home.name
    return _picture(frame, ground, name, marks, rings, lines, locale)


def country_svg(
    marks: Sequence[Mark],
    *,
    locale: str = "zh",
    width: int = 640,
    rings: Sequence[Ring] = (),
    lines: Sequence[Line] = (),
) -> str:
    """Return the whole country with the South China Sea inset and *marks* as an SVG element of *width* px."""
    frame, ground = _country_ground(width, locale)
    name = "China" if locale.startswith("en") else "全国"
    return _picture(frame, ground, name, marks, rings, lines, locale)


@lru_cache(maxsize=4)
def nanhai_inset(locale: str = "zh", width: int = 96) -> str:
    """Return the South China Sea with its islands and line as an SVG element, the inset of every national map."""
    frame = Frame.fitting(_corners(NANHAI), width)
    caption = "" if locale.startswith("en") else _caption(frame, "南海诸岛")
    title = "South China Sea islands" if locale.startswith("en") else "南海诸岛"
    return (
        f'<svg class="nanhai" width="{frame.width:g}" height="{frame.height:g}" '
        f'viewBox="0 0 {frame.width:g} {frame.height:g}" role="img" aria-label="{title}">'
        f"<title>{title}</title>{_land(frame)}{_boundaries(frame)}{caption}</svg>"
    )


def _caption(frame: Frame, words: str) -> str:
    return f'<text x="{frame.width / 2:g}" y="{frame.height - 6:g}" text-anchor="middle">{words}</text>'


@lru_cache(maxsize=40)
def _province_ground(code: str, width: int, locale: str) -> tuple[Frame, str]:
    home = outlines.province(code)
    assert home is not None
    outer = [point for polygon in home.polygons for point in polygon[0]]
    if home.code.startswith("46"):  # Hainan's own islands reach 1500 km south; its seat would shrink to a dot
        outer = [point for point in outer if point[1] > 17.5]
    frame = Frame.fitting(outer, width)
    parts = [_land(frame, without=home.code), _area_path(home.polygons, frame, "land home")]
    districts = outlines.prefectures(home.code)
    parts.append(f'<path class="district" d="{_open_path(outlines.inner_borders(districts), frame)}"/>')
    parts.append(_boundaries(frame))
    if 1 < len(districts) <= _MAX_PREFECTURE_NAMES:
        parts += [_name(area, frame, locale) for area in districts]
    return frame, "".join(parts)


@lru_cache(maxsize=4)
def _country_ground(width: int, locale: str) -> tuple[Frame, str]:
    points = [
        p for a in outlines.provinces() for polygon in a.polygons for p in polygon[0] if p[1] > MAINLAND.south
    ]
    frame = Frame.fitting(points, width)
    inset_width = round(width * 0.13)
    inset = nanhai_inset(locale, inset_width)
    height = Frame.fitting(_corners(NANHAI), inset_width).height
    x, y = frame.width - inset_width - 8, frame.height - height - 8
    placed = inset.replace("<svg ", f'<svg x="{x:g}" y="{y:g}" ', 1)
    box = f'<rect class="inset-frame" x="{x:g}" y="{y:g}" width="{inset_width}" height="{height:g}"/>'
    return frame, _land(frame) + _boundaries(frame) + box + placed


def _picture(
    frame: Frame,
    ground: str,
    name: str,
    marks: Sequence[Mark],
    rings: Sequence[Ring],
    lines: Sequence[Line],
    locale: str,
) -> str:
    inside = [mark for mark in marks if frame.holds(frame.pixel(mark.lon, mark.lat))]
    drawn = [_ring(ring, frame) for ring in rings] + [_line(line, frame) for line in lines]
    drawn += [_mark(mark, frame, locale) for mark in sorted(inside, key=lambda m: m.kind is Kind.INCIDENT)]
    described = escape(_description(name, inside, len(marks) - len(inside), locale))
    credit = escape(outlines.attribution(locale))
    return (
        f'<svg class="schematic" viewBox="0 0 {frame.width:g} {frame.height:g}" role="img" '
        f'aria-label="{described}"><title>{described}</title><desc>{credit}</desc>{ground}{"".join(drawn)}</svg>'
    )


def _description(name: str, inside: Sequence[Mark], left_out: int, locale: str) -> str:
    shown = "、".join(mark.title for mark in inside[:5])
    if locale.startswith("en"):
        text = f"Map of {name}: {len(inside)} marks" + (f" ({shown})" if shown else "")
        return text + (f"; {left_out} more outside the picture" if left_out else "")
    text = f"{name}地图：{len(inside)} 处标注" + (
        f"（{shown}{'等' if len(inside) > 5 else ''}）" if shown else ""
    )
    return text + (f"；图外另有 {left_out} 处" if left_out else "")


def _land(frame: Frame, without: str | None = None) -> str:
    return "".join(
        _area_path(area.polygons, frame, "land") for area in outlines.provinces() if area.code != without
    )


def _boundaries(frame: Frame) -> str:
    kinds = outlines.boundary_lines()
    drawn = (
        (kind, _open_path(kinds[kind], frame))
        for kind in ("undefined_boundary", "sea_boundary", "nanhai_line")
    )
    return "".join(f'<path class="land line {kind}" d="{path}"/>' for kind, path in drawn if path)


def _area_path(polygons: Iterable[outlines.Polygon], frame: Frame, css_class: str) -> str:
    pieces = [
        _closed(_clip([frame.pixel(*p) for p in ring], frame)) for polygon in polygons for ring in polygon
    ]
    path = "".join(pieces)
    return f'<path class="{css_class}" d="{path}"/>' if path else ""


def _open_path(parts: Iterable[Points], frame: Frame) -> str:
    pieces = []
    for part in parts:
        run = [frame.pixel(*point) for point in part]
        if any(frame.holds(at, margin=20) for at in run):
            pieces.append(_commands(_simplify(run)))
    return "".join(pieces)


def _closed(run: list[Pixel]) -> str:
    """Return the ring as path commands; an island too small to draw stays as a dot, none is dropped."""
    if len(run) < 3:
        return ""
    if (
        max(x for x, _ in run) - min(x for x, _ in run) < 1
        and max(y for _, y in run) - min(y for _, y in run) < 1
    ):
        return f"M{run[0][0]:.1f} {run[0][1]:.1f}h.8v.8h-.8z"
    half = len(run) // 2  # a ring ends where it begins: simplify its halves, or it would collapse
    return _commands(_simplify(run[: half + 1])[:-1] + _simplify(run[half:])) + "z"


def _commands(run: Sequence[Pixel]) -> str:
    """Return the run as one start and relative steps of a tenth of a pixel, a third shorter than positions."""
    tenths = [(round(x * 10), round(y * 10)) for x, y in run]
    steps = [
        _short(x1 - x0) + ("" if y1 < y0 else " ") + _short(y1 - y0)
        for (x0, y0), (x1, y1) in pairwise(tenths)
    ]
    x, y = tenths[0]
    return f"M{_short(x)} {_short(y)}" + ("l" + " ".join(steps) if steps else "")


def _short(tenths: int) -> str:
    """Return tenths of a pixel as the shortest decimal: 7 as ".7", -20 as "-2"."""
    whole, rest = divmod(abs(tenths), 10)
    sign = "-" if tenths < 0 else ""
    return f"{sign}{whole or '' if rest else whole}" + (f".{rest}" if rest else "")


def _clip(run: list[Pixel], frame: Frame) -> list[Pixel]:
    """Return the ring cut at the picture's edge (Sutherland and Hodgman), a little outside it."""
    margin = 4.0
    edges: tuple[tuple[int, float, int], ...] = (
        (0, -margin, 1),
        (0, frame.width + margin, -1),
        (1, -margin, 1),
        (1, frame.height + margin, -1),
    )
    for axis, limit, sign in edges:
        if not run:
            break
        run = _clip_edge(run, lambda p, a=axis, v=limit, s=sign: (p[a] - v) * s)  # type: ignore[misc]
    return run


def _clip_edge(run: list[Pixel], depth: Callable[[Pixel], float]) -> list[Pixel]:
    kept: list[Pixel] = []
    before = run[-1]
    for point in run:
        d0, d1 = depth(before), depth(point)
        if (d0 >= 0) != (d1 >= 0):
            t = d0 / (d0 - d1)
            kept.append((before[0] + t * (point[0] - before[0]), before[1] + t * (point[1] - before[1])))
        if d1 >= 0:
            kept.append(point)
        before = point
    return kept


def _simplify(run: list[Pixel]) -> list[Pixel]:
    """Return *run* without the points that lie nearly on the line between the others (Douglas-Peucker)."""
    keep = [False] * len(run)
    keep[0] = keep[-1] = True
    spans = [(0, len(run) - 1)]
    while spans:
        first, last = spans.pop()
        far, index = _farthest(run, first, last)
        if far > _TOLERANCE_PX:
            keep[index] = True
            spans += [(first, index), (index, last)]
    return [point for point, kept in zip(run, keep, strict=True) if kept]


def _farthest(run: list[Pixel], first: int, last: int) -> tuple[float, int]:
    (ax, ay), (bx, by) = run[first], run[last]
    dx, dy = bx - ax, by - ay
    length = (dx * dx + dy * dy) ** 0.5
    far, index = 0.0, first
    for i in range(first + 1, last):
        x, y = run[i][0] - ax, run[i][1] - ay
        away = abs(x * dy - y * dx) / length if length else (x * x + y * y) ** 0.5
        if away > far:
            far, index = away, i
    return far, index


def _name(area: outlines.Area, frame: Frame, locale: str) -> str:
    x, y = frame.pixel(*area.label)
    word = area.name_en if locale.startswith("en") else short_name(area.name)
    return f'<text class="place" x="{x:.1f}" y="{y:.1f}" text-anchor="middle">{escape(word)}</text>'


def short_name(name: str) -> str:
    """Return the name as a map writes it: "延边" for 延边朝鲜族自治州, "白山" for 白山市."""
    for ending in _ENDINGS:
        if name.endswith(ending) and len(name) > len(ending) + 1:
            return name.removesuffix(ending)
    if name.endswith("自治州"):
        stem = name.removesuffix("自治州")
        cut = min((at for people in _PEOPLES if (at := stem.find(people)) > 1), default=len(stem))
        return stem[:cut]
    return name


_ENDINGS = ("特别行政区", "维吾尔自治区", "壮族自治区", "回族自治区", "自治区", "省", "市", "地区", "盟")
_PEOPLES = (
    "朝鲜族", "土家族", "藏族", "彝族", "羌族", "布依族", "苗族", "侗族", "傣族", "景颇族", "傈僳族", "白族", "哈尼族",
    "壮族", "回族", "蒙古族", "哈萨克", "柯尔克孜", "蒙古",
)  # fmt: skip


def _ring(ring: Ring, frame: Frame) -> str:
    run = [frame.pixel(*point) for point in ring_points(ring.lon, ring.lat, ring.metres, steps=64)]
    at = frame.pixel(*point_at(ring.lon, ring.lat, ring.metres, 135.0))
    text = f'<text x="{at[0]:.1f}" y="{at[1]:.1f}">{escape(ring.label)}</text>' if frame.holds(at) else ""
    return f'<path class="ring" d="{_commands(run)}z"/>' + (text if ring.label else "")


def _line(line: Line, frame: Frame) -> str:
    path = _commands(_simplify([frame.pixel(*point) for point in line.points]))
    return f'<path class="{"route" if line.is_route else "link"}" d="{path}"/>'


def _mark(mark: Mark, frame: Frame, locale: str) -> str:
    x, y = frame.pixel(mark.lon, mark.lat)
    spoken = escape(f"{mark.badge} {mark.title} · {spoken_name(mark.kind, mark.state, locale)}".strip())
    body = f"<title>{spoken}</title>{symbol_body(mark.kind, mark.state)}"
    group = f'<g transform="translate({x - 10:.1f} {y - 10:.1f})">{body}</g>'
    if not mark.label:
        return group
    is_right = x < frame.width * 0.66
    text_x = x + _LABEL_FROM_PX if is_right else x - _LABEL_FROM_PX
    anchor = "start" if is_right else "end"
    text = f'<text x="{text_x:.1f}" y="{y + 4:.1f}" text-anchor="{anchor}">{escape(mark.label)}</text>'
    return group + text


def _corners(box: Bounds) -> list[tuple[float, float]]:
    """Return points along the edges of *box*: a conic projection bends them."""
    steps = [i / 8 for i in range(9)]
    lons = [box.west + (box.east - box.west) * t for t in steps]
    lats = [box.south + (box.north - box.south) * t for t in steps]
    return [(lon, lat) for lon in lons for lat in (box.south, box.north)] + [
        (lon, lat) for lat in lats for lon in (box.west, box.east)
    ]
