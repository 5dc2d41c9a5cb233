"""What a page asks the database does not grow with what stands on it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine, event

from responder import schema
from tests.integration.story.telling import FIELDS, Named, leg_of
from tests.world import Visitor, installation

FEW, MANY = 5, 50


@contextmanager
def counted(engine: Engine) -> Iterator[list[str]]:
    """Yield the list of statements that *engine* is asked meanwhile."""
    said: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        said.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield said
    finally:
        event.remove(engine, "before_cursor_execute", note)


def log_many(api: Named, first: int, last: int) -> list[dict[str, Any]]:
    """Log incidents of a city's counties, each with its legs, and sign every second one."""
    made = []
    for number in range(first, last):
        login = ("jiangyuan", "baishan")[number % 2]
        incident = api(login).post("incidents", {**FIELDS, "unit": f"第{number}煤矿"}, status=201)
        made.append(incident)
        if number % 4 == 0:
            leg = leg_of(incident["legs"], "county.work_safety", "220600")
            api("baishan").post(f"legs/{leg['id']}/acknowledgement")
    return made


@pytest.mark.parametrize("world_url", ["sqlite"], indirect=True)
def test_board_list_and_incident_ask_as_much_with_fifty_incidents_as_with_five(
    api: Named, page: Callable[[str], Visitor], world_app: Flask
) -> None:
    engine = installation(world_app).database.engine
    first = log_many(api, 0, FEW)[0]
    here = f"/incidents/{first['id']}"
    pages = (
        "/board",
        "/board/version",
        "/incidents",
        "/incidents?q=煤矿",
        here,
        f"{here}/legs",
        "/calls",
        "/map",
    )
    officer = page("baishan")

    def asked() -> dict[str, int]:
        counts = {}
        for path in (*pages, "/api/v1/incidents?limit=200"):
            officer.get(path)
            with counted(engine) as said:
                officer.get(path)
            counts[path] = len(said)
        return counts

    few = asked()
    log_many(api, FEW, MANY)
    many = asked()
    assert many == few
    assert max(many.values()) <= 60, many


def test_migrations_and_models_agree() -> None:
    assert schema.differences() == []
