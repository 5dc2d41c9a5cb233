"""The projection of the standard maps of China: Albers equal-area, parallels 25° and 47°, meridian 105°.

`static/ground.js` holds the same formulas for the browser; a test compares the two.
"""

import math

EARTH_RADIUS_M = 6_378_137.0
_PHI1, _PHI2, _LON0 = math.radians(25.0), math.radians(47.0), math.radians(105.0)
_N = (math.sin(_PHI1) + math.sin(_PHI2)) / 2
_C = math.cos(_PHI1) ** 2 + 2 * _N * math.sin(_PHI1)
_RHO0 = math.sqrt(_C) / _N


def albers(lon: float, lat: float) -> tuple[float, float]:
    """Return metres east and north of 105° E on the equator, on a sphere of 6378137 m."""
    rho = math.sqrt(max(0.0, _C - 2 * _N * math.sin(math.radians(lat)))) / _N
    theta = _N * (math.radians(lon) - _LON0)
    return EARTH_RADIUS_M * rho * math.sin(theta), EARTH_RADIUS_M * (_RHO0 - rho * math.cos(theta))
