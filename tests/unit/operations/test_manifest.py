"""What a backup says of itself."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from responder.operations.contents import Contents
from responder.operations.manifest import Manifest, Unusable, key_mark, manifest_path, read_manifest

HELD = Contents({"incident": 3, "audit_entry": 7}, {"220000": (7, "ab" * 32)}, "0001")
MADE_AT = datetime(2026, 11, 21, 6, 0, tzinfo=UTC)


def test_a_manifest_is_read_as_it_was_written(tmp_path: Path) -> None:
    backup = tmp_path / "saved.db"
    said = Manifest(MADE_AT, "sqlite", HELD, "cd" * 32, key_mark("one"), demo=True)
    manifest_path(backup).write_text(said.text(), encoding="utf-8")
    assert read_manifest(backup) == said


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (None, "is missing"),
        ("{", "cannot be read"),
        ("{}", "cannot be read"),
        ('{"format": 2}', "later release"),
    ],
)
def test_a_manifest_that_is_none_is_refused_with_what_to_do(
    tmp_path: Path, text: str | None, words: str
) -> None:
    backup = tmp_path / "saved.db"
    if text is not None:
        manifest_path(backup).write_text(text, encoding="utf-8")
    with pytest.raises(Unusable, match=words):
        read_manifest(backup)


def test_the_mark_of_a_key_tells_keys_apart_and_does_not_hold_them() -> None:
    assert key_mark("one") == key_mark("one") != key_mark("two")
    assert "one" not in key_mark("one")


@pytest.mark.parametrize(
    ("copy", "words"),
    [
        (Contents({"incident": 2, "audit_entry": 7}, HELD.chains, "0001"), "table incident: 3 rows"),
        (Contents({"audit_entry": 7}, HELD.chains, "0001"), "absent in the copy"),
        (Contents(HELD.rows, {"220000": (6, "ef" * 32)}, "0001"), "audit chain 220000"),
        (Contents(HELD.rows, HELD.chains, "0002"), "the schema is 0002"),
    ],
)
def test_a_copy_that_differs_is_told_from_its_original(copy: Contents, words: str) -> None:
    assert any(words in difference for difference in HELD.differences(copy))
    assert HELD.differences(HELD) == []
