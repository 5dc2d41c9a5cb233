"""Who may order whom, in which order an order's steps come, and how it is numbered. Pure.

Source: rescue regulations of 2019 (Order 708) Art. 18 to 21; coal-mine rescue rules on who orders teams within and
across provinces; founding plan of 2007, section 8 (4) and (5).
"""

from dataclasses import dataclass
from enum import StrEnum

from responder.core.errors import Text

LEVELS = ("county", "city", "province", "state")
STATE_CODE = "000000"
ORDERABLE_STATES = frozenset({"unconfirmed", "working"})
LIVE = frozenset({"issued", "accepted", "departed", "arrived"})
EXERCISE_MARK = "演"
STATE_SHORT = "应急"
PROVINCE_SHORT = {
    "11": "京", "12": "津", "13": "冀", "14": "晋", "15": "蒙", "21": "辽", "22": "吉", "23": "黑",
    "31": "沪", "32": "苏", "33": "浙", "34": "皖", "35": "闽", "36": "赣", "37": "鲁", "41": "豫",
    "42": "鄂", "43": "湘", "44": "粤", "45": "桂", "46": "琼", "50": "渝", "51": "川", "52": "黔",
    "53": "滇", "54": "藏", "61": "陕", "62": "甘", "63": "青", "64": "宁", "65": "新", "66": "兵",
}  # fmt: skip
_SUFFIXES = ("地区", "自治州", "林区", "特区", "新区", "矿区", "市", "县", "区", "盟", "州", "旗")

COMMAND_RULE = Text(
    "属地为主：上级接管之前，由事故地最低一级应急管理部门指挥",
    "the place commands first: until a level above takes over, the lowest emergency-management office of the place",
)
COMMAND_SOURCE = Text(
    "《生产安全事故应急条例》第十八条、第二十一条", "Work-Safety Emergency Regulations, Art. 18 and 21"
)
ORDER_SOURCE = Text(
    "救护队伍调度权限：本地区由本级下令，跨地区由共同上级，跨省由国家",
    "authority over teams: one's own area by order, across areas through the common level above, "
    "across provinces through the state",
)
PARTNER_SOURCE = Text(
    "消防、海上搜救、铁路、民航、核工业力量由其主管部门指挥，只能商请",
    "fire, maritime, railway, aviation and nuclear forces obey their own departments and are asked, never ordered",
)


class Step(StrEnum):
    """What is done with an order after it was given."""

    ACCEPT = "accept"
    DECLINE = "decline"
    DEPART = "depart"
    ARRIVE = "arrive"
    RELEASE = "release"
    RECALL = "recall"
    CONFIRM = "confirm"  # by a new commander, of an order it found


@dataclass(frozen=True, slots=True)
class Move:
    """One step: from which states it may be taken, and into which it leads."""

    before: frozenset[str]
    after: str | None  # None: the state stays
    is_command: bool = False  # a decision of the commander, not a fact to be noted


MOVES: dict[Step, Move] = {
    Step.ACCEPT: Move(frozenset({"issued"}), "accepted"),
    Step.DECLINE: Move(frozenset({"issued"}), "declined"),
    Step.DEPART: Move(frozenset({"accepted"}), "departed"),
    Step.ARRIVE: Move(frozenset({"departed"}), "arrived"),
    Step.RELEASE: Move(frozenset({"arrived"}), "released"),
    Step.RECALL: Move(frozenset({"issued", "accepted", "departed"}), "recalled", is_command=True),
    Step.CONFIRM: Move(LIVE, None, is_command=True),
}
ORDER_STATES: dict[str, Text] = {
    "issued": Text("待接受", "waiting for acceptance"),
    "accepted": Text("已接受", "accepted"),
    "declined": Text("不能去", "declined"),
    "departed": Text("途中", "under way"),
    "arrived": Text("到场", "on site"),
    "released": Text("已归建", "released"),
    "recalled": Text("已召回", "recalled"),
}
REQUEST_STATES: dict[str, Text] = ORDER_STATES | {
    "issued": Text("待答复", "waiting for an answer"),
    "accepted": Text("已同意", "agreed"),
    "declined": Text("未同意", "not agreed"),
}
STEP_WORDS: dict[Step, Text] = {
    Step.ACCEPT: Text("接受", "accept"),
    Step.DECLINE: Text("不能去", "decline"),
    Step.DEPART: Text("出发", "depart"),
    Step.ARRIVE: Text("到场", "arrive"),
    Step.RELEASE: Text("归建", "release"),
    Step.RECALL: Text("召回", "recall"),
    Step.CONFIRM: Text("确认", "confirm"),
}


