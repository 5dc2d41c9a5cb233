"""Which force fits best: filters, then order, each with reasons and doubts. Pure, and fast for 10,000 forces.

The ranking itself compares figures only; the sentences are made for the rows that are shown.
Source: rescue capabilities, sections 2 (times), 7 (criteria in order) and 8 (matching table); planning defaults.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple, overload

from maps.distance import Vector, distances_km, unit_vector
from responder.core.errors import Text
from responder.dispatch import capabilities, rules
from responder.dispatch.capabilities import Requirement, Settings
from responder.dispatch.rules import Seat

# The parts of a fit; a whole one is 100, and 0 is a force that cannot be called.
FRESH, WHOLE, USABLE, WORKING, READY, LIMITED = 50, 20, 15, 5, 10, 5
LONG_AGO = float("-inf")


@dataclass(frozen=True, slots=True)
class Force:
    """A force as the ranking needs it; `held` is what the register names, code to day last proved."""

    code: str
    name: Text
    kind: str
    level: str
    build_state: str
    is_placeholder: bool
    is_partner: bool
    owner: str
    agency_code: str | None
    seat: Seat
    lon: float
    lat: float
    held: Mapping[str, str | None]
    equipment: Mapping[str, Any]
    people: int | None
    squads: int | None
    squads_on_duty: int | None
    vehicles: int | None
    readiness: str | None
    reported_at: datetime | None
    free_since: datetime | None
    is_demo: bool = False
    vector: Vector = field(init=False)
    bits: int = field(init=False)
    reported_stamp: float = field(init=False)
    is_callable: bool = field(init=False)

    def __post_init__(self) -> None:
        known = capabilities.mask(self.held) or capabilities.presumed(self.kind)
        never = rules.barred(self.build_state, is_placeholder=self.is_placeholder)
        for name, value in (
            ("vector", unit_vector(self.lon, self.lat)),
            ("bits", known),
            ("reported_stamp", self.reported_at.timestamp() if self.reported_at else LONG_AGO),
            ("is_callable", never is None),
        ):
            object.__setattr__(self, name, value)

    @property
    def is_presumed(self) -> bool:
        """Whether its capabilities are inferred from its kind."""
        return not self.held


@dataclass(frozen=True, slots=True)
class Need:
    """What is asked for, and where; `requirement` None judges no capability, the point None no distance."""

    lon: float | None
    lat: float | None
    requirement: Requirement | None
    province_code: str | None


class Standing(NamedTuple):
    """One force in the ranking; `fit` 0 is one that cannot be called."""

    force: Force
    fit: int
    distance_km: float | None
    eta_minutes: float | None


@dataclass(frozen=True, slots=True)
class Busy:
    """What a force is out for."""

    number: str
    since: datetime
    state: Text


class Ranking(Sequence[Standing]):
    """Forces in their order; a row becomes a value only when somebody looks at it."""

    def __init__(
        self,
        forces: Sequence[Force],
        order: Sequence[int],
        fits: Sequence[int],
        apart: Sequence[float] | None,
        figures: Settings,
    ) -> None:
        self._forces, self._order, self._fits, self._apart = forces, order, fits, apart
        self._start = figures.depart_minutes
        self._per_km = figures.road_factor / figures.speed_kmh * 60

    def __len__(self) -> int:
        return len(self._order)

    @overload
    def __getitem__(self, place: int) -> Standing: ...
    @overload
    def __getitem__(self, place: slice) -> list[Standing]: ...
    def __getitem__(self, place: int | slice) -> Standing | list[Standing]:
        if isinstance(place, slice):
            return [self._row(i) for i in self._order[place]]
        return self._row(self._order[place])

    def _row(self, i: int) -> Standing:
        if self._apart is None:
            return Standing(self._forces[i], self._fits[i], None, None)
        km = self._apart[i]
        return Standing(self._forces[i], self._fits[i], km, self._start + km * self._per_km)


def rank(
    forces: Sequence[Force], need: Need, now: datetime, busy: Mapping[str, Busy] | None = None
) -> Ranking:
    """Return every force, the best first: by fit, then by estimated arrival; those that cannot be called last."""
    figures = capabilities.settings()
    away = busy or {}
    oldest = (now - timedelta(hours=figures.fresh_hours)).timestamp()
    asked = need.requirement.asked_mask if need.requirement else 0
    fits = [
        _fit(force, asked, oldest) if force.is_callable and force.code not in away else 0 for force in forces
    ]
    if need.lon is None or need.lat is None:
        order = sorted(range(len(forces)), key=lambda i: (-fits[i], forces[i].code))
        return Ranking(forces, order, fits, None, figures)
    apart = distances_km(need.lon, need.lat, [force.vector for force in forces])
    # One number sorts by fit first and by distance within it: no two points on Earth are 100,000 km apart.
    keys = [km - fit * 100_000 for km, fit in zip(apart, fits, strict=True)]
    order = sorted(range(len(forces)), key=keys.__getitem__)
    return Ranking(forces, order, fits, apart, figures)


def _fit(force: Force, asked: int, oldest: float) -> int:
    held = force.bits & asked
    if asked and not held:
        return 0
    fit = USABLE + WHOLE if held == asked else USABLE
    if force.build_state == "working":
        fit += WORKING
    if force.reported_stamp <= oldest:
        return fit
    if force.readiness == "ready":
        return fit + FRESH + READY
    if force.readiness == "limited":
        return fit + FRESH + LIMITED
    return 0 if force.readiness == "out" else fit


@dataclass(frozen=True, slots=True)
class Arrival:
    """An estimated arrival in minutes, as a range with its basis."""

    usual: int
    low: int
    high: int
    basis: Text


@dataclass(frozen=True, slots=True)
class Explained:
    """Why a force stands where it does."""

    reasons: tuple[Text, ...]
    doubts: tuple[Text, ...]
    never: Text | None  # why it cannot be called
    warning: Text | None  # what must be read before it is called
    state: Text  # ready, limited, out, or unknown and since when
    is_fresh: bool
    arrival: Arrival | None
    wrong_class: Text | None  # it holds nothing of what is asked: a reason must be given


def explain(
    standing: Standing,
    need: Need,
    now: datetime,
    busy: Mapping[str, Busy] | None = None,
    neighbours: Iterable[Force] = (),
) -> Explained:
    """Return the sentences for one force of the ranking."""
    force, figures = standing.force, capabilities.settings()
    wrong = _wrong_class(force, need.requirement)
    state, is_fresh = readiness_words(force, now)
    out = (
        Text("报称不能出动", "it reports that it cannot go")
        if is_fresh and force.readiness == "out"
        else None
    )
    never = (
        rules.barred(force.build_state, is_placeholder=force.is_placeholder)
        or _away((busy or {}).get(force.code))
        or out
    )
    reasons = [*_holds(force, need.requirement), *_strength(force), *([state] if is_fresh else [])]
    doubts = [
        *([wrong] if wrong else []),
        *_lacks(force, need.requirement),
        *([] if is_fresh else [_ask_first(state)]),
        *_small(force, need.requirement, figures),
        *_uncovered(force, neighbours, figures),
        *_tired(force, now, figures),
        *_far(standing, force, need, figures),
    ]
    if force.is_partner:
        doubts.insert(0, Text("能否出动由其主管部门答复", "its department answers whether it can go"))
    elif force.build_state == "unconfirmed" and not force.is_placeholder:
        doubts.insert(0, Text("建成与否没有文件", "no document shows that it was built"))
    return Explained(
        tuple(reasons),
        tuple(doubts),
        never,
        rules.warning(force.name, force.build_state, is_partner=force.is_partner) if never is None else None,
        state,
        is_fresh,
        arrival(standing, need, figures),
        wrong,
    )


def readiness_words(force: Force, now: datetime) -> tuple[Text, bool]:
    """Return how fit the force is with the age of that knowledge, and whether it is fresh enough to count."""
    if force.reported_at is None or force.readiness is None:
        return Text("状态未知，从未报位", "state unknown, it has never reported"), False
    minutes = max(0, int((now - force.reported_at).total_seconds() // 60))
    hours = minutes // 60
    if hours >= capabilities.settings().fresh_hours:
        return Text(f"状态未知，已 {hours} 小时", f"unknown since {hours} h"), False
    ago = (
        Text(f"{minutes} 分钟前报位", f"reported {minutes} min ago")
        if minutes < 60
        else Text(f"{hours} 小时前报位", f"reported {hours} h ago")
    )
    word = READINESS.get(force.readiness, Text(force.readiness, force.readiness))
    return Text(f"{word.zh}，{ago.zh}", f"{word.en}, {ago.en}"), True


READINESS: dict[str, Text] = {
    "ready": Text("待命", "ready"),
    "limited": Text("部分可用", "limited"),
    "out": Text("不能出动", "cannot go"),
}


def arrival(standing: Standing, need: Need, figures: Settings) -> Arrival | None:
    """Return the estimated arrival of the first squad; None where the distance is unknown."""
    if standing.distance_km is None or standing.eta_minutes is None:
        return None
    km, force = standing.distance_km, standing.force
    low = figures.depart_minutes + km * figures.road_factor_low / figures.speed_kmh_low * 60
    column = figures.column_minutes_near
    if need.province_code is not None and force.seat.province_code != need.province_code:
        column = figures.column_minutes_other
    elif km >= figures.long_range_km:
        column = figures.column_minutes_province
    high = column + km * figures.road_factor_high / figures.speed_kmh_high * 60
    basis = Text(
        f"直线×{figures.road_factor:g}，{figures.speed_kmh:g} 公里/时",
        f"straight line × {figures.road_factor:g}, {figures.speed_kmh:g} km/h",
    )
    return Arrival(round(standing.eta_minutes), round(low), round(high), basis)


def _words(bits: int) -> Text:
    known = capabilities.words()
    found = [known[code] for code in capabilities.named(bits)]
    return Text("、".join(word.zh for word in found), ", ".join(word.en for word in found))


def _holds(force: Force, need: Requirement | None) -> list[Text]:
    if need is None:
        return []
    found = []
    held = force.bits & need.asked_mask
    presumed = force.is_presumed
    if held and held == need.asked_mask:
        found.append(
            Text(f"{need.name.zh}处置（推定）", f"fit for {need.name.en} (presumed)")
            if presumed
            else Text(f"{need.name.zh}处置", f"fit for {need.name.en}")
        )
    elif held:
        words = _words(held)
        mark = Text("（推定）", " (presumed)") if presumed else Text("", "")
        found.append(Text(f"有{words.zh}{mark.zh}", f"has {words.en}{mark.en}"))
    extra = force.bits & need.should_mask
    if extra and held:
        words = _words(extra)
        found.append(Text(f"另有{words.zh}", f"also {words.en}"))
    for item in force.equipment.values():
        if isinstance(item, Mapping) and "zh" in item:
            found.append(Text(str(item["zh"]), str(item.get("en", item["zh"]))))
    return found


def _strength(force: Force) -> list[Text]:
    if not force.squads_on_duty:
        return []
    zh, en = f"{force.squads_on_duty} 小队待命", f"{force.squads_on_duty} squads on standby"
    if force.squads_on_duty == 1:
        en = "1 squad on standby"
    if force.people:
        zh, en = f"{zh}，共 {force.people} 人", f"{en}, {force.people} people in all"
    return [Text(zh, en)]


def _wrong_class(force: Force, need: Requirement | None) -> Text | None:
    if need is None or not need.asked_mask or force.bits & need.asked_mask:
        return None
    return Text(
        f"没有{need.name.zh}所需的能力（{_words(need.asked_mask).zh}）",
        f"holds nothing that {need.name.en} needs ({_words(need.asked_mask).en})",
    )


def _lacks(force: Force, need: Requirement | None) -> list[Text]:
    if need is None or not force.bits & need.asked_mask:
        return []
    lacking = need.asked_mask & ~force.bits
    if not lacking:
        return []
    words = _words(lacking)
    return [Text(f"缺{words.zh}，须与别队配合", f"lacks {words.en}: send another force with it")]


def _ask_first(state: Text) -> Text:
    return Text(f"{state.zh}，先打电话核实", f"{state.en}: telephone first")


def _small(force: Force, need: Requirement | None, figures: Settings) -> list[Text]:
    if need is None or need.squads is None or force.squads_on_duty is None:
        return []
    if force.squads_on_duty >= need.squads[0]:
        return []
    people = need.squads[0] * figures.people_per_squad
    return [
        Text(
            f"少于首批建议的 {need.squads[0]} 个小队（约 {people} 人），须加派",
            f"fewer than the {need.squads[0]} squads (about {people} people) advised for the first wave: send more",
        )
    ]


def _uncovered(force: Force, neighbours: Iterable[Force], figures: Settings) -> list[Text]:
    if force.squads_on_duty is None or force.squads_on_duty > 1:
        return []
    others = [
        one for one in neighbours if one.code != force.code and one.is_callable and one.kind == force.kind
    ]
    near = distances_km(force.lon, force.lat, [one.vector for one in others])
    if any(km <= figures.neighbour_km for km in near):
        return []
    return [
        Text(
            "出动后本地无值班小队，附近也无队接替",
            "its area is left without a squad, and no neighbour takes over",
        )
    ]


def _tired(force: Force, now: datetime, figures: Settings) -> list[Text]:
    if force.free_since is None:
        return []
    rested = force.free_since + timedelta(hours=figures.rest_hours)
    if rested <= now:
        return []
    hours = max(1, int((now - force.free_since).total_seconds() // 3600))
    return [
        Text(
            f"{hours} 小时前才归建，休整不足 {figures.rest_hours} 小时",
            f"released only {hours} h ago: less than {figures.rest_hours} h of rest",
        )
    ]


def _far(standing: Standing, force: Force, need: Need, figures: Settings) -> list[Text]:
    km = standing.distance_km
    if km is not None and km >= figures.second_driver_km:
        return [Text("路远，须备第二司机，宜作后备", "far: a second driver is needed; better as a reserve")]
    return []


def _away(busy: Busy | None) -> Text | None:
    if busy is None:
        return None
    return Text(
        f"正在执行 {busy.number}（{busy.state.zh}），归建前不能再调",
        f"out on {busy.number} ({busy.state.en}); it cannot be called again before its release",
    )
