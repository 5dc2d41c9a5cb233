"""Outlines of provinces and prefectures: as files for the browser, and to tell in which of them a point lies.

天地图 (National Platform for Common Geospatial Information Services), edition of May 2024, map approval number
GS（2024）0650号, simplified. Number and source belong on every map drawn from them (`attribution`).
"""

import hashlib
import json
import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from maps.layers import Bounds
from responder.core.errors import Text

APPROVAL_NUMBER = "GS（2024）0650号"
MEDIA_TYPE = "application/geo+json"
_DATA = Path(__file__).parent / "data"
_NAME = re.compile(r"provinces\.geojson|prefectures/[1-8][0-9]\.geojson")
_ATTRIBUTION = Text(
    f"底图：天地图，审图号：{APPROVAL_NUMBER}，轮廓经简化",
    f"Base map: 天地图 (Tianditu), 审图号 (map approval number): {APPROVAL_NUMBER}, outlines simplified",
)
_KM_PER_DEGREE = 111.195

Point = tuple[float, float]
Ring = tuple[Point, ...]
Polygon = tuple[Ring, ...]


@dataclass(frozen=True, slots=True)
class OutlineFile:
    """One GeoJSON file as it goes to the browser; *etag* is a strong entity tag without its quotes."""

    name: str
    body: bytes
    etag: str


@dataclass(frozen=True, slots=True)
class Area:
    """One province or prefecture: its polygons (outer ring first) and the point where its name is written."""

    code: str
    name: str
    name_en: str
    label: Point
    bounds: Bounds
    polygons: tuple[Polygon, ...]

    def contains(self, lon: float, lat: float) -> bool:
        """Whether the point lies within, islands and holes considered."""
        box = self.bounds
        if not (box.west <= lon <= box.east and box.south <= lat <= box.north):
            return False
        return any(_crossings(polygon, lon, lat) % 2 == 1 for polygon in self.polygons)

    def distance_km(self, lon: float, lat: float) -> float:
        """Return the kilometres from the point to the nearest edge, on a locally flat earth."""
        east = math.cos(math.radians(lat))
        return _KM_PER_DEGREE * min(
            _to_segment(lon, lat, a, b, east)
            for polygon in self.polygons
            for ring in polygon
            for a, b in pairwise(ring)
        )


def attribution(locale: str) -> str:
    """Return the line with source and approval number that every map shows."""
    return _ATTRIBUTION.in_(locale)


@lru_cache(maxsize=64)
def outline_file(name: str) -> OutlineFile | None:
    """Return "provinces.geojson" or "prefectures/NN.geojson" (NN: province digits); None if there is none."""
    if not _NAME.fullmatch(name):
        return None
    path = _DATA / name
    if not path.is_file():
        return None
    body = path.read_bytes()
    return OutlineFile(name, body, hashlib.sha256(body).hexdigest()[:20])


def prefecture_file_name(province_code: str) -> str | None:
    """Return the name of the file with the prefectures of a province, or None when there is none."""
    name = f"prefectures/{province_code[:2]}.geojson"
    return name if outline_file(name) is not None else None


@lru_cache(maxsize=1)
def provinces() -> tuple[Area, ...]:
    """Return the 34 provinces in the order of their codes."""
    return tuple(_areas("provinces.geojson"))


@lru_cache(maxsize=8)
def prefectures(province_code: str) -> tuple[Area, ...]:
    """Return the prefectures and directly run counties of a province; empty when the code is unknown."""
    name = prefecture_file_name(province_code)
    return tuple(_areas(name)) if name else ()


@lru_cache(maxsize=1)
def boundary_lines() -> dict[str, tuple[Ring, ...]]:
    """Return the lines by kind: national_outline, nanhai_line, undefined_boundary, sea_boundary."""
    found: dict[str, tuple[Ring, ...]] = {}
    for item in _features("provinces.geojson"):
        shape = item["geometry"]
        if shape["type"] in ("LineString", "MultiLineString"):
            parts = [shape["coordinates"]] if shape["type"] == "LineString" else shape["coordinates"]
            found[item["properties"]["kind"]] = tuple(_ring(part) for part in parts)
    return found


