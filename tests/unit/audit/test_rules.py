"""Chaining and wording of audit entries."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from responder.core.errors import Text
from responder.foundation.audit import words
from responder.foundation.audit.rules import (
    GENESIS,
    Link,
    canonical,
    chain_key,
    entry_hash,
    first_break,
)

LANE = UUID(int=1)
LINK = Link(
    "220000",
    1,
    datetime(2026, 11, 21, 6, tzinfo=UTC),
    "jiangyuan",
    "李值班",
    "220605",
    "leg_sent",
    None,
    LANE,
    {"b": 1, "a": "二"},
)
payloads = st.dictionaries(
    st.text(max_size=8),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=8),
        lambda inner: st.lists(inner, max_size=3),
    ),
    max_size=4,
)


@dataclass
class Entry:
    kind: str
    payload: dict[str, Any] = field(default_factory=dict)


def chain(payload_list: list[dict[str, Any]]) -> list[tuple[Link, str, str]]:
    entries, prev = [], GENESIS
    for number, payload in enumerate(payload_list, 1):
        link = replace(LINK, seq=number, payload=payload)
        entries.append((link, prev, entry_hash(prev, link)))
        prev = entries[-1][2]
    return entries


def test_the_canonical_form_knows_neither_key_order_nor_zone() -> None:
    beijing = timezone(timedelta(hours=8))
    turned = replace(LINK, payload={"a": "二", "b": 1}, at=LINK.at.astimezone(beijing))
    assert canonical(turned) == canonical(LINK)


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "leg_returned"},
        {"actor_login": "baishan"},
        {"actor_name": "张三"},
        {"agency_code": "220600"},
        {"incident_id": UUID(int=2)},
        {"lane_id": UUID(int=3)},
        {"payload": {"b": 2, "a": "二"}},
        {"at": LINK.at + timedelta(microseconds=1)},
        {"seq": 2},
        {"chain": "210000"},
    ],
)
def test_every_member_is_under_the_hash(change: dict[str, Any]) -> None:
    assert entry_hash(GENESIS, replace(LINK, **change)) != entry_hash(GENESIS, LINK)


@given(payload_list=st.lists(payloads, min_size=1, max_size=6), data=st.data())
def test_a_chain_holds_until_one_entry_is_taken_out(
    payload_list: list[dict[str, Any]], data: st.DataObject
) -> None:
    entries = chain(payload_list)
    assert first_break("220000", entries)[0] is None
    gone = data.draw(st.integers(0, len(entries) - 1))
    rest = entries[:gone] + entries[gone + 1 :]
    broken, seq, _ = first_break("220000", rest)
    if gone == len(entries) - 1:
        assert broken is None  # only the head tells that the tail is gone
        assert seq == len(entries) - 1
    else:
        assert broken is not None
        assert broken.seq == gone + 1


def test_only_exercises_carry_their_lane_in_the_name_of_the_chain() -> None:
    assert chain_key(LANE, LANE, "220000") == "220000"
    assert chain_key(UUID(int=9), LANE, "220000") == f"{UUID(int=9)}:220000"


def test_a_sentence_is_told_in_the_readers_language() -> None:
    words.register({"test_leg_sent": Text("已报{to}：{why}", "sent to {to}: {why}")})
    entry = Entry("test_leg_sent", {"to_zh": "白山市应急管理局", "to_en": "Baishan EMB", "why": None})
    assert words.sentence(entry, "zh_Hans_CN") == "已报白山市应急管理局：—"
    assert words.sentence(entry, "en") == "sent to Baishan EMB: —"


def test_a_template_reaches_nothing_but_the_payload() -> None:
    words.register({"test_odd": Text("{a.__class__} {b[0]}", "{a.__class__} {b[0]}")})
    assert words.sentence(Entry("test_odd", {"a": 1, "b": [2]}), "en") == "— —"


def test_a_kind_without_words_is_shown_by_its_name() -> None:
    assert words.sentence(Entry("never_registered"), "en") == "never_registered"
