"""Abandoned carts summed up from what is stored."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from shopctl import models
from shopctl.domain.records import CartRecord, ProductRecord
from shopctl.errors import NotFoundError
from shopctl.services.cart_analysis import analyse
from shopctl.services.carts import CartFilter
from tests.support.shop import line, order, sell
from tests.support.shops import NOW

D = Decimal
DAY = timedelta(days=1)


def cart(number, *lines, days=1, **more):
    """Make a cart of C1 with one thing for 100.00."""
    return CartRecord(
        number,
        lines=lines or (line(),),
        **{"customer": "C1", "created_at": NOW - days * DAY, "last_activity_at": NOW - days * DAY, "currency": "EUR",
           **more},
    )  # fmt: skip


def letter(number, sent_at=NOW - DAY / 2, state="sent"):
    models.Email.create(
        key=f"recovery:{number}:1", document=number, kind="recovery", recipient="ann@example.com", subject="s",
        text="t", message_id=f"<{number}@x>", state=state, not_before=NOW, created_at=NOW, sent_at=sent_at, reply="250",
    )  # fmt: skip


def rows(figures):
    return [
        (
            one.group,
            one.currency,
            one.carts,
            f"{one.amount:.2f}",
            one.mailed,
            one.won_back,
            f"{one.amount_won_back:.2f}",
        )
        for one in figures
    ]


@pytest.fixture
def street(shop):
    """Two abandoned carts, one in use, one ordered by itself, two ordered after a letter, one long ago, one in dollars."""
    sell(
        shop,
        ProductRecord("GONE", "Gone"),
        cart("K1", line(60, sku="GONE", description="Gone"), line(20, 2), stage="payment"),
        cart("K2", customer=None, stage="address"),
        cart("K3", days=0),
        cart("K4"),
        cart("K5", stage="payment"),
        cart("K6", stage="payment", customer="C2"),
        cart("K7", days=60),
        cart("K8", currency="USD", customer="C2"),
        order("S1", cart="K4", ordered_at=NOW - DAY),
        order("S2", line(90), cart="K5", ordered_at=NOW),
        order("S3", cart="K6", customer="C2", ordered_at=NOW - DAY),
        order("S4", customer="C2", ordered_at=NOW - 9 * DAY),
    )
    models.Product.update(stock=0).execute()
    for number in ("K5", "K6"):
        letter(number)
    letter("K8", None, "queued")
    return shop


def test_carts_of_a_month_are_summed_up(street):
    sums = analyse(street, CartFilter(since=NOW - 30 * DAY)).sums

    assert rows(sums.totals) == [
        ("", "EUR", 2, "200.00", 2, 1, "90.00"),
        ("", "USD", 1, "100.00", 0, 0, "0.00"),
    ]
    assert rows(sums.stages) == [
        ("cart", "USD", 1, "100.00", 0, 0, "0.00"),
        ("address", "EUR", 1, "100.00", 0, 0, "0.00"),
        ("payment", "EUR", 1, "100.00", 2, 1, "90.00"),
    ]
    assert [(one.group, one.currency, one.carts) for one in sums.reasons] == [
        ("sold_out", "EUR", 1), ("address_form", "EUR", 1), ("no_sign", "EUR", 0), ("no_sign", "USD", 1),
    ]  # fmt: skip
    assert [(one.group, one.label, one.currency, one.carts, f"{one.amount:.2f}") for one in sums.products] == [
        ("A1", "Apple", "EUR", 2, "140.00"), ("GONE", "Gone", "EUR", 1, "60.00"), ("A1", "Apple", "USD", 1, "100.00"),
    ]  # fmt: skip
    assert [(one.group, one.currency, one.carts) for one in sums.customer_types] == [
        ("anonymous", "EUR", 1), ("new", "EUR", 1), ("returning", "EUR", 0), ("returning", "USD", 1),
    ]  # fmt: skip
    assert [(one.group, one.carts) for one in sums.letters] == [
        ("no_address", 1), ("mailed", 1), ("no_basis", 1),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({}, [("EUR", 3, 2), ("USD", 1, 0)]),
        ({"until": NOW - 30 * DAY}, [("EUR", 1, 0)]),
        ({"idle": timedelta(0)}, [("EUR", 4, 2), ("USD", 1, 0)]),
        ({"customer": "C2"}, [("EUR", 0, 1), ("USD", 1, 0)]),
        ({"minimum": D(101)}, []),
    ],
)
def test_only_what_is_asked_for_counts(street, wanted, expected):
    totals = sorted(analyse(street, CartFilter(**wanted)).sums.totals, key=lambda one: one.currency)

    assert [(one.currency, one.carts, one.mailed) for one in totals] == expected


def test_what_was_cancelled_is_not_won(shop):
    sell(shop, cart("K1"), order("S1", cart="K1", ordered_at=NOW, state="cancelled"))
    letter("K1")

    assert rows(analyse(shop, CartFilter()).sums.totals) == [("", "EUR", 0, "0.00", 1, 1, "0.00")]


def test_figures_are_defined_with_the_settings_that_count(shop):
    found = analyse(shop, CartFilter(idle=timedelta(minutes=90)))

    assert found.delay == timedelta(minutes=90)
    assert "nothing happened for 90min" in found.definitions["abandoned"]
    assert "nothing happened for 10h" in analyse(shop, CartFilter()).definitions["abandoned"]
    assert found.definitions["likely reason"].endswith("delivery cost means above 15 % of the goods")


def test_an_unknown_customer_is_refused(shop):
    with pytest.raises(NotFoundError):
        analyse(shop, CartFilter(customer="C9"))
