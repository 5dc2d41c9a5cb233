"""What people do with plans: draft, approve, activate; and the leader's instructions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from plans import calls, grams, queries, rules
from plans.holders import Holders
from plans.lexicon import LEVEL_NUMBERS, LEVEL_WORDS
from plans.models import Activation, Instruction, Plan, PlanGram, PlanSector, PlanVersion
from plans.reading import Content
from responder.core.clock import wall
from responder.core.errors import Conflict, InvalidInput, NotPermitted, RuleBroken, Text, invalid
from responder.core.ids import ActivationId, PlanId, new_id
from responder.core.uow import UnitOfWork
from responder.foundation.access.scope import Scope, may_act_for
from responder.foundation.audit import services as audit
from responder.foundation.directory import queries as directory
from responder.foundation.web.lexicon import ACCIDENT_TYPES, SECTORS
from responder.incidents import queries as incidents
from responder.incidents.models import Incident
from responder.incidents.services import touch
from responder.tasks import services as tasks
from responder.tasks.models import Task
from responder.tasks.rules import Wanted
from responder.tasks.services import Source

LONGEST_INSTRUCTION = 5000
MOST_TASKS = 30
SHORT = 40
CLOSED = Text("事故已结案，不能再启动预案。", "The incident is closed; no plan can be activated.")
CLOSED_INSTRUCTION = Text(
    "事故已结案，不能再下批示。", "The incident is closed; no instruction can be given."
)
NO_LEVEL = Text("level 只能是 I、II、III 或 IV。", "level is one of I, II, III, IV.")
NO_PLAN = Text("没有这个预案。", "There is no such plan.")
NOT_VALID = Text(
    "这个预案没有有效的版本，草案不能启动。", "This plan has no valid version; a draft cannot be activated."
)
NO_WORDS = Text("请逐字录入批示内容。", "Enter the instruction word for word.")
LONG_WORDS = Text("太长了：最多 5000 字。", "Too long: 5,000 characters at most.")
NO_TITLE = Text("请写明要做什么。", "Say what is to be done.")
NO_OFFICE = Text("没有这个机构，请从列表中选。", "There is no such office; choose one from the list.")
PAST_LIMIT = Text("时限不能早于现在。", "The limit cannot lie in the past.")
NOT_A_DRAFT = Text("只有草案可以批准。", "Only a draft can be approved.")


@dataclass(frozen=True, slots=True)
class Owner:
    """The office whose plan it is; `name` in place of the directory's where it knows none."""

    code: str
    level: str
    name: Text
    area_code: str


def owner_of(uow: UnitOfWork, code: str) -> Owner:
    """Return the owner with *code* as the directory knows it; raise InvalidInput for an unknown one."""
    office = directory.office(uow.session, code)
    if office is None:
        raise invalid(owner=NO_OFFICE)
    return Owner(code, office.level, Text(office.name, office.name_en), office.jurisdiction_code)


def save_draft(
    content: Content, owner: Owner, uow: UnitOfWork, *, plan_id: UUID | None = None
) -> PlanVersion:
    """Save a new plan, or the next version of one, as a draft; earlier versions stay as they are."""
    if uow.actor.account_id is not None and not may_act_for(uow.actor, owner.code):
        raise NotPermitted(
            Text(
                f"这是{owner.name.zh}的预案，请由其修订。",
                f"This plan belongs to {owner.name.en}, which has to revise it.",
            )
        )
    plan = uow.session.get_one(Plan, plan_id) if plan_id else add_plan(content, owner, uow)
    return add_version(plan, content, uow)


def add_plan(
    content: Content, owner: Owner, uow: UnitOfWork, *, key: str = "", invented: bool = False
) -> Plan:
    """Add the plan itself, without a version yet."""
    place = directory.places(uow.session).get(owner.area_code)
    plan_id = PlanId(new_id())
    plan = Plan(
        id=plan_id,
        key=key or str(plan_id),
        kind=content.kind,
        level=owner.level,
        title=content.title,
        title_en=content.title_en or content.title,
        owner_code=owner.code,
        owner_name=owner.name.zh,
        owner_name_en=owner.name.en,
        area_code=owner.area_code,
        province_code=place.province_code if place else None,
        city_code=place.city_code if place else None,
        county_code=place.county_code if place else None,
        unit=content.unit,
        invented=invented,
    )
    uow.session.add(plan)
    uow.session.flush()
    return plan


def add_version(plan: Plan, content: Content, uow: UnitOfWork) -> PlanVersion:
    """Add the next version of *plan* as a draft, with what it is found by."""
    numbers = [version.number for version in queries.versions(uow.session, plan.id)]
    version = PlanVersion(
        id=new_id(),
        plan_id=plan.id,
        number=max(numbers, default=0) + 1,
        state="draft",
        sectors=content.sectors,
        accident_types=content.accident_types,
        scope=content.scope,
        levels=content.levels,
        steps=content.steps,
        points=content.points,
        notes=list(content.notes),
        next_review_on=content.next_review_on,
        changes=content.changes,
        created_at=uow.now,
        created_by=uow.actor.name,
        search_text=_search_text(plan, content),
    )
    uow.session.add(version)
    uow.session.flush()
    sectors = content.sectors or [queries.EVERY_SECTOR]
    uow.session.add_all(PlanSector(sector=sector, version_id=version.id) for sector in sectors)
    found_by = sorted(grams.grams(version.search_text))
    uow.session.add_all(PlanGram(gram=gram, version_id=version.id) for gram in found_by)
    uow.session.flush()
    return version


