"""The parts of Folium that the map page is made of; importing this loads Folium, so only `folium_map` does, late.

Folium's own lists of scripts and styles name other hosts. They are emptied here, once, for the classes in use:
the page template loads the same libraries from our own address instead.

No words of a user pass through Folium: it compiles what its elements write as a template once more, so that a
title with "{{" in it would run on the server. Marks and words stand in the page as JSON beside Folium's script.
"""

import folium
from branca.element import Figure, MacroElement
from folium.plugins import FastMarkerCluster
from folium.template import Template


class ChinaMap(folium.Map):
    """A Folium map without foreign scripts, whose header part is left to the page template."""

    default_js: list[tuple[str, str]] = []
    default_css: list[tuple[str, str]] = []

    _template = Template(
        """
        {% macro html(this, kwargs) %}<div class="folium-map" id="{{ this.get_name() }}"></div>{% endmacro %}
        {% macro script(this, kwargs) %}
            var {{ this.get_name() }} = L.map({{ this.get_name()|tojson }}, {
                center: {{ this.location|tojson }}, crs: L.CRS.{{ this.crs }}, ...{{ this.options|tojavascript }}
            });
        {% endmacro %}
        """
    )

    def __init__(self, crs: str) -> None:
        super().__init__(
            location=[36.0, 104.0],
            zoom_start=4,
            tiles=None,
            crs=crs,
            zoom_control=False,
            # without a greatest zoom every cluster stops with "Map has no maxZoom specified"
            maxZoom=16,
            minZoom=2,
            zoomSnap=0.25,
            attributionControl=False,  # Leaflet's own carries a foreign flag
        )
        self._id = "china"  # the same page for the same marks


class View(MacroElement):
    """Starts the behaviour of `static/map.js`; its configuration stands in the page as JSON."""

    _template = Template(
        "{% macro script(this, kwargs) %}"
        "var view = ResponderMap.start({{ this._parent.get_name() }});"
        "{% endmacro %}"
    )

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._id = "view"


class PlainLayer(MacroElement):
    """A layer whose marks are drawn one by one; those at one spot are gathered in the browser."""

    _template = Template(
        "{% macro script(this, kwargs) %}view.addLayer({{ this.number }}, null);{% endmacro %}"
    )

    def __init__(self, number: int, kind: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._id = f"layer_{number}"
        self.number = number


class PackedCluster(FastMarkerCluster):
    """A FastMarkerCluster that takes packed columns instead of rows and fills itself when first shown."""

    default_js: list[tuple[str, str]] = []
    default_css: list[tuple[str, str]] = []

    _template = Template(
        """
        {% macro script(this, kwargs) %}
            (function () {
                var cluster = L.markerClusterGroup({{ this.options|tojavascript }});
                cluster.options.iconCreateFunction = {{ this.icon_create_function }};
                view.addLayer({{ this.number }}, cluster);
            })();
        {% endmacro %}
        """
    )

    def __init__(self, number: int, kind: str) -> None:
        super().__init__(  # type: ignore[no-untyped-call]
            [],
            callback="",
            icon_create_function=f'ResponderMap.clusterIcon("{kind}")',
            maxClusterRadius=56,
            clusterPane="clusters",
            chunkedLoading=True,
            showCoverageOnHover=False,
            spiderfyOnMaxZoom=True,
            show=False,  # the chip decides, not Folium
        )
        self._id = f"layer_{number}"
        self.number = number


class Ready(MacroElement):
    """Opens the picture after every layer has been added."""

    _template = Template("{% macro script(this, kwargs) %}view.ready();{% endmacro %}")

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._id = "ready"


def tile_layer(url: str, attribution: str) -> folium.TileLayer:
    """Return the layer of picture tiles under the outlines; *attribution* is safe HTML without braces."""
    layer = folium.TileLayer(tiles=url, attr=attribution, control=False, max_zoom=16)
    layer._id = "picture"
    return layer


def draw(china: ChinaMap) -> tuple[str, str]:
    """Return the HTML of the map's element and the script that fills it."""
    figure = china.get_root()
    if not isinstance(figure, Figure):
        raise TypeError("A Folium map stands in a figure.")
    figure.render()
    return figure.html.render(), figure.script.render()
