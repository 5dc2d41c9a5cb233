"""From a decoded JSON object of the contract to a checked case."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from responder.law.model import (
    FACT_NAMES,
    PEOPLE_FIGURES,
    Case,
    Facts,
    Inquiry,
    Level,
    Party,
    Place,
    Power,
    Rail,
    Receipt,
    Supplement,
)
from responder.law.places import UnknownPlace, place_of
from responder.law.registry import RuleSets, shipped
from responder.law.rule_set import SECTORS
from responder.law.windows import beijing_day

EARLIEST_YEAR, LATEST_YEAR = 1949, 2199
MOST_PEOPLE = 10**9
MOST_YUAN = 10**15
GRIDS = ("regional", "province", "municipality", "capital_city", "city", "county_city")


class BadInput(ValueError):
    """Something in a case that cannot be; `field` names where it stands."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field, self.message = field, message


def _table(values: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = values.get(key)
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise BadInput(key, "must be an object")
    return found


def _text(values: Mapping[str, Any], key: str) -> str:
    found = values.get(key)
    if not isinstance(found, str) or not found:
        raise BadInput(key, "is required" if found is None else "must be a text")
    return found


def _instant(value: Any, field: str) -> datetime:
    if not isinstance(value, str):
        raise BadInput(field, "must be a time such as 2007-06-05T08:00:00+08:00")
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        raise BadInput(field, f"{value} is no possible time") from None
    if at.tzinfo is None:
        raise BadInput(field, f"{value} has no offset from UTC")
    if not EARLIEST_YEAR <= at.year <= LATEST_YEAR:
        raise BadInput(field, f"the year {at.year} is outside {EARLIEST_YEAR} to {LATEST_YEAR}")
    return at


def _day(value: Any, field: str) -> date:
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise BadInput(field, f"{value!r} is no possible date") from None


def _count(value: Any, field: str, most: int = MOST_PEOPLE) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int):
        raise BadInput(field, "must be a whole number")
    if value < 0:
        raise BadInput(field, "must not be negative")
    if value > most:
        raise BadInput(field, f"must not be more than {most}")
    return value


def _amount(value: Any, field: str, most: float) -> int | float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BadInput(field, "must be a number")
    if not 0 <= value <= most:
        raise BadInput(field, f"must be between 0 and {most}")
    return value


def _facts(values: Any, field: str, known: frozenset[str]) -> Facts:
    if values is None:
        return Facts()
    if not isinstance(values, dict):
        raise BadInput(field, "must be an object")
    if strange := sorted(set(values) - FACT_NAMES):
        raise BadInput(f"{field}.{strange[0]}", "is no known figure")
    figures = {name: _count(values.get(name), f"{field}.{name}") for name in PEOPLE_FIGURES}
    loss = _amount(values.get("direct_loss_yuan"), f"{field}.direct_loss_yuan", MOST_YUAN)
    return Facts(
        **figures, direct_loss_yuan=loss, special=_flags(values.get("special"), f"{field}.special", known)
    )


def _flags(value: Any, field: str, known: frozenset[str]) -> frozenset[str]:
    if value is None:
        return frozenset()
    if not isinstance(value, list) or not all(isinstance(flag, str) for flag in value):
        raise BadInput(field, "must be a list of flags")
    if strange := sorted(set(value) - known):
        raise BadInput(field, f"{strange[0]} is no known circumstance")
    return frozenset(value)


def _not_before(at: datetime, occurred_at: datetime, field: str) -> datetime:
    if at < occurred_at:
        raise BadInput(field, "is before the accident")
    return at


def _party(text: str, field: str) -> Party:
    try:
        return Party.parse(text)
    except ValueError:
        raise BadInput(field, f"{text} is no LEVEL or LEVEL.BODY") from None


def _receipts(values: Mapping[str, Any], occurred_at: datetime) -> tuple[Receipt, ...]:
    found = []
    for key, value in _table(values, "receipts").items():
        field = f"receipts.{key}"
        party = _party(key, field)
        if party.level is Level.UNIT:
            raise BadInput(field, "the unit receives no report; its time is unit_informed_at")
        at = None if value is None else _not_before(_instant(value, field), occurred_at, field)
        found.append(Receipt(party, at))
    return tuple(found)


def _supplements(
    values: Mapping[str, Any], occurred_at: datetime, place: Place, known: frozenset[str]
) -> tuple[Supplement, ...]:
    listed = values.get("supplements")
    if listed is None:
        return ()
    if not isinstance(listed, list):
        raise BadInput("supplements", "must be a list")
    return tuple(_supplement(entry, number, occurred_at, place, known) for number, entry in enumerate(listed))


