"""`email unsubscribe`, `email suppressions` and `carts resolve`, answer by answer."""

from __future__ import annotations

import json

import pytest

from tests.support.rows import dump
from tests.support.transcript import transcript

LENA = "k1UQW8QaUTlJzWZ5MRxftpqwAAAAAAbGVuYUBmaXNjaGVyLmV4YW1wbGU"
"""The token of lena@fischer.example, signed with the key of the tests."""

CART = "k1K7HL05ISHmnrLvFbMYAyxQAAAAAAQy0yMDgxNQ"
OLD = "k1WqJhilsZXNrnSzjnIBotmwBrBVIQQy0yMDgxNQ"
"""Tokens of the cart C-20815: one for ever, one that held until the second before."""


@pytest.fixture
def terminal(stocked):
    stocked.use({"SHOPCTL_FORCE_TTY": "80"})
    return stocked


def test_a_reader_unsubscribes_and_can_be_brought_back(terminal):
    assert (
        transcript(
            terminal,
            "carts abandoned --email --yes --max-mails 2 -q",
            f"email unsubscribe https://shop.example/u?t={LENA}",
            f"email unsubscribe {LENA}",
            "email suppressions list",
            "customers show C00006 --json --fields marketing,marketing_source,suppressed",
            "email list --document C-20815 --fields state,reply",
            "email suppressions remove lena@fischer.example",
            "email suppressions remove lena@fischer.example --reason 'changed her mind' --yes",
            "email suppressions list",
        )
        == f"""\
$ carts abandoned --email --yes --max-mails 2 -q

$ email unsubscribe https://shop.example/u?t={LENA}
✓ changed  l…@fischer.example  C00006
!   NEXT  shopctl email suppressions list --reason unsubscribed

$ email unsubscribe {LENA}
= unchanged  l…@fischer.example  C00006
!   NEXT  shopctl email suppressions list --reason unsubscribed

$ email suppressions list

  ADDRESS               GETS NO    WHY           LEARNED FROM  SINCE
  ────────────────────  ─────────  ────────────  ────────────  ──────────
  lena@fischer.example  marketing  unsubscribed  link          2026-11-24
!
!   Write to one again:  shopctl email suppressions remove ADDRESS --reason TEXT

$ customers show C00006 --json --fields marketing,marketing_source,suppressed
{{
  "schema": "shopctl.customers.show/1",
  "data": {{
    "marketing": false,
    "marketing_source": "unsubscribed by link",
    "suppressed": ["marketing"]
  }}
}}

$ email list --document C-20815 --fields state,reply

  STATE        REPLY
  ───────────  ─────────────────────────────
  × cancelled  its reader wants no such mail

$ email suppressions remove lena@fischer.example
! error: nobody is written to again without a reason [usage]
! hint:  add --reason TEXT
[exit 2]

$ email suppressions remove lena@fischer.example --reason 'changed her mind' --yes
✓ changed  lena@fischer.example
!   NEXT  shopctl email suppressions list

$ email suppressions list
! All addresses get letters.
"""
    )


def test_the_page_of_a_shop_asks_which_cart_a_link_leads_to(terminal):
    assert (
        transcript(
            terminal,
            f"carts resolve https://shop.example/cart?t={CART}",
            "carts recover C-20815 -q",
            f"carts resolve {CART} --json",
            f"carts resolve {OLD}",
            f"carts resolve {LENA}",
        )
        == f"""\
$ carts resolve https://shop.example/cart?t={CART}

  CART     STATE      ORDER  CUSTOMER  VALUE EUR  SOURCE  WEBSITE
  ───────  ─────────  ─────  ────────  ─────────  ──────  ──────────────────────
  C-20815  abandoned  –      C00006       419.87  –       northwind-living.exam…

$ carts recover C-20815 -q

$ carts resolve {CART} --json
{{
  "schema": "shopctl.carts.resolve/1",
  "data": [
    {{"number": "C-20815", "state": "ordered", "order": "S00107", "customer_code": "C00006", "amount_total": "419.87", "currency": "EUR", "source": null, "website": "northwind-living.example"}}
  ],
  "page": {{"returned": 1, "total": 1, "limit": 0, "has_more": false, "next": null}}
}}

$ carts resolve {OLD}
! error: the link does not hold any longer [link.expired]
! hint:  the next letter has a new one
[exit 6]

$ carts resolve {LENA}
! error: this is not a link that the shop made, or not all of it [link.invalid]
! hint:  hand over the whole token of the link, just as it stands in the letter
[exit 6]
"""
    )


def test_an_answer_does_not_tell_the_address(stall):
    found = stall("email", "unsubscribe", LENA, "--json")

    assert found.status == 0
    assert json.loads(found.out)["data"][0]["address"] == "l…@fischer.example"
    assert "lena@" not in found.out + found.err


@pytest.mark.parametrize(
    "text", ["victim@x.example, evil@y.example", "a@x.example\r\nBcc: b@y.example", "g: a@x, b@y;", "-f"]
)
def test_only_one_plain_address_is_put_on_the_list(stall, text):
    before = dump()

    found = stall("email", "suppressions", "add", "--", text)

    assert (found.status, found.out) == (6, "")
    assert "email.address" in found.err
    assert dump() == before
