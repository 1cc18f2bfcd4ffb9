"""Ask lists: filters, groups, saved searches, and what people read when they mistype."""

from __future__ import annotations

import json

import pytest

from tests.support.transcript import transcript


@pytest.fixture
def terminal(stocked):
    stocked.use({"SHOPCTL_FORCE_TTY": "100"})
    return stocked


def test_groups_and_filters_for_people(terminal):
    assert (
        transcript(
            terminal,
            "orders list --state all --group-by state,customer --top 1",
            "orders list -F 'total>=100 and customer~pena' --state all --sort total",
            "orders list --group-by date:month,product --top 2",
            "orders list --state all --count",
            "orders list --search 'desk oak' --format ids",
        )
        == """\
$ orders list --state all --group-by state,customer --top 1

  STATE      CUSTOMER          ORDERS  TOTAL EUR  SHARE
  ─────────  ────────────────  ──────  ─────────  ─────
  confirmed                         4  10,206.76   85 %
             Taller Peña S.L.       1   9,225.91   77 %
             3 others               3     980.85    8 %
  sent                              2   1,797.33   15 %
             Taller Peña S.L.       1   1,102.79    9 %
             Φως και Χώρος          1     694.54    6 %
  TOTAL                             6  12,004.09  100 %

$ orders list -F 'total>=100 and customer~pena' --state all --sort total

  ORDER   DATE        STATE        CUSTOMER          TOTAL EUR  INVOICING   PAYMENT    DELIVERY
  ──────  ──────────  ───────────  ────────────────  ─────────  ──────────  ─────────  ────────
  S00103  2026-11-18  sent         Taller Peña S.L.   1,102.79  no          ○ pending  to ship
  S00105  2026-11-21  ● confirmed  Taller Peña S.L.   9,225.91  to invoice  not paid   to ship
!
!   2 orders · 10,328.70 EUR
!   Bill one:  shopctl invoice create ORDER --confirm

$ orders list --group-by date:month,product --top 2

  MONTH    PRODUCT                    LINES  TOTAL EUR  SHARE
  ───────  ─────────────────────────  ─────  ─────────  ─────
  2026-11                                11  10,206.76  100 %
           DSK-140 Oak desk, 140 cm       2   6,641.69   65 %
           CHR-ERG Ergo chair, black      1   3,012.90   30 %
           3 others                       8     552.17    5 %
  TOTAL                                  11  10,206.76  100 %

$ orders list --state all --count
6

$ orders list --search 'desk oak' --format ids
S00105
S00101
"""
    )


def test_groups_for_scripts(stall):
    found = stall("orders", "list", "--state", "all", "--group-by", "state", "--json")

    document = json.loads(found.out)
    assert document["schema"] == "shopctl.orders.groups/1"
    assert document["data"] == [
        {"state": "confirmed", "counted": 4, "currency": "EUR", "amount": "10206.76", "share": "85", "others": 0},
        {"state": "sent", "counted": 2, "currency": "EUR", "amount": "1797.33", "share": "15", "others": 0},
    ]
    plain = stall("orders", "list", "--state", "all", "--group-by", "state", "--format", "csv")
    assert (
        plain.out
        == "state,counted,currency,amount,share,others\nconfirmed,4,EUR,10206.76,85,0\nsent,2,EUR,1797.33,15,0\n"
    )


def test_saved_searches(terminal):
    assert (
        transcript(
            terminal,
            "filter save late-wire --on order --unpaid --since 30d --sort -total",
            "filter save late-wire --on orders --unpaid --since 30d --sort -total",
            "filter list",
            "orders list @late-wire --limit 1",
            "filter show late-wire",
            "filter rename late-wire waiting",
            "filter delete waiting",
            "filter list",
        )
        == """\
$ filter save late-wire --on order --unpaid --since 30d --sort -total
✓ created  @late-wire
!   NEXT  shopctl orders list @late-wire

$ filter save late-wire --on orders --unpaid --since 30d --sort -total
= unchanged  @late-wire
!   NEXT  shopctl orders list @late-wire

$ filter list

  SEARCH      LIST    OPTIONS                             SHARED  DEFAULT  OWNER
  ──────────  ──────  ──────────────────────────────────  ──────  ───────  ─────
  @late-wire  orders  --unpaid --sort -total --since 30d  –       –        anna
!
!   Use one:  shopctl orders list @NAME

$ orders list @late-wire --limit 1

  ORDER   DATE        STATE        CUSTOMER          TOTAL EUR   DUE EUR  PAYMENT   DAYS  REMINDED
  ──────  ──────────  ───────────  ────────────────  ─────────  ────────  ────────  ────  ────────
  S00105  2026-11-21  ● confirmed  Taller Peña S.L.   9,225.91  9,225.91  not paid     3         0
!
!   11,023.24 EUR to be paid
!   Money is in?        shopctl payment register ORDER
!   Accept without it?  shopctl orders confirm ORDER
!   Ask again?          shopctl reminder run
!   1 of 3 shown · all: --limit 0

$ filter show late-wire

  @late-wire  orders list
  ──────────────────────────────────────────────────────────────────────────────────────────────
  Options   --unpaid --sort -total --since    Owner     anna
            30d                               Shared    no

  NEXT  shopctl orders list @late-wire  use it

$ filter rename late-wire waiting
✓ changed  @waiting

$ filter delete waiting
✓ changed  @waiting
  deleted

$ filter list
! No searches are saved. Save one: shopctl filter save NAME --on orders --unpaid
"""
    )


