"""`customers` on the command line: lists, pages, statements, and what is done with customers."""

from __future__ import annotations

import json

import pytest

from tests.support.rows import dump
from tests.support.transcript import transcript


@pytest.fixture
def terminal(stocked):
    stocked.use({"SHOPCTL_FORCE_TTY": "100"})
    return stocked


def test_sums_follow_the_work(stocked):
    words = ("customers", "list", "--fields", "code,orders,amount_ordered,amount_invoiced,amount_due,amount_credit")

    before = stocked(*words)
    for line in (
        "orders confirm S00103",
        "invoice create S00103 --confirm",
        "invoice create S00101 --confirm --no-allocate",
    ):
        assert stocked(*line.split(), "-q").status == 0
    after = stocked(*words)

    assert before.out.splitlines() == [
        "C00006\t0\t\t\t\t",
        "C00005\t1\t196.02\t0.00\t0.00\t196.02",
        "C00004\t0\t\t\t\t",
        "C00003\t1\t162.89\t0.00\t0.00\t162.89",
        "C00002\t1\t9225.91\t0.00\t0.00\t0.00",
        "C00001\t1\t621.94\t0.00\t0.00\t621.94",
    ]
    assert after.out.splitlines()[4:] == [
        "C00002\t2\t10328.70\t1102.79\t1102.79\t0.00",
        "C00001\t1\t621.94\t621.94\t621.94\t621.94",
    ]


def test_a_customer_is_found_by_code_and_by_address(stocked):
    found = stocked("customers", "show", "c00002", "JOSE@tallerpena.example", "--format", "ids")
    whole = json.loads(stocked("customers", "show", "C00002", "--json").out)["data"]

    assert found == (0, "C00002\nC00002\n", "")
    assert (whole["name"], whole["company"], whole["vat"]) == ("José Peña Rodríguez", "Taller Peña S.L.", "ESB12345674")
    assert [address["city"] for address in whole["addresses"]] == ["Madrid"]


def test_pages_follow_each_other(stocked):
    first = stocked("customers", "list", "--limit", "4", "--format", "ids", "-q")
    second = stocked("customers", "list", "--after", "C00003", "--format", "ids")

    assert first == (0, "C00006\nC00005\nC00004\nC00003\n", "")
    assert second == (0, "C00002\nC00001\n", "")


def test_a_shop_without_customers(shop):
    assert shop("customers", "list", "--format", "table") == (
        0,
        "",
        "There are no customers yet. Import some: shopctl import data FILE\n",
    )
    assert shop("customers", "list", "--fail-on-empty").status == 9


