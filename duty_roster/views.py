"""The roster's page: a month of a room, who is on now, and the button to take the post."""

import re
from datetime import datetime
from http import HTTPStatus

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from duty_roster import month_page, queries, services
from responder.core.clock import wall
from responder.core.errors import Text, invalid, nothing_here
from responder.core.ids import PersonId
from responder.core.permissions import Permission, requires
from responder.core.uow import UnitOfWork
from responder.foundation.directory.queries import agency as find_agency
from responder.foundation.web.context import current_locale, render, unit_of_work

bp = Blueprint("duty_roster", __name__, template_folder="templates")

MONTH = re.compile(r"(20\d\d|21\d\d)-(0[1-9]|1[0-2])")
BAD_MONTH = Text("月份读不懂，请写成 2026-11。", "Cannot read the month: write 2026-11.")


@bp.get("/duty")
@requires(Permission.SEE_DUTY)
def month() -> ResponseReturnValue:
    """Show the month of the own room, or of another room in the own chain."""
    with unit_of_work(write=False) as uow:
        code = request.args.get("room") or uow.actor.agency_code
        year, number = _month(request.args.get("month", ""), uow.now)
        return render("duty_roster/month.html", uow.session, roster=_page(uow, code, year, number))


def _page(uow: UnitOfWork, code: str, year: int, number: int) -> dict[str, object]:
    room = find_agency(uow.session, code)
    if room is None or not queries.may_see(uow.session, uow.actor, code):
        raise nothing_here("没有这个值班室", "No such duty room")
    own = code == uow.actor.agency_code
    room_named = None if own else code
    person_id = uow.actor.person_id
    return month_page.build(
        queries.month(uow.session, code, year, number),
        Text(room.name, room.name_en),
        queries.on_call(uow.session, code, uow.now),
        queries.shift_to_sign(uow.session, code, person_id, uow.now) if own and person_id else None,
        uow.now,
        month_page.Reader(person_id, current_locale(), own),
        month_page.Pages(
            month=lambda y, m: url_for(".month", month=f"{y}-{m:02d}", room=room_named),
            sign_in=url_for(".sign_in"),
            calendar=url_for("duty_roster_api.calendar", code=code),
        ),
    )


def _month(text: str, now: datetime) -> tuple[int, int]:
    if not text:
        return wall(now).year, wall(now).month
    found = MONTH.fullmatch(text)
    if found is None:
        raise invalid(month=BAD_MONTH)
    return int(found[1]), int(found[2])


@bp.post("/duty/sign-in")
@requires(Permission.SIGN_IN)
def sign_in() -> ResponseReturnValue:
    """Take the post of the present shift, or of one about to begin."""
    with unit_of_work() as uow:
        if uow.actor.person_id is None:
            raise nothing_here("这个账号没有对应的人员", "This account belongs to no person")
        services.sign_in_now(uow, PersonId(uow.actor.person_id))
    return redirect(url_for(".month"), HTTPStatus.SEE_OTHER)
