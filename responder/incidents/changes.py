"""A later report as it is read, and what it changes: figures that may fall and those that may not."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from responder.core.errors import InvalidInput, Text, invalid
from responder.core.uow import UnitOfWork
from responder.incidents import rule_sets
from responder.incidents.models import Incident
from responder.incidents.rules import Reader

FALLING = Text(
    "这个数字比上一版小。数字下调请选“更正”，并写明原因。",
    "This is lower than the last version. Choose “correction” for a lower figure and say why.",
)
NO_REASON = Text("请写明更正的原因。", "Say why the figure is corrected.")
NOTHING_NEW = Text(
    "没有任何变化。请填写变化的数字或一句进展。", "Nothing changed. Give a new figure or one sentence."
)
COUNTED = ("deaths", "missing", "serious_injuries", "acute_poisonings", "direct_loss_yuan")


@dataclass(frozen=True)
class Change:
    """A later report as read from a form or a request."""

    kind: str
    facts: Mapping[str, int | None]
    learned_at: datetime
    changed_at: datetime | None
    summary: str
    measures: str
    reason: str
    unit: str | None
    accident_type: str | None
    source: Mapping[str, str]
    special: tuple[str, ...] = ()  # circumstances that have come to be known; none is taken back


def read_change(raw: Mapping[str, Any], now: datetime) -> Change:
    """Return the later report that the fields describe; raise InvalidInput for each that cannot be used."""
    reader = Reader(raw, now)
    kind = reader.text("kind") or "follow_up"
    if kind not in {"follow_up", "supplement", "correction", "final"}:
        reader.refuse("kind", Text("没有这种报告。", "There is no such kind of report."))
    facts, special = reader.facts()
    change = Change(
        kind=kind,
        facts=facts,
        learned_at=reader.instant("at") or reader.instant("learned_at") or now,
        changed_at=reader.instant("changed_at"),
        summary=reader.text("summary", 20_000),
        measures=reader.text("measures", 20_000),
        reason=reader.text("reason"),
        unit=reader.text("unit") or None,
        accident_type=reader.text("accident_type") or None,
        source=reader.source(),
        special=special,
    )
    if reader.errors:
        raise InvalidInput(next(iter(reader.errors.values())), errors=reader.errors)
    return change


def between(incident: Incident, change: Change) -> dict[str, list[Any]]:
    """Return what the report changes, each figure before and after; raise InvalidInput for what cannot be."""
    changes: dict[str, list[Any]] = {
        name: [incident.facts.get(name), after]
        for name, after in change.facts.items()
        if incident.facts.get(name) != after
    }
    known = incident.facts.get("special") or []
    if fresh := [flag for flag in change.special if flag not in known]:
        changes["special"] = [known, [*known, *fresh]]
    errors = falling(incident, change)
    if change.kind == "correction" and not change.reason:
        errors["reason"] = NO_REASON
    if errors:
        raise InvalidInput(next(iter(errors.values())), errors=errors)
    if not changes and not (change.summary or change.measures or change.unit or change.accident_type):
        raise invalid(summary=NOTHING_NEW)
    return changes


def falling(incident: Incident, change: Change) -> dict[str, Text]:
    """Return a sentence for each figure that falls without a correction."""
    errors: dict[str, Text] = {}
    for name, after in change.facts.items():
        before = incident.facts.get(name)
        falls = before is not None and (after is None or after < before)
        # The missing may be found and the trapped brought out; the dead do not come back without an error.
        if falls and name in COUNTED and name != "missing" and change.kind != "correction":
            errors[f"facts.{name}"] = FALLING
    return errors


def check_flags(special: tuple[str, ...], uow: UnitOfWork) -> None:
    """Raise InvalidInput for a special circumstance that no rule set knows."""
    if special and (strange := sorted(set(special) - rule_sets.live(uow.session).flags)):
        flag = strange[0]
        raise invalid(
            **{
                "facts.special": Text(
                    f"没有这种特殊情形：{flag}。", f"There is no such circumstance: {flag}."
                )
            }
        )
