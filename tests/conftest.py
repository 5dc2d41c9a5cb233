"""What every test stands on: loopback only, nothing skipped, one PostgreSQL and one Chromium a run."""

import ipaddress
import os
import shutil
import socket
import tempfile
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings as hypothesis_settings

from tests import databases, services

# How long an example takes says how busy the machine is, not whether the code is right.
hypothesis_settings.register_profile("house", deadline=None)
hypothesis_settings.load_profile("house")

RUN_DIR = "RESPONDER_TEST_RUN_DIR"
RUN_OWNER = "RESPONDER_TEST_RUN_OWNER"
BROWSER_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
]

pytest_plugins = ["tests.fixtures"] if Path(__file__).with_name("fixtures.py").exists() else []


# --- One run, however many workers --------------------------------------------------------------------------


def _is_worker() -> bool:
    return "PYTEST_XDIST_WORKER" in os.environ


def pytest_configure() -> None:
    """Lay the folder that all workers of this run share; its path is short, as a socket's must be."""
    if not _is_worker():
        run_dir = tempfile.mkdtemp(prefix="responder-")
        Path(run_dir).chmod(0o755)
        os.environ[RUN_DIR] = run_dir
        os.environ[RUN_OWNER] = str(os.getpid())


def pytest_unconfigure() -> None:
    """Tell the PostgreSQL server of this run to stop; whoever keeps it removes the folder."""
    if _is_worker() or RUN_DIR not in os.environ:
        return
    run_dir = Path(os.environ.pop(RUN_DIR))
    if (run_dir / "ready").exists():
        (run_dir / "stop").touch()
    else:
        shutil.rmtree(run_dir, ignore_errors=True)


# --- Nothing is skipped -------------------------------------------------------------------------------------

SKIPPED = "skipped, and nothing is skipped here (RESPONDER_ALLOW_SKIPS=1 allows it): "


def _fail_skip(report: pytest.TestReport | pytest.CollectReport) -> None:
    if report.outcome == "skipped" and not os.environ.get("RESPONDER_ALLOW_SKIPS"):
        why = report.longrepr[2] if isinstance(report.longrepr, tuple) else "it is expected to fail"
        report.outcome = "failed"
        report.longrepr = SKIPPED + why
        if hasattr(report, "wasxfail"):
            del report.wasxfail


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn a skipped or expectedly failing test into a failure."""
    report = yield
    _fail_skip(report)
    return report


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Turn a skipped module into a failure."""
    report = yield
    _fail_skip(report)
    return report


# --- No network but loopback --------------------------------------------------------------------------------


class NetworkRefused(OSError):
    """A test tried to leave the machine."""


def _is_local(family: int, address: Any) -> bool:
    if family == socket.AF_UNIX or not isinstance(address, tuple):
        return True
    host = str(address[0])
    if host in ("", "localhost"):
        return True
    try:
        number = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return number.is_loopback or number.is_unspecified


def _guarded(original: Callable[..., Any]) -> Callable[..., Any]:
    def connect(self: socket.socket, *arguments: Any) -> Any:
        if not _is_local(self.family, arguments[-1]):
            raise NetworkRefused(f"tests reach loopback only, not {arguments[-1]!r}")
        return original(self, *arguments)

    return connect


def _guarded_lookup(original: Callable[..., Any]) -> Callable[..., Any]:
    def getaddrinfo(host: Any, *arguments: Any, **options: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        if name is not None and not _is_local(socket.AF_INET, (name,)):
            raise NetworkRefused(f"tests look up loopback only, not {name!r}")
        return original(host, *arguments, **options)

    return getaddrinfo


@pytest.fixture(scope="session", autouse=True)
def loopback_only() -> Iterator[None]:
    """Refuse every connection and look-up that would leave this machine."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("connect", "connect_ex", "sendto"):
            patch.setattr(socket.socket, name, _guarded(getattr(socket.socket, name)))
        patch.setattr(socket, "getaddrinfo", _guarded_lookup(socket.getaddrinfo))
        yield


# --- PostgreSQL ---------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The URL of this run's maintenance database: `RESPONDER_TEST_POSTGRES_URL` if that is set."""
    url = os.environ.get("RESPONDER_TEST_POSTGRES_URL") or _own_postgres()
    yield url
    databases.hang_up(url)


def _own_postgres() -> str:
    try:
        folder = services.postgres_socket(Path(os.environ[RUN_DIR]), int(os.environ[RUN_OWNER]))
    except services.ServiceMissing as missing:
        pytest.fail(str(missing), pytrace=False)
    return f"postgresql+psycopg://postgres@/postgres?host={folder}"


@pytest.fixture(scope="session")
def postgres_url(postgres_server: str) -> str:
    """The URL of an empty PostgreSQL database of this worker's own, `responder_gw0` and so on."""
    name = f"responder_{os.environ.get('PYTEST_XDIST_WORKER', 'gw0')}"
    return databases.copy_postgres(postgres_server, "template0", name)


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def engine_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The URL of an empty database on each engine in turn."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path_factory.mktemp('engine') / 'responder.db'}"
    url: str = request.getfixturevalue("postgres_url")
    return url


# --- Chromium -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def chromium_path() -> Path:
    """A Chromium that runs on this machine."""
    try:
        return services.find_chromium()
    except services.ServiceMissing as missing:
        pytest.fail(str(missing), pytrace=False)


@pytest.fixture(scope="session")
def chromium(chromium_path: Path) -> Iterator[Any]:
    """A headless Playwright browser that can reach this machine only."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path, args=BROWSER_ARGUMENTS)
        yield browser
        browser.close()
