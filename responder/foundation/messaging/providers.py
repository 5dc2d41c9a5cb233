"""Builds the providers that the settings name."""

from responder.foundation.messaging.channels import Provider
from responder.foundation.messaging.chat import GroupChats
from responder.foundation.messaging.mail import MailServer
from responder.foundation.messaging.settings import MessagingSettings
from responder.foundation.messaging.twilio_exchange import TwilioExchange


def providers(settings: MessagingSettings) -> dict[str, Provider]:
    """Return the provider of each channel that has one."""
    found: dict[str, Provider] = {}
    if settings.may_telephone:
        exchange = TwilioExchange(settings)
        found |= {"sms": exchange, "voice": exchange}
    if settings.may_mail:
        found["email"] = MailServer(settings.smtp_url)
    if settings.open_groups:
        found["im"] = GroupChats(settings.open_groups)
    return found
