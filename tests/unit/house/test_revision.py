"""The revision read from the names of the migrations is the one that the migrations themselves end in."""

from pathlib import Path

from alembic.script import ScriptDirectory

from responder import revision
from responder.core.db import make_engine


def test_the_newest_revision_is_the_head_of_the_migrations() -> None:
    assert ScriptDirectory(str(revision.MIGRATIONS)).get_heads() == [revision.newest()]


def test_an_empty_database_is_not_current(tmp_path: Path) -> None:
    engine = make_engine(f"sqlite:///{tmp_path / 'empty.db'}")
    with engine.connect() as connection:
        assert not revision.is_current(connection)
    engine.dispose()
