"""`reminder run`, `list`, `preview`, `policy`, `pause`, `promise` and `resume`."""

from __future__ import annotations

import json
import os

import pytest

from shopctl.db.connection import connect
from shopctl.db.locks import named_lock
from tests.adapters.mail_server import HostileServer, RealServer
from tests.support.rows import dump
from tests.support.signed_in import EXAMPLES

NEW_YEAR = "2027-01-20"
"""Long after the orders of the made-up shop, which waits for the money of S00103 and S00104."""


def configure(program, *lines, port=0):
    """Give the made-up shop more settings, and a mail server where there is a port."""
    text = (EXAMPLES / "shop.yaml").read_text()
    if port:
        text = text.replace("\nemail:\n", f"\nemail:\n  smtp: {{host: 127.0.0.1, port: {port}, security: none}}\n")
    path = program.home / "shop.yaml"
    path.write_text(text + "\n".join(["reminders:", *(f"  {line}" for line in lines or ("pause: 1",))]) + "\n")
    path.chmod(0o600)
    program.use({"SHOPCTL_CONFIG": str(path)})


@pytest.mark.parametrize(("reply", "status"), [("550 no", 8), ("451 later", 75)])
def test_run_ends_like_email_send_when_letters_are_not_taken(stall, reply, status):
    with HostileServer({"RCPT": reply}) as server:
        configure(stall, port=server.port)

        found = stall("reminder", "run", "--yes", "-q", "--as-of", NEW_YEAR)

    assert (found.status, found.out) == (status, "")
    assert found.err.endswith(
        "2 letters were not delivered: shopctl email list --failed, or --queued for those tried again\n"
    )


def test_run_queues_and_delivers_and_says_nothing_more_to_cron(stocked):
    with RealServer() as server:
        configure(stocked, port=server.port)

        first = stocked("reminder", "run", "--yes")
        again = stocked("reminder", "run", "--yes", "-q")

    assert (first.status, first.err) == (0, "2 letters sent\n")
    assert [row.split("\t")[:2] for row in first.out.splitlines()] == [["created", "S00103"], ["created", "S00104"]]
    assert sorted(one.rcpt_tos[0] for one in server.kept.envelopes) == [
        "eleni@foskaichoros.example", "jose@tallerpena.example",
    ]  # fmt: skip
    assert again == (0, "", "")
    listed = stocked("reminder", "list", "--json")
    assert [(row["document"], row["step"], row["state"]) for row in json.loads(listed.out)["data"]] == [
        ("S00104", 1, "sent"), ("S00103", 1, "sent"),
    ]  # fmt: skip


def test_without_a_mail_server_the_letters_wait(stocked):
    found = stocked("reminder", "run", "--yes")

    assert found.status == 0
    assert found.err.startswith("the letters stay in the outbox: mail cannot be sent: email.smtp.host is not set in ")
    assert stocked("email", "list", "--queued", "--format", "count").out == "2\n"


def test_more_than_one_letter_needs_a_yes(stall):
    before = dump()

    refused = stall("reminder", "run", "--queue-only")

    assert (refused.status, refused.out) == (10, "")
    assert "[confirm.required]" in refused.err
    assert dump() == before
    assert stall("reminder", "run", "--queue-only", "--only", "C00004", "--format", "ids") == (0, "S00104\n", "")


@pytest.mark.parametrize(
    ("words", "documents"),
    [
        ("--kind order", ["S00103", "S00104"]),
        ("--kind invoice", []),
        ("--step 1", []),
        ("--step 2 --max 1", ["S00103"]),
        ("--only eleni@foskaichoros.example", ["S00104"]),
    ],
)
def test_run_is_narrowed(stall, words, documents):
    found = stall("reminder", "run", *words.split(), "--as-of", NEW_YEAR, "--dry-run", "--format", "ids")

    assert (found.status, found.out.split()) == (0, documents)


def test_another_run_at_work(stocked):
    database = connect(os.environ["SHOPCTL_DB"])
    with database.connection_context(), named_lock(database, "reminder") as ours:
        assert ours
        found = stocked("reminder", "run", "--yes")
        quiet = stocked("reminder", "run", "--yes", "-q")

    assert found == (
        75, "", "error: another run of reminder run is at work [reminder.busy]\n"
        "hint:  it takes care of everything that is due\n",
    )  # fmt: skip
    assert quiet == (75, "", "")


