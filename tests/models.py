"""Loads every feature's tables, so that the schema of the tests is the whole schema."""

import importlib

from responder.models import MODULES as MODELS


def every_model() -> None:
    """Import all modules that declare tables; one that does not exist yet has none."""
    for name in MODELS:
        try:
            importlib.import_module(name)
        except ModuleNotFoundError as missing:
            if not name.startswith(str(missing.name)):
                raise
