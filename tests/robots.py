"""Group chat robots on loopback: one listener that answers in each messenger's dialect, and all its moods."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class Heard:
    """One message as a robot took it."""

    path: str
    query: dict[str, str]
    body: dict[str, Any]


@dataclass
class Robots:
    """What the robots heard, and their moods.

    `answer` is what they say in their dialect, `status` the status they say it with, `swallow_next` takes that many
    messages and hangs up without an answer.
    """

    url: str = ""
    heard: list[Heard] = field(default_factory=list)
    status: int = 200
    answer: bytes = b'{"errcode": 0, "errmsg": "ok"}'
    location: str = ""
    swallow_next: int = 0

    @property
    def texts(self) -> list[str]:
        """The words of each message, in whatever dialect they came."""
        return [
            one.body.get("text", {}).get("content")
            if isinstance(one.body.get("text"), dict)
            else one.body.get("text") or one.body["content"]["text"]
            for one in self.heard
        ]


class Listener(ThreadingHTTPServer):
    """The robots' listener."""

    daemon_threads = True

    def __init__(self, robots: Robots) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.robots = robots


class Handler(BaseHTTPRequestHandler):
    """Takes one message."""

    protocol_version = "HTTP/1.1"
    server: Listener

    def do_POST(self) -> None:
        """Take a message and answer as the mood is."""
        robots, parts = self.server.robots, urlsplit(self.path)
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        robots.heard.append(Heard(parts.path, query, body))
        if robots.swallow_next > 0:
            robots.swallow_next -= 1
            self.close_connection = True
            return
        self.send_response(robots.status)
        if robots.location:
            self.send_header("Location", robots.location)
        self.send_header("Content-Length", str(len(robots.answer)))
        self.end_headers()
        self.wfile.write(robots.answer)

    def log_message(self, format: str, *arguments: Any) -> None:
        """Keep quiet: the tests look at what was heard."""


@contextmanager
def running() -> Iterator[Robots]:
    """Run the robots on loopback for as long as the block lasts."""
    robots = Robots()
    listener = Listener(robots)
    robots.url = f"http://127.0.0.1:{listener.server_port}"
    thread = threading.Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield robots
    finally:
        listener.shutdown()
        listener.server_close()
        thread.join(timeout=5)
