"""Headers that keep a page to itself: a strict content policy with nonces, no framing by others, no sniffing."""

import secrets

from flask import Flask, Response, g

POLICY = (
    "default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'nonce-{nonce}'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; "
    "frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'self'; manifest-src 'self'"
)


def nonce() -> str:
    """Return the nonce of this request, made at first use."""
    if "nonce" not in g:
        g.nonce = secrets.token_urlsafe(16)
    found: str = g.nonce
    return found


def _headers(response: Response) -> Response:
    headers = response.headers
    headers.setdefault("Content-Security-Policy", POLICY.format(nonce=nonce()))
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("X-Frame-Options", "SAMEORIGIN")
    headers.setdefault("Cache-Control", "no-store")
    return response


def register(app: Flask) -> None:
    """Let every answer of *app* carry the headers, and templates ask for the nonce."""
    app.after_request(_headers)
    app.jinja_env.globals["nonce"] = nonce
