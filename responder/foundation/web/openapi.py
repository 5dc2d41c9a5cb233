"""What the OpenAPI document says of every call alike."""

from collections.abc import Callable
from typing import Any, TypeVar

from apiflask import APIBlueprint
from pydantic import BaseModel

View = TypeVar("View", bound=Callable[..., Any])
# Only its decorators are used: they write into the view what the document says of it.
_SCRIBE = APIBlueprint("scribe", __name__)

PROBLEM_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "rule": {"type": "string", "description": "Id of the rule that refused."},
        "source": {"type": "string", "description": "Its article."},
        "errors": {"type": "object", "additionalProperties": {"type": "string"}},
    },
    "required": ["type", "title", "status", "detail"],
}
_CONTENT = {"application/problem+json": {"schema": PROBLEM_SCHEMA}}
PROBLEMS: dict[int | str, Any] = {
    status: {"description": words, "content": _CONTENT}
    for status, words in (
        (400, "The request cannot be read."),
        (401, "Not logged in."),
        (403, "Not permitted."),
        (404, "Not found, or not the caller's to know."),
        (409, "Not in the state the caller thinks."),
        (413, "Too large."),
        (422, "A field cannot be used, or a rule refuses."),
        (429, "Too many requests."),
        (503, "The database cannot be reached."),
    )
}


def takes(schema: type[BaseModel], location: str = "json") -> Callable[[View], View]:
    """Describe what a call takes; the values are read, and refused in the caller's language, by the feature's rules."""

    def mark(view: View) -> View:
        _SCRIBE.input(schema, location=location, validation=False)(view)
        return view

    return mark


def answers(schema: type[BaseModel], status_code: int = 200) -> Callable[[View], View]:
    """Describe what a call answers, without checking every answer again on its way out."""

    def mark(view: View) -> View:
        _SCRIBE.output(schema, status_code=status_code)(view)
        return view

    return mark
