"""The outbox against a real exchange: sent, delivered and signed are three facts, and nothing is lost or doubled."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from responder.core.clock import FixedClock
from responder.core.errors import Text
from responder.core.ids import DeliveryId, LaneId, PersonId, new_id
from responder.core.lanes import Lane
from responder.foundation.messaging import services
from responder.foundation.messaging.events import DeliveryAnswered
from responder.foundation.messaging.posting import DELIVER, DELIVER_MASS, Matter, Recipient, queue
from tests.exchange import Exchange

from .conftest import Outbox


def test_a_message_names_the_incident_and_asks_for_a_signature(outbox: Outbox, exchange: Exchange) -> None:
    outbox.queue()
    outbox.work()
    (row,) = outbox.rows()
    (message,) = exchange.messages
    assert message.to == outbox.rooms.numbers["李敏"]
    assert message.body == f"220605-2026-0001 江源区瓦斯爆炸 较大 请签收 回复{row.code}"
    assert (row.state, row.provider_sid, row.delivered_at, row.answered_at) == (
        "sent",
        message.sid,
        None,
        None,
    )


def test_a_call_speaks_chinese_and_takes_a_key_press(outbox: Outbox, exchange: Exchange) -> None:
    outbox.queue("voice")
    outbox.work()
    (call,) = exchange.calls
    assert 'language="zh-CN"' in call.body
    assert "签收请按 1" in call.body


def test_an_exercise_says_so_first(outbox: Outbox, exchange: Exchange) -> None:
    lane = LaneId(new_id())
    with outbox.database.unit_of_work() as uow:
        uow.session.add(Lane(id=lane, kind="exercise", title="演练", opened_at=uow.now))
    with outbox.database.unit_of_work(lane=lane) as uow:
        matter = Matter("leg", new_id(), None, "演220605-2026-0001", "220600", "瓦斯爆炸")
        who = Recipient(PersonId(outbox.rooms.people["李敏"]), "李敏")
        queue(uow, matter, who, ("sms",))
    outbox.work()
    assert exchange.messages[0].body.startswith("【演练】演220605-2026-0001")


def test_receipts_that_come_twice_or_out_of_order_count_once(
    outbox: Outbox, exchange: Exchange, product: Flask
) -> None:
    outbox.queue()
    outbox.work()
    exchange.release(exchange.messages[0], ["delivered", "sent", "queued", "delivered", "undelivered"])
    (row,) = outbox.rows()
    assert (row.state, row.attempt) == ("delivered", 1)
    assert row.answered_at is None


@pytest.mark.parametrize("signature", ["", "bm90IHNpZ25lZA=="])
def test_a_callback_without_a_good_signature_is_refused(
    outbox: Outbox, exchange: Exchange, product: Flask, signature: str
) -> None:
    outbox.queue()
    outbox.work()
    (message,) = exchange.messages
    form = {"MessageSid": message.sid, "MessageStatus": "delivered"}
    assert exchange.post(message.callback, form, signature) == 403
    assert outbox.states() == [("sms", 1, "sent")]


def test_replying_with_the_code_signs(
    outbox: Outbox, exchange: Exchange, product: Flask, answers: list[DeliveryAnswered]
) -> None:
    outbox.queue()
    outbox.work()
    code = outbox.rows()[0].code
    assert exchange.reply(outbox.rooms.numbers["李敏"], f"收到 {code}") == 200
    assert [(event.answered_by, event.method) for event in answers] == [("李敏", "sms")]
    exchange.reply(outbox.rooms.numbers["李敏"], f"{code}")
    assert len(answers) == 1


def test_a_code_from_another_number_signs_nothing(
    outbox: Outbox, exchange: Exchange, product: Flask, answers: list[DeliveryAnswered]
) -> None:
    outbox.queue()
    outbox.work()
    exchange.reply(outbox.rooms.numbers["王磊"], f"{outbox.rows()[0].code}")
    assert answers == []


def test_pressing_one_signs_and_another_key_does_not(
    outbox: Outbox, exchange: Exchange, product: Flask, answers: list[DeliveryAnswered]
) -> None:
    outbox.queue("voice")
    outbox.work()
    exchange.press(exchange.calls[0], "5")
    assert answers == []
    exchange.press(exchange.calls[0], "1")
    assert [event.method for event in answers] == ["voice"]


def test_a_silent_message_is_asked_for_after_a_minute(
    outbox: Outbox, exchange: Exchange, clock: FixedClock
) -> None:
    outbox.queue()
    outbox.work()
    exchange.messages[0].status = "delivered"
    clock.move(timedelta(seconds=59))
    outbox.work()
    assert outbox.states() == [("sms", 1, "sent")]
    clock.move(timedelta(seconds=1))
    outbox.work()
    assert outbox.states() == [("sms", 1, "delivered")]


def test_a_message_the_provider_does_not_know_is_sent_again_as_a_repeat(
    outbox: Outbox, exchange: Exchange, clock: FixedClock
) -> None:
    outbox.queue()
    outbox.work()
    exchange.placed.clear()
    clock.move(timedelta(seconds=60))
    outbox.work()
    clock.move(timedelta(seconds=5))
    outbox.work()
    assert outbox.states() == [("sms", 1, "failed_for_now"), ("sms", 2, "sent")]
    assert "重复" in exchange.messages[0].body


def test_a_message_that_left_before_the_crash_is_not_sent_twice(
    outbox: Outbox, exchange: Exchange, clock: FixedClock
) -> None:
    exchange.swallow_next = 1
    outbox.queue()
    outbox.work()
    assert outbox.states() == [("sms", 1, "sending")]
    clock.move(timedelta(seconds=10))
    outbox.work()
    assert outbox.states() == [("sms", 1, "sent")]
    assert len(exchange.messages) == 1


def test_a_message_that_left_no_trace_is_sent_again_as_a_repeat(
    outbox: Outbox, exchange: Exchange, clock: FixedClock
) -> None:
    exchange.swallow_next = 1
    outbox.queue()
    outbox.work()
    exchange.placed.clear()
    clock.move(timedelta(seconds=10))
    outbox.work()
    clock.move(timedelta(seconds=5))
    outbox.work()
    assert outbox.states() == [("sms", 1, "failed_for_now"), ("sms", 2, "sent")]
    assert "【重复】220605-2026-0001" in exchange.messages[0].body


def test_two_failures_switch_to_the_other_channel(
    outbox: Outbox, exchange: Exchange, clock: FixedClock
) -> None:
    exchange.fail_next = 2
    outbox.queue()
    outbox.work()
    clock.move(timedelta(seconds=5))
    outbox.work()
    assert outbox.states() == [
        ("sms", 1, "failed_for_now"),
        ("sms", 2, "failed_for_now"),
        ("voice", 1, "sent"),
    ]


def test_a_number_refused_for_good_switches_at_once_and_ends_in_a_call_by_hand(
    outbox: Outbox, exchange: Exchange
) -> None:
    exchange.refuse.add(outbox.rooms.numbers["李敏"])
    outbox.queue()
    outbox.work()
    assert outbox.states() == [("sms", 1, "failed_for_now"), ("voice", 1, "failed_for_good")]


def test_what_is_due_to_one_person_at_once_rings_once(
    outbox: Outbox, exchange: Exchange, product: Flask, answers: list[DeliveryAnswered]
) -> None:
    outbox.queue(number="220605-2026-0001")
    outbox.queue(number="220605-2026-0002")
    outbox.queue(name="王磊")
    outbox.work()
    assert [message.to for message in exchange.messages] == [
        outbox.rooms.numbers["李敏"],
        outbox.rooms.numbers["王磊"],
    ]
    assert "220605-2026-0002" in exchange.messages[0].body
    assert [state for _, _, state in outbox.states()] == ["sent"] * 3
    exchange.release(exchange.messages[0], ["delivered"])
    exchange.reply(outbox.rooms.numbers["李敏"], f"{outbox.rows()[0].code}")
    assert len(answers) == 2


def test_what_nobody_wants_any_more_is_not_sent_and_says_why(
    make_outbox: Callable[..., Outbox], exchange: Exchange
) -> None:
    closed = Text("事故已结案", "the incident is closed")
    outbox = make_outbox(wanted={"leg": lambda session, target_id: closed})
    outbox.queue()
    outbox.work()
    (row,) = outbox.rows()
    assert (row.state, row.reason) == ("not_sent", closed)
    assert exchange.placed == []


def test_without_a_provider_nothing_is_said_to_be_sent(
    make_outbox: Callable[..., Outbox], exchange: Exchange
) -> None:
    outbox = make_outbox(environment={})
    outbox.queue("sms", "voice", "email")
    outbox.work()
    told = {row.channel: (row.state, row.reason.zh if row.reason else "") for row in outbox.rows()}
    assert told == {
        "sms": ("not_sent", "无服务商"),
        "voice": ("not_sent", "无服务商"),
        "email": ("not_sent", "没有联系方式"),
    }
    assert exchange.requests == 0


def test_a_message_that_waited_for_the_system_says_how_late_it_is(
    outbox: Outbox, exchange: Exchange, clock: FixedClock
) -> None:
    outbox.queue()
    clock.move(timedelta(minutes=10))
    outbox.work()
    assert "迟 10 分，系统停机" in exchange.messages[0].body
    assert outbox.rows()[0].late_seconds == 600


def test_an_answer_stops_what_has_not_left(outbox: Outbox, exchange: Exchange, clock: FixedClock) -> None:
    (delivery_id,) = outbox.queue()
    with outbox.database.unit_of_work() as uow:
        services.answer(uow, DeliveryId(delivery_id), method="web", by="李敏")
    outbox.work()
    assert exchange.placed == []


def test_a_mass_message_reaches_everybody_and_lets_an_alarm_go_first(
    outbox: Outbox, exchange: Exchange
) -> None:
    with outbox.database.unit_of_work() as uow:
        target = new_id()
        for name, person_id in outbox.rooms.people.items():
            matter = Matter("warning", target, None, "W-1", "220600", "暴雨红色预警")
            queue(uow, matter, Recipient(PersonId(person_id), name), ("sms",), mass=True)
    outbox.queue(name="李敏")
    handlers = {DELIVER: outbox.sender.deliver}
    jobs = outbox.database.jobs
    alarms = {**handlers, DELIVER_MASS: outbox.sender.deliver_mass}
    while jobs.run_due(outbox.database, alarms, owner="tests"):  # type: ignore[attr-defined]
        pass
    warned = [message.to for message in exchange.messages if "W-1" in message.body]
    assert sorted(warned) == sorted(outbox.rooms.numbers.values())
    assert len(exchange.messages) == len(warned) + 1


def test_a_delivery_that_lost_its_job_is_found_by_the_sweep(
    outbox: Outbox, exchange: Exchange, clock: FixedClock
) -> None:
    outbox.queue()
    with outbox.database.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM job")
    clock.move(timedelta(seconds=20))
    assert outbox.sender.sweep(outbox.database) == 1
    outbox.work()
    assert len(exchange.messages) == 1
