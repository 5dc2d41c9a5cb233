"""What the provider calls back: receipts, key presses, replies; refused unless it signed them."""

import re
from http import HTTPStatus
from uuid import UUID
from xml.sax.saxutils import escape

from apiflask import APIBlueprint
from flask import Blueprint, Response, abort, request
from flask.typing import ResponseReturnValue

from responder.core.ids import DeliveryId
from responder.core.permissions import public
from responder.core.uow import Database
from responder.foundation.messaging import queries, services
from responder.foundation.messaging.addresses import AddressBook
from responder.foundation.messaging.settings import MessagingSettings
from responder.foundation.messaging.twilio_exchange import is_signed
from responder.foundation.web.context import installation

CODE = re.compile(r"(?<!\d)\d{4}(?!\d)")
SIGNED = "已签收。"
NO_SUCH_CODE = "没有这个签收码，请核对后再回复。"
NOT_SIGNED = "没有签收。"


def make_blueprint(settings: MessagingSettings, addresses: AddressBook) -> Blueprint:
    """Return the routes under /webhooks/twilio for an installation with *settings*."""
    # The description of the API asks every blueprint with a guard of its own whether it belongs to it.
    bp = APIBlueprint("twilio", __name__, url_prefix="/webhooks/twilio", enable_openapi=False)

    @bp.before_request
    def refuse_unsigned() -> None:
        path = request.full_path if request.query_string else request.path
        url = settings.public_url.rstrip("/") + path
        if not is_signed(settings, url, request.form, request.headers.get("X-Twilio-Signature", "")):
            abort(HTTPStatus.FORBIDDEN)

    @bp.post("/status/<uuid:delivery_id>")
    @public
    def status(delivery_id: UUID) -> ResponseReturnValue:
        sid = request.form.get("MessageSid") or request.form.get("CallSid", "")
        word = request.form.get("MessageStatus") or request.form.get("CallStatus", "")
        with installation().database.unit_of_work(lane=None) as uow:
            services.take_receipt(uow, DeliveryId(delivery_id), sid, word)
        return "", HTTPStatus.NO_CONTENT

    @bp.post("/keys/<uuid:delivery_id>")
    @public
    def keys(delivery_id: UUID) -> ResponseReturnValue:
        if request.form.get("Digits", "") != "1":
            return _speak(NOT_SIGNED)
        answer(installation().database, DeliveryId(delivery_id), "voice")
        return _speak(SIGNED)

    @bp.post("/sms")
    @public
    def sms() -> ResponseReturnValue:
        database = installation().database
        sender = addresses.seal(request.form.get("From", ""))
        codes = CODE.findall(request.form.get("Body", ""))
        with database.unit_of_work(lane=None, write=False) as uow:
            found = queries.delivery_with_code(uow.session, sender, codes)
        if found is None:
            return _twiml(f"<Message>{NO_SUCH_CODE}</Message>")
        answer(database, found, "sms")
        return _twiml(f"<Message>{SIGNED}</Message>")

    return bp


def answer(database: Database, delivery_id: DeliveryId, method: str) -> None:
    """Record the answer of whoever was called with the delivery, in the lane of the delivery."""
    with database.unit_of_work(lane=None, write=False) as uow:
        row = queries.delivery(uow.session, delivery_id)
        lane, name = row.lane_id, row.person_name
    with database.unit_of_work(lane=lane) as uow:
        services.answer(uow, delivery_id, method=method, by=name)


def _speak(words: str) -> Response:
    return _twiml(f'<Say language="zh-CN">{escape(words)}</Say>')


def _twiml(inner: str) -> Response:
    return Response(
        f'<?xml version="1.0" encoding="UTF-8"?><Response>{inner}</Response>', mimetype="text/xml"
    )
