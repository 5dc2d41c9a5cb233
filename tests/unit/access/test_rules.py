"""Pauses, session limits, tokens and return addresses."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from responder.foundation.access.passwords import Passwords
from responder.foundation.access.rules import (
    LONGEST_PAUSE,
    TRIES_A_MINUTE,
    Attempts,
    SessionLimits,
    csrf_token,
    digest,
    new_token,
    safe_next,
)

NOW = datetime(2026, 11, 21, 6, tzinfo=UTC)
CHEAP = Passwords(memory_kib=8, rounds=1, lanes=1)


@given(failures=st.integers(0, 40))
def test_a_pause_grows_with_the_failures_and_never_locks_anybody_out(failures: int) -> None:
    before = Attempts(failures, 0, NOW).failed(NOW).wait(NOW)
    after = Attempts(failures + 1, 0, NOW).failed(NOW).wait(NOW)
    assert before <= after <= LONGEST_PAUSE


@given(gaps=st.lists(st.integers(0, 120), max_size=40))
def test_no_more_than_ten_tries_are_heard_in_a_minutes_window(gaps: list[int]) -> None:
    counted, now, heard = Attempts(0, 0, NOW), NOW, []
    for gap in gaps:
        now += timedelta(seconds=gap)
        if counted.wait(now) <= timedelta(0):
            counted = counted.tried(now)
            heard.append(counted.window_at)
    assert all(heard.count(window) <= TRIES_A_MINUTE for window in heard)


@pytest.mark.parametrize(
    ("opened", "seen", "is_over"),
    [(0, 0, False), (11.9, 11.9, False), (12, 12, True), (23.9, 1, False), (24, 0, True)],
)
def test_a_session_is_over_when_idle_or_old(opened: float, seen: float, is_over: bool) -> None:
    ago = [NOW - timedelta(hours=hours) for hours in (opened, seen)]
    assert SessionLimits().is_over(ago[0], ago[1], NOW) is is_over


@pytest.mark.parametrize("target", ["/board", "/incidents?q=%E7%9F%BF", "/exercises/1/board", "/login-help"])
def test_a_path_of_ours_is_gone_back_to(target: str) -> None:
    assert safe_next(target) == target


ODD_TARGETS = ("//a", "/\\a", "http://a", "/login", "/logout?x", "/a b", "\t/a", "/a\n")


@given(target=st.text(max_size=20) | st.sampled_from(ODD_TARGETS))
def test_what_is_gone_back_to_stays_on_this_server(target: str) -> None:
    kept = safe_next(target)
    if kept:
        assert kept == target
        assert kept[0] == "/"
        assert kept[1:2] not in {"/", "\\"}
        assert not set(kept) & set("\r\n\t \\")
    assert kept not in ODD_TARGETS


def test_tokens_differ_and_their_digest_does_not_tell_them() -> None:
    tokens = {new_token() for _ in range(50)}
    assert len(tokens) == 50
    assert all(len(token) >= 43 and token not in digest(token) for token in tokens)


def test_a_form_token_belongs_to_one_cookie_and_one_installation() -> None:
    assert csrf_token("s", "a") == csrf_token("s", "a")
    assert len({csrf_token("s", "a"), csrf_token("s", "b"), csrf_token("t", "a"), digest("a")}) == 4


def test_a_password_is_known_by_its_hash_alone() -> None:
    kept = CHEAP.hash("correct horse")
    assert "correct" not in kept
    assert kept.startswith("$argon2id$")
    assert CHEAP.is_right(kept, "correct horse")
    assert not CHEAP.is_right(kept, "wrong")
    assert not CHEAP.is_right(None, "nobody")
    assert not CHEAP.is_right("not a hash", "x")


def test_a_hash_of_other_costs_is_outdated() -> None:
    kept = CHEAP.hash("correct horse")
    assert not CHEAP.is_outdated(kept)
    assert Passwords(memory_kib=16, rounds=2, lanes=1).is_outdated(kept)


def test_the_default_costs_are_those_of_the_design() -> None:
    assert "$m=65536,t=3,p=4$" in Passwords().hash("x")