def test_money_is_not_asked_for_before_the_bank_was_looked_at(stall):
    configure(stall, "bank_within: 2d")

    refused = stall("reminder", "run", "--yes", "-q")
    carts = stall("reminder", "run", "--kind", "cart", "--yes", "-q")
    stall("payment", "import", "--from", EXAMPLES / "bank.csv", "--mapping", EXAMPLES / "bank.yaml", "-q")
    later = stall("reminder", "run", "--yes", "--queue-only", "--format", "ids")

    assert refused == (
        75, "", "error: nobody is reminded of money: no bank statement was imported within 2d, there is none "
        "[reminder.bank]\nhint:  shopctl payment import --from FILE --match, then run it again\n",
    )  # fmt: skip
    assert carts == (0, "", "")
    assert (later.status, later.out) == (0, "S00103\nS00104\n")


@pytest.fixture
def charged(stocked):
    """An invoice that was reminded of at a fee of 2.50, which INV/2027/00001 charges."""
    configure(stocked, "fees: [2.50]", "orders: []")
    stocked("invoice", "create", "S00101", "--confirm", "--no-allocate", "-q")
    stocked("payment", "unallocate", "INV/2026/00001", "--credit", "PAY/2026/00001", "-q")
    stocked("payment", "refund", "PAY/2026/00001", "-q")
    stocked.use({"SHOPCTL_NOW": "2026-12-16T09:00:00Z"})
    run = stocked("reminder", "run", "--queue-only", "--json")
    assert run.status == 0, run.err
    return stocked, json.loads(run.out)["data"][0]


def test_charge_is_an_invoice_like_any_other(charged, tmp_path):
    shop, row = charged
    number = row["charge"]

    shown = shop("invoice", "show", number)
    printed = shop("invoice", "print", number, "-o", tmp_path / "charge.pdf")
    credit = shop("credit-note", "create", number, "--reason", "goodwill", "--confirm", "--yes", "--format", "ids")

    assert (row["document"], row["step"], row["fee"], number) == ("INV/2026/00001", 1, "2.50", "INV/2026/00002")
    assert shop("email", "list", "--document", "inv-2026-00001", "--kind", "reminder", "--format", "count").out == "1\n"
    assert "Fee for reminder 1 of invoice INV/2026/00001" in shown.out
    assert (printed.status, (tmp_path / "charge.pdf").read_bytes()[:5]) == (0, b"%PDF-")
    assert (credit.status, credit.out) == (0, "RINV/2026/00001\n")
    assert shop("db", "check", "-q").status == 0
    assert "Reminded   once, on 2026-12-16" in shop("invoice", "show", "INV/2026/00001").out


def test_preview_shows_letters_and_queues_nothing(stall):
    before = dump()

    found = stall("reminder", "preview", "S00103")
    both = stall("reminder", "preview", "--json")

    assert "Subject   Payment reminder for order S00103 from Northwind Living B.V." in found.out
    assert found.out.endswith("  NEXT  shopctl reminder run --only C00002  send it\n")
    assert [one["document"] for one in json.loads(both.out)["data"]] == ["S00103", "S00104"]
    assert stall("reminder", "preview", "--kind", "invoice", "--format", "count").out == "0\n"
    assert stall("reminder", "preview", "--kind", "order", "--format", "count").out == "2\n"
    assert stall("reminder", "preview", "nobody").status == 3
    assert dump() == before


