"""Reads the reference files of the directory and shapes them into rows; knows files, not the database."""

import csv
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from responder.core.errors import InvalidInput, Text
from responder.foundation.directory import naming
from responder.foundation.directory.models import LOCAL, SHIPPED
from responder.foundation.directory.rules import agency_code

DATA = Path(__file__).parent / "data"
Row = dict[str, Any]
_LEVELS = {"corps": "province", "prefecture": "city"}
_GENERIC_EN = {
    "市": "City",
    "县": "County",
    "区": "District",
    "旗": "Banner",
    "盟": "League",
    "省": "Province",
}
_YES = frozenset({"yes", "true", "1", "是"})


@dataclass(frozen=True, slots=True)
class ReferenceFile:
    """One file's rows and what they are: jurisdiction, town, former_place, agency or coal_inspectorate."""

    kind: str
    rows: Sequence[Mapping[str, str]]


def shipped() -> tuple[ReferenceFile, ...]:
    """Return the files that come with the product."""
    names = ("jurisdictions", "towns", "former_jurisdictions", "coal_inspectorates")
    return tuple(read(DATA / f"{name}.csv") for name in names)


def read(path: Path) -> ReferenceFile:
    """Return the rows of a CSV file, known by its heading; raise InvalidInput when it is none of ours."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            heading = frozenset(reader.fieldnames or ())
            rows = list(reader)
    except (OSError, UnicodeDecodeError, csv.Error) as cause:
        raise InvalidInput(
            Text(f"读不出文件 {path.name}：{cause}", f"cannot read {path.name}: {cause}")
        ) from cause
    kind = recognise(heading)
    if kind is None:
        raise InvalidInput(
            Text(
                f"{path.name} 的表头不是任何一种参考数据",
                f"the heading of {path.name} is of no reference table",
            )
        )
    return ReferenceFile(kind, rows)


def recognise(heading: frozenset[str]) -> str | None:
    """Return which table a file with that heading is for, or None."""
    marks = {
        "former_place": {"former_code", "former_name", "until_year"},
        "town": {"code", "name", "county_code"},
        "jurisdiction": {"code", "name", "level", "parent_code"},
        "agency": {"jurisdiction", "body"},
        "coal_inspectorate": {"code", "name", "former_name", "until_on"},
    }
    return next((kind for kind, needed in marks.items() if needed <= heading), None)


def jurisdiction_rows(rows: Iterable[Mapping[str, str]], known: Mapping[str, Row], origin: str) -> list[Row]:
    """Return the rows of table jurisdiction, parents first, with every row's own path of codes."""
    shaped = {row["code"]: _jurisdiction(row, known, origin) for row in rows}
    everything = {**known, **shaped}
    for row in shaped.values():
        _lay_path(row, everything)
    order = ("state", "province", "city", "county")
    return sorted(shaped.values(), key=lambda row: (order.index(row["level"]), row["code"]))


def _jurisdiction(row: Mapping[str, str], known: Mapping[str, Row], origin: str) -> Row:
    code, name = row["code"], row["name"]
    before = known.get(code)
    level = _LEVELS.get(row["level"], row["level"])
    if level not in {"state", "province", "city", "county"}:
        raise InvalidInput(Text(f"{code} 的层级无效：{level}", f"{code} has no valid level: {level}"))
    same_name = before is not None and before["name"] == name
    return {
        "code": code,
        "name": name,
        "name_en": row.get("name_en") or row.get("name_en_or_pinyin") or romanise(name),
        "initials": before["initials"] if before is not None and same_name else initials(name),
        "level": level,
        "parent_code": (row.get("parent_code") or "000000") if level != "state" else None,
        "lon": float(row["lon"]) if row.get("lon") else None,
        "lat": float(row["lat"]) if row.get("lat") else None,
        "reporting": row.get("reporting", "yes") in _YES,
        "coded": row.get("coded", "yes") in _YES,
        "province_code": None,
        "city_code": None,
        "county_code": None,
        "ended_on": _day(row.get("ended_on")),
        "origin": origin,
    }


def _lay_path(row: Row, everything: Mapping[str, Row]) -> None:
    here: Row | None = row
    for _ in range(4):
        if here is None or here["level"] == "state":
            return
        row[f"{here['level']}_code"] = here["code"]
        if here["parent_code"] not in everything:
            raise InvalidInput(
                Text(
                    f"{here['code']} 的上级 {here['parent_code']} 不存在",
                    f"{here['code']} has an unknown parent {here['parent_code']}",
                )
            )
        here = everything[here["parent_code"]]


def town_rows(rows: Iterable[Mapping[str, str]], origin: str) -> list[Row]:
    """Return the rows of table town."""
    return [
        {"code": r["code"], "name": r["name"], "county_code": r["county_code"], "origin": origin}
        for r in rows
    ]


def former_rows(rows: Iterable[Mapping[str, str]], origin: str) -> list[Row]:
    """Return the rows of table former_place."""
    return [
        {
            "id": f"{r['former_code']}-{r['until_year']}",
            "former_code": r["former_code"],
            "former_name": r["former_name"],
            "until_year": int(r["until_year"]),
            "change": r["change"],
            "code": r["code"],
            "name": r["name"],
            "current": r.get("current", "yes") in _YES,
            "document": r.get("document") or None,
            "origin": origin,
        }
        for r in rows
    ]


