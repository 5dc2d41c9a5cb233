"""Great-circle distances and the points of a distance ring."""

import math
from collections.abc import Iterable, Sequence

MEAN_RADIUS_KM = 6371.0088

Vector = tuple[float, float, float]


def unit_vector(lon: float, lat: float) -> Vector:
    """Return the point of the unit sphere at *lon*, *lat* in degrees; keep it to compare one place with many."""
    phi, lam = math.radians(lat), math.radians(lon)
    return math.cos(phi) * math.cos(lam), math.cos(phi) * math.sin(lam), math.sin(phi)


def distance_km(lon1: float, lat1: float, lon2: float, lat2: float) -> float:
    """Return the great-circle distance in kilometres between two points in degrees (haversine)."""
    phi1, phi2 = math.radians(lat1), math.radians(lat2)
    half_lat, half_lon = (phi2 - phi1) / 2, math.radians(lon2 - lon1) / 2
    h = math.sin(half_lat) ** 2 + math.cos(phi1) * math.cos(phi2) * math.sin(half_lon) ** 2
    return 2 * MEAN_RADIUS_KM * math.asin(min(1.0, math.sqrt(h)))


def distances_km(lon: float, lat: float, places: Iterable[Vector]) -> list[float]:
    """Return the kilometres from one point to each of *places*, given as unit vectors, in their order.

    Half the chord is the sine of half the angle: exact near by, unlike the arc cosine of the dot product.
    """
    here, chord, asin, diameter = unit_vector(lon, lat), math.dist, math.asin, 2 * MEAN_RADIUS_KM
    return [diameter * asin(min(1.0, chord(here, place) / 2)) for place in places]


def nearest(
    lon: float, lat: float, places: Sequence[tuple[float, float]], count: int | None = None
) -> list[tuple[int, float]]:
    """Return (index, kilometres) of the (lon, lat) *places*, nearest first; equals keep their order."""
    found = distances_km(lon, lat, [unit_vector(*place) for place in places])
    ranked = sorted(enumerate(found), key=lambda pair: pair[1])
    return ranked if count is None else ranked[:count]


def ring_points(lon: float, lat: float, metres: float, steps: int = 96) -> list[tuple[float, float]]:
    """Return a closed line of (lon, lat) points all *metres* away from the centre, clockwise from north."""
    angle = metres / 1000 / MEAN_RADIUS_KM
    return [_destination(lon, lat, angle, 2 * math.pi * step / steps) for step in range(steps)] + [
        _destination(lon, lat, angle, 0.0)
    ]


def point_at(lon: float, lat: float, metres: float, bearing_deg: float) -> tuple[float, float]:
    """Return the (lon, lat) reached by going *metres* from the point, *bearing_deg* clockwise from north."""
    return _destination(lon, lat, metres / 1000 / MEAN_RADIUS_KM, math.radians(bearing_deg))


def _destination(lon: float, lat: float, angle: float, bearing: float) -> tuple[float, float]:
    phi, lam = math.radians(lat), math.radians(lon)
    sin_phi = math.sin(phi) * math.cos(angle) + math.cos(phi) * math.sin(angle) * math.cos(bearing)
    phi2 = math.asin(max(-1.0, min(1.0, sin_phi)))
    lam2 = lam + math.atan2(
        math.sin(bearing) * math.sin(angle) * math.cos(phi), math.cos(angle) - math.sin(phi) * sin_phi
    )
    return (math.degrees(lam2) + 540.0) % 360.0 - 180.0, math.degrees(phi2)
