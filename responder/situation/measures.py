"""Gathers an incident's measures from reports, legs, instructions and orders; a block on its page."""

from collections.abc import Iterator
from typing import Any

from flask import render_template, request
from markupsafe import Markup

from plans import queries as plans
from responder.core.errors import Text
from responder.core.uow import UnitOfWork
from responder.dispatch import queries as dispatch
from responder.foundation.directory import queries as directory
from responder.foundation.web.api import iso
from responder.foundation.web.context import current_locale
from responder.foundation.web.lexicon import LEVELS
from responder.incidents.doors import IncidentPanel
from responder.incidents.models import Incident
from responder.reporting import queries as reporting
from responder.reporting.measures import LevelMeasures, Mark, Row, Span, Stage, measure

TITLE = Text("用时", "Times taken")
NOTE = Text("每个数字都能打开它的依据", "every figure opens the record behind it")
AREA = "work_safety"
STAGES = {
    Stage.LEARNED: Text("得知", "learned"),
    Stage.RECEIVED: Text("接报", "received"),
    Stage.SENT: Text("送出", "passed on"),
    Stage.ACKNOWLEDGED: Text("上级签收", "signed above"),
    Stage.INSTRUCTED: Text("首次批示", "first instruction"),
    Stage.ORDERED: Text("首次调度", "first order"),
    Stage.DEPARTED: Text("首支出发", "first departure"),
    Stage.ARRIVED: Text("首支到场", "first arrival"),
}
UPWARD = ("report", "phone", "absolute")


def marks_of(incident: Incident, uow: UnitOfWork) -> Iterator[Mark]:
    """Yield everything recorded about *incident* that measures are counted from."""
    if incident.unit_informed_at is not None:
        yield Mark("unit", Stage.LEARNED, incident.unit_informed_at, Row("incident", str(incident.id)))
    for leg in reporting.legs(uow.session, incident.id):
        if leg.kind not in UPWARD or leg.state == "skipped":
            continue
        level, _, body = leg.receiver.partition(".")
        sender, _, sending_body = leg.sender.partition(".")
        row = Row("leg", str(leg.id))
        if body == AREA and leg.acknowledged_at is not None:
            yield Mark(level, Stage.RECEIVED, leg.acknowledged_at, row)
        if body != AREA or sending_body not in ("", AREA):
            continue
        if leg.sent_at is not None:
            yield Mark(sender, Stage.SENT, leg.sent_at, row)
        if leg.acknowledged_at is not None:
            yield Mark(sender, Stage.ACKNOWLEDGED, leg.acknowledged_at, row)
    yield from _action(incident, uow)


def _action(incident: Incident, uow: UnitOfWork) -> Iterator[Mark]:
    entered = directory.office(uow.session, incident.agency_code)
    if entered is not None and entered.level in LEVELS and entered.level != "unit":
        yield Mark(entered.level, Stage.RECEIVED, incident.received_at, Row("incident", str(incident.id)))
    levels = {entered.code: entered.level} if entered is not None else {}

    def level_of(code: str) -> str:
        if code not in levels:
            office = directory.office(uow.session, code)
            levels[code] = office.level if office is not None else "state"
        return levels[code]

    for told in plans.instructions(uow.session, incident.id):
        yield Mark(
            level_of(told.agency_code), Stage.INSTRUCTED, told.given_at, Row("instruction", str(told.id))
        )
    for order in dispatch.orders(uow.session, incident.id):
        row = Row("order", str(order.id))
        for stage, at in (
            (Stage.ORDERED, order.issued_at),
            (Stage.DEPARTED, order.departed_at),
            (Stage.ARRIVED, order.arrived_at),
        ):
            if at is not None:
                yield Mark(level_of(order.agency_code), stage, at, row)


class MeasuresPanel(IncidentPanel):
    """Registered with the incidents' doors by the application."""

    def for_api(self, incident: Incident, uow: UnitOfWork) -> dict[str, Any]:
        """Return the measures of each level, each with the row it was counted from."""
        if incident.historic:
            return {}
        # `measures` is what was done on the spot; these are the times it took.
        return {"handling_times": [_level_shape(level) for level in measure(marks_of(incident, uow))]}

    def for_page(self, incident: Incident, uow: UnitOfWork) -> dict[str, Any]:
        """Return the block of measures; an incident nobody has acted on has none."""
        levels = () if incident.historic else measure(marks_of(incident, uow))
        if not levels:
            return {}
        locale, url = current_locale(), f"{request.script_root}/incidents/{incident.id}"
        rows = [_level_row(level, locale, url) for level in levels]
        heads = [text.in_(locale) for text in STAGES.values()]
        html = render_template("situation/_measures.html", levels=rows, heads=heads)
        panel = {
            "key": "measures",
            "title": TITLE.in_(locale),
            "note": NOTE.in_(locale),
            "place": "main",
            "html": Markup(html),
        }
        return {"panels": [panel]}


def _level_shape(level: LevelMeasures) -> dict[str, Any]:
    return {
        "level": level.level,
        "times": {
            stage.value: {"at": iso(mark.at), "row": {"kind": mark.row.kind, "id": mark.row.id}}
            for stage, mark in level.marks.items()
        },
        "spans": [
            {
                "from": span.start.stage.value,
                "to": span.end.stage.value,
                "seconds": span.seconds,
                "rows": [{"kind": mark.row.kind, "id": mark.row.id} for mark in (span.start, span.end)],
            }
            for span in level.spans
        ],
    }


def _level_row(level: LevelMeasures, locale: str, url: str) -> dict[str, Any]:
    return {
        "name": LEVELS[level.level].in_(locale),
        "times": [
            {"at": mark.at, "url": _url(mark.row, url)} if (mark := level.marks.get(stage)) else None
            for stage in STAGES
        ],
        "spans": [_span_row(span, locale, url) for span in level.spans],
    }


def _span_row(span: Span, locale: str, url: str) -> dict[str, Any]:
    return {
        "from": STAGES[span.start.stage].in_(locale),
        "to": STAGES[span.end.stage].in_(locale),
        "minutes": span.seconds // 60,
        "url": _url(span.end.row, url),
    }


def _url(row: Row, incident_url: str) -> str:
    prefix = incident_url.rpartition("/incidents/")[0]
    return {
        "incident": incident_url,
        "leg": f"{prefix}/legs/{row.id}",
        "instruction": f"{incident_url}#panel-tasks",
        "order": f"{prefix}/dispatch-orders/{row.id}",
    }[row.kind]
