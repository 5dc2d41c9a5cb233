"""A mail server on loopback that speaks as much SMTP as a message needs, encrypted or not, and all its moods."""

import base64
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from ipaddress import ip_address
from pathlib import Path
from typing import cast

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@dataclass
class Mailroom:
    """What the server took, and its moods.

    `refuse` addresses it does not know (550), `later` asks that many recipients to come back (451), `hang_up` takes
    that many messages and goes silent before it says so; with `password` nobody gets in without it, with
    `certificate` it offers encryption.
    """

    port: int = 0
    took: list[EmailMessage] = field(default_factory=list)
    refuse: set[str] = field(default_factory=set)
    later: int = 0
    hang_up: int = 0
    password: str = ""
    certificate: Path | None = None
    encrypted: list[bool] = field(default_factory=list)
    passwords: list[str] = field(default_factory=list)


class Conversation(socketserver.StreamRequestHandler):
    """One connection of a client."""

    def handle(self) -> None:
        """Greet, and answer line by line until the client leaves."""
        self.room = cast(Listener, self.server).room
        self.is_encrypted, self.is_in = False, False
        self.say("220 mailroom")
        while line := self.rfile.readline().decode().strip():
            command, _, rest = line.partition(" ")
            answer = getattr(self, f"on_{command.lower()}", None)
            if answer is None:
                self.say("502 unknown")
            elif answer(rest) is False:
                return

    def finish(self) -> None:
        """Close what the encryption opened too."""
        super().finish()
        self.request.close()

    def say(self, *lines: str) -> None:
        """Answer with *lines*."""
        self.wfile.write("".join(f"{line}\r\n" for line in lines).encode())

    def on_ehlo(self, _rest: str) -> None:
        """Say what the server can do."""
        offers = ["250-mailroom"]
        offers += ["250-AUTH PLAIN"] if self.room.password else []
        offers += ["250-STARTTLS"] if self.room.certificate and not self.is_encrypted else []
        self.say(*offers, "250 8BITMIME")

    def on_starttls(self, _rest: str) -> bool:
        """Go on encrypted."""
        self.say("220 go on")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(str(self.room.certificate))
        try:
            self.request = context.wrap_socket(self.request, server_side=True)
        except (ssl.SSLError, OSError):
            return False  # the client did not trust the certificate
        self.rfile, self.wfile = self.request.makefile("rb"), self.request.makefile("wb", buffering=0)
        self.is_encrypted = True
        return True

    def on_auth(self, rest: str) -> None:
        """Let in who knows the password."""
        given = base64.b64decode(rest.partition(" ")[2]).split(b"\0")[-1].decode()
        self.room.passwords.append(given)
        self.is_in = given == self.room.password
        self.say("235 in" if self.is_in else "535 no")

    def on_mail(self, _rest: str) -> None:
        """Take the sender's name."""
        self.say("250 ok" if self.is_in or not self.room.password else "530 log in first")

    def on_rcpt(self, rest: str) -> None:
        """Take the recipient's address."""
        address = rest.partition("<")[2].partition(">")[0]
        if address in self.room.refuse:
            self.say("550 nobody of that name")
        elif self.room.later > 0:
            self.room.later -= 1
            self.say("451 come back later")
        else:
            self.say("250 ok")

    def on_data(self, _rest: str) -> bool:
        """Take the message."""
        self.say("354 go on")
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line.removeprefix(b"."))
        mail = message_from_bytes(b"".join(lines), policy=policy.default)
        self.room.took.append(mail)
        self.room.encrypted.append(self.is_encrypted)
        if self.room.hang_up > 0:
            self.room.hang_up -= 1
            return False
        self.say("250 taken")
        return True

    def on_rset(self, _rest: str) -> None:
        """Forget the message that was begun."""
        self.say("250 ok")

    def on_quit(self, _rest: str) -> bool:
        """Part."""
        self.say("221 bye")
        return False


class Listener(socketserver.ThreadingTCPServer):
    """The mail server's listener."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, room: Mailroom) -> None:
        super().__init__(("127.0.0.1", 0), Conversation)
        self.room = room


@contextmanager
def running() -> Iterator[Mailroom]:
    """Run a mail server on loopback for as long as the block lasts."""
    room = Mailroom()
    listener = Listener(room)
    room.port = listener.server_address[1]
    thread = threading.Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield room
    finally:
        listener.shutdown()
        listener.server_close()
        thread.join(timeout=5)


def certificate(folder: Path) -> Path:
    """Return a file with a key and a certificate for 127.0.0.1 that vouches for itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mailroom")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = folder / "certificate.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path
