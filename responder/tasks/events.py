"""What tasks tell the rest of the house."""

from dataclasses import dataclass

from responder.core.events import Event
from responder.core.ids import IncidentId, TaskId


@dataclass(frozen=True)
class TaskStepped(Event):
    """Somebody accepted a task, finished it or declined it."""

    task_id: TaskId
    incident_id: IncidentId | None
    step: str
    by: str


@dataclass(frozen=True)
class TaskOverdue(Event):
    """A task passed its limit unfinished."""

    task_id: TaskId
    incident_id: IncidentId | None
