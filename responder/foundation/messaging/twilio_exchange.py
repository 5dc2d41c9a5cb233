"""SMS and voice through Twilio; the library is heavy and is loaded with the first message."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from responder.core.errors import Text
from responder.foundation.messaging import rules
from responder.foundation.messaging.channels import Accepted, Outcome, Outgoing, Refused, Unknown
from responder.foundation.messaging.http_answers import never_left, outcome_of_status
from responder.foundation.messaging.settings import TWILIO_URL, MessagingSettings, is_loopback

TIMEOUT_SECONDS = rules.PROVIDER_MAY_TAKE.total_seconds()
CALL_EVENTS = ["initiated", "ringing", "answered", "completed"]
TRACES = 20
CLOCKS_DIFFER = timedelta(seconds=5)

UNREACHED = Text("服务商连接不上", "the provider cannot be reached")
SILENT = Text("服务商没有应答", "the provider did not answer")


class TwilioExchange:
    """Places messages and calls with Twilio, or with the exchange at the configured base address."""

    name = "twilio"

    def __init__(self, settings: MessagingSettings) -> None:
        self._settings = settings
        self._made: Any = None

    def send(self, message: Outgoing) -> Outcome:
        """Hand *message* over."""
        try:
            made = self._call(message) if message.channel == "voice" else self._text(message)
        except _failures() as error:
            return _outcome_of(error)
        return Accepted(made.sid, str(made.status))

    def find(self, message: Outgoing) -> Accepted | Unknown | None:
        """Return the trace of *message*: the same words (or a call) to the same number since it was being sent."""
        client = self._client()
        placed = client.calls if message.channel == "voice" else client.messages
        try:
            # Not asked by date: the provider dates a message when it leaves, and this one may still be queued there.
            traces = placed.list(to=message.address, limit=TRACES)
        except _failures() as error:
            return _unknown(error)
        since = message.sending_at - CLOCKS_DIFFER
        for trace in traces:
            is_ours = message.channel == "voice" or trace.body == message.text
            if is_ours and (trace.date_created is None or trace.date_created >= since):
                return Accepted(trace.sid, str(trace.status))
        return None

    def look(self, channel: str, sid: str) -> Accepted | Unknown | None:
        """Return how far *sid* got."""
        client = self._client()
        try:
            seen = (client.calls if channel == "voice" else client.messages)(sid).fetch()
        except _failures() as error:
            return None if getattr(error, "status", None) == 404 else _unknown(error)
        return Accepted(seen.sid, str(seen.status))

    def _text(self, message: Outgoing) -> Any:
        return self._client().messages.create(
            to=message.address,
            from_=self._settings.sender,
            body=message.text,
            status_callback=self._settings.webhook(f"status/{message.delivery_id}"),
        )

    def _call(self, message: Outgoing) -> Any:
        return self._client().calls.create(
            to=message.address,
            from_=self._settings.sender,
            twiml=spoken(message.text, self._settings.webhook(f"keys/{message.delivery_id}")),
            status_callback=self._settings.webhook(f"status/{message.delivery_id}"),
            status_callback_event=CALL_EVENTS,
        )

    def _client(self) -> Any:
        if self._made is None:
            self._made = _client(self._settings)
        return self._made


def _client(settings: MessagingSettings) -> Any:
    from twilio.http.http_client import TwilioHttpClient
    from twilio.rest import Client

    base = urlsplit(settings.base_url)
    official = urlsplit(TWILIO_URL).netloc

    class Door(TwilioHttpClient):  # type: ignore[misc]
        """Sends what is meant for the provider to the configured address, and in a demo nowhere else."""

        def request(self, method: str, url: str, *arguments: Any, **options: Any) -> Any:
            asked = urlsplit(url)
            if asked.netloc == official:
                asked = asked._replace(
                    scheme=base.scheme, netloc=base.netloc, path=base.path.rstrip("/") + asked.path
                )
            target = urlunsplit(asked)
            if settings.demo and not is_loopback(target):
                raise PermissionError("a demo sends to this machine only")
            return super().request(method, target, *arguments, **options)

    door = Door(timeout=TIMEOUT_SECONDS)
    if is_loopback(settings.base_url) and door.session is not None:
        door.session.trust_env = (
            False  # a proxy from the environment has no business between us and ourselves
        )
    return Client(settings.account_sid, settings.auth_token, http_client=door)


def spoken(text: str, keys_url: str) -> str:
    """Return the TwiML of a call that says *text* twice and takes a key press as the signature."""
    from twilio.twiml.voice_response import Gather, VoiceResponse

    response = VoiceResponse()
    for _ in range(2):
        gather = Gather(num_digits=1, action=keys_url, method="POST", timeout=8)
        gather.say(f"{text}。签收请按 1。", language="zh-CN")
        response.append(gather)
    return str(response)


def is_signed(settings: MessagingSettings, url: str, form: Mapping[str, str], signature: str) -> bool:
    """Return whether the provider signed the request to *url* with the installation's token."""
    from twilio.request_validator import RequestValidator

    if not settings.auth_token or not signature:
        return False
    return bool(RequestValidator(settings.auth_token).validate(url, form, signature))


def _outcome_of(error: Exception) -> Outcome:
    status = getattr(error, "status", None)
    if isinstance(status, int):
        reason = Text(f"服务商拒收（{status}）", f"refused by the provider ({status})")
        return outcome_of_status(status, reason)
    return Refused(UNREACHED, for_good=False) if never_left(error) else _unknown(error)


def _unknown(error: Exception) -> Unknown:
    if isinstance(error, PermissionError):
        raise error  # our own guard, not the provider
    return Unknown(SILENT)


def _failures() -> tuple[type[Exception], ...]:
    from twilio.base.exceptions import TwilioException

    return (OSError, TwilioException)