def state_word(kind: str, state: str) -> Text:
    """Return how far an order or a request is."""
    return (REQUEST_STATES if kind == "request" else ORDER_STATES)[state]


def out_of_order(kind: str, state: str, step: Step) -> Text | None:
    """Return why *step* cannot be taken in *state* and what can, or None when it can."""
    if state in MOVES[step].before:
        return None
    now, wish = state_word(kind, state), STEP_WORDS[step]
    following = [STEP_WORDS[one] for one, move in MOVES.items() if state in move.before and move.after]
    if not following:
        return Text(
            f"这道令{now.zh}，已经结束，不能再记“{wish.zh}”。",
            f"This order is {now.en}: it is over, “{wish.en}” cannot follow.",
        )
    zh, en = "、".join(word.zh for word in following), ", ".join(word.en for word in following)
    return Text(
        f"现在是“{now.zh}”，不能直接记“{wish.zh}”。下一步可以是：{zh}。",
        f"It is {now.en}; “{wish.en}” cannot come next. What can: {en}.",
    )


@dataclass(frozen=True, slots=True)
class Seat:
    """Where an office or a force stands: the codes of its places."""

    province_code: str | None
    city_code: str | None
    county_code: str | None

    def at(self, level: str) -> str | None:
        """Return the code of the place of *level* it lies in."""
        if level == "state":
            return STATE_CODE
        return {"province": self.province_code, "city": self.city_code, "county": self.county_code}[level]


@dataclass(frozen=True, slots=True)
class Authority:
    """Whether a commander orders a force or asks for it, and through whose office."""

    kind: str  # order or request
    via: str | None  # the office the request goes through; None: straight to the force or its department
    rule: Text


def authority(level: str, office: Seat, force: Seat, *, is_partner: bool) -> Authority:
    """Return how the office of *level* seated at *office* may call a force seated at *force*."""
    if is_partner:
        return Authority("request", None, PARTNER_SOURCE)
    for rung in LEVELS[LEVELS.index(level) :]:
        shared = office.at(rung)
        if shared is not None and shared == force.at(rung):
            return Authority(
                "order" if rung == level else "request", None if rung == level else shared, ORDER_SOURCE
            )
    return Authority("request", STATE_CODE, ORDER_SOURCE)


def barred(build_state: str, *, is_placeholder: bool) -> Text | None:
    """Return why a force can be shown but never ordered, or None."""
    if is_placeholder:
        return Text(
            "名单上的占位，没有这支队伍的依据，不能下令",
            "a placeholder of the list: nothing shows that this force exists; it cannot be ordered",
        )
    return {
        "planned": Text("规划中，还没有建，不能下令", "planned, not built yet; it cannot be ordered"),
        "building": Text("在建，没有投入使用，不能下令", "being built, not in service; it cannot be ordered"),
        "closed": Text("已关闭，不能下令", "closed; it cannot be ordered"),
    }.get(build_state)


def warning(name: Text, build_state: str, *, is_partner: bool) -> Text | None:
    """Return what the commander must have read before calling a base that nobody has confirmed.

    Another department's force is not a base of the plan: it exists, and its department answers for it.
    """
    if build_state != "unconfirmed" or is_partner:
        return None
    return Text(
        f"{name.zh}未核实，没有建成的文件，对方可能派不出人。",
        f"{name.en} is not confirmed: no document shows that it was built, and it may have nobody to send.",
    )


def refuses_takeover(own_level: str, holder_level: str) -> bool:
    """Return whether an office is too low to take the command from its holder; it may be handed the command."""
    return LEVELS.index(own_level) <= LEVELS.index(holder_level)


def series_short(level: str, code: str, place_name: str) -> str:
    """Return the short name in an office's numbers: 吉, 白山, 应急."""
    if level == "state":
        return STATE_SHORT
    if level == "province":
        return PROVINCE_SHORT.get(code[:2], place_name[:2])
    suffix = next(
        (one for one in _SUFFIXES if place_name.endswith(one) and len(place_name) > len(one) + 1), ""
    )
    return place_name.removesuffix(suffix)


def order_number(short: str, kind: str, year: int, number: int, *, exercise: bool) -> str:
    """Return the number of an order or request: 吉调〔2026〕12 号, in an exercise 演吉调〔2026〕1 号."""
    return (
        f"{EXERCISE_MARK if exercise else ''}{short}{'调' if kind == 'order' else '请'}〔{year}〕{number} 号"
    )
