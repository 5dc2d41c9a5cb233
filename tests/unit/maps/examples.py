"""Marks and layers that the map tests share."""

import csv
from pathlib import Path

from maps.kinds import Kind, State
from maps.layers import Layer, Mark
from responder.core.errors import Text

SCRIPT_TITLE = "</script><script>window.broken = 1</script><img src=x onerror=window.broken=2>"


def national_bases() -> list[Layer]:
    """Return 46 marks, 26 mining and 20 chemical, spread over the land in a fixed pattern."""
    return [
        Layer("mining", Text("国家矿山基地", "National mine bases"), _row_of(Kind.MINING, "M", 26)),
        Layer("chemical", Text("国家危化基地", "National chemical bases"), _row_of(Kind.CHEMICAL, "C", 20)),
    ]


def incidents(title: str = "青石岭煤矿瓦斯爆炸") -> Layer:
    """Return two incidents at the same spot."""
    marks = [
        Mark("I1", 126.6, 42.0, Kind.INCIDENT, title, badge="较大", state_word="进行中", label="青石岭"),
        Mark("I2", 126.6, 42.0, Kind.INCIDENT, "第二起", badge="一般", url="/incidents/I2"),
    ]
    return Layer("incidents", Text("事故", "Incidents"), marks, gather_px=18)


def hazards(count: int, *, shown: bool = True) -> Layer:
    """Return *count* hazards on a grid, the same ones every time."""
    marks = [
        Mark(f"H{i}", 100 + i * 7919 % 2500 / 100, 25 + i * 104729 % 1700 / 100, Kind.HAZARD, f"尾矿库 {i}")
        for i in range(count)
    ]
    return Layer("hazards", Text("危险源", "Hazards"), marks, shown=shown)


def csv_rows(path: Path) -> list[dict[str, str]]:
    """Return the rows of a CSV file as dictionaries."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _row_of(kind: Kind, prefix: str, count: int) -> list[Mark]:
    states = (State.UNCONFIRMED, State.PLACEHOLDER, State.WORKING, State.BUILDING, State.PLANNED)
    offset = 0.0 if kind is Kind.MINING else 2.0
    return [
        Mark(
            f"{prefix}{i:02}",
            95.0 + i % 7 * 4.1,
            26.0 + offset + i // 7 * 4.2,
            kind,
            f"{prefix}{i:02} 救援基地",
            states[i % len(states)],
            subtitle="地点",
            url=f"/dispatch/forces/{prefix}{i:02}",
        )
        for i in range(count)
    ]