def test_default_search_is_for_people_only(terminal):
    assert terminal("filter", "save", "big", "--on", "orders", "-F", "total>9000", "--default", "-q").status == 0

    by_hand = terminal("orders", "list")
    assert "S00105" in by_hand.out
    assert "S00106" not in by_hand.out
    assert "@big is used, the default of this list; everything: shopctl orders list @none" in by_hand.err
    assert "S00106" in terminal("orders", "list", "@none").out
    assert "S00106" in terminal("orders", "list", "-F", "total>0").out


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (
            ("-F", "total > 1o0"),
            "error: bad filter: '1o0' is not an amount [filter.syntax]\n       total > 1o0\n               ^^^\n"
            "hint:  amounts use digits and a dot, for example amount_total>=100.50\n",
        ),
        (
            ("-F", "totl>1"),
            "error: bad filter: orders have no field 'totl' [usage.field]\n       totl>1\n       ^^^^\n"
            "hint:  did you mean 'total'?\n",
        ),
        (("--sort", "-totl"), "error: orders have no field 'totl' [usage.field]\nhint:  did you mean 'total'?\n"),
        (
            ("@nobody",),
            "error: there is no saved search @nobody of orders [filter.unknown]\nhint:  shopctl filter list\n",
        ),
        (
            ("--top", "3"),
            "error: --top tells how many groups are shown [usage]\nhint:  add --group-by FIELD, or use --limit\n",
        ),
        (
            ("--period", "2026", "--since", "7d"),
            "error: --period says both ends [usage.date]\nhint:  leave out --since and --until, or --period\n",
        ),
        (
            ("--group-by", "state", "--sort", "total"),
            "error: groups come largest first [usage]\nhint:  leave out --sort and --after\n",
        ),
    ],
)
def test_mistakes_are_told_with_what_would_do(stall, words, told):
    found = stall("orders", "list", *words)

    assert (found.status, found.out, found.err) == (3 if words == ("@nobody",) else 2, "", told)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("x", "--on", "orders", "-F", "totl>1"), "error: bad filter: orders have no field 'totl' [usage.field]\n"),
        (("x", "--on", "orders", "--sort", "foo"), "error: orders have no field 'foo' [usage.field]\n"),
        (("x", "--on", "orders", "--group-by", "foo"), "error: orders have no field 'foo' [usage.field]\n"),
        (("x", "--on", "foo"), "error: there is no list of 'foo' [usage]\n"),
        (("x",), "error: --on is missing: which list is it a search of? [usage]\n"),
        (("a b", "--on", "orders"), "error: 'a b' cannot name a search [usage]\n"),
        (("none", "--on", "orders"), "error: 'none' cannot name a search [usage]\n"),
        (("x", "--on", "orders", "--unpiad"), "error: no such option '--unpiad' [usage]\n"),
    ],
)
def test_search_that_could_not_be_used_is_not_saved(stall, words, told):
    found = stall("filter", "save", *words)

    assert (found.status, found.out) == (2, "")
    assert found.err.startswith(told)
    assert stall("filter", "list", "--format", "count").out == "0\n"


def test_empty_list_and_exit_status(stall):
    found = stall("orders", "list", "-F", "total>99999", "--fail-on-empty")
    counted = stall("orders", "list", "-F", "total>99999", "--count", "--fail-on-empty")
    groups = stall("orders", "list", "-F", "total>99999", "--group-by", "state", "--fail-on-empty")

    assert (found.status, found.out) == (9, "")
    assert (counted.status, counted.out) == (9, "0\n")
    assert (groups.status, groups.out) == (9, "")


def test_payments_have_only_the_states_that_there_are(stall):
    assert stall("payment", "list", "--state", "paid") == (
        2,
        "",
        "error: invalid value for '--state': 'paid' is not one of 'pending', 'authorized', 'done', 'cancelled', "
        "'failed', 'refunded' [usage]\nhint:  shopctl payment list --help\n",
    )
