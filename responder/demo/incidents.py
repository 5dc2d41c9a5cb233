"""Three live incidents, told through the real services at their own moments before the first load.

A near-miss in a coal mine whose next report is overdue, a chlorine leak that waits for a rescue base, and a road
tanker accident in follow-up.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any
from uuid import UUID

from duty_roster.queries import officers_on_shift
from responder.core.actor import Actor, Area, Role
from responder.core.clock import FixedClock
from responder.core.ids import new_id
from responder.core.uow import Database, UnitOfWork
from responder.foundation.directory.queries import agency
from responder.incidents.changes import read_change
from responder.incidents.places import DirectoryPlaces
from responder.incidents.rules import read_intake
from responder.incidents.services import add_report, log_incident
from responder.reporting import queries as reporting
from responder.reporting import services as chain
from responder.reporting.models import ReportLeg

ANSWERED = "值班人员"  # who answers in an office of which no person is known


@dataclass(frozen=True, slots=True)
class Step:
    """Something an office does so many minutes before the load."""

    minutes: int
    office: str
    act: Callable[[UnitOfWork, "Story"], None]


@dataclass
class Story:
    """One incident and what its offices do about it."""

    steps: Sequence[Step]
    incident_id: UUID | None = None

    def known(self) -> UUID:
        """Return the incident; raise RuntimeError before it is logged."""
        if self.incident_id is None:
            raise RuntimeError("the story does not begin with its incident")
        return self.incident_id


def tell(database: Database) -> int:
    """Enter the three incidents and return how many; every step runs in the order of time."""
    now = database.clock.now()
    stories = tuple(Story(steps) for steps in (_near_miss(now), _chlorine_leak(now), _tanker(now)))
    steps = sorted(((step, story) for story in stories for step in story.steps), key=lambda s: -s[0].minutes)
    for step, story in steps:
        clock = FixedClock(now - timedelta(minutes=step.minutes))
        then = Database(database.engine, clock, database.jobs, database.reactions)
        with then.unit_of_work() as uow:
            uow.actor = _on_duty(uow, step.office)
            step.act(uow, story)
    return len(stories)


def _on_duty(uow: UnitOfWork, code: str) -> Actor:
    """Return who sits at the desk of an office at that moment."""
    office = agency(uow.session, code)
    if office is None:
        raise RuntimeError(f"the demo's office {code} is not in the directory")
    desk = officers_on_shift(uow.session, code, uow.now)
    person_id, name = (desk[0].person_id, desk[0].name) if desk else (None, ANSWERED)
    area = Area(office.level, office.jurisdiction_code)
    return Actor(
        new_id(),
        person_id,
        f"{code}.duty",
        name,
        Role.DUTY_OFFICER,
        code,
        office.name,
        area,
        line=office.body,
    )


def _log(raw: Mapping[str, Any]) -> Callable[[UnitOfWork, Story], None]:
    def act(uow: UnitOfWork, story: Story) -> None:
        places = DirectoryPlaces(uow.session, uow.actor.area.code, uow.now)
        story.incident_id = log_incident(read_intake(raw, uow.now, places), uow)

    return act


def _report(raw: Mapping[str, Any]) -> Callable[[UnitOfWork, Story], None]:
    def act(uow: UnitOfWork, story: Story) -> None:
        add_report(story.known(), read_change(raw, uow.now), uow)

    return act


def _legs(uow: UnitOfWork, story: Story, fits: Callable[[ReportLeg], bool]) -> Iterator[ReportLeg]:
    """Yield the legs that *fits* accepts, each read anew: closing one may close others."""
    for copy in reporting.legs(uow.session, story.known()):
        leg = uow.session.get_one(ReportLeg, copy.id, populate_existing=True)
        if leg.acknowledged_at is None and fits(leg):
            yield leg


def _sign(uow: UnitOfWork, story: Story) -> None:
    """Acknowledge what was sent to the actor's office."""
    own = uow.actor.agency_code
    for leg in _legs(uow, story, lambda leg: leg.receiver_code == own and leg.state == "sent"):
        chain.acknowledge_leg(leg.id, "web", None, "", uow)
        uow.session.flush()


def _send_on(uow: UnitOfWork, story: Story) -> None:
    """Send what the actor's office owes: to duty rooms by this system, between other offices on paper."""
    own, is_room = uow.actor.agency_code, uow.actor.line == "work_safety"

    def is_owed(leg: ReportLeg) -> bool:
        return leg.sender_code == own and leg.state == "open" and leg.receiver_rings is is_room

    for leg in _legs(uow, story, is_owed):
        chain.send_leg(leg.id, "web" if is_room else "paper", None, uow)
        uow.session.flush()


def _note_calls(most: int) -> Callable[[UnitOfWork, Story], None]:
    """Note telephone calls to offices without a duty room, *most* of them, with who answered."""

    def act(uow: UnitOfWork, story: Story) -> None:
        own = uow.actor.agency_code

        def is_owed(leg: ReportLeg) -> bool:
            # What a unit without an account owes is noted by the office that took its call.
            noted_here = leg.sender_code == own or (leg.sender == "unit" and not leg.sender_code)
            return noted_here and leg.state == "open" and not leg.receiver_rings

        owed = _legs(uow, story, is_owed)
        for leg in islice(owed, most):
            chain.acknowledge_leg(leg.id, "phone", None, ANSWERED, uow)
            uow.session.flush()

    return act


