"""The map page and the saved map in a real Chromium: nothing foreign is asked for, all is counted."""

import base64
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from maps import assets, geojson, outlines, projection
from maps.folium_map import Tiles, content_security_policy, render_file, render_page
from maps.kinds import Kind
from maps.layers import Layer, Line, Mark, Ring
from responder.core.errors import Text
from tests.unit.maps.examples import SCRIPT_TITLE, hazards, incidents, national_bases

pytestmark = pytest.mark.browser

NONCE = "bm9uY2U"
DOT = base64.b64decode("R0lGODlhAQABAIAAAP///wAAACH5BAEAAAAALAAAAAABAAEAAAICRAEAOw==")
TYPES = {".css": "text/css", ".js": "text/javascript"}


class Site:
    """Serves map pages with their policy, the assets, the outlines and one fetched layer."""

    def __init__(self) -> None:
        self.pages: dict[str, str] = {}
        self.base = ""

    def answer(self, path: str) -> tuple[str, bytes] | None:
        if path in self.pages:
            return "text/html; charset=utf-8", self.pages[path].encode()
        if path.startswith("/static/maps/"):
            file = assets.directory() / path.removeprefix("/static/maps/")
            return TYPES[file.suffix], file.read_bytes()
        if path.startswith("/map/outlines/"):
            found = outlines.outline_file(path.removeprefix("/map/outlines/"))
            return (outlines.MEDIA_TYPE, found.body) if found else None
        if path.startswith("/tiles/"):
            return "image/gif", DOT
        if path == "/map/layers/offices":
            return geojson.MEDIA_TYPE, geojson.dumps([offices()])
        return None


