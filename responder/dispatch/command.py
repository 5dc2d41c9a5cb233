"""Who commands an incident: exactly one office at any time, each change a signed step."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from responder.core.actor import Actor
from responder.core.errors import Conflict, NotPermitted, Text, invalid, nothing_here
from responder.core.ids import IncidentId, new_id
from responder.core.uow import UnitOfWork
from responder.dispatch import queries, rules
from responder.dispatch.models import DispatchOrder, IncidentCommand
from responder.dispatch.queries import Holder
from responder.dispatch.wording import both, tail
from responder.escalation import services as escalation
from responder.foundation.access.scope import Scope, may_act_for
from responder.foundation.audit import services as audit
from responder.foundation.directory import queries as directory
from responder.incidents import queries as incidents
from responder.incidents import services as incident_services
from responder.incidents.models import Incident

CALL = "command"
LONGEST_NOTE = 500
CLOSED = Text("事故已结案，不再变动指挥。", "The incident is closed; its command does not change any more.")
LOST = Text(
    "别人刚刚接管了指挥。请刷新后再看由谁指挥。",
    "Somebody else has just taken command. Reload to see who commands now.",
)


def take_command(incident_id: UUID, note: str, uow: UnitOfWork) -> UUID:
    """Put the actor's office in command of the incident; return the id of the signed step.

    Raises NotFound; NotPermitted for an office that commands nothing; Conflict when it commands already, when a higher
    office does, or when somebody else was faster.
    """
    incident = incidents.incident(uow.session, uow.actor, incident_id, lock=True)
    _refuse_office(uow.actor, incident)
    now = queries.holder(uow.session, incident)
    if may_act_for(uow.actor, now.agency_code) and now.id is not None:
        raise Conflict(
            Text(
                f"已由{now.who.zh}指挥，不用再接管。",
                f"{now.who.en} commands already; nothing is to be taken over.",
            )
        )
    if not may_act_for(uow.actor, now.agency_code) and rules.refuses_takeover(
        uow.actor.area.level, now.level
    ):
        raise Conflict(
            Text(
                f"指挥权在{now.who.zh}。下级不能接管上级的指挥，请向其报告，或请其移交。",
                f"{now.who.en} commands. A lower office cannot take over from a higher one: report to it, or ask it "
                "to hand over.",
            ),
            rule="R708-18",
            source=rules.COMMAND_SOURCE.in_(uow.actor.locale),
        )
    office = directory.office(uow.session, uow.actor.agency_code)
    names = (
        Text(office.name, office.name_en) if office else Text(uow.actor.agency_name, uow.actor.agency_name)
    )
    row = _change(
        incident, now, uow.actor.agency_code, names, uow.actor.area.level, uow.actor.name, "taken", note, uow
    )
    return row.id


def hand_over(incident_id: UUID, to: str, note: str, uow: UnitOfWork) -> UUID:
    """Hand the command from the actor's office to another office of the place; return the id of the signed step.

    Raises NotFound; Conflict when the actor does not command; InvalidInput for an office that cannot.
    """
    incident = incidents.incident(uow.session, uow.actor, incident_id, lock=True)
    now = queries.holder(uow.session, incident)
    if not may_act_for(uow.actor, now.agency_code):
        raise Conflict(
            Text(
                f"指挥权在{now.who.zh}，只有其能移交。",
                f"{now.who.en} commands, and only they can hand over.",
            )
        )
    offices = {code: (names, level) for code, names, level in successors(incident, now, uow)}
    if to not in offices:
        raise invalid(
            to=Text("只能移交给事故地各级应急管理部门。", "Hand over to an office of the place only.")
        )
    names, level = offices[to]
    return _change(incident, now, to, names, level, "", "handed", note, uow).id


def successors(incident: Incident, now: Holder, uow: UnitOfWork) -> list[tuple[str, Text, str]]:
    """Return the offices the command can be handed to, the lowest first: code, name, level."""
    place = directory.place_path(uow.session, incident.jurisdiction_code)
    wanted = [(level, "work_safety") for level in rules.LEVELS if place.at(level) is not None]
    found: dict[str, tuple[str, Text, str]] = {}
    for routed in directory.routes(uow.session, place, wanted, uow.now).values():
        if routed.agency_code != now.agency_code:
            found[routed.agency_code] = (routed.agency_code, Text(routed.name, routed.name_en), routed.level)
    return list(found.values())


def see_change(command_id: UUID, uow: UnitOfWork) -> IncidentId:
    """Record that the office told of a change of command has read it; return the incident.

    Whoever reads it for the office that was handed the command is its commander from then on.
    """
    row = uow.session.get(IncidentCommand, command_id)
    if row is None or row.told_code is None or not may_act_for(uow.actor, row.told_code):
        raise nothing_here("没有这条通知", "There is no such notice")
    if row.told_seen_at is None:
        row.told_seen_at, row.told_seen_by = uow.now, uow.actor.name
        if row.told_code == row.agency_code:
            row.holder_name = uow.actor.name
        escalation.acknowledge_call_out(uow, CALL, row.id, at=uow.now, method="web", by=uow.actor.name)
        incident = incidents.unscoped(uow.session, row.incident_id)
        was_handed = row.told_code == row.agency_code
        office = (
            Text(row.agency_name, row.agency_name_en)
            if was_handed
            else Text(row.former_name or "", row.former_name_en or "")
        )
        audit.record(
            uow,
            "command.seen",
            province_code=incident.province_code,
            incident_id=incident.id,
            payload=both("office", office),
        )
        incident_services.touch(incident, uow)
    return row.incident_id


def require_command(incident: Incident, uow: UnitOfWork) -> Holder:
    """Return the holder of the command; raise Conflict, saying what to do, when it is not the actor's office."""
    now = queries.holder(uow.session, incident)
    if may_act_for(uow.actor, now.agency_code):
        return now
    raise Conflict(
        not_yours(uow.actor, incident, now), rule="S23", source=rules.COMMAND_SOURCE.in_(uow.actor.locale)
    )


