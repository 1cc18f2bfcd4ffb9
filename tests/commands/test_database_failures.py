"""Whatever is wrong with the database is told in one sentence; none of it is an unexpected error."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

import pytest

from shopctl.db import connection
from tests.support.program import PASSWORD

LOGIN = ("login", "--user", "anna", "--password-stdin")


@pytest.fixture
def file(shopctl, tmp_path):
    """The SQLite file of a shop in which anna is signed in."""
    path = tmp_path / "shop.db"
    shopctl.use({"SHOPCTL_DB": f"sqlite:///{path}"})
    shopctl.sign_in()
    return path


def test_a_locked_database_is_busy(shopctl, file):
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")

        run = shopctl(*LOGIN, "--wait", "0s", stdin=PASSWORD)

    assert run == (
        75,
        "",
        "error: the database is in use by another process and stayed so [db.busy]\n"
        "hint:  run the same command again, or wait longer with --wait 60s\n",
    )


def test_a_missing_file(shopctl, file):
    file.unlink()

    run = shopctl("orders", "list")

    assert run == (3, "", f"error: there is no database at {file} [db.missing]\nhint:  shopctl db init\n")
    assert not file.exists()


def test_an_empty_file(shopctl, file):
    file.write_bytes(b"")

    run = shopctl("orders", "list")

    assert run == (78, "", f"error: {file} has no shop in it yet [db.not_a_shop]\nhint:  shopctl db init\n")
    assert file.read_bytes() == b""


@pytest.mark.parametrize("content", [b"orders,total\n", os.urandom(8192), b"SQLite format 3\x00"])
def test_something_that_is_not_a_database(shopctl, file, content):
    file.write_bytes(content)

    run = shopctl("orders", "list")

    assert (run.status, run.out) == (78, "")
    assert run.err.startswith(f"error: {file} is not a database of shopctl [db.not_a_shop]\n")


def test_a_directory_in_place_of_the_file(shopctl, file):
    file.unlink()
    file.mkdir()

    run = shopctl("orders", "list")

    assert (run.status, run.out) == (78, "")
    assert run.err.startswith(f"error: {file} is a directory, not a database [db.not_a_shop]\n")


@pytest.mark.parametrize("kept", [100, 4096, 20_480])
@pytest.mark.parametrize("words", [("orders", "list"), ("db", "check"), LOGIN])
def test_a_truncated_file_is_damaged(shopctl, file, kept, words):
    os.truncate(file, kept)

    run = shopctl(*words, stdin=PASSWORD)

    assert (run.status, run.out) == (1, "")
    assert run.err == "error: the database file is damaged [db.corrupt]\nhint:  restore the last backup\n"


def test_a_corrupt_page_is_damage(shopctl, file):
    content = bytearray(file.read_bytes())
    content[4096:] = b"\xa5" * (len(content) - 4096)
    file.write_bytes(content)

    run = shopctl("orders", "list")

    assert (run.status, run.out) == (1, "")
    assert "[db.corrupt]" in run.err


def test_a_newer_schema(shopctl, file):
    with closing(sqlite3.connect(file)) as database:
        database.execute("PRAGMA user_version = 999")

    run = shopctl("orders", "list")
    status = shopctl("db", "status")

    assert run == (
        78,
        "",
        "error: the database has schema version 999, this shopctl knows up to 6 [db.newer]\n"
        "hint:  install the newer shopctl: pip install --upgrade shopctl\n",
    )
    assert status == run


def test_a_full_disk(shopctl, file, monkeypatch):
    with closing(sqlite3.connect(file)) as database:
        (pages,) = database.execute("PRAGMA page_count").fetchone()
        database.execute("CREATE TABLE filler (content BLOB)")
        database.execute("VACUUM")
    limit = ("max_page_count", pages - 1)  # SQLite takes the pages that there are
    monkeypatch.setattr(connection, "PRAGMAS", (*connection.PRAGMAS, limit))

    runs = [shopctl(*LOGIN, stdin=PASSWORD) for _ in range(40)]

    full = next(run for run in runs if run.status)
    assert full == (
        75,
        "",
        "error: the database has no space left to write; nothing of this step was stored [db.full]\n",
    )


def test_a_full_disk_while_setting_up_leaves_no_half_a_shop(shopctl, tmp_path, monkeypatch):
    path = tmp_path / "shop.db"
    words = ("--db", f"sqlite:///{path}", "db", "init", "--admin", "anna", "--password-stdin")
    with monkeypatch.context() as patch:
        patch.setattr(connection, "PRAGMAS", (*connection.PRAGMAS, ("max_page_count", 20)))
        run = shopctl(*words, stdin=PASSWORD)

    assert (run.status, run.out) == (75, "")
    assert "[db.full]" in run.err
    assert shopctl(*words, stdin=PASSWORD).status == 0


@pytest.fixture
def ordinary_user(shopctl, tmp_path):
    """Be somebody whom file modes stop, also where the tests run as root; hands out a directory of theirs.

    Once another shop was made, everything is imported that an ordinary user may not be able to read.
    """
    shopctl.use({"HOME": str(tmp_path), "SHOPCTL_DB": f"sqlite:///{tmp_path / 'other.db'}"})
    shopctl.sign_in()
    directory = Path(tempfile.mkdtemp(prefix="shopctl-test-", dir="/tmp"))
    root = os.geteuid() == 0
    if root:
        os.chown(directory, 65534, 65534)
        os.seteuid(65534)
    try:
        yield directory
    finally:
        if root:
            os.seteuid(0)
        for place, folders, _ in os.walk(directory):
            for name in (place, *(os.path.join(place, folder) for folder in folders)):
                os.chmod(name, 0o700)
        shutil.rmtree(directory)


@pytest.mark.parametrize(
    ("file_mode", "folder_mode", "code"),
    [
        (0o400, 0o700, "db.readonly"),
        (0o600, 0o500, "db.readonly"),
        (0o000, 0o700, "db.readonly"),
        (0o600, 0o000, "db.readonly"),
    ],
)
def test_a_database_that_may_not_be_written(shopctl, ordinary_user, file_mode, folder_mode, code):
    folder = ordinary_user / "data"
    path = folder / "shop.db"
    shopctl.use({"HOME": str(ordinary_user), "SHOPCTL_DB": f"sqlite:///{path}"})
    shopctl.sign_in()
    path.with_name("shop.db.lock").unlink()
    path.chmod(file_mode)
    folder.chmod(folder_mode)

    run = shopctl(*LOGIN, stdin=PASSWORD)

    assert (run.status, run.out) == (78, "")
    assert f"[{code}]" in run.err
    assert "check owner and mode of the file and its directory" in run.err


def test_a_directory_in_which_nothing_can_be_made(shopctl, ordinary_user):
    ordinary_user.chmod(0o500)
    shopctl.use({"HOME": str(ordinary_user)})

    run = shopctl("db", "init", "--admin", "anna", "--password-stdin", stdin=PASSWORD)

    assert (run.status, run.out) == (78, "")
    assert "[db.readonly]" in run.err


@pytest.mark.parametrize(
    ("address", "status", "code"),
    [
        ("postgresql://shopctl@/shop?host={empty}", 75, "db.unreachable"),
        ("postgresql://shopctl@127.0.0.1:1/shop", 75, "db.unreachable"),
        ("postgresql://shopctl@/shop?nonsense=1", 78, "db.url"),
        ("postgresql://shopctl@127.0.0.1:port/shop", 78, "db.url"),
        ("postgresql://[::1/shop", 78, "db.url"),
        ("mysql://host/shop", 78, "db.url"),
        ("sqlite:///", 78, "db.url"),
        ("shop.db", 78, "db.url"),
        ("sqlite:///~nobody-at-all/shop.db", 3, "db.missing"),
        ("sqlite:///" + "a" * 5000, 78, "db.readonly"),
        ("sqlite:///a%00b", 78, "db.readonly"),
    ],
)
@pytest.mark.parametrize("words", [("orders", "list"), ("db", "init", "--admin", "anna", "--password-stdin")])
def test_an_address_that_leads_nowhere(shopctl, tmp_path, address, status, code, words):
    if code == "db.missing" and words[0] == "db":
        pytest.skip("db init would make it")

    run = shopctl("--db", address.format(empty=tmp_path), *words, stdin=PASSWORD)

    assert (run.status, run.out) == (status, "")
    assert f"[{code}]" in run.err
    assert len(run.err.splitlines()) <= 2


def test_a_server_without_the_database_or_the_user(shopctl, cluster):
    other = shopctl("--db", cluster.url("no_such"), "db", "init", "--admin", "anna", "--password-stdin", stdin=PASSWORD)
    stranger = shopctl("--db", cluster.url("postgres").replace("shopctl@", "stranger@"), "orders", "list")

    assert other == (
        3,
        "",
        "error: the server has no database no_such [db.missing]\n"
        "hint:  create it there first, as its administrator: createdb no_such\n",
    )
    assert (stranger.status, stranger.out) == (78, "")
    assert "error: the database server refused the sign-in [db.unreachable]" in stranger.err


@pytest.mark.parametrize("scheme", ["postgresql://", "postgres://"])
def test_a_postgresql_database_without_a_shop(shopctl, cluster, scheme):
    run = shopctl("--db", cluster.url("postgres").replace("postgresql://", scheme), "orders", "list")

    assert run == (78, "", "error: the database has no shop in it yet [db.not_a_shop]\nhint:  shopctl db init\n")


def test_statements_are_told_without_their_values(shopctl, file):
    run = shopctl("orders", "list", "-vv")

    assert run.status == 0
    assert 'FROM "sessions"' in run.err
    assert "token" not in run.err.replace('"token_hash"', "")
    assert "SELECT" not in shopctl("orders", "list").err
