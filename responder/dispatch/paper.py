"""The text of a dispatch order (调度令) or a request (请求函), generated from facts and frozen when it is given.

Official papers are in Chinese, whatever language their reader has chosen.
"""

from datetime import datetime
from typing import Any

from responder.core.clock import wall
from responder.dispatch import capabilities
from responder.dispatch.models import DispatchOrder, RescueForce
from responder.dispatch.queries import Holder
from responder.dispatch.ranking import Need
from responder.foundation.documents.rules import Official, chinese_date
from responder.foundation.web.lexicon import ACCIDENT_TYPES, FACTS, GRADES, SECTORS
from responder.incidents.models import Incident
from responder.incidents.wording import title

SAFETY = {
    "M": "进入灾区前先测瓦斯、一氧化碳和氧气，二次爆炸未排除时不得冒险进入；人数、氧气压力不足不得进入。",
    "C": "从上风方向接近，先侦检后处置，无防护不得进入。",
}


def facts_of(
    order: DispatchOrder,
    incident: Incident,
    holder: Holder,
    force: RescueForce,
    need: Need,
    *,
    exercise: bool,
) -> dict[str, Any]:
    """Return the document of *order* as data, from what is known at its moment."""
    issuer = order.agency_name
    signed = f"{order.issued_by}签发" if order.issued_by else ""
    document = Official(
        issuer=issuer,
        number=order.number,
        title=_title(order),
        addressee=_addressee(order),
        paragraphs=_paragraphs(order, incident, need),
        facts=_lines(order, incident, holder, need),
        signature=issuer,
        dated=chinese_date(wall(order.issued_at).date()),
        notes=tuple(note for note in (signed, _copies(order), _entered(order)) if note),
        exercise=exercise,
    )
    return document.as_data()


def document_of(order: DispatchOrder) -> Official:
    """Return the document of an order."""
    return Official.from_data(order.facts)


def _title(order: DispatchOrder) -> str:
    if order.kind == "order":
        return f"调派{order.force_name}的调度令"
    return f"关于商请{order.force_name}支援的函"


def _addressee(order: DispatchOrder) -> str:
    if order.kind == "order":
        return order.force_name
    return order.via_name or order.owner or order.force_name


def _paragraphs(order: DispatchOrder, incident: Incident, need: Need) -> tuple[str, ...]:
    body = ["一、事故情况", _course(order, incident)]
    if order.kind == "order":
        body += ["二、任务", f"令你部立即出动：{_stopped(order.task)}"]
    else:
        through = f"经你处协调，商请{order.force_name}" if order.via_name else f"商请{order.force_name}"
        body += ["二、商请事项", f"{through}支援：{_stopped(order.task)}请将能否出动、人数和车辆尽快答复。"]
    body += ["三、要求", _demands(order, need)]
    return tuple(body)


def _course(order: DispatchOrder, incident: Incident) -> str:
    when = f"{_moment(incident.occurred_at)}{'（待核实）' if incident.occurred_uncertain else ''}"
    kind = ACCIDENT_TYPES.get(incident.accident_type or "")
    what = kind.zh if kind else f"{SECTORS[incident.sector].zh}事故"
    where = f"{incident.place_name}{incident.unit or ''}"
    known = [
        f"{FACTS[name].zh}{incident.facts[name]}人"
        for name in ("deaths", "missing", "trapped", "serious_injuries", "acute_poisonings")
        if incident.facts.get(name) is not None
    ]
    toll = "，".join(known) if known else "伤亡情况未明"
    grade = GRADES.get(incident.reporting_grade, GRADES[None]).zh
    graded = (
        f"，按{grade}事故报告" if incident.reporting_grade and incident.reporting_grade != "near_miss" else ""
    )
    if incident.reporting_grade == "near_miss":
        graded = f"，按{grade}事故报告"
    return f"{when}，{where}发生{what}。截至{_moment(order.issued_at)}：{toll}{graded}。"


def _demands(order: DispatchOrder, need: Need) -> str:
    limit = _moment(order.accept_by)
    wanted = need.requirement
    parts = [f"{limit}前答复是否{'接受' if order.kind == 'order' else '同意'}，出发、到场随时报告。"]
    if wanted is not None:
        codes = "、".join(capabilities.words()[code].zh for code in wanted.asked)
        parts.append(f"所需能力：{codes}；关键装备：{wanted.deciding.zh}。")
        parts += [
            sentence for mark, sentence in SAFETY.items() if any(c.startswith(mark) for c in wanted.asked)
        ]
    return "".join(parts)


def _lines(
    order: DispatchOrder, incident: Incident, holder: Holder, need: Need
) -> tuple[tuple[str, str], ...]:
    lines = [
        ("事故编号", f"{incident.number}　{title(incident).zh}"),
        ("到达地点", _where(incident)),
        ("坐标", f"东经 {incident.lon:.4f}，北纬 {incident.lat:.4f}（{_point_word(incident)}）")
        if incident.lon is not None and incident.lat is not None
        else ("坐标", "未知"),
        ("路程", _way(order)),
        ("指挥", f"{holder.name.zh}　{order.issued_by}"),
        ("答复时限", _moment(order.accept_by)),
    ]
    if order.via_name:
        lines.append(("转请", f"{order.via_name}　→　{order.force_name}（{order.owner}）"))
    if order.warning:
        lines.append(("提示", f"{order.warning['zh']}发出人已知悉。"))
    if order.reason:
        lines.append(("选调原因", order.reason))
    return tuple(lines)


def _where(incident: Incident) -> str:
    told = "" if incident.place and incident.place in incident.place_name else incident.place or ""
    return "　".join(word for word in (incident.place_name, told, incident.unit or "") if word)


def _point_word(incident: Incident) -> str:
    return "报告给出" if incident.point_source == "given" else "按行政区驻地，待核实"


def _way(order: DispatchOrder) -> str:
    if order.distance_km is None or order.eta_minutes is None:
        return "未知"
    hours, minutes = divmod(order.eta_minutes, 60)
    return (
        f"直线 {order.distance_km:.0f} 公里，估计 {hours} 小时 {minutes:02d} 分到达（估计，以途中报告为准）"
    )


def _copies(order: DispatchOrder) -> str:
    if order.via_name and order.kind == "request":
        return f"抄送：{order.force_name}"
    return ""


def _entered(order: DispatchOrder) -> str:
    if (order.noted_at - order.issued_at).total_seconds() < 60:
        return ""
    return f"口头先行下达，{_moment(order.noted_at)}补录。"


def _stopped(text: str) -> str:
    return text if text.endswith(("。", "！", ".")) else f"{text}。"


def _moment(at: datetime) -> str:
    moment = wall(at)
    return f"{moment.month}月{moment.day}日{moment.hour}时{moment.minute:02d}分"
