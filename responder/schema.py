"""The schema of the database: bring it up to date, compare it with the models, check what must hold."""

import tempfile

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection, func, insert, select, text

from responder.core.db import Base, make_engine
from responder.core.lanes import REAL_LANE, Lane
from responder.core.uow import Database
from responder.models import load_models
from responder.revision import MIGRATIONS, is_current


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config


def upgrade(database: Database) -> str:
    """Bring the schema to the newest migration and lay the real lane; return what was done."""
    load_models()
    with database.engine.begin() as connection:
        command.upgrade(_config(connection), "head")
        if connection.scalar(select(Lane.id).where(Lane.id == REAL_LANE)) is None:
            connection.execute(
                insert(Lane).values(id=REAL_LANE, kind="real", title="现实", opened_at=database.clock.now())
            )
        current = MigrationContext.configure(connection).get_current_revision()
    prepare = getattr(database.jobs, "prepare", None)
    if prepare is not None:
        prepare(database.engine)
    return f"schema is at {current}"


def differences() -> list[str]:
    """Return where a database made by the migrations differs from the models."""
    load_models()
    with tempfile.TemporaryDirectory() as folder:
        engine = make_engine(f"sqlite:///{folder}/check.db")
        with engine.begin() as connection:
            command.upgrade(_config(connection), "head")
        with engine.connect() as connection:
            found = compare_metadata(MigrationContext.configure(connection), Base.metadata)
        engine.dispose()
    return [str(difference) for difference in found]


def faults(database: Database) -> list[str]:
    """Return what must hold in the database and does not."""
    with database.engine.connect() as connection:
        if not is_current(connection):
            return ["the schema is not at this release's migration: run `responder db upgrade`"]
        wrong = []
        if connection.scalar(select(func.count()).select_from(Lane).where(Lane.id == REAL_LANE)) != 1:
            wrong.append("the real lane is missing: run `responder db upgrade`")
        orphans = connection.scalar(
            text(
                "SELECT count(*) FROM incident i WHERE NOT EXISTS (SELECT 1 FROM report r WHERE r.incident_id = i.id)"
            )
        )
        if orphans:
            wrong.append(f"{orphans} incidents have no report")
        ahead = connection.scalar(
            text(
                "SELECT count(*) FROM incident i WHERE i.version <> "
                "(SELECT max(version) FROM report r WHERE r.incident_id = i.id)"
            )
        )
        if ahead:
            wrong.append(f"{ahead} incidents do not stand at their latest report")
        return wrong
