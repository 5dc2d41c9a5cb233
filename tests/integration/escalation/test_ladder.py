"""The ladder on a real database: who is called when, once, and what ends it."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from responder.core.clock import FixedClock
from responder.core.errors import NotFound, Text
from responder.core.events import now
from responder.core.ids import CallOutId, DeliveryId, LaneId, new_id
from responder.core.jobs.embedded import Job
from responder.core.jobs.port import Inside
from responder.core.lanes import Lane
from responder.core.uow import Database, UnitOfWork
from responder.escalation import queries, services
from responder.escalation.calling import Caller
from responder.escalation.events import CallOutAcknowledged
from responder.escalation.models import CallOut, CallRung
from responder.foundation.audit import queries as audit
from responder.foundation.directory.services import add_contact
from responder.foundation.messaging.addresses import AddressBook
from responder.foundation.messaging.events import DeliveryAnswered
from responder.foundation.messaging.groups import Outlets, read_groups
from responder.foundation.messaging.models import Delivery
from responder.foundation.messaging.sending import Sender
from tests.rooms import VAULT, Rooms, furnish

Start = Callable[..., CallOutId]
TARGET = UUID("00000000-0000-7000-8000-0000000000aa")
INCIDENT = UUID("00000000-0000-7000-8000-0000000000bb")


@pytest.fixture
def rooms(database: Database) -> Rooms:
    return furnish(database)


@pytest.fixture
def answered(database: Database) -> list[CallOutAcknowledged]:
    """The events that reporting would react to."""
    told: list[CallOutAcknowledged] = []
    database.reactions = {
        DeliveryAnswered: now(services.on_answer),
        CallOutAcknowledged: now(lambda event, uow: told.append(event)),
    }
    return told


def start(uow: UnitOfWork, target_id: UUID = TARGET, agency_code: str = "220600") -> CallOutId:
    return services.start_call_out(
        uow,
        target_kind="leg",
        target_id=target_id,
        incident_id=INCIDENT,
        number="220605-2026-0001",
        agency_code=agency_code,
        subject=Text("江源区瓦斯爆炸 较大", "gas explosion in Jiangyuan, larger"),
        province_code="220000",
        caller_agency="220605",
    )


def work(database: Database, caller: Caller | None = None, sender: Sender | None = None) -> None:
    """Run every job that is due, and those that they enqueue at once."""
    handlers = {
        "call_out": Inside((caller or Caller()).climb),
        "deliver": (sender or Sender({}, AddressBook(VAULT))).deliver,
    }
    while database.jobs.run_due(database, handlers, owner="tests"):  # type: ignore[attr-defined]
        pass


def deliveries(database: Database, **like: object) -> list[Delivery]:
    with database.unit_of_work(lane=None) as uow:
        rows = uow.session.scalars(select(Delivery).order_by(Delivery.id)).all()
    return [row for row in rows if all(getattr(row, name) == value for name, value in like.items())]


def called(database: Database, channel: str = "sms") -> list[str]:
    return [row.person_name for row in deliveries(database, channel=channel)]


def test_the_officer_on_shift_is_called_at_once_on_board_sms_and_voice(
    database: Database, rooms: Rooms
) -> None:
    with database.unit_of_work() as uow:
        start(uow)
    work(database)
    made = [(row.channel, row.person_name) for row in deliveries(database)]
    assert sorted(made) == [("board", "白山市应急管理局"), ("sms", "李敏"), ("voice", "李敏")]


def test_each_rung_comes_at_its_minute_and_not_before(
    database: Database, rooms: Rooms, clock: FixedClock
) -> None:
    with database.unit_of_work() as uow:
        start(uow)
    work(database)
    seen = []
    for minute in range(1, 26):
        clock.move(timedelta(minutes=1))
        before = len(called(database))
        work(database)
        seen += [(minute, name) for name in called(database)[before:]]
    assert seen == [(3, "王磊"), (5, "陈国栋"), (10, "孙立军"), (15, "高峰"), (25, "高峰")]


def test_after_the_last_rung_the_level_above_owns_it(
    database: Database, rooms: Rooms, clock: FixedClock
) -> None:
    with database.unit_of_work() as uow:
        call_out_id = start(uow)
    clock.move(timedelta(minutes=15))
    work(database)
    with database.unit_of_work() as uow:
        row = uow.session.scalars(select(CallOut)).one()
        assert (row.state, row.owner_agency) == ("exhausted", "220000")
        assert [one.id for one in queries.ringing(uow.session, "220000", uow.now)] == [call_out_id]
    above = deliveries(database, person_name="高峰", channel="sms")
    assert "白山市应急管理局无应答" in above[0].body


def test_rungs_missed_while_the_system_was_down_fire_once_and_say_how_late(
    database: Database, rooms: Rooms, clock: FixedClock
) -> None:
    with database.unit_of_work() as uow:
        start(uow)
    work(database)
    clock.move(timedelta(minutes=13))
    work(database)
    work(database)
    with database.unit_of_work() as uow:
        rungs = uow.session.scalars(select(CallRung).order_by(CallRung.rung)).all()
    assert [(rung.rung, rung.late_seconds) for rung in rungs] == [(0, None), (1, 600), (2, 480), (3, 180)]
    assert called(database) == ["李敏", "王磊", "陈国栋", "孙立军"]


def test_two_workers_that_climb_at_the_same_minute_call_each_person_once(
    database: Database, rooms: Rooms, clock: FixedClock
) -> None:
    with database.unit_of_work() as uow:
        call_out_id = start(uow)
    for _ in range(2):
        with database.unit_of_work(lane=None) as uow:
            assert Caller().climb(uow, [f"{call_out_id}:0"]) == [f"{call_out_id}:0"]
    assert len(deliveries(database)) == 3


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_among_several_a_call_out_that_somebody_holds_is_left_for_later(
    database: Database, rooms: Rooms
) -> None:
    with database.unit_of_work() as uow:
        held, free = start(uow), start(uow, target_id=INCIDENT)
    with database.unit_of_work() as holder:
        holder.session.scalars(select(CallOut).where(CallOut.id == held).with_for_update()).one()
        with database.unit_of_work(lane=None) as uow:
            assert Caller().climb(uow, [f"{held}:0", f"{free}:0"]) == [f"{free}:0"]
    work(database)
    assert called(database) == ["李敏", "李敏"]


def test_a_target_that_is_called_for_already_keeps_its_call_out(database: Database, rooms: Rooms) -> None:
    with database.unit_of_work() as uow:
        first = start(uow)
    with database.unit_of_work() as uow:
        assert start(uow) == first


def test_a_room_with_nobody_at_all_does_not_wait_for_anybody(
    database: Database, rooms: Rooms, clock: FixedClock
) -> None:
    with database.unit_of_work() as uow:
        start(uow, agency_code="000000")
    work(database)
    with database.unit_of_work() as uow:
        rungs = uow.session.scalars(select(CallRung).order_by(CallRung.rung)).all()
    assert [rung.at for rung in rungs] == [clock.now()] * 5
    assert rungs[0].nobody == Text("此刻无人排班", "nobody is on the roster at this moment")


def test_acknowledging_ends_the_ladder_and_empties_the_call_list(
    database: Database, rooms: Rooms, clock: FixedClock
) -> None:
    with database.unit_of_work() as uow:
        start(uow)
    work(database)
    with database.unit_of_work() as uow:
        assert [line.name for line in queries.calls_to_make(uow.session, "220605")] == ["李敏"]
        services.acknowledge_call_out(uow, "leg", TARGET, at=uow.now, method="web", by="李敏")
    clock.move(timedelta(minutes=30))
    work(database)
    with database.unit_of_work(write=False) as uow:
        assert queries.calls_to_make(uow.session, "220605") == ()
        assert queries.ringing(uow.session, "220600", uow.now) == ()
    assert called(database) == ["李敏"]


def test_a_closed_target_calls_nobody_and_says_why(
    database: Database, rooms: Rooms, clock: FixedClock
) -> None:
    closed = Text("事故已结案", "the incident is closed")
    with database.unit_of_work() as uow:
        start(uow)
    work(database, Caller({"leg": lambda session, target_id: closed}))
    with database.unit_of_work() as uow:
        row = uow.session.scalars(select(CallOut)).one()
    assert (row.state, row.why) == ("cancelled", closed)
    assert deliveries(database) == []


def test_the_call_list_says_whom_to_telephone_and_why_and_shows_the_number_masked(
    database: Database, rooms: Rooms
) -> None:
    with database.unit_of_work() as uow:
        start(uow)
    work(database)
    with database.unit_of_work(write=False) as uow:
        line = queries.calls_to_make(uow.session, "220605")[0]
        assert queries.calls_to_make(uow.session, "220000") == ()
    assert (line.name, line.number, line.why.zh) == ("李敏", "220605-2026-0001", "无服务商")
    assert line.masked is not None and rooms.numbers["李敏"] not in line.masked
    assert {row.state for row in deliveries(database, person_name="李敏")} == {"not_sent"}


def test_a_call_made_by_hand_acknowledges_with_the_name_of_who_answered(
    database: Database, rooms: Rooms, answered: list[CallOutAcknowledged], clock: FixedClock
) -> None:
    with database.unit_of_work() as uow:
        start(uow)
    work(database)
    clock.move(timedelta(minutes=2))
    with database.unit_of_work(actor=rooms.actor("赵雪", "220605")) as uow:
        line = queries.calls_to_make(uow.session, "220605")[0]
        at = uow.now - timedelta(minutes=1)
        services.note_call(uow, line.delivery_id, method="phone", at=at, answered_by="李敏")
    assert [(event.answered_by, event.method, event.at) for event in answered] == [("李敏", "phone", at)]
    with database.unit_of_work() as uow:
        row = uow.session.scalars(select(CallOut)).one()
    assert (row.state, row.acknowledged_by, row.acknowledged_at) == ("acknowledged", "李敏", at)


def test_a_call_by_hand_that_nobody_answers_keeps_the_ladder_climbing(
    database: Database, rooms: Rooms, answered: list[CallOutAcknowledged], clock: FixedClock
) -> None:
    with database.unit_of_work() as uow:
        start(uow)
    work(database)
    with database.unit_of_work(actor=rooms.actor("赵雪", "220605")) as uow:
        line = queries.calls_to_make(uow.session, "220605")[0]
        services.note_call(uow, line.delivery_id, method="phone", at=uow.now, answered_by="", reached=False)
    clock.move(timedelta(minutes=3))
    work(database)
    assert answered == []
    assert called(database) == ["李敏", "王磊"]


def test_a_call_that_is_another_rooms_to_make_is_not_found(database: Database, rooms: Rooms) -> None:
    with database.unit_of_work() as uow:
        start(uow)
    work(database)
    delivery_id = DeliveryId(deliveries(database, channel="sms")[0].id)
    with pytest.raises(NotFound), database.unit_of_work(actor=rooms.actor("高峰", "220000")) as uow:
        services.note_call(uow, delivery_id, method="phone", at=uow.now, answered_by="李敏")


def test_every_step_stands_in_the_timeline(database: Database, rooms: Rooms, clock: FixedClock) -> None:
    with database.unit_of_work() as uow:
        start(uow)
    work(database)
    clock.move(timedelta(minutes=3))
    work(database)
    with database.unit_of_work() as uow:
        services.acknowledge_call_out(uow, "leg", TARGET, at=uow.now, method="web", by="王磊")
    with database.unit_of_work(write=False) as uow:
        kinds = [entry.kind for entry in audit.timeline(uow.session, INCIDENT)]
    assert kinds == ["call_out.started", "call_out.rung", "call_out.rung", "call_out.acknowledged"]


def test_the_history_shows_who_was_called_on_each_rung_and_how_each_attempt_went(
    database: Database, rooms: Rooms
) -> None:
    with database.unit_of_work() as uow:
        start(uow)
    work(database)
    with database.unit_of_work(write=False) as uow:
        (found,) = queries.history(uow.session, INCIDENT)
    assert found.rungs[0].names == ("李敏",)
    assert sorted((one.channel, one.state) for one in found.rungs[0].attempts) == [
        ("board", "pending"),
        ("sms", "not_sent"),
        ("voice", "not_sent"),
    ]


def test_the_alarm_on_the_board_names_the_rungs_to_come(database: Database, rooms: Rooms) -> None:
    with database.unit_of_work() as uow:
        start(uow)
    work(database)
    with database.unit_of_work(write=False) as uow:
        (found,) = queries.ringing(uow.session, "220600", uow.now)
    shown = [(rung.names, rung.current) for rung in found.rungs]
    assert shown == [
        (("李敏",), True),
        (("王磊",), False),
        (("陈国栋",), False),
        (("孙立军",), False),
        (("高峰",), False),
    ]


def test_a_lost_job_is_found_by_the_sweep(database: Database, rooms: Rooms, clock: FixedClock) -> None:
    with database.unit_of_work() as uow:
        start(uow)
    with database.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM job")
    clock.move(timedelta(seconds=30))
    assert Caller().sweep(database) == 1
    work(database)
    assert called(database) == ["李敏"]


def test_in_an_exercise_the_ladder_stays_in_its_lane(database: Database, rooms: Rooms) -> None:
    lane = LaneId(new_id())
    with database.unit_of_work() as uow:
        uow.session.add(Lane(id=lane, kind="exercise", title="演练", opened_at=uow.now))
    with database.unit_of_work(lane=lane) as uow:
        start(uow)
    work(database)
    assert {row.lane_id for row in deliveries(database)} == {lane}
    with database.unit_of_work(write=False) as uow:
        assert queries.ringing(uow.session, "220600", uow.now) == ()


def test_a_board_that_asks_for_news_has_received_its_alarm(database: Database, rooms: Rooms) -> None:
    with database.unit_of_work() as uow:
        start(uow)
    work(database)
    with database.unit_of_work() as uow:
        assert queries.beat_is_due(uow.session, "220600", "baishan", uow.now)
        services.beat(uow, "220600", "baishan")
    assert [row.state for row in deliveries(database, channel="board")] == ["delivered"]
    with database.unit_of_work(write=False) as uow:
        assert not queries.beat_is_due(uow.session, "220600", "baishan", uow.now)


def test_a_board_that_falls_silent_calls_its_officer_once_until_it_is_back(
    database: Database, rooms: Rooms, clock: FixedClock
) -> None:
    caller = Caller({"board": queries.still_silent})
    with database.unit_of_work() as uow:
        services.beat(uow, "220600", "baishan")
    clock.move(timedelta(minutes=2))
    assert caller.watch_boards(database) == 0
    clock.move(timedelta(minutes=4))
    assert caller.watch_boards(database) == 1
    assert caller.watch_boards(database) == 0
    assert called(database) == ["李敏"]
    with database.unit_of_work() as uow:
        assert list(queries.silent_boards(uow.session, ["220600"])) == ["220600"]
        services.beat(uow, "220600", "baishan")
        assert queries.silent_boards(uow.session, ["220600"]) == {}
    assert {row.state for row in deliveries(database, person_name="李敏")} == {"not_sent"}


def test_beside_the_telephone_a_rung_mails_who_has_an_address_and_tells_the_groups_of_the_room(
    database: Database, rooms: Rooms, clock: FixedClock
) -> None:
    groups = read_groups("220600=http://127.0.0.1:1/a 220605=http://127.0.0.1:1/b http://127.0.0.1:1/all")
    with database.unit_of_work() as uow:
        add_contact(uow, VAULT, "email", "limin@example.cn", person_id=rooms.people["李敏"])
        start(uow)
    caller = Caller(outlets=Outlets(groups, mail=True))
    work(database, caller)
    work(database, caller)
    assert called(database, "email") == ["李敏"]
    assert [row.address_seal for row in deliveries(database, channel="im")] == [groups[0].id, groups[2].id]
    clock.move(timedelta(minutes=3))
    work(database, caller)
    assert called(database, "email") == ["李敏"]
    assert [row.step for row in deliveries(database, channel="im")] == [0, 0, 1, 1]


def test_a_silent_board_is_told_to_the_groups_too(
    database: Database, rooms: Rooms, clock: FixedClock
) -> None:
    caller = Caller(outlets=Outlets(read_groups("http://127.0.0.1:1/all")))
    with database.unit_of_work(actor=rooms.actor("李敏")) as uow:
        services.beat(uow, "220600", "李敏")
    clock.move(timedelta(minutes=4))
    assert caller.watch_boards(database) == 1
    (told,) = deliveries(database, channel="im")
    assert told.body == "白山市应急管理局已 4 分钟无声，请查看"


@pytest.mark.parametrize(("with_numbers", "why"), [(True, "无服务商"), (False, "没有联系方式")])
def test_without_a_telephone_a_rung_records_at_once_what_the_worker_would_find(
    database: Database, with_numbers: bool, why: str
) -> None:
    furnish(database, with_numbers=with_numbers)
    with database.unit_of_work() as uow:
        start(uow)
    handlers = {"call_out": Inside(Caller(outlets=Outlets(telephone=False)).climb)}
    while database.jobs.run_due(database, handlers, owner="tests"):  # type: ignore[attr-defined]
        pass
    with database.unit_of_work(write=False) as uow:
        assert [line.why.zh for line in queries.calls_to_make(uow.session, "220605")] == [why]
        assert uow.session.scalars(select(Job.kind)).all() == ["call_out"]
    with database.unit_of_work() as uow:
        start(uow, target_id=INCIDENT)
    work(database)
    at_once, by_worker = (
        sorted(
            (row.channel, row.person_name, row.state, str(row.reason), row.address_masked or "")
            for row in rows
        )
        for rows in (deliveries(database, target_id=TARGET), deliveries(database, target_id=INCIDENT))
    )
    assert at_once == by_worker
