"""`db init`, `migrate`, `status` and `check`."""

from __future__ import annotations

import json
import os
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.program import PASSWORD


def init(shopctl, *words, password=PASSWORD):
    return shopctl("db", "init", *words, "--password-stdin", stdin=f"{password}\n")


def address():
    return os.environ["SHOPCTL_DB"]


def execute(statement):
    """Run one statement in the database of the test, behind the program's back."""
    if address().startswith("sqlite:"):
        with closing(sqlite3.connect(address().removeprefix("sqlite:///"))) as database, database:
            database.execute(statement)
        return
    import psycopg

    with psycopg.connect(address(), autocommit=True) as database:
        database.execute(statement)


# init


def test_init_makes_the_schema_and_the_administrator(bare):
    run = init(bare, "--admin", "anna", "--format", "table")

    assert run == (0, f"✓ created  {address()}\n  administrator: anna\n", "  NEXT  shopctl login\n")
    assert bare("login", "--password-stdin", stdin=PASSWORD).status == 0


def test_init_makes_private_files(shopctl):
    assert init(shopctl, "--admin", "anna").status == 0

    folder = shopctl.home / ".local" / "share" / "shopctl"
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}
    assert modes == {"shop.db": 0o600, "shop.db.lock": 0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_init_again_changes_nothing_and_asks_nothing(bare):
    init(bare, "--admin", "anna")

    run = bare("db", "init", "--json")

    found = json.loads(run.out)
    assert (run.status, run.err) == (0, "")
    assert (found["data"][0]["result"], found["data"][0]["admin"]) == ("unchanged", "anna")


def test_init_finishes_what_was_half_done(shopctl, database_url):
    shopctl.use({"SHOPCTL_DB": database_url})

    run = init(shopctl, "--admin", "anna", "--json")

    assert (run.status, json.loads(run.out)["data"][0]["result"]) == (0, "created")
    assert shopctl("login", "--password-stdin", stdin=PASSWORD).status == 0


@pytest.mark.parametrize("content", [b"", "wal"])
def test_init_takes_an_empty_file(shopctl, tmp_path, content):
    path = tmp_path / "shop.db"
    path.write_bytes(b"")
    if content == "wal":
        with closing(sqlite3.connect(path)) as database:
            database.execute("PRAGMA journal_mode = wal")
        assert path.stat().st_size > 0

    run = init(shopctl, "--db", f"sqlite:///{path}", "--admin", "anna")

    assert run.status == 0, run.err


def test_a_shop_whose_head_is_still_in_the_log_is_recognised(shopctl, tmp_path):
    path = tmp_path / "shop.db"
    init(shopctl, "--db", f"sqlite:///{path}", "--admin", "anna")
    with closing(sqlite3.connect(path)) as writer:
        writer.execute("PRAGMA journal_mode = wal")
        writer.execute("PRAGMA application_id = 0")
        writer.execute("PRAGMA wal_checkpoint(truncate)")
        writer.execute("PRAGMA application_id = 0x53484F50")

        run = shopctl("--db", f"sqlite:///{path}", "login", "--password-stdin", stdin=PASSWORD)

    assert run.status == 0, run.err


def test_init_dry_run_makes_nothing(bare):
    run = init(bare, "--admin", "anna", "--dry-run", "--json")
    again = bare("db", "status")

    assert (run.status, json.loads(run.out)["data"][0]["result"]) == (0, "would_create")
    assert again.status in (3, 78)
    if address().startswith("sqlite:"):
        assert not Path(address().removeprefix("sqlite:///")).parent.exists()


@pytest.mark.parametrize(
    ("words", "password", "message"),
    [
        ([], PASSWORD, "error: a user name is needed and there is no terminal to ask on: --admin NAME [usage]"),
        (["--admin", ""], PASSWORD, "error: a user name is needed"),
        (["--admin", " anna"], PASSWORD, "error: a user name has 1 to 64 letters, digits and marks"),
        (["--admin", "a" * 65], PASSWORD, "error: a user name has 1 to 64 letters"),
        (["--admin", "anna"], "", "error: the password is empty [auth.password]"),
        (["--admin", "anna"], "s", "error: the password has 1 character; 12 to 1024 are needed [auth.password]"),
        (["--admin", "anna"], "elevenchars", "error: the password has 11 characters; 12 to 1024 are needed"),
        (["--admin", "anna"], "x" * 1025, "error: the password has 1025 characters"),
        (["--admin", "anna"], "Administrator", "error: the password is too easy to guess [auth.password]"),
        (["--admin", "anna"], "121212121212", "error: the password is too easy to guess"),
    ],
)
def test_init_refuses_what_cannot_be_an_administrator_and_makes_nothing(shopctl, words, password, message):
    run = init(shopctl, *words, password=password)

    assert (run.status, run.out) == (2, "")
    assert run.err.startswith(message)
    assert list(shopctl.home.iterdir()) == []


def test_init_without_a_terminal_needs_the_password_on_standard_input(shopctl):
    run = shopctl("db", "init", "--admin", "anna")

    assert run == (
        2,
        "",
        "error: a password is needed and there is no terminal to ask on [usage]\n"
        "hint:  pipe it in with --password-stdin\n",
    )


def test_init_stays_out_of_the_database_of_something_else(bare):
    path = Path(address().removeprefix("sqlite:///"))
    if address().startswith("sqlite:"):
        path.parent.mkdir()
    execute("CREATE TABLE recipes (name TEXT)")
    before = path.read_bytes() if address().startswith("sqlite:") else b""

    run = init(bare, "--admin", "anna")

    assert (run.status, run.out) == (78, "")
    assert "[db.not_a_shop]" in run.err
    if before:
        assert path.read_bytes() == before
        assert f"error: {path} is not a database of shopctl" in run.err
    else:
        assert "the database holds other tables, such as recipes" in run.err


@pytest.mark.parametrize(
    ("make", "status", "message"),
    [
        (lambda path: path.mkdir(), 78, "is a directory, not a database [db.not_a_shop]"),
        (lambda path: path.write_bytes(os.urandom(4096)), 78, "is not a database of shopctl [db.not_a_shop]"),
        (lambda path: path.write_text("orders,total\n"), 78, "is not a database of shopctl [db.not_a_shop]"),
        (os.mkfifo, 78, "is not a regular file, not a database [db.not_a_shop]"),
    ],
)
def test_init_in_the_place_of_something_else(shopctl, tmp_path, make, status, message):
    path = tmp_path / "shop.db"
    make(path)

    run = init(shopctl, "--db", f"sqlite:///{path}", "--admin", "anna")

    assert (run.status, run.out) == (status, "")
    assert message in run.err


def test_init_below_a_file(shopctl, tmp_path):
    (tmp_path / "file").write_text("")

    run = init(shopctl, "--db", f"sqlite:///{tmp_path}/file/shop.db", "--admin", "anna")

    assert (run.status, run.out) == (78, "")
    assert f"error: {tmp_path}/file cannot be made: " in run.err
    assert "[db.readonly]" in run.err


# migrate and status


def test_migrate_when_nothing_is_missing(shop):
    run = shop("db", "migrate", "--format", "table")

    assert (run.status, run.err) == (0, "")
    assert run.out == "= unchanged  schema\n  nothing to migrate\n"


def test_migrate_applies_the_missing_steps_at_once(shop, monkeypatch):
    from shopctl.migrations import Step
    from shopctl.services import schema

    statements = ("CREATE TABLE gifts (id INTEGER NOT NULL PRIMARY KEY, name TEXT NOT NULL)",)
    known = schema.steps
    monkeypatch.setattr(schema, "LATEST", 7)
    monkeypatch.setattr(schema, "steps", lambda dialect: [*known(dialect), Step(7, "gifts", statements, "")])

    refused = shop("orders", "list")
    before = json.loads(shop("db", "status", "--json").out)["data"]
    rehearsed = shop("db", "migrate", "--dry-run", "--format", "plain")
    rehearsed_status = json.loads(shop("db", "status", "--json").out)["data"]
    run = shop("db", "migrate", "--format", "plain")
    after = json.loads(shop("db", "status", "--json").out)["data"]

    assert (refused.status, refused.err) == (
        78,
        "error: the database has schema version 6, 7 is needed [db.older]\nhint:  shopctl db migrate\n",
    )
    assert (before["schema_version"], before["pending"]) == (6, ["gifts"])
    assert (rehearsed.status, rehearsed.out.split("\t")[:2]) == (0, ["would_change", "gifts"])
    assert rehearsed_status["schema_version"] == 6
    assert (run.status, run.out.split("\t")[:2]) == (0, ["changed", "gifts"])
    assert (after["schema_version"], after["pending"]) == (7, [])


def test_migrate_is_for_administrators(shop):
    execute("UPDATE users SET role = 'sales'")

    run = shop("db", "migrate")

    assert (run.status, run.out) == (5, "")
    assert "anna has the role sales, which may not change database [auth.forbidden]" in run.err


def test_status(shop):
    run = shop("db", "status", "--json")

    found = json.loads(run.out)
    assert (run.status, found["schema"]) == (0, "shopctl.db.status/1")
    assert found["data"]["database"] == address()
    assert found["data"]["engine"] == address().partition(":")[0]
    assert (found["data"]["schema_version"], found["data"]["latest_version"], found["data"]["pending"]) == (6, 6, [])
    assert found["data"]["size_bytes"] > 100_000
    assert "\n  Schema    version 6 of 6\n" in shop("db", "status").out


@pytest.mark.parametrize("words", [["db", "status"], ["db", "migrate"], ["db", "check"]])
def test_a_session_is_needed(shop, words):
    shop("logout")

    run = shop(*words)

    assert run == (4, "", "error: nobody is signed in [auth.required]\nhint:  shopctl login\n")


# check


def test_check_of_sound_books(shop):
    run = shop("db", "check", "--json")

    found = json.loads(run.out)
    assert (run.status, run.err) == (0, "")
    assert list(found) == ["ok", "schema", "db", "rules", "violations", "heads"]
    assert (found["ok"], found["schema"], found["violations"]) == (True, 6, [])
    assert found["db"] == address().partition(":")[0]
    assert found["rules"]["A1"] == {"checked": 0, "bad": 0}
    assert found["heads"]["journal"]["no"] == 0
    assert shop("db", "check").out.endswith(" rules hold\n")


def test_check_of_books_that_do_not_add_up(shop):
    execute("UPDATE series SET next = 5 WHERE name = 'journal'")

    run = shop("db", "check", "--rule", "u1", "--json")
    page = shop("db", "check", "--rule", "U1")
    lines = shop("db", "check", "--rule", "U1", "--format", "csv")

    found = json.loads(run.out)
    assert (run.status, run.err, found["ok"]) == (1, "", False)
    assert found["rules"]["U1"]["bad"] >= 1
    assert found["violations"][0]["rule"] == "U1"
    assert set(found["violations"][0]) >= {"rule", "table", "id", "expected", "found", "hint"}
    assert page.status == 1
    assert "  ✗  U1" in page.out
    assert "\n  VIOLATIONS\n  U1  " in page.out
    assert page.out.rstrip().splitlines()[-1].startswith("  ✗ ")
    assert (lines.status, lines.out.splitlines()[0]) == (1, "rule,table,id,reference,expected,found,hint")


def test_check_of_a_rule_that_is_unknown(shop):
    run = shop("db", "check", "--rule", "X9")

    assert (run.status, run.out) == (2, "")
    assert run.err.startswith("error: there is no rule X9; the rules are ")


def test_rules_are_described_without_a_shop(shopctl):
    run = shopctl("db", "check", "--describe", "--rule", "n1", "--json")

    found = json.loads(run.out)["data"]
    assert run.status == 0
    assert [(rule["id"], rule["severity"]) for rule in found] == [("N1", "fatal")]
    assert "series.next" in found[0]["protects"]
