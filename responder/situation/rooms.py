"""The duty rooms one level below: which of them do not answer, which boards are silent."""

from typing import Any

from responder.core.errors import Text
from responder.core.uow import UnitOfWork
from responder.escalation import queries as escalation
from responder.escalation import waiting as call_outs
from responder.foundation.directory import cache
from responder.foundation.directory import queries as directory
from responder.foundation.directory.rules import PlacePath
from responder.foundation.web.context import current_locale
from responder.situation.waiting import Waiting

BELOW = {"state": "province", "province": "city", "city": "county"}
MOST_NAMED = 12


def rooms_below(uow: UnitOfWork, waiting: Waiting) -> dict[str, Any] | None:
    """Return the view-model of the lower rooms; None for a room that has none below it."""
    level, code = uow.actor.area.level, uow.actor.area.code
    if level not in BELOW:
        return None
    places = cache.remember(uow.session, f"rooms below {code}", lambda: _below(uow, level, code))
    codes = {place.code for place in places}
    silent = escalation.silent_boards(uow.session, list(codes)) if waiting.any_of("silent") else {}
    unanswered = {}
    if waiting.any_of("unanswered"):
        unanswered = {room: since for room, since in call_outs.unanswered(uow.session) if room in codes}
    english = current_locale().startswith("en")
    troubled = []
    for place in places:
        name = place.name_en if english else place.name
        if place.code in unanswered:
            minutes = int((uow.now - unanswered[place.code]).total_seconds() // 60)
            words = Text(f"{minutes} 分钟未应答", f"no answer for {minutes} min")
            troubled.append(
                {"name": name, "words": words.in_(current_locale()), "state": "late", "url": None}
            )
        elif place.code in silent:
            minutes = int((uow.now - silent[place.code]).total_seconds() // 60)
            words = Text(f"看板 {minutes} 分钟无声", f"board silent for {minutes} min")
            troubled.append(
                {"name": name, "words": words.in_(current_locale()), "state": "silent", "url": None}
            )
    bad = {*unanswered, *silent}
    well = [place.name_en if english else place.name for place in places if place.code not in bad]
    shown = well[:MOST_NAMED]
    if len(well) > len(shown):
        shown.append(
            Text(f"另 {len(well) - len(shown)} 个", f"{len(well) - len(shown)} more").in_(current_locale())
        )
    return {"total": len(places), "troubled": troubled, "well": shown}


def _below(uow: UnitOfWork, level: str, code: str) -> list[PlacePath]:
    return [
        place
        for place in directory.places(uow.session).values()
        if place.reporting and _is_below(place, level, code)
    ]


def _is_below(place: PlacePath, level: str, code: str) -> bool:
    if level == "state":
        return place.level in {"province", "corps"} or (place.level == "province" and place.code != code)
    if level == "province":
        if place.province_code != code or place.code == code:
            return False
        return place.level == "city" or (place.level == "county" and place.city_code is None)
    return place.city_code == code and place.level == "county"
