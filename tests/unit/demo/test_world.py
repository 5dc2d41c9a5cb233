"""The demo's data: complete, consistent, and nobody's number."""

import re
from uuid import uuid4

import phonenumbers
import pytest

from responder.core.actor import Role
from responder.demo.people import Numbers, names, staff_room
from responder.demo.world import world
from responder.foundation.directory.rules import PlacePath
from responder.foundation.directory.vault import Vault

LOGINS = {
    "state",
    "jilin",
    "baishan",
    "jiangyuan",
    "mine",
    "leader",
    "base",
    "commander",
    "drills",
    "plans",
    "statistics",
    "inspector",
    "admin",
}


def place(code, level, province="220000", city=None):
    return PlacePath(code, code, code, code, code, level, None, city, province, None, None)


def test_every_account_of_the_log_in_page_is_there_and_roles_are_all_shown():
    assert {a.login for a in world().accounts} == LOGINS
    assert {a.role for a in world().accounts} == set(Role)


def test_every_account_belongs_to_a_person_of_its_office():
    here = world()
    outside = {(p.agency, p.name) for p in here.people}
    on_duty = {(code, name) for code, room in here.rooms.items() for name in (*room.leaders, *room.officers)}
    assert {(a.agency, a.person) for a in here.accounts} <= outside | on_duty


@pytest.mark.parametrize("code", sorted(world().rooms))
def test_a_named_room_has_as_many_people_as_its_staffing_and_no_name_twice(code):
    level = {"000000": "state", "220000": "province", "220600": "city", "220200": "city"}.get(
        code[:6], "county"
    )
    staff = staff_room(world(), code, place(code[:6], level), level)
    everybody = [p.name for p in staff.everybody()]
    assert len(everybody) == len(set(everybody)) == 1 + staff.staffing.officers + staff.staffing.leaders
    assert max(staff.everybody(), key=lambda p: p.rank) is staff.head


def test_invented_names_are_the_same_for_the_same_office():
    one, other = names(world(), "220381", ()), names(world(), "220381", ())
    assert [next(one) for _ in range(20)] == [next(other) for _ in range(20)]


def test_no_number_of_the_demo_can_be_anybodys():
    vault = Vault("secret")
    numbers = Numbers(world(), vault)
    for city in world().area_codes:
        row = numbers.duty_phone("x", city)
        text = vault.open(row["ciphertext"], row["id"])
        # A subscriber's number never begins with 0, the trunk prefix.
        assert re.fullmatch(r"0\d{2,3}-000 \d{4}", text)
    for _ in range(50):
        row = numbers.mobile(uuid4())
        text = vault.open(row["ciphertext"], row["id"])
        assert text.startswith("+86 10")
        assert not phonenumbers.is_valid_number(phonenumbers.parse(text))


def test_no_two_people_share_a_number():
    numbers = Numbers(world(), Vault("secret"))
    assert len({numbers.mobile(uuid4())["blind"] for _ in range(500)}) == 500
