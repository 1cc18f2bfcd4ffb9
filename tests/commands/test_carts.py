"""`carts`, answer by answer."""

from __future__ import annotations

import json

import pytest

from tests.support.rows import dump
from tests.support.transcript import transcript


@pytest.fixture
def terminal(stocked):
    stocked.use({"SHOPCTL_FORCE_TTY": "100"})
    return stocked


def test_carts_are_listed_and_shown(terminal):
    assert (
        transcript(
            terminal,
            "carts list",
            "carts list --state recovered",
            "carts show C-20818",
        )
        == """\
$ carts list

  CART     LAST USED   IDLE  STATE      CUSTOMER          ITEMS  VALUE EUR  STOPPED AT  MAILED
  ───────  ──────────  ────  ─────────  ────────────────  ─────  ─────────  ──────────  ──────
  C-20818  2026-11-23  23 h  abandoned  Taller Peña S.L.      2     602.58  failed      –
  C-20817  2026-11-22  37 h  abandoned  Anna de Vries         1      77.44  payment     –
  C-20816  2026-11-22  2 d   abandoned  –                     1     603.79  cart        –
  C-20815  2026-11-21  2 d   abandoned  Lena Fischer          3     419.87  delivery    –
!
!   4 carts · 1,703.68 EUR
!   Left behind, and why:  shopctl carts abandoned

$ carts list --state recovered
! No carts match.

$ carts show C-20818

  C-20818  Taller Peña S.L.                                                abandoned · idle 23 h
  ──────────────────────────────────────────────────────────────────────────────────────────────
  Made        2026-11-23 10:10                Customer  Taller Peña S.L. (C00002)
  Last used   2026-11-23 10:31                E-mail    jose@tallerpena.example
  Stopped at  payment failed                  Letter    none: its customer wants no such mail
  Payment     card declined
  Reason      the payment failed
  Website     northwind-living.example

  #  PRODUCT            SKU      QTY    UNIT  TAX       SUBTOTAL EUR
  ─  ─────────────────  ───────  ───  ──────  ────────  ────────────
  1  Ergo chair, black  CHR-ERG    2  249.00  VAT 21 %        498.00
                                                    Untaxed   498.00
                                                   VAT 21 %   104.58
                                                      Total   602.58

  NEXT  shopctl carts recover C-20818  turn it into an order
"""
    )


