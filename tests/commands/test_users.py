"""`user` and `token`: who may do what, and jobs that sign in by themselves."""

from __future__ import annotations

import json
import os

import pytest

from tests.support.program import PASSWORD
from tests.support.rows import dump


def create(shop, name, role):
    assert shop("user", "create", name, "--role", role, "--password-stdin", stdin=PASSWORD).status == 0


def sign_in(shop, name, password=PASSWORD):
    return shop("login", "--user", name, "--password-stdin", stdin=password)


def token(shop, *words):
    made = shop("user", "token", "create", *words)
    assert made.status == 0, made.err
    return made.out.strip()


@pytest.fixture
def given(shop, tmp_path):
    """A token that may change e-mails, in a file that is named; nobody is signed in."""
    secret = token(shop, "nightly", "--scope", "emails")
    file = tmp_path / "token"
    file.write_text(f"{secret}\n")
    file.chmod(0o600)
    assert shop("logout").status == 0
    shop.use({"SHOPCTL_TOKEN_FILE": str(file)})
    return file


def test_a_user_works_within_the_role(shop):
    create(shop, "ben", "sales")
    listed = json.loads(shop("user", "list", "--json").out)["data"]

    assert [(row["name"], row["role"], row["disabled"], row["sessions"]) for row in listed] == [
        ("anna", "admin", False, 1),
        ("ben", "sales", False, 0),
    ]
    assert sign_in(shop, "ben").status == 0
    refused = shop("user", "create", "eve", "--role", "admin", "--password-stdin", stdin=PASSWORD)
    assert (refused.status, refused.out) == (5, "")
    assert refused.err == (
        "error: ben has the role sales, which may not change users [auth.forbidden]\nhint:  shopctl whoami\n"
    )


def test_another_role_holds_at_once(shop, monkeypatch):
    create(shop, "ben", "admin")
    assert sign_in(shop, "ben").status == 0

    assert shop("user", "edit", "anna", "--role", "readonly").status == 0

    assert shop("user", "edit", "anna", "--role", "readonly").out.startswith("unchanged\tanna")
    assert sign_in(shop, "anna").status == 0
    assert shop("user", "enable", "ben").status == 5


@pytest.mark.parametrize("words", [("disable", "anna"), ("edit", "anna", "--role", "sales")])
def test_the_last_administrator_stays(shop, words):
    create(shop, "ben", "admin")
    assert shop("user", "disable", "ben").status == 0
    before = dump()

    refused = shop("user", *words)

    assert (refused.status, refused.err) == (
        6,
        "error: anna is the only administrator, and a shop needs one [user.last_admin]\n"
        "hint:  shopctl user create NAME --role admin\n",
    )
    assert dump() == before


def test_who_is_disabled_is_out_at_once(shop):
    create(shop, "ben", "sales")
    secret = token(shop, "bens", "--scope", "orders", "--user", "ben")
    shop.use({"SHOPCTL_TOKEN": secret})
    assert shop("whoami").status == 0
    shop.use({"SHOPCTL_TOKEN": ""})

    assert shop("user", "disable", "ben").status == 0

    assert sign_in(shop, "ben").status == 4
    assert sign_in(shop, "anna").status == 0
    shop.use({"SHOPCTL_TOKEN": secret})
    assert shop("whoami").status == 4


def test_a_new_password_ends_sessions(shop):
    other = "four other words there"
    changed = shop("user", "passwd", "anna", "--password-stdin", stdin=other)

    assert (changed.status, other in changed.out + changed.err) == (0, False)
    assert shop("whoami").status == 4
    assert sign_in(shop, "anna").status == 4
    assert sign_in(shop, "anna", other).status == 0


@pytest.mark.parametrize(
    ("words", "status", "code"),
    [
        (("create", "anna", "--role", "sales", "--password-stdin"), 7, "user.exists"),
        (("create", "-x", "--role", "sales", "--password-stdin"), 2, "usage"),
        (("create", "ANNA", "--role", "sales", "--password-stdin"), 7, "user.exists"),
        (("create", "b n", "--role", "sales", "--password-stdin"), 2, "usage"),
        (("edit", "nobody", "--role", "sales"), 3, "user.unknown"),
        (("disable", "nobody"), 3, "user.unknown"),
    ],
)
def test_what_cannot_be_is_refused(shop, words, status, code):
    before = dump()

    refused = shop("user", *words, stdin=PASSWORD)

    assert (refused.status, f"[{code}]" in refused.err) == (status, True)
    assert dump() == before


