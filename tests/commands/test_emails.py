"""`email list` and `email send`."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.adapters.mail_server import HostileServer
from tests.support.rows import dump


@pytest.fixture
def queued(stocked):
    """Two letters in the outbox."""
    assert stocked("invoice", "create", "S00101", "S00105", "--confirm", "--send", "--yes", "-q").status == 0
    return stocked


@pytest.mark.parametrize(
    ("words", "numbers"),
    [
        ("", "2 1"),
        ("--queued", "2 1"),
        ("--sent", ""),
        ("--failed", ""),
        ("--document inv-2026-00001", "1"),
        ("--to jose@tallerpena.example", "2"),
        ("--kind invoice", "2 1"),
        ("--kind payment-reminder", ""),
        ("--state queued", "2 1"),
        ("--state sent", ""),
        ("--filter kind=invoice", "2 1"),
        ("--filter kind=payment-reminder", ""),
        ("--limit 1 -q", "2"),
        ("--after 2", "1"),
    ],
)
def test_lists_are_narrowed(queued, words, numbers):
    assert queued("email", "list", *words.split(), "--format", "ids") == (
        0,
        "".join(f"{one}\n" for one in numbers.split()),
        "",
    )


def test_a_letter_in_a_pipe(queued):
    found = queued("email", "list", "--document", "INV/2026/00001")

    assert found == (
        0,
        "1\tinvoice\tINV/2026/00001\tanna@devries.example\tInvoice INV/2026/00001 from Northwind Living B.V.\tqueued\t0\t"
        "2026-11-24T09:00:00Z\t\t\n",
        "",
    )


def test_without_a_mail_server_it_says_what_to_set(queued):
    before = dump()

    found = queued("email", "send", "--json")

    assert (found.status, found.out) == (78, "")
    told = json.loads(found.err)["error"]
    assert (told["code"], told["details"]["missing"]) == ("email.not_configured", ["email.smtp.host"])
    assert dump() == before


@pytest.fixture
def configured(queued, tmp_path):
    """The two letters, and a configuration that names a mail server which does not answer."""
    config = tmp_path / "shop.yaml"
    config.write_text(
        "shop: {name: Northwind Living B.V., currency: EUR}\n"
        "email: {from: Northwind <billing@northwind-living.example>, smtp: {host: 127.0.0.1, port: 1, security: none}}\n"
    )
    config.chmod(0o600)
    queued.use({"SHOPCTL_CONFIG": str(config)})
    return queued


def test_a_mail_server_that_does_not_answer_leaves_the_letters_queued(configured):
    found = configured("email", "send")

    assert found.status == 75
    assert "[email.server]" in found.err
    assert configured("email", "list", "--queued", "--format", "count").out == "2\n"


@pytest.mark.parametrize(("reply", "status"), [("550 no", 8), ("451 later", 75)])
@pytest.mark.parametrize("most", [1, 2])
def test_the_status_does_not_depend_on_how_many_letters_failed(configured, reply, status, most):
    with HostileServer({"RCPT": reply}) as server:
        config = Path(os.environ["SHOPCTL_CONFIG"])
        config.write_text(config.read_text().replace("port: 1,", f"port: {server.port},"))

        assert configured("email", "send", "--max", str(most)).status == status


def test_a_dry_run_tells_what_would_leave_and_sends_nothing(configured):
    before = dump()

    found = configured("email", "send", "--dry-run", "--max", "1", "--format", "jsonl", "--fields", "recipient")

    assert (found.status, len(found.out.splitlines())) == (0, 1)
    assert json.loads(found.out)["recipient"] == "anna@devries.example"
    assert dump() == before
