"""People and their numbers: sealed, masked, loaded from a file, and every full view told."""

from pathlib import Path

import pytest
from sqlalchemy import text

from responder.core.errors import InvalidInput, NotFound
from responder.core.events import now
from responder.core.ids import PersonId, new_id
from responder.core.uow import Database, UnitOfWork
from responder.foundation.directory import people, queries, services
from responder.foundation.directory.events import NumbersViewed
from responder.foundation.directory.models import Agency, Contact, Jurisdiction
from responder.foundation.directory.services import TableReport
from responder.foundation.directory.vault import SealBroken, Vault

VAULT = Vault("a secret of the tests")


@pytest.fixture
def room(database: Database) -> str:
    """The duty room of Jiangyuan."""
    with database.unit_of_work() as uow:
        uow.session.add(
            Jurisdiction(
                code="220605",
                name="江源区",
                name_en="Jiangyuan District",
                initials="jyq",
                level="county",
                parent_code="220600",
                reporting=True,
                coded=True,
                province_code="220000",
                city_code="220600",
                county_code="220605",
            )
        )
        uow.session.flush()
        uow.session.add(
            Agency(
                code="220605",
                jurisdiction_code="220605",
                body="work_safety",
                level="county",
                name="江源区应急管理局",
                name_en="Jiangyuan District Emergency Management Bureau",
                has_duty_room=True,
            )
        )
    return "220605"


@pytest.fixture
def officer(database: Database, room: str) -> PersonId:
    """Somebody with a mobile telephone."""
    with database.unit_of_work() as uow:
        person_id = services.add_person(uow, "李敏", room, "值班员", 1)
        services.add_contact(uow, VAULT, "mobile", "139-0000-0001", person_id=person_id)
        services.add_contact(uow, VAULT, "email", "limin@example.cn", person_id=person_id, position=1)
    return person_id


def test_a_number_rests_encrypted_and_is_shown_masked(database: Database, officer: PersonId) -> None:
    with database.unit_of_work(write=False) as uow:
        assert [c.masked for c in queries.contacts(uow.session, officer)] == [
            "139****0001",
            "l***@example.cn",
        ]
        raw = uow.session.execute(text("SELECT ciphertext, blind, masked FROM contact")).all()
    assert all("13900000001" not in str(row) and b"13900000001" not in bytes(row[0]) for row in raw)


def test_a_full_view_is_told_to_the_audit(database: Database, officer: PersonId) -> None:
    told: list[NumbersViewed] = []

    def note(event: NumbersViewed, _uow: UnitOfWork) -> None:
        told.append(event)

    database.reactions = {NumbersViewed: now(note)}
    with database.unit_of_work() as uow:
        numbers = services.numbers_of(uow, VAULT, officer)
    assert [number.value for number in numbers] == ["139-0000-0001", "limin@example.cn"]
    assert told == [NumbersViewed(officer, "李敏", "220605", "220000")]
    assert "139" not in str(told[0].audit_payload())


def test_numbers_are_not_shown_where_the_view_could_not_be_recorded(
    database: Database, officer: PersonId
) -> None:
    with database.unit_of_work(write=False) as uow, pytest.raises(RuntimeError, match="writes"):
        services.numbers_of(uow, VAULT, officer)


def test_whoever_calls_is_found_without_reading_numbers(database: Database, officer: PersonId) -> None:
    with database.unit_of_work(write=False) as uow:
        assert queries.people_with_number(uow.session, VAULT.blind("139 0000 0001")) == (officer,)
        assert queries.people_with_number(uow.session, VAULT.blind("13900000002")) == ()


def test_a_sealed_value_moved_to_another_row_does_not_open(database: Database, officer: PersonId) -> None:
    with database.unit_of_work() as uow:
        first, second = queries.contacts(uow.session, officer)
        second.ciphertext = first.ciphertext
        moved = second.id
    with database.unit_of_work(write=False) as uow, pytest.raises(SealBroken):
        VAULT.open(second.ciphertext, moved)


def test_another_installations_secret_opens_nothing(database: Database, officer: PersonId) -> None:
    with database.unit_of_work() as uow, pytest.raises(SealBroken):
        services.numbers_of(uow, Vault("another secret"), officer)


