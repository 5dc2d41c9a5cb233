"""E-mail through the server of RESPONDER_SMTP_URL; it gives no receipts and cannot be asked."""

import smtplib
from email.message import EmailMessage
from urllib.parse import parse_qs, unquote, urlsplit

from responder.core.errors import Text
from responder.foundation.messaging import rules
from responder.foundation.messaging.channels import Accepted, Outcome, Outgoing, Refused, Unknown

REFUSED = Text("邮件服务器拒收", "refused by the mail server")
UNREACHED = Text("邮件服务器连接不上", "the mail server cannot be reached")
SILENT = Text("邮件服务器没有应答", "the mail server did not answer")
TIMEOUT_SECONDS = rules.PROVIDER_MAY_TAKE.total_seconds()


class MailServer:
    """Sends messages as e-mail: `smtp://user:password@host:port?from=duty@example.cn`, or `smtps://`."""

    name = "smtp"

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._host, self._is_tls = parts.hostname or "", parts.scheme == "smtps"
        self._port = parts.port or (465 if self._is_tls else 25)
        self._login = (unquote(parts.username or ""), unquote(parts.password or ""))
        self._sender = parse_qs(parts.query).get("from", [f"responder@{self._host}"])[0]

    def send(self, message: Outgoing) -> Outcome:
        """Hand *message* over."""
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = self._sender, message.address, message.text
        mail["Message-ID"] = f"<{message.delivery_id}@responder>"
        mail.set_content(message.text)
        connect = smtplib.SMTP_SSL if self._is_tls else smtplib.SMTP
        try:
            with connect(self._host, self._port, timeout=TIMEOUT_SECONDS) as server:
                if self._login[0]:
                    server.login(*self._login)
                server.send_message(mail)
        except (smtplib.SMTPRecipientsRefused, smtplib.SMTPSenderRefused, smtplib.SMTPAuthenticationError):
            return Refused(REFUSED, for_good=True)
        except (ConnectionRefusedError, smtplib.SMTPConnectError):
            return Refused(UNREACHED, for_good=False)
        except (OSError, smtplib.SMTPException):
            return Unknown(SILENT)
        return Accepted(str(message.delivery_id), "sent")

    def find(self, message: Outgoing) -> Accepted | Unknown | None:
        """Return Unknown: a mail server does not tell what it took."""
        return Unknown(SILENT)

    def look(self, channel: str, sid: str) -> Accepted | Unknown | None:
        """Return what is known already: the server took it."""
        return Accepted(sid, "sent")
