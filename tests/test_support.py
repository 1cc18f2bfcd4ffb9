from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from shopctl.db.connection import connect
from shopctl.migrations import LATEST
from shopctl.services import schema
from tests.support import postgres

PROJECT = Path(__file__).parent.parent


def test_every_test_gets_the_newest_schema_without_rows(database_url):
    database = connect(database_url)

    with database.connection_context():
        version = schema.version_of(database)
        orders = database.execute_sql("SELECT count(*) FROM orders").fetchone()

    assert (version, tuple(orders)) == (LATEST, (0,))


def test_bare_database_has_no_tables(bare_database_url):
    database = connect(bare_database_url, create=True)

    with database.connection_context():
        tables = database.get_tables()

    assert tables == []


def test_server_ends_and_leaves_nothing_when_the_tests_are_killed(cluster):
    program = (
        "from tests.support.postgres import running_cluster\n"
        "import os, signal\n"
        "with running_cluster() as cluster:\n"
        "    print(cluster.directory, flush=True)\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )

    killed = subprocess.run([sys.executable, "-c", program], cwd=PROJECT, check=False, capture_output=True, text=True)

    directory = Path(killed.stdout.strip())
    deadline = time.monotonic() + 30
    while directory.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert killed.returncode == -signal.SIGKILL
    assert directory.name.startswith("shopctl-pg-")
    assert not directory.exists()


def test_machine_without_postgresql_is_told_what_to_do(monkeypatch, tmp_path):
    monkeypatch.setenv("SHOPCTL_TEST_POSTGRES", os.fspath(tmp_path))

    server = postgres.running_cluster()

    with pytest.raises(postgres.PostgresUnavailableError, match="SHOPCTL_TEST_DATABASES=sqlite"):
        server.__enter__()
