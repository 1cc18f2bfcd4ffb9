"""Find outstanding credits: payments and credit notes as one list, and why they are offered for an invoice."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from shopctl.domain.crediting import Wanted
from shopctl.errors import NotFoundError, RefusedError
from shopctl.services import crediting, invoicing, registering
from shopctl.services.deciding import Request
from shopctl.services.listing import credits, groups
from shopctl.services.receipts import Receipt
from tests.support.shop import asked, bill, line, order, payment, sell
from tests.support.shops import NOW

D = Decimal


def credits_of(shop):
    """Leave 30.00 and 50.00 of Ann, 20.00 of a credit note of hers, and 9.00 of Bob."""
    sell(
        shop,
        order("S1", line(20)),
        payment("a", 30, customer="C1", paid_at=NOW - timedelta(days=40), memo="for the garden"),
        payment("b", 50, customer="C1"),
        payment("c", 9, customer="C2", paid_at=NOW - timedelta(days=3)),
    )
    bill(shop, "S1", allocate=False)
    registering.register(shop, [Receipt("INV/2026/00001", D(20))])
    crediting.create(shop, ["INV/2026/00001"], crediting.Request(Wanted(), "returned", confirm=True))


def listed_credits(wanted=None, **more):
    page = credits.search(wanted or credits.CreditFilter(), asked(**more))
    return [row.credit for row in page.rows]


def test_credits_come_oldest_first_with_their_age(shop):
    credits_of(shop)

    rows = list(credits.search(credits.CreditFilter(), asked()).rows)

    assert [(row.credit, row.kind, row.age, row.order, row.customer_name, row.amount_left, row.memo) for row in rows] == [
        ("PAY/2026/00001", "payment", 40, "", "Ann Smith", 30, "for the garden"),
        ("PAY/2026/00003", "payment", 3, "", "Bob Jones", 9, ""),
        ("PAY/2026/00002", "payment", 0, "", "Ann Smith", 50, ""),
        ("RINV/2026/00001", "credit_note", 0, "S1", "Ann Smith", 20, "returned"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("more", "found"),
    [
        ({"sort": "-amount_left"}, ["PAY/2026/00002", "PAY/2026/00001", "RINV/2026/00001", "PAY/2026/00003"]),
        ({"filters": ("kind=credit_note",)}, ["RINV/2026/00001"]),
        ({"filters": ("left>=30",)}, ["PAY/2026/00001", "PAY/2026/00002"]),
        ({"filters": ("date<30d",)}, ["PAY/2026/00001"]),
        ({"filters": ("order=S1",)}, ["RINV/2026/00001"]),
        ({"filters": ("order is empty and customer=bob",)}, []),
        ({"filters": ("order is empty and customer~bob",)}, ["PAY/2026/00003"]),
        ({"filters": ("memo~garden or code=C2",)}, ["PAY/2026/00001", "PAY/2026/00003"]),
        ({"search": "bob"}, ["PAY/2026/00003"]),
        ({"search": "s1"}, ["RINV/2026/00001"]),
        ({"search": "pay-2026-00002"}, ["PAY/2026/00002"]),
    ],
)
def test_credits_are_narrowed_and_sorted(shop, more, found):
    credits_of(shop)

    assert listed_credits(**more) == found


def test_credits_of_one_customer_or_kind(shop):
    credits_of(shop)

    assert listed_credits(credits.CreditFilter(customer="C2")) == ["PAY/2026/00003"]
    assert listed_credits(credits.CreditFilter("credit_note", "C1")) == ["RINV/2026/00001"]
    with pytest.raises(NotFoundError):
        credits.search(credits.CreditFilter(customer="C404"), asked())


def test_pages_of_credits_follow_each_other(shop):
    credits_of(shop)

    first = credits.search(credits.CreditFilter(), asked(), limit=2)
    second = credits.search(credits.CreditFilter(), asked(), limit=2, after="pay-2026-00003")

    assert ([row.credit for row in first.rows], first.total, first.more) == (
        ["PAY/2026/00001", "PAY/2026/00003"],
        4,
        True,
    )
    assert ([row.credit for row in second.rows], second.more) == (["PAY/2026/00002", "RINV/2026/00001"], False)
    with pytest.raises(NotFoundError):
        credits.search(credits.CreditFilter(), asked(), limit=2, after="PAY/2026/00004")


def test_credits_are_summed_in_groups(shop):
    credits_of(shop)

    levels = groups.levels_of(credits.NOUN, "customer,kind")
    found = groups.grouped(credits.NOUN, credits.selected(credits.CreditFilter()), asked(), levels)

    assert [(row.keys, row.counted, row.amount) for row in found] == [
        (("Ann Smith",), 3, 100),
        (("Ann Smith", "payment"), 2, 80),
        (("Ann Smith", "credit_note"), 1, 20),
        (("Bob Jones",), 1, 9),
        (("Bob Jones", "payment"), 1, 9),
        ((), 4, 109),
    ]


def test_offers_for_an_invoice_come_with_their_reasons(shop):
    sell(
        shop,
        order("S2", line(80), payments=(payment("d", 10),)),
        payment("e", 80, customer="C1", memo="inv 2026 00001"),
        payment("f", 80, customer="C1"),
        payment("g", 7, customer="C1", paid_at=NOW - timedelta(days=9)),
        payment("h", 80, customer="C2"),
    )
    bill(shop, "S2", allocate=False)

    rows = credits.offered(shop, "inv-2026-00001")

    assert [(row.credit, row.age, row.why) for row in rows] == [
        ("PAY/2026/00001", 0, "same order"),
        ("PAY/2026/00002", 0, "quotes its reference, same amount"),
        ("PAY/2026/00003", 0, "same amount"),
        ("PAY/2026/00004", 9, "same customer"),
    ]


@pytest.mark.parametrize(
    ("reference", "error"), [("INV/2026/00009", NotFoundError), ("DRAFT/1", RefusedError)]
)  # fmt: skip
def test_only_a_posted_invoice_is_offered_credits(shop, reference, error):
    sell(shop, order("S1"))
    invoicing.create(shop, ["S1"], Request())

    with pytest.raises(error):
        credits.offered(shop, reference)
