"""Loads every feature's tables: for migrations, checks and tests."""

import importlib

MODULES = (
    "responder.core.lanes",
    "responder.core.jobs.embedded",
    "responder.core.heartbeat",
    "responder.foundation.web.models",
    "responder.foundation.directory.models",
    "responder.foundation.audit.models",
    "responder.foundation.access.models",
    "responder.foundation.messaging.models",
    "responder.foundation.documents.models",
    "responder.escalation.models",
    "duty_roster.models",
    "responder.incidents.models",
    "responder.incidents.link_models",
    "responder.incidents.rule_set_models",
    "responder.reporting.models",
    "responder.reporting.papers.models",
    "responder.reporting.duty_models",
    "responder.reporting.judgement_models",
    "responder.dispatch.models",
    "responder.hazards.models",
    "responder.tasks.models",
    "plans.models",
    "plans.exercises.models",
)


def load_models() -> None:
    """Import all modules that declare tables."""
    for name in MODULES:
        importlib.import_module(name)
