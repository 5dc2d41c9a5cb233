"""The API says what it is, and no request that fits its description brings it down."""

import re
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from openapi_spec_validator import OpenAPIV31SpecValidator

from responder.core.clock import FixedClock
from responder.foundation.access.gatekeeper import routes
from tests.fixtures import START
from tests.integration.story.telling import Named, log
from tests.world import Caller, app_on, callers, installation

EXAMPLES = 8


@pytest.fixture(scope="module")
def product(new_world: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """One product for all examples."""
    app = app_on(new_world("sqlite"), FixedClock(START), tmp_path_factory.mktemp("home"))
    yield app
    installation(app).database.engine.dispose()


@pytest.fixture(scope="module")
def named(product: Flask) -> Named:
    """Return who calls the API under a login."""
    return callers(product)


@pytest.fixture(scope="module")
def document(product: Flask) -> dict[str, Any]:
    """The description that the product gives to anybody."""
    found: dict[str, Any] = product.test_client().get("/api/v1/openapi.json").get_json()
    return found


def test_the_description_is_valid_openapi_3_1(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1")
    assert [error.message for error in OpenAPIV31SpecValidator(document).iter_errors()] == []


def test_every_route_of_the_api_is_described(product: Flask, document: dict[str, Any]) -> None:
    described = {
        (re.sub(r"\{\w+\}", "{}", path), method.upper())
        for path, methods in document["paths"].items()
        for method in methods
        if method in {"get", "post", "put", "patch", "delete"}
    }
    served = {
        (re.sub(r"<[^>]+>", "{}", route.rule), method)
        for route in routes(product)
        if route.rule.startswith("/api/") and route.endpoint != "openapi.spec"
        for method in route.methods
    }
    assert served - described == set()
    assert described - served == set()


def test_every_operation_says_what_it_does_and_who_may(document: dict[str, Any]) -> None:
    poor = [
        f"{method} {path}"
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if method in {"get", "post"} and not (operation.get("summary") and operation.get("responses"))
    ]
    assert poor == []


def strategies(document: dict[str, Any]) -> list[tuple[str, Any]]:
    """Return for each operation of the description a strategy of requests that fit it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what the tool says about itself is no fault of ours
        import schemathesis

        schema = schemathesis.openapi.from_dict(document)
        found: list[Any] = list(schema.get_all_operations())
        operations = [one.ok() for one in found]
        return [(operation.label, operation.as_strategy()) for operation in operations]


FUZZ = settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


Sent = tuple[int, str, str, str, str]


def fuzz(strategy: Any, someone: Caller, real: dict[str, str]) -> list[Sent]:
    """Send requests that *strategy* makes, with ids that exist; return what each was answered."""
    sent: list[Sent] = []

    @FUZZ
    @given(case=strategy)
    def send(case: Any) -> None:
        given_ids = {**(case.path_parameters or {}), **real}
        path = re.sub(r"\{(\w+)\}", lambda found: str(given_ids[found[1]]), case.path)
        body = {"json": case.body} if isinstance(case.body, dict | list | str | int | float) else {}
        answer = someone.call(
            case.method, path, query_string=dict(case.query or {}), headers=safe(case.headers), **body
        )
        sent.append((answer.status_code, case.method, path, str(case.query)[:200], str(case.body)[:300]))

    send()
    return sent


def test_requests_that_fit_the_description_never_bring_it_down(
    document: dict[str, Any], named: Named
) -> None:
    incident = log(named)
    real = {"incident_id": incident["id"], "leg_id": incident["legs"][0]["id"], "code": "220605"}
    sent = [one for _, strategy in strategies(document) for one in fuzz(strategy, named("jiangyuan"), real)]
    assert [one for one in sent if one[0] >= 500] == []
    assert {200, 404, 422} <= {one[0] for one in sent}
    assert 401 not in {one[0] for one in sent}


def safe(headers: Any) -> dict[str, str]:
    """Return the headers a client may send at all."""
    return {
        name: value
        for name, value in dict(headers or {}).items()
        if value.isascii() and value.isprintable() and name.lower() not in {"authorization", "content-length"}
    }
