"""`login`, `logout` and `whoami`."""

from __future__ import annotations

import json
import os
import pty
import sqlite3
import stat
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.support.program import PASSWORD

PROJECT = Path(__file__).parent.parent.parent


def session_file(shopctl):
    return shopctl.home / ".local" / "state" / "shopctl" / "session"


def login(shopctl, *words, password=PASSWORD):
    return shopctl("login", *words, "--password-stdin", stdin=f"{password}\n")


@pytest.fixture
def signed_out(shop):
    """A shop with the administrator anna in which nobody is signed in."""
    assert shop("logout").status == 0
    return shop


def test_login_takes_the_only_user_and_tells_until_when(signed_out):
    run = login(signed_out)

    assert (run.status, run.err) == (0, "  NEXT  shopctl dashboard\n")
    assert run.out.startswith("  ✓ signed in as anna (admin) until ")
    assert stat.S_IMODE(session_file(signed_out).stat().st_mode) == 0o600
    assert stat.S_IMODE(session_file(signed_out).parent.stat().st_mode) == 0o700


def test_login_for_scripts(signed_out):
    before = datetime.now(UTC)

    run = login(signed_out, "--hours", "2", "--json")

    found = json.loads(run.out)
    assert (run.status, found["schema"], run.err) == (0, "shopctl.login/1", "")
    assert (found["data"]["user"], found["data"]["role"], found["data"]["profile"]) == ("anna", "admin", None)
    ends = datetime.fromisoformat(found["data"]["expires_at"])
    assert timedelta(hours=2) - timedelta(seconds=1) <= ends - before <= timedelta(hours=2, seconds=60)


def test_the_session_is_as_long_as_configured(signed_out, tmp_path):
    file = tmp_path / "shop.yaml"
    file.write_text("security: {session_hours: 1}\n")
    before = datetime.now(UTC)

    run = login(signed_out, "--config", file, "--json")

    ends = datetime.fromisoformat(json.loads(run.out)["data"]["expires_at"])
    assert ends - before <= timedelta(hours=1, seconds=60)


def test_as_of_does_not_move_the_session(signed_out):
    run = login(signed_out, "--as-of", "2020-01-01", "--json")

    assert json.loads(run.out)["data"]["expires_at"][:4] >= "2026"
    assert signed_out("whoami", "--as-of", "2020-01-01").status == 0


def test_quiet_login_says_nothing(signed_out):
    run = login(signed_out, "-q")

    assert run == (0, "", "")


@pytest.mark.parametrize("words", [["--user", "anna"], ["--user", "nobody"]])
def test_a_wrong_password_and_an_unknown_user_look_the_same(signed_out, words):
    run = login(signed_out, *words, password="something else entirely")

    assert run == (
        4,
        "",
        "error: user name or password is wrong [auth.denied]\nhint:  shopctl login --user NAME\n",
    )
    assert not session_file(signed_out).exists()


def test_five_wrong_passwords_lock_the_right_one_out_too(signed_out):
    for _ in range(5):
        assert login(signed_out, password="wrong").status == 4

    run = login(signed_out)
    pretending = login(signed_out, "--as-of", "2030-01-01")

    assert (run.status, run.out) == (4, "")
    assert run.err.startswith("error: anna had 5 failed sign-ins; the next try is possible at ")
    assert "[auth.locked]" in run.err
    assert "[auth.locked]" in pretending.err


def test_a_right_password_forgets_the_wrong_ones(signed_out):
    for _ in range(3):
        for _ in range(2):
            assert login(signed_out, password="wrong").status == 4
        assert login(signed_out).status == 0


