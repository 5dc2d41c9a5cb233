"""What the doctor says about settings."""

from pathlib import Path

import pytest

from responder.config import SettingsWrong, load_settings
from responder.foundation.messaging.settings import from_mapping
from responder.operations.settings_guide import explained, oddities

TWILIO = {
    "RESPONDER_TWILIO_ACCOUNT_SID": "AC1",
    "RESPONDER_TWILIO_AUTH_TOKEN": "hush",
    "RESPONDER_TWILIO_FROM": "+8600000000000",
}


def found(tmp_path: Path, **environment: str) -> list[str]:
    settings = load_settings({"RESPONDER_HOME": str(tmp_path), **environment})
    return list(oddities(settings, from_mapping(settings.environment)))


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({"RESPONDER_TWILO_FROM": "1"}, "RESPONDER_TWILO_FROM is no setting"),
        ({"RESPONDER_TWILIO_FROM": "1"}, "set RESPONDER_TWILIO_ACCOUNT_SID, RESPONDER_TWILIO_AUTH_TOKEN too"),
        (TWILIO, "cannot call back a loopback address"),
        ({"RESPONDER_PUBLIC_URL": "http://duty.example.cn"}, "use https"),
        ({"RESPONDER_LOCALE": "fr"}, "RESPONDER_LOCALE is one of"),
        ({"RESPONDER_TIMEZONE": "Asia/Nowhere"}, "is no time zone"),
    ],
)
def test_a_setting_that_must_be_mended_is_named(
    tmp_path: Path, environment: dict[str, str], words: str
) -> None:
    assert [odd for odd in found(tmp_path, **environment) if words in odd]


def test_settings_that_fit_together_are_passed_over(tmp_path: Path) -> None:
    assert found(tmp_path) == []
    assert found(tmp_path, **TWILIO, RESPONDER_PUBLIC_URL="https://duty.example.cn") == []
    assert found(tmp_path, **TWILIO, RESPONDER_TWILIO_BASE_URL="http://127.0.0.1:9") == []


def test_every_setting_is_explained_and_no_secret_is_shown() -> None:
    shown = dict(
        explained({**TWILIO, "RESPONDER_SECRET_KEY": "hush", "RESPONDER_SMTP_URL": "smtp://a:hush@b"})
    )
    assert not any("hush" in words for words in shown.values())
    assert shown["RESPONDER_TWILIO_ACCOUNT_SID"].startswith("AC1")
    assert shown["RESPONDER_HOME"].startswith("unset (var)")


def test_a_log_level_that_is_none_is_refused_at_once(tmp_path: Path) -> None:
    with pytest.raises(SettingsWrong, match="RESPONDER_LOG_LEVEL is"):
        load_settings({"RESPONDER_HOME": str(tmp_path), "RESPONDER_LOG_LEVEL": "loud"})
