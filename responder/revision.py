"""Which revision of the schema this release wants and which one a database has, without loading the migrations."""

from functools import cache
from pathlib import Path

from sqlalchemy import Connection, inspect, text

MIGRATIONS = Path(__file__).parent / "migrations"
NUMBER = 4  # digits: a migration's file begins with its revision, and they are numbered through


@cache
def newest() -> str:
    """Return the newest revision of this release."""
    return max(path.name[:NUMBER] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))


def is_current(connection: Connection) -> bool:
    """Return whether the database stands at the newest revision."""
    if not inspect(connection).has_table("alembic_version"):
        return False
    return bool(connection.scalar(text("SELECT version_num FROM alembic_version")) == newest())