def test_a_duty_room_has_numbers_of_its_own(database: Database, room: str) -> None:
    with database.unit_of_work() as uow:
        services.add_contact(uow, VAULT, "duty", "0439-0000012", agency_code=room)
    with database.unit_of_work(write=False) as uow:
        assert [phone.masked for phone in queries.duty_phones(uow.session, room)] == ["0439-000 **12"]


def test_nobody_works_in_an_office_that_is_not_there(database: Database) -> None:
    with database.unit_of_work() as uow, pytest.raises(NotFound):
        services.add_person(uow, "李敏", "999999", "值班员")


def test_the_database_refuses_a_number_of_nobody(database: Database) -> None:
    with pytest.raises(Exception, match=r"(?i)check|constraint"), database.unit_of_work() as uow:
        uow.session.add(Contact(id=new_id(), kind="mobile", masked="", ciphertext=b"", blind=""))


HEADING = "agency,name,post,rank,mobile,email,duty\n"


def loaded(database: Database, folder: Path, lines: str, heading: str = HEADING) -> TableReport:
    """Load a file with these lines."""
    path = folder / "people.csv"
    path.write_text(heading + lines, encoding="utf-8-sig")
    assert people.recognises(path)
    with database.unit_of_work() as uow:
        return people.load_people(uow, VAULT, path)


def numbers(database: Database, name: str) -> list[str]:
    """Return somebody's numbers as they are dialled, in calling order."""
    with database.unit_of_work() as uow:
        (person,) = [one for one in queries.people_of(uow.session, "220605") if one.name == name]
        return [number.value for number in services.numbers_of(uow, VAULT, PersonId(person.id))]


def test_a_file_brings_people_and_the_rooms_telephone_and_again_changes_nothing(
    database: Database, room: str, tmp_path: Path
) -> None:
    lines = "220605,李敏,科员,3,139 0000 0001,limin@example.cn,\n220605,,,,,,0439-0000012\n"
    assert loaded(database, tmp_path, lines) == TableReport("person", 1, 1, 0)
    assert numbers(database, "李敏") == ["+8613900000001", "limin@example.cn"]
    with database.unit_of_work(write=False) as uow:
        assert [phone.masked for phone in queries.duty_phones(uow.session, room)] == ["0439-000 **12"]
    assert loaded(database, tmp_path, lines) == TableReport("person", 0, 0, 2)


def test_a_later_file_changes_what_it_names_and_leaves_what_is_empty(
    database: Database, room: str, tmp_path: Path
) -> None:
    loaded(database, tmp_path, "220605,李敏,科员,3,13900000001,limin@example.cn,\n")
    assert loaded(database, tmp_path, "220605,李敏,科长,5,+86 139 0000 0002,,\n").changed == 1
    assert numbers(database, "李敏") == ["+8613900000002", "limin@example.cn"]
    assert loaded(database, tmp_path, "220605,李敏,科长,5,,-,\n").changed == 1
    assert numbers(database, "李敏") == ["+8613900000002"]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("999999,李敏,科员,,,,", "line 3: there is no agency 999999."),
        ("220605,王磊,科员,,,,", "line 3: 王磊 stands in this office twice."),
        ("220605,李敏,科员,high,,,", "line 3: rank is a number from 0 to 99."),
        ("220605,李敏,科员,,12,,", "line 3: 12 is no telephone number."),
        ("220605,李敏,科员,,,limin,", "line 3: limin is no e-mail address."),
        ("220605,李敏,科员,,,,0439-0000012", "line 3: duty has no place here"),
        ("220605,,,,13900000001,,", "line 3: mobile has no place here"),
    ],
)
def test_a_line_that_cannot_be_refuses_the_whole_file_by_its_number(
    database: Database, room: str, tmp_path: Path, line: str, words: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        loaded(database, tmp_path, f"220605,王磊,科员,,,,\n{line}\n")
    assert str(refused.value).startswith(words)
    with database.unit_of_work(write=False) as uow:
        assert queries.people_of(uow.session, "220605") == ()
