"""What the installation was told about its providers."""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from responder.config import SettingsWrong
from responder.foundation.messaging.groups import Group, GroupUnreadable, Outlets, read_groups

TWILIO_URL = "https://api.twilio.com"


@dataclass(frozen=True)
class MessagingSettings:
    """Providers, their credentials and our own public address; an empty value is an unset provider."""

    public_url: str
    account_sid: str = ""
    auth_token: str = ""
    sender: str = ""
    base_url: str = TWILIO_URL
    smtp_url: str = ""
    groups: tuple[Group, ...] = ()
    demo: bool = False

    @property
    def may_telephone(self) -> bool:
        """Whether SMS and voice may leave: credentials are complete, and a demo stays on this machine."""
        complete = bool(self.account_sid and self.auth_token and self.sender)
        return complete and (not self.demo or is_loopback(self.base_url))

    @property
    def may_mail(self) -> bool:
        """Whether e-mail may leave: a server is named, and a demo stays on this machine."""
        return bool(self.smtp_url) and (not self.demo or is_loopback(self.smtp_url))

    @property
    def open_groups(self) -> tuple[Group, ...]:
        """The group chats that messages may go to: a demo stays on this machine."""
        return tuple(group for group in self.groups if not self.demo or is_loopback(group.url))

    @property
    def outlets(self) -> Outlets:
        """What messages may leave by: the telephone, and what stands beside it."""
        return Outlets(self.open_groups, self.may_mail, self.may_telephone)

    @property
    def channels(self) -> frozenset[str]:
        """The channels that leave the house and have a provider."""
        by_telephone = {"sms", "voice"} if self.may_telephone else set()
        by_mail = {"email"} if self.may_mail else set()
        return frozenset(by_telephone | by_mail | ({"im"} if self.open_groups else set()))

    def webhook(self, path: str) -> str:
        """Return the public address at which the provider reaches *path*."""
        return f"{self.public_url.rstrip('/')}/webhooks/twilio/{path}"


def from_mapping(environment: Mapping[str, str], *, demo: bool = False) -> MessagingSettings:
    """Return the settings named in *environment*; *demo* seals the installation off from the world.

    Raises SettingsWrong for a group chat whose address is none.
    """
    try:
        groups = read_groups(environment.get("RESPONDER_IM_URLS", ""))
    except GroupUnreadable as error:
        raise SettingsWrong(f"RESPONDER_IM_URLS: {error}; write https://… or dingtalk+https://…") from error
    return MessagingSettings(
        public_url=environment.get("RESPONDER_PUBLIC_URL", "") or "http://127.0.0.1:8000",
        account_sid=environment.get("RESPONDER_TWILIO_ACCOUNT_SID", ""),
        auth_token=environment.get("RESPONDER_TWILIO_AUTH_TOKEN", ""),
        sender=environment.get("RESPONDER_TWILIO_FROM", ""),
        base_url=environment.get("RESPONDER_TWILIO_BASE_URL", "") or TWILIO_URL,
        smtp_url=environment.get("RESPONDER_SMTP_URL", ""),
        groups=groups,
        demo=demo,
    )


def is_loopback(url: str) -> bool:
    """Return whether *url* names this machine and nothing else; a name that needs looking up does not count."""
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
