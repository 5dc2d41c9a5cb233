"""What pages ask of the directory while somebody types."""

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from responder.core.permissions import Permission, requires
from responder.foundation.directory import queries
from responder.foundation.directory.rules import LEVEL_WORDS
from responder.foundation.web.context import current_actor, current_locale, unit_of_work

bp = Blueprint("directory", __name__, template_folder="templates")
SUGGESTIONS = 8
LONGEST_TEXT = 100


@bp.get("/places")
@requires(Permission.REPORT_INCIDENT)
def places() -> ResponseReturnValue:
    """Places that the text `q` may mean, as JSON for the intake form: code, name, where it lies, level in words."""
    locale = current_locale()
    english = locale.startswith("en")
    with unit_of_work(write=False) as uow:
        home = queries.place_of_agency(uow.session, current_actor().agency_code)
        near = home.province_code if home is not None else None
        hits = queries.search_places(uow.session, request.args.get("q", "")[:LONGEST_TEXT], SUGGESTIONS, near)
    return jsonify(
        [
            {
                "code": hit.code,
                "name": hit.name_en if english else hit.name,
                "full_name": hit.full_name_en if english else hit.full_name,
                "level": LEVEL_WORDS[hit.level].in_(locale),
                "former": hit.former,
            }
            for hit in hits
        ]
    )
