"""Loads every feature's tables, so that the schema of the tests is the whole schema."""

import importlib

MODELS = (
    "responder.core.lanes",
    "responder.core.jobs.embedded",
    "responder.core.heartbeat",
    "responder.foundation.directory.models",
    "responder.foundation.audit.models",
    "responder.foundation.access.models",
    "responder.foundation.messaging.models",
    "responder.escalation.models",
    "duty_roster.models",
    "responder.incidents.models",
    "responder.reporting.models",
    "responder.dispatch.models",
    "responder.tasks.models",
)


def every_model() -> None:
    """Import all modules that declare tables."""
    for name in MODELS:
        try:
            importlib.import_module(name)
        except ModuleNotFoundError as missing:
            if not name.startswith(str(missing.name)):
                raise
