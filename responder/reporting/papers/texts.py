"""From facts to papers: 事故快报, 续报 and 值班信息 as documents. Official papers are in Chinese. Pure.

Source: Order 493 Art. 12 (contents of a report); Order 21 Art. 10 (people at risk, preliminary cause); GB/T 9704.
"""

from dataclasses import dataclass
from datetime import datetime

from responder.core.clock import wall
from responder.foundation.documents.rules import Official, Table, chinese_date
from responder.foundation.web.lexicon import FACTS, METHODS, REPORT_KINDS
from responder.reporting.papers.facts import Known

UNKNOWN = "未知"
HEADS = {"quick_report": "事故快报", "follow_up": "事故续报", "urgent_information": "值班信息"}
PEOPLE = (
    "deaths",
    "missing",
    "trapped",
    "trapped_without_contact",
    "serious_injuries",
    "acute_poisonings",
    "minor_injuries",
    "at_risk",
    "evacuated",
)
TOLD_FIRST = ("deaths", "missing", "trapped", "serious_injuries")


@dataclass(frozen=True, slots=True)
class Issue:
    """Who issues a paper, under which number, and who signs it; an empty name is signed by hand."""

    kind: str
    agency: str
    year: int
    serial: int
    edition: int
    at: datetime
    drafter: str = ""
    checker: str = ""
    signer: str = ""
    why: str = ""

    @property
    def number(self) -> str:
        """The number in the office's series of the year."""
        return f"〔{self.year}〕第{self.serial}期"


def paper(known: Known, issue: Issue) -> Official:
    """Return the paper of *issue* about what is *known*."""
    body = {"quick_report": _quick_report, "follow_up": _follow_up, "urgent_information": _urgent}[issue.kind]
    return Official(
        issuer=issue.agency,
        head=HEADS[issue.kind],
        urgency="特急",
        number=issue.number,
        title=_title(known, issue),
        paragraphs=tuple(body(known)),
        tables=(_figures(known),),
        signature=issue.agency,
        dated=chinese_date(wall(issue.at).date()),
        signers=(("拟稿", issue.drafter), ("审核", issue.checker), ("签发", issue.signer)),
        notes=_notes(known, issue),
        exercise=known.exercise,
        version=issue.edition,
    )


def _title(known: Known, issue: Issue) -> str:
    where = known.place_name
    words = {"quick_report": "情况快报", "follow_up": "情况续报", "urgent_information": "情况报告"}[
        issue.kind
    ]
    corrected = "（更正）" if issue.why else ""
    return f"关于{where}{known.title}的{words}{corrected}"


def _quick_report(known: Known) -> list[str]:
    return [
        "一、事故发生单位概况",
        f"单位名称：{known.unit or UNKNOWN}。所属行业：{known.sector}。"
        f"规模、证照、负责人等情况：{UNKNOWN}，核实后补报。",
        "二、事故发生的时间、地点及现场情况",
        f"时间：{occurred(known)}。地点：{known.place_name}{known.place}。"
        f"{_moment(known.received_at)}接到报告。现场情况：{_stopped(known.summary) or f'{UNKNOWN}。'}",
        "三、事故简要经过",
        _course(known),
        "四、伤亡和损失",
        f"截至{_moment(known.as_of)}：{casualties(known)}。直接经济损失初步估计：{loss(known)}。"
        "各项数字见附表。",
        "五、已经采取的措施",
        _stopped(known.measures) or f"{UNKNOWN}。",
        "六、其他应当报告的情况",
        f"{_graded(known)}初步原因：{UNKNOWN}，正在调查。",
    ]


def _follow_up(known: Known) -> list[str]:
    return [
        "一、新的情况",
        _news(known),
        "二、截至目前的伤亡和损失",
        f"截至{_moment(known.as_of)}：{casualties(known)}。直接经济损失初步估计：{loss(known)}。",
        "三、处置进展",
        _stopped(known.measures) or f"{UNKNOWN}。",
        "四、等级和下一步",
        f"{_graded(known)}有关情况将继续报告。",
    ]