def _search_text(plan: Plan, content: Content) -> str:
    words = [plan.title, plan.title_en, plan.owner_name, plan.owner_name_en, plan.unit or "", content.scope]
    words += [SECTORS[sector].zh for sector in content.sectors]
    words += [ACCIDENT_TYPES[kind].zh for kind in content.accident_types]
    words += [step["action"] for step in content.steps]
    words += content.notes
    return grams.plain("\n".join(word for word in words if word))


def approve(version: PlanVersion, plan: Plan, uow: UnitOfWork, *, by: str, on: date | None = None) -> None:
    """Make a draft the valid version; the one that was valid is superseded. Raises RuleBroken for what it lacks."""
    if uow.actor.account_id is not None and not may_act_for(uow.actor, plan.owner_code):
        raise NotPermitted(Text(f"请由{plan.owner_name}批准。", f"{plan.owner_name_en} has to approve it."))
    if version.state != "draft":
        raise Conflict(NOT_A_DRAFT)
    lacking = rules.faults(version.levels, version.steps)
    if lacking:
        raise RuleBroken(
            Text(
                f"还不能批准：{'；'.join(text.zh for text in lacking)}。",
                f"It cannot be approved yet: {'; '.join(text.en for text in lacking)}.",
            ),
            rule="S28",
        )
    for other in queries.versions(uow.session, plan.id):
        if other.state == "valid":
            other.state = "superseded"
    uow.session.flush()
    version.state, version.approved_by = "valid", by
    version.approved_on = on or wall(uow.now).date()
    uow.session.flush()
    audit.record(
        uow,
        "plan.approved",
        province_code=plan.province_code or "000000",
        payload={"plan": str(plan.id), "title": plan.title, "version": version.number, "by": by},
    )


def activate(incident_id: UUID, plan_id: UUID, level: str, uow: UnitOfWork) -> tuple[Activation, list[Task]]:
    """Put a plan into force for an incident; its steps become tasks of those who hold the posts now.

    Raises NotFound; NotPermitted for the plan of another office; Conflict when it is in force already or has no valid
    version; InvalidInput for a level the plan does not have.
    """
    incident = incidents.incident(uow.session, uow.actor, incident_id, lock=True)
    if incident.state != "open":
        raise Conflict(CLOSED)
    plan, version = queries.plan(uow.session, uow.actor, plan_id)
    _may_activate(plan, uow)
    if version.state != "valid":
        raise Conflict(NOT_VALID)
    number = _level(level, version)
    _not_twice(incident, plan, uow)
    activation = _activation(incident, plan, version, number, uow)
    place = directory.places(uow.session)[incident.jurisdiction_code]
    holders = Holders(uow.session, place, uow.now)
    steps = [step for step in map(rules.Step.of, version.steps) if step.is_for(number)]
    wanted = [_wanted(step, holders, plan, uow.now) for step in steps]
    issued = tasks.issue(Source("plan", activation.id, incident.id), incident, wanted, uow)
    calls.ring(issued, incident.place_name, uow)
    return activation, issued


def may_activate(plan: Plan, uow: UnitOfWork) -> bool:
    """Return whether the actor's office may put the plan into force: its own, or one of its area below it."""
    return plan.owner_code == uow.actor.agency_code or Scope.of(uow.actor).covers(plan)


def _may_activate(plan: Plan, uow: UnitOfWork) -> None:
    if not may_activate(plan, uow):
        raise NotPermitted(
            Text(
                f"这是{plan.owner_name}的预案，由其启动。请报告{plan.owner_name}。",
                f"This plan is for {plan.owner_name_en} to activate. Report to {plan.owner_name_en}.",
            )
        )


def _level(level: str, version: PlanVersion) -> int:
    if level not in LEVEL_NUMBERS:
        raise invalid(level=NO_LEVEL)
    has = [one["level"] for one in version.levels]
    if level not in has:
        names = [LEVEL_WORDS[LEVEL_NUMBERS[one]] for one in has]
        raise invalid(
            level=Text(
                f"这个预案没有{LEVEL_WORDS[LEVEL_NUMBERS[level]].zh}响应，只有{'、'.join(n.zh for n in names)}。",
                f"This plan has no {LEVEL_WORDS[LEVEL_NUMBERS[level]].en}; it has {', '.join(n.en for n in names)}.",
            )
        )
    return LEVEL_NUMBERS[level]