def offices() -> Layer:
    marks = [Mark(f"A{i}", 110.0 + i, 35.0, Kind.AGENCY, f"值班室 {i}") for i in range(5)]
    return Layer("offices", Text("值班室", "Duty offices"), marks)


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    served = Site()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = served.answer(urlsplit(self.path).path)
            self.send_response(200 if found else 404)
            if found:
                self.send_header("Content-Type", found[0])
                self.send_header(
                    "Content-Security-Policy", content_security_policy(NONCE) + "; frame-src 'self'"
                )
            self.end_headers()
            self.wfile.write(found[1] if found else b"")

        def log_message(self, *arguments: object) -> None:
            """Stay quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    served.base = f"http://127.0.0.1:{server.server_port}"
    yield served
    server.shutdown()
    server.server_close()
    thread.join()


Opener = Callable[..., Any]


@pytest.fixture
def open_page(chromium: Any, site: Site) -> Iterator[Opener]:
    """Open a page; at the end there may be no message on the console and no request to another host."""
    messages: list[str] = []
    requests: list[str] = []
    context = chromium.new_context(viewport={"width": 1440, "height": 900})

    def opened(address: str, width: int = 1440, height: int = 900) -> Any:
        page = context.new_page()
        page.set_viewport_size({"width": width, "height": height})
        page.on("console", lambda message: messages.append(message.text))
        page.on("pageerror", lambda error: messages.append(str(error)))
        page.on("request", lambda request: requests.append(request.url))
        page.goto(address if "://" in address else site.base + address)
        page.wait_for_selector("body[data-ground=ready][data-ready=yes]")
        return page

    yield opened
    context.close()
    assert messages == []
    assert [url for url in requests if not url.startswith((site.base, "data:", "file:"))] == []


def drawn_marks(page: Any) -> int:
    """Return how many marks the single signs on the map stand for."""
    return int(
        page.evaluate(
            """() => [...document.querySelectorAll('.leaflet-marker-pane .sign')].reduce((sum, sign) => {
                const several = sign.querySelector('.several, .stack');
                return sum + (several ? Number(several.textContent) : 1);
            }, 0)"""
        )
    )


def test_46_bases_are_drawn_counted_and_told_apart(open_page: Opener, site: Site) -> None:
    site.pages["/bases"] = render_page(national_bases(), nonce=NONCE)
    page = open_page("/bases")
    assert drawn_marks(page) == 46
    assert page.text_content(".legend-total") == "46"
    assert page.get_attribute("body", "data-total") == "46"
    assert page.locator(".land").count() > 34


def test_switching_a_layer_changes_marks_legend_and_total_alike(open_page: Opener, site: Site) -> None:
    site.pages["/switch"] = render_page(national_bases(), nonce=NONCE)
    page = open_page("/switch")
    page.click(".chip[data-layer=chemical]")
    assert page.get_attribute(".chip[data-layer=chemical]", "aria-pressed") == "false"
    assert drawn_marks(page) == 26
    assert page.text_content(".legend-total") == "26"
    assert page.is_hidden(".legend li[data-kind=chemical]")


def test_two_incidents_at_one_spot_are_one_mark_with_its_number(open_page: Opener, site: Site) -> None:
    site.pages["/spot"] = render_page([incidents()], nonce=NONCE)
    page = open_page("/spot")
    assert page.locator(".leaflet-marker-pane .sign").count() == 1
    assert page.text_content(".sign .several") == "2"
    assert page.text_content(".sign .mk-label") == "青石岭等 2 起"


def test_a_title_with_script_stays_text_in_the_popup(open_page: Opener, site: Site) -> None:
    site.pages["/script"] = render_page([incidents(SCRIPT_TITLE)], nonce=NONCE)
    page = open_page("/script")
    page.click(".sign")
    assert SCRIPT_TITLE in page.text_content(".popup")
    assert page.evaluate("window.broken") is None
    assert page.locator(".popup img, .popup script").count() == 0


def test_the_keyboard_alone_opens_and_closes_a_popup(open_page: Opener, site: Site) -> None:
    site.pages["/keys"] = render_page([incidents()], nonce=NONCE)
    page = open_page("/keys")
    page.focus(".sign")
    page.keyboard.press("Enter")
    page.wait_for_selector(".popup")
    assert page.evaluate("document.activeElement.className") == "popup"
    page.keyboard.press("Escape")
    page.wait_for_selector(".popup", state="detached")
    assert page.evaluate("document.activeElement.classList.contains('sign')")


def test_the_address_opens_a_mark_and_its_link_leaves_the_frame(open_page: Opener, site: Site) -> None:
    site.pages["/address"] = render_page([incidents()], nonce=NONCE, home="220000")
    page = open_page("/address#mark=I2")
    link = page.locator(".popup-link")
    assert (link.get_attribute("href"), link.get_attribute("target")) == ("/incidents/I2", "_top")


def test_five_thousand_hazards_are_clustered_and_none_is_lost(open_page: Opener, site: Site) -> None:
    site.pages["/many"] = render_page([*national_bases(), hazards(5000)], nonce=NONCE)
    page = open_page("/many")
    page.wait_for_function(
        """() => {
            const shown = [...document.querySelectorAll('.leaflet-clusters-pane .cluster')];
            return shown.reduce((sum, cluster) => sum + Number(cluster.textContent), 0) > 4000;
        }"""
    )
    assert page.text_content(".legend-total") == "5046"


def test_a_layer_is_fetched_when_first_switched_on(open_page: Opener, site: Site) -> None:
    fetched = Layer("offices", Text("值班室", "Duty"), shown=False, source_url="/map/layers/offices", total=5)
    site.pages["/fetched"] = render_page([fetched], nonce=NONCE)
    page = open_page("/fetched")
    assert page.text_content(".legend-total") == "0"
    page.click(".chip[data-layer=offices]")
    page.wait_for_selector("body[data-total='5']")
    assert drawn_marks(page) == 5


def test_picture_tiles_lie_under_the_outlines_with_their_credit(open_page: Opener, site: Site) -> None:
    tiles = Tiles("/tiles/{z}/{x}/{y}.gif", "影像 <某单位> {{ 7 * 7 }}")
    site.pages["/tiled"] = render_page(national_bases(), nonce=NONCE, tiles=tiles)
    page = open_page("/tiled")
    page.wait_for_selector("img.leaflet-tile-loaded")
    credit = page.text_content(".leaflet-control-attribution")
    assert "影像 <某单位> {{ 7 * 7 }}" in credit and "GS（2024）0650号" in credit
    assert drawn_marks(page) == 46


def test_the_home_province_shows_its_prefectures(open_page: Opener, site: Site) -> None:
    site.pages["/home"] = render_page(national_bases(), nonce=NONCE, home="220000")
    page = open_page("/home")
    page.wait_for_selector(".leaflet-districts-pane .district", state="attached")
    assert page.locator(".land.home").count() == 1
    assert "白山" in page.locator(".district-name").all_text_contents()


@pytest.mark.parametrize(("width", "height"), [(390, 420), (390, 700), (800, 460), (1440, 900)])
def test_the_whole_country_is_seen_and_the_inset_covers_no_part_of_it(
    open_page: Opener, site: Site, width: int, height: int
) -> None:
    site.pages["/sizes"] = render_page(national_bases(), nonce=NONCE)
    page = open_page("/sizes", width=width, height=height)
    points = [
        list(point)
        for area in outlines.provinces()
        for polygon in area.polygons
        for point in polygon[0][::9]
        if point[1] > 18.2
    ]
    covered, outside = page.evaluate(
        """(points) => {
            const stage = map_china.getContainer().getBoundingClientRect();
            const inset = document.querySelector('.inset').getBoundingClientRect();
            const placed = points.map(([lon, lat]) => map_china.latLngToContainerPoint([lat, lon]));
            const within = (box) => (at) => (
                at.x >= box.left - stage.left && at.x <= box.right - stage.left &&
                at.y >= box.top - stage.top && at.y <= box.bottom - stage.top
            );
            const inStage = placed.filter(within(stage)).length;
            return [placed.filter(within(inset)).length, placed.length - inStage];
        }""",
        points,
    )
    assert (covered, outside) == (0, 0)


def test_the_telephone_has_the_legend_folded_and_nothing_beside_the_page(
    open_page: Opener, site: Site
) -> None:
    site.pages["/phone"] = render_page(national_bases(), nonce=NONCE)
    page = open_page("/phone", width=390, height=700)
    assert page.get_attribute("details.legend", "open") is None
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert drawn_marks(page) == 46


def test_the_page_in_a_frame_follows_the_theme_around_it(open_page: Opener, site: Site) -> None:
    site.pages["/inner"] = render_page(national_bases(), nonce=NONCE, theme="light")
    site.pages["/outer"] = (
        '<!doctype html><html data-bs-theme="dark"><head><link rel="icon" href="data:,"></head>'
        '<body data-ground="ready" data-ready="yes"><iframe src="/inner"></iframe></body></html>'
    )
    page = open_page("/outer")
    own = page.frame_locator("iframe").locator("html")
    own.locator("body[data-ready=yes]").wait_for()
    assert own.get_attribute("data-bs-theme") == "dark"
    page.evaluate("document.documentElement.dataset.bsTheme = 'light'")
    page.frame_locator("iframe").locator("html[data-bs-theme=light]").wait_for()


def test_the_saved_file_opens_without_a_server(open_page: Opener, tmp_path: Path) -> None:
    saved = tmp_path / "map.html"
    layers = [incidents(), *national_bases(), hazards(600)]
    rings = [Ring(126.6, 42.0, 300_000, "300 公里")]
    lines = [Line("r", [(125.9, 41.7), (126.6, 42.0)])]
    saved.write_text(render_file(layers, home="220000", rings=rings, lines=lines), encoding="utf-8")
    page = open_page(saved.as_uri())
    assert page.text_content(".legend-total") == "648"
    assert page.locator(".list tbody tr").count() == 648
    assert page.locator(".ring").count() == 1 and page.locator(".route").count() == 1
    page.click(".list tbody tr[data-id=M01] a")
    assert "M01" in page.text_content(".popup")
    assert page.locator(".popup-link").count() == 0


def test_the_projection_of_the_browser_is_that_of_the_schematic(open_page: Opener, site: Site) -> None:
    site.pages["/projection"] = render_page([], nonce=NONCE)
    page = open_page("/projection")
    places = [(126.6, 42.0), (73.5, 39.3), (112.3, 3.9), (105.0, 0.0), (135.0, 48.4)]
    script = """(places) => places.map(([lon, lat]) => {
        const point = L.CRS.ChinaAlbers.projection.project(L.latLng(lat, lon));
        const back = L.CRS.ChinaAlbers.projection.unproject(point);
        return [point.x, point.y, back.lng, back.lat];
    })"""
    for place, (x, y, lon, lat) in zip(places, page.evaluate(script, places), strict=True):
        assert (x, y) == pytest.approx(projection.albers(*place), abs=0.01)
        assert (lon, lat) == pytest.approx(place, abs=1e-9)
