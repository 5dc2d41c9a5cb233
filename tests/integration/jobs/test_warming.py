"""What is made ready before the processes part: the first pages, without a trace, and the templates, kept."""

import logging
from pathlib import Path

import pytest
from flask import Flask
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import event

from responder.processes.compiled import compile_templates
from responder.processes.warming import warm
from tests.world import installation

ON_SQLITE = pytest.mark.parametrize("world_url", ["sqlite"], indirect=True)


@ON_SQLITE
def test_rehearsing_the_first_pages_writes_nothing_and_meets_no_fault(
    world_app: Flask, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    database = installation(world_app).database
    said: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        said.append(statement.split()[0].upper())

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        with caplog.at_level(logging.WARNING):
            warm(world_app, database, tmp_path)
    finally:
        event.remove(database.engine, "before_cursor_execute", note)
    assert said.count("SELECT") > 50
    assert not {"INSERT", "UPDATE", "DELETE"} & set(said)
    assert not caplog.records


@ON_SQLITE
def test_templates_are_compiled_once_and_outdated_ones_forgotten(world_app: Flask, tmp_path: Path) -> None:
    outdated = tmp_path / "templates" / "0000"
    outdated.mkdir(parents=True)
    (outdated / "__jinja2_0.cache").write_bytes(b"old")
    world_app.jinja_env.cache.clear()  # type: ignore[union-attr]
    compile_templates(world_app, tmp_path)
    (folder,) = (tmp_path / "templates").iterdir()
    kept = {file: file.read_bytes() for file in folder.iterdir()}
    assert len(kept) == len(world_app.jinja_env.list_templates())
    assert world_app.jinja_env.bytecode_cache is None

    world_app.jinja_env.cache.clear()  # type: ignore[union-attr]
    written: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            FileSystemBytecodeCache, "dump_bytecode", lambda _self, bucket: written.append(bucket.key)
        )
        compile_templates(world_app, tmp_path)
    assert written == []


@ON_SQLITE
def test_templates_are_compiled_where_nothing_can_be_kept(world_app: Flask, tmp_path: Path) -> None:
    (tmp_path / "templates").write_text("not a folder")
    world_app.jinja_env.cache.clear()  # type: ignore[union-attr]
    compile_templates(world_app, tmp_path)
    assert len(world_app.jinja_env.cache) == len(world_app.jinja_env.list_templates())  # type: ignore[arg-type]
