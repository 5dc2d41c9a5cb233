"""Pages of access: log in, log out, choose language and look."""

from http import HTTPStatus
from ipaddress import ip_address
from typing import Any

from flask import Blueprint, current_app, g, make_response, redirect, request
from flask.typing import ResponseReturnValue

from responder.core.errors import Text
from responder.core.ids import AccountId
from responder.core.permissions import public
from responder.foundation.access import queries, rules, services
from responder.foundation.access.gatekeeper import SESSION_COOKIE, check_csrf, gatekeeper, set_cookie
from responder.foundation.access.services import LOCALES, THEMES, LogInFailed
from responder.foundation.access.words import DEMO_ACCOUNTS, TRY_TEXT, TRY_TITLE
from responder.foundation.web.context import current_actor, current_locale, installation, render, unit_of_work

bp = Blueprint("access", __name__, template_folder="templates")
FIRST_PAGE = "/board"
CHOSEN_COOKIE = "chosen"  # which preferences were set on the log-in page, by whoever logs in next
TIP_OFF_ENDPOINT = "portal.tip_off"


@bp.get("/login")
@public
def log_in() -> ResponseReturnValue:
    """Show the log-in page, or go on when somebody is logged in already."""
    target = rules.safe_next(request.args.get("next"))
    if current_actor().account_id is not None:
        return redirect(target or FIRST_PAGE, HTTPStatus.SEE_OTHER)
    return _page("", None, target), HTTPStatus.OK


@bp.post("/login")
@public
def try_log_in() -> ResponseReturnValue:
    """Open a session, or show the page again with what is wrong."""
    check_csrf()
    target = rules.safe_next(request.form.get("next"))
    demo_login = request.form.get("demo_login", "")
    login, password = request.form.get("login", "").strip(), request.form.get("password", "")
    if demo_login:
        if not _demo_is_open():
            return _page("", _NO_DEMO, target), HTTPStatus.FORBIDDEN
        login, password = demo_login, rules.DEMO_PASSWORD
    try:
        opened = services.log_in(
            installation().database,
            gatekeeper().passwords,
            login,
            password,
            address=request.remote_addr or "",
            old_cookie=request.cookies.get(SESSION_COOKIE, ""),
        )
    except LogInFailed as failure:
        status = HTTPStatus.TOO_MANY_REQUESTS if failure.wait_seconds else HTTPStatus.UNPROCESSABLE_ENTITY
        answer = make_response(_page(login, failure.text, target), status)
        if failure.wait_seconds:
            answer.headers["Retry-After"] = str(failure.wait_seconds)
        return answer
    if opened.actor.account_id is not None:
        _keep_chosen(AccountId(opened.actor.account_id))
    answer = make_response(redirect(target or FIRST_PAGE, HTTPStatus.SEE_OTHER))
    set_cookie(answer, SESSION_COOKIE, opened.cookie)
    answer.delete_cookie(CHOSEN_COOKIE, httponly=True, samesite="Lax")
    return answer


def _keep_chosen(account_id: AccountId) -> None:
    """Give the account what was chosen on the log-in page; otherwise its own choice would hide it."""
    chosen = {name: request.cookies.get(name) for name in request.cookies.get(CHOSEN_COOKIE, "").split(".")}
    if chosen.keys() & {"locale", "theme"}:
        with unit_of_work() as uow:
            services.set_preferences(uow, account_id, locale=chosen.get("locale"), theme=chosen.get("theme"))


@bp.post("/logout")
@public
def log_out() -> ResponseReturnValue:
    """End the session; its form is checked like every other where somebody is logged in."""
    with unit_of_work() as uow:
        services.log_out(uow, request.cookies.get(SESSION_COOKIE, ""))
    answer = make_response(redirect("/login", HTTPStatus.SEE_OTHER))
    answer.delete_cookie(SESSION_COOKIE, httponly=True, samesite="Lax")
    return answer


@bp.post("/preferences")
@public
def choose() -> ResponseReturnValue:
    """Keep language, look and shortcuts: with the account, and in the browser for the log-in page."""
    check_csrf()
    locale, theme = request.form.get("locale"), request.form.get("theme")
    shortcuts = {"on": True, "off": False}.get(request.form.get("shortcuts", ""))
    account_id = current_actor().account_id
    if account_id is not None:
        with unit_of_work() as uow:
            services.set_preferences(
                uow, AccountId(account_id), locale=locale, theme=theme, shortcuts=shortcuts
            )
    target = request.form.get("next", "")
    answer = make_response(redirect(_next_or_login(target), HTTPStatus.SEE_OTHER))
    if locale in LOCALES:
        set_cookie(answer, "locale", locale, lasting=True)
    if theme in THEMES:
        set_cookie(answer, "theme", theme, lasting=True)
    chosen = {name for name, known in (("locale", locale in LOCALES), ("theme", theme in THEMES)) if known}
    if account_id is None and chosen:
        before = set(request.cookies.get(CHOSEN_COOKIE, "").split(".")) & {"locale", "theme"}
        set_cookie(answer, CHOSEN_COOKIE, ".".join(sorted(before | chosen)))
    return answer


_NO_DEMO = Text("这里没有演示账号。请用自己的账号登录。", "There are no demo accounts here. Use your own.")


def _next_or_login(target: str) -> str:
    if target.partition("?")[0] == "/login":
        inner = rules.safe_next(target)
        return inner or "/login"
    return rules.safe_next(target) or (FIRST_PAGE if current_actor().account_id else "/login")


def _demo_is_open() -> bool:
    # A forwarded request may come from anywhere, whatever its last hop.
    if not current_app.config.get("DEMO") or "X-Forwarded-For" in request.headers:
        return False
    try:
        return ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False


def _page(login: str, error: Text | None, target: str) -> str:
    locale = current_locale()
    form = {"login": login, "error": error.in_(locale) if error else None, "next": target}
    with unit_of_work(write=False) as uow:
        demo = _demo(uow.session, locale) if _demo_is_open() else None
        return render("access/login.html", uow.session, form=form, demo=demo, tip_off_url=_tip_off_url())


def _demo(session: Any, locale: str) -> dict[str, Any]:
    known = {actor.login for actor in queries.accounts(session, list(DEMO_ACCOUNTS))}
    accounts = [
        {"login": login, "title": title.in_(locale), "hint": hint.in_(locale)}
        for login, (title, hint) in DEMO_ACCOUNTS.items()
        if login in known
    ]
    return {"accounts": accounts, "try_login_title": TRY_TITLE.in_(locale), "try_text": TRY_TEXT}


def _tip_off_url() -> str | None:
    if TIP_OFF_ENDPOINT not in current_app.view_functions:
        return None
    return str(g.get("tip_off_url") or "/public/tip-off")
