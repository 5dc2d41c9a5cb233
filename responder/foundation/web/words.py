"""The trade's words in both languages, and the filters that pages use to show times and figures."""

from datetime import datetime, timedelta
from typing import Any

from flask import Flask

from responder.core.clock import wall
from responder.core.errors import Text
from responder.foundation.web.context import current_locale, installation

GRADES: dict[str | None, Text] = {
    "I": Text("特别重大", "especially serious"),
    "II": Text("重大", "serious"),
    "III": Text("较大", "larger"),
    "IV": Text("一般", "general"),
    "near_miss": Text("较大涉险", "larger near-miss"),
    None: Text("未定级", "not graded"),
}
SECTORS: dict[str, Text] = {
    "coal_mine": Text("煤矿", "coal mine"),
    "noncoal_mine": Text("非煤矿山", "non-coal mine"),
    "oil_gas": Text("石油天然气", "oil and gas"),
    "hazchem": Text("危险化学品", "hazardous chemicals"),
    "fireworks": Text("烟花爆竹", "fireworks"),
    "construction": Text("建筑施工", "construction"),
    "metallurgy": Text("冶金", "metallurgy"),
    "machinery": Text("机械等工贸", "machinery and trade"),
    "road": Text("道路交通", "road traffic"),
    "rail": Text("铁路交通", "railway"),
    "water": Text("水上交通", "water traffic"),
    "air": Text("民航", "civil aviation"),
    "farm_machinery": Text("农业机械", "farm machinery"),
    "fishing": Text("渔业船舶", "fishing vessels"),
    "power": Text("电力", "electric power"),
    "special_equipment": Text("特种设备", "special equipment"),
    "fire": Text("火灾", "fire"),
    "public_institution": Text("事业单位", "public institution"),
    "environment": Text("环境", "environment"),
    "other": Text("其他", "other"),
}
ACCIDENT_TYPES: dict[str, Text] = {
    "gas_explosion": Text("瓦斯爆炸", "gas explosion"),
    "coal_dust_explosion": Text("煤尘爆炸", "coal-dust explosion"),
    "coal_gas_outburst": Text("煤与瓦斯突出", "coal and gas outburst"),
    "flooding": Text("透水", "water inrush"),
    "roof_fall": Text("冒顶", "roof fall"),
    "mine_fire": Text("井下火灾", "mine fire"),
    "fire": Text("火灾", "fire"),
    "explosion": Text("爆炸", "explosion"),
    "leak": Text("泄漏", "leak"),
    "poisoning": Text("中毒窒息", "poisoning or suffocation"),
    "collapse": Text("坍塌", "collapse"),
    "fall": Text("高处坠落", "fall from height"),
    "traffic": Text("交通事故", "traffic accident"),
    "blowout": Text("井喷", "blow-out"),
    "tailings_dam_failure": Text("尾矿库溃坝", "tailings dam failure"),
    "machinery_injury": Text("机械伤害", "machinery injury"),
    "object_strike": Text("物体打击", "struck by an object"),
    "electric_shock": Text("触电", "electric shock"),
    "burn": Text("灼烫", "burns"),
    "drowning": Text("淹溺", "drowning"),
    "lifting": Text("起重伤害", "lifting accident"),
    "shaft_accident": Text("井筒提升事故", "shaft accident"),
    "sinking": Text("沉船", "sinking"),
    "other": Text("其他", "other"),
}
FACTS: dict[str, Text] = {
    "deaths": Text("死亡", "dead"),
    "missing": Text("失踪", "missing"),
    "trapped": Text("被困", "trapped"),
    "trapped_without_contact": Text("其中失联", "of them without contact"),
    "serious_injuries": Text("重伤", "seriously injured"),
    "acute_poisonings": Text("急性中毒", "acutely poisoned"),
    "minor_injuries": Text("轻伤", "slightly injured"),
    "under_observation": Text("留观", "under observation"),
    "at_risk": Text("涉险", "at risk"),
    "evacuated": Text("疏散", "evacuated"),
    "direct_loss_yuan": Text("直接经济损失（元）", "direct loss (yuan)"),
}
REPORT_KINDS: dict[str, Text] = {
    "first": Text("初报", "first report"),
    "follow_up": Text("续报", "follow-up"),
    "supplement": Text("补报", "supplement"),
    "correction": Text("更正", "correction"),
    "final": Text("终报", "final report"),
}
METHODS: dict[str, Text] = {
    "web": Text("看板", "board"),
    "phone": Text("电话", "telephone"),
    "paper": Text("纸质", "paper"),
    "fax": Text("传真", "fax"),
    "file": Text("文件", "file"),
    "sms": Text("短信", "SMS"),
    "voice": Text("语音", "voice call"),
}
LEVELS: dict[str, Text] = {
    "unit": Text("事故单位", "the unit"),
    "county": Text("县级", "county"),
    "city": Text("市级", "city"),
    "province": Text("省级", "province"),
    "state": Text("国家", "state"),
}
BODIES: dict[str, Text] = {
    "work_safety": Text("应急管理部门", "emergency management"),
    "government": Text("人民政府", "government"),
    "industry": Text("行业主管部门", "industry department"),
    "coal_inspectorate": Text("矿山安全监察", "mine-safety inspectorate"),
    "police": Text("公安", "police"),
    "labour": Text("人社", "labour"),
    "union": Text("工会", "trade union"),
    "procuratorate": Text("检察", "procuratorate"),
    "council": Text("国务院", "State Council"),
}
STATES: dict[str, Text] = {
    "open": Text("进行中", "open"),
    "closed": Text("已结案", "closed"),
    "voided": Text("已作废", "voided"),
}


