"""The worker's part: claim what is due, hand it over with no session open, record what came of it."""

import secrets
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from responder.core.errors import Text
from responder.core.ids import DeliveryId, PersonId, new_id
from responder.core.jobs.port import Finish
from responder.core.lanes import REAL_LANE
from responder.core.uow import Database, UnitOfWork
from responder.foundation.messaging import rules, services
from responder.foundation.messaging.addresses import Address, AddressBook
from responder.foundation.messaging.channels import (
    Accepted,
    Outcome,
    Outgoing,
    Provider,
    Refused,
    Wanted,
)
from responder.foundation.messaging.models import Delivery
from responder.foundation.messaging.posting import DELIVER, DELIVER_MASS
from responder.foundation.messaging.rules import Step

MASS_AT_ONCE = 40
MASS_TURN = timedelta(seconds=6)  # then others have their turn
SWEEP_GRACE = timedelta(seconds=15)
SWEEP_LIMIT = 500


@dataclass(frozen=True, slots=True)
class Claim:
    """What one look at the outbox has to do outside the database."""

    step: Step
    message: Outgoing
    sid: str | None = None


@dataclass
class Sender:
    """Carries the outbox to its providers; `providers` names one for each channel that has one."""

    providers: Mapping[str, Provider]
    addresses: AddressBook
    wanted: Wanted = field(default_factory=dict)
    parallel: int = 8

    def deliver(self, database: Database, key: str, finish: Finish) -> None:
        """Handle a job of kind `deliver`: *key* is a delivery's id, with the count of looks behind a colon."""
        with database.unit_of_work(lane=None) as uow:
            claim = self._claim(uow, DeliveryId(UUID(key.partition(":")[0])))
            if claim is None:
                finish(uow.session)
        if claim is not None:
            self._carry_out(database, claim, finish)

    def deliver_mass(self, database: Database, _key: str, _finish: Finish) -> None:
        """Handle a job of kind `deliver_mass`: send what is due in batches, and give way to alarms in between."""
        began = database.clock.now()
        with ThreadPoolExecutor(self.parallel) as pool:
            while claims := self._claim_mass(database):
                outcomes = list(pool.map(lambda claim: self._send(claim.message), claims))
                with database.unit_of_work(lane=None) as uow:
                    for claim, outcome in zip(claims, outcomes, strict=True):
                        self._record(uow, claim.message.delivery_id, outcome)
                if database.clock.now() - began >= MASS_TURN:
                    with database.unit_of_work(lane=None) as uow:
                        uow.jobs.enqueue(uow.session, DELIVER_MASS, str(new_id()), uow.now)
                    return

    def sweep(self, database: Database) -> int:
        """Give every due delivery a job again, should it have lost its own; return how many were due."""
        with database.unit_of_work(lane=None, write=False) as uow:
            overdue = select(Delivery.id).where(Delivery.due_at <= uow.now - SWEEP_GRACE).limit(1)
            if uow.session.scalar(overdue) is None:
                return 0
        with database.unit_of_work(lane=None) as uow:
            rows = uow.session.execute(
                select(Delivery.id, Delivery.looks, Delivery.is_mass)
                .where(Delivery.due_at <= uow.now - SWEEP_GRACE)
                .order_by(Delivery.due_at)
                .limit(SWEEP_LIMIT)
            ).all()
            for row in rows:
                if not row.is_mass:
                    uow.jobs.enqueue(uow.session, DELIVER, f"{row.id}:{row.looks}", uow.now)
            if any(row.is_mass for row in rows):
                uow.jobs.enqueue(uow.session, DELIVER_MASS, "sweep", uow.now)
        return len(rows)

    def _claim(self, uow: UnitOfWork, delivery_id: DeliveryId) -> Claim | None:
        row = uow.session.scalar(
            select(Delivery).where(Delivery.id == delivery_id).with_for_update(skip_locked=True)
        )
        if row is None:
            return None
        match rules.next_step(row.state, row.due_at, row.leased_until, uow.now):
            case Step.WAIT:
                services.schedule(uow, row, row.leased_until or uow.now)
                return None
            case Step.SEND:
                return self._ready(uow, row, [row, *_riders(uow, row)])
            case Step.TAKE_OVER:
                return self._again(uow, row, Step.TAKE_OVER)
            case Step.ASK_RECEIPT:
                if self._unwanted(uow, row) is not None or row.answered_at is not None:
                    row.due_at = None
                    return None
                return self._again(uow, row, Step.ASK_RECEIPT)
            case _:
                return None

    def _claim_mass(self, database: Database) -> list[Claim]:
        with database.unit_of_work(lane=None) as uow:
            due = (
                select(Delivery)
                .where(Delivery.due_at <= uow.now, Delivery.is_mass)
                .order_by(Delivery.due_at)
                .limit(MASS_AT_ONCE)
                .with_for_update(skip_locked=True)
            )
            rows = uow.session.scalars(due).all()
            claims = []
            for row in rows:
                if row.state == "pending":
                    claim = self._ready(uow, row, [row])
                    claims += [claim] if claim else []
                else:
                    # A lost or silent one is looked after one by one, behind those that have not left at all.
                    row.looks += 1
                    row.due_at = uow.now + rules.LEASE
                    uow.jobs.enqueue(uow.session, DELIVER, f"{row.id}:{row.looks}", row.due_at)
        return claims

    def _ready(self, uow: UnitOfWork, row: Delivery, bundle: list[Delivery]) -> Claim | None:
        """Write `sending` for all of *bundle* that may leave; None when nothing may."""
        leaving = [(each, address) for each in bundle if (address := self._may_leave(uow, each)) is not None]
        if not leaving:
            return None
        (first, address), riders = leaving[0], [rider for rider, _ in leaving[1:]]
        late = _late_seconds(uow, first)
        first.code = first.code or (f"{1000 + secrets.randbelow(9000)}" if first.channel == "sms" else None)
        first.text = rules.compose(
            exercise=first.lane_id != REAL_LANE,
            repeat=first.is_repeat,
            number=first.number,
            body=first.body,
            code=first.code,
            late_seconds=late,
            also=[rider.number for rider in riders],
            longest=rules.LONGEST.get(first.channel, rules.LONGEST_SMS),
        )
        for each in (first, *riders):
            each.state, each.sending_at, each.late_seconds = "sending", uow.now, late or None
            each.provider = self.providers[each.channel].name
        for rider in riders:
            rider.bundled_in, rider.text, rider.due_at = first.id, first.text, None
        return self._leased(uow, first, Step.SEND, address)

    def _again(self, uow: UnitOfWork, row: Delivery, step: Step) -> Claim | None:
        address = self._address(uow, row)
        if address is None:
            services.fail(uow, row, rules.NO_CONTACT, for_good=True)
            return None
        return self._leased(uow, row, step, address)

    def _leased(self, uow: UnitOfWork, row: Delivery, step: Step, address: Address) -> Claim:
        row.leased_until = row.due_at = uow.now + rules.LEASE
        message = Outgoing(row.id, row.channel, address.value, row.text or "", row.sending_at or uow.now)
        return Claim(step, message, row.provider_sid)

    def _may_leave(self, uow: UnitOfWork, row: Delivery) -> Address | None:
        """Return where *row* goes; None where it stays, which is recorded with the reason."""
        reason = self._unwanted(uow, row)
        if reason is None and row.answered_at is not None:
            reason = rules.ALREADY_SIGNED
        address = self._address(uow, row)
        if reason is None and address is None:
            reason = rules.NO_CONTACT
        if address is not None:
            row.address_masked, row.address_seal = address.masked, address.seal
        if reason is None and row.channel not in self.providers:
            reason = rules.NO_PROVIDER
        if reason is not None:
            services.not_sent(row, reason)
            return None
        return address

    def _unwanted(self, uow: UnitOfWork, row: Delivery) -> Text | None:
        if row.closed_at is not None:
            return rules.ALREADY_SIGNED
        ask = self.wanted.get(row.target_kind)
        return ask(uow.session, row.target_id) if ask else None

    def _address(self, uow: UnitOfWork, row: Delivery) -> Address | None:
        if row.channel == "im":
            # The settings hold the address of a group; the row knows it by its digest.
            group = row.address_seal or ""
            return Address(group, row.address_masked or "", group)
        person_id = PersonId(row.person_id) if row.person_id else None
        return self.addresses.find(uow.session, person_id, row.agency_code, row.channel)

    def _send(self, message: Outgoing) -> Outcome:
        return self.providers[message.channel].send(message)

    def _carry_out(self, database: Database, claim: Claim, finish: Finish) -> None:
        message, provider = claim.message, self.providers.get(claim.message.channel)
        if provider is None:
            outcome: Outcome = Refused(rules.NO_PROVIDER, for_good=True)
        elif claim.step is Step.SEND:
            outcome = provider.send(message)
        elif claim.step is Step.TAKE_OVER:
            found = provider.find(message)
            outcome = found if isinstance(found, Accepted) else Refused(rules.LEFT_UNKNOWN, for_good=False)
        else:
            seen = provider.look(message.channel, claim.sid or "")
            outcome = seen if isinstance(seen, Accepted) else Refused(rules.NO_RECEIPT, for_good=False)
        with database.unit_of_work(lane=None) as uow:
            if claim.step is Step.ASK_RECEIPT and isinstance(outcome, Accepted):
                self._heard(uow, message.delivery_id, outcome)
            else:
                self._record(uow, message.delivery_id, outcome)
            finish(uow.session)

    def _record(self, uow: UnitOfWork, delivery_id: DeliveryId, outcome: Outcome) -> None:
        rows = services.bundle(uow, delivery_id)
        if rows[0].state not in ("sending", "sent"):
            return  # a receipt or an answer was faster
        for row in rows:
            row.leased_until = None
            match outcome:
                case Accepted(sid, _):
                    row.state, row.provider_sid, row.sent_at = "sent", sid, row.sent_at or uow.now
                    row.due_at = None
                case Refused(reason, for_good):
                    services.fail(uow, row, reason, for_good=for_good)
                case _:
                    # Nobody knows whether it left: the row stays `sending`, and is taken over at once.
                    row.due_at = uow.now + rules.RETRY_AFTER if row is rows[0] else None
        first = rows[0]
        if isinstance(outcome, Accepted):
            services.schedule(uow, first, uow.now + rules.RECEIPT_AFTER)
            services.hear(uow, rows, outcome.sid, outcome.status)
        elif first.due_at is not None:
            services.schedule(uow, first, first.due_at)

    def _heard(self, uow: UnitOfWork, delivery_id: DeliveryId, seen: Accepted) -> None:
        """Take in what the provider answered when asked; it never heard of a receipt that is still to come."""
        rows = services.bundle(uow, delivery_id)
        first = rows[0]
        if first.provider_sid in (None, seen.sid):
            services.hear(uow, rows, seen.sid, seen.status)
        first.leased_until = None
        if first.state != "sent":
            return
        stuck = rules.RECEIPTS.get(seen.status, rules.Receipt("sent", 0)).rank < rules.LEFT_THE_PROVIDER
        if first.looks < rules.LOOKS_BEFORE_REPEAT:
            services.schedule(uow, first, uow.now + rules.RECEIPT_AFTER)
        elif stuck:
            for row in rows:
                services.fail(uow, row, rules.NO_RECEIPT)
        else:
            first.due_at = None  # the carrier has it and gives no receipts: ringing again would be no better


def _riders(uow: UnitOfWork, row: Delivery) -> Iterable[Delivery]:
    """Return what else is due to the same person on the same channel: it rides along, so that one thing rings."""
    if row.person_id is None:
        return ()
    others = select(Delivery).where(
        Delivery.person_id == row.person_id,
        Delivery.channel == row.channel,
        Delivery.lane_id == row.lane_id,
        Delivery.due_at <= uow.now,
        Delivery.state == "pending",
        Delivery.is_mass == row.is_mass,
        Delivery.is_repeat == row.is_repeat,
        Delivery.id != row.id,
    )
    return uow.session.scalars(others.order_by(Delivery.id).with_for_update(skip_locked=True)).all()


def _late_seconds(uow: UnitOfWork, row: Delivery) -> int:
    late = uow.now - row.wanted_at
    return int(late.total_seconds()) if late >= rules.LATE_FROM and not row.is_mass else 0