def test_a_customer_is_made_changed_noted_and_tagged(terminal):
    assert (
        transcript(
            terminal,
            "customers create --name 'Eva Berg' --email eva@example.org --address 'street=Hauptstr. 1, 2. OG,zip=10115,city=Berlin,country=de'",
            "customers create --name 'Eva Berg' --email eva@example.org --address 'street=Hauptstr. 1, 2. OG,zip=10115,city=Berlin,country=de'",
            "customers edit C00007 --no-marketing --vat DE136695976 --terms NET30 --set-address 1:zip=10117",
            "customers note C00007 'rings back'",
            "customers tag C00007 C00003 --add vip --yes",
            "customers show C00007",
        )
        == """\
$ customers create --name 'Eva Berg' --email eva@example.org --address 'street=Hauptstr. 1, 2. OG,zip=10115,city=Berlin,country=de'
✓ created  C00007  eva@example.org  Eva Berg
!   NEXT  shopctl customers show C00007

$ customers create --name 'Eva Berg' --email eva@example.org --address 'street=Hauptstr. 1, 2. OG,zip=10115,city=Berlin,country=de'
= unchanged  C00007  eva@example.org  Eva Berg
  customer C00007 is there already
!   NEXT  shopctl customers show C00007

$ customers edit C00007 --no-marketing --vat DE136695976 --terms NET30 --set-address 1:zip=10117
✓ changed  C00007  Eva Berg
!   NEXT  shopctl customers show C00007

$ customers note C00007 'rings back'
✓ changed  C00007  Eva Berg
!   NEXT  shopctl customers show C00007

$ customers tag C00007 C00003 --add vip --yes

  REFERENCE  RESULT
  ─────────  ─────────
  C00007     ✓ changed
  C00003     ✓ changed
!
!   2 changed       0 unchanged       0 failed       0 skipped

$ customers show C00007

  C00007  Eva Berg                                                                      0 orders
  ──────────────────────────────────────────────────────────────────────────────────────────────
  Name         Eva Berg                       Language    –
  E-mail       eva@example.org                Marketing   not wanted (shell 2026-11-24)
  Phone        –                              Terms       NET30
  VAT          DE136695976                    Tags        vip
  Country      DE                             Carts left  –
  First order  –                              Created     2026-11-24 10:00
  Last order   –

  ADDRESSES
  1  billing: Hauptstr. 1, 2. OG, 10117 Berlin, DE

  NOTES
  2026-11-24 anna: rings back

  ACTIVITY  the latest first

  WHEN              WHO   WHAT              DOCUMENT  DETAILS
  ────────────────  ────  ────────────────  ────────  ─────────────────────────────────────
  2026-11-24 10:00  anna  customer.tagged   C00007    fields: tags
  2026-11-24 10:00  anna  customer.noted    C00007    fields: note
  2026-11-24 10:00  anna  customer.changed  C00007    fields: vat terms marketing addresses
  2026-11-24 10:00  anna  customer.created  C00007

  NEXT  shopctl customers activity C00007  everything that happened
"""
    )


def test_customers_are_merged_archived_and_erased(terminal):
    assert (
        transcript(
            terminal,
            "customers merge C00003 C00001 --confirm C00001",
            "customers merge C00003 C00001 --confirm C00001",
            "customers archive C00004",
            "customers anonymize C00006 --confirm C00006",
            "customers list",
            "customers activity C00001",
        )
        == """\
$ customers merge C00003 C00001 --confirm C00001
✓ changed  C00001  C00003  Anna de Vries
  C00003 stands for C00001 now
  moved: 1 order, 1 payment
!   NEXT  shopctl customers show C00001

$ customers merge C00003 C00001 --confirm C00001
= unchanged  C00001  C00003  Anna de Vries
  C00003 was merged into C00001 before
!   NEXT  shopctl customers show C00001

$ customers archive C00004
✓ changed  C00004  Ελένη Παπαδοπούλου
!   NEXT  shopctl customers show C00004

$ customers anonymize C00006 --confirm C00006
✓ changed  C00006
  posted documents keep the identity they copied
!   NEXT  shopctl invoice list --customer C00006

$ customers list

  CUSTOMER  NAME                 ORDERS  ORDERED EUR  OPEN EUR  CREDIT EUR  LAST ORDER  CARTS
  ────────  ───────────────────  ──────  ───────────  ────────  ──────────  ──────────  ─────
  C00005    Łukasz Żółtowski          1       196.02      0.00      196.02  2026-11-22      0
  C00002    José Peña Rodríguez       1     9,225.91      0.00        0.00  2026-11-21      1
  C00001    Anna de Vries             2       784.83      0.00      784.83  2026-11-17      1
!
!   Everything of one:  shopctl customers show CODE
!   Left out:           1 archived, 1 merged, 1 anonymised; see them with --archived
!   Left out for width: E-MAIL, COUNTRY · all: --no-truncate or --format csv

$ customers activity C00001

  WHEN              WHO   WHAT                DOCUMENT  DETAILS
  ────────────────  ────  ──────────────────  ────────  ─────────────────────────────────────────
  2026-11-24 10:00  anna  customer.took_over  C00001    customers: C00003, orders: 1, payments: 1
  2026-11-24 10:00  anna  customer.merged     C00003    into: C00001
  2026-11-24 10:00  anna  order.imported      S00102    –
  2026-11-24 10:00  anna  order.imported      S00101    –
  2026-11-24 10:00  anna  cart.created        C-20817   –
  2026-11-24 10:00  anna  customer.created    C00003    –
  2026-11-24 10:00  anna  customer.created    C00001    –
"""
    )


