"""The directory's rows as recognition takes them, and the places of a hundred real accidents."""

import csv
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from pathlib import Path

from responder.incidents.recognition import FormerRow, Gazetteer, PlaceRow, TownRow


def _rows(name: str) -> Iterator[dict[str, str]]:
    with files("responder.foundation.directory").joinpath("data", name).open(encoding="utf-8") as lines:
        yield from csv.DictReader(lines)


def place_rows() -> Iterator[PlaceRow]:
    """Yield every jurisdiction."""
    for row in _rows("jurisdictions.csv"):
        yield PlaceRow(row["code"], row["name"], row["name_en"], row["level"], row["parent_code"])


def town_rows() -> Iterator[TownRow]:
    """Yield every town."""
    for row in _rows("towns.csv"):
        yield TownRow(row["code"], row["name"], row["county_code"])


def former_rows() -> Iterator[FormerRow]:
    """Yield every former name."""
    for row in _rows("former_jurisdictions.csv"):
        yield FormerRow(row["former_name"], row["code"], int(row["until_year"]), row["former_code"])


@cache
def gazetteer() -> Gazetteer:
    """Return the gazetteer of the whole country."""
    return Gazetteer.build(place_rows(), town_rows(), former_rows())


def historic_places() -> list[dict[str, str]]:
    """Return the places of a hundred real accidents with the code of their city."""
    with Path(__file__).with_name("data").joinpath("historic_places.csv").open(encoding="utf-8") as lines:
        return list(csv.DictReader(lines))
