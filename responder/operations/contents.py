"""What a database holds: rows of each table, the heads of its audit chains, its schema."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Engine, String, column, func, inspect, select, table
from sqlalchemy.orm import Session

from responder.core.db import WRITE_OPTION
from responder.core.lanes import LANE_KEY
from responder.foundation.audit import queries as audit
from responder.foundation.audit.models import AuditHead


@dataclass(frozen=True, slots=True)
class Contents:
    """Rows of each table, and the number and hash at which each audit chain stands."""

    rows: Mapping[str, int]
    chains: Mapping[str, tuple[int, str]]
    revision: str

    @property
    def total_rows(self) -> int:
        """All rows of all tables."""
        return sum(self.rows.values())

    @property
    def total_entries(self) -> int:
        """All entries of all audit chains."""
        return sum(seq for seq, _ in self.chains.values())

    def differences(self, copy: "Contents") -> list[str]:
        """Return in words where *copy* does not hold what this holds."""
        found = []
        for name in sorted({*self.rows, *copy.rows}):
            here, there = self.rows.get(name), copy.rows.get(name)
            if here != there:
                found.append(f"table {name}: {_said(here)} in the original, {_said(there)} in the copy")
        for chain in sorted({*self.chains, *copy.chains}):
            if self.chains.get(chain) != copy.chains.get(chain):
                found.append(f"audit chain {chain} does not end where the original ends")
        if self.revision != copy.revision:
            found.append(
                f"the schema is {copy.revision or 'unknown'} instead of {self.revision or 'unknown'}"
            )
        return found


def _said(rows: int | None) -> str:
    return "absent" if rows is None else f"{rows} rows"


@contextmanager
def snapshot(engine: Engine) -> Iterator[Session]:
    """Yield a session that sees one moment of the database, in all lanes, while others go on writing."""
    options: dict[str, object] = {WRITE_OPTION: False}
    if engine.dialect.name == "postgresql":
        options["isolation_level"] = "REPEATABLE READ"
    with engine.connect().execution_options(**options) as connection:
        session = Session(connection, info={LANE_KEY: None})
        yield session
        session.rollback()


def tables(session: Session) -> list[str]:
    """Return the names of all tables, those of the queue and of the migrations included."""
    return sorted(inspect(session.connection()).get_table_names())


def read(session: Session) -> Contents:
    """Return what the database of *session* holds at its moment."""
    names = tables(session)
    rows = {name: session.scalar(select(func.count()).select_from(table(name))) or 0 for name in names}
    chains: dict[str, tuple[int, str]] = {}
    if "audit_head" in rows:
        heads = session.execute(select(AuditHead.chain, AuditHead.seq, AuditHead.hash))
        chains = {chain: (seq, said) for chain, seq, said in heads}
    revision = ""
    if "alembic_version" in rows:
        version = column("version_num", String)
        revision = session.scalar(select(version).select_from(table("alembic_version"))) or ""
    return Contents(rows, chains, revision)


def broken_chains(session: Session) -> list[str]:
    """Recompute every audit chain and return in words which does not hold."""
    return [
        f"audit chain {check.chain}, entry {check.broken.seq}: {check.broken.why}"
        for check in audit.verify(session)
        if check.broken is not None
    ]
