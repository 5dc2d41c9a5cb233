"""Orders and requests: who may be called, in which steps, and never twice; on both databases."""

import itertools
import threading
from datetime import timedelta

import pytest

from responder.core.clock import FixedClock
from responder.core.errors import Conflict, InvalidInput, NotFound, NotPermitted
from responder.core.ids import LaneId, OrderId, new_id
from responder.core.lanes import Lane
from responder.dispatch import choosing, command, queries, readiness, services, steps
from responder.dispatch.models import DispatchOrder
from responder.dispatch.paper import document_of
from responder.dispatch.rules import Step
from responder.dispatch.services import Wish, issue_order
from responder.dispatch.steps import take_step
from responder.escalation import queries as escalation
from responder.foundation.audit import queries as audit
from responder.foundation.audit import words as audit_words
from responder.foundation.documents.services import keep_official
from responder.incidents import queries as incidents
from tests.integration.dispatch.conftest import (
    ADMIN,
    BAISHAN,
    JILIN,
    JILIN_OFFICER,
    OTHER_TEAM,
    STATE,
    TEAM,
    Scene,
)


def wish(base: str, **given: object) -> Wish:
    values = {"task": "", "accept_within_minutes": 10, "confirm_warning": False, "reason": ""}
    return Wish(base=base, **(values | given))  # type: ignore[arg-type]


@pytest.fixture
def commanded(scene: Scene) -> Scene:
    """The scene with Jilin in command."""
    scene.does(JILIN, command.take_command, scene.incident_id, "")
    return scene


def order_of(scene: Scene, order_id: OrderId) -> DispatchOrder:
    with scene.database.unit_of_work() as uow:
        found = queries.unscoped(uow.session, order_id)
    assert found is not None
    return found


def give(scene: Scene, base: str, **given: object) -> OrderId:
    made: OrderId = scene.does(JILIN, issue_order, scene.incident_id, wish(base, **given))
    return made


def test_a_team_of_the_province_is_ordered_numbered_and_rung(commanded: Scene):
    order = order_of(commanded, give(commanded, "TEAM"))
    assert (order.kind, order.number, order.state, order.via_code) == (
        "order",
        "吉调〔2026〕1 号",
        "issued",
        None,
    )
    assert order.accept_by - order.issued_at == timedelta(minutes=10)
    with commanded.database.unit_of_work() as uow:
        assert escalation.live(uow.session, services.CALL, order.id) is not None


def test_a_called_force_sees_the_incident_from_then_on(commanded: Scene):
    with commanded.database.unit_of_work(TEAM, write=False) as uow, pytest.raises(NotFound):
        incidents.incident(uow.session, TEAM, commanded.incident_id)
    give(commanded, "TEAM")
    with commanded.database.unit_of_work(TEAM, write=False) as uow:
        assert incidents.incident(uow.session, TEAM, commanded.incident_id).unit == "青石岭煤矿"


def test_a_base_of_another_province_is_requested_through_the_state_room_after_its_warning(commanded: Scene):
    with pytest.raises(Conflict, match="not confirmed"):
        give(commanded, "FAR")
    order = order_of(commanded, give(commanded, "FAR", confirm_warning=True))
    assert (order.kind, order.number, order.via_code) == ("request", "吉请〔2026〕1 号", "000000")
    assert order.warning is not None
    assert document_of(order).addressee == "全国应急管理局"


@pytest.mark.parametrize("base", ["GHOST", "SITE"])
def test_a_placeholder_and_a_base_being_built_are_never_ordered(commanded: Scene, base: str):
    with pytest.raises(Conflict, match="cannot be ordered"):
        give(commanded, base, confirm_warning=True, reason="急需")


def test_another_departments_force_is_asked_never_ordered(commanded: Scene):
    order = order_of(commanded, give(commanded, "FIRE", reason="疏散群众"))
    assert (order.kind, order.via_code) == ("request", None)
    assert document_of(order).addressee == "某集团"


def test_a_force_of_another_class_needs_a_reason_which_is_recorded(commanded: Scene):
    with pytest.raises(Conflict, match="give the reason"):
        give(commanded, "CHEM")
    order = order_of(commanded, give(commanded, "CHEM", reason="怀疑有毒气体"))
    assert order.reason == "怀疑有毒气体"
    assert any("怀疑有毒气体" in said for said in timeline(commanded))


def timeline(scene: Scene) -> list[str]:
    with scene.database.unit_of_work() as uow:
        return [audit_words.sentence(entry, "zh") for entry in audit.timeline(uow.session, scene.incident_id)]


def test_an_unknown_base_is_a_field_that_cannot_be_used(commanded: Scene):
    with pytest.raises(InvalidInput) as refused:
        give(commanded, "M99")
    assert "base" in refused.value.errors