def derived_agencies(
    places: Mapping[str, Row], codes: Iterable[str], former: Iterable[Row]
) -> tuple[list[Row], list[Row]]:
    """Return agencies and their former names for each reporting place of *codes*, by rule, without people."""
    renamings: dict[str, list[tuple[int, str, str]]] = defaultdict(list)
    for row in former:
        if (
            row["current"]
            and row["change"] in naming.RENAMINGS
            and row["former_name"] != places_name(places, row)
        ):
            renamings[row["code"]].append(
                (row["until_year"], row["former_name"], romanise(row["former_name"]))
            )
    agencies, names = [], []
    for code in codes:
        place = places[code]
        if not place["reporting"]:
            continue
        bodies = naming.STATE_BODIES if place["level"] == "state" else naming.DERIVED_BODIES
        for body in bodies:
            agency, old = _office(place, places, body, tuple(sorted(renamings[code])))
            agencies.append(agency)
            names.extend(old)
    return agencies, names


def places_name(places: Mapping[str, Row], former: Row) -> str | None:
    """Return today's name of the successor of a former place, or None when it is unknown."""
    successor = places.get(former["code"])
    return successor["name"] if successor is not None else None


def _office(
    place: Row, places: Mapping[str, Row], body: str, renamings: tuple[tuple[int, str, str], ...]
) -> tuple[Row, list[Row]]:
    province = places.get(place["province_code"])
    name, name_en, former = naming.office_names(
        body,
        naming.Place(
            place["code"],
            place["name"],
            place["name_en"],
            place["level"],
            province["name"] if province else "",
            renamings,
        ),
    )
    code = agency_code(place["code"], body)
    room = body == "work_safety" or (place["level"] == "state" and body == "dispatch")
    parent = agency_code(place["parent_code"], body) if place["parent_code"] else None
    if parent == "000000.government":
        parent = "000000.council"
    agency = _agency(code, place, body, name, name_en, room, parent)
    return agency, [name_row(code, old.name, old.name_en, old.until_on) for old in former]


def _agency(code: str, place: Row, body: str, name: str, name_en: str, room: bool, parent: str | None) -> Row:
    return {
        "code": code,
        "jurisdiction_code": place["code"],
        "body": body,
        "level": place["level"],
        "name": name,
        "name_en": name_en,
        "has_duty_room": room,
        "established": True,
        "opened_on": None,
        "closed_on": None,
        "parent_code": parent,
        "stand_in_code": None,
        "confidence": "derived",
        "origin": SHIPPED,
    }


def name_row(code: str, name: str, name_en: str, until_on: date) -> Row:
    """Return a row of table agency_name."""
    return {"agency_code": code, "until_on": until_on, "name": name, "name_en": name_en, "origin": SHIPPED}


def coal_inspectorates(
    rows: Iterable[Mapping[str, str]], places: Mapping[str, Row]
) -> tuple[list[Row], list[Row]]:
    """Return the mine-safety inspectorates and their former names."""
    agencies, names = [], []
    for r in rows:
        code = agency_code(r["code"], "coal_inspectorate")
        parent = None if r["code"] == "000000" else "000000.coal_inspectorate"
        agency = _agency(code, places[r["code"]], "coal_inspectorate", r["name"], r["name_en"], False, parent)
        agencies.append(agency | {"confidence": r["confidence"]})
        names.append(name_row(code, r["former_name"], r["former_name_en"], date.fromisoformat(r["until_on"])))
    return agencies, names


def agency_rows(
    rows: Iterable[Mapping[str, str]], known: Mapping[str, Row], places: Mapping[str, Row]
) -> list[Row]:
    """Return agencies of a local file laid over what is known; a blank field keeps the known value."""
    shaped = []
    for r in rows:
        place = places.get(r["jurisdiction"])
        if place is None:
            raise InvalidInput(
                Text(f"没有行政区划 {r['jurisdiction']}", f"there is no jurisdiction {r['jurisdiction']}")
            )
        code = r.get("code") or agency_code(r["jurisdiction"], r["body"])
        name = r.get("name") or f"{place['name']}{r['body']}"
        base = known.get(code) or _agency(code, place, r["body"], name, name, False, None)
        given: Row = {key: r[key] for key in ("name", "name_en", "parent_code") if r.get(key)}
        given |= {key: r[key] in _YES for key in ("has_duty_room", "established") if r.get(key)}
        given |= {key: _day(r[key]) for key in ("opened_on", "closed_on") if r.get(key)}
        given |= {"stand_in_code": r["stand_in"]} if r.get("stand_in") else {}
        shaped.append({**base, **given, "confidence": r.get("confidence") or "local", "origin": LOCAL})
    return shaped


def initials(name: str) -> str:
    """Return the pinyin initials of *name* in lower case: 江源区 → jyq."""
    from pypinyin import Style, lazy_pinyin

    return "".join(lazy_pinyin(name, style=Style.FIRST_LETTER)).lower()


def romanise(name: str) -> str:
    """Return *name* in pinyin with an English generic word: 八道江区 → Badaojiang District."""
    from pypinyin import lazy_pinyin

    stem, generic = (
        (name[:-1], _GENERIC_EN[name[-1]]) if name[-1:] in _GENERIC_EN and len(name) > 2 else (name, "")
    )
    return f"{''.join(lazy_pinyin(stem)).capitalize()} {generic}".strip()


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