def test_statement_has_the_balance_after_each_entry(terminal):
    for line in (
        "invoice create S00101 --confirm --no-allocate",
        "payment register S00105 --amount 100",
        "invoice create S00105 --confirm",
        "credit-note create INV/2026/00001 --amount 21.94 --reason late --confirm --yes",
    ):
        assert terminal(*line.split(), "-q").status == 0

    assert (
        transcript(
            terminal,
            "customers statement C00001",
            "customers statement C00002 --since 2026-11-25",
            "customers statement C00001 --format csv",
        )
        == """\
$ customers statement C00001

  C00001  Anna de Vries                                                                statement
  ──────────────────────────────────────────────────────────────────────────────────────────────

  DATE        KIND         NUMBER           ABOUT                  DEBIT  CREDIT  BALANCE EUR
  ──────────  ───────────  ───────────────  ────────────────────  ──────  ──────  ───────────
  2026-11-16  payment      PAY/2026/00001   card tx-8f31a S00101          621.94      -621.94
  2026-11-24  invoice      INV/2026/00001   S00101                621.94                 0.00
  2026-11-24  credit note  RINV/2026/00001  S00101                         21.94       -21.94
                                                                    Closing balance    -21.94
                                                                      Open invoices    600.00
                                                                   Credits not used   -621.94

  NEXT  shopctl customers statement C00001 -o C00001.csv  for a spreadsheet
        shopctl customers show C00001                     everything else

$ customers statement C00002 --since 2026-11-25

  C00002  Taller Peña S.L.                                            statement since 2026-11-25
  ──────────────────────────────────────────────────────────────────────────────────────────────

  DATE        KIND     NUMBER  ABOUT           DEBIT  CREDIT  BALANCE EUR
  ──────────  ───────  ──────  ──────────────  ─────  ──────  ───────────
  2026-11-25  opening          balance before                    9,125.91
                                               Closing balance   9,125.91
                                                 Open invoices   9,125.91

  NEXT  shopctl customers statement C00002 -o C00002.csv  for a spreadsheet
        shopctl customers show C00002                     everything else

$ customers statement C00001 --format csv
date,kind,number,text,currency,amount_debit,amount_credit,amount_balance
,opening,,,EUR,,,0.00
2026-11-16,payment,PAY/2026/00001,card tx-8f31a S00101,EUR,,621.94,-621.94
2026-11-24,invoice,INV/2026/00001,S00101,EUR,621.94,,0.00
2026-11-24,credit_note,RINV/2026/00001,S00101,EUR,,21.94,-21.94
,closing,,,EUR,,,-21.94
"""
    )


REFUSED = [
    ("customers create", 2, "a customer needs a name, a company or an e-mail address [usage]"),
    ("customers create --email ANNA@devries.example", 6, "customer C00001 has the e-mail address already"),
    ("customers create --name x --vat DE136695975", 6, "is not a VAT number of DE"),
    ("customers create --name x --country Germany", 2, "'GERMANY' is not a country code"),
    ("customers create --name x --terms N99", 3, "there are no payment terms N99"),
    ("customers create --name x --address streat=Kai", 2, "--address has no field 'streat' [usage.field]"),
    ("customers edit C00001", 2, "nothing to change was given"),
    ("customers edit C00404 --name x", 3, "there is no customer C00404 [customer.unknown]"),
    ("customers edit C00001 --remove-address 9", 3, "customer C00001 has no address 9 [customer.address_unknown]"),
    ("customers edit C00001 C00002 --email a@example.org --yes", 2, "belong to one customer"),
    ("customers edit C00001 C00002 --remove-address 1 --yes", 2, "belong to one customer"),
    ("customers note C00001 ", 2, "missing argument 'TEXT'"),
    ("customers tag C00001", 2, "no tag was given"),
    ("customers tag C00001 --add ,", 2, "'' is not a tag [usage.tag]"),
    ("customers merge C00001", 2, "a merge needs those that go and the one that stays"),
    ("customers merge C00001 -", 2, "a merge needs those that go and the one that stays"),
    ("customers merge C00003 C00404 --confirm C00404", 3, "there is no customer C00404"),
    (
        "customers merge C00001 anna@devries.example --confirm C00001",
        6,
        "cannot be merged into itself [customer.merge]",
    ),
    ("customers merge C00003 C00001", 10, "a word has to be typed"),
    ("customers merge C00003 C00001 --yes", 10, "a word has to be typed"),
    ("customers merge C00003 C00001 --confirm C00003", 10, "'C00003' is not C00001 [confirm.declined]"),
    ("customers anonymize C00006 --confirm yes", 10, "'yes' is not C00006"),
    ("customers anonymize C00001 --confirm C00001", 6, "order S00101 is not finished; PAY/2026/00001 is not used up"),
    ("customers export-data C00001 --format csv", 2, "are one JSON document"),
    ("customers statement C00001 --since 2026-12-01 --until 2026-11-01", 2, "before it begins on 2026-12-01"),
    ("customers activity C00404", 3, "there is no customer C00404"),
]


