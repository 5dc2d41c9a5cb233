"""tests/conftest.py: no test leaves the machine, none is skipped."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests import services

ROOT = Path(__file__).parents[3]


def test_a_connection_that_would_leave_the_machine_is_refused() -> None:
    with socket.socket() as door, pytest.raises(OSError, match="loopback only"):
        door.connect(("192.0.2.1", 80))


def test_a_name_of_another_machine_is_not_looked_up() -> None:
    with pytest.raises(OSError, match="loopback only"):
        socket.getaddrinfo("example.org", 80)


def test_loopback_is_open() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket() as door:
        door.connect(server.getsockname())
        assert door.getpeername() == server.getsockname()


NOT_HERE = "nothing is skipped here (RESPONDER_ALLOW_SKIPS=1 allows it)"
SKIPPED = (
    "def test_it():\n    pytest.skip('not today')",
    "@pytest.mark.xfail\ndef test_it():\n    assert False",
    "pytest.skip('not today', allow_module_level=True)",
)


def test_whatever_is_skipped_fails_the_run(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text("from tests.conftest import *\npytest_plugins = []\n")
    (tmp_path / "pytest.ini").write_text(f"[pytest]\npythonpath = {ROOT}\n")
    for number, body in enumerate(SKIPPED):
        (tmp_path / f"test_{number}.py").write_text(f"import pytest\n\n{body}\n")
    without = ["-p", "no:cacheprovider", "-p", "no:schemathesis", "-p", "no:xdist"]
    command = [sys.executable, "-m", "pytest", "-q", "-rN", "--continue-on-collection-errors", *without]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert run.returncode == 1
    assert run.stdout.count(NOT_HERE) == len(SKIPPED)
    assert "skipped in" not in run.stdout


def test_a_stub_in_place_of_chromium_is_not_taken_for_one(tmp_path: Path) -> None:
    stub = tmp_path / "chromium"
    stub.write_text("#!/bin/sh\necho 'Command requires the chromium snap to be installed.'\nexit 1\n")
    stub.chmod(0o755)
    with pytest.raises(services.ServiceMissing, match="RESPONDER_CHROMIUM"):
        services.find_chromium({"PATH": str(tmp_path)})
