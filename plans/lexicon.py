"""The words of plans in both languages."""

from responder.core.errors import Text

KINDS: dict[str, Text] = {
    "general": Text("综合预案", "general plan"),
    "special": Text("专项预案", "special plan"),
    "on_site": Text("现场处置方案", "on-site plan"),
}
STATES: dict[str, Text] = {
    "draft": Text("草案", "draft"),
    "valid": Text("有效", "valid"),
    "superseded": Text("已被替代", "superseded"),
    "expired": Text("已失效", "expired"),
}
OWNER_LEVELS: dict[str, Text] = {
    "state": Text("国家级", "state"),
    "province": Text("省级", "provincial"),
    "city": Text("市级", "city"),
    "county": Text("县级", "county"),
    "unit": Text("企业", "enterprise"),
}
LEVEL_NUMBERS = {"I": 1, "II": 2, "III": 3, "IV": 4}
LEVEL_CODES = {number: code for code, number in LEVEL_NUMBERS.items()}
LEVEL_WORDS: dict[int, Text] = {
    1: Text("Ⅰ级", "level I"),
    2: Text("Ⅱ级", "level II"),
    3: Text("Ⅲ级", "level III"),
    4: Text("Ⅳ级", "level IV"),
}
LEVEL_COLOURS: dict[int, Text] = {
    1: Text("红色", "red"),
    2: Text("橙色", "orange"),
    3: Text("黄色", "yellow"),
    4: Text("蓝色", "blue"),
}
# What a trigger may be measured by; each is a sum of figures of the incident.
CRITERIA: dict[str, tuple[Text, tuple[str, ...]]] = {
    "deaths_missing": (Text("死亡（含失踪）", "dead, the missing included"), ("deaths", "missing")),
    "in_danger": (Text("危及生命", "lives in danger"), ("trapped", "at_risk")),
    "injured_poisoned": (
        Text("重伤或中毒", "seriously injured or poisoned"),
        ("serious_injuries", "acute_poisonings"),
    ),
    "loss_yuan": (Text("直接经济损失（元）", "direct loss (yuan)"), ("direct_loss_yuan",)),
    "to_move": (Text("需转移", "people to move"), ("evacuated",)),
}
EXERCISE_KINDS: dict[str, Text] = {
    "tabletop": Text("桌面推演", "table-top"),
    "functional": Text("单项演练", "functional"),
    "full_scale": Text("综合实战演练", "full-scale"),
}
EXERCISE_STATES: dict[str, Text] = {
    "planned": Text("已排定", "planned"),
    "running": Text("进行中", "running"),
    "suspended": Text("已中止", "suspended"),
    "ended": Text("已结束", "ended"),
}
