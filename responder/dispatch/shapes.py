"""JSON shapes of forces, commands and orders, as INTERFACES names them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from responder.core.errors import Text
from responder.core.uow import UnitOfWork
from responder.dispatch import capabilities, queries, register, rules
from responder.dispatch.models import DispatchOrder, HeldForce, IncidentCommand, OrderStep, RescueForce
from responder.dispatch.queries import Holder
from responder.dispatch.ranking import Explained, Standing
from responder.foundation.web.api import iso
from responder.foundation.web.context import current_locale


def said(text: Text) -> str:
    """Return *text* in the language of the request."""
    return text.in_(current_locale())


def feature(force: RescueForce) -> dict[str, Any]:
    """Return one force as a GeoJSON feature."""
    return {
        "type": "Feature",
        "id": force.code,
        "geometry": {"type": "Point", "coordinates": [force.lon, force.lat]},
        "properties": {
            "name": force.name,
            "name_en": force.name_en,
            "kind": force.kind,
            "level": force.level,
            "state": force.build_state,
            "placeholder": force.is_placeholder,
            "orderable": register.is_orderable(force),
            "partner": force.is_partner,
            "demo": force.is_demo,
            "owner": force.owner,
            "agency": force.agency_code,
            "province": force.province_code,
            "city": force.city_code,
            "address": force.address,
            "precision": force.precision,
            "source": force.source or None,
            "confidence": force.confidence,
            "capabilities": sorted(force.capabilities),
            "proved": force.capabilities,
            "equipment": force.equipment,
            "people": force.people,
            "squads": force.squads,
            "squads_on_duty": force.squads_on_duty,
            "vehicles": force.vehicles,
            "readiness": force.readiness,
            "reported_at": iso(force.reported_at),
        },
    }


def with_standing(
    body: dict[str, Any], standing: Standing, explained: Explained, authority: rules.Authority | None
) -> dict[str, Any]:
    """Add to a feature how the force stands in a ranking."""
    arrival = explained.arrival
    body["properties"] |= {
        "distance_km": round(standing.distance_km, 1) if standing.distance_km is not None else None,
        "eta_minutes": arrival.usual if arrival else None,
        "eta_range": [arrival.low, arrival.high] if arrival else None,
        "eta_basis": said(arrival.basis) if arrival else None,
        "fit": standing.fit,
        "reasons": [said(text) for text in (*explained.reasons, *explained.doubts)]
        or [said(explained.state)],
        "doubts": [said(text) for text in explained.doubts],
        "readiness_words": said(explained.state),
        "readiness_fresh": explained.is_fresh,
        "warning": said(explained.warning) if explained.warning else None,
        "not_orderable": said(explained.never) if explained.never else None,
        "kind_of_order": authority.kind if authority else None,
        "via": authority.via if authority else None,
    }
    return body


def collection(features: Sequence[dict[str, Any]], uow: UnitOfWork) -> dict[str, Any]:
    """Return the FeatureCollection with the totals that the plan names beside those of the register."""
    plan, counts = capabilities.plan(), queries.national_totals(uow.session)
    national = {kind: counts.get(kind, 0) for kind in plan.counts}
    return {
        "type": "FeatureCollection",
        "features": list(features),
        "totals": {
            "national": sum(national.values()),
            "by_kind": national,
            "plan": {"national": plan.total, "by_kind": dict(plan.counts), "source": said(plan.source)},
            "agrees": national == dict(plan.counts),
            "orderable": queries.national_orderable(uow.session),
            "held": len(queries.held(uow.session)),
        },
    }


def base_row(standing: Standing, explained: Explained, authority: rules.Authority | None) -> dict[str, Any]:
    """Return a ranked force as a member of an incident's `bases`."""
    force, arrival = standing.force, explained.arrival
    return {
        "id": force.code,
        "name": force.name.zh,
        "name_en": force.name.en,
        "kind": force.kind,
        "level": force.level,
        "state": force.build_state,
        "demo": force.is_demo,
        "distance_km": round(standing.distance_km, 1) if standing.distance_km is not None else None,
        "eta_minutes": arrival.usual if arrival else None,
        "fit": standing.fit,
        "reasons": [said(text) for text in (*explained.reasons, *explained.doubts)],
        "kind_of_order": authority.kind if authority else None,
    }