def inner_borders(areas: Sequence[Area]) -> list[list[Point]]:
    """Return the borders between *areas*, each once: the edges that two of them share, joined to runs."""
    rings = [ring for area in areas for polygon in area.polygons for ring in polygon]
    uses = Counter(_edge(a, b) for ring in rings for a, b in pairwise(ring))
    runs: list[list[Point]] = []
    for ring in rings:
        is_open = False
        for a, b in pairwise(ring):
            is_shared = uses[_edge(a, b)] == 2
            if is_shared:
                uses[_edge(a, b)] = 0
                if is_open:
                    runs[-1].append(b)
                else:
                    runs.append([a, b])
            is_open = is_shared
    return runs


def _edge(a: Point, b: Point) -> tuple[Point, Point]:
    return (a, b) if a < b else (b, a)


def province(code: str) -> Area | None:
    """Return the province whose code begins with the first two digits of *code*."""
    return next((area for area in provinces() if area.code[:2] == code[:2]), None)


def province_at(lon: float, lat: float, tolerance_km: float = 0.0) -> str | None:
    """Return the code of the province at the point, None in the sea or abroad.

    With *tolerance_km* a point just off the simplified coast counts for the nearest province.
    """
    return _area_at(provinces(), lon, lat, tolerance_km)


def prefecture_at(lon: float, lat: float, tolerance_km: float = 0.0) -> str | None:
    """Return the code of the prefecture, directly run county or province-level city at the point, or None."""
    reach = max(tolerance_km, 5.0)  # the two files are simplified apart: look over the province's border
    near = [area for area in provinces() if _is_near(area, lon, lat, reach)]
    candidates = [part for area in near for part in prefectures(area.code)]
    return _area_at(candidates, lon, lat, tolerance_km)


def is_swapped(lon: float, lat: float) -> bool:
    """Whether the point lies nowhere in the country but would with longitude and latitude exchanged."""
    return province_at(lon, lat) is None and province_at(lat, lon) is not None


def _area_at(areas: Sequence[Area], lon: float, lat: float, tolerance_km: float) -> str | None:
    for area in areas:
        if area.contains(lon, lat):
            return area.code
    if tolerance_km <= 0:
        return None
    near = [(a.distance_km(lon, lat), a.code) for a in areas if _is_near(a, lon, lat, tolerance_km)]
    near = [pair for pair in near if pair[0] <= tolerance_km]
    return min(near)[1] if near else None


def _is_near(area: Area, lon: float, lat: float, km: float) -> bool:
    up = km / _KM_PER_DEGREE
    across = up / max(0.1, math.cos(math.radians(lat)))
    box = area.bounds
    return box.west - across <= lon <= box.east + across and box.south - up <= lat <= box.north + up


def _crossings(polygon: Polygon, lon: float, lat: float) -> int:
    """Count the edges that a ray from the point towards the east crosses."""
    count = 0
    for ring in polygon:
        x1, y1 = ring[-1]
        for x2, y2 in ring:
            if (y1 > lat) != (y2 > lat) and lon < (x2 - x1) * (lat - y1) / (y2 - y1) + x1:
                count += 1
            x1, y1 = x2, y2
    return count


def _to_segment(lon: float, lat: float, a: Point, b: Point, east: float) -> float:
    """Return the distance to the segment in degrees of latitude; *east* shortens the longitudes."""
    ax, ay = (a[0] - lon) * east, a[1] - lat
    dx, dy = (b[0] - a[0]) * east, b[1] - a[1]
    length = dx * dx + dy * dy
    along = 0.0 if length == 0 else max(0.0, min(1.0, -(ax * dx + ay * dy) / length))
    return math.hypot(ax + along * dx, ay + along * dy)


def _features(name: str) -> list[dict[str, Any]]:
    found = outline_file(name)
    if found is None:
        raise FileNotFoundError(name)
    features: list[dict[str, Any]] = json.loads(found.body)["features"]
    return features


def _areas(name: str) -> Iterator[Area]:
    for item in _features(name):
        shape = item["geometry"]
        if shape["type"] not in ("Polygon", "MultiPolygon"):
            continue
        parts = [shape["coordinates"]] if shape["type"] == "Polygon" else shape["coordinates"]
        polygons = tuple(tuple(_ring(ring) for ring in part) for part in parts)
        about = item["properties"]
        outer = [point for polygon in polygons for point in polygon[0]]
        yield Area(
            code=about["code"],
            name=about["name"],
            name_en=about.get("name_en", about["name"]),
            label=(about["label"][0], about["label"][1]),
            bounds=Bounds.around(outer, margin=0.0),
            polygons=polygons,
        )


def _ring(points: list[list[float]]) -> Ring:
    return tuple((point[0], point[1]) for point in points)
