"""What an answer over HTTP, or the lack of one, says about a message; shared by all providers reached that way."""

from responder.core.errors import Text
from responder.foundation.messaging.channels import Refused, Unknown

WORTH_ANOTHER_TRY = (408, 429)
MAY_HAVE_LEFT = (500, 502, 504)  # these may come after the message was taken


def outcome_of_status(status: int, reason: Text) -> Refused | Unknown:
    """Return what a status other than success means for the message, said in the words of *reason*."""
    if status in MAY_HAVE_LEFT:
        return Unknown(reason)
    return Refused(reason, for_good=300 <= status < 500 and status not in WORTH_ANOTHER_TRY)


def never_left(error: Exception) -> bool:
    """Return whether *error* came before anything was handed over: no connection was made."""
    from requests.exceptions import ConnectionError as NoConnection
    from requests.exceptions import ConnectTimeout
    from urllib3.exceptions import MaxRetryError, NewConnectionError

    if isinstance(error, ConnectTimeout):
        return True
    cause = error.args[0] if isinstance(error, NoConnection) and error.args else None
    return isinstance(cause, MaxRetryError) and isinstance(cause.reason, NewConnectionError)