def test_abandoned_carts_are_listed_and_analysed(terminal):
    assert (
        transcript(
            terminal,
            "carts abandoned",
            "carts abandoned --since 30d --analyze",
            "carts analyze --by reason",
        )
        == """\
$ carts abandoned

  CART     IDLE  CUSTOMER          ITEMS  VALUE EUR  STOPPED AT  LIKELY REASON  MAILED  NO LETTER
  ───────  ────  ────────────────  ─────  ─────────  ──────────  ─────────────  ──────  ──────────
  C-20818  23 h  Taller Peña S.L.      2     602.58  failed      payment error  –       opted out
  C-20817  37 h  Anna de Vries         1      77.44  payment     delivery cost  –       –
  C-20816  2 d   –                     1     603.79  cart        no email       –       no address
  C-20815  2 d   Lena Fischer          3     419.87  delivery    no sign        –       –
!
!   4 carts · 1,703.68 EUR
!   Why?         shopctl carts abandoned --since 30d --analyze
!   Ask back:    shopctl carts abandoned --since 7d --email --dry-run   then without --dry-run

$ carts abandoned --since 30d --analyze

  Abandoned carts  2026-10-25 – 2026-11-24                                4 carts · 1,703.68 EUR
  ──────────────────────────────────────────────────────────────────────────────────────────────

  WHERE THEY STOPPED

  STAGE                                  CARTS  VALUE EUR  MAILED  WON BACK
  ───────────────  ────────────────────  ─────  ─────────  ──────  ────────
  cart only        ████████████████████      1     603.79       –         –
  delivery choice  ████████████████████      1     419.87       –         –
  payment page     ████████████████████      1      77.44       –         –
  payment failed   ████████████████████      1     602.58       –         –

  LIKELY REASONS

  REASON                          CARTS  VALUE EUR  MAILED  WON BACK  WHAT TO TRY
  ──────────────────────────────  ─────  ─────────  ──────  ────────  ─────────────────────────────
  the payment failed                  1     602.58       –         –  offer another way to pay
  delivery is dear                    1      77.44       –         –  free delivery above an amount
  nobody knows an e-mail address      1     603.79       –         –  ask for the address first
  no clear sign                       1     419.87       –         –  the letter: --email

  CUSTOMERS

  KIND       CARTS  VALUE EUR  MAILED  WON BACK
  ─────────  ─────  ─────────  ──────  ────────
  anonymous      1     603.79       –         –
  new            1     419.87       –         –
  returning      2     680.02       –         –

  PRODUCTS

  PRODUCT            CARTS  VALUE EUR  MAILED  WON BACK
  ─────────────────  ─────  ─────────  ──────  ────────
  Ergo chair, black      2     747.00       –         –
  Oak desk, 140 cm       1     499.00       –         –
  Desk lamp Arc          2     147.00       –         –

  LETTERS

  LETTER  WHY                                     CARTS  VALUE EUR
  ──────  ──────────────────────────────────────  ─────  ─────────
  yes     nothing speaks against it                   2     497.31
  no      there is no e-mail address to write to      1     603.79
  no      its customer wants no such mail             1     602.58

  WHAT IS COUNTED
  Abandoned      a cart with at least one line that is not ordered, and in which nothing
                 happened for 10h; it counts on the day it was last in use
  Value          totals of the carts, taxes included; for a product what its lines come to at
                 the prices of the carts
  Mailed         carts last in use in the same time whose letter was sent, ordered ones included
  Won back       those of them that were ordered within 30d after a letter, and their share;
                 what that was worth are the totals of the orders that the carts themselves
                 became, cancelled ones left out
  Letter         a cart counts for each letter that was sent about it, and as won back for the
                 last one before its order
  Likely reason  the first that holds, in this order: payment error, sold out, archived, free
                 only, delivery cost, address form, no email, no sign; delivery cost means above
                 15 % of the goods
  Customer type  anonymous: nobody knows whose it is; returning: ordered before the cart was
                 made; new: did not
  Product        a cart counts once for each product in it, so the products add up to more than
                 all carts

  NEXT  shopctl carts abandoned                    the carts, one by one
        shopctl carts abandoned --email --dry-run  who would get a letter

$ carts analyze --by reason

  GROUP          CALLED                   CARTS  VALUE EUR  MAILED  WON BACK  RATE  ORDERED FOR EUR
  ─────────────  ───────────────────────  ─────  ─────────  ──────  ────────  ────  ───────────────
  payment_error  the payment failed           1     602.58       0         0     –             0.00
  delivery_cost  delivery is dear             1      77.44       0         0     –             0.00
  no_email       nobody knows an e-mail…      1     603.79       0         0     –             0.00
  no_sign        no clear sign                1     419.87       0         0     –             0.00
!
!   What is counted: shopctl carts analyze
"""
    )


