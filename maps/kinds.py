"""What a mark on the map stands for: its kind gives colour and shape, its build state gives the fill."""

from enum import StrEnum

from responder.core.errors import Text


class Kind(StrEnum):
    """What stands at the spot; decides colour and shape."""

    INCIDENT = "incident"
    MINING = "mining"
    CHEMICAL = "chemical"
    FIRE = "fire"
    MARITIME = "maritime"
    RAILWAY = "railway"
    AVIATION = "aviation"
    NUCLEAR = "nuclear"
    OTHER = "other"
    TEAM = "team"
    ASSEMBLY = "assembly"
    HAZARD = "hazard"
    AGENCY = "agency"


class State(StrEnum):
    """How far a base or site is built, or whether an incident is over; decides the fill."""

    WORKING = "working"
    UNCONFIRMED = "unconfirmed"
    BUILDING = "building"
    PLANNED = "planned"
    PLACEHOLDER = "placeholder"
    CLOSED = "closed"


class Shape(StrEnum):
    """The outline of a mark, told apart without colour."""

    CIRCLE = "circle"
    SQUARE = "square"
    TRIANGLE = "triangle"
    SHIELD = "shield"
    DIAMOND = "diamond"
    FLAG = "flag"
    HEXAGON = "hexagon"
    HOUSE = "house"


SHAPES: dict[Kind, Shape] = {
    Kind.INCIDENT: Shape.TRIANGLE,
    Kind.MINING: Shape.CIRCLE,
    Kind.CHEMICAL: Shape.SQUARE,
    Kind.FIRE: Shape.SHIELD,
    Kind.MARITIME: Shape.SHIELD,
    Kind.RAILWAY: Shape.SHIELD,
    Kind.AVIATION: Shape.SHIELD,
    Kind.NUCLEAR: Shape.SHIELD,
    Kind.OTHER: Shape.SHIELD,
    Kind.TEAM: Shape.DIAMOND,
    Kind.ASSEMBLY: Shape.FLAG,
    Kind.HAZARD: Shape.HEXAGON,
    Kind.AGENCY: Shape.HOUSE,
}

# Partner forces share a shape and a colour: the character inside tells whose they are.
LETTERS: dict[Kind, str] = {
    Kind.FIRE: "消",
    Kind.MARITIME: "海",
    Kind.RAILWAY: "铁",
    Kind.AVIATION: "航",
    Kind.NUCLEAR: "核",
    Kind.OTHER: "他",
}

KIND_WORDS: dict[Kind, Text] = {
    Kind.INCIDENT: Text("事故", "Incident"),
    Kind.MINING: Text("矿山", "Mining"),
    Kind.CHEMICAL: Text("危险化学品", "Hazardous chemicals"),
    Kind.FIRE: Text("消防", "Fire"),
    Kind.MARITIME: Text("海上搜救", "Maritime rescue"),
    Kind.RAILWAY: Text("铁路", "Railway"),
    Kind.AVIATION: Text("民航", "Civil aviation"),
    Kind.NUCLEAR: Text("核工业", "Nuclear industry"),
    Kind.OTHER: Text("其他力量", "Other force"),
    Kind.TEAM: Text("救援队伍", "Rescue team"),
    Kind.ASSEMBLY: Text("集结点", "Assembly point"),
    Kind.HAZARD: Text("危险源与隐患", "Hazard"),
    Kind.AGENCY: Text("值班室", "Duty office"),
}

STATE_WORDS: dict[State, Text] = {
    State.WORKING: Text("在用", "Working"),
    State.UNCONFIRMED: Text("未核实", "Not confirmed"),
    State.BUILDING: Text("在建", "Being built"),
    State.PLANNED: Text("规划中", "Planned"),
    State.PLACEHOLDER: Text("占位，不可调度", "Placeholder, not orderable"),
    State.CLOSED: Text("已关闭", "Closed"),
}

ORDERABLE: frozenset[State] = frozenset({State.WORKING, State.UNCONFIRMED})


def counting_word(kind: Kind, count: int, locale: str) -> str:
    """Return "12 起" for incidents, "12 处" for the rest; in English the bare figure."""
    if locale.startswith("en"):
        return str(count)
    return f"{count} 起" if kind is Kind.INCIDENT else f"{count} 处"
