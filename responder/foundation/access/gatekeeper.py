"""The guard before every route: who asks, may they, and does the form come from our own page."""

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode, urlsplit

from flask import Flask, Response, current_app, g, redirect, request
from flask.typing import ResponseReturnValue

from responder.config import Settings
from responder.core.actor import ANONYMOUS
from responder.core.errors import NotPermitted, Text
from responder.core.permissions import Permission, may
from responder.foundation.access import queries, rules, services
from responder.foundation.access.events import ProofSeen
from responder.foundation.access.passwords import Passwords
from responder.foundation.access.queries import Proven
from responder.foundation.access.rules import SessionLimits
from responder.foundation.web.context import current_actor, installation
from responder.foundation.web.problems import STATUS_WORDS, problem, wants_json

SESSION_COOKIE = "responder_session"
VISITOR_COOKIE = "responder_visitor"  # lets the forms of somebody not logged in carry a token too
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
CSRF_HEADER = "X-CSRF-Token"
CSRF_FIELD = "csrf_token"
OF_THE_FRAMEWORK = frozenset({"openapi.spec"})  # public; not ours to decorate
_EXTENSION = "responder.gatekeeper"
_CSRF_REFUSED = Text(
    "页面已过期，没有保存。请返回、刷新页面后再提交。",
    "The page has expired and nothing was saved. Go back, reload it and send it again.",
)


@dataclass(frozen=True, slots=True)
class Route:
    """One rule of the URL map, and what it demands; *permission* None means public."""

    rule: str
    endpoint: str
    methods: frozenset[str]
    permission: Permission | None


class Gatekeeper:
    """Authenticates each request, checks the permission its view demands, and refuses forged forms."""

    def __init__(
        self, settings: Settings, limits: SessionLimits | None = None, passwords: Passwords | None = None
    ) -> None:
        self.settings = settings
        self.limits = limits or SessionLimits()
        self.passwords = passwords or Passwords()

    def register(self, app: Flask) -> None:
        """Stand before every route of *app*."""
        app.extensions[_EXTENSION] = self
        app.before_request(self.guard)
        app.after_request(self._set_visitor_cookie)
        app.after_request(self._note_seen)

    def guard(self) -> ResponseReturnValue | None:
        """Let the request pass (None), or return the refusal; raise NotPermitted for the wrong role or form."""
        proven, by_token = self._authenticate()
        g.actor = proven.actor if proven is not None else ANONYMOUS
        g.shortcuts = proven.shortcuts if proven is not None else True
        if request.endpoint is None:
            return None  # there is no such page; the answer needs to know only who asks
        view = _view(request.endpoint)
        permission: Permission | None = getattr(view, "required_permission", None)
        if permission is not None and proven is None:
            return _ask_to_log_in()
        if permission is not None and not may(g.actor.role, permission):
            raise NotPermitted(STATUS_WORDS[HTTPStatus.FORBIDDEN])
        if proven is not None and not by_token and request.method not in SAFE_METHODS:
            check_csrf()
        return None

    def _authenticate(self) -> tuple[Proven | None, bool]:
        header = request.headers.get("Authorization", "")
        scheme, _, token = header.partition(" ")
        by_token = scheme.lower() == "bearer"
        cookie = "" if by_token else request.cookies.get(SESSION_COOKIE, "")
        proof = token.strip() if by_token else cookie
        if not proof:
            return None, by_token
        database = installation().database
        now = database.clock.now()
        with database.reading() as connection:
            if by_token:
                proven = queries.actor_for_token(connection, proof, now)
            else:
                proven = queries.actor_for_session(connection, proof, now, self.limits)
        if proven is not None and proven.seen_is_old:
            g.told_with_next_write = (ProofSeen(proven.proof_id, by_token),)
        return proven, by_token

    def _note_seen(self, response: Response) -> Response:
        for seen in g.pop("told_with_next_write", ()):
            services.note_seen_alone(installation().database, seen)
        return response

    def _set_visitor_cookie(self, response: Response) -> Response:
        made = g.get("new_visitor")
        if made is not None:
            set_cookie(response, VISITOR_COOKIE, made)
        return response


