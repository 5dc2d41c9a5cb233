"""Pages of an exercise live under their own path: `/exercises/<id>/board` is the board inside that exercise."""

import re
from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

LANE_ENVIRON = "responder.lane"
_INSIDE = re.compile(
    r"^(/exercises/(?P<lane>[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}))"
    r"(?P<rest>/(?:board|incidents|legs|map|dispatch|dispatch-orders|command-notices|plans|activations|tasks|calls"
    r"|search|notices|call-outs|static)(?:/.*)?)$"
)


class LanePath:
    """Moves the exercise's prefix from the path to the script name, so that every link stays inside."""

    def __init__(self, inner: Callable[..., Iterable[bytes]]) -> None:
        self.inner = inner

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        match = _INSIDE.match(environ.get("PATH_INFO", ""))
        if match:
            environ["SCRIPT_NAME"] = environ.get("SCRIPT_NAME", "") + match.group(1)
            environ["PATH_INFO"] = match.group("rest")
            environ[LANE_ENVIRON] = UUID(match.group("lane"))
        return self.inner(environ, start_response)
