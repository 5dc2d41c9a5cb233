import base64
import hashlib
import re
import subprocess
import sys
from html.parser import HTMLParser

import pytest

from maps import assets
from maps.folium_map import Tiles, content_security_policy, render_file, render_page
from maps.layers import Bounds, Layer, Line, Ring
from responder.core.errors import Text
from tests.unit.maps.examples import SCRIPT_TITLE, hazards, incidents, national_bases

NONCE = "Zm9saXVt"


class Tags(HTMLParser):
    """Collects the start tags of a page with their attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def named(self, *names: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.found if name in names]


@pytest.fixture(scope="module")
def page() -> str:
    rings = [Ring(126.6, 42.0, 300_000, "300 公里")]
    lines = [Line("r", [(125.9, 41.7), (126.6, 42.0)])]
    return render_page(
        [incidents(), *national_bases(), hazards(600)], nonce=NONCE, home="220000", rings=rings, lines=lines
    )


def test_no_address_in_the_page_names_another_host(page: str) -> None:
    addresses = [
        value
        for _, attributes in Tags(page).found
        for name, value in attributes.items()
        if name in ("src", "href")
    ]
    assert addresses
    assert not [value for value in addresses if value and re.match(r"(https?:)?//", value)]


def test_every_script_and_style_carries_the_nonce(page: str) -> None:
    tags = Tags(page)
    blocks = tags.named("script", "style") + [a for a in tags.named("link") if a["rel"] == "stylesheet"]
    assert len(blocks) > 5
    assert {attributes.get("nonce") for attributes in blocks} == {NONCE}


def test_there_are_no_inline_styles_and_no_inline_handlers(page: str) -> None:
    for _, attributes in Tags(page).found:
        assert not [name for name in attributes if name == "style" or name.startswith("on")]


def test_source_and_approval_number_stand_on_the_page_in_both_languages() -> None:
    for locale in ("zh", "en"):
        shown = render_page(national_bases(), nonce=NONCE, locale=locale)
        assert "GS（2024）0650号" in shown and "天地图" in shown


def test_the_legend_counts_46_bases_by_kind() -> None:
    shown = render_page(national_bases(), nonce=NONCE)
    assert re.search(r'<b class="legend-total">46</b>', shown)
    assert re.search(r'<li data-kind="mining">.*?<b>26</b>', shown)
    assert re.search(r'<li data-kind="chemical">.*?<b>20</b>', shown)
    assert re.search(r'<li data-kind="fire" hidden>', shown)


def test_each_layer_has_a_chip_with_its_total_and_a_layer_to_be_counted_says_unknown() -> None:
    offices = Layer("offices", Text("值班室", "Duty offices"), shown=False, source_url="/map/layers/offices")
    shown = render_page([*national_bases(), offices], nonce=NONCE, locale="en")
    assert re.search(r'data-layer="mining" aria-pressed="true">National mine bases <b>26</b>', shown)
    assert re.search(r'data-layer="offices" aria-pressed="false">Duty offices <b>unknown</b>', shown)


def test_the_page_around_the_frame_may_offer_the_layers_itself() -> None:
    assert "map-bar" not in render_page(national_bases(), nonce=NONCE, has_chips=False)


def test_more_than_five_hundred_points_become_a_fast_marker_cluster(page: str) -> None:
    assert page.count("L.markerClusterGroup(") == 1
    assert page.count("view.addLayer(") == 4


def test_titles_with_markup_cannot_leave_the_script() -> None:
    shown = render_page([incidents(SCRIPT_TITLE)], nonce=NONCE)
    assert "window.broken" in shown
    assert "</script><script>window" not in shown and "<img" not in shown


@pytest.mark.parametrize(
    "title", ["{{ 7 * 7 }}", "{% for %}", "{# away #}", "{{ self.__init__.__globals__ }}"]
)
def test_a_title_that_looks_like_a_template_is_never_run(title: str) -> None:
    for shown in (render_page([incidents(title)], nonce=NONCE, title=title), render_file([incidents(title)])):
        assert f'"{title}"' in shown


def test_the_credit_of_the_tiles_is_never_run_as_a_template() -> None:
    shown = render_page([], nonce=NONCE, tiles=Tiles("/tiles/{z}/{x}/{y}.png", "{{ 7 * 7 }}"))
    assert "49" not in re.findall(r'"attribution": "([^"]*)"', shown)[0]


def test_titles_with_markup_are_text_in_the_list_of_the_saved_file() -> None:
    saved = render_file([incidents(SCRIPT_TITLE)])
    assert "&lt;/script&gt;" in saved
    assert "</script><script>window" not in saved and "<img" not in saved


def test_the_same_marks_give_the_same_page() -> None:
    assert render_page(national_bases(), nonce=NONCE) == render_page(national_bases(), nonce=NONCE)


def test_two_layers_of_one_id_are_refused() -> None:
    with pytest.raises(ValueError, match="share an id"):
        render_page([incidents(), incidents()], nonce=NONCE)


def test_where_the_map_opens_can_be_said() -> None:
    shown = render_page(national_bases(), nonce=NONCE, opens_at=Bounds(120.0, 40.0, 130.0, 45.0))
    assert '"opens_at":[[40.0,120.0]' in shown


def test_the_page_without_outline_addresses_holds_the_outlines() -> None:
    shown = render_page([], nonce=NONCE, outline_base=None)
    assert 'id="outlines"' in shown and "CN-nanhai" in shown


def test_picture_tiles_come_only_from_where_the_policy_allows() -> None:
    tiles = Tiles("https://tiles.example.cn/{z}/{x}/{y}.png", "某图 <b>")
    shown = render_page([], nonce=NONCE, tiles=tiles)
    assert "L.tileLayer(" in shown and "\\u0026lt;b\\u0026gt;" in shown and "L.CRS.EPSG3857" in shown
    assert "https://tiles.example.cn" in content_security_policy(NONCE, tiles)


def test_without_tiles_the_policy_names_no_host() -> None:
    policy = content_security_policy(NONCE)
    assert "http" not in policy and "unsafe" not in policy
    assert f"script-src 'self' 'nonce-{NONCE}'" in policy


def test_the_saved_file_holds_everything_and_names_no_host() -> None:
    saved = render_file([incidents(), *national_bases()], home="220000", note="2026-11-21 14:54")
    tags = Tags(saved)
    assert not [a for a in tags.named("script", "img", "iframe") if "src" in a]
    assert {a["href"] for a in tags.named("link")} == {"data:,"}
    assert not re.search(r"""(?:src|href)\s*=\s*["']?(?:https?:)?//""", saved)
    assert not [style for style in re.findall(r"<style>(.*?)</style>", saved, re.DOTALL) if "url(" in style]


