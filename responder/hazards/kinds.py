"""The kinds of hazard source and how near to an incident each is named: the shipped table, as values. Pure."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from responder.core.errors import Text


@dataclass(frozen=True, slots=True)
class HazardKind:
    """One kind of hazard source."""

    key: str
    name: Text
    sector: str
    near_km: float


@cache
def kinds() -> dict[str, HazardKind]:
    """Return the kinds by key, in the order in which forms offer them."""
    raw = tomllib.loads((files("responder.hazards") / "data" / "kinds.toml").read_text("utf-8"))
    return {
        row["key"]: HazardKind(row["key"], Text(row["name"], row["name_en"]), row["sector"], row["near_km"])
        for row in raw["kind"]
    }