@pytest.mark.parametrize(("words", "status", "told"), REFUSED)
def test_refusal_changes_nothing(stall, words, status, told):
    before = dump()

    found = stall(*words.split())

    assert (found.status, found.out) == (status, "")
    assert told in found.err
    assert dump() == before


def test_a_dry_run_of_a_merge_needs_no_word_and_changes_nothing(stocked):
    before = dump()

    found = stocked("customers", "merge", "C00003", "C00001", "--dry-run", "--format", "jsonl")

    assert json.loads(found.out)["result"] == "would_change"
    assert dump() == before


def test_many_are_merged_from_a_file(stocked, tmp_path):
    file = tmp_path / "twins.csv"
    file.write_text("code,why\nC00003,same phone\nC00404,gone\n")

    found = stocked(
        "customers", "merge", "C00001", "--from", file, "--confirm", "C00001", "--format", "jsonl"
    )  # fmt: skip

    assert found.status == 8
    assert [json.loads(line)["result"] for line in found.out.splitlines()] == ["changed", "failed"]
    assert stocked("customers", "show", "C00003", "--format", "ids").out == "C00001\n"


def test_a_copy_is_one_document(stocked, tmp_path):
    target = tmp_path / "copy.json"

    on_screen = stocked("customers", "export-data", "anna@devries.example")
    to_file = stocked("customers", "export-data", "C00001", "-o", target)

    document = json.loads(on_screen.out)
    assert document["schema"] == "shopctl.customers.export-data/1"
    assert document["data"]["identity"]["email"] == "anna@devries.example"
    assert [order["number"] for order in document["data"]["orders"]] == ["S00101"]
    assert (to_file.status, json.loads(target.read_text())) == (0, document)


def test_time_line_for_scripts(stocked):
    found = stocked("customers", "activity", "C00001", "--limit", "1", "--format", "jsonl")

    assert json.loads(found.out) == {
        "at": "2026-11-24T09:00:00Z", "actor": "anna", "action": "order.imported", "reference": "S00101",
        "details": None,
    }  # fmt: skip
    assert "many more follow" in found.err or "1 shown" in found.err


def test_names_that_would_deceive_are_made_safe_everywhere(stocked):
    evil = "Eve\x1b[2K\u202eetaL\nPAID"
    made = stocked("customers", "create", "--name", evil, "--email", "eve@example.org", "--address", f"street={evil}")

    pages = [made, *(stocked("customers", *words) for words in (
        ("list", "--format", "table"), ("show", "C00007"), ("statement", "C00007"), ("activity", "C00007"),
        ("note", "C00007", evil), ("export-data", "C00007"),
    ))]  # fmt: skip

    assert [page.status for page in pages] == [0] * 7
    assert not any(sign in page.out + page.err for page in pages for sign in ("\x1b", "\u202e"))


def test_who_is_signed_out_learns_nothing(stocked):
    assert stocked("logout").status == 0

    assert stocked("customers", "export-data", "C00001").status == 4