def _supplement(
    entry: Any, number: int, occurred_at: datetime, place: Place, known: frozenset[str]
) -> Supplement:
    field = f"supplements.{number}"
    if not isinstance(entry, dict):
        raise BadInput(field, "must be an object")
    at = _not_before(_instant(entry.get("at"), f"{field}.at"), occurred_at, f"{field}.at")
    known_to = Party(place.levels[0], Party.parse("county").body)
    if entry.get("known_to") is not None:
        known_to = _party(str(entry["known_to"]), f"{field}.known_to")
    changed_at = None
    if entry.get("changed_at") is not None:
        where = f"{field}.changed_at"
        changed_at = _not_before(_instant(entry["changed_at"], where), occurred_at, where)
        if changed_at > at:
            raise BadInput(where, "is after the moment it was learned")
    return Supplement(at, _facts(entry.get("facts"), f"{field}.facts", known), known_to, changed_at)


def _inquiry(values: Mapping[str, Any], day: date) -> Inquiry:
    table = _table(values, "investigation")
    days: dict[str, int] = {}
    for name, most in (("appraisal_days", 3660), ("extension_days", 90), ("decision_extension_days", 30)):
        days[name] = _count(table.get(name), f"investigation.{name}", most) or 0
    received = table.get("report_received_on")
    if received is None:
        return Inquiry(days["appraisal_days"], days["extension_days"], None, days["decision_extension_days"])
    on = _day(received, "investigation.report_received_on")
    if on < day:
        raise BadInput("investigation.report_received_on", "is before the accident")
    return Inquiry(days["appraisal_days"], days["extension_days"], on, days["decision_extension_days"])


def _rail(values: Mapping[str, Any]) -> Rail | None:
    """Return the criteria of Order 501: by kind of train and line, or as totals with `train` and `trunk_line`."""
    table = _table(values, "railway")
    if not table:
        return None
    read: Callable[[str, int], int | float | None] = lambda name, most: _amount(  # noqa: E731
        table.get(name), f"railway.{name}", most
    )
    passenger = _count(table.get("passenger_cars_derailed"), "railway.passenger_cars_derailed")
    freight = _count(table.get("freight_cars_derailed"), "railway.freight_cars_derailed")
    trunk, other = read("trunk_line_cut_hours", 87_600), read("other_line_cut_hours", 87_600)
    cars, hours = _count(table.get("derailed_cars"), "railway.derailed_cars"), read("hours_cut", 87_600)
    if cars is not None:
        if table.get("train") == "freight":
            freight = cars
        else:
            passenger = cars
    if hours is not None:
        if table.get("trunk_line", True) in (True, "trunk", "busy_trunk"):
            trunk = hours
        else:
            other = hours
    return Rail(passenger, freight, trunk, other)


def _power(values: Mapping[str, Any]) -> Power | None:
    """Return the criteria of Order 599; shares as `*_percent`, or `lost_load` and `affected_share` from 0 to 1."""
    table = _table(values, "power")
    if not table:
        return None
    grid = table.get("grid", "city")
    if grid not in GRIDS:
        raise BadInput("power.grid", f"must be one of {', '.join(GRIDS)}")

    def share(percent: str, fraction: str) -> float | None:
        if table.get(percent) is not None:
            return _amount(table[percent], f"power.{percent}", 100)
        part = _amount(table.get(fraction), f"power.{fraction}", 100)
        return None if part is None else (round(part * 100, 9) if part <= 1 else part)

    return Power(
        grid,
        _amount(table.get("grid_load_mw"), "power.grid_load_mw", MOST_PEOPLE),
        share("lost_load_percent", "lost_load"),
        share("users_cut_percent", "affected_share"),
    )


def read_case(values: Any, rule_sets: RuleSets | None = None) -> Case:
    """Return the case of one decoded JSON object. Raises BadInput naming the field."""
    flags = (rule_sets or shipped()).flags
    if not isinstance(values, dict):
        raise BadInput("line", "must be a JSON object")
    occurred_at = _instant(values.get("occurred_at"), "occurred_at")
    code = _text(values, "jurisdiction")
    try:
        place = place_of(code)
    except UnknownPlace as why:
        raise BadInput("jurisdiction", str(why)) from None
    sector = _text(values, "sector")
    if sector not in SECTORS:
        raise BadInput("sector", f"{sector} is no known sector")
    informed, as_of, kind = values.get("unit_informed_at"), values.get("as_of"), values.get("accident_type")
    if kind is not None and not isinstance(kind, str):
        raise BadInput("accident_type", "must be a text")
    return Case(
        id=str(values.get("id") or ""),
        occurred_at=occurred_at,
        informed_at=None
        if informed is None
        else _not_before(_instant(informed, "unit_informed_at"), occurred_at, "unit_informed_at"),
        place=place,
        sector=sector,
        accident_type=kind,
        facts=_facts(values.get("facts"), "facts", flags),
        receipts=_receipts(values, occurred_at),
        supplements=_supplements(values, occurred_at, place, flags),
        as_of=None if as_of is None else _not_before(_instant(as_of, "as_of"), occurred_at, "as_of"),
        inquiry=_inquiry(values, beijing_day(occurred_at)),
        rail=_rail(values),
        power=_power(values),
    )
