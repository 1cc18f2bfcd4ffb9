"""`orders email` and `orders print`."""

from __future__ import annotations

import email
import json
from email.policy import default

import pytest

from shopctl.commands.email_lists import Kind, State
from shopctl.commands.order_paper import Language, Template
from shopctl.domain.order_letters import KINDS
from shopctl.domain.states import EMAIL_STATES
from shopctl.services.letters import WRITINGS
from shopctl.services.queueing import INVOICE, NOTICE, RECEIPT, RECOVERY
from tests.adapters.mail_server import RealServer
from tests.support.rows import dump
from tests.support.transcript import transcript

PDF = b"%PDF-"


@pytest.fixture
def terminal(stocked):
    stocked.use({"SHOPCTL_FORCE_TTY": "100"})
    return stocked


def test_choices_are_those_of_the_rules():
    assert {one.replace("-", "_") for one in Template} == set(KINDS)
    assert {one.replace("-", "_") for one in Kind} == {INVOICE, NOTICE, RECEIPT, RECOVERY, *KINDS}
    assert set(State) == set(EMAIL_STATES)
    assert set(Language) == set(WRITINGS)


# orders email


def test_a_letter_is_read_queued_and_listed(terminal):
    assert (
        transcript(
            terminal,
            "orders email S00103 --template confirmation --preview --message 'Back on Monday.' --attach-pdf",
            "orders email S00103 --template confirmation",
            "orders email S00103 --template confirmation",
            "orders email S00103 S00104 --dry-run",
            "email list --document S00103",
        )
        == """\
$ orders email S00103 --template confirmation --preview --message 'Back on Monday.' --attach-pdf

  S00103  confirmation                                                                not queued
  ──────────────────────────────────────────────────────────────────────────────────────────────
  To        jose@tallerpena.example
  Attached  S00103.pdf
  Subject   Your order S00103 from Northwind Living B.V.

  Hello Taller Peña S.L.,

  Back on Monday.

  Thank you for your order. We have received it.

    Order:               S00103
    Date:                18 November 2026
    Total:               1,102.79 EUR
    Tax included:        191.39 EUR
    Still to pay:        1,102.79 EUR

  What you ordered:

    4 × Ergo chair, black: 1,084.64 EUR
    Delivery, standard: 18.15 EUR

  Please pay 1,102.79 EUR.

    Account holder:      Northwind Living B.V.
    IBAN:                NL91 ABNA 0417 1643 00
    BIC:                 ABNANL2A
    Bank:                ABN AMRO
    Payment reference:   S00103

  What comes next: We confirm your order as soon as your payment is here.

  Thank you.

  --
  Northwind Living B.V.
  Herengracht 200
  1016 BS Amsterdam
  The Netherlands
  +31 20 555 0100
  hello@northwind-living.example
  VAT ID NL123456789B01

  NEXT  shopctl orders email S00103 --template confirmation --message 'Back on Monday.' --attach-pdf  queue it

$ orders email S00103 --template confirmation
✓ created  1  S00103
!   NEXT  shopctl email send

$ orders email S00103 --template confirmation
= unchanged  1  S00103
  S00103 is queued for jose@tallerpena.example already; shopctl email send delivers it, --resend queues it anew
!   NEXT  shopctl email send

$ orders email S00103 S00104 --dry-run

  REFERENCE  RESULT          E-MAIL
  ─────────  ──────────────  ──────
  S00103     ○ would create  2
  S00104     ○ would create  3
! DRY RUN · nothing is written
!   Would queue 2. Run again without --dry-run to do it.

$ email list --document S00103

  E-MAIL  KIND          DOCUMENT  TO                       STATE   TRIES  QUEUED            SENT
  ──────  ────────────  ────────  ───────────────────────  ──────  ─────  ────────────────  ────
  1       confirmation  S00103    jose@tallerpena.example  queued      0  2026-11-24 10:00  –
"""
    )