def _not_twice(incident: Incident, plan: Plan, uow: UnitOfWork) -> None:
    standing = uow.session.scalars(
        select(Activation).where(Activation.incident_id == incident.id, Activation.plan_id == plan.id)
    ).one_or_none()
    if standing is not None:
        at, words = f"{wall(standing.activated_at):%H:%M}", LEVEL_WORDS[standing.level]
        raise Conflict(
            Text(
                f"{standing.agency_name}{standing.activated_by}已于 {at} 按{words.zh}启动这个预案，任务已下达。",
                f"{standing.activated_by} activated this plan at {at}, {words.en}; its tasks are out.",
            )
        )


def _activation(
    incident: Incident, plan: Plan, version: PlanVersion, level: int, uow: UnitOfWork
) -> Activation:
    activation = Activation(
        id=ActivationId(new_id()),
        lane_id=uow.own_lane,
        incident_id=incident.id,
        plan_id=plan.id,
        version_id=version.id,
        level=level,
        agency_code=uow.actor.agency_code,
        agency_name=uow.actor.agency_name,
        activated_by=uow.actor.name,
        activated_at=uow.now,
    )
    uow.session.add(activation)
    uow.session.flush()
    words = LEVEL_WORDS[level]
    audit.record(
        uow,
        "plan.activated",
        province_code=incident.province_code,
        incident_id=incident.id,
        payload={
            "number": incident.number,
            "plan": str(plan.id),
            "title_zh": plan.title,
            "title_en": plan.title_en,
            "version": version.number,
            "level_zh": words.zh,
            "level_en": words.en,
        },
    )
    touch(incident, uow)
    return activation


def _wanted(step: rules.Step, holders: Holders, plan: Plan, now: datetime) -> Wanted:
    holder = holders.of(step, plan)
    return Wanted(
        title=Text(step.action, step.action_en or step.action),
        text=step.action,
        post=holder.post,
        agency_code=holder.agency_code,
        agency_name=holder.agency_name,
        person_id=holder.person_id,
        person_name=holder.person_name,
        due_at=now + timedelta(minutes=step.minutes),
        note=holder.note,
        phone=step.phone,
    )


@dataclass(frozen=True, slots=True)
class Ordered:
    """One thing a leader wants done: what, by whom, until when."""

    title: str
    agency_code: str
    post: str
    due_at: datetime | None


def instruct(
    incident_id: UUID,
    text: str,
    leader: str,
    ordered: Sequence[Ordered],
    uow: UnitOfWork,
    *,
    given_at: datetime | None = None,
) -> tuple[Instruction, list[Task]]:
    """Keep a leader's instruction word for word and issue its tasks; without any, the whole of it is one task.

    Raises NotFound; Conflict when the incident is closed; InvalidInput for what cannot be used.
    """
    incident = incidents.incident(uow.session, uow.actor, incident_id, lock=True)
    if incident.state != "open":
        raise Conflict(CLOSED_INSTRUCTION)
    _check_words(text)
    wanted = _ordered_tasks(text, ordered, uow)
    row = Instruction(
        id=new_id(),
        lane_id=uow.own_lane,
        incident_id=incident.id,
        text=text,
        leader=leader or uow.actor.name,
        agency_code=uow.actor.agency_code,
        agency_name=uow.actor.agency_name,
        given_at=min(given_at or uow.now, uow.now),
        entered_at=uow.now,
        entered_by=uow.actor.name,
    )
    uow.session.add(row)
    uow.session.flush()
    audit.record(
        uow,
        "instruction.given",
        province_code=incident.province_code,
        incident_id=incident.id,
        payload={
            "number": incident.number,
            "leader": row.leader,
            "text": text,
            "at": row.given_at.isoformat(),
            "tasks": len(wanted),
        },
    )
    issued = tasks.issue(Source("instruction", row.id, incident.id), incident, wanted, uow)
    touch(incident, uow)
    calls.ring(issued, incident.place_name, uow)
    return row, issued


def _check_words(text: str) -> None:
    if not text.strip():
        raise invalid(text=NO_WORDS)
    if len(text) > LONGEST_INSTRUCTION:
        raise invalid(text=LONG_WORDS)


def _ordered_tasks(text: str, ordered: Sequence[Ordered], uow: UnitOfWork) -> list[Wanted]:
    rows = ordered or [Ordered(_short(text), uow.actor.agency_code, "值班员", None)]
    errors: dict[str, Text] = {}
    wanted = []
    for n, one in enumerate(rows):
        office = directory.office(uow.session, one.agency_code)
        if not one.title.strip():
            errors[f"tasks.{n}.title"] = NO_TITLE
        if office is None:
            errors[f"tasks.{n}.holder"] = NO_OFFICE
            continue
        if one.due_at is not None and one.due_at <= uow.now:
            errors[f"tasks.{n}.due_at"] = PAST_LIMIT
        name = Text(office.name, office.name_en)
        wanted.append(
            Wanted(Text(one.title, one.title), text, one.post, office.code, name, due_at=one.due_at)
        )
    if errors:
        raise InvalidInput(next(iter(errors.values())), errors=errors)
    return wanted


def _short(text: str) -> str:
    first = text.strip().splitlines()[0]
    return first if len(first) <= SHORT else f"{first[: SHORT - 1]}…"
