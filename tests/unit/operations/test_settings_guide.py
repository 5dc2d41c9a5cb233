"""What the doctor says about settings."""

import re
from datetime import timedelta
from pathlib import Path

import pytest

from responder.config import Reminders, SettingsWrong, load_settings
from responder.foundation.messaging.settings import from_mapping
from responder.operations import settings_guide
from responder.operations.settings_guide import GUIDES, OF_THE_SCRIPTS, explained, oddities

ROOT = Path(__file__).parents[3]
GUIDE = Path(settings_guide.__file__)
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


PACKAGES = ("responder", "plans", "duty_roster", "maps")
NAMED = re.compile(r"""["'`]?(RESPONDER_[A-Z_]+)\b""")


def names_in(*paths: Path) -> set[str]:
    found = {name for path in paths for name in NAMED.findall(path.read_text(encoding="utf-8"))}
    return {name for name in found if not OF_THE_SCRIPTS.match(name)}


def test_the_settings_that_the_code_reads_are_those_that_are_explained() -> None:
    code = [path for package in PACKAGES for path in (ROOT / package).rglob("*.py") if path != GUIDE]
    assert names_in(*code) == {guide.name for guide in GUIDES}


@pytest.mark.parametrize("paper", ["docs/operator.md", ".env.example"])
def test_every_setting_is_documented_and_nothing_else_is(paper: str) -> None:
    assert names_in(ROOT / paper) == {guide.name for guide in GUIDES}


@pytest.mark.parametrize("wrong", ["-1", "1.5", "1441", "soon", "１０"])
def test_a_reminder_that_is_no_span_is_refused_at_once(tmp_path: Path, wrong: str) -> None:
    with pytest.raises(SettingsWrong, match="RESPONDER_REMIND_LEG_MINUTES is a whole number from 0 to 1440"):
        load_settings({"RESPONDER_HOME": str(tmp_path), "RESPONDER_REMIND_LEG_MINUTES": wrong})


def test_reminders_are_read_in_their_units(tmp_path: Path) -> None:
    assert load_settings({"RESPONDER_HOME": str(tmp_path)}).reminders == Reminders()
    found = load_settings(
        {
            "RESPONDER_HOME": str(tmp_path),
            "RESPONDER_REMIND_LEG_MINUTES": "0",
            "RESPONDER_REMIND_FIRST_FOLLOW_UP_HOURS": "24",
            "RESPONDER_REMIND_FOLLOW_UP_HOURS": "3",
        }
    ).reminders
    assert found == Reminders(timedelta(0), timedelta(hours=24), timedelta(hours=3))
