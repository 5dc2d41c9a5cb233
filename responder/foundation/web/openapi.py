"""What the OpenAPI document says of every call alike."""

from typing import Any

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
