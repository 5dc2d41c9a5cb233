"""Messages to group chats against a robot on loopback, from the ladder's rung to the call list."""

import base64
import hashlib
import hmac
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest

from responder.core.clock import FixedClock
from responder.core.ids import CallOutId, LaneId, new_id
from responder.core.lanes import REAL_LANE, Lane
from responder.escalation import queries as calls
from responder.foundation.messaging.groups import Group, read_groups
from responder.foundation.messaging.models import Delivery
from responder.foundation.messaging.posting import Matter, Recipient, queue
from tests import robots as peer
from tests.robots import Robots

from .conftest import Outbox

OFFICE = "白山市应急管理局"


@pytest.fixture
def robots() -> Iterator[Robots]:
    with peer.running() as running:
        yield running


@dataclass
class Chat:
    """An outbox with nothing but one group chat."""

    outbox: Outbox
    group: Group

    def queue(self, lane: LaneId = REAL_LANE, body: str = "江源区瓦斯爆炸 较大") -> None:
        """Queue one message for the room's group."""
        number = "220605-2026-0001" if lane == REAL_LANE else "演220605-2026-0001"
        matter = Matter("leg", new_id(), None, number, "220600", body, "220605", CallOutId(new_id()))
        with self.outbox.database.unit_of_work(lane=lane) as uow:
            queue(uow, matter, Recipient(None, OFFICE, group=self.group), ("im",))

    def work(self) -> None:
        """Run every job that is due now."""
        self.outbox.work()


@pytest.fixture
def make(make_outbox: Callable[..., Outbox], robots: Robots) -> Callable[..., Chat]:
    """Return a chat; the entry is told where the robots listen."""

    def build(entry: str = "dingtalk+{url}/robot/send?access_token=t") -> Chat:
        words = entry.format(url=robots.url)
        (group,) = read_groups(words)
        return Chat(make_outbox(environment={"RESPONDER_IM_URLS": words}), group)

    return build


def only(chat: Chat) -> Delivery:
    (row,) = chat.outbox.rows()
    return row


@pytest.mark.parametrize(
    ("entry", "path"),
    [
        ("dingtalk+{url}/robot/send?access_token=t", "/robot/send"),
        ("wecom+{url}/cgi-bin/webhook/send?key=k", "/cgi-bin/webhook/send"),
        ("feishu+{url}/open-apis/bot/v2/hook/u", "/open-apis/bot/v2/hook/u"),
        ("{url}/hook", "/hook"),
    ],
)
def test_each_robot_is_spoken_to_in_its_dialect(
    make: Callable[..., Chat], robots: Robots, entry: str, path: str
) -> None:
    robots.answer = b'{"errcode": 0, "code": 0}'
    chat = make(entry)
    chat.queue()
    chat.work()
    assert robots.texts == ["220605-2026-0001 江源区瓦斯爆炸 较大"]
    assert robots.heard[0].path == path
    row = only(chat)
    assert (row.state, row.channel, row.provider, row.delivered_at) == ("sent", "im", "im", None)
    assert row.address_masked == "127.0.0.1"


def test_a_group_with_a_secret_gets_signed_messages(make: Callable[..., Chat], robots: Robots) -> None:
    chat = make("dingtalk+{url}/robot/send?access_token=t&secret=SEC1")
    chat.queue()
    chat.work()
    query = robots.heard[0].query
    words = f"{query['timestamp']}\nSEC1".encode()
    assert query["sign"] == base64.b64encode(hmac.new(b"SEC1", words, hashlib.sha256).digest()).decode()
    assert (query["access_token"], "secret" in query) == ("t", False)


def test_a_long_message_is_not_cut_to_an_sms(make: Callable[..., Chat], robots: Robots) -> None:
    chat = make()
    chat.queue(body="松树镇某煤矿" * 20)
    chat.work()
    assert robots.texts[0].endswith("松树镇某煤矿" * 20)


