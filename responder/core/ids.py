"""Globally unique, time-ordered identifiers (UUIDv7), one type for each thing."""

from typing import NewType
from uuid import UUID

import uuid_utils

LaneId = NewType("LaneId", UUID)
AccountId = NewType("AccountId", UUID)
PersonId = NewType("PersonId", UUID)
IncidentId = NewType("IncidentId", UUID)
ReportId = NewType("ReportId", UUID)
LegId = NewType("LegId", UUID)
CallOutId = NewType("CallOutId", UUID)
DeliveryId = NewType("DeliveryId", UUID)
ShiftId = NewType("ShiftId", UUID)
TaskId = NewType("TaskId", UUID)
PlanId = NewType("PlanId", UUID)
ActivationId = NewType("ActivationId", UUID)
ForceId = NewType("ForceId", UUID)
OrderId = NewType("OrderId", UUID)
ExerciseId = NewType("ExerciseId", UUID)

ID_TYPES = (
    LaneId,
    AccountId,
    PersonId,
    IncidentId,
    ReportId,
    LegId,
    CallOutId,
    DeliveryId,
    ShiftId,
    TaskId,
    PlanId,
    ActivationId,
    ForceId,
    OrderId,
    ExerciseId,
)


def new_id() -> UUID:
    """Return a new UUIDv7: unique everywhere, sorted by the time it was made."""
    return UUID(bytes=uuid_utils.uuid7().bytes)


def parse_id(text: str) -> UUID | None:
    """Return the UUID written in *text*, or None when it is none."""
    try:
        return UUID(text)
    except ValueError:
        return None
