"""Answering a file to be kept: its name may be Chinese, a header may not."""

from urllib.parse import quote

from flask import Response


def attach(response: Response, name: str) -> Response:
    """Return *response* as a file called *name*: in ASCII for old readers, whole for the others (RFC 6266)."""
    plain = "".join(c for c in name if c.isascii() and c.isprintable() and c != '"').strip(" -.") or "file"
    whole = quote(name, safe="")
    response.headers["Content-Disposition"] = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{whole}"
    return response
