"""A telephone exchange on loopback that behaves as Twilio does: messages, calls, signed callbacks, and all its moods.

`python -m tests.exchange --port 9000` runs it by hand: what it is given it prints, and it calls back at once.
"""

import argparse
import base64
import json
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.error import HTTPError
from urllib.parse import parse_qs, urlencode, urlsplit
from urllib.request import Request, urlopen

from twilio.request_validator import RequestValidator

from responder.core.clock import Clock, SystemClock

ACCOUNT = "AC00000000000000000000000000000000"
TOKEN = "exchange-token"
SENDER = "+8600000000000"

Deliver = Callable[[str, Mapping[str, str], Mapping[str, str]], int]


@dataclass
class Placed:
    """One message or call as the exchange took it."""

    sid: str
    kind: str  # Messages or Calls
    to: str
    body: str  # the words, or the TwiML of a call
    status: str
    callback: str
    at: datetime


@dataclass
class Exchange:
    """The exchange and its moods; `deliver` carries callbacks to the product and returns the answer's status.

    Moods: `refuse` numbers it rejects (400), `fail_next` answers that many requests with 503, `swallow_next` takes
    that many messages and hangs up without an answer, `delay` seconds before each answer, `callbacks` = `now`
    (queued, sent, delivered at once), `never`, or `held` until `release` is called, in an order of your choice.
    """

    url: str = ""
    placed: list[Placed] = field(default_factory=list)
    refuse: set[str] = field(default_factory=set)
    fail_next: int = 0
    swallow_next: int = 0
    delay: float = 0.0
    callbacks: str = "never"
    requests: int = 0
    deliver: Deliver | None = None
    clock: Clock = field(default_factory=SystemClock)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def settings(self, public_url: str = "http://127.0.0.1:8000") -> dict[str, str]:
        """Return the environment of a product that uses this exchange."""
        return {
            "RESPONDER_PUBLIC_URL": public_url,
            "RESPONDER_TWILIO_ACCOUNT_SID": ACCOUNT,
            "RESPONDER_TWILIO_AUTH_TOKEN": TOKEN,
            "RESPONDER_TWILIO_FROM": SENDER,
            "RESPONDER_TWILIO_BASE_URL": self.url,
        }

    @property
    def messages(self) -> list[Placed]:
        """What it took as SMS, in order."""
        return [one for one in self.placed if one.kind == "Messages"]

    @property
    def calls(self) -> list[Placed]:
        """What it took as calls, in order."""
        return [one for one in self.placed if one.kind == "Calls"]

    def release(self, one: Placed, statuses: Iterable[str]) -> list[int]:
        """Call back about *one* with each of *statuses* in the order given; return the product's answers."""
        prefix = "Message" if one.kind == "Messages" else "Call"
        answers = []
        for status in statuses:
            one.status = status
            answers.append(self.post(one.callback, {f"{prefix}Sid": one.sid, f"{prefix}Status": status}))
        return answers

    def reply(self, number: str, words: str, public_url: str = "http://127.0.0.1:8000") -> int:
        """Send *words* as an SMS from *number* to the product."""
        url = f"{public_url}/webhooks/twilio/sms"
        return self.post(url, {"From": number, "To": SENDER, "Body": words, "MessageSid": "SMreply"})

    def press(self, call: Placed, digit: str) -> int:
        """Press *digit* during *call*."""
        action = call.body.partition('action="')[2].partition('"')[0]
        return self.post(action, {"CallSid": call.sid, "Digits": digit, "From": SENDER, "To": call.to})

    def post(self, url: str, form: Mapping[str, str], signature: str | None = None) -> int:
        """Post *form* to the product, signed as the provider signs unless *signature* says otherwise."""
        signed = (
            RequestValidator(TOKEN).compute_signature(url, dict(form)) if signature is None else signature
        )
        return (self.deliver or deliver_over_http)(url, form, {"X-Twilio-Signature": signed})

    def take(self, kind: str, form: Mapping[str, str]) -> Placed:
        """Take a message or call."""
        with self.lock:
            sid = f"{'SM' if kind == 'Messages' else 'CA'}{len(self.placed):032d}"
            one = Placed(
                sid,
                kind,
                form.get("To", ""),
                form.get("Body") or form.get("Twiml", ""),
                "queued",
                form.get("StatusCallback", ""),
                self.clock.now(),
            )
            self.placed.append(one)
        return one

    def show(self, one: Placed) -> dict[str, Any]:
        """Return *one* as the provider's API shows it."""
        return {
            "sid": one.sid,
            "account_sid": ACCOUNT,
            "to": one.to,
            "from": SENDER,
            "body": one.body,
            "status": one.status,
            "date_created": format_datetime(one.at),
            "date_sent": format_datetime(one.at),
            "uri": f"/2010-04-01/Accounts/{ACCOUNT}/{one.kind}/{one.sid}.json",
        }