def test_the_saved_file_allows_exactly_its_own_scripts() -> None:
    saved = render_file(national_bases())
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', saved)
    assert policy is not None
    scripts = re.findall(r"<script>(.*?)</script>", saved, re.DOTALL)
    assert len(scripts) == len(assets.SCRIPTS) + 1
    for script in scripts:
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy[1].replace("&#39;", "'")
    assert "unsafe" not in policy[1] and "connect-src" not in policy[1]


def test_the_list_of_the_saved_file_has_a_row_for_every_mark() -> None:
    saved = render_file([incidents(), *national_bases()])
    assert saved.count("<tr data-id=") == 48
    assert "与图上同为 48 行" in saved


def test_a_long_list_says_how_many_it_leaves_out() -> None:
    saved = render_file([hazards(2100)])
    assert saved.count("<tr data-id=") == 2000
    assert "图上 2100 处，列出前 2000 行" in saved


def test_a_saved_map_refuses_a_layer_that_would_have_to_be_fetched() -> None:
    with pytest.raises(ValueError, match="must hold its marks"):
        render_file([Layer("a", Text("", ""), source_url="/map/layers/a")])


def test_folium_is_loaded_with_the_first_map_and_not_before() -> None:
    code = "import sys, maps.folium_map, maps.schematic; sys.exit('folium' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_vendored_files_are_there_with_their_licences_and_small() -> None:
    root = assets.directory()
    assert all((root / name).is_file() for name in assets.SCRIPTS + assets.STYLES)
    assert {path.name for path in (root / "vendor").glob("LICENSE*")} == {
        "LICENSE-leaflet.txt",
        "LICENSE-leaflet.markercluster.txt",
    }
    assert sum(path.stat().st_size for path in root.rglob("*") if path.is_file()) < 700_000