@pytest.mark.parametrize(
    ("words", "stdin", "status", "message"),
    [
        ([], "", 2, "error: a password is needed and there is no terminal to ask on [usage]"),
        (["--password-stdin"], "", 2, "error: the password is empty [auth.password]"),
        (["--password-stdin"], "\n", 2, "error: the password is empty [auth.password]"),
        (["--password-stdin"], "a\x1bb\n", 2, "error: the password holds characters that cannot be typed"),
        (["--password-stdin"], b"\xff\xfe\n", 2, "error: the password on standard input is not UTF-8 text"),
        (["--password-stdin"], "x" * 5000, 2, "error: the first line of standard input is too long"),
        (
            ["--password-stdin", "--hours", "0"],
            PASSWORD,
            2,
            "error: --hours: 0 is not a number of hours from 1 to 8760",
        ),
        (["--hours", "9000"], PASSWORD, 2, "error: --hours: 9000 is not a number of hours"),
        (["--hours", "2.5"], PASSWORD, 2, "error: --hours: '2.5' is not a whole number"),
    ],
)
def test_what_cannot_be_a_sign_in_is_refused(shopctl, sqlite_url, words, stdin, status, message):
    shopctl.use({"SHOPCTL_DB": sqlite_url})
    with closing(sqlite3.connect(sqlite_url.removeprefix("sqlite:///"))) as database, database:
        database.execute("INSERT INTO users VALUES (1, 'anna', 'admin', '', '2026-01-01T00:00:00Z', 0, 0, NULL)")

    run = shopctl("login", *words, stdin=stdin)

    assert (run.status, run.out) == (status, "")
    assert run.err.startswith(message)
    assert not session_file(shopctl).exists()


def test_who_it_is_must_be_said_when_there_are_several(shopctl, sqlite_url):
    shopctl.use({"SHOPCTL_DB": sqlite_url})
    with closing(sqlite3.connect(sqlite_url.removeprefix("sqlite:///"))) as database, database:
        for key, name in enumerate(("anna", "bert"), 1):
            database.execute(
                f"INSERT INTO users VALUES ({key}, '{name}', 'sales', '', '2026-01-01T00:00:00Z', 0, 0, NULL)"
            )

    run = login(shopctl)

    assert run == (
        2,
        "",
        "error: a user name is needed and there is no terminal to ask on: --user NAME [usage]\n"
        "hint:  shopctl login --user NAME\n",
    )


def test_a_shop_without_an_administrator_is_finished_first(shopctl, sqlite_url):
    shopctl.use({"SHOPCTL_DB": sqlite_url})

    run = login(shopctl)

    assert (run.status, run.out) == (78, "")
    assert run.err.endswith("the shop has no administrator [db.not_a_shop]\nhint:  shopctl db init\n")


def test_passwords_are_asked_on_the_terminal_without_showing_them(shopctl, tmp_path):
    address = f"sqlite:///{tmp_path / 'shop.db'}"

    screen = typed(["--db", address, "db", "init"], ["anna", PASSWORD, PASSWORD], shopctl.home)
    differing = typed(["--db", f"{address}2", "db", "init", "--admin", "anna"], [PASSWORD, "other"], shopctl.home)
    again = typed(["--db", address, "login"], [PASSWORD], shopctl.home)

    assert screen.startswith("Name of the first administrator: anna\nPassword for anna: \nThe same again: \n✓ created ")
    assert "error: the two passwords differ [auth.password]" in differing
    assert not (tmp_path / "shop.db2").exists()
    assert again.startswith("Password of anna: \n")
    assert "✓ signed in as anna (admin) until" in again
    assert PASSWORD not in screen + differing + again


def typed(words, lines, home):
    """Run the program on a terminal of its own, type these lines, and tell what the screen showed."""
    child, terminal = pty.fork()
    if child == 0:
        environ = {
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "PYTHONPATH": str(PROJECT),
            "TERM": "dumb",
            "LC_ALL": "C.UTF-8",
        }
        os.execve(sys.executable, [sys.executable, "-m", "shopctl", *words], environ)
    screen = b""
    for line in [*lines, None]:
        while part := _read(terminal):
            screen += part
            if line is not None and part.endswith(b": "):
                break
        if line is not None:
            os.write(terminal, f"{line}\n".encode())
    os.waitpid(child, 0)
    os.close(terminal)
    return screen.decode().replace("\r\n", "\n").lstrip("\n")


