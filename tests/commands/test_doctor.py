"""`doctor`."""

from __future__ import annotations

import json
import os
import re
import socket
import sqlite3
import threading
from contextlib import closing

import pytest


def checks(run):
    """Tell the result and the remedy of each check."""
    return {check["check"]: (check["result"], check["fix"]) for check in json.loads(run.out)["data"]}


def execute(statement):
    address = os.environ["SHOPCTL_DB"]
    if address.startswith("sqlite:"):
        with closing(sqlite3.connect(address.removeprefix("sqlite:///"))) as database, database:
            database.execute(statement)
        return
    import psycopg

    with psycopg.connect(address, autocommit=True) as database:
        database.execute(statement)


def configure(shopctl, text):
    file = shopctl.home / ".config" / "shopctl" / "config.yaml"
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    file.write_text(text)
    file.chmod(0o600)
    return file


SELLER = "shop:\n  name: Northwind Living\n  address: [Herengracht 200, 1016 BS Amsterdam]\n"
SMTP = "email:\n  from: shop@example.com\n  smtp: {host: 127.0.0.1, port: %s}\n"


def test_a_healthy_shop(shop):
    configure(shop, SELLER + SMTP % 2525)

    run = shop("doctor")

    assert (run.status, run.err) == (0, "")
    lines = run.out.splitlines()
    assert lines[0] == "  ✓ config    ~/.config/shopctl/config.yaml, mode 0600"
    assert "  ✓ schema    version 6, nothing to migrate" in lines
    assert re.search(r"\n  ✓ login     anna \(admin\), session ends in (12 h 0|11 h [345][0-9]) min\n", run.out)
    assert "  ✓ outbox    nothing waits" in lines
    assert "  ✓ smtp      127.0.0.1:2525, not tried; shopctl doctor --network does" in lines
    assert "  ✓ seller    Northwind Living, Herengracht 200, 1016 BS Amsterdam" in lines
    assert lines[-1] == "  10 ok"
    if os.environ["SHOPCTL_DB"].startswith("sqlite:"):
        assert "WAL, integrity ok, foreign keys on" in " ".join(run.out.split())
    assert max(map(len, lines)) <= 100
    assert shop("doctor", "-q") == (0, "", "")


def test_a_new_machine_is_told_what_to_do(shopctl):
    run = shopctl("doctor")

    assert (run.status, run.err) == (1, "")
    assert run.out.startswith("  ✓ config    no file, the defaults are used\n  ✗ database  there is no database at")
    assert "→ shopctl db init\n" in run.out
    assert "  ! smtp      not set up, so e-mails stay in the outbox" in run.out
    assert run.out.endswith("\n  4 ok · 2 warnings · 1 failed\n")


def test_doctor_for_monitoring(shop):
    shop("logout")

    run = shop("doctor", "--json")

    assert json.loads(run.out)["schema"] == "shopctl.doctor/1"
    assert (run.status, run.err) == (0, "")
    found = checks(run)
    assert list(found) == [
        "config", "database", "schema", "login", "outbox", "seller", "smtp", "fonts", "terminal", "clock",
    ]  # fmt: skip
    assert found["login"] == ("warning", "shopctl login")
    assert found["database"] == ("ok", None)


def test_a_configuration_with_mistakes_hides_nothing_else(shopctl):
    configure(shopctl, "shop: {nmae: x}\n")

    run = shopctl("doctor", "--json")

    assert run.status == 1
    assert checks(run) == {"config": ("failed", "shopctl config validate"), "terminal": ("ok", None)}


@pytest.mark.parametrize(("folder", "result"), [("letters", "warning"), ("file/letters", "failed")])
def test_a_folder_for_letters_is_tried(shop, tmp_path, folder, result):
    (tmp_path / "file").touch()
    configure(shop, f"email: {{from: shop@example.com, transport: maildir, maildir: {tmp_path / folder}}}\n")

    run = shop("doctor", "--json")

    assert checks(run)["smtp"][0] == result
    assert not (tmp_path / "letters").exists()


@pytest.mark.parametrize(("mode", "result", "told"), [(0o644, "warning", "read it"), (0o622, "failed", "change it")])
def test_a_configuration_that_others_can_open(shopctl, mode, result, told):
    file = configure(shopctl, "")
    file.chmod(mode)

    run = shopctl("doctor", "--json")

    first = json.loads(run.out)["data"][0]
    assert (first["result"], first["fix"]) == (result, f"chmod 600 {file}")
    assert first["text"] == f"~/.config/shopctl/config.yaml, mode {mode:04o}: others can {told}"


def test_a_database_that_others_can_read(shopctl):
    shopctl.sign_in()
    file = shopctl.home / ".local" / "share" / "shopctl" / "shop.db"
    file.chmod(0o640)

    run = shopctl("doctor", "--json")

    assert run.status == 0
    assert checks(run)["database"] == ("warning", f"chmod 600 {file}")


def test_a_damaged_database(shopctl):
    shopctl.sign_in()
    file = shopctl.home / ".local" / "share" / "shopctl" / "shop.db"
    os.truncate(file, 20_480)

    run = shopctl("doctor", "--json")

    assert run.status == 1
    assert checks(run)["database"] == ("failed", "restore the last backup")


def test_a_server_that_does_not_answer(shopctl, tmp_path):
    shopctl.use({"SHOPCTL_DB": f"postgresql://shopctl@/shop?host={tmp_path}"})

    run = shopctl("doctor", "--json")

    assert run.status == 1
    assert checks(run)["database"][0] == "failed"
    assert "clock" in checks(run)