def _urgent(known: Known) -> list[str]:
    told = (
        "；".join(f"{r.office}{_moment(r.at)}（{_method(r.method)}）" for r in known.receipts)
        or "尚无签收记录"
    )
    return [
        f"{occurred(known)}，{known.place_name}{known.place}{known.unit or ''}发生{_what(known)}。"
        f"截至{_moment(known.as_of)}，{casualties(known)}；直接经济损失{loss(known)}。",
        _stopped(known.summary) or f"经过：{UNKNOWN}。",
        f"已采取的措施：{_stopped(known.measures) or f'{UNKNOWN}。'}",
        _graded(known),
        f"已报送并签收：{told}。",
    ]


def occurred(known: Known) -> str:
    """Return when it happened, and that nobody has verified it where that is so."""
    return f"{_moment(known.occurred_at)}{'（未核实）' if known.occurred_uncertain else '许'}"


def casualties(known: Known) -> str:
    """Return the figures that are always told, unknown ones as unknown, and every other one that is known."""
    told = [name for name in PEOPLE if name in TOLD_FIRST or known.figures.get(name) is not None]
    return "，".join(f"{FACTS[name].zh}{people(known, name)}" for name in told)


def people(known: Known, name: str) -> str:
    """Return one figure with its unit, or that it is unknown."""
    value = known.figures.get(name)
    return UNKNOWN if value is None else f"{value}人"


def loss(known: Known) -> str:
    """Return the direct loss in yuan, or that it is unknown."""
    value = known.figures.get("direct_loss_yuan")
    return UNKNOWN if value is None else f"{value:,}元"


def _what(known: Known) -> str:
    kind = known.accident_type
    return f"{kind}事故" if kind and not kind.endswith("事故") else kind or f"{known.sector}事故"


def _course(known: Known) -> str:
    where = f"{known.place_name}{known.place}{known.unit or ''}"
    return f"{occurred(known)}，{where}发生{_what(known)}。{_stopped(known.summary)}"


def _graded(known: Known) -> str:
    may = "，数字未全，等级可能上升" if known.may_rise else ""
    source = f"（{known.grade_source}）" if known.grade_source else ""
    return f"按{known.grade}报告{may}{source}。"


def _news(known: Known) -> str:
    changed = [
        f"{FACTS[name].zh}由{_told(name, before)}变为{_told(name, after)}"
        for name, (before, after) in known.changes.items()
        if name in FACTS
    ]
    parts = [f"{'，'.join(changed)}。"] if changed else []
    if known.correction:
        parts.append(f"本次为更正，原因：{_stopped(known.correction)}")
    parts.append(_stopped(known.news))
    return "".join(parts) or "暂无新的情况。"


def _told(name: str, value: int | float | None) -> str:
    if value is None:
        return UNKNOWN
    return f"{value:,}元" if name == "direct_loss_yuan" else f"{value}人"


def _figures(known: Known) -> Table:
    rows = [
        (FACTS[name].zh, people(known, name), _change(known, name))
        for name in PEOPLE
        if name in TOLD_FIRST or name in known.figures or name in known.changes
    ]
    rows.append((FACTS["direct_loss_yuan"].zh, loss(known), _change(known, "direct_loss_yuan")))
    return Table(("项目", "目前", "上一版"), tuple(rows), "附：伤亡和损失情况", (2, 2, 2))


def _change(known: Known, name: str) -> str:
    pair = known.changes.get(name)
    return _told(name, pair[0]) if pair else "—"


def _notes(known: Known, issue: Issue) -> tuple[str, ...]:
    kind = REPORT_KINDS[known.version_kind].zh
    notes = [
        f"事故编号 {known.number}，据第 {known.version} 版（{kind}，{_moment(known.as_of)}）；"
        f"本件为第 {issue.edition} 次制发。"
    ]
    if issue.why:
        notes.append(issue.why)
    return tuple(notes)


def _method(method: str) -> str:
    return METHODS[method].zh if method in METHODS else "口头"


def _stopped(text: str) -> str:
    text = text.strip()
    return text if not text or text.endswith(("。", "！", "？", ".")) else f"{text}。"


def _moment(at: datetime) -> str:
    moment = wall(at)
    return f"{moment.month}月{moment.day}日{moment.hour}时{moment.minute:02d}分"
