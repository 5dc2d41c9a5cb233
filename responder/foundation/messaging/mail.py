"""E-mail through the server of RESPONDER_SMTP_URL; it gives no receipts and cannot be asked."""

import smtplib
import ssl
from email.message import EmailMessage
from urllib.parse import parse_qs, unquote, urlsplit

from responder.core.errors import Text
from responder.foundation.messaging import rules
from responder.foundation.messaging.channels import Accepted, Outcome, Outgoing, Refused, Unknown
from responder.foundation.messaging.settings import is_loopback

REFUSED = Text("邮件服务器拒收", "refused by the mail server")
UNREACHED = Text("邮件服务器连接不上", "the mail server cannot be reached")
SILENT = Text("邮件服务器没有应答", "the mail server did not answer")
NOT_LET_IN = Text("邮件服务器不认口令", "the mail server does not accept the password")
IN_THE_OPEN = Text(
    "邮件服务器不加密，未交口令", "the mail server does not encrypt; no password was given to it"
)
NOT_TRUSTED = Text("邮件服务器的证书不可信", "the mail server's certificate is not trusted")
TIMEOUT_SECONDS = rules.PROVIDER_MAY_TAKE.total_seconds()
FOR_GOOD_FROM = 500  # a 4xx of SMTP asks to come back later


class MailServer:
    """Sends messages as e-mail: `smtp://user:password@host:port?from=duty@example.cn`, or `smtps://`.

    Where the server offers encryption it is used; a password is never given to another machine without it.
    """

    name = "smtp"

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._host, self._is_tls = parts.hostname or "", parts.scheme == "smtps"
        self._port = parts.port or (465 if self._is_tls else 25)
        self._login = (unquote(parts.username or ""), unquote(parts.password or ""))
        self._sender = parse_qs(parts.query).get("from", [f"responder@{self._host}"])[0]
        self._is_here = is_loopback(url)

    def send(self, message: Outgoing) -> Outcome:
        """Hand *message* over."""
        try:
            mail = self._mail(message)
        except ValueError:
            return Refused(REFUSED, for_good=True)  # an address that is none
        try:
            server = self._connect()
        except ssl.SSLCertVerificationError:
            return Refused(NOT_TRUSTED, for_good=True)
        except (OSError, smtplib.SMTPException):
            return Refused(UNREACHED, for_good=False)
        with server:
            refusal = self._let_in(server)
            return refusal or _hand_over(server, mail, str(message.delivery_id))

    def find(self, message: Outgoing) -> Accepted | Unknown | None:
        """Return Unknown: a mail server does not tell what it took."""
        return Unknown(SILENT)

    def look(self, channel: str, sid: str) -> Accepted | Unknown | None:
        """Return what is known already: the server took it."""
        return Accepted(sid, "sent")

    def _mail(self, message: Outgoing) -> EmailMessage:
        mail = EmailMessage()
        mail["From"], mail["To"] = self._sender, message.address
        mail["Subject"] = " ".join(message.text.split())
        mail["Message-ID"] = f"<{message.delivery_id}@responder>"
        mail.set_content(message.text)
        return mail

    def _connect(self) -> smtplib.SMTP:
        context = ssl.create_default_context()
        if self._is_tls:
            return smtplib.SMTP_SSL(self._host, self._port, timeout=TIMEOUT_SECONDS, context=context)
        server = smtplib.SMTP(self._host, self._port, timeout=TIMEOUT_SECONDS)
        try:
            server.ehlo_or_helo_if_needed()
            if server.has_extn("starttls"):
                server.starttls(context=context)
                server.ehlo()
        except BaseException:
            server.close()
            raise
        return server

    def _let_in(self, server: smtplib.SMTP) -> Refused | None:
        if not self._login[0]:
            return None
        if not isinstance(server.sock, ssl.SSLSocket) and not self._is_here:
            return Refused(IN_THE_OPEN, for_good=True)
        try:
            server.login(*self._login)
        except smtplib.SMTPAuthenticationError as error:
            return Refused(NOT_LET_IN, for_good=error.smtp_code >= FOR_GOOD_FROM)
        except smtplib.SMTPNotSupportedError:
            return Refused(NOT_LET_IN, for_good=True)
        except (OSError, smtplib.SMTPException):
            return Refused(UNREACHED, for_good=False)
        return None


def _hand_over(server: smtplib.SMTP, mail: EmailMessage, sid: str) -> Outcome:
    try:
        server.send_message(mail)
    except smtplib.SMTPRecipientsRefused as error:
        codes = [code for code, _ in error.recipients.values()]
        return Refused(REFUSED, for_good=min(codes, default=FOR_GOOD_FROM) >= FOR_GOOD_FROM)
    except smtplib.SMTPResponseException as error:
        return Refused(REFUSED, for_good=error.smtp_code >= FOR_GOOD_FROM)
    except (smtplib.SMTPNotSupportedError, ValueError):
        return Refused(REFUSED, for_good=True)  # an address that this server cannot be told
    except (OSError, smtplib.SMTPException):
        return Unknown(SILENT)
    return Accepted(sid, "sent")