def word(table: dict[Any, Text], key: Any) -> str:
    """Return the word for *key* in the request's language; an unknown key is shown as it is."""
    text = table.get(key)
    return text.in_(current_locale()) if text else str(key)


def is_english() -> bool:
    """Return whether the request is answered in English."""
    return current_locale().startswith("en")


def clock(at: datetime | None) -> str:
    """Return hours and minutes on the wall clock."""
    return wall(at).strftime("%H:%M") if at else figure(None)


def clock_seconds(at: datetime | None) -> str:
    """Return hours, minutes and seconds on the wall clock."""
    return wall(at).strftime("%H:%M:%S") if at else figure(None)


def day(at: datetime) -> str:
    """Return month and day on the wall clock, with the year where it is not this one."""
    moment = wall(at)
    same_year = moment.year == wall(installation().database.clock.now()).year
    if is_english():
        return f"{moment.day} {moment:%b}" + ("" if same_year else f" {moment.year}")
    return ("" if same_year else f"{moment.year}年") + f"{moment.month}月{moment.day}日"


def day_clock(at: datetime | None) -> str:
    """Return day and clock time on the wall."""
    return f"{day(at)} {clock(at)}" if at else figure(None)


def short_time(at: datetime | None) -> str:
    """Return the clock time where *at* is today, otherwise day and clock time."""
    if at is None:
        return figure(None)
    now = installation().database.clock.now()
    return clock(at) if wall(at).date() == wall(now).date() else day_clock(at)


def duration(span: timedelta | float | int | None) -> str:
    """Return a span (timedelta or seconds) as hours:minutes, without its sign."""
    if span is None:
        return figure(None)
    seconds = abs(span.total_seconds() if isinstance(span, timedelta) else span)
    minutes = int(seconds // 60)
    return f"{minutes // 60}:{minutes % 60:02d}"


def figure(value: Any) -> str:
    """Return a number with separators; None is written as unknown, never as nought."""
    if value is None:
        return "unknown" if is_english() else "未知"
    return f"{value:,}" if isinstance(value, int | float) else str(value)


def register(app: Flask) -> None:
    """Give the templates of *app* the words and filters of this module."""
    app.jinja_env.filters.update(
        clock=clock,
        clock_seconds=clock_seconds,
        day=day,
        day_clock=day_clock,
        short_time=short_time,
        duration=duration,
        figure=figure,
        grade_word=lambda key: word(GRADES, key),
        sector_word=lambda key: word(SECTORS, key),
        type_word=lambda key: word(ACCIDENT_TYPES, key),
        fact_word=lambda key: word(FACTS, key),
        report_word=lambda key: word(REPORT_KINDS, key),
        method_word=lambda key: word(METHODS, key),
        level_word=lambda key: word(LEVELS, key),
        body_word=lambda key: word(BODIES, key),
        state_word=lambda key: word(STATES, key),
        said=lambda text: text.in_(current_locale()) if isinstance(text, Text) else text,
    )
