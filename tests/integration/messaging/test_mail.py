"""E-mail against a mail server on loopback: what it takes, refuses, puts off, and what it is never given."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from responder.core.clock import FixedClock
from responder.core.ids import DeliveryId, new_id
from responder.escalation import queries as calls
from responder.foundation.directory.services import add_contact
from responder.foundation.messaging.channels import Accepted, Outcome, Outgoing, Refused, Unknown
from responder.foundation.messaging.mail import (
    IN_THE_OPEN,
    NOT_LET_IN,
    NOT_TRUSTED,
    REFUSED,
    UNREACHED,
    MailServer,
)
from tests import mailroom as peer
from tests.mailroom import Mailroom
from tests.rooms import EIGHT, VAULT

from .conftest import Outbox

ADDRESS = "limin@example.cn"


@pytest.fixture
def mailroom() -> Iterator[Mailroom]:
    with peer.running() as running:
        yield running


@pytest.fixture
def outbox(make_outbox: Callable[..., Outbox], mailroom: Mailroom) -> Outbox:
    """An outbox with nothing but mail; one officer has an address."""
    url = f"smtp://127.0.0.1:{mailroom.port}?from=duty@example.cn"
    outbox = make_outbox(environment={"RESPONDER_SMTP_URL": url})
    with outbox.database.unit_of_work() as uow:
        add_contact(uow, VAULT, "email", ADDRESS, person_id=outbox.rooms.people["李敏"])
    return outbox


def message(words: str = "220605-2026-0001 瓦斯爆炸", to: str = ADDRESS) -> Outgoing:
    """Return one message as it is given to a provider."""
    return Outgoing(DeliveryId(new_id()), "email", to, words, EIGHT)


def send(url: str, outgoing: Outgoing | None = None) -> Outcome:
    """Hand one message to the server at *url*."""
    return MailServer(url).send(outgoing or message())


def test_a_message_arrives_with_its_words_its_sender_and_an_id_of_its_own(
    outbox: Outbox, mailroom: Mailroom
) -> None:
    outbox.queue("email")
    outbox.work()
    (mail,) = mailroom.took
    (row,) = outbox.rows()
    words = "220605-2026-0001 江源区瓦斯爆炸 较大"
    assert (mail["Subject"], mail.get_content().strip()) == (words, words)
    assert (mail["From"], mail["To"], mail["Message-ID"]) == (
        "duty@example.cn",
        ADDRESS,
        f"<{row.id}@responder>",
    )
    assert (row.state, row.provider, row.delivered_at) == ("sent", "smtp", None)


def test_a_server_that_gives_no_receipts_is_not_written_to_again(
    outbox: Outbox, mailroom: Mailroom, clock: FixedClock
) -> None:
    outbox.queue("email")
    for _ in range(6):
        outbox.work()
        clock.move(timedelta(minutes=1))
    assert (len(mailroom.took), outbox.states()) == (1, [("email", 1, "sent")])


def test_an_address_nobody_has_is_telephoned(outbox: Outbox, mailroom: Mailroom) -> None:
    mailroom.refuse = {ADDRESS}
    outbox.queue("email")
    outbox.work()
    assert outbox.states() == [("email", 1, "failed_for_now"), ("sms", 1, "not_sent")]
    with outbox.database.unit_of_work() as uow:
        (call,) = calls.calls_to_make(uow.session, "220605")
        assert (call.name, call.why.zh) == ("李敏", "无服务商")


def test_a_server_that_asks_to_come_back_is_asked_again(
    outbox: Outbox, mailroom: Mailroom, clock: FixedClock
) -> None:
    mailroom.later = 1
    outbox.queue("email")
    outbox.work()
    clock.move(timedelta(seconds=5))
    outbox.work()
    assert outbox.states() == [("email", 1, "failed_for_now"), ("email", 2, "sent")]


def test_a_message_whose_answer_got_lost_is_labelled_when_it_comes_again(
    outbox: Outbox, mailroom: Mailroom, clock: FixedClock
) -> None:
    mailroom.hang_up = 1
    outbox.queue("email")
    for _ in range(4):
        outbox.work()
        clock.move(timedelta(seconds=10))
    assert outbox.states() == [("email", 1, "failed_for_now"), ("email", 2, "sent")]
    assert mailroom.took[1]["Subject"].startswith("【重复】")


def test_a_server_that_is_away_is_worth_another_try() -> None:
    assert send("smtp://127.0.0.1:1") == Refused(UNREACHED, for_good=False)
    assert send("smtps://127.0.0.1:1") == Refused(UNREACHED, for_good=False)


def test_words_over_several_lines_have_a_subject_of_one(mailroom: Mailroom) -> None:
    send(f"smtp://127.0.0.1:{mailroom.port}", message("第一行\r\n第二行\r\n.\r\nBcc: x@example.cn"))
    (mail,) = mailroom.took
    assert mail["Subject"] == "第一行 第二行 . Bcc: x@example.cn"
    assert (mail["Bcc"], "第二行" in mail.get_content()) == (None, True)


@pytest.mark.parametrize("address", ["a@example.cn\r\nBcc: x@example.cn", "李敏@例子.中国"])
def test_an_address_that_cannot_be_told_to_a_server_is_refused_for_good(
    mailroom: Mailroom, address: str
) -> None:
    assert send(f"smtp://127.0.0.1:{mailroom.port}", message(to=address)) == Refused(REFUSED, for_good=True)
    assert mailroom.took == []


def test_a_password_opens_the_door(mailroom: Mailroom) -> None:
    mailroom.password = "p:w"
    assert isinstance(send(f"smtp://duty:p%3Aw@127.0.0.1:{mailroom.port}"), Accepted)
    assert send(f"smtp://duty:wrong@127.0.0.1:{mailroom.port}") == Refused(NOT_LET_IN, for_good=True)


def test_encryption_is_used_where_it_is_offered_by_whoever_is_trusted(
    mailroom: Mailroom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mailroom.certificate = peer.certificate(tmp_path)
    url = f"smtp://127.0.0.1:{mailroom.port}"
    assert send(url) == Refused(NOT_TRUSTED, for_good=True)
    monkeypatch.setenv("SSL_CERT_FILE", str(mailroom.certificate))
    assert isinstance(send(url), Accepted)
    assert mailroom.encrypted == [True]


def test_no_password_crosses_the_network_in_the_open(
    mailroom: Mailroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    mailroom.password = "secret"
    server = MailServer(f"smtp://duty:secret@127.0.0.1:{mailroom.port}")
    monkeypatch.setattr(server, "_is_here", False)
    assert server.send(message()) == Refused(IN_THE_OPEN, for_good=True)
    assert mailroom.passwords == []


def test_whether_a_message_whose_answer_got_lost_left_is_not_known(mailroom: Mailroom) -> None:
    mailroom.hang_up = 1
    server = MailServer(f"smtp://127.0.0.1:{mailroom.port}")
    assert isinstance(server.send(message()), Unknown)
    assert isinstance(server.find(message()), Unknown)
