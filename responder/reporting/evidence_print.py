"""A sealed file as tables to be printed: made from the file alone, so that paper and file never differ. Pure."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from responder.core.clock import wall
from responder.foundation.documents.rules import Ledger, Table
from responder.foundation.web.lexicon import FACTS, GRADES, METHODS, REPORT_KINDS

KINDS = {
    "report": "书面",
    "phone": "电话快报",
    "absolute": "最迟时限",
    "government": "报本级政府",
    "notify": "通知",
    "bypass": "越级补告",
    "follow_up": "续报补报",
}
STATES = {
    "planned": "待开",
    "open": "应送未送",
    "sent": "已送未签",
    "acknowledged": "已签收",
    "returned": "已退回",
    "skipped": "同一机构",
    "withdrawn": "已撤销",
}
STATUSES = {"law": "法规", "practice": "惯例", "house_rule": "本系统约定", "setting": "设置"}
FOOT = "本件由封存的 JSON 文件生成。核对：responder evidence check 文件名。"


def evidence_ledger(document: Mapping[str, Any]) -> Ledger:
    """Return the file “who knew what when” as a ledger."""
    incident, check = document["incident"], document["audit_check"]
    holds = "完整" if check["holds"] else f"第 {check['broken']['seq']} 条起不符"
    return Ledger(
        title=f"谁何时知道什么：{incident['title']}",
        number=f"{incident['number']}　第 {document['number']} 份",
        facts=(
            ("事故编号", incident["number"]),
            ("地点", f"{incident['place_name']}　{incident['unit'] or '单位未知'}"),
            (
                "发生",
                f"{moment(incident['occurred_at'])}{'（未核实）' if incident['occurred_uncertain'] else ''}",
            ),
            ("接报", moment(incident["received_at"])),
            ("规则", f"{incident['rule_set']} 套"),
            ("封存", f"{moment(document['made_at'])}　{document['made_by']['name']}"),
            ("审计链", f"{check['entries']} 条，{holds}"),
            ("校验码", document["seal"]["sha256"]),
        ),
        tables=(
            _arrows(document),
            _versions(document),
            _grades(document),
            _notices(document),
            _calls(document),
            _papers(document),
            _entries(document["audit"]["entries"]),
            _heads(document),
        ),
        notes=(FOOT, f"安装印记（HMAC-SHA256）{document['seal']['hmac_sha256']}"),
        exercise=incident["lane"] != "real",
    )


def _arrows(document: Mapping[str, Any]) -> Table:
    heads = ("谁 → 谁", "方式", "起算", "应于", "依据", "送出", "签收", "谁签", "逾期", "状态")
    rows = tuple(
        (
            f"{arrow['from_name'] or '事故单位'} → {arrow['to_name']}",
            KINDS.get(arrow["kind"], arrow["kind"]),
            moment(arrow["starts_at"]),
            moment(arrow["due_at"]),
            f"{arrow['source']['zh']}（{STATUSES.get(arrow['status'], arrow['status'])}）",
            _with(arrow["sent_at"], METHODS[arrow["method"]].zh if arrow["method"] in METHODS else ""),
            moment(arrow["acknowledged_at"]),
            arrow["answered_by"] or arrow["acknowledged_by"] or "",
            _late(arrow),
            _state(arrow),
        )
        for arrow in document["arrows"]
    )
    return Table(heads, rows, f"一、报送环节（{len(rows)}）", (20, 7, 9, 9, 24, 11, 9, 7, 8, 12))


def _with(at: str | None, method: str) -> str:
    return f"{moment(at)} {method}".strip() if at else ""


def _late(arrow: Mapping[str, Any]) -> str:
    if not arrow["late"]:
        return "" if not arrow["received"] else "按时"
    seconds = arrow["late_seconds"]
    return f"{seconds:,} 秒" if arrow["received"] else f"{seconds:,} 秒，仍未签"


def _state(arrow: Mapping[str, Any]) -> str:
    word: str = STATES.get(arrow["state"], arrow["state"])
    if arrow["withdrawn_at"]:
        word += f" {moment(arrow['withdrawn_at'])}"
    if arrow["returned_at"]:
        word += f"；{moment(arrow['returned_at'])} 退回：{arrow['return_reason']}"
    return word


def _versions(document: Mapping[str, Any]) -> Table:
    rows = tuple(
        (
            f"第 {version['version']} 版 {REPORT_KINDS[version['kind']].zh}",
            moment(version["at"]),
            moment(version["learned_at"]),
            f"{version['agency_name']} {version['by']}",
            _figures(version["facts"]),
            _changes(version["changes"]),
            version["reason"] or version["summary"],
        )
        for version in document["versions"]
    )
    heads = ("版本", "录入", "得知", "谁", "数字", "变化", "经过或更正原因")
    return Table(heads, rows, f"二、报告版本（{len(rows)}）", (9, 9, 9, 14, 26, 18, 28))


def _figures(facts: Mapping[str, Any]) -> str:
    return "，".join(
        f"{FACTS[name].zh}{'未知' if facts.get(name) is None else facts[name]}"
        for name in FACTS
        if facts.get(name) is not None or name in ("deaths", "missing", "trapped")
    )


def _changes(changes: Mapping[str, Any]) -> str:
    return "，".join(
        f"{FACTS[name].zh} {'未知' if before is None else before} → {'未知' if after is None else after}"
        for name, (before, after) in changes.items()
        if name in FACTS
    )


def _grades(document: Mapping[str, Any]) -> Table:
    rows = tuple(
        (
            moment(entry["at"]),
            f"第 {entry['version']} 版",
            GRADES[entry["reporting_grade"]].zh,
            GRADES[entry["final_grade"]].zh,
            "；".join(reason["source"]["zh"] for reason in entry["reasons"][:1]),
        )
        for entry in document["grades"]
    )
    return Table(("自", "版本", "报告等级", "法定等级", "依据"), rows, "三、等级的变化", (10, 8, 10, 10, 40))


def _notices(document: Mapping[str, Any]) -> Table:
    rows = tuple(
        (
            f"第 {notice['version']} 版",
            notice["to_name"] or notice["to"],
            moment(notice["told_at"]),
            moment(notice["seen_at"]) or "未阅",
            notice["seen_by"] or "",
        )
        for notice in document["notices"]
    )
    return Table(("版本", "告知谁", "告知", "已阅", "谁阅"), rows, "四、新版告知", (8, 24, 12, 12, 12))


def _calls(document: Mapping[str, Any]) -> Table:
    rows = tuple(
        (
            call["agency_name"],
            moment(call["started_at"]),
            "；".join(
                f"{moment(rung['at'])} {rung['who']} {'、'.join(rung['names'])}".strip()
                for rung in call["rungs"]
                if rung["done"]
            ),
            _with(call["acknowledged_at"], call["acknowledged_by"] or "") or "无人应答",
        )
        for call in document["calls"]
    )
    return Table(("找谁", "起", "逐级", "签收"), rows, "五、找人经过", (18, 10, 50, 18))


def _papers(document: Mapping[str, Any]) -> Table:
    rows = tuple(
        (
            paper["number"],
            f"第 {paper['edition']} 次，据第 {paper['report_version']} 版",
            f"{moment(paper['made_at'])} {paper['made_by']}",
            paper["sha256"],
        )
        for paper in document["papers"]
    )
    return Table(("文书", "制发", "何时何人", "校验码"), rows, "六、文书", (14, 16, 16, 50))


def _entries(entries: list[dict[str, Any]]) -> Table:
    rows = tuple(
        (str(entry["seq"]), moment(entry["at"]), entry["actor_name"], entry["kind"], entry["hash"])
        for entry in entries
    )
    return Table(
        ("序号", "时间", "谁", "事项", "摘要"), rows, f"七、审计链条目（{len(rows)}）", (6, 12, 14, 18, 50)
    )


def _heads(document: Mapping[str, Any]) -> Table:
    rows = tuple((head["chain"], str(head["seq"]), head["hash"]) for head in document["audit"]["heads"])
    return Table(("链", "末条", "链首摘要"), rows, "八、封存时的链首", (14, 8, 60))


def timeline_ledger(document: Mapping[str, Any]) -> Ledger:
    """Return a sealed timeline as a ledger."""
    incident = document["incident"]
    rows = tuple(
        (moment(entry["at"]), entry["who"], entry["agency"], entry["what"], str(entry["seq"]), entry["hash"])
        for entry in document["entries"]
    )
    heads = ("时间", "谁", "机构", "做了什么", "序号", "摘要")
    chains = "；".join(f"{head['chain']} 第 {head['seq']} 条" for head in document["audit"]["heads"])
    return Ledger(
        title=f"时间线：{incident['title']}",
        number=incident["number"],
        facts=(
            ("事故编号", incident["number"]),
            ("地点", f"{incident['place_name']}　{incident['unit'] or '单位未知'}"),
            ("导出", f"{moment(document['made_at'])}　{document['made_by']['name']}"),
            ("审计链", f"{len(document['audit']['entries'])} 条，链首 {chains}"),
            ("校验码", document["seal"]["sha256"]),
        ),
        tables=(Table(heads, rows, f"{len(rows)} 条，最早的在前", (12, 12, 12, 40, 6, 34)), _heads(document)),
        notes=(
            FOOT,
            f"安装印记（HMAC-SHA256）{document['seal']['hmac_sha256']}",
        ),
        exercise=incident["lane"] != "real",
    )


def moment(text: str | None) -> str:
    """Return an exported instant on the wall clock, to the second; empty where there is none."""
    if not text:
        return ""
    at = wall(datetime.fromisoformat(text))
    return f"{at:%Y-%m-%d %H:%M:%S}"
