"""The demo world in a real database."""

import pytest
from sqlalchemy import func, select

from duty_roster import queries as roster
from duty_roster.rules import check
from responder.core.errors import Conflict
from responder.demo import loading
from responder.demo.world import world
from responder.foundation.access import queries as access
from responder.foundation.access.models import Account
from responder.foundation.access.passwords import Passwords
from responder.foundation.directory.models import Person
from responder.foundation.directory.vault import Vault
from responder.foundation.web.context import EXTENSION


@pytest.fixture
def demo(world_app):
    return world_app.extensions[EXTENSION].database


def test_an_installation_without_a_directory_is_told_to_load_it_first(database):
    with pytest.raises(Conflict) as refused:
        loading.load(database, Vault("secret"))
    assert "reference load" in refused.value.text.en


def test_the_demo_world_stands_and_refuses_to_be_loaded_again(demo, clock):
    _everybody_can_log_in(demo)
    _every_room_is_on_watch(demo, clock)
    _the_month_of_a_city_breaks_no_rule(demo, clock)
    with pytest.raises(Conflict), demo.unit_of_work(write=False):
        loading.load(demo, Vault("secret"))


def _everybody_can_log_in(demo):
    passwords = Passwords()
    with demo.unit_of_work(write=False) as uow:
        accounts = uow.session.scalars(select(Account)).all()
        assert {a.login for a in accounts} == {a.login for a in world().accounts}
        assert passwords.is_right(accounts[0].password_hash, "responder-demo")
        assert len({a.password_hash for a in accounts}) == len(accounts)
        for actor in access.accounts(uow.session):
            assert uow.session.get_one(Person, actor.person_id).agency_code == actor.agency_code


def _every_room_is_on_watch(demo, clock):
    with demo.unit_of_work(write=False) as uow:
        rooms = uow.session.scalars(
            select(Person.agency_code).group_by(Person.agency_code).having(func.count() > 4)
        )
        codes = rooms.all()
        assert len([c for c in codes if c.startswith("22")]) > 60
        assert {"000000", "000000.dispatch", "CBS", "220000.coal_inspectorate", "210000", "230000"} <= set(
            codes
        )
        for code in codes:
            found = roster.on_call(uow.session, code, clock.now())
            assert found.officers, code
            assert found.leader, code
            assert len(found.signed_in) == 3, code
        baishan = roster.on_call(uow.session, "220600", clock.now())
        assert ([p.name for p in baishan.officers], baishan.leader.name) == (["李敏"], "陈国栋")


def _the_month_of_a_city_breaks_no_rule(demo, clock):
    with demo.unit_of_work(write=False) as uow:
        month = roster.month(uow.session, "220600", 2026, 11)
        planned = [s.planned() for s in month.shifts]
        assert month.version == 1
        assert check(planned, planned[0].starts_at, max(s.ends_at for s in planned)) == ()
        assert roster.month(uow.session, "220600", 2026, 12).shifts