def test_pause_promise_and_resume(stocked):
    def left_out():
        words = ("reminder", "list", "--due", "--skipped", "--fields", "document,skip_reason", "--format", "csv")
        return dict(row.split(",") for row in stocked(*words).out.splitlines()[1:])

    assert stocked("reminder", "pause", "S00103", "--until", "7d", "--reason", "we talk").out == (
        "changed\tS00103\tS00103\torder\tpause\t2026-12-01\twe talk\n"
    )
    assert stocked("reminder", "pause", "C00004").out == "changed\tC00004\tC00004\tcustomer\tpause\t\t\n"
    assert left_out() == {"S00103": "paused", "S00104": "customer_paused", "S00105": "not_billed"}

    stocked("reminder", "resume", "C00004")
    assert stocked("reminder", "promise", "S00104", "--until", "friday").out == (
        "changed\tS00104\tS00104\torder\tpromise\t2026-11-27\t\n"
    )
    assert left_out() == {"S00103": "paused", "S00104": "promised", "S00105": "not_billed"}
    assert json.loads(stocked("orders", "show", "S00104", "--json").out)["data"]["reminded"] == {
        "times": 0, "last_at": None, "hold": "promise", "until": "2026-11-27", "note": None,
    }  # fmt: skip

    refused = stocked("reminder", "promise", "C00004", "--until", "friday")
    assert (refused.status, refused.err) == (
        6, "error: C00004 is a customer, and a promise is about orders or invoices [reminder.promise]\n"
        "hint:  shopctl reminder pause C00004 --until DATE, or name what will be paid\n",
    )  # fmt: skip
    assert stocked("reminder", "promise", "S00104").status == 2
    assert stocked("reminder", "pause", "S00104", "--until", "2026-01-01").status == 2


def test_policy_in_words(stall):
    configure(stall, "invoices: [-3, 7, 14]", "fees: [0, 5]", "interest: 9.27", "interest_from: 3", "minimum: 5")
    stall.use({"SHOPCTL_FORCE_TTY": "90"})

    found = stall("reminder", "policy")

    assert (
        found.out
        == """
  KIND     STEP  WHEN                     FEE EUR  INTEREST  SET IN
  ───────  ────  ───────────────────────  ───────  ────────  ──────────────────
  order       1  3 days after the order         –         –  reminders.orders
  order       2  7 days after the order         –         –  reminders.orders
  invoice     1  3 days before it is due     0.00       0 %  reminders.invoices
  invoice     2  7 days after it is due      5.00       0 %  reminders.invoices
  invoice     3  14 days after it is due     0.00    9.27 %  reminders.invoices
"""
    )
    assert (
        found.err
        == """
  Orders: while they wait for their money. Invoices: while something is open.
  Nobody is reminded twice within 3 days (reminders.pause).
  Less than 5.00 EUR is left alone (reminders.minimum).
  Carts are not reminded of: carts.activated_on is not set.
  Change them:  shopctl config show, then edit that file
"""
    )


def test_list_of_what_is_due_takes_no_filter(stall):
    found = stall("reminder", "list", "--due", "--filter", "step=1")

    assert (found.status, found.out) == (2, "")
    assert found.err.startswith("error: --filter belongs to reminders that were queued, not to --due [usage]\n")


def test_unpaid_orders_tell_how_often_they_were_reminded_of(stocked):
    stocked("reminder", "run", "--only", "C00004", "--queue-only", "-q")

    found = stocked("orders", "list", "--unpaid", "--json", "--fields", "number,reminders_sent")

    assert [tuple(row.values()) for row in json.loads(found.out)["data"]] == [
        ("S00105", 0), ("S00104", 1), ("S00103", 0),
    ]  # fmt: skip
    assert stocked("orders", "list", "--unpaid", "--not-reminded", "--format", "ids").out == "S00105\nS00103\n"


def test_carts_are_written_about_once_they_are_activated(stocked):
    text = (EXAMPLES / "shop.yaml").read_text()
    path = stocked.home / "shop.yaml"
    path.write_text(f"{text}\ncarts:\n  activated_on: [2026-11-01]\n  steps: [0h, 3d]\n")
    path.chmod(0o600)
    assert "carts.activated_on" in stocked("reminder", "run", "--kind", "cart").err
    stocked.use({"SHOPCTL_CONFIG": str(path)})
    run = ("reminder", "run", "--kind", "cart", "--queue-only", "--yes")
    stocked("reminder", "pause", "C-20817", "-q")
    paused = stocked(*run, "-q")
    stocked("reminder", "resume", "C-20817", "-q")

    due = stocked("reminder", "list", "--due", "--kind", "cart", "--format", "ids")
    first = stocked(*run, "--json")
    again = stocked(*run, "--format", "ids")

    rows = json.loads(first.out)["data"]
    assert [(row["document"], row["kind"], row["step"]) for row in rows] == [("C-20817", "cart", 1)]
    assert due.out == "C-20817\n"
    assert paused == again == (0, "", "")