def test_order_accept_depart_arrive_release_are_all_stamped(commanded: Scene, clock: FixedClock):
    order_id = give(commanded, "TEAM")
    for minutes, step in ((6, Step.ACCEPT), (12, Step.DEPART), (92, Step.ARRIVE), (300, Step.RELEASE)):
        clock.move(timedelta(minutes=minutes))
        commanded.does(TEAM, take_step, order_id, step, None, "")
    order = order_of(commanded, order_id)
    assert order.state == "released"
    moments = (order.issued_at, order.accepted_at, order.departed_at, order.arrived_at, order.ended_at)
    assert [(after - before).total_seconds() / 60 for before, after in itertools.pairwise(moments)] == [
        6, 12, 92, 300,
    ]  # fmt: skip
    said = timeline(commanded)
    assert [any(words in line for line in said) for words in ("接受 吉调", "出发", "到场", "归建")] == [
        True
    ] * 4
    with commanded.database.unit_of_work() as uow:
        assert escalation.live(uow.session, services.CALL, order_id) is None
        assert [step.step for step in queries.steps(uow.session, order_id)] == [
            "issue", "accept", "depart", "arrive", "release",
        ]  # fmt: skip


def test_a_step_out_of_order_is_refused(commanded: Scene):
    order_id = give(commanded, "TEAM")
    with pytest.raises(Conflict, match="cannot come next"):
        commanded.does(TEAM, take_step, order_id, Step.ARRIVE, None, "")


def test_the_commanders_room_notes_by_telephone_when_it_happened(commanded: Scene, clock: FixedClock):
    order_id = give(commanded, "NEAR")
    happened = clock.now() + timedelta(minutes=4)
    clock.move(timedelta(minutes=20))
    commanded.does(JILIN_OFFICER, take_step, order_id, Step.ACCEPT, happened, "张队长接")
    assert order_of(commanded, order_id).accepted_at == happened
    with commanded.database.unit_of_work() as uow:
        step = queries.steps(uow.session, order_id)[-1]
    assert (step.method, step.at, step.noted_at) == ("phone", happened, clock.now())


def test_a_step_before_the_one_before_it_is_refused(commanded: Scene, clock: FixedClock):
    order_id = give(commanded, "NEAR")
    before = clock.now() - timedelta(minutes=5)
    with pytest.raises(InvalidInput) as refused:
        commanded.does(JILIN, take_step, order_id, Step.ACCEPT, before, "")
    assert "at" in refused.value.errors


def test_a_refusal_needs_its_reason_and_frees_the_force(commanded: Scene):
    order_id = give(commanded, "TEAM")
    with pytest.raises(InvalidInput):
        commanded.does(TEAM, take_step, order_id, Step.DECLINE, None, "")
    commanded.does(TEAM, take_step, order_id, Step.DECLINE, None, "车辆故障")
    assert order_of(commanded, order_id).state == "declined"
    assert give(commanded, "TEAM") != order_id


def test_a_force_moves_its_own_order_only_and_decides_nothing(commanded: Scene):
    order_id = give(commanded, "TEAM")
    with pytest.raises(NotFound):
        commanded.does(OTHER_TEAM, take_step, order_id, Step.ACCEPT, None, "")
    with pytest.raises(NotFound):
        commanded.does(TEAM, take_step, order_id, Step.RECALL, None, "")


def test_an_office_that_does_not_command_recalls_nothing(commanded: Scene):
    order_id = give(commanded, "TEAM")
    with pytest.raises(Conflict, match="commands"):
        commanded.does(BAISHAN, take_step, order_id, Step.RECALL, None, "")
    with pytest.raises(NotPermitted):
        commanded.does(JILIN_OFFICER, take_step, order_id, Step.RECALL, None, "")


def test_a_recalled_force_is_called_until_it_knows(commanded: Scene):
    order_id = give(commanded, "TEAM")
    commanded.does(TEAM, take_step, order_id, Step.ACCEPT, None, "")
    commanded.does(JILIN, take_step, order_id, Step.RECALL, None, "人已救出")
    with commanded.database.unit_of_work(TEAM, write=False) as uow:
        assert escalation.live(uow.session, steps.RECALL_CALL, order_id) is not None
        assert [work.order.id for work in queries.work_of(uow.session, "220500.force01")] == [order_id]
    commanded.does(TEAM, steps.see_recall, order_id)
    with commanded.database.unit_of_work(TEAM, write=False) as uow:
        assert escalation.live(uow.session, steps.RECALL_CALL, order_id) is None
        assert queries.work_of(uow.session, "220500.force01") == []


def test_the_state_room_answers_for_the_base_it_was_asked_for(commanded: Scene):
    order_id = give(commanded, "FAR", confirm_warning=True)
    with pytest.raises(Conflict):
        commanded.does(BAISHAN, take_step, order_id, Step.ACCEPT, None, "")
    commanded.does(STATE, take_step, order_id, Step.ACCEPT, None, "6 车 30 人")
    assert order_of(commanded, order_id).state == "accepted"
    assert any("6 车 30 人" in said for said in timeline(commanded))


def test_a_force_that_is_out_cannot_be_ordered_again(commanded: Scene):
    give(commanded, "TEAM")
    with pytest.raises(Conflict, match="nothing was ordered twice"):
        give(commanded, "TEAM")


