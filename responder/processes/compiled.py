"""Compiled templates, kept from one start to the next: compiling takes a second, and leaves holes in memory."""

import hashlib
import logging
import shutil
from importlib.metadata import version
from pathlib import Path

from flask import Flask
from jinja2 import FileSystemBytecodeCache

logger = logging.getLogger(__name__)
ROOT = Path(__file__).parent.parent.parent
PACKAGES = ("responder", "plans", "duty_roster", "maps")
FOLDER = "templates"
PRIVATE = 0o700


def compile_templates(app: Flask, home: Path) -> None:
    """Compile every template of *app*, or take it from *home* where these same sources were compiled before."""
    # Only here: compiled while a request is answered, what is constant in a template might take its language.
    app.jinja_env.bytecode_cache = _kept(home)
    try:
        for name in app.jinja_env.list_templates():
            app.jinja_env.get_template(name)
    finally:
        app.jinja_env.bytecode_cache = None


def _kept(home: Path) -> FileSystemBytecodeCache | None:
    """Return the cache for the programs as they are; Jinja itself looks whether a template is the same."""
    folder = home / FOLDER / _digest()
    try:
        if not folder.is_dir():
            shutil.rmtree(home / FOLDER, ignore_errors=True)  # compiled from other sources
            folder.mkdir(mode=PRIVATE, parents=True, exist_ok=True)
    except OSError as fault:
        logger.info("compiled templates are not kept: %s", fault)
        return None
    return FileSystemBytecodeCache(str(folder))


def _digest() -> str:
    """Return a digest of all that turns a template into code: Jinja, and the filters and settings in our programs."""
    digest = hashlib.sha256(version("jinja2").encode())
    for package in PACKAGES:
        for source in sorted((ROOT / package).rglob("*.py")):
            digest.update(source.read_bytes())
    return digest.hexdigest()[:16]