def test_an_exercise_says_so_first(make: Callable[..., Chat], robots: Robots) -> None:
    chat = make()
    lane = LaneId(new_id())
    with chat.outbox.database.unit_of_work() as uow:
        uow.session.add(Lane(id=lane, kind="exercise", title="演练", opened_at=uow.now))
    chat.queue(lane)
    chat.work()
    assert robots.texts[0].startswith("【演练】演220605-2026-0001")


def test_a_robot_that_refuses_with_a_success_is_not_believed_and_the_room_is_telephoned(
    make: Callable[..., Chat], robots: Robots
) -> None:
    robots.answer = b'{"errcode": 310000, "errmsg": "keywords not in content"}'
    chat = make()
    chat.queue()
    chat.work()
    assert only(chat).state == "failed_for_good"
    with chat.outbox.database.unit_of_work() as uow:
        (call,) = calls.calls_to_make(uow.session, "220605")
        assert (call.name, call.why.zh) == (OFFICE, "群机器人拒收（310000）")
        assert [one.name for one in calls.calls_to_make(uow.session, "220600")] == [OFFICE]


def test_a_robot_that_is_too_busy_is_asked_once_more_and_then_somebody_telephones(
    make: Callable[..., Chat], robots: Robots, clock: FixedClock
) -> None:
    robots.answer = b'{"errcode": 130101, "errmsg": "send too fast"}'
    chat = make()
    chat.queue()
    chat.work()
    assert chat.outbox.states() == [("im", 1, "failed_for_now"), ("im", 2, "pending")]
    clock.move(timedelta(seconds=5))
    chat.work()
    assert chat.outbox.states() == [("im", 1, "failed_for_now"), ("im", 2, "failed_for_good")]
    assert "【重复】" in robots.texts[1]


def test_a_message_whose_answer_got_lost_is_labelled_when_it_comes_again(
    make: Callable[..., Chat], robots: Robots, clock: FixedClock
) -> None:
    robots.swallow_next = 1
    chat = make()
    chat.queue()
    for _ in range(4):
        chat.work()
        clock.move(timedelta(seconds=10))
    assert chat.outbox.states() == [("im", 1, "failed_for_now"), ("im", 2, "sent")]
    assert robots.texts[1].startswith("【重复】")


@pytest.mark.parametrize("status", [302, 404])
def test_a_robot_that_is_elsewhere_or_gone_is_not_followed(
    make: Callable[..., Chat], robots: Robots, status: int
) -> None:
    robots.status, robots.location = status, f"{robots.url}/elsewhere"
    chat = make("{url}/hook")
    chat.queue()
    chat.work()
    assert (only(chat).state, len(robots.heard)) == ("failed_for_good", 1)


def test_an_answer_that_no_robot_gives_is_no_success(
    make: Callable[..., Chat], robots: Robots, clock: FixedClock
) -> None:
    robots.answer = b"<html>please log in</html>"
    chat = make()
    chat.queue()
    for _ in range(6):
        chat.work()
        clock.move(timedelta(seconds=10))
    assert [state for _, _, state in chat.outbox.states()] == ["failed_for_now", "failed_for_good"]


def test_a_robot_that_is_away_is_tried_again(make: Callable[..., Chat], clock: FixedClock) -> None:
    chat = make("http://127.0.0.1:1/hook")
    chat.queue()
    chat.work()
    first = chat.outbox.rows()[0]
    assert first.reason is not None
    assert (first.state, first.reason.en) == ("failed_for_now", "the group's robot cannot be reached")


def test_a_group_that_left_the_settings_is_a_failure_not_a_fault(
    make: Callable[..., Chat], robots: Robots
) -> None:
    chat = make("{url}/kept")
    (chat.group,) = read_groups(f"{robots.url}/forgotten")
    chat.queue()
    chat.work()
    row = only(chat)
    assert row.reason is not None
    assert (row.state, row.reason.en) == ("failed_for_good", "the group is no longer in the settings")
