"""The two texts that are sent or spoken instead of printed: an SMS of one part, and what is read on the telephone."""

from responder.core.clock import wall
from responder.foundation.documents.rules import EXERCISE_MARK
from responder.foundation.web.lexicon import FACTS
from responder.incidents.read_back import read_back
from responder.reporting.papers import texts
from responder.reporting.papers.facts import Known

LONGEST_SMS = 70  # characters of one part in UCS-2


def sms(known: Known) -> str:
    """Return the report in at most 70 characters: number, time, place and unit, toll, grade.

    What cannot be missed (number, figures, grade) is never cut; place and unit give way, the place first.
    """
    at = wall(known.occurred_at)
    mark = EXERCISE_MARK if known.exercise else ""
    head = f"{mark}{known.number} {at.month}-{at.day} {at:%H:%M}"
    toll = "".join(
        f"{word}{_figure(known, name)}"
        for name, word in (("deaths", "亡"), ("missing", "失踪"), ("trapped", "困"))
        if name == "deaths" or known.figures.get(name) is not None
    )
    tail = f"，{toll}，{known.grade.removesuffix('事故')}{'可能升' if known.may_rise else ''}"
    if known.correction:
        tail = f"，更正{tail}"
    room = LONGEST_SMS - len(head) - len(tail)
    return f"{head}{_where(known, room)}{tail}"[:LONGEST_SMS]


def _figure(known: Known, name: str) -> str:
    value = known.figures.get(name)
    return texts.UNKNOWN if value is None else str(value)


def _where(known: Known, room: int) -> str:
    """Return place and title as far as *room* reaches: the end of a place is nearer than its beginning."""
    place, what = known.place_name, known.title
    if len(place) + len(what) <= room:
        return f"{place}{what}"
    if len(what) + 4 <= room:
        return f"{place[-(room - len(what)) :]}{what}"
    kept = max(room - 1, 0)
    return f"{what[:kept]}…" if kept else ""


def script(known: Known, office: str) -> str:
    """Return what *office* reads aloud: the three items of a quick report, then a request to repeat.

    Source: Order 21 Art. 10 (minimum of a telephone quick report).
    """
    at = wall(known.occurred_at)
    mark = "这是演练，这是演练。" if known.exercise else ""
    corrected = "这是更正，以本次为准。" if known.correction else ""
    toll = "，".join(
        f"{FACTS[name].zh}{texts.people(known, name)}"
        for name in (*texts.TOLD_FIRST, "at_risk")
        if name != "at_risk" or known.figures.get(name) is not None
    )
    may = "，可能上升" if known.may_rise else ""
    uncertain = "，时间未核实" if known.occurred_uncertain else ""
    return (
        f"{mark}{office}报告。{corrected}单位：{known.unit or texts.UNKNOWN}，{known.sector}。"
        f"时间地点：{at.month}月{at.day}日{at.hour}时{at.minute:02d}分{uncertain}，{known.place_name}{known.place}。"
        f"{known.title}，{toll}。按{known.grade}报告{may}。编号 {known.number}，第 {known.version} 版，"
        f"核对码 {' '.join(read_back(known.number, known.version, known.figures))}。请复述，并告知您的姓名。"
    )