def gatekeeper() -> Gatekeeper:
    """Return the gatekeeper of the running application."""
    found: Gatekeeper = current_app.extensions[_EXTENSION]
    return found


def csrf_token() -> str:
    """Return the token that the forms of this page carry."""
    cookie = request.cookies.get(SESSION_COOKIE, "") if current_actor().account_id else ""
    if not cookie:
        cookie = request.cookies.get(VISITOR_COOKIE) or g.get("new_visitor") or rules.new_token()
        if VISITOR_COOKIE not in request.cookies:
            g.new_visitor = cookie
    return rules.csrf_token(installation().settings.secret_key, cookie)


def check_csrf() -> None:
    """Raise NotPermitted unless the request carries the token of our own page."""
    said = request.headers.get(CSRF_HEADER) or request.form.get(CSRF_FIELD, "")
    if g.get("new_visitor") or not hmac.compare_digest(said.encode(), csrf_token().encode()):
        raise NotPermitted(_CSRF_REFUSED)


def set_cookie(response: Response, name: str, value: str, *, lasting: bool = False) -> None:
    """Set a cookie no script can read and no other site sends along; it is secure where the product is."""
    response.set_cookie(
        name,
        value,
        httponly=True,
        samesite="Lax",
        secure=installation().settings.secure_cookies,
        max_age=365 * 24 * 3600 if lasting else None,
    )


def _view(endpoint: str) -> Any:
    return current_app.view_functions[endpoint]


def _ask_to_log_in() -> ResponseReturnValue:
    if request.headers.get("HX-Request"):
        here = urlsplit(request.headers.get("HX-Current-URL", "")).path
        return Response(status=HTTPStatus.UNAUTHORIZED, headers={"HX-Redirect": _log_in_url(here)})
    if wants_json():
        answer = problem(HTTPStatus.UNAUTHORIZED, "not-logged-in", STATUS_WORDS[HTTPStatus.UNAUTHORIZED])
        answer.headers["WWW-Authenticate"] = "Bearer"
        return answer
    # A page that can only be sent to cannot be come back to: return to the page the form stood on.
    if request.method in SAFE_METHODS:
        here = request.script_root + request.full_path.rstrip("?")
    else:
        here = urlsplit(request.referrer or "").path
    return redirect(_log_in_url(here), HTTPStatus.SEE_OTHER)


def _log_in_url(target: str) -> str:
    kept = rules.safe_next(target)
    return f"/login?{urlencode({'next': kept})}" if kept else "/login"


def routes(app: Flask) -> list[Route]:
    """Return every route of *app* with what it demands, for the matrix of route × role × place.

    Routes that name neither a permission nor @public are not among them: see `unlisted_routes`.
    """
    listed = []
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        if _is_listed(rule.endpoint, view):
            methods = frozenset(rule.methods or ()) - {"HEAD", "OPTIONS"}
            permission = getattr(view, "required_permission", None)
            listed.append(Route(rule.rule, rule.endpoint, methods, permission))
    return sorted(listed, key=lambda route: (route.rule, sorted(route.methods)))


def unlisted_routes(app: Flask) -> list[str]:
    """Return the routes that name neither a permission nor @public; the product does not start with any."""
    return sorted(
        f"{rule.rule} ({rule.endpoint})"
        for rule in app.url_map.iter_rules()
        if not _is_listed(rule.endpoint, app.view_functions[rule.endpoint])
    )


def _is_listed(endpoint: str, view: Callable[..., Any]) -> bool:
    if endpoint in OF_THE_FRAMEWORK or getattr(view, "is_public", False):
        return True
    return isinstance(getattr(view, "required_permission", None), Permission)
