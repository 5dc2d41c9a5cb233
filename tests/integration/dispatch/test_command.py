"""One commander at any moment, on both databases."""

import threading

import pytest

from responder.core.errors import Conflict, NotFound
from responder.dispatch import command, queries
from responder.dispatch.services import Wish, issue_order
from responder.escalation import queries as escalation
from responder.incidents import queries as incidents
from tests.integration.dispatch.conftest import BAISHAN, JILIN, OFFICER, TEAM, Scene

NEAR = Wish("NEAR", "", 10, False, "")


def holder(scene: Scene) -> queries.Holder:
    with scene.database.unit_of_work() as uow:
        return queries.holder(uow.session, incidents.unscoped(uow.session, scene.incident_id))


def test_until_somebody_signs_the_lowest_office_of_the_place_commands(scene: Scene):
    found = holder(scene)
    assert (found.agency_code, found.how, found.holder_name) == ("220605", "rule", "")


def test_taking_command_is_a_signed_step_and_keeps_who_had_it(scene: Scene):
    scene.does(BAISHAN, command.take_command, scene.incident_id, "到场")
    found = holder(scene)
    assert (found.agency_code, found.holder_name, found.how) == ("220600", "陈国栋", "taken")
    with scene.database.unit_of_work() as uow:
        rows = queries.commands(uow.session, scene.incident_id)
    assert [(row.agency_code, row.ended_at is None) for row in rows] == [("220605", False), ("220600", True)]


def test_the_former_commander_is_called_until_it_has_read_the_change(scene: Scene):
    command_id = scene.does(BAISHAN, command.take_command, scene.incident_id, "")
    with scene.database.unit_of_work(OFFICER, write=False) as uow:
        assert [row.id for row, _ in queries.unread_commands(uow.session, "220605")] == [command_id]
        assert escalation.live(uow.session, command.CALL, command_id) is not None
    scene.does(OFFICER, command.see_change, command_id)
    with scene.database.unit_of_work(OFFICER, write=False) as uow:
        assert queries.unread_commands(uow.session, "220605") == []
        assert escalation.live(uow.session, command.CALL, command_id) is None


def test_a_lower_office_cannot_take_the_command_back(scene: Scene):
    scene.does(JILIN, command.take_command, scene.incident_id, "")
    with pytest.raises(Conflict, match="ask it to hand over"):
        scene.does(BAISHAN, command.take_command, scene.incident_id, "")


def test_taking_what_one_has_is_refused(scene: Scene):
    scene.does(JILIN, command.take_command, scene.incident_id, "")
    with pytest.raises(Conflict, match="commands already"):
        scene.does(JILIN, command.take_command, scene.incident_id, "")


def test_the_command_is_handed_down_by_its_holder_only(scene: Scene):
    scene.does(JILIN, command.take_command, scene.incident_id, "")
    with pytest.raises(Conflict):
        scene.does(BAISHAN, command.hand_over, scene.incident_id, "220605", "")
    command_id = scene.does(JILIN, command.hand_over, scene.incident_id, "220600", "")
    assert holder(scene).agency_code == "220600"
    scene.does(BAISHAN, command.see_change, command_id)
    assert holder(scene).holder_name == "陈国栋"


def test_orders_of_the_former_commander_wait_for_confirmation(scene: Scene):
    scene.does(BAISHAN, command.take_command, scene.incident_id, "")
    order_id = scene.does(BAISHAN, issue_order, scene.incident_id, NEAR)
    scene.does(JILIN, command.take_command, scene.incident_id, "")
    with scene.database.unit_of_work() as uow:
        order = queries.unscoped(uow.session, order_id)
        assert order is not None
        assert (order.commander_code, order.needs_confirmation) == ("220000", True)


def test_whoever_does_not_command_gives_no_orders_and_is_told_what_to_do(scene: Scene):
    with pytest.raises(Conflict, match="Take over command first"):
        scene.does(JILIN, issue_order, scene.incident_id, NEAR)
    scene.does(JILIN, command.take_command, scene.incident_id, "")
    with pytest.raises(Conflict, match="report to them"):
        scene.does(BAISHAN, issue_order, scene.incident_id, NEAR)


def test_a_force_that_nobody_called_knows_nothing_of_the_incident(scene: Scene):
    with pytest.raises(NotFound):
        scene.does(TEAM, command.take_command, scene.incident_id, "")


def test_two_who_take_the_command_at_once_leave_one_commander(scene: Scene):
    outcomes: list[str] = []
    start = threading.Barrier(2)

    def take() -> None:
        start.wait()
        try:
            scene.does(JILIN, command.take_command, scene.incident_id, "")
            outcomes.append("taken")
        except Conflict:
            outcomes.append("refused")

    threads = [threading.Thread(target=take) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["refused", "taken"]
    with scene.database.unit_of_work() as uow:
        rows = queries.commands(uow.session, scene.incident_id)
    assert sum(row.ended_at is None for row in rows) == 1
