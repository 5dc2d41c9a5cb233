"""What a message says, what its receipt means and what is done next; pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from responder.core.errors import Text

PROVIDER_MAY_TAKE = timedelta(seconds=5)
LEASE = timedelta(seconds=8)  # longer than the provider may take, shorter than a job's own lease
RECEIPT_AFTER = timedelta(seconds=60)
RETRY_AFTER = timedelta(seconds=5)
LATE_FROM = timedelta(seconds=60)
LONGEST_SMS = 70
LONGEST_WRITTEN = 1000
FAILURES_BEFORE_SWITCH = 2
LOOKS_BEFORE_REPEAT = 3
NO_ANSWER = "no_answer"
ASK = "请签收"
FINAL_FAILURES = ("not_sent", "failed_for_good")

NO_CONTACT = Text("没有联系方式", "no contact on record")
NO_PROVIDER = Text("无服务商", "no provider")
ALREADY_SIGNED = Text("已签收", "already signed")
ALREADY_DELIVERED = Text("前一条已送达", "the one before has arrived")
LEFT_UNKNOWN = Text("是否发出不明，已重发", "unknown whether it left, sent again")
NO_RECEIPT = Text("一直没有回执，已重发", "no receipt came, sent again")

LONGEST = {"email": LONGEST_WRITTEN, "im": LONGEST_WRITTEN}  # what is not here is said in one SMS
OTHER_CHANNEL = {"sms": "voice", "voice": "sms", "email": "sms"}


class Step(StrEnum):
    """What a look at a delivery leads to."""

    NOTHING = "nothing"
    WAIT = "wait"
    SEND = "send"
    TAKE_OVER = "take_over"
    ASK_RECEIPT = "ask_receipt"


def next_step(state: str, due_at: datetime | None, leased_until: datetime | None, now: datetime) -> Step:
    """Return what is to be done with a delivery at *now*; a living lease means that another worker is at it."""
    if state == "sending" and leased_until is not None and leased_until > now:
        # A lease that ends later than any could end was written before the machine's clock was set back.
        return Step.WAIT if leased_until <= now + 2 * LEASE else Step.TAKE_OVER
    if due_at is None or due_at > now:
        return Step.NOTHING
    steps = {"pending": Step.SEND, "sending": Step.TAKE_OVER, "sent": Step.ASK_RECEIPT}
    return steps.get(state, Step.NOTHING)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a provider's word means: the state it leads to, and its rank among the words of one message."""

    state: str
    rank: int


LEFT_THE_PROVIDER, _REFUSED, _ARRIVED = 3, 4, 5
RECEIPTS: dict[str, Receipt] = {
    **{word: Receipt("sent", 1) for word in ("accepted", "scheduled", "queued")},
    **{word: Receipt("sent", 2) for word in ("sending", "initiated")},
    **{word: Receipt("sent", LEFT_THE_PROVIDER) for word in ("sent", "ringing")},
    **{
        word: Receipt("failed", _REFUSED)
        for word in ("undelivered", "failed", "canceled", "busy", "no-answer")
    },
    **{word: Receipt("delivered", _ARRIVED) for word in ("delivered", "read", "in-progress", "completed")},
}


def reads_on(rank: int, status: str) -> Receipt | None:
    """Return what *status* changes after a receipt of *rank*; None for an unknown word or one that came too late."""
    receipt = RECEIPTS.get(status)
    return receipt if receipt is not None and receipt.rank > rank else None


def failure(status: str) -> Text:
    """Return why a message did not arrive, from the provider's word."""
    words = {
        "busy": Text("占线", "busy"),
        "no-answer": Text("无人接听", "no answer"),
        "canceled": Text("已被取消", "cancelled"),
    }
    return words.get(status, Text("运营商报告未送达", "the carrier reports it undelivered"))


def delivery_key(source: str, step: int, person: str, channel: str, attempt: int) -> str:
    """Return the key that makes one attempt unique."""
    return f"{source}:{step}:{person}:{channel}:{attempt}"


def late_words(seconds: int) -> Text:
    """Return how late something went out, and why."""
    minutes = max(1, seconds // 60)
    return Text(f"迟 {minutes} 分，系统停机", f"late {minutes} min, system down")


def compose(
    *,
    exercise: bool,
    repeat: bool,
    number: str,
    body: str,
    code: str | None,
    late_seconds: int = 0,
    also: Sequence[str] = (),
    longest: int = LONGEST_SMS,
) -> str:
    """Return the words that leave the house: head, number, body, labels and how to sign.

    `also` are the numbers of other matters that ride along. The body is cut before a number or the code is; the
    whole is no longer than *longest*, one SMS unless said otherwise, where head and tail allow it.
    """
    if code:
        body = body.removesuffix(ASK).rstrip()  # it is asked for below, with the code
    head = ("【演练】" if exercise else "") + ("【重复】" if repeat else "") + number
    tail = f"（{late_words(late_seconds).zh}）" if late_seconds else ""
    others = list(dict.fromkeys(each for each in also if each != number))
    tail += f" 另：{'、'.join(others)}" if others else ""
    tail += f" {ASK} 回复{code}" if code else ""
    room = max(longest - len(head) - len(tail) - 1, 12)
    kept = body if len(body) <= room else body[: room - 1] + "…"
    return f"{head} {kept}{tail}".strip()
