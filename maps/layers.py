"""What a map is told to show: marks in layers, lines, distance rings, and the place it opens at."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from maps.kinds import Kind, State
from responder.core.errors import Text

CLUSTER_OVER = 500  # points in one layer; above it single marks hide each other and slow the browser


def _check_point(lon: float, lat: float) -> None:
    """Raise ValueError unless the point is on the globe, in degrees."""
    if not (-180.0 <= lon <= 180.0 and -90.0 <= lat <= 90.0):  # also false for NaN
        raise ValueError(f"Not a point in degrees: longitude {lon}, latitude {lat}.")


def _check_url(url: str) -> None:
    """Raise ValueError unless *url* is an address within this site ("/incidents/…")."""
    if not url.startswith("/") or url.startswith(("//", "/\\")):
        raise ValueError(f"A mark links within the site only: {url!r}.")


@dataclass(frozen=True, slots=True)
class Mark:
    """One thing at one spot: WGS-84 degrees, already in the reader's language."""

    id: str
    lon: float
    lat: float
    kind: Kind
    title: str
    state: State | None = None
    subtitle: str = ""
    badge: str = ""  # a word before the title, such as the reporting grade
    state_word: str = ""  # replaces the common word of the state, e.g. "进行中"
    url: str | None = None
    label: str | None = None  # written beside the mark
    properties: Mapping[str, object] = field(default_factory=dict)  # for GeoJSON only

    def __post_init__(self) -> None:
        _check_point(self.lon, self.lat)
        if self.url is not None:
            _check_url(self.url)


@dataclass(frozen=True, slots=True)
class Layer:
    """Marks that are switched on and off together.

    With *source_url* the marks are fetched as GeoJSON (`maps.geojson`) when the layer is first switched on;
    *total* then says how many it will bring, None when nobody counted.
    """

    id: str
    title: Text
    marks: Sequence[Mark] = ()
    shown: bool = True
    cluster: bool | None = None  # None: decided by the number of marks
    gather_px: int = 0  # marks nearer than this on the screen become one; 0: only those at the same spot
    source_url: str | None = None
    total: int | None = None

    def __post_init__(self) -> None:
        if self.source_url is not None:
            _check_url(self.source_url)
            if self.marks:
                raise ValueError(f"Layer {self.id!r} has marks and an address to fetch them from.")

    @property
    def count(self) -> int | None:
        """How many marks the layer holds; None when they are fetched and nobody counted."""
        return len(self.marks) if self.source_url is None else self.total

    @property
    def is_clustered(self) -> bool:
        """Whether near marks are drawn as one figure until the reader zooms in."""
        if self.cluster is not None:
            return self.cluster
        return (self.count or 0) > CLUSTER_OVER


@dataclass(frozen=True, slots=True)
class Line:
    """A route being travelled (solid) or a link between two places (dashed); points are (lon, lat)."""

    id: str
    points: Sequence[tuple[float, float]]
    is_route: bool = True
    label: str = ""

    def __post_init__(self) -> None:
        if len(self.points) < 2:
            raise ValueError(f"Line {self.id!r} needs two points or more.")
        for lon, lat in self.points:
            _check_point(lon, lat)


@dataclass(frozen=True, slots=True)
class Ring:
    """All places at one distance from a centre."""

    lon: float
    lat: float
    metres: float
    label: str = ""

    def __post_init__(self) -> None:
        _check_point(self.lon, self.lat)
        if not (math.isfinite(self.metres) and 0 < self.metres <= 5_000_000):
            raise ValueError(f"A ring lies within 5000 km of its centre, not {self.metres} m.")


@dataclass(frozen=True, slots=True)
class Bounds:
    """A box in degrees that the map opens at."""

    west: float
    south: float
    east: float
    north: float

    def __post_init__(self) -> None:
        _check_point(self.west, self.south)
        _check_point(self.east, self.north)
        if self.west > self.east or self.south > self.north:
            raise ValueError("Bounds run from west to east and from south to north.")

    @classmethod
    def around(cls, points: Sequence[tuple[float, float]], margin: float = 0.5) -> "Bounds":
        """Return the box about (lon, lat) *points* with *margin* degrees on each side."""
        lons, lats = [p[0] for p in points], [p[1] for p in points]
        return cls(
            max(-180.0, min(lons) - margin),
            max(-90.0, min(lats) - margin),
            min(180.0, max(lons) + margin),
            min(90.0, max(lats) + margin),
        )


# Land from the Pamirs to the Ussuri and from Hainan to Mohe; the sea south of it is in the inset.
MAINLAND = Bounds(73.5, 18.1, 135.1, 53.6)
NANHAI = Bounds(105.5, 3.0, 123.0, 24.5)