def test_customers_are_asked_back_once(terminal):
    assert (
        transcript(
            terminal,
            "carts abandoned --email --dry-run",
            "carts abandoned --email --max-mails 1 --yes",
            "carts abandoned --email --yes",
            "carts remind C-20815",
            "carts remind C-20818",
            "carts show C-20817",
            "email list --fields kind,document,recipient,state",
        )
        == """\
$ carts abandoned --email --dry-run

  REFERENCE  RESULT          VALUE EUR  BASIS    DETAIL
  ─────────  ──────────────  ─────────  ───────  ──────────────────────────────────────
  C-20818    ○ skipped          602.58           its customer wants no such mail
  C-20817    ○ would create      77.44  consent  to anna@devries.example
  C-20816    ○ skipped          603.79           there is no e-mail address to write to
  C-20815    ○ would create     419.87  consent  to lena@fischer.example
! DRY RUN · nothing is written
!   Would write about 2 · 497.31 EUR. Run again without --dry-run to do it.

$ carts abandoned --email --max-mails 1 --yes

  REFERENCE  RESULT     VALUE EUR  BASIS    DETAIL
  ─────────  ─────────  ─────────  ───────  ───────────────────────────────
  C-20818    ○ skipped     602.58           its customer wants no such mail
  C-20817    ✓ created      77.44  consent  to anna@devries.example
!
!   1 created   77.44 EUR       0 unchanged       0 failed       1 skipped

$ carts abandoned --email --yes

  REFERENCE  RESULT       VALUE EUR  BASIS    DETAIL
  ─────────  ───────────  ─────────  ───────  ──────────────────────────────────────
  C-20818    ○ skipped       602.58           its customer wants no such mail
  C-20817    = unchanged      77.44  consent  it has its letter already
  C-20816    ○ skipped       603.79           there is no e-mail address to write to
  C-20815    ✓ created       419.87  consent  to lena@fischer.example
!
!   1 created   419.87 EUR       1 unchanged       0 failed       2 skipped

$ carts remind C-20815
= unchanged  C-20815  Lena Fischer  419.87 EUR
  it has its letter already

$ carts remind C-20818
○ skipped  C-20818  Taller Peña S.L.  602.58 EUR
  its customer wants no such mail

$ carts show C-20817

  C-20817  Anna de Vries                                                   abandoned · idle 37 h
  ──────────────────────────────────────────────────────────────────────────────────────────────
  Made        2026-11-22 20:40                Customer  Anna de Vries (C00001)
  Last used   2026-11-22 20:58                E-mail    anna@devries.example
  Stopped at  payment page                    Letter    none: it has its letter already
  Reason      delivery is dear
  Website     northwind-living.example

  #  PRODUCT             SKU       QTY   UNIT  TAX       SUBTOTAL EUR
  ─  ──────────────────  ────────  ───  ─────  ────────  ────────────
  1  Desk lamp Arc       LMP-ARC     1  49.00  VAT 21 %         49.00
  2  Delivery, standard  SHIP-STD    1  15.00  VAT 21 %         15.00
                                                      Untaxed   64.00
                                                     VAT 21 %   13.44
                                                        Total   77.44

  DOCUMENTS

  KIND      NUMBER                DATE              AMOUNT EUR  STATUS
  ────────  ────────────────────  ────────────────  ──────────  ────────────────
  letter 1  anna@devries.example  2026-11-24 10:00           –  queued (consent)

  NEXT  shopctl carts recover C-20817  turn it into an order

$ email list --fields kind,document,recipient,state

  KIND      DOCUMENT  TO                    STATE
  ────────  ────────  ────────────────────  ──────
  recovery  C-20815   lena@fischer.example  queued
  recovery  C-20817   anna@devries.example  queued
"""
    )


def test_a_cart_is_made_edited_and_turned_into_an_order(terminal):
    assert (
        transcript(
            terminal,
            "carts create --email bob@example.org --line CHR-ERG:1@199 --line SHIP-STD --stage delivery",
            "carts edit C-20819 --set-line 1:quantity=2",
            "carts edit C-20819 --set-line 1:quantity=2",
            "carts recover C-20819",
            "carts recover C-20819 --confirm",
            "carts show C-20819",
        )
        == """\
$ carts create --email bob@example.org --line CHR-ERG:1@199 --line SHIP-STD --stage delivery
✓ created  C-20819  bob@example.org  258.94 EUR
!   NEXT  shopctl carts show C-20819

$ carts edit C-20819 --set-line 1:quantity=2
✓ changed  C-20819  bob@example.org  499.73 EUR
!   NEXT  shopctl carts show C-20819

$ carts edit C-20819 --set-line 1:quantity=2
= unchanged  C-20819  bob@example.org  499.73 EUR
  cart C-20819 says so already
!   NEXT  shopctl carts show C-20819

$ carts recover C-20819
✓ created  S00107  C-20819  bob@example.org  499.73 EUR
  line 1 keeps its price of 199.00 EUR; CHR-ERG costs 249.00 EUR now
!   NEXT  shopctl payment register S00107
!         shopctl orders confirm S00107

$ carts recover C-20819 --confirm
= unchanged  S00107  C-20819  bob@example.org  499.73 EUR
  cart C-20819 became order S00107 already
!   NEXT  shopctl payment register S00107
!         shopctl orders confirm S00107

$ carts show C-20819

  C-20819  bob@example.org                                                      ordered · S00107
  ──────────────────────────────────────────────────────────────────────────────────────────────
  Made        2026-11-24 10:00                Customer  bob@example.org (C00007)
  Last used   2026-11-24 10:00                E-mail    bob@example.org
  Ordered     2026-11-24 10:00
  Stopped at  delivery choice

  #  PRODUCT             SKU       QTY    UNIT  TAX       SUBTOTAL EUR
  ─  ──────────────────  ────────  ───  ──────  ────────  ────────────
  1  Ergo chair, black   CHR-ERG     2  199.00  VAT 21 %        398.00
  2  Delivery, standard  SHIP-STD    1   15.00  VAT 21 %         15.00
                                                      Untaxed   413.00
                                                     VAT 21 %    86.73
                                                        Total   499.73

  DOCUMENTS

  KIND   NUMBER  DATE              AMOUNT EUR  STATUS
  ─────  ──────  ────────────────  ──────────  ──────
  order  S00107  2026-11-24 10:00      499.73  sent

  NEXT  shopctl orders show S00107  see what became of it
"""
    )


