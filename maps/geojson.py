"""Layers as GeoJSON (RFC 7946): strict, and the same bytes for the same marks."""

import json
from collections.abc import Iterable
from typing import Any

from maps.kinds import KIND_WORDS, STATE_WORDS
from maps.layers import Layer, Mark

MEDIA_TYPE = "application/geo+json"
_DECIMALS = 6  # about 0.1 m; RFC 7946 section 11.2


def feature(mark: Mark, layer_id: str | None = None, locale: str = "zh") -> dict[str, Any]:
    """Return *mark* as a Feature; own members of `properties` win over those of the caller.

    `kind` and `state` are the codes, `kind_word` and `state_word` their words in *locale*.
    """
    word = mark.state_word or (STATE_WORDS[mark.state].in_(locale) if mark.state else None)
    properties: dict[str, Any] = dict(mark.properties)
    properties |= {
        "title": mark.title,
        "subtitle": mark.subtitle or None,
        "badge": mark.badge or None,
        "kind": mark.kind.value,
        "kind_word": KIND_WORDS[mark.kind].in_(locale),
        "state": mark.state.value if mark.state else None,
        "state_word": word,
        "label": mark.label,
        "url": mark.url,
    }
    if layer_id is not None:
        properties["layer"] = layer_id
    point = [round(mark.lon, _DECIMALS), round(mark.lat, _DECIMALS)]
    return {
        "type": "Feature",
        "id": mark.id,
        "geometry": {"type": "Point", "coordinates": point},
        "properties": properties,
    }


def collection(layers: Iterable[Layer], locale: str = "zh") -> dict[str, Any]:
    """Return all marks of *layers* as one FeatureCollection, in their order.

    Raises ValueError when an id occurs twice in a layer: a reader could not tell the two apart.
    """
    features: list[dict[str, Any]] = []
    for layer in layers:
        seen: set[str] = set()
        for mark in layer.marks:
            if mark.id in seen:
                raise ValueError(f"Layer {layer.id!r} holds the id {mark.id!r} twice.")
            seen.add(mark.id)
            features.append(feature(mark, layer.id, locale))
    return {"type": "FeatureCollection", "features": features}


def dumps(layers: Iterable[Layer], locale: str = "zh") -> bytes:
    """Return the FeatureCollection of *layers* as UTF-8 JSON; keys sorted, no NaN, no needless blanks."""
    text = json.dumps(
        collection(layers, locale), ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    )
    return text.encode()