def holder_shape(holder: Holder) -> dict[str, Any]:
    """Return who commands."""
    return {
        "agency": holder.agency_code,
        "agency_name": holder.name.zh,
        "agency_name_en": holder.name.en,
        "holder": holder.holder_name or None,
        "since": iso(holder.since),
        "how": holder.how,
        "rule": said(rules.COMMAND_RULE) if holder.how == "rule" else None,
        "source": said(rules.COMMAND_SOURCE),
    }


def command_shape(row: IncidentCommand) -> dict[str, Any]:
    """Return one row of the history of a command."""
    return {
        "id": str(row.id),
        "agency": row.agency_code,
        "agency_name": row.agency_name,
        "agency_name_en": row.agency_name_en,
        "holder": row.holder_name or None,
        "how": row.how,
        "note": row.note,
        "taken_at": iso(row.taken_at),
        "former": row.former_code,
        "former_name": row.former_name,
        "former_holder": row.former_holder or None,
        "told": row.told_code,
        "told_seen_at": iso(row.told_seen_at),
        "ended_at": iso(row.ended_at),
    }


def order_shape(
    order: DispatchOrder, now: datetime, steps: Sequence[OrderStep] = (), force: RescueForce | None = None
) -> dict[str, Any]:
    """Return an order or request."""
    return {
        "id": str(order.id),
        "incident": str(order.incident_id),
        "kind": order.kind,
        "number": order.number,
        "state": order.state,
        "state_word": said(rules.state_word(order.kind, order.state)),
        "base": order.force_code,
        "base_name": order.force_name,
        "base_name_en": order.force_name_en,
        "owner": order.owner,
        "agency": order.agency_code,
        "agency_name": order.agency_name,
        "issued_by": order.issued_by,
        "commander": order.commander_code,
        "via": order.via_code,
        "via_name": order.via_name,
        "task": order.task,
        "reason": order.reason,
        "warning": order.warning,
        "distance_km": order.distance_km,
        "eta_minutes": order.eta_minutes,
        "issued_at": iso(order.issued_at),
        "noted_at": iso(order.noted_at),
        "accept_by": iso(order.accept_by),
        "accept_within_minutes": round((order.accept_by - order.issued_at).total_seconds() / 60),
        "accepted_at": iso(order.accepted_at),
        "departed_at": iso(order.departed_at),
        "arrived_at": iso(order.arrived_at),
        "released_at": iso(order.ended_at) if order.state == "released" else None,
        "ended_at": iso(order.ended_at),
        "unanswered": order.state == "issued" and now > order.accept_by,
        "needs_confirmation": order.needs_confirmation,
        "flags": flags(order, now, force),
        "steps": [step_shape(step) for step in steps],
    }


def step_shape(step: OrderStep) -> dict[str, Any]:
    """Return one step of an order."""
    return {
        "step": step.step,
        "at": iso(step.at),
        "noted_at": iso(step.noted_at),
        "by": step.by,
        "agency": step.agency_code,
        "method": step.method,
        "note": step.note,
    }


def flags(order: DispatchOrder, now: datetime, force: RescueForce | None) -> list[str]:
    """Return what is wrong with a live order."""
    found = []
    if order.ended_at is None and force is not None and not register.is_orderable(force):
        found.append("base_closed")
    if order.state == "issued" and now > order.accept_by:
        found.append("unanswered")
    if order.needs_confirmation:
        found.append("needs_confirmation")
    return found


def held_shape(row: HeldForce) -> dict[str, Any]:
    """Return a base that waits for an administrator."""
    return {
        "id": str(row.id),
        "base": row.code,
        "name": row.name,
        "kind": row.kind,
        "reason": said(Text(row.reason_zh, row.reason_en)),
        "held_at": iso(row.held_at),
    }
