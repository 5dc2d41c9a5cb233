"""The rule sets in force here: those shipped, and later ones that an administrator has loaded from TOML."""

import hashlib
import tomllib
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from responder.core.errors import Conflict, InvalidInput, Text
from responder.core.uow import UnitOfWork
from responder.foundation.audit import services as audit
from responder.foundation.audit import words as audit_words
from responder.foundation.directory import cache
from responder.foundation.directory.services import TableReport, register_loader
from responder.incidents.rule_set_models import RuleSetText
from responder.law.registry import RuleSets, shipped
from responder.law.toml_rows import RuleSetError

TABLES_OF_A_SET = {"inherits", "source", "band", "arrow", "line", "terminal"}


def live(session: Session) -> RuleSets:
    """Return the shipped sets and those loaded here, the latter in the order of loading."""
    return cache.remember(session, "rule_sets", lambda: _read(session))


def _read(session: Session) -> RuleSets:
    found = shipped()
    for text in session.scalars(select(RuleSetText.text).order_by(RuleSetText.position)):
        found = found.with_added(text)
    return found


def recognises(path: Path) -> bool:
    """Return whether *path* is a TOML file that describes a rule set."""
    if path.suffix.lower() != ".toml":
        return False
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        return False
    return isinstance(document.get("id"), str) and bool(TABLES_OF_A_SET & set(document))


def load_file(uow: UnitOfWork, path: Path) -> TableReport:
    """Add the rule set of a TOML file; the same text again changes nothing.

    Raises Conflict for another text under the id of a set that is here already, InvalidInput for one that cannot be
    read, naming the row.
    """
    return load_text(uow, path.read_text(encoding="utf-8"), path.name)


def load_text(uow: UnitOfWork, text: str, name: str) -> TableReport:
    """Add the rule set of a TOML text, called *name* in what is said about it."""
    uow.session.flush()
    loaded = list(uow.session.scalars(select(RuleSetText).order_by(RuleSetText.position)))
    digest = hashlib.sha256(text.encode()).hexdigest()
    known = next((row for row in loaded if row.sha256 == digest), None)
    if known is not None:
        return TableReport("rule_set_text", unchanged=1)
    sets = _read(uow.session)
    _refuse_known(str(tomllib.loads(text)["id"]), sets)
    try:
        added = list(sets.with_added(text).values())[-1]
    except RuleSetError as why:
        raise InvalidInput(Text(f"{name} 读不懂：{why}", f"{name} cannot be used: {why}")) from None
    valid_from = added.valid_from.isoformat() if added.valid_from else ""
    uow.session.add(
        RuleSetText(
            id=added.id,
            position=max((row.position for row in loaded), default=0) + 1,
            title_zh=added.title_zh,
            title_en=added.title_en,
            valid_from=valid_from,
            text=text,
            sha256=digest,
            loaded_at=uow.now,
            loaded_by=uow.actor.name or uow.actor.login,
        )
    )
    audit.record(
        uow,
        "rule_set.loaded",
        province_code="000000",
        payload={"id": added.id, "title": added.title_zh, "valid_from": valid_from, "sha256": digest},
    )
    uow.session.flush()
    # The version of the directory stands for all reference data held in memory.
    cache.new_version(uow.session, uow.now)
    return TableReport("rule_set_text", added=1)


def _refuse_known(set_id: str, sets: RuleSets) -> None:
    if set_id in sets:
        raise Conflict(
            Text(
                f"规则集 {set_id} 已在使用，不能改动；请给改后的规则集一个新编号。",
                f"Rule set {set_id} is in use and is never edited; give the changed one an id of its own.",
            )
        )


register_loader(recognises, load_file)
audit_words.register(
    {
        "rule_set.loaded": Text(
            "装入规则集 {id}（{title}），{valid_from} 起施行",
            "loaded rule set {id}, in force from {valid_from}",
        )
    }
)