def test_carts_are_deleted(terminal):
    assert (
        transcript(
            terminal,
            "carts delete C-20816",
            "carts purge --older-than 2d --dry-run",
            "carts purge --older-than 30h --yes",
            "carts purge --older-than 30h",
        )
        == """\
$ carts delete C-20816
✓ changed  C-20816  603.79 EUR
  deleted

$ carts purge --older-than 2d --dry-run
○ would change  C-20815  Lena Fischer  419.87 EUR
  deleted
! DRY RUN · nothing is written
!   Would delete 1 · 419.87 EUR. Run again without --dry-run to do it.

$ carts purge --older-than 30h --yes

  REFERENCE  RESULT     VALUE EUR  DETAIL
  ─────────  ─────────  ─────────  ───────
  C-20815    ✓ changed     419.87  deleted
  C-20817    ✓ changed      77.44  deleted
!
!   2 changed   497.31 EUR       0 unchanged       0 failed       0 skipped

$ carts purge --older-than 30h
! Nothing to do.
"""
    )


@pytest.mark.parametrize(
    ("words", "status", "message"),
    [
        ("show C-404", 3, "there is no cart C-404 [cart.unknown]"),
        ("list --customer C404", 3, "there is no customer C404 [customer.unknown]"),
        ("list --after C-404", 3, "there is no cart C-404 [cart.unknown]"),
        ("list --state left", 2, "invalid value for '--state': 'left' is not one of 'open', 'abandoned', 'recovered', 'ordered' [usage]"),
        ("abandoned --idle 5m", 2, "--idle: '5m' could be minutes or months [usage.date]"),
        ("abandoned --analyze --email", 2, "--analyze and --email are two things [usage]"),
        ("abandoned --email --limit 5", 2, "--limit and --after belong to the list [usage]"),
        ("abandoned --max-mails 5", 2, "--max-mails and --dry-run belong to --email [usage]"),
        ("abandoned --dry-run", 2, "--max-mails and --dry-run belong to --email [usage]"),
        ("analyze --by colour", 2, "invalid value for '--by': 'colour' is not one of 'stage', 'reason', 'product', 'customer-type', 'step' [usage]"),
        ("create --email a@b.example", 2, "a cart needs at least one line [usage]"),
        ("create --line NOPE", 3, "there is no product NOPE [product.unknown]"),
        ("create --line LMP-ARC:", 2, "--line 'LMP-ARC:' cannot be understood [usage]"),
        ("create --line LMP-ARC --email a@b.example --customer C00001", 2,
         "--customer and --email both say whose it is [usage]"),
        ("create --line LMP-ARC --email nobody", 6, "'nobody' is not one plain e-mail address [email.address]"),
        ("edit C-20815", 2, "nothing to change was given [usage]"),
        ("edit C-20815 C-20816 --remove-line 1", 2, "lines are numbered in each cart, so name one cart [usage]"),
        ("edit C-20815 --set-line 9:quantity=2", 3, "cart C-20815 has no line 9 [line.unknown]"),
        ("recover C-20816", 6, "nobody knows whose cart C-20816 is, and an order needs a customer [cart.no_customer]"),
        ("recover C-20815 --email new@example.com", 6, "cart C-20815 belongs to another customer [cart.customer]"),
        ("remind C-404", 3, "there is no cart C-404 [cart.unknown]"),
        ("delete C-404", 3, "there is no cart C-404 [cart.unknown]"),
        ("purge", 2, "which carts are old is not said [usage]"),
        ("purge --older-than 9h", 2, "carts are in use until nothing happened in them for 10h [usage]"),
        ("purge --older-than 1d", 10, "this needs a confirmation and there is no terminal to ask on [confirm.required]"),
        ("abandoned --email", 10, "this needs a confirmation and there is no terminal to ask on [confirm.required]"),
    ],
)  # fmt: skip
def test_refusals(stall, words, status, message):
    before = dump()

    found = stall("carts", *words.split())

    assert (found.status, found.out) == (status, "")
    assert found.err.startswith(f"error: {message}\nhint:  ")
    assert dump() == before


