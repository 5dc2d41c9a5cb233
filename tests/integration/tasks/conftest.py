"""The stage on which plans, tasks and exercises are tried."""

from tests.integration.plans.stage import postgres_set, sqlite_set, stage

__all__ = ["postgres_set", "sqlite_set", "stage"]
