"""What every API call shares: one transaction, idempotency keys, cursors, JSON shapes."""

import base64
import binascii
import hashlib
import json
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any
from uuid import UUID

from flask import jsonify, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from responder.core.clock import wall
from responder.core.errors import Conflict, Text, invalid
from responder.core.ids import new_id
from responder.core.uow import UnitOfWork
from responder.foundation.web.context import current_actor, unit_of_work
from responder.foundation.web.models import RememberedAnswer

Body = dict[str, Any]
Answer = tuple[
    Body | Callable[[], Body], int
]  # a body, or what makes it once everything is written; the status
LONGEST_KEY = 200
OTHER_REQUEST = Text(
    "这个 Idempotency-Key 已用于另一个请求。请换一个。",
    "This Idempotency-Key was used for another request. Take a new one.",
)
KEY_TOO_LONG = Text("Idempotency-Key 最多 200 个字符。", "An Idempotency-Key has 200 characters at most.")
NOT_JSON = Text("请发送 UTF-8 编码的 JSON 对象。", "Send a JSON object in UTF-8.")
BAD_CURSOR = Text(
    "cursor 读不懂，请用上一页的 next。", "The cursor cannot be read; use `next` of the last page."
)


def writes(view: Callable[..., Answer]) -> Callable[..., ResponseReturnValue]:
    """Give *view* a unit of work as first argument, and honour an Idempotency-Key in that same transaction.

    A view that answers with a function is shaped after the commit, so that others need not wait for it; with a key,
    whose answer is kept beside what it wrote, before it.
    """

    @wraps(view)
    def answer(*args: Any, **kwargs: Any) -> ResponseReturnValue:
        key = request.headers.get("Idempotency-Key", "")
        if len(key) > LONGEST_KEY:
            raise invalid(**{"Idempotency-Key": KEY_TOO_LONG})
        try:
            with unit_of_work() as uow:
                earlier = _earlier(uow, key)
                if earlier is not None:
                    body, status = earlier
                else:
                    made, status = view(uow, *args, **kwargs)
                    if callable(made):
                        uow.react() if key else uow.commit()
                        made = made()
                    body = made
                    _remember(uow, key, body, status)
        except IntegrityError:
            # Two requests with one key at once: the other one won and its answer is ours too.
            with unit_of_work(write=False) as uow:
                earlier = _earlier(uow, key)
            if earlier is None:
                raise
            body, status = earlier
        return jsonify(body), status

    return answer


def _request_hash() -> str:
    return hashlib.sha256(
        f"{request.method} {request.path}\n".encode() + request.get_data(cache=True)
    ).hexdigest()


def _earlier(uow: UnitOfWork, key: str) -> tuple[Body, int] | None:
    if not key:
        return None
    row = uow.session.scalars(
        select(RememberedAnswer).where(
            RememberedAnswer.account_id == current_actor().account_id, RememberedAnswer.key == key
        )
    ).one_or_none()
    if row is None:
        return None
    if row.request_hash != _request_hash():
        raise Conflict(OTHER_REQUEST)
    return row.body, row.status


def _remember(uow: UnitOfWork, key: str, body: dict[str, Any], status: int) -> None:
    account_id = current_actor().account_id
    if not key or account_id is None:
        return
    uow.session.add(
        RememberedAnswer(
            id=new_id(),
            account_id=account_id,
            key=key,
            request_hash=_request_hash(),
            status=status,
            body=json.loads(json.dumps(body)),
            at=uow.now,
        )
    )
    uow.session.flush()


def iso(at: datetime | None) -> str | None:
    """Return *at* as ISO 8601 with Beijing's offset; None stays unknown."""
    return wall(at).isoformat() if at else None


def encode_cursor(at: datetime, row_id: UUID) -> str:
    """Return the cursor that continues after the row (*at*, *row_id*)."""
    return base64.urlsafe_b64encode(f"{at.isoformat()}|{row_id}".encode()).decode().rstrip("=")


def decode_cursor(text: str | None) -> tuple[datetime, UUID] | None:
    """Return where the cursor *text* points; raise InvalidInput when it was not made by us."""
    if not text:
        return None
    try:
        at, _, row_id = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode().partition("|")
        moment = datetime.fromisoformat(at)
        if moment.tzinfo is None:
            raise ValueError
        return moment, UUID(row_id)
    except (ValueError, binascii.Error):
        raise invalid(cursor=BAD_CURSOR) from None


def json_body() -> dict[str, Any]:
    """Return the JSON object of the request; raise InvalidInput when it is none."""
    try:
        body = json.loads(request.get_data(cache=True) or b"{}", parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise invalid(body=NOT_JSON) from None
    if not isinstance(body, dict):
        raise invalid(body=NOT_JSON)
    return body


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is no JSON")


def page_limit(text: str | None, most: int = 200, usual: int = 50) -> int:
    """Return how many rows a page may have; raise InvalidInput for a limit out of 1 to *most*."""
    if not text:
        return usual
    if not text.isdecimal() or len(text) > 6 or not 1 <= int(text) <= most:
        raise invalid(limit=Text(f"limit 要在 1 到 {most} 之间。", f"limit is a number from 1 to {most}."))
    return int(text)