def test_two_orders_to_one_force_in_the_same_second_leave_one(commanded: Scene):
    outcomes: list[str] = []
    start = threading.Barrier(2)

    def order() -> None:
        start.wait()
        try:
            give(commanded, "TEAM")
            outcomes.append("ordered")
        except Conflict:
            outcomes.append("refused")

    threads = [threading.Thread(target=order) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["ordered", "refused"]


def test_the_database_itself_refuses_a_second_live_order(commanded: Scene):
    first = order_of(commanded, give(commanded, "TEAM"))
    with commanded.database.unit_of_work(JILIN) as uow:
        values = {column.key: getattr(first, column.key) for column in DispatchOrder.__table__.columns}
        twin = DispatchOrder(**(values | {"id": OrderId(new_id()), "serial": 99}))
        with pytest.raises(Conflict):
            services._insert_live(twin, uow)


def test_no_acceptance_in_time_is_noted_once_and_the_next_is_proposed_but_not_ordered(
    commanded: Scene, clock: FixedClock
):
    order_id = give(commanded, "TEAM")
    assert steps.note_unanswered(commanded.database) == 0
    clock.move(timedelta(minutes=10))
    assert steps.note_unanswered(commanded.database) == 1
    assert steps.note_unanswered(commanded.database) == 0
    with commanded.database.unit_of_work(JILIN, write=False) as uow:
        incident = incidents.unscoped(uow.session, commanded.incident_id)
        found = choosing.next_candidate(uow, incident, "TEAM")
        assert found is not None
        assert found.standing.force.code == "NEAR"
        assert [order.id for order in queries.orders(uow.session, incident.id)] == [order_id]


def test_a_team_that_answers_the_call_has_accepted(commanded: Scene, clock: FixedClock):
    order_id = give(commanded, "TEAM")
    clock.move(timedelta(minutes=2))
    with commanded.database.unit_of_work() as uow:
        steps.called_answered(order_id, "220500.force01", "sms", clock.now(), "韩卫东", uow)
    order = order_of(commanded, order_id)
    assert (order.state, order.accepted_at) == ("accepted", clock.now())


def test_a_level_above_that_answers_in_the_teams_place_accepts_nothing(commanded: Scene, clock: FixedClock):
    order_id = give(commanded, "TEAM")
    with commanded.database.unit_of_work() as uow:
        steps.called_answered(order_id, "220000", "voice", clock.now(), "高峰", uow)
    assert order_of(commanded, order_id).state == "issued"


def test_an_office_in_between_that_answers_the_call_has_received_not_agreed(
    commanded: Scene, clock: FixedClock
):
    order_id = give(commanded, "FAR", confirm_warning=True)
    with commanded.database.unit_of_work() as uow:
        steps.called_answered(order_id, "000000", "voice", clock.now(), "何俊", uow)
    assert order_of(commanded, order_id).state == "issued"


def test_a_base_closed_while_under_way_is_flagged_and_its_order_stays(commanded: Scene):
    order_id = give(commanded, "TEAM")
    commanded.does(ADMIN, readiness.set_build_state, "TEAM", "closed", "吉应急〔2026〕9 号")
    assert order_of(commanded, order_id).state == "issued"
    assert any("还在执行" in said for said in timeline(commanded))


def test_numbers_run_on_for_each_office_and_kind_alike(commanded: Scene):
    numbers = [
        order_of(commanded, give(commanded, base, **more)).number
        for base, more in (("TEAM", {}), ("FAR", {"confirm_warning": True}), ("NEAR", {}))
    ]
    assert numbers == ["吉调〔2026〕1 号", "吉请〔2026〕2 号", "吉调〔2026〕3 号"]


def test_the_paper_is_kept_with_its_checksum_and_stays_what_it_was(commanded: Scene):
    order_id = give(commanded, "TEAM")
    kept = []
    for _ in range(2):
        with commanded.database.unit_of_work(JILIN) as uow:
            order, incident = queries.order(uow.session, JILIN, order_id)
            row = keep_official(
                uow,
                document_of(order),
                "pdf",
                kind="dispatch_order",
                subject_id=order.id,
                incident_id=incident.id,
            )
            kept.append((row.id, row.sha256, row.content[:5]))
    assert kept[0] == kept[1]
    assert kept[0][2] == b"%PDF-"


def test_an_exercise_orders_the_same_force_under_its_own_number(commanded: Scene, clock: FixedClock):
    give(commanded, "TEAM")
    lane = LaneId(new_id())
    with commanded.database.unit_of_work() as uow:
        uow.session.add(Lane(id=lane, kind="exercise", title="演练", opened_at=uow.now))
    with commanded.database.unit_of_work(JILIN, lane) as uow:
        assert queries.busy(uow.session) == {}
        holder = queries.Holder(None, "220000", services.NO_BASE, "province", "", uow.now, "rule")
        assert services._number(holder, "order", 2026, 1, uow) == "演吉调〔2026〕1 号"