def test_carts_are_told_to_scripts(stall):
    rows = json.loads(stall("carts", "abandoned", "--json").out)["data"]

    assert {row["number"]: (row["reason"], row["skip_reason"], row["idle_hours"], row["pieces"]) for row in rows} == {
        "C-20815": ("no_sign", None, 64, "3"),
        "C-20816": ("no_email", "no_address", 48, "1"),
        "C-20817": ("delivery_cost", None, 37, "1"),
        "C-20818": ("payment_error", "opted_out", 23, "2"),
    }
    assert rows[-1]["customer"] == {"code": "C00006", "name": "Lena Fischer", "email": "lena@fischer.example"}
    assert [row["customer"] for row in rows if row["number"] == "C-20816"] == [None]


def test_a_cart_is_told_whole(stall):
    found = json.loads(stall("carts", "show", "c-20817", "--json").out)["data"]

    assert [(one["sku"], one["unit_price"], one["amount_total"], one["remark"]) for one in found["lines"]] == [
        ("LMP-ARC", "49.00", "59.29", None), ("SHIP-STD", "15.00", "18.15", None),
    ]  # fmt: skip
    assert (found["taxes"], found["letters"], found["amount_total"]) == (
        [{"code": "V21", "base": "64.00", "amount": "13.44"}], [], "77.44",
    )  # fmt: skip
    assert [one["action"] for one in found["events"]] == ["cart.created"]


def test_what_became_of_letters_is_told_to_scripts(stall):
    run = stall("carts", "abandoned", "--email", "--yes", "--format", "jsonl")

    assert [(row["result"], row["reference"], row["skip_reason"]) for row in map(json.loads, run.out.splitlines())] == [
        ("skipped", "C-20818", "opted_out"), ("created", "C-20817", None), ("skipped", "C-20816", "no_address"),
        ("created", "C-20815", None),
    ]  # fmt: skip


def test_an_analysis_is_one_object_and_its_groups_are_rows(stall):
    whole = json.loads(stall("carts", "analyze", "--since", "2026-11-22", "--json").out)["data"]
    rows = stall("carts", "analyze", "--by", "customer-type", "--format", "csv")

    assert whole["since"] == "2026-11-21T23:00:00Z"
    assert whole["totals"] == [
        {"group": None, "label": "all carts", "currency": "EUR", "carts": 3, "amount": "1283.81", "mailed": 0,
         "won_back": 0, "amount_won_back": "0.00", "rate": None},
    ]  # fmt: skip
    assert [one["group"] for one in whole["stages"]] == ["cart", "payment", "failed"]
    assert whole["definitions"].keys() >= {"abandoned", "value", "won back"}
    assert rows.out == (
        "group,label,currency,carts,amount,mailed,won_back,rate,amount_won_back\n"
        "anonymous,anonymous,EUR,1,603.79,0,0,,0.00\n"
        "new,new,EUR,1,419.87,0,0,,0.00\n"
        "returning,returning,EUR,2,680.02,0,0,,0.00\n"
    )


def test_nothing_is_no_failure_unless_asked_for(stall):
    assert stall("carts", "abandoned", "--idle", "99d", "--fail-on-empty").status == 9
    assert stall("carts", "list", "--state", "recovered", "--fail-on-empty").status == 9
    assert stall("carts", "abandoned", "--idle", "99d", "--email") == (0, "", "Nothing to do.\n")
    assert "Nobody left a cart in that time." in stall("carts", "analyze", "--idle", "99d").out


def test_carts_of_a_list_are_piped_on(stall):
    numbers = stall("carts", "abandoned", "--not-mailed", "--format", "ids").out

    first = stall("carts", "remind", "-", "--yes", "--format", "jsonl", stdin=numbers)
    left = stall("carts", "abandoned", "--not-mailed", "--format", "ids").out

    assert [json.loads(row)["result"] for row in first.out.splitlines()] == [
        "skipped", "created", "skipped", "created",
    ]  # fmt: skip
    assert left.split() == ["C-20818", "C-20816"]


def test_a_cart_is_made_once_under_a_key(stall):
    words = ("carts", "create", "--line", "LMP-ARC", "--idempotency-key", "web-1", "--format", "jsonl")

    first, second = (json.loads(stall(*words).out) for _ in range(2))

    assert [(one["result"], one["number"]) for one in (first, second)] == [
        ("created", "C-20819"), ("replayed", "C-20819"),
    ]  # fmt: skip