def test_a_database_without_tables(bare):
    run = bare("doctor", "--json")

    assert run.status == 1
    assert checks(run)["database"] == ("failed", "shopctl db init")


def test_a_shop_without_an_administrator(shopctl, database_url):
    shopctl.use({"SHOPCTL_DB": database_url})

    run = shopctl("doctor", "--json")

    assert run.status == 1
    assert checks(run)["login"] == ("failed", "shopctl db init")


def test_a_schema_that_was_changed_by_hand(shop):
    execute("DROP INDEX orders_differing")

    run = shop("doctor", "--json")

    assert run.status == 1
    assert checks(run)["schema"] == ("failed", "shopctl db check --rule D1")


def test_a_newer_schema(shopctl):
    shopctl.sign_in()
    with closing(sqlite3.connect(shopctl.home / ".local" / "share" / "shopctl" / "shop.db")) as database:
        database.execute("PRAGMA user_version = 999")

    run = shopctl("doctor", "--json")

    assert run.status == 1
    assert checks(run)["schema"] == ("failed", "pip install --upgrade shopctl")


def add_email(key, state):
    execute(
        "INSERT INTO emails (id, key, document, kind, recipient, cc, subject, text, html, message_id, state, phase, attempts, "
        f"not_before, owner, lease, reply, created_at) VALUES ({key}, 'k{key}', '', '', '', '', '', '', '', 'm{key}', "
        f"'{state}', '', 0, '2026-01-01T00:00:00Z', '', '', '', '2026-01-01T00:00:00Z')"
    )


def test_letters_that_wait_or_went_wrong(shop):
    add_email(1, "queued")
    late = shop("doctor", "--json")
    add_email(2, "uncertain")
    add_email(3, "failed")
    wrong = shop("doctor", "--json")

    assert (late.status, checks(late)["outbox"]) == (0, ("warning", "shopctl email send"))
    assert checks(wrong)["outbox"] == ("warning", "shopctl email list --failed")
    (text,) = (check["text"] for check in json.loads(wrong.out)["data"] if check["check"] == "outbox")
    assert text == "1 e-mail may or may not have been sent, 1 e-mail failed, 1 e-mail queued for more than 1 h"


@pytest.mark.parametrize(
    ("config", "text", "keys"),
    [
        ("", "shop.name and shop.address are empty, so invoices do not say who sells", "shop.name and shop.address"),
        ("shop: {name: ' '}\n", "shop.name and shop.address are empty, so invoices do not say who sells",
         "shop.name and shop.address"),
        ("shop: {name: Northwind}\n", "shop.address is empty, so invoices do not say who sells", "shop.address"),
        ("shop: {address: [Herengracht 200]}\n", "shop.name is empty, so invoices do not say who sells", "shop.name"),
    ],
)  # fmt: skip
def test_an_invoice_needs_a_seller(shop, config, text, keys):
    configure(shop, config)

    run = shop("doctor", "--json")

    assert run.status == 0
    (found,) = (check for check in json.loads(run.out)["data"] if check["check"] == "seller")
    assert (found["result"], found["text"]) == ("warning", text)
    assert found["fix"] == f"set {keys} in the file of: shopctl config path"


def test_mail_settings_that_cannot_work(shopctl, tmp_path):
    configure(
        shopctl,
        f"email:\n  from: a@example.com\n  smtp: {{host: mail.example.com, user: a, password_file: {tmp_path}/none}}\n",
    )

    run = shopctl("doctor", "--json")

    assert checks(run)["smtp"][0] == "failed"


def test_a_mail_server_that_is_down(shopctl):
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
    configure(shopctl, SMTP % port)

    run = shopctl("doctor", "--network", "--json")

    assert run.status == 1
    assert checks(run)["smtp"][0] == "failed"
    assert f"127.0.0.1:{port} does not answer" in run.out


def test_a_mail_server_that_answers(shopctl):
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        answering = threading.Thread(target=greet, args=(listening,))
        answering.start()
        configure(shopctl, SMTP % listening.getsockname()[1])

        run = shopctl("doctor", "--network", "--json")

        answering.join()
    assert checks(run)["smtp"] == ("ok", None)


def greet(listening):
    connection, _ = listening.accept()
    with connection, connection.makefile("rwb") as lines:
        lines.write(b"220 hello\r\n")
        lines.flush()
        for line in lines:
            lines.write(b"221 bye\r\n" if line.upper().startswith(b"QUIT") else b"250 hello\r\n")
            lines.flush()


def test_a_font_that_is_missing(shopctl, tmp_path):
    configure(shopctl, f"invoicing: {{fonts: {{regular: {tmp_path}/none.ttf}}}}\n")

    run = shopctl("doctor", "--json")

    assert checks(run)["fonts"][0] == "failed"


def test_a_clock_that_goes_wrong(shop):
    execute(
        "INSERT INTO events (id, at, actor, action, reference, details, operation, hash) "
        "VALUES (1, '2999-01-01T00:00:00Z', '', '', '', '', '', '')"
    )

    run = shop("doctor", "--json")

    assert run.status == 1
    assert checks(run)["clock"] == ("failed", "set the clock of this machine: timedatectl set-ntp true")
    assert "but the journal has an entry of 2999-01-01 00:00 UTC" in run.out


def test_a_terminal_without_unicode(shopctl, monkeypatch):
    import io
    import sys

    shown = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(shown, encoding="ascii"))

    shopctl("doctor")

    sys.stdout.flush()
    assert b"  ok config    no file, the defaults are used\n" in shown.getvalue()
    assert b"  !  terminal  ASCII, no terminal, colour off: not every character can be shown" in shown.getvalue()
