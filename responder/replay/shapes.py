"""What would have been owed, as JSON and as lines of text."""

from collections.abc import Iterator
from typing import Any

from responder.core.clock import wall
from responder.foundation.web.lexicon import FACTS
from responder.law.contract import answer_of
from responder.law.explain import KIND_WORDS, cited, party_name
from responder.law.model import Obligation, Party
from responder.replay.queries import Replay

OLD_WORDS_UNTIL = "A"  # the rule set whose words are not those of Order 493


def replay_shape(found: Replay) -> dict[str, Any]:
    """Return the answer of the contract with the offices of the day, today's word, and what was told first."""
    body = answer_of(found.answer)
    for shown, duty in zip(body["obligations"], found.answer.obligations, strict=True):
        shown["from_name"] = name_of(found, duty.sender)
        shown["to_name"] = name_of(found, duty.addressee)
        office = found.office(duty.addressee)
        shown["to_agency"] = office.agency_code if office else None
    source = found.report.source
    return {
        **body,
        "id": found.incident.number,
        "incident": str(found.incident.id),
        "time_unknown": found.time_unknown,
        "grade_today": found.today_grade,
        "grade_word_today": found.today_word,
        "first_report": source.get("first_report"),
        "confidence": source.get("confidence"),
        "from_memory": source.get("from_memory"),
    }


def name_of(found: Replay, party: Party) -> str:
    """Return the name a party bore on the day of the accident; the unit by its own name."""
    office = found.office(party)
    if office is not None:
        return office.name
    if party.body is None:
        return found.incident.unit or "事故单位"
    return party_name(party, found.answer.rule_set).zh


def grade_words(found: Replay) -> str:
    """Return the word of the day, and today's equivalent beside a word that is no longer used."""
    word = found.answer.grade_word or "未定级"
    if found.answer.rule_set == OLD_WORDS_UNTIL:
        note = "（后来的叫法）" if found.answer.word_note else ""
        return f"{word}{note}　今：{found.today_word or '未定级'}"
    return word


def duties(found: Replay) -> list[Obligation]:
    """Return what was owed, in the order in which it fell due."""
    return sorted(found.answer.obligations, key=lambda duty: (duty.due_at, duty.starts_at))


def lines(found: Replay) -> Iterator[str]:
    """Yield the accident and each duty as a line, its members parted by tabs."""
    incident = found.incident
    at = wall(incident.occurred_at)
    time = "时间未知（按 00:00）" if found.time_unknown else f"{at:%H:%M}"
    toll = "，".join(
        f"{FACTS[name].zh}{'未知' if incident.facts.get(name) is None else incident.facts[name]}"
        for name in ("deaths", "missing", "serious_injuries")
    )
    yield (
        f"{incident.number}\t{at:%Y-%m-%d} {time}\t{incident.place}\t{incident.unit or '单位未知'}\t{toll}\t"
        f"规则 {found.answer.rule_set}\t{grade_words(found)}"
    )
    for duty in duties(found):
        due = "立即" if duty.due_at == duty.starts_at else f"{wall(duty.due_at):%Y-%m-%d %H:%M}"
        yield (
            f"\t{due}\t{name_of(found, duty.sender)} → {name_of(found, duty.addressee)}"
            f"\t{KIND_WORDS[duty.kind].zh}\t{cited(duty.source, duty.limit_status).zh}"
        )