def not_yours(actor: Actor, incident: Incident, now: Holder) -> Text:
    """Return why the actor cannot give orders, and what it can do."""
    if may_take(actor, incident, now):
        return Text(
            f"指挥权在{now.who.zh}。请先接管指挥，再下令。",
            f"{now.who.en} commands. Take over command first, then give the order.",
        )
    return Text(f"指挥权在{now.who.zh}，请向其报告。", f"{now.who.en} commands; report to them.")


def may_take(actor: Actor, incident: Incident, now: Holder) -> bool:
    """Return whether the actor's office could take the command now."""
    if incident.state != "open" or not _is_commanding_office(actor) or not Scope.of(actor).covers(incident):
        return False
    if may_act_for(actor, now.agency_code):
        return now.id is None
    return not rules.refuses_takeover(actor.area.level, now.level)


def _is_commanding_office(actor: Actor) -> bool:
    return actor.area.level in rules.LEVELS and actor.line in {"work_safety", "dispatch"}


def _refuse_office(actor: Actor, incident: Incident) -> None:
    if not _is_commanding_office(actor):
        raise NotPermitted(
            Text("只有应急管理部门能接管指挥。", "Only an emergency-management office can take command.")
        )
    if incident.state != "open":
        raise Conflict(CLOSED)
    if not Scope.of(actor).covers(incident):
        raise Conflict(
            Text(
                "事故地不在您的辖区，不能接管；有力量请告知指挥单位。",
                "The place is not within your area; offer your forces to the office that commands.",
            )
        )


