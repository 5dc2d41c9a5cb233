"""How an incident is called in both languages."""

from responder.core.errors import Text
from responder.foundation.web.lexicon import ACCIDENT_TYPES, SECTORS
from responder.incidents.models import Incident


def title(incident: Incident) -> Text:
    """Return unit and kind of accident, e.g. 青石岭煤矿瓦斯爆炸."""
    kind = ACCIDENT_TYPES.get(incident.accident_type or "") or Text(
        f"{SECTORS[incident.sector].zh}事故", f"{SECTORS[incident.sector].en} accident"
    )
    if not incident.unit:
        sector = SECTORS[incident.sector].zh
        # 道路交通交通事故 would say the word twice.
        head = sector.removesuffix("交通") if kind.zh.startswith("交通") else sector
        return Text(f"{head}{kind.zh}" if incident.accident_type else kind.zh, kind.en)
    return Text(f"{incident.unit}{kind.zh}", f"{incident.unit}: {kind.en}")


def where(incident: Incident) -> Text:
    """Return the full name of the place of the accident."""
    return Text(incident.place_name, incident.place_name_en)


def place_seen_from(place_name: str, own_area: str | None) -> str:
    """Return the place without the part of its name that everybody in the reader's own area takes for granted."""
    if own_area and place_name.startswith(own_area) and place_name != own_area:
        return place_name.removeprefix(own_area)
    return place_name
