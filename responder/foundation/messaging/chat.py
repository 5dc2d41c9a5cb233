"""Messages to group chats through their robots' webhooks; a robot gives no receipts and cannot be asked."""

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from responder.core.errors import Text
from responder.foundation.messaging import rules
from responder.foundation.messaging.channels import Accepted, Outcome, Outgoing, Refused, Unknown
from responder.foundation.messaging.groups import Dialect, Group
from responder.foundation.messaging.http_answers import never_left, outcome_of_status
from responder.foundation.messaging.settings import is_loopback

GONE = Text("设置中已没有这个群", "the group is no longer in the settings")
UNREACHED = Text("群机器人连接不上", "the group's robot cannot be reached")
SILENT = Text("群机器人没有应答", "the group's robot did not answer")
UNREADABLE = Text("群机器人的应答读不懂", "the answer of the group's robot cannot be read")
TIMEOUT_SECONDS = rules.PROVIDER_MAY_TAKE.total_seconds()
# Where a robot says in its answer whether it took the message; a success over HTTP alone means nothing.
VERDICTS = {
    Dialect.DINGTALK: ("errcode",),
    Dialect.WECOM: ("errcode",),
    Dialect.FEISHU: ("code", "StatusCode"),
}
TOO_OFTEN = frozenset({130101, 45009, 9499, 11232})  # too many messages in a minute: worth another try


class GroupChats:
    """Carries messages to the robots of *groups*."""

    name = "im"

    def __init__(self, groups: Sequence[Group]) -> None:
        self._groups = {group.id: group for group in groups}

    def send(self, message: Outgoing) -> Outcome:
        """Hand *message* over to the robot of the group that it is addressed to."""
        import requests

        group = self._groups.get(message.address)
        if group is None:
            return Refused(GONE, for_good=True)
        body, query = _spoken(group, message)
        try:
            with requests.Session() as session:
                # A proxy from the environment has no business between us and ourselves.
                session.trust_env = not is_loopback(group.url)
                answer = session.post(
                    group.url, json=body, params=query, timeout=TIMEOUT_SECONDS, allow_redirects=False
                )
        except (requests.RequestException, OSError, ValueError) as error:
            return Refused(UNREACHED, for_good=False) if never_left(error) else Unknown(SILENT)
        if not 200 <= answer.status_code < 300:
            return outcome_of_status(answer.status_code, _refused(answer.status_code))
        return _verdict(group.dialect, answer, message)

    def find(self, message: Outgoing) -> Accepted | Unknown | None:
        """Return Unknown: a robot does not tell what it took."""
        return Unknown(SILENT)

    def look(self, channel: str, sid: str) -> Accepted | Unknown | None:
        """Return what is known already: the robot took it."""
        return Accepted(sid, "sent")


def _spoken(group: Group, message: Outgoing) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the body and the query in the robot's dialect, signed where the group has a secret."""
    match group.dialect:
        case Dialect.DINGTALK:
            return _text(message), _dingtalk_seal(group.secret, message.sending_at)
        case Dialect.WECOM:
            return _text(message), {}
        case Dialect.FEISHU:
            body: dict[str, Any] = {"msg_type": "text", "content": {"text": message.text}}
            return body | _feishu_seal(group.secret, message.sending_at), {}
        case _:
            return {"id": str(message.delivery_id), "text": message.text}, {}


def _text(message: Outgoing) -> dict[str, Any]:
    return {"msgtype": "text", "text": {"content": message.text}}


def _dingtalk_seal(secret: str, at: datetime) -> dict[str, str]:
    if not secret:
        return {}
    stamp = str(int(at.timestamp() * 1000))
    return {"timestamp": stamp, "sign": _seal(secret.encode(), f"{stamp}\n{secret}".encode())}


def _feishu_seal(secret: str, at: datetime) -> dict[str, str]:
    if not secret:
        return {}
    stamp = str(int(at.timestamp()))
    return {"timestamp": stamp, "sign": _seal(f"{stamp}\n{secret}".encode(), b"")}


def _seal(key: bytes, words: bytes) -> str:
    return base64.b64encode(hmac.new(key, words, hashlib.sha256).digest()).decode()


def _verdict(dialect: Dialect, answer: Any, message: Outgoing) -> Outcome:
    accepted = Accepted(str(message.delivery_id), "sent")
    if dialect not in VERDICTS:
        return accepted
    try:
        told = answer.json()
    except ValueError:
        told = None
    code = _code(told, VERDICTS[dialect]) if isinstance(told, Mapping) else None
    if code is None:
        return Unknown(UNREADABLE)
    return accepted if code == 0 else Refused(_refused(code), for_good=code not in TOO_OFTEN)


def _code(told: Mapping[str, Any], names: Sequence[str]) -> int | None:
    return next((told[name] for name in names if isinstance(told.get(name), int)), None)


def _refused(code: int) -> Text:
    return Text(f"群机器人拒收（{code}）", f"refused by the group's robot ({code})")
