"""The map's own files (scripts, styles): where they lie, their addresses, and their text for the saved file."""

import hashlib
import re
from functools import lru_cache
from pathlib import Path

SCRIPTS = ("vendor/leaflet.js", "vendor/leaflet.markercluster.js", "ground.js", "marks.js", "map.js")
STYLES = ("vendor/leaflet.css", "vendor/MarkerCluster.css", "tokens.css", "marks.css", "map.css")

_STATIC = Path(__file__).parent / "static"
_IMAGE_REFERENCE = re.compile(r"url\([^)]*\)")
_FOREIGN_PREFIX = re.compile(r"https://leafletjs\.com")


def directory() -> Path:
    """Return the folder to serve under the `asset_base` of the map page, such as /static/maps/."""
    return _STATIC


def address(name: str, asset_base: str) -> str:
    """Return the address of an asset with a mark of its content, so that it may be cached for good."""
    return f"{asset_base}{name}?v={_fingerprint(name)}"


@lru_cache(maxsize=16)
def inlined(name: str) -> str:
    """Return an asset's text fit to stand inside a page that must ask no other host for anything.

    Leaflet's style sheet refers to images of controls that the map does not use, and its script to a home page.
    """
    text = (_STATIC / name).read_text(encoding="utf-8")
    if name.endswith(".css"):
        return _IMAGE_REFERENCE.sub("none", text)
    return _FOREIGN_PREFIX.sub("#", text).replace("</script", "<\\/script")


@lru_cache(maxsize=16)
def _fingerprint(name: str) -> str:
    return hashlib.sha256((_STATIC / name).read_bytes()).hexdigest()[:12]