def deliver_over_http(url: str, form: Mapping[str, str], headers: Mapping[str, str]) -> int:
    """Post *form* to *url* over the network and return the answer's status."""
    request = Request(url, urlencode(form).encode(), dict(headers), method="POST")
    try:
        with urlopen(request, timeout=5) as response:
            return int(response.status)
    except HTTPError as refused:
        return refused.code


class Server(ThreadingHTTPServer):
    """The exchange's listener."""

    daemon_threads = True

    def __init__(self, exchange: Exchange, port: int) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.exchange = exchange


class Handler(BaseHTTPRequestHandler):
    """Answers one connection as the provider's API does."""

    protocol_version = "HTTP/1.1"
    server: Server

    def do_POST(self) -> None:
        """Take a message or a call."""
        length = int(self.headers.get("Content-Length", "0"))
        form = {key: values[0] for key, values in parse_qs(self.rfile.read(length).decode()).items()}
        kind, exchange = self._kind(), self.server.exchange
        if not self._may_go_on() or kind is None:
            return
        if form.get("To") in exchange.refuse:
            self._answer(400, {"code": 21211, "message": "Invalid 'To' Phone Number", "status": 400})
            return
        one = exchange.take(kind, form)
        if exchange.swallow_next > 0:
            exchange.swallow_next -= 1
            self.close_connection = True
            return
        self._answer(201, exchange.show(one))
        if exchange.callbacks == "now":
            words = ("sent", "delivered") if kind == "Messages" else ("ringing", "in-progress", "completed")
            threading.Thread(target=exchange.release, args=(one, words), daemon=True).start()

    def do_GET(self) -> None:
        """Show one message or call, or those sent to a number."""
        kind = self._kind()
        if not self._may_go_on() or kind is None:
            return
        of_kind = [one for one in self.server.exchange.placed if one.kind == kind]
        parts = urlsplit(self.path)
        last = parts.path.rsplit("/", 1)[-1].removesuffix(".json")
        if last == kind:
            to = parse_qs(parts.query).get("To", [""])[0]
            shown = [self.server.exchange.show(one) for one in reversed(of_kind) if one.to == to]
            self._answer(200, {kind.lower(): shown, "page": 0, "page_size": 50, "next_page_uri": None})
            return
        found = next((one for one in of_kind if one.sid == last), None)
        self._answer(200, self.server.exchange.show(found)) if found else self._answer(404, {"status": 404})

    def _kind(self) -> str | None:
        parts = urlsplit(self.path).path.removesuffix(".json").split("/")
        known = len(parts) >= 5 and parts[1] == "2010-04-01" and parts[3] == ACCOUNT
        return parts[4] if known and parts[4] in ("Messages", "Calls") else None

    def _may_go_on(self) -> bool:
        exchange = self.server.exchange
        exchange.requests += 1
        time.sleep(exchange.delay)
        expected = base64.b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()
        if self._kind() is None:
            self._answer(404, {"status": 404, "message": "not found"})
        elif self.headers.get("Authorization") != f"Basic {expected}":
            self._answer(401, {"code": 20003, "message": "Authenticate", "status": 401})
        elif exchange.fail_next > 0:
            exchange.fail_next -= 1
            self._answer(503, {"code": 20503, "message": "Service unavailable", "status": 503})
        else:
            return True
        return False

    def _answer(self, status: int, body: Mapping[str, Any]) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *arguments: Any) -> None:
        """Keep quiet: the tests look at what was placed."""


@contextmanager
def running(port: int = 0) -> Iterator[Exchange]:
    """Run an exchange on loopback for as long as the block lasts."""
    exchange = Exchange()
    server = Server(exchange, port)
    exchange.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield exchange
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=5)


def main() -> None:
    """Run an exchange by hand until interrupted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=9000)
    parser.add_argument("--callbacks", choices=("now", "never"), default="now")
    chosen = parser.parse_args()
    with running(chosen.port) as exchange:
        exchange.callbacks = chosen.callbacks
        for name, value in exchange.settings().items():
            print(f"{name}={value}")
        shown = 0
        while True:
            time.sleep(0.2)
            for one in exchange.placed[shown:]:
                print(f"{one.kind} {one.to} {one.body}", flush=True)
                shown += 1


if __name__ == "__main__":
    main()
