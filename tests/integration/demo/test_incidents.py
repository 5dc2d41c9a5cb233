"""The demo's three live incidents, told through the real services."""

import pytest
from sqlalchemy import select

from responder.demo import incidents
from responder.foundation.web.context import EXTENSION
from responder.incidents.models import Incident
from responder.reporting.models import ReportLeg


@pytest.fixture
def told(world_app):
    database = world_app.extensions[EXTENSION].database
    with world_app.app_context():
        incidents.tell(database)
    return database


def test_one_is_overdue_one_waits_for_a_base_and_one_is_calm(told, clock):
    with told.unit_of_work(write=False) as uow:
        found = {i.jurisdiction_code: i for i in uow.session.scalars(select(Incident))}
        late = {
            code: [
                (leg.kind, leg.sender_code)
                for leg in uow.session.scalars(select(ReportLeg).where(ReportLeg.incident_id == row.id))
                if leg.state in {"open", "sent"} and leg.due_at < clock.now()
            ]
            for code, row in found.items()
        }
        assert late == {"220605": [("government", "220600")], "220203": [], "220681": []}
        assert {code: (i.reporting_grade, i.state, i.version) for code, i in found.items()} == {
            "220605": ("near_miss", "open", 2),
            "220203": ("III", "open", 2),
            "220681": ("IV", "open", 3),
        }
        assert not any(i.entered_off_duty for i in found.values())
        assert found["220681"].facts["deaths"] == 1
        assert all(i.entered_at < clock.now() for i in found.values())
