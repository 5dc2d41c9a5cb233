"""What people do with tasks: issue, accept, finish, decline; and what time does to them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from responder.core.errors import Conflict, NotPermitted, Text, invalid
from responder.core.ids import IncidentId, PersonId, TaskId, new_id
from responder.core.uow import Database, UnitOfWork
from responder.foundation.access.scope import may_act_for
from responder.foundation.audit import services as audit
from responder.tasks import queries, rules
from responder.tasks.events import TaskOverdue, TaskStepped
from responder.tasks.models import Task
from responder.tasks.rules import Wanted

SWEEP = 500
LONGEST_NOTE = 2000
WHY_DECLINED = Text("请写明不能承担的原因。", "Say why it cannot be done.")
NOTE_TOO_LONG = Text("太长了：最多 2000 字。", "Too long: 2,000 characters at most.")
NO_STEP = Text("step 只能是 accept、done 或 decline。", "step is one of accept, done, decline.")


class Placed(Protocol):
    """The place that a task belongs to: an incident, or an exercise."""

    @property
    def province_code(self) -> str: ...
    @property
    def city_code(self) -> str | None: ...
    @property
    def county_code(self) -> str | None: ...
    @property
    def number(self) -> str: ...
    @property
    def sector(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Source:
    """What tasks come out of: an activation, an instruction, an inject."""

    kind: str
    id: UUID
    incident_id: IncidentId | None


def issue(source: Source, place: Placed, wanted: Sequence[Wanted], uow: UnitOfWork) -> list[Task]:
    """Save the tasks of one source in their order, each with its entry in the timeline."""
    issued = []
    for position, one in enumerate(wanted, start=1):
        row = _row(source, place, position, one, uow)
        uow.session.add(row)
        issued.append(row)
        payload = {
            "number": place.number,
            "task": str(row.id),
            **_both("title", row.title),
            **_both("holder", row.holder),
            **_both("why", one.note or Text("", "")),
            "due_at": one.due_at.isoformat() if one.due_at else None,
        }
        kind = "task.issued_to_deputy" if one.note else "task.issued"
        audit.record(
            uow,
            kind,
            province_code=place.province_code,
            incident_id=source.incident_id,
            payload=payload,
        )
    uow.session.flush()
    return issued


def _row(source: Source, place: Placed, position: int, one: Wanted, uow: UnitOfWork) -> Task:
    return Task(
        id=TaskId(new_id()),
        lane_id=uow.own_lane,
        incident_id=source.incident_id,
        number=place.number,
        source_kind=source.kind,
        source_id=source.id,
        position=position,
        title_zh=one.title.zh,
        title_en=one.title.en,
        text=one.text,
        post=one.post,
        agency_code=one.agency_code,
        agency_name=one.agency_name.zh,
        agency_name_en=one.agency_name.en,
        person_id=PersonId(one.person_id) if isinstance(one.person_id, UUID) else None,
        person_name=one.person_name,
        holder_note={"zh": one.note.zh, "en": one.note.en} if one.note else None,
        phone=one.phone,
        issuer_code=uow.actor.agency_code,
        issued_by=uow.actor.name,
        issued_at=uow.now,
        due_at=one.due_at,
        state=rules.OPEN,
        province_code=place.province_code,
        city_code=place.city_code,
        county_code=place.county_code,
        sector=place.sector,
    )


def take_step(task_id: UUID, step: str, note: str, uow: UnitOfWork) -> Task:
    """Accept, finish or decline a task; the holder's office does it, or the issuer's notes what it was told.

    Raises NotFound; NotPermitted for any other office; Conflict for a step out of order; InvalidInput for a refusal
    without its reason.
    """
    if step not in rules.STEPS:
        raise invalid(step=NO_STEP)
    if len(note) > LONGEST_NOTE:
        raise invalid(note=NOTE_TOO_LONG)
    row = queries.task(uow.session, uow.actor, task_id, lock=True)
    if not may_step(row, uow):
        raise NotPermitted(
            Text(
                f"这项任务由{row.holder.zh}承担，请联系。",
                f"This task is held by {row.holder.en}; ask there.",
            )
        )
    if step == "decline" and not note:
        raise invalid(note=WHY_DECLINED)
    _step(row, step, note, uow.actor.name, uow)
    return row


def may_step(row: Task, uow: UnitOfWork) -> bool:
    """Return whether the actor may say what becomes of the task."""
    own = uow.actor.person_id is not None and uow.actor.person_id == row.person_id
    return own or may_act_for(uow.actor, row.agency_code) or may_act_for(uow.actor, row.issuer_code)


def accept_called(task_id: UUID, who: str, uow: UnitOfWork) -> None:
    """Record that a person accepted the task on the telephone or by SMS; a second answer changes nothing."""
    row = uow.session.get(Task, task_id)
    if row is not None and row.state == rules.OPEN:
        _step(row, "accept", "", who, uow)


def _step(row: Task, step: str, note: str, who: str, uow: UnitOfWork) -> None:
    after = rules.state_after(row.state, step)
    if after is None:
        raise Conflict(rules.refusal(row.state, step))
    row.state, row.note = after, note or row.note
    if step != "decline" and row.accepted_at is None:
        row.accepted_at, row.accepted_by = uow.now, who
    if step != "accept":
        row.ended_at, row.ended_by = uow.now, who
    audit.record(
        uow,
        f"task.{after}",
        province_code=row.province_code,
        incident_id=row.incident_id,
        payload={
            "number": row.number,
            "task": str(row.id),
            **_both("title", row.title),
            **_both("holder", row.holder),
            "who": who,
            "note": note,
            **_both("said", Text(f"：{note}", f": {note}") if note else Text("", "")),
            "late": rules.is_late(row.due_at, row.ended_at, uow.now),
        },
    )
    uow.emit(TaskStepped(row.id, row.incident_id, step, who))


def withdraw(rows: Sequence[Task], why: Text, uow: UnitOfWork) -> None:
    """Withdraw what is not finished of *rows*."""
    for row in rows:
        if row.state not in rules.LIVE:
            continue
        row.state, row.ended_at, row.ended_by = rules.WITHDRAWN, uow.now, uow.actor.name
        audit.record(
            uow,
            "task.withdrawn",
            province_code=row.province_code,
            incident_id=row.incident_id,
            payload={"number": row.number, **_both("title", row.title), **_both("why", why)},
        )
        uow.emit(TaskStepped(row.id, row.incident_id, "withdraw", uow.actor.name))


def note_overdue(database: Database) -> int:
    """Note every task that has passed its limit since the last look; return how many."""
    noted = 0
    with database.unit_of_work(lane=None) as uow:
        for row in queries.newly_overdue(uow.session, uow.now, SWEEP):
            row.overdue_noted = True
            audit.record(
                uow,
                "task.overdue",
                province_code=row.province_code,
                incident_id=row.incident_id,
                payload={
                    "number": row.number,
                    "task": str(row.id),
                    **_both("title", row.title),
                    **_both("holder", row.holder),
                },
                lane_id=row.lane_id,
            )
            uow.emit(TaskOverdue(row.id, row.incident_id))
            noted += 1
    return noted


def _both(name: str, text: Text) -> dict[str, str]:
    return {f"{name}_zh": text.zh, f"{name}_en": text.en}