@pytest.mark.parametrize(
    ("words", "status", "error"),
    [
        ("S00101 --template payment-reminder", 6,
         "error: nothing of order S00101 is left to pay, so there is no payment reminder to send [order.nothing_due]\n"
         "hint:  shopctl orders show S00101\n"),
        ("S00105 --template shipped", 6,
         "error: nothing of order S00105 has left yet [order.not_shipped]\nhint:  shopctl orders deliver S00105\n"),
        ("S00105 --template cancellation", 6,
         "error: order S00105 is not cancelled, so nobody can be told that [order.not_cancelled]\n"
         "hint:  shopctl orders show S00105\n"),
        ("S00999", 3, "error: there is no order S00999 [order.unknown]\nhint:  shopctl orders list\n"),
        ("S00105 --template nonsense", 2, ""),
        ("S00105 --language fi", 2, ""),
        ("S00105 --to nobody", 6, ""),
        ("S00105 S00103 --to a@example.com", 2,
         "error: --to is one address, for the letter about one order [usage]\nhint:  leave --to out\n"),
        ("", 2, "error: nothing to work on: no number was given [usage]\nhint:  shopctl orders email --help\n"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("preview", [(), ("--preview",)])
def test_what_cannot_be_written(stall, words, status, error, preview):
    before = dump()

    found = stall("orders", "email", *words.split(), *preview)

    assert (found.status, found.out) == (status, "")
    assert error in found.err
    assert dump() == before


def test_a_preview_from_a_pipe_needs_no_yes_and_changes_nothing(stall):
    before = dump()

    found = stall(
        "orders", "email", "-", "--template", "payment-reminder", "--preview", "--format", "jsonl",
        stdin="S00103\nS00104\n",
    )  # fmt: skip

    letters = [json.loads(text) for text in found.out.splitlines()]
    assert (found.status, found.err) == (0, "")
    assert [(one["document"], one["recipient"], one["language"]) for one in letters] == [
        ("S00103", "jose@tallerpena.example", "en"), ("S00104", "eleni@foskaichoros.example", "en"),
    ]  # fmt: skip
    assert letters[0]["text"].startswith("Hello Taller Peña S.L.,\n\nWe have not received the payment")
    assert letters[0]["html"].startswith("<!DOCTYPE html>")
    assert dump() == before


def test_a_batch_answers_for_each(stall, tmp_path):
    (tmp_path / "orders.txt").write_text("S00103\nS00101\nS00104\n")

    found = stall(
        "orders", "email", "--template", "payment-reminder", "--from", tmp_path / "orders.txt", "--yes",
        "--fields", "id,recipient,state",
    )  # fmt: skip

    assert (found.status, found.out) == (
        8,
        "created\tS00103\t1\tjose@tallerpena.example\tqueued\n"
        "failed\tS00101\t\t\t\n"
        "created\tS00104\t2\teleni@foskaichoros.example\tqueued\n",
    )
    assert "[order.nothing_due]" in found.err


def test_all_or_nothing(stall):
    before = dump()

    found = stall("orders", "email", "S00103", "S00101", "--template", "payment-reminder", "--yes", "--atomic")

    assert found.status == 8
    assert dump() == before


def test_letters_are_narrowed_by_kind_and_state(stocked):
    assert stocked("orders", "email", "S00103", "S00104", "--yes", "-q").status == 0
    assert stocked("orders", "email", "S00103", "--template", "payment-reminder", "-q").status == 0

    def found(*words):
        return stocked("email", "list", *words, "--format", "ids").out.split()

    assert found("--document", "S00103") == ["3", "1"]
    assert found("--kind", "payment-reminder") == ["3"]
    assert found("--kind", "status", "--document", "s00104") == ["2"]
    assert found("--state", "sent") == []
    assert found("--state", "queued") == ["3", "2", "1"]


def test_a_mail_server_gets_the_letter_with_the_order(stocked, tmp_path):
    config = tmp_path / "shop.yaml"
    with RealServer() as server:
        config.write_text(
            "shop: {name: Northwind Living B.V., currency: EUR}\n"
            "email: {from: billing@northwind-living.example, "
            f"smtp: {{host: 127.0.0.1, port: {server.port}, security: none}}}}\n"
        )
        config.chmod(0o600)
        stocked.use({"SHOPCTL_CONFIG": str(config)})
        assert stocked("orders", "email", "S00103", "--attach-pdf", "--language", "es", "-q").status == 0

        sent = stocked("email", "send", "--fields", "kind,recipient,state")

        (envelope,) = server.kept.envelopes

    assert (sent.status, sent.out) == (0, "changed\tS00103\tstatus\tjose@tallerpena.example\tsent\n")
    message = email.message_from_bytes(envelope.content, policy=default)
    assert (message["Subject"], message["Content-Language"]) == ("Pedido S00103 – Northwind Living B.V.", "es")
    assert message.get_body(("plain",)).get_content().startswith("Hola, Taller Peña S.L.:\r\n")
    assert [part.get_filename() for part in message.iter_attachments()] == ["S00103.pdf"]
    assert stocked("email", "list", "--document", "S00103", "--state", "sent", "--format", "count").out == "1\n"


def test_hostile_names_are_written_and_shown_safely(stall):
    evil = "\x1b[2J\u202eZoë\r\nBcc: x@example.com 田中" + "x" * 9_000
    record = {
        "kind": "order", "number": "X1", "ordered_at": "2026-11-16T09:14:03Z", "state": "sent", "currency": "EUR",
        "customer": "C00001", "billing": {"name": evil},
        "lines": [{"description": evil, "quantity": "1", "unit_price": "5"}],
    }  # fmt: skip
    assert stall("import", "data", "-", "-q", stdin=json.dumps(record)).status == 0

    shown = stall("orders", "email", "X1", "--preview", "--message", evil)
    queued = stall("orders", "email", "X1", "--message", evil, "-q")

    assert (shown.status, queued.status) == (0, 0)
    assert not any(sign in shown.out for sign in "\x1b\u202e\r")
    assert "Bcc: x@example.com" in shown.out


# orders print


@pytest.fixture
def desk(stall, tmp_path, monkeypatch):
    """The made-up shop, in an empty directory."""
    monkeypatch.chdir(tmp_path)
    return stall


def pages(folder):
    return sorted(str(file.relative_to(folder)) for file in folder.rglob("*.pdf"))


def test_one_order_lies_in_this_directory_and_is_not_made_twice(desk, tmp_path):
    words = ("orders", "print", "s00103", "--fields", "number,file")

    first, second = desk(*words), desk(*words)

    assert first == (0, "created\ts00103\tS00103\tS00103.pdf\n", "s00103: S00103.pdf\n")
    assert (second.status, second.out) == (0, first.out.replace("created", "unchanged"))
    assert (tmp_path / "S00103.pdf").read_bytes().startswith(PDF)


def test_printing_orders_changes_no_row(desk):
    before = dump()

    assert desk("orders", "print", "S00103", "-q").status == 0

    assert dump() == before


def test_many_go_into_a_directory_and_a_failure_stops_none(desk, tmp_path):
    found = desk("orders", "print", "-", "-o", "paper", "-q", stdin="S00101\nNOPE\nS00102\n")

    assert (found.status, found.out) == (8, "")
    assert "NOPE  there is no order NOPE" in found.err
    assert pages(tmp_path) == ["paper/S00101.pdf", "paper/S00102.pdf"]


@pytest.mark.parametrize(
    ("output", "file"), [((), "orders.pdf"), (("-o", "all.pdf"), "all.pdf"), (("-o", "out/"), "out/orders.pdf")]
)
def test_merged_orders_lie_in_one_file(desk, tmp_path, output, file):
    words = ("orders", "print", "S00101", "NOPE", "S00103", "--merge", *output, "--fields", "number,file")

    first, second = desk(*words), desk(*words)

    assert (first.status, first.out) == (
        8,
        f"created\tS00101\tS00101\t{file}\nfailed\tNOPE\t\t\ncreated\tS00103\tS00103\t{file}\n",
    )
    assert (second.status, second.out) == (8, first.out.replace("created", "unchanged"))
    assert pages(tmp_path) == [file]


def test_nothing_is_merged_after_a_failure_that_stops(desk, tmp_path):
    found = desk("orders", "print", "S00101", "NOPE", "--merge", "--fail-fast")

    assert found.status == 3
    assert pages(tmp_path) == []


def test_merged_orders_go_to_standard_output(desk, tmp_path):
    several = desk("orders", "print", "S00101", "S00103", "-o", "-")

    assert (several.status, several.out) == (2, "")
    assert several.err == (
        "error: standard output takes one PDF, not several [usage]\n"
        "hint:  shopctl orders print - -o DIRECTORY, or --merge\n"
    )
    assert pages(tmp_path) == []


def test_merged_invoices_lie_in_one_file_too(desk, tmp_path):
    assert desk("invoice", "create", "S00101", "S00105", "--confirm", "--yes", "-q").status == 0

    assert desk("invoice", "print", "INV/2026/00001", "INV/2026/00002", "--merge", "-q") == (0, "", "")

    assert pages(tmp_path) == ["invoice.pdf"]
