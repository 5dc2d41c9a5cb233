"""Sentences for people, Chinese first: why a grade, why a limit, what comes next. A house rule says that it is one."""

from __future__ import annotations

from dataclasses import dataclass

from responder.law.model import Body, Grade, Kind, Level, Obligation, Party, Reason, Source, Status
from responder.law.steps import Step


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence in both languages."""

    zh: str
    en: str


GRADE_WORDS = {
    Grade.ESPECIALLY_SERIOUS: Sentence("特别重大事故", "especially serious accident"),
    Grade.SERIOUS: Sentence("重大事故", "serious accident"),
    Grade.LARGER: Sentence("较大事故", "larger accident"),
    Grade.GENERAL: Sentence("一般事故", "general accident"),
    Grade.NEAR_MISS: Sentence("较大涉险事故", "larger near-miss"),
}
CRITERION_WORDS = {
    "deaths": Sentence("死亡（含下落不明）人数", "dead (with the missing)"),
    "serious_injuries": Sentence(
        "重伤（含急性工业中毒）人数", "seriously injured (with the acutely poisoned)"
    ),
    "acute_poisonings": Sentence("急性工业中毒人数", "acutely poisoned"),
    "injured": Sentence("受伤人数", "injured"),
    "direct_loss_yuan": Sentence("直接经济损失（元）", "direct economic loss (yuan)"),
    "missing": Sentence("下落不明人数", "missing"),
    "trapped_without_contact": Sentence("被困失联人数", "trapped without contact"),
    "at_risk": Sentence("涉险人数", "at risk"),
    "trapped_or_missing": Sentence("被困或下落不明人数", "trapped or missing"),
    "under_observation": Sentence("住院观察人数", "in hospital for observation"),
    "evacuated": Sentence("紧急疏散人数", "evacuated"),
    "passenger_cars_derailed": Sentence("客运列车脱轨辆数", "passenger cars derailed"),
    "freight_cars_derailed": Sentence("货运列车脱轨辆数", "freight cars derailed"),
    "trunk_line_cut_hours": Sentence("繁忙干线中断小时数", "hours a busy trunk line was cut"),
    "other_line_cut_hours": Sentence("其他线路中断小时数", "hours another line was cut"),
    "lost_load_percent": Sentence("减供负荷比例（%）", "grid load lost (%)"),
    "users_cut_percent": Sentence("停电用户比例（%）", "users cut off (%)"),
    "no_figures": Sentence("尚无任何数字", "no figure is known yet"),
}
STATUS_WORDS = {
    Status.LAW: Sentence("法规", "law"),
    Status.PRACTICE: Sentence("惯例", "practice"),
    Status.HOUSE_RULE: Sentence("本系统内定", "house rule, not law"),
    Status.SETTING: Sentence("设置", "setting"),
}
LEVEL_WORDS = {
    Level.UNIT: Sentence("事故单位", "unit"),
    Level.COUNTY: Sentence("县级", "county"),
    Level.CITY: Sentence("市级", "city"),
    Level.PROVINCE: Sentence("省级", "province"),
    Level.STATE: Sentence("国家", "state"),
}
BODY_WORDS = {
    Body.WORK_SAFETY: Sentence("安全生产监管部门", "work-safety office"),
    Body.GOVERNMENT: Sentence("人民政府", "people's government"),
    Body.INDUSTRY: Sentence("行业主管部门", "industry department"),
    Body.COAL_INSPECTORATE: Sentence("煤矿安全监察机构", "coal-mine inspectorate"),
    Body.POLICE: Sentence("公安机关", "public security"),
    Body.LABOUR: Sentence("劳动保障部门", "labour department"),
    Body.UNION: Sentence("工会", "trade union"),
    Body.PROCURATORATE: Sentence("人民检察院", "procuratorate"),
    Body.COUNCIL: Sentence("国务院", "State Council"),
    Body.ENVIRONMENT: Sentence("环境保护部门", "environment department"),
    Body.HEALTH: Sentence("卫生部门", "health department"),
}
KIND_WORDS = {
    Kind.REPORT: Sentence("报告", "report"),
    Kind.GOVERNMENT: Sentence("同时报告本级政府", "tell its own government at the same time"),
    Kind.NOTIFY: Sentence("通报", "notify"),
    Kind.PHONE: Sentence("电话快报", "phone quick report"),
    Kind.ABSOLUTE: Sentence("自事发起限时报告", "report within a limit from the accident"),
    Kind.BYPASS: Sentence("补告被越过的一级", "still tell the level that was skipped"),
    Kind.FOLLOW_UP: Sentence("续报、补报", "follow up"),
}


def party_name(party: Party, rule_set: str = "E") -> Sentence:
    """Return what a party is called; from set E the offices are those of emergency management."""
    level = LEVEL_WORDS[party.level]
    if party.body is None or party.body is Body.COUNCIL:
        return level if party.body is None else BODY_WORDS[party.body]
    body = BODY_WORDS[party.body]
    if party.body is Body.WORK_SAFETY and rule_set >= "E":
        body = Sentence("应急管理部门", "emergency-management office")
    return Sentence(level.zh + body.zh, f"{level.en} {body.en}")


def cited(source: Source, status: Status) -> Sentence:
    """Return where a rule stands; anything but law says what it is instead."""
    if status is Status.LAW:
        return Sentence(source.zh, source.en)
    word = STATUS_WORDS[status]
    return Sentence(f"{source.zh}（{word.zh}）", f"{source.en} ({word.en})")


def explain_reason(reason: Reason) -> Sentence:
    """Return the sentence behind a grade, e.g. 死亡（含下落不明）人数3，达到3：较大事故."""
    criterion = CRITERION_WORDS.get(reason.criterion, Sentence(reason.criterion, reason.criterion))
    where = cited(reason.source, reason.status)
    if reason.grade is None:
        return Sentence(f"{criterion.zh}未知，等级可能上升", f"{criterion.en}: unknown, the grade may rise")
    word = GRADE_WORDS[reason.grade]
    if reason.value is None or reason.value is True:
        return Sentence(
            f"{criterion.zh}：{word.zh}。{where.zh}", f"{criterion.en}: {word.en}. {where.en} [{reason.rule}]"
        )
    return Sentence(
        f"{criterion.zh}{reason.value}，达到{reason.threshold}：{word.zh}。{where.zh}",
        f"{criterion.en} {reason.value}, at least {reason.threshold}: {word.en}. {where.en} [{reason.rule}]",
    )


def explain_obligation(duty: Obligation, rule_set: str = "E") -> Sentence:
    """Return who owes what to whom within how long, and by which article."""
    sender, addressee = party_name(duty.sender, rule_set), party_name(duty.addressee, rule_set)
    kind, where = KIND_WORDS[duty.kind], cited(duty.source, duty.status)
    limit = _limit(duty)
    return Sentence(
        f"{sender.zh}向{addressee.zh}{kind.zh}，{limit.zh}。{where.zh}",
        f"{sender.en} to {addressee.en}: {kind.en}, {limit.en}. {where.en} [{duty.rule}]",
    )


def _limit(duty: Obligation) -> Sentence:
    if duty.per_day:
        return Sentence(f"每日至少{duty.per_day}次", f"at least {duty.per_day} a day")
    if not duty.minutes:
        return Sentence("立即（法规未定分钟数）", "at once (the law gives no minutes)")
    hours, minutes = divmod(duty.minutes, 60)
    zh, en = (f"{hours}小时", f"{hours} h") if not minutes else (f"{duty.minutes}分钟", f"{duty.minutes} min")
    if duty.limit_status is not duty.status:
        word = STATUS_WORDS[duty.limit_status]
        return Sentence(f"{zh}内（时限为{word.zh}）", f"within {en} (the number is a {word.en})")
    return Sentence(f"{zh}内", f"within {en}")


def explain_step(step: Step) -> Sentence:
    """Return what would lift the grade and whom it would reach, e.g. 再死亡1人即为重大事故."""
    word = GRADE_WORDS[step.grade]
    criterion = CRITERION_WORDS[step.criterion]
    up = LEVEL_WORDS[step.climbs_to] if step.climbs_to else Sentence("", "")
    more = f"{step.more:,}"
    return Sentence(
        f"{criterion.zh}再增{more}即为{word.zh}（上报至{up.zh}）",
        f"{more} more {criterion.en} makes this a {word.en}, told up to the {up.en}",
    )