def _read(terminal):
    try:
        return os.read(terminal, 10_000)
    except OSError:  # Linux says so when the other side is closed
        return b""


def test_login_without_a_database(shopctl):
    run = login(shopctl)

    assert (run.status, run.out) == (3, "")
    assert run.err.endswith("shop.db [db.missing]\nhint:  shopctl db init\n")


def test_login_needs_a_place_for_the_session(signed_out):
    state = session_file(signed_out).parent
    state.rmdir()
    state.write_text("")

    run = login(signed_out)

    assert (run.status, run.out) == (1, "")
    assert run.err.startswith(f"error: the session cannot be kept in {state / 'session'}: ")


def test_whoami(shop):
    run = shop("whoami", "--json")

    found = json.loads(run.out)
    assert (run.status, found["schema"]) == (0, "shopctl.whoami/1")
    assert found["data"] | {"expires_at": "", "database": ""} == {
        "user": "anna", "role": "admin", "expires_at": "", "profile": None, "database": "", "token": None, "scopes": [],
    }  # fmt: skip
    page = shop("whoami").out
    assert page.startswith("  User      anna\n  Role      admin\n  Session   ends ")
    assert "\n  Profile   –\n  Database  " in page


def test_whoami_masks_the_password_of_the_database(shop, monkeypatch):
    address = os.environ["SHOPCTL_DB"]
    if address.startswith("sqlite"):
        pytest.skip("a file has no password")
    shop.use({"SHOPCTL_DB": address.replace("shopctl@", "shopctl:geheim@")})

    run = shop("whoami")

    assert run.status == 0
    assert "shopctl:****@" in run.out
    assert "geheim" not in run.out + run.err


def test_whoami_when_nobody_is_signed_in(signed_out):
    run = signed_out("whoami")

    assert run == (4, "", "error: nobody is signed in [auth.required]\nhint:  shopctl login\n")


def test_a_session_that_is_unknown_is_over(shop):
    session_file(shop).write_text("made-up\n")

    run = shop("whoami", "--json")

    assert (run.status, run.out) == (4, "")
    assert json.loads(run.err)["error"]["code"] == "auth.expired"


def test_a_session_that_others_can_read_is_not_used(shop):
    session_file(shop).chmod(0o644)

    run = shop("whoami")

    assert (run.status, run.out) == (4, "")
    assert "can be read by others, so it is not used" in run.err
    assert login(shop).status == 0
    assert shop("whoami").status == 0


def test_logout_ends_the_session_in_the_database_too(shop):
    token = session_file(shop).read_text()

    run = shop("logout")

    assert run == (0, "  ✓ signed out\n", "")
    assert not session_file(shop).exists()
    session_file(shop).write_text(token)
    session_file(shop).chmod(0o600)
    assert shop("whoami").status == 4


def test_logout_again_is_harmless(signed_out):
    assert signed_out("logout") == (0, "  = nobody was signed in\n", "")
    assert json.loads(signed_out("logout", "--json").out)["data"] == {"sessions_closed": 0}


def test_logout_everywhere_ends_all_sessions_of_the_user(shop):
    first = session_file(shop).read_text()
    login(shop)

    run = shop("logout", "--everywhere")

    assert run == (0, "  ✓ signed out, 2 sessions ended\n", "")
    session_file(shop).write_text(first)
    session_file(shop).chmod(0o600)
    assert shop("whoami").status == 4


def test_logout_everywhere_needs_a_session(signed_out):
    run = signed_out("logout", "--everywhere")

    assert (run.status, run.out) == (4, "")


def test_logout_forgets_the_session_even_without_the_database(shop):
    shop.use({"SHOPCTL_DB": f"sqlite:///{shop.home}/gone.db"})

    run = shop("logout")

    assert (run.status, run.out) == (3, "")
    assert not session_file(shop).exists()