def test_a_job_signs_in_with_its_token(shop, given):
    found = shop("whoami")

    assert found.status == 0
    assert "  Token       nightly ends " in found.out
    assert json.loads(shop("whoami", "--json").out)["data"]["scopes"] == ["emails"]
    assert shop("email", "send", "--dry-run", "-q").status == 78
    refused = shop("tax", "create", "V9", "--amount", "9")
    assert (refused.status, refused.err.partition("\n")[0]) == (
        5,
        "error: the token nightly may not change catalogue [auth.forbidden]",
    )


def test_the_journal_tells_the_token(shop, tmp_path):
    secret = token(shop, "nightly", "--scope", "catalogue")
    shop.use({"SHOPCTL_TOKEN": secret})

    assert shop("tax", "create", "V9", "--amount", "9").status == 0

    rows = dump()
    assert [row for row in rows["events"] if "tax.created" in row and "anna/nightly" in row]
    assert secret not in repr(rows)


def test_a_token_never_makes_users_or_tokens(shop):
    refused = shop("user", "token", "create", "all", "--scope", "emails,users")

    assert (refused.status, refused.err) == (
        2,
        "error: users is not something a token may write [usage]\n"
        "hint:  name some of catalogue,customers,database,emails,filters,imports,invoices,orders,payments; "
        "reading needs none of them\n",
    )


def test_a_token_may_no_more_than_its_user(shop):
    create(shop, "ben", "readonly")

    refused = shop("user", "token", "create", "all", "--scope", "emails,filters", "--user", "ben")

    assert (refused.status, refused.err) == (
        6,
        "error: ben has the role readonly, which may not change emails [token.scope]\n"
        "hint:  a token in the name of ben may change filters\n",
    )


def test_a_revoked_token_is_refused_though_somebody_is_signed_in(shop):
    secret = token(shop, "nightly", "--scope", "emails")
    assert shop("user", "token", "revoke", "nightly").status == 0
    assert shop("whoami").status == 0

    shop.use({"SHOPCTL_TOKEN": secret})

    refused = shop("whoami")
    assert (refused.status, refused.err) == (
        4,
        "error: the token in $SHOPCTL_TOKEN does not hold: it has ended, was revoked, or is of another shop "
        "[auth.expired]\nhint:  unset SHOPCTL_TOKEN_FILE SHOPCTL_TOKEN and sign in; then shopctl user token list, or create NAME\n",
    )


def test_a_token_ends(shop):
    secret = token(shop, "short", "--scope", "emails", "--expires", "1h", "--as-of", "2020-01-01")

    shop.use({"SHOPCTL_TOKEN": secret})

    assert shop("whoami").status == 4


@pytest.mark.parametrize(
    ("spoil", "problem"),
    [
        (lambda file: file.chmod(0o644), "can be read by others, so it is not used"),
        (lambda file: file.write_text(""), "is empty"),
        (lambda file: file.unlink(), "cannot be read: no such file or directory"),
        (lambda file: (file.unlink(), os.mkfifo(file, 0o600)), "is not a file"),
    ],
)
def test_a_token_file_that_cannot_be_trusted(shop, given, spoil, problem):
    spoil(given)

    refused = shop("whoami")

    assert (refused.status, refused.err.partition(" [")[0]) == (4, f"error: the token file {given} {problem}")


def test_the_service_manager_hands_over_a_token(shop, tmp_path):
    secret = token(shop, "nightly", "--scope", "emails")
    (tmp_path / "shopctl.token").write_text(secret)
    assert shop("logout").status == 0

    shop.use({"CREDENTIALS_DIRECTORY": str(tmp_path)})

    assert json.loads(shop("whoami", "--json").out)["data"]["user"] == "anna"


def test_a_session_is_no_token(shop):
    session = (shop.home / ".local/state/shopctl/session").read_text()

    shop.use({"SHOPCTL_TOKEN": session})

    assert shop("whoami").status == 4


def test_a_rehearsed_token_is_none(shop):
    run = shop("user", "token", "create", "nightly", "--scope", "emails", "--dry-run")

    assert (run.status, run.out) == (0, "dry run: would create the token nightly\n")
    assert json.loads(shop("user", "token", "list", "--json").out)["data"] == []
