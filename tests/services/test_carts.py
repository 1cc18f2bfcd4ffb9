"""Carts: lists, details, and how they are made, edited and deleted."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from shopctl import models
from shopctl.config import Carts, Config
from shopctl.domain.line_edits import AddLine, parse_edits
from shopctl.domain.records import CartRecord, CustomerRecord, ProductRecord
from shopctl.errors import NotFoundError, RefusedError
from shopctl.services import cart_changes, cart_details
from shopctl.services.cart_changes import Edit, NewCart
from shopctl.services.carts import CartFilter
from shopctl.services.listing import carts as listing
from tests.support.shop import asked, codes, done, failed, journal, line, nothing_changes, order, sell, take_in
from tests.support.shops import NOW

D = Decimal
HOUR = timedelta(hours=1)


def cart(number, *lines, idle=24 * HOUR, **more):
    """Make a cart of C1 with one thing for 100.00, left a day ago unless something else is said."""
    return CartRecord(
        number,
        lines=lines or (line(),),
        **{"customer": "C1", "created_at": NOW - idle, "last_activity_at": NOW - idle, "currency": "EUR", **more},
    )


def letter(number, state="sent", sent_at=NOW - 2 * HOUR):
    """Put a letter about a cart into the outbox."""
    models.Email.create(
        key=f"recovery:{number}:1", document=number, kind="recovery", recipient="ann@example.com", subject="s",
        text="t", message_id=f"<{number}@x>", state=state, not_before=NOW, created_at=NOW - 3 * HOUR, sent_at=sent_at,
        reply="250 ok",
    )  # fmt: skip


def numbers(shop, **wanted):
    return [row.number for row in listing.search(CartFilter(**wanted), asked(shop=shop)).rows]


@pytest.fixture
def street(shop):
    """Carts in every state: K1 in use, K2 abandoned, K3 empty, K4 ordered, K5 recovered, K6 abandoned and anonymous."""
    sell(
        shop,
        cart("K1", idle=HOUR),
        cart("K2", line(50, 2, "V21"), line(9, kind="shipping"), idle=2 * 24 * HOUR),
        cart("K3")._replace(lines=()),
        cart("K4"),
        cart("K5", customer="C2", idle=30 * 24 * HOUR),
        cart("K6", customer=None, idle=10 * HOUR),
    )
    letter("K2")
    letter("K5")
    take_in(shop, order("S1", cart="k4"), order("S2", cart="K5", customer="C2"))
    return shop


def test_state_of_every_cart_is_told(street):
    rows = {row.number: row for row in listing.search(CartFilter(), asked(shop=street)).rows}

    assert {number: row.state for number, row in rows.items()} == {
        "K1": "open", "K2": "abandoned", "K3": "open", "K4": "ordered", "K5": "recovered", "K6": "abandoned",
    }  # fmt: skip
    assert [(row.order, row.ordered_at) for row in rows.values() if row.ordered_at] == [("S1", NOW), ("S2", NOW)]
    two = rows["K2"]
    assert (two.customer_name, two.customer_email, two.pieces, two.idle_seconds) == (
        "Ann Smith", "ann@example.com", D(2), 172_800,
    )  # fmt: skip
    assert (f"{two.amount_untaxed:.2f}", f"{two.amount_tax:.2f}", f"{two.amount_total:.2f}") == (
        "109.00", "21.00", "130.00",
    )  # fmt: skip
    assert (two.reason, two.emails, two.mailed_at, two.skip_reason) == ("no_sign", 1, NOW - 2 * HOUR, "mailed")
    assert (rows["K6"].customer_name, rows["K6"].reason, rows["K6"].skip_reason) == ("", "no_email", "no_address")
    assert (rows["K4"].idle_seconds, rows["K4"].reason, rows["K4"].skip_reason) == (None, "", "ordered")


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({}, ["K1", "K6", "K4", "K3", "K2", "K5"]),
        ({"state": "open"}, ["K1", "K6", "K3", "K2"]),
        ({"state": "abandoned"}, ["K6", "K2"]),
        ({"state": "ordered"}, ["K4", "K5"]),
        ({"state": "recovered"}, ["K5"]),
        ({"customer": "bob@example.com"}, ["K5"]),
        ({"minimum": D("130.00")}, ["K2"]),
        ({"minimum": D("130.01")}, []),
        ({"state": "abandoned", "idle": 11 * HOUR}, ["K2"]),
        ({"state": "abandoned", "idle": HOUR}, ["K1", "K6", "K2"]),
        ({"state": "abandoned", "mailed": True}, ["K2"]),
        ({"state": "abandoned", "mailed": False}, ["K6"]),
        ({"since": NOW - 24 * HOUR}, ["K1", "K6", "K4", "K3"]),
        ({"until": NOW - 24 * HOUR}, ["K2", "K5"]),
    ],
)
def test_list_is_narrowed(street, wanted, expected):
    assert numbers(street, **wanted) == expected


def test_list_goes_on_after_a_page(street):
    first = listing.search(CartFilter(), asked(shop=street), limit=4)
    second = listing.search(CartFilter(), asked(shop=street), limit=4, after="k3")

    assert ([row.number for row in first.rows], first.total, first.more) == (["K1", "K6", "K4", "K3"], 6, True)
    assert ([row.number for row in second.rows], second.total, second.more) == (["K2", "K5"], 6, False)


def test_a_long_list_streams_part_by_part(shop):
    sell(shop, *(cart(f"K{place:03d}", idle=timedelta(minutes=place)) for place in range(401)))

    rows = list(listing.search(CartFilter(), asked(shop=shop)).rows)

    assert [row.number for row in rows] == [f"K{place:03d}" for place in range(401)]
    assert {row.pieces for row in rows} == {1}


@pytest.mark.parametrize("wanted", [{"after": "K9"}, {"wanted": CartFilter(customer="C9")}])
def test_list_after_or_of_nobody_is_refused(street, wanted):
    with pytest.raises(NotFoundError):
        listing.search(**{"wanted": CartFilter(), **wanted}, asked=asked(shop=street))


def test_a_cart_is_shown_with_everything_that_belongs_to_it(shop):
    sell(shop, ProductRecord("A1", archived=True), cart("K1", line(50, 2, "V21"), line(kind="note", description="Hi")))
    letter("K1", "queued", None)
    done(*take_in(shop, order("S1", cart="K1")))

    (found,) = cart_details.show(shop, ["k1"])

    assert [(one.position, one.remark, f"{one.amount_total:.2f}") for one in found.lines] == [
        (1, "not sold any more", "121.00"), (2, "not sold any more", "0.00"),
    ]  # fmt: skip
    assert [(one.code, f"{one.amount:.2f}") for one in found.taxes] == [("V21", "21.00")]
    assert [(one.state, one.recipient) for one in found.letters] == [("cancelled", "ann@example.com")]
    assert [one.number for one in found.orders] == ["S1"]
    assert [one.action for one in found.events] == ["cart.created", "cart.ordered", "email.cancelled"]


def test_an_unknown_cart_is_not_shown(shop):
    with pytest.raises(NotFoundError) as refusal:
        cart_details.show(shop, ["K1"])

    assert (refusal.value.code, refusal.value.hint) == ("cart.unknown", "shopctl carts list")


# Imports


def test_a_cart_that_went_on_living_is_active_again(shop):
    sell(shop, cart("K1"))

    again, same = take_in(shop, cart("K1", idle=HOUR), cart("K1", idle=HOUR))

    assert (again.change, same.change) == ("changed", "unchanged")
    assert models.Cart.get().last_activity_at == NOW - HOUR
    assert numbers(shop, state="abandoned") == []


def test_an_order_that_came_first_is_found_by_its_cart(shop):
    sell(shop, order("S1", cart="k1", ordered_at=NOW - HOUR), order("S2", cart="K1", ordered_at=NOW))

    done(*take_in(shop, cart("k1")))

    assert models.Cart.get().ordered_at == NOW - HOUR
    assert numbers(shop, state="ordered") == ["K1"]


def test_an_earlier_order_of_a_cart_moves_the_moment_back_and_a_later_one_does_not(shop):
    sell(shop, cart("K1"), order("S1", cart="K1", ordered_at=NOW - 2 * HOUR))

    take_in(shop, order("S2", cart="K1", ordered_at=NOW), order("S3", cart="K1", ordered_at=NOW - 3 * HOUR))

    assert models.Cart.get().ordered_at == NOW - 3 * HOUR
    assert next(iter(listing.search(CartFilter(), asked(shop=shop)).rows)).order == "S3"


def test_an_order_that_names_its_cart_later_orders_it(shop):
    sell(shop, cart("K1"), order("S1"))

    done(*take_in(shop, order("S1", cart="K1")))

    assert models.Cart.get().ordered_at == NOW


def test_a_cart_that_comes_again_after_its_order_stays_ordered(shop):
    sell(shop, cart("K1"), order("S1", cart="K1"))

    done(*take_in(shop, cart("K1", idle=HOUR)))

    assert models.Cart.get().ordered_at == NOW


def test_numbers_of_imported_carts_are_not_handed_out_again(shop):
    sell(shop, cart("C-00007"), ProductRecord("MUG", price=D(5)))

    (made,) = cart_changes.create(shop, [NewCart((AddLine("MUG"),))])

    assert done(made).row.number == "C-00008"


# From the shell


def test_a_cart_is_made_with_the_prices_and_taxes_of_the_products(shop):
    sell(shop, ProductRecord("MUG", "Mug", price=D("9.50"), taxes=("V21",)), ProductRecord("BOX", price=D(1)))

    made, odd = cart_changes.create(
        shop,
        [
            NewCart((AddLine("MUG", D(2)), AddLine("BOX", D(1), D("0.90"))), customer="ann@example.com"),
            NewCart((AddLine("BOX"),), email="New@Example.com", stage="payment", payment_error="no", currency="USD"),
        ],
    )

    assert (done(made).reference, made.change) == ("C-00001", "created")
    assert (made.row.customer_code, f"{made.row.amount_total:.2f}", made.row.currency) == ("C1", "23.89", "EUR")
    assert (made.row.created_at, made.row.last_activity_at, made.row.state) == (NOW, NOW, "open")
    assert (odd.row.customer_email, odd.row.customer_code, odd.row.currency) == ("New@Example.com", "C00003", "USD")
    assert (odd.row.stage, odd.row.payment_error) == ("payment", "no")
    assert journal()[-3:] == [("customer.created", "C00003"), ("cart.created", "C-00001"), ("cart.created", "C-00002")]


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        (NewCart((AddLine("NONE"),)), "product.unknown"),
        (NewCart((AddLine("MUG"),), customer="C9"), "customer.unknown"),
        (NewCart((AddLine("MUG"),), email="a@b, c@d"), "email.address"),
        (NewCart((AddLine("MUG", D(9_999_999), D(9_999_999)),)), "usage.amount"),
        (NewCart((AddLine("MUG"),), currency="EURO"), "usage"),
    ],
)
def test_a_cart_that_cannot_be_made_changes_nothing(shop, wanted, code):
    sell(shop, ProductRecord("MUG", price=D(5)))

    with nothing_changes():
        outcome = cart_changes.create(shop, [wanted])

    assert codes(outcome) == [code]


def edit(shop, *references, add=(), change=(), remove=(), **more):
    return cart_changes.edit(shop, list(references), Edit(parse_edits(add, change, remove), **more))


def test_lines_are_edited_and_count_as_activity(shop):
    sell(shop, ProductRecord("MUG", price=D(5)), cart("K1", line(10, 1), line(20, 1)))

    (outcome,) = edit(shop, "k1", add=["MUG:2"], change=["1:quantity=3"], remove=["2"])

    assert (done(outcome).change, f"{outcome.row.amount_total:.2f}", outcome.row.last_activity_at) == (
        "changed", "40.00", NOW,
    )  # fmt: skip
    assert [(one.position, one.sku) for one in models.CartLine.select().order_by(models.CartLine.position)] == [
        (1, "A1"), (3, "MUG"),
    ]  # fmt: skip
    assert journal()[-1] == ("cart.edited", "K1")
    assert models.Event.select().order_by(models.Event.id.desc()).get().details == (
        '{"lines":["A1:1@10 A1:1@20","A1:3@10 MUG:2@5"]}'
    )


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"stage": "failed"}, NOW),
        ({"payment_error": "card declined"}, NOW),
        ({"customer": "C2"}, NOW - 24 * HOUR),
        ({"email": "new@example.com"}, NOW - 24 * HOUR),
        ({"website": "shop.example"}, NOW - 24 * HOUR),
    ],
)
def test_what_a_customer_does_is_activity_and_the_rest_is_not(shop, more, expected):
    sell(shop, cart("K1"))

    (outcome,) = edit(shop, "K1", **more)

    assert (done(outcome).change, outcome.row.last_activity_at) == ("changed", expected)


def test_an_edit_that_is_so_already_is_unchanged(shop):
    sell(shop, cart("K1", line(10), stage="payment", website="shop.example"))

    with nothing_changes():
        first, again = edit(
            shop, "K1", "k1", change=["1:quantity=1"], stage="payment", customer="C1", website="shop.example"
        )

    assert codes([first, again]) == ["unchanged", "unchanged"]
    assert first.notes == ("cart K1 says so already",)


def test_the_source_decides_again_once_it_says_something_new(shop):
    sell(shop, cart("K1", line(10)))
    edit(shop, "K1", change=["1:quantity=5"])

    kept, told = take_in(shop, cart("K1", line(10)))[0], take_in(shop, cart("K1", line(10), line(1)))[0]

    assert (kept.change, told.change) == ("unchanged", "changed")
    assert f"{models.Cart.get().amount_total:.2f}" == "11.00"


def test_edits_of_an_ordered_or_unknown_cart_change_nothing(shop):
    sell(shop, cart("K1"), order("S1", cart="K1"), cart("K2"))

    with nothing_changes():
        outcomes = [*edit(shop, "K1", "K9", email="new@example.com"), *edit(shop, "K2", remove=["7"])]

    assert codes(outcomes) == ["cart.ordered", "cart.unknown", "line.unknown"]
    assert failed(outcomes[0]).message == "cart K1 became order S1, so it cannot be edited"
    assert failed(outcomes[0]).hint == "shopctl orders show S1"


@pytest.mark.parametrize(
    ("more", "kind"), [({"customer": "C9"}, NotFoundError), ({"email": "no address"}, RefusedError)]
)
def test_edit_for_nobody_changes_nothing(shop, more, kind):
    sell(shop, cart("K1"))

    with nothing_changes(), pytest.raises(kind):
        edit(shop, "K1", **more)


def test_a_cart_is_deleted_with_its_lines_and_letters_that_wait(shop):
    sell(shop, cart("K1"), cart("K2"), order("S1", cart="K2"))
    letter("K1", "queued", None)

    outcomes = cart_changes.delete(shop, ["K1", "K2", "K9", "k1"])

    assert codes(outcomes) == ["changed", "cart.ordered", "cart.unknown", "unchanged"]
    assert outcomes[0].notes == ("deleted",)
    assert [one.number for one in models.Cart.select()] == ["K2"]
    assert models.CartLine.select().count() == 1
    assert (models.Email.get().state, models.Email.get().reply) == ("cancelled", "the cart was deleted")
    assert journal()[-2:] == [("cart.deleted", "K1"), ("email.cancelled", "K1")]


def test_old_carts_are_found_and_those_in_use_again_are_left(shop):
    sell(shop, cart("K1", idle=200 * 24 * HOUR), cart("K2", idle=180 * 24 * HOUR), cart("K3"),
         cart("K4", idle=190 * 24 * HOUR), order("S1", cart="K4"))  # fmt: skip
    before = NOW - 180 * 24 * HOUR

    found = cart_changes.left_alone(before)
    edit(shop, "K2", stage="payment")
    outcomes = cart_changes.delete(shop, found, untouched_since=before)

    assert found == ["K1", "K2"]
    assert codes(outcomes) == ["changed", "skipped"]
    assert outcomes[1].notes == ("it is in use again",)
    assert [one.number for one in models.Cart.select().order_by(models.Cart.number)] == ["K2", "K3", "K4"]


def test_the_delay_of_the_shop_decides(shop):
    sell(shop, cart("K1", idle=timedelta(minutes=30)), cart("K2", idle=timedelta(minutes=29, seconds=59)))
    shop.config = Config(carts=Carts(abandoned_after="30min"))

    assert numbers(shop, state="abandoned") == ["K1"]


def test_customers_without_a_name_are_called_by_their_address(shop):
    sell(shop, CustomerRecord("C7", email="seven@example.com"), cart("K1", customer="C7"))

    assert next(iter(listing.search(CartFilter(), asked(shop=shop)).rows)).customer_name == "seven@example.com"
