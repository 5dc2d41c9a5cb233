import re
import xml.etree.ElementTree as ElementTree

import pytest

from maps import outlines, schematic
from maps.kinds import Kind, State
from maps.layers import Mark, Ring
from maps.place_names import Box, short_name
from tests.unit.maps.examples import SCRIPT_TITLE

BAISHAN = Mark("1", 126.42, 41.94, Kind.INCIDENT, "青石岭煤矿瓦斯爆炸", badge="较大", label="青石岭")
HARBIN = Mark("2", 126.6, 45.8, Kind.CHEMICAL, "哈尔滨", State.WORKING)


@pytest.mark.parametrize("code", [area.code for area in outlines.provinces()])
def test_every_province_is_well_formed_and_small(code: str) -> None:
    svg = schematic.province_svg(code, [])
    assert ElementTree.fromstring(svg).tag == "svg"
    assert len(svg.encode()) <= 30_000


def test_marks_and_their_labels_are_drawn_and_described() -> None:
    svg = schematic.province_svg("220000", [BAISHAN])
    root = ElementTree.fromstring(svg)
    assert root.attrib["aria-label"] == "吉林省地图：1 处标注（青石岭煤矿瓦斯爆炸）"
    assert 'class="mk incident plain"' in svg
    assert ">青石岭</text>" in svg


def test_a_mark_outside_the_picture_is_left_out_and_counted() -> None:
    beijing = Mark("3", 116.4, 39.9, Kind.MINING, "北京")
    svg = schematic.province_svg("220000", [BAISHAN, beijing], locale="en")
    assert "1 more outside the picture" in svg
    assert "mk mining" not in svg


def test_there_are_no_inline_styles_scripts_or_addresses() -> None:
    svg = schematic.province_svg("220000", [BAISHAN], rings=[Ring(126.42, 41.94, 50_000, "50 公里")])
    assert not re.search(r"style=|<script|<style|href|\son\w+=", svg)


def test_a_title_with_markup_is_only_text() -> None:
    svg = schematic.province_svg(
        "220000", [Mark("1", 126.4, 41.9, Kind.TEAM, SCRIPT_TITLE, label=SCRIPT_TITLE)]
    )
    assert "<script" not in svg and "<img" not in svg
    assert "".join(ElementTree.fromstring(svg).itertext()).count(SCRIPT_TITLE) >= 2


def test_the_country_shows_the_south_china_sea_in_its_inset() -> None:
    svg = schematic.country_svg([BAISHAN, HARBIN])
    assert 'class="nanhai"' in svg and "南海诸岛" in svg
    assert svg.count("nanhai_line") == 2
    assert "GS（2024）0650号" in svg


@pytest.mark.parametrize("width", [320, 640, 900])
def test_the_inset_covers_no_part_of_the_country(width: int) -> None:
    ground = schematic._country_ground(width, "zh")
    (inset,) = ground.taken
    outer = [
        p for area in outlines.provinces() for polygon in area.polygons for p in polygon[0] if p[1] > 18.2
    ]
    covered = [p for p in outer if inset.meets(Box(*ground.frame.pixel(*p), *ground.frame.pixel(*p)))]
    assert covered == []


def test_names_of_places_do_not_lie_on_each_other_or_on_marks() -> None:
    crowd = [Mark(str(i), 126.0 + i / 5, 42.0 + i / 9, Kind.TEAM, "队") for i in range(10)]
    with_marks, without = schematic.province_svg("220000", crowd), schematic.province_svg("220000", [])
    assert with_marks.count('class="place"') < without.count('class="place"') == 9


def test_islands_too_small_to_draw_stay_as_dots() -> None:
    assert schematic.nanhai_inset().count("h.8v.8h-.8z") > 100


def test_an_unknown_province_is_an_error() -> None:
    with pytest.raises(KeyError):
        schematic.province_svg("990000", [])


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("白山市", "白山"),
        ("延边朝鲜族自治州", "延边"),
        ("西双版纳傣族自治州", "西双版纳"),
        ("新疆维吾尔自治区", "新疆"),
        ("黔西南布依族苗族自治州", "黔西南"),
        ("琼中黎族苗族自治县", "琼中"),
        ("神农架林区", "神农架林区"),
        ("沙市", "沙市"),
    ],
)
def test_names_are_written_as_maps_write_them(name: str, short: str) -> None:
    assert short_name(name) == short