def _telephone(uow: UnitOfWork, story: Story) -> None:
    """Note what goes to duty rooms by telephone: the calls that the actor's office owes, and the unit's own to it."""
    own = uow.actor.agency_code

    def is_call(leg: ReportLeg) -> bool:
        by_us = leg.sender_code == own and leg.kind == "phone"
        to_us = leg.receiver_code == own and leg.sender == "unit"
        return leg.state == "open" and (by_us or to_us)

    for leg in _legs(uow, story, is_call):
        desk = officers_on_shift(uow.session, leg.receiver_code, uow.now)
        chain.acknowledge_leg(leg.id, "phone", None, desk[0].name if desk else ANSWERED, uow)
        uow.session.flush()


def _see(uow: UnitOfWork, story: Story) -> None:
    """Note that the actor's office has seen the later versions of the story's incident."""
    for notice in reporting.notices(uow.session, story.known()):
        if notice.agency_code == uow.actor.agency_code and notice.seen_at is None:
            chain.see_notice(notice.id, uow)


def _ago(now: datetime, minutes: int) -> str:
    return (now - timedelta(minutes=minutes)).isoformat()


def _near_miss(now: datetime) -> tuple[Step, ...]:
    county, city = "220605", "220600"
    first = {
        "jurisdiction": county,
        "place": "江源区湾沟镇",
        "unit": "湾沟二号煤矿（演示）",
        "sector": "coal_mine",
        "accident_type": "roof_fall",
        "occurred_at": _ago(now, 196),
        "unit_informed_at": _ago(now, 190),
        "facts": {"trapped": 5, "trapped_without_contact": 0, "at_risk": 21},
        "summary": "井下运输巷冒顶，5人被困于冒落区里侧，能通话，其余16人已升井，通风正常。",
        "measures": "矿救护队已下井，从两头清巷，压风管路供风。",
        "source": {"channel": "phone", "name": "矿调度室"},
    }
    later = {
        "kind": "follow_up",
        "facts": {"trapped": 3},
        "summary": "已救出2人，无伤；余3人能通话，预计两小时内打通。",
        "measures": "加派一组清巷，井口备救护车两辆。",
    }
    return (
        Step(175, county, _log(first)),
        Step(168, county, _note_calls(8)),
        Step(166, city, _sign),
        Step(150, city, _note_calls(4)),
        Step(58, county, _report(later)),
        Step(55, city, _see),
    )


def _chlorine_leak(now: datetime) -> tuple[Step, ...]:
    county, city, province = "220203", "220200", "220000"
    first = {
        "jurisdiction": county,
        "place": "龙潭区",
        "unit": "松江净水剂厂（演示）",
        "sector": "hazchem",
        "accident_type": "leak",
        "occurred_at": _ago(now, 88),
        "unit_informed_at": _ago(now, 86),
        "facts": {"acute_poisonings": 11, "under_observation": 34, "evacuated": 420},
        "summary": "液氯钢瓶阀门断裂，氯气向东南扩散，11人中毒送医，下风向居民转移。",
        "measures": "厂区断电停产，喷雾稀释，封控800米；厂内无堵漏器材。",
        "source": {"channel": "phone", "name": "厂安全科"},
    }
    later = {
        "kind": "follow_up",
        "facts": {"acute_poisonings": 13, "evacuated": 560},
        "summary": "泄漏未止。已请求危险化学品救援基地携堵漏器材增援，等待答复。",
        "measures": "下风向两所学校停课，监测点增至6处。",
    }
    return (
        Step(78, county, _log(first)),
        Step(76, county, _telephone),
        Step(74, county, _note_calls(12)),
        Step(72, "220203.industry", _send_on),
        Step(71, city, _sign),
        Step(69, "220200.industry", _sign),
        Step(67, "220200.industry", _send_on),
        Step(68, city, _telephone),
        Step(66, city, _send_on),
        Step(62, city, _note_calls(8)),
        Step(60, province, _telephone),
        Step(57, province, _sign),
        Step(55, "220000.industry", _sign),
        Step(40, province, _note_calls(2)),
        Step(24, county, _report(later)),
        Step(21, city, _see),
        Step(18, province, _see),
    )


def _tanker(now: datetime) -> tuple[Step, ...]:
    county, city = "220681", "220600"
    first = {
        "jurisdiction": county,
        "place": "临江市花山镇",
        "unit": "顺达油料运输车队（演示）",
        "sector": "road",
        "accident_type": "traffic",
        "occurred_at": _ago(now, 415),
        "facts": {"serious_injuries": 2},
        "summary": "柴油罐车转弯侧翻，与一辆轿车相碰，罐体渗漏，2人重伤，轿车内人员情况待查。",
        "measures": "双向断行，沙土围堰，消防到场。",
        "source": {"channel": "phone", "name": "过路司机"},
    }
    second = {
        "kind": "follow_up",
        "facts": {"deaths": 1},
        "summary": "轿车驾驶员死亡。罐体渗漏已止，开始倒罐。",
        "measures": "油污未入河，环保部门取样。",
    }
    third = {
        "kind": "follow_up",
        "facts": {"minor_injuries": 1},
        "summary": "倒罐完成，现场清理中，预计两小时后恢复单向通行。",
    }
    return (
        Step(398, county, _log(first)),
        Step(390, county, _note_calls(8)),
        Step(386, "220681.industry", _send_on),
        Step(384, city, _sign),
        Step(380, "220600.industry", _sign),
        Step(370, city, _note_calls(8)),
        Step(310, county, _report(second)),
        Step(300, county, _note_calls(8)),
        Step(296, city, _sign),
        Step(288, city, _note_calls(8)),
        Step(292, city, _see),
        Step(95, county, _report(third)),
        Step(90, city, _see),
    )
