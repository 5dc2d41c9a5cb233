import json
from pathlib import Path

import pytest

from maps import outlines
from maps.outlines import is_swapped, outline_file, prefecture_at, prefectures, province_at, provinces
from tests.unit.maps.examples import csv_rows

JURISDICTIONS = Path(__file__).parents[3] / "responder/foundation/directory/data/jurisdictions.csv"


def test_there_are_34_provinces_and_every_one_has_its_prefectures() -> None:
    assert len(provinces()) == 34
    assert sum(len(prefectures(area.code)) for area in provinces()) == 375


@pytest.mark.parametrize(
    ("lon", "lat", "province", "prefecture"),
    [
        (126.42, 41.94, "220000", "220600"),  # Baishan
        (116.397, 39.907, "110000", "110000"),  # a municipality has no prefecture: its own code
        (113.55, 22.19, "820000", "820000"),
        (121.52, 25.03, "710000", "710000"),
        (112.34, 16.83, "460000", "460300"),  # Yongxing island, Sansha
        (87.62, 43.82, "650000", "650100"),
    ],
)
def test_a_point_finds_its_province_and_prefecture(
    lon: float, lat: float, province: str, prefecture: str
) -> None:
    assert (province_at(lon, lat), prefecture_at(lon, lat)) == (province, prefecture)


@pytest.mark.parametrize(("lon", "lat"), [(123.5, 35.0), (139.7, 35.7), (106.9, 47.9), (0.0, 0.0)])
def test_in_the_sea_and_abroad_there_is_none(lon: float, lat: float) -> None:
    assert province_at(lon, lat) is None
    assert prefecture_at(lon, lat) is None


def test_a_point_just_off_the_coast_counts_for_the_nearest_province_if_asked() -> None:
    lon, lat = 121.70, 38.85  # off Dalian
    assert province_at(lon, lat) is None
    assert province_at(lon, lat, tolerance_km=10) == "210000"


def test_exchanged_longitude_and_latitude_are_recognised() -> None:
    assert is_swapped(42.0, 126.6) is True  # latitude where longitude belongs
    assert is_swapped(126.6, 42.0) is False
    assert is_swapped(123.5, 35.0) is False  # simply in the sea


def test_the_reference_points_of_the_counties_lie_in_their_province() -> None:
    rows = [row for row in csv_rows(JURISDICTIONS) if row["level"] == "county" and row["lon"]]
    near = [province_at(float(row["lon"]), float(row["lat"]), tolerance_km=5) for row in rows]
    astray = [
        row["code"] for row, found in zip(rows, near, strict=True) if (found or "")[:2] != row["code"][:2]
    ]
    assert len(rows) > 2500
    assert len(astray) <= len(rows) * 0.01, astray


@pytest.mark.parametrize(
    "name",
    [
        "../layers.py",
        "prefectures/../provinces.geojson",
        "prefectures/99.geojson",
        "prefectures/22",
        "/etc/passwd",
    ],
)
def test_only_known_files_are_given_out(name: str) -> None:
    assert outline_file(name) is None


def test_the_entity_tag_follows_the_content() -> None:
    first, second = outline_file("provinces.geojson"), outline_file("prefectures/22.geojson")
    assert first is not None and second is not None
    assert first.etag != second.etag
    assert outline_file("provinces.geojson") == first


def test_the_outlines_hold_the_south_china_sea_line_of_ten_dashes() -> None:
    whole = outline_file("provinces.geojson")
    assert whole is not None
    features = {item["id"]: item for item in json.loads(whole.body)["features"]}
    assert len(features["CN-nanhai"]["geometry"]["coordinates"]) == 10
    assert {"CN-outline", "CN-undefined", "CN-sea"} <= set(features)


def test_the_borders_between_prefectures_lie_within_the_province() -> None:
    runs = outlines.inner_borders(prefectures("220000"))
    jilin = outlines.province("220000")
    assert jilin is not None
    assert len(runs) >= 8
    points = [point for run in runs for point in run[1:-1]]
    within = sum(jilin.contains(*point) for point in points)
    assert within >= 0.97 * len(points)  # the two files are simplified apart


def test_source_and_approval_number_are_given_in_both_languages() -> None:
    for locale in ("zh", "en"):
        assert "GS（2024）0650号" in outlines.attribution(locale)
        assert "天地图" in outlines.attribution(locale)
