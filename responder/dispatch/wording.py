"""What the timeline says about commands and orders."""

from responder.core.errors import Text
from responder.foundation.audit import words

words.register(
    {
        "command.taken": Text(
            "{office} {person}接管指挥（原由{former}指挥）{note}",
            "{person}, {office}, took command (before: {former}){note}",
        ),
        "command.handed": Text(
            "{former}把指挥移交给{office}{note}", "{former} handed the command to {office}{note}"
        ),
        "command.seen": Text("{office}知悉指挥变动", "{office} knows of the change of command"),
        "order.issued": Text(
            "{paper} {number}：{force}，{minutes} 分钟内接受{doubt}",
            "{paper} {number}: {force}, to accept within {minutes} min{doubt}",
        ),
        "order.accept": Text("{force}接受 {number}{note}", "{force} accepted {number}{note}"),
        "order.decline": Text("{force}不能执行 {number}：{note}", "{force} declined {number}: {note}"),
        "order.depart": Text("{force}出发（{number}）{note}", "{force} departed ({number}){note}"),
        "order.arrive": Text("{force}到场（{number}）{note}", "{force} arrived ({number}){note}"),
        "order.release": Text("{force}归建（{number}）{note}", "{force} was released ({number}){note}"),
        "order.recall": Text("召回{force}（{number}）{note}", "{force} was recalled ({number}){note}"),
        "order.confirm": Text("{office}确认 {number} 继续有效", "{office} confirmed {number}"),
        "order.received": Text("{who}收到 {number}", "{who} received {number}"),
        "order.recall_seen": Text("{force}知悉召回（{number}）", "{force} knows of its recall ({number})"),
        "order.unanswered": Text(
            "{force}未在 {minutes} 分钟内接受 {number}，可改调别的力量",
            "{force} did not accept {number} within {minutes} min; another force can be called",
        ),
        "force.closed_under_way": Text(
            "{force}的建设状态改为{state}，而 {number} 还在执行",
            "{force} became {state} while out on {number}",
        ),
        "force.state": Text(
            "{force}建设状态：{before} → {after}，{note}", "{force}: {before} → {after}, {note}"
        ),
        "force.readiness": Text("{force}报位：{state}{note}", "{force} reports: {state}{note}"),
        "force.admitted": Text("核定收入基地 {force}：{note}", "base {force} admitted: {note}"),
        "force.refused": Text("不收入基地 {force}：{note}", "base {force} not admitted: {note}"),
    }
)

PAPERS = {"order": Text("调度令", "Dispatch order"), "request": Text("请求函", "Request")}
STATES = {
    "unconfirmed": Text("未核实", "not confirmed"),
    "planned": Text("规划中", "planned"),
    "building": Text("在建", "being built"),
    "working": Text("在用", "working"),
    "closed": Text("已关闭", "closed"),
}
LEVELS = {
    "state": Text("国家级", "national"),
    "province": Text("省级", "provincial"),
    "city": Text("市级", "city"),
    "county": Text("县级", "county"),
    "enterprise": Text("企业", "enterprise"),
}


def both(name: str, text: Text) -> dict[str, str]:
    """Return a member of an audit payload in both languages."""
    return {f"{name}_zh": text.zh, f"{name}_en": text.en}


def tail(note: str) -> Text:
    """Return a note as the tail of a sentence, empty where there is none."""
    return Text(f"：{note}", f": {note}") if note else Text("", "")
