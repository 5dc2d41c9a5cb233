"""What a message says, what its receipt means and what is done next."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from responder.foundation.messaging.rules import LONGEST_SMS, RECEIPTS, Step, compose, next_step, reads_on
from responder.foundation.messaging.settings import from_mapping, is_loopback

NOW = datetime(2026, 11, 21, 6, 0, tzinfo=UTC)
CREDENTIALS = {
    "RESPONDER_TWILIO_ACCOUNT_SID": "AC1",
    "RESPONDER_TWILIO_AUTH_TOKEN": "token",
    "RESPONDER_TWILIO_FROM": "+860",
}
numbers = st.from_regex(r"\A演?220605-2026-[0-9]{4}\Z")


@given(
    number=numbers, body=st.text(max_size=300), code=st.from_regex(r"\A[1-9][0-9]{3}\Z"), repeat=st.booleans()
)
def test_every_text_names_the_incident_and_the_code_and_fits_one_sms(
    number: str, body: str, code: str, repeat: bool
) -> None:
    text = compose(exercise=False, repeat=repeat, number=number, body=body, code=code)
    assert number in text
    assert text.endswith(f"请签收 回复{code}")
    assert len(text) <= LONGEST_SMS


@given(number=numbers, repeat=st.booleans())
def test_an_exercise_text_begins_with_its_label(number: str, repeat: bool) -> None:
    assert compose(exercise=True, repeat=repeat, number=number, body="瓦斯爆炸", code=None).startswith(
        "【演练】"
    )


def test_a_repeat_says_so() -> None:
    text = compose(exercise=True, repeat=True, number="演220605-2026-0001", body="瓦斯爆炸", code=None)
    assert text == "【演练】【重复】演220605-2026-0001 瓦斯爆炸"


def test_what_rides_along_is_named() -> None:
    text = compose(
        exercise=False, repeat=False, number="A-1", body="瓦斯爆炸", code=None, also=["A-2", "A-1"]
    )
    assert text == "A-1 瓦斯爆炸 另：A-2"


@given(st.lists(st.sampled_from(sorted(RECEIPTS)), max_size=12))
def test_receipts_lead_to_the_same_end_in_whatever_order_they_come(words: list[str]) -> None:
    def last(order: list[str]) -> int:
        rank = 0
        for word in order:
            receipt = reads_on(rank, word)
            rank = receipt.rank if receipt else rank
        return rank

    assert last(words) == last(words[::-1]) == max((RECEIPTS[word].rank for word in words), default=0)


def test_delivered_wins_over_a_late_failure() -> None:
    delivered = RECEIPTS["delivered"]
    assert reads_on(delivered.rank, "undelivered") is None


@pytest.mark.parametrize(
    ("state", "due", "lease", "step"),
    [
        ("pending", 0, None, Step.SEND),
        ("pending", 5, None, Step.NOTHING),
        ("sending", 0, 0, Step.TAKE_OVER),
        ("sending", 0, 5, Step.WAIT),
        ("sending", 3605, 3605, Step.TAKE_OVER),
        ("sent", 0, None, Step.ASK_RECEIPT),
        ("delivered", 0, None, Step.NOTHING),
        ("not_sent", None, None, Step.NOTHING),
    ],
)
def test_the_state_and_the_lease_decide_what_a_look_leads_to(
    state: str, due: int | None, lease: int | None, step: Step
) -> None:
    def at(seconds: int | None) -> datetime | None:
        return None if seconds is None else NOW + timedelta(seconds=seconds)

    assert next_step(state, at(due), at(lease), NOW) is step


@pytest.mark.parametrize(
    ("url", "local"),
    [
        ("http://127.0.0.1:9000", True),
        ("http://[::1]:9000", True),
        ("http://localhost:9000", True),
        ("https://api.twilio.com", False),
        ("http://127.0.0.1.example.cn", False),
        ("http://127.0.0.1@example.cn", False),
        ("http://10.0.0.1", False),
        ("", False),
    ],
)
def test_only_this_machine_is_loopback(url: str, local: bool) -> None:
    assert is_loopback(url) is local


def test_a_demo_rings_nobody_outside_whatever_credentials_it_is_given() -> None:
    assert from_mapping(CREDENTIALS, demo=True).channels == frozenset()
    local = CREDENTIALS | {"RESPONDER_TWILIO_BASE_URL": "http://127.0.0.1:9000"}
    assert from_mapping(local, demo=True).channels == {"sms", "voice"}
    assert from_mapping(CREDENTIALS).channels == {"sms", "voice"}
    assert from_mapping({"RESPONDER_SMTP_URL": "smtp://mail.example.cn"}, demo=True).channels == frozenset()


@pytest.mark.parametrize("missing", sorted(CREDENTIALS))
def test_a_provider_without_all_its_credentials_is_unset(missing: str) -> None:
    kept = {name: value for name, value in CREDENTIALS.items() if name != missing}
    assert from_mapping(kept).channels == frozenset()
