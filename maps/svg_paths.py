"""From degrees to short SVG paths: the frame of a picture, cutting at its edge, and leaving out needless points."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from maps.layers import Bounds
from maps.projection import albers

_TOLERANCE_PX = 0.7
_PAD_PX = 10.0

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


def open_path(parts: Iterable[Points], frame: Frame) -> str:
    pieces = []
    for part in parts:
        run = [frame.pixel(*point) for point in part]
        if any(frame.holds(at, margin=20) for at in run):
            pieces.append(path_commands(simplified(run)))
    return "".join(pieces)


def closed_path(run: list[Pixel]) -> str:
    """Return the ring as path commands; an island too small to draw stays as a dot, none is dropped."""
    if len(run) < 3:
        return ""
    if (
        max(x for x, _ in run) - min(x for x, _ in run) < 1
        and max(y for _, y in run) - min(y for _, y in run) < 1
    ):
        return f"M{run[0][0]:.1f} {run[0][1]:.1f}h.8v.8h-.8z"
    half = len(run) // 2  # a ring ends where it begins: simplify its halves, or it would collapse
    return path_commands(simplified(run[: half + 1])[:-1] + simplified(run[half:])) + "z"


def path_commands(run: Sequence[Pixel]) -> str:
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


def clipped(run: list[Pixel], frame: Frame) -> list[Pixel]:
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


def simplified(run: list[Pixel]) -> list[Pixel]:
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


def edge_points(box: Bounds) -> list[tuple[float, float]]:
    """Return points along the edges of *box*: a conic projection bends them."""
    steps = [i / 8 for i in range(9)]
    lons = [box.west + (box.east - box.west) * t for t in steps]
    lats = [box.south + (box.north - box.south) * t for t in steps]
    return [(lon, lat) for lon in lons for lat in (box.south, box.north)] + [
        (lon, lat) for lat in lats for lon in (box.west, box.east)
    ]
