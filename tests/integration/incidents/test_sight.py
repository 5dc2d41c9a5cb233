"""The board, the list and their counts show exactly what the one condition of sight allows, on both databases."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from responder.core.actor import Actor, Area, Role
from responder.core.ids import AccountId, IncidentId, new_id
from responder.core.uow import UnitOfWork
from responder.incidents import overview, queries
from responder.incidents.models import Incident, IncidentParty
from responder.incidents.queries import Filters
from responder.situation import waiting

PLACES = (
    ("220000", "220600", "220605"),
    ("220000", "220600", "220602"),
    ("220000", "220500", "220503"),
    ("130000", "130200", "130203"),
)
OFFICES = (
    ("county", "220605", "220605", "work_safety"),
    ("city", "220600", "220600", "work_safety"),
    ("province", "220000", "220000", "work_safety"),
    ("state", "000000", "000000", "work_safety"),
    ("city", "220600", "220600.police", "police"),
    ("province", "220000", "220000.coal_inspectorate", "coal_inspectorate"),
)


def incident(number: int, uow: UnitOfWork) -> Incident:
    """Return one of a varied lot: open and closed, with and without a limit, here and elsewhere."""
    province, city, county = PLACES[number % len(PLACES)]
    at = uow.now - timedelta(minutes=37 * (number % 50))
    return Incident(
        id=IncidentId(new_id()),
        number=f"{number}",
        version=1,
        state=("open", "open", "closed")[number % 3],
        revision=number,
        jurisdiction_code=county,
        province_code=province,
        city_code=city,
        county_code=county,
        place_name=county,
        place_name_en=county,
        place="",
        point_source="jurisdiction",
        sector=("coal_mine", "road")[number % 2],
        occurred_at=at,
        occurred_uncertain=False,
        received_at=at,
        entered_at=at,
        agency_code=county,
        entered_off_duty=False,
        facts={},
        rule_set="B",
        may_rise=False,
        next_due_at=None if number % 5 == 0 else at + timedelta(hours=number % 7),
        updated_at=at,
        search_text="",
        historic=number % 11 == 0,
    )


@pytest.fixture
def lot(uow: UnitOfWork) -> list[Incident]:
    """Sixty incidents; every seventh is addressed to offices that may lie elsewhere."""
    rows = [incident(number, uow) for number in range(60)]
    uow.session.add_all(rows)
    uow.session.flush()
    for row in rows[::7]:
        for _, _, agency, _ in OFFICES:
            uow.session.add(IncidentParty(incident_id=row.id, agency_code=agency))
    uow.session.flush()
    return rows


def officer(level: str, area: str, agency: str, line: str) -> Actor:
    """Return a duty officer of an office."""
    return Actor(
        account_id=AccountId(new_id()),
        person_id=None,
        login="x",
        name="x",
        role=Role.DUTY_OFFICER,
        agency_code=agency,
        agency_name=agency,
        area=Area(level, area),
        locale="en",
        theme="light",
        line=line,
    )


@pytest.mark.parametrize("office", OFFICES, ids=lambda office: office[2])
def test_what_is_asked_in_parts_is_what_the_condition_allows(
    office: tuple[str, str, str, str], uow: UnitOfWork, lot: list[Incident]
) -> None:
    actor, session = officer(*office), uow.session
    seen = list(session.scalars(select(Incident).where(queries.visible(actor))))
    assert len(seen) > 0

    newest = sorted(seen, key=lambda row: (row.received_at, row.id), reverse=True)
    first = queries.page(session, actor, Filters(), limit=7)
    rest = queries.page(session, actor, Filters(), limit=100, after=(first[-1].received_at, first[-1].id))
    assert [row.id for row in (*first, *rest)] == [row.id for row in newest]

    open_ones = [row for row in seen if row.state == "open" and not row.historic]
    board = overview.on_board(session, actor, 100)
    assert {row.id for row in board} == {row.id for row in open_ones}
    assert [limit_of(row) for row in overview.on_board(session, actor, 5)] == sorted(
        map(limit_of, open_ones)
    )[:5]

    day, month = uow.now - timedelta(hours=10), uow.now - timedelta(hours=25)
    received = overview.received(session, actor, day, month)
    standing = waiting.of_actor(replace(uow, actor=actor))
    real = [row for row in seen if not row.historic]
    assert (standing.open_incidents, received.today, received.this_month) == (
        len(open_ones),
        sum(row.received_at >= day for row in real),
        sum(row.received_at >= month for row in real),
    )


def limit_of(row: Incident) -> tuple[Any, ...]:
    """Return what the board is ordered by."""
    due = row.next_due_at
    return (due is None, due.timestamp() if due else 0, -row.received_at.timestamp())


def test_the_stamp_changes_with_an_incident_addressed_from_elsewhere(
    uow: UnitOfWork, lot: list[Incident]
) -> None:
    county = replace(uow, actor=officer(*OFFICES[0]))
    before = waiting.of_actor(county).stamp
    elsewhere = next(row for row in lot[::7] if row.county_code != "220605" and row.state == "open")
    elsewhere.revision += 1
    assert waiting.of_actor(county).stamp != before
