"""The shell around every page: room, watch, channels, clock, account."""

from itertools import groupby
from typing import Any

from flask import g, request
from sqlalchemy.orm import Session

from duty_roster import queries as duty
from duty_roster.queries import OnCall
from responder.core.actor import Actor
from responder.core.errors import Text
from responder.core.permissions import Permission, may
from responder.foundation.access.gatekeeper import csrf_token
from responder.foundation.directory import queries as directory
from responder.foundation.web.context import current_actor, current_locale, installation
from responder.foundation.web.security import nonce

NAV = (
    ("/board", Text("值班", "Board"), Permission.SEE_INCIDENTS),
    ("/incidents", Text("事故", "Incidents"), Permission.SEE_INCIDENTS),
    ("/map", Text("地图", "Map"), Permission.SEE_BASES),
    ("/dispatch", Text("调度", "Dispatch"), Permission.SEE_BASES),
    ("/plans", Text("预案", "Plans"), Permission.SEE_PLANS),
    ("/exercises", Text("演练", "Exercises"), Permission.SEE_EXERCISES),
    ("/calls", Text("拨打", "Calls"), Permission.ANSWER_CALL),
    ("/duty", Text("排班", "Roster"), Permission.SEE_DUTY),
    ("/health", Text("运行", "Health"), Permission.SEE_HEALTH),
)
OUTSIDE = frozenset({"/duty", "/exercises", "/health"})  # of no exercise
DUTY_ROOM = Text("值班室", "duty room")
ROOM_KINDS = {"unit": Text("企业", "enterprise"), "force": Text("救援队伍", "rescue team")}
CHANNELS = {
    "sms": Text("短信", "SMS"),
    "voice": Text("语音", "voice"),
    "email": Text("邮件", "e-mail"),
    "im": Text("群消息", "group chat"),
}
RINGS = ("sms", "voice")


def shell(session: Session) -> dict[str, Any]:
    """Return the shell of this request's page (described in templates/web/page.html)."""
    actor, locale = current_actor(), current_locale()
    now = installation().database.clock.now()
    prefix = request.script_root
    known = actor.account_id is not None
    return {
        "room": _room(session, actor, locale) if known else None,
        "room_kind": ROOM_KINDS.get(actor.area.level, DUTY_ROOM).in_(locale),
        **(_watch(session) if known else {"watch": [], "watch_until": None, "leader": None}),
        "channels": _channels(locale) if known else [],
        "now": now,
        "nav": [
            {
                "label": text.in_(locale),
                "url": ("" if path in OUTSIDE else prefix) + path,
                "current": request.path == path or request.path.startswith(f"{path}/"),
            }
            for path, text, permission in NAV
            if may(actor.role, permission)
        ],
        "locale": locale,
        "theme": _theme(actor),
        "account": {
            "name": actor.name,
            "login": actor.login,
            "shortcuts": g.get("shortcuts", True),
            "url": "/duty",
        }
        if known
        else None,
        "csrf_token": csrf_token(),
        "nonce": nonce(),
        "exercise": g.get("exercise"),
        "prefix": prefix,
        "can_report": may(actor.role, Permission.REPORT_INCIDENT),
        "path": request.script_root + request.full_path.rstrip("?"),
        "flash": [],
    }


def _theme(actor: Actor) -> str:
    """Return the account's look; where it never chose one, the look of this browser."""
    looks = {"light", "dark"}
    if actor.account_id is not None and actor.theme in looks:
        return actor.theme
    chosen = request.cookies.get("theme", "light")
    return chosen if chosen in looks else "light"


def _room(session: Session, actor: Actor, locale: str) -> str:
    office = directory.office(session, actor.agency_code)
    if office is None:
        return actor.agency_name
    return office.name_en if locale.startswith("en") else office.name


def _watch(session: Session) -> dict[str, Any]:
    on = on_watch(session)
    return {
        "watch": [{"name": person.name} for person in (*on.officers, *([on.second] if on.second else []))],
        "watch_until": on.ends_at,
        "leader": on.leader.name if on.leader else None,
    }


def on_watch(session: Session) -> OnCall:
    """Return who is on call in the actor's room now; asked once a request."""
    found: OnCall | None = g.get("on_watch")
    if found is None:
        now = installation().database.clock.now()
        found = g.on_watch = duty.on_call(session, current_actor().agency_code, now)
    return found


def _channels(locale: str) -> list[dict[str, Any]]:
    open_ones = installation().channels
    # Nobody waits for mail or a group chat that was never set up.
    shown = [channel for channel in CHANNELS if channel in open_ones or channel in RINGS]
    rows = []
    for ok, channels in groupby(shown, key=lambda channel: channel in open_ones):
        names = [CHANNELS[channel].in_(locale) for channel in channels]
        state = Text("通", "on") if ok else Text("无服务商", "no provider")
        joint = Text("、", ", ").in_(locale)
        rows.append({"name": joint.join(names), "state": state.in_(locale), "ok": ok})
    return rows
