"""What is read aloud on the telephone: the three items every quick report must hold, from the record."""

from responder.core.clock import wall
from responder.core.errors import Text
from responder.foundation.web.lexicon import FACTS, GRADES
from responder.incidents.models import Incident
from responder.incidents.read_back import read_back
from responder.incidents.wording import title
from responder.reporting.models import ReportLeg


def spoken(incident: Incident, leg: ReportLeg) -> Text:
    """Return the script of a call: who calls, unit, time and place, casualties; unknown figures are said as unknown.

    Source: Order 21 Art. 10 (minimum of a telephone quick report).
    """
    at = wall(incident.occurred_at)
    figures_zh, figures_en = [], []
    for name in ("deaths", "missing", "trapped", "serious_injuries"):
        value = incident.facts.get(name)
        figures_zh.append(f"{FACTS[name].zh}{'未知' if value is None else f' {value} 人'}")
        figures_en.append(f"{FACTS[name].en}: {'unknown' if value is None else value}")
    grade = GRADES[incident.reporting_grade]
    words = title(incident)
    digits = read_back(incident.number, incident.version, incident.facts)
    may_zh, may_en = ("，可能上升", ", may rise") if incident.may_rise else ("", "")
    return Text(
        f"{leg.sender_name}报告：{at.month}月{at.day}日 {at:%H:%M}，{incident.place_name}，{words.zh}。"
        f"{'，'.join(figures_zh)}。按{grade.zh}报告{may_zh}。编号 {incident.number}，第 {incident.version} 版，"
        f"核对码 {' '.join(digits)}。请复述并告知您的姓名。",
        f"{leg.sender_name_en or 'The unit'} reports: {at.day} {at:%b} {at:%H:%M}, "
        f"{incident.place_name_en}, {words.en}. "
        f"{'; '.join(figures_en)}. Reported as {grade.en}{may_en}. Number {incident.number}, "
        f"version {incident.version}, check digits {' '.join(digits)}. Please repeat it and give your name.",
    )
