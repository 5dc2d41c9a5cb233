"""Refusals as the caller can use them: problem+json at the API, a sentence in the page otherwise."""

import json
import logging
from http import HTTPStatus
from typing import Any

from flask import Flask, Response, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import DataError, OperationalError
from werkzeug.exceptions import HTTPException

from responder.core.errors import ResponderError, Text
from responder.foundation.web.context import current_locale, installation, unit_of_work

logger = logging.getLogger(__name__)

STATUS_WORDS: dict[int, Text] = {
    400: Text(
        "请求无法读懂。请检查格式后重发。", "The request cannot be read. Check its form and send it again."
    ),
    401: Text("请先登录。", "Log in first."),
    403: Text("您的账号无权做这件事。", "Your account may not do this."),
    404: Text("没有找到，或不在您的职责范围内。", "Not found, or it is not within your area."),
    405: Text("这个地址不支持这种请求。", "This address does not take this kind of request."),
    413: Text("内容太大。单个文件不超过 20 MB。", "That is too large. A file may have 20 MB at most."),
    415: Text("请用 application/json 发送。", "Send it as application/json."),
    422: Text("有的栏目读不懂，请看各栏的说明。", "Some fields cannot be read; see each of them."),
    429: Text("请求太密，请稍等一分钟。", "Too many requests; wait a minute."),
    500: Text("系统出错，已经记录。请再试一次。", "Something failed here and was recorded. Try again."),
    503: Text(
        "数据库暂时写不进去，请立即改用电话和纸表。",
        "The database cannot be reached. Use telephone and paper now.",
    ),
}


def wants_json() -> bool:
    """Return whether the caller is a program: an API path, or a client that asks for JSON."""
    return (
        request.path.startswith(("/api/", "/webhooks/"))
        or request.accept_mimetypes.best == "application/json"
    )


def problem(status: int, kind: str, text: Text, **members: Any) -> Response:
    """Return an RFC 9457 answer in the caller's language."""
    body = {
        "type": f"urn:responder:{kind}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": text.in_(current_locale()),
        **{name: value for name, value in members.items() if value},
    }
    # A name that is echoed may hold half a character, which no answer can carry.
    words = json.dumps(body, ensure_ascii=False).encode(errors="replace")
    return Response(words, status, mimetype="application/problem+json")


def error_page(status: int, text: Text) -> ResponseReturnValue:
    """Return the page for a refusal that belongs to no field."""
    sentence = text.in_(current_locale())
    try:
        with unit_of_work(write=False) as uow:
            shell = installation().shell(uow.session)
    except OperationalError:
        return Response(sentence, status, mimetype="text/plain")
    return render_template("web/error.html", shell=shell, status=status, message=sentence), status


def _refusal(error: ResponderError) -> ResponseReturnValue:
    if not wants_json():
        return error_page(error.status, error.text)
    locale = current_locale()
    return problem(
        error.status,
        error.kind,
        error.text,
        rule=error.rule,
        source=error.source,
        errors={name: text.in_(locale) for name, text in error.errors.items()},
    )


def _http(error: HTTPException) -> ResponseReturnValue:
    if error.response is not None or (error.code or 500) < 400:
        return error.get_response()
    status = error.code or 500
    text = STATUS_WORDS.get(status, STATUS_WORDS[400 if status < 500 else 500])
    if wants_json():
        answer = problem(status, HTTPStatus(status).name.lower().replace("_", "-"), text)
        retry = dict(error.get_headers()).get("Retry-After")
        if retry:
            answer.headers["Retry-After"] = retry
        return answer
    return error_page(status, text)


def _database_away(error: OperationalError) -> ResponseReturnValue:
    logger.error("database refused", exc_info=error)
    if wants_json():
        return problem(503, "database-unavailable", STATUS_WORDS[503])
    return error_page(503, STATUS_WORDS[503])


def _unstorable(error: DataError) -> ResponseReturnValue:
    """Answer a value that no column can hold, such as a NUL in an address: it is the request that is wrong."""
    logger.info("a value fits no column", exc_info=error)
    if wants_json():
        return problem(400, "bad-request", STATUS_WORDS[400])
    return error_page(400, STATUS_WORDS[400])


def _fault(error: Exception) -> ResponseReturnValue:
    logger.error("unhandled fault", exc_info=error)
    if wants_json():
        return problem(500, "fault", STATUS_WORDS[500])
    return error_page(500, STATUS_WORDS[500])


def register(app: Flask) -> None:
    """Let *app* answer every refusal and fault in its caller's form and language."""
    app.register_error_handler(ResponderError, _refusal)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(OperationalError, _database_away)
    app.register_error_handler(DataError, _unstorable)
    app.register_error_handler(Exception, _fault)