def _change(
    incident: Incident,
    before: Holder,
    code: str,
    names: Text,
    level: str,
    person: str,
    how: str,
    note: str,
    uow: UnitOfWork,
) -> IncidentCommand:
    _end(before, incident, uow)
    told = code if how == "handed" else before.agency_code
    row = IncidentCommand(
        id=new_id(),
        lane_id=uow.own_lane,
        incident_id=incident.id,
        agency_code=code,
        agency_name=names.zh,
        agency_name_en=names.en,
        level=level,
        holder_name=person,
        how=how,
        note=note[:LONGEST_NOTE],
        taken_at=uow.now,
        former_code=before.agency_code,
        former_name=before.name.zh,
        former_name_en=before.name.en,
        former_holder=before.holder_name,
        told_code=None if may_act_for(uow.actor, told) else told,
        told_seen_at=None,
        told_seen_by=None,
        ended_at=None,
    )
    if not _insert_open(row, uow):
        raise Conflict(LOST)
    _take_over_orders(incident, code, uow)
    payload = {
        **both("office", names),
        "person": person or uow.actor.name,
        **both("former", before.who),
        **both("note", tail(note)),
    }
    audit.record(
        uow,
        f"command.{how}",
        province_code=incident.province_code,
        incident_id=incident.id,
        payload=payload,
    )
    incident_services.touch(incident, uow)
    if row.told_code is not None:
        _tell(row, incident, row.told_code, names, uow)
    return row


def _end(before: Holder, incident: Incident, uow: UnitOfWork) -> None:
    if before.id is None:
        # Who commanded by rule until now becomes part of the history.
        uow.session.add(
            IncidentCommand(
                id=new_id(),
                incident_id=incident.id,
                agency_code=before.agency_code,
                agency_name=before.name.zh,
                agency_name_en=before.name.en,
                level=before.level,
                holder_name="",
                how="rule",
                note="",
                taken_at=before.since,
                ended_at=uow.now,
            )
        )
        uow.session.flush()
        return
    row = uow.session.get_one(IncidentCommand, before.id)
    row.ended_at = uow.now
    uow.session.flush()


def _insert_open(row: IncidentCommand, uow: UnitOfWork) -> bool:
    """Insert the row of the new holder; return False when another open one stands, which the database decides."""
    insert = sqlite.insert if uow.session.get_bind().dialect.name == "sqlite" else postgresql.insert
    values = {column.key: getattr(row, column.key) for column in IncidentCommand.__table__.columns}
    statement = (
        insert(IncidentCommand).values(**values).on_conflict_do_nothing().returning(IncidentCommand.id)
    )
    return uow.session.execute(statement).first() is not None


def _take_over_orders(incident: Incident, code: str, uow: UnitOfWork) -> None:
    """Let the live orders follow the command; the new commander confirms or recalls what others gave."""
    live = uow.session.scalars(
        select(DispatchOrder).where(
            DispatchOrder.incident_id == incident.id, DispatchOrder.ended_at.is_(None)
        )
    )
    for order in live:
        order.commander_code = code
        order.needs_confirmation = order.agency_code != code
        order.revision += 1


def _tell(row: IncidentCommand, incident: Incident, told: str, names: Text, uow: UnitOfWork) -> None:
    subject = (
        Text(f"指挥已移交给{names.zh}，请接手", f"the command was handed to {names.en}")
        if row.how == "handed"
        else Text(f"指挥已由{names.zh} {row.holder_name}接管", f"{row.holder_name}, {names.en}, took command")
    )
    escalation.start_call_out(
        uow,
        target_kind=CALL,
        target_id=row.id,
        incident_id=incident.id,
        number=incident.number,
        agency_code=told,
        subject=subject,
        province_code=incident.province_code,
        caller_agency=uow.actor.agency_code,
    )


def why_not_told(session: Session, command_id: UUID) -> Text | None:
    """Return None while a change of command has not been read, otherwise why nobody is to be called about it."""
    row = session.get(IncidentCommand, command_id)
    if row is None or row.told_code is None:
        return Text("没有这条通知", "there is no such notice")
    return None if row.told_seen_at is None else Text("已知悉", "read")


def called_answered(
    command_id: UUID, agency_code: str, at: datetime, answered_by: str, uow: UnitOfWork
) -> None:
    """React to somebody having answered the call about a change of command: the office knows of it."""
    row = uow.session.get(IncidentCommand, command_id)
    if row is None or row.told_code != agency_code or row.told_seen_at is not None:
        return
    row.told_seen_at, row.told_seen_by = at, answered_by
    incident_services.touch(incidents.unscoped(uow.session, row.incident_id), uow)
