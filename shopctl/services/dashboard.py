"""Read the figures of the dashboard, each over a range of an index."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final, NamedTuple

from shopctl.db.bulk import fetch, total
from shopctl.db.fields import exact, stamp
from shopctl.domain.dashboard import Period, Sales, before, periods, steps
from shopctl.domain.dates import Span, When
from shopctl.models import Order
from shopctl.models.bank import OPEN_LINE
from shopctl.models.billing import DRAFT, OPEN
from shopctl.models.selling import OPEN_CART, TO_INVOICE, UNPAID
from shopctl.services.customers import idle_since
from shopctl.shop import Shop

COUNTED: Final = 5_000
"""Documents that need attention and are counted; beyond it is told that there are more."""

FORGOTTEN: Final = timedelta(days=30)
"""Carts that were left longer ago need no attention any more."""


class Todo(NamedTuple):
    """Documents of one sort that somebody has to do something about.

    Attributes:
        what: In the plural, such as `overdue invoices`.
        urgent: It costs money the longer it waits.
        more: There are more than `documents`, and the amounts are those of the oldest.
        amounts: What they are worth, by currency; none where they are worth nothing.
        oldest: Since when the oldest one waits, as it is stored: a moment or a day.
        command: Lists them.
    """

    what: str
    urgent: bool
    documents: int
    more: bool
    amounts: Mapping[str, Decimal]
    oldest: str
    command: str


class Seller(NamedTuple):
    """A product by what of it was sold, without taxes, in one currency."""

    sku: str
    name: str
    quantity: Decimal
    amount_untaxed: Decimal
    currency: str


class Dashboard(NamedTuple):
    """What the dashboard shows; parts that were not asked for are empty.

    Attributes:
        empty: The shop has no order yet.
        sales: The periods, each with what was sold.
        compared: What the last of them is compared with.
        trend: The steps of the trend, each with what was sold.
        best_of: The period of the best sellers.
    """

    empty: bool
    currencies: tuple[str, ...]
    sales: tuple[tuple[Period, Sales], ...]
    compared: tuple[Period, Sales] | None
    todo: tuple[Todo, ...]
    trend: tuple[tuple[Period, Sales], ...]
    best: tuple[Seller, ...]
    best_of: Period


def read(
    shop: Shop, sections: Sequence[str], *, span: Span | None = None, label: str = "", compare: str = "previous",
    top: int = 5,
) -> Dashboard:  # fmt: skip
    """Read the parts of the dashboard.

    Args:
        sections: Some of `domain.dashboard.SECTIONS`.
        span: The days of the sales; None for today, the last 7 and the last 30 days.
        label: What was typed for `span`.
        compare: `previous`, `last-year` or `none`.
        top: How many best sellers.
    """
    wanted = periods(shop.today, span, label)
    against = before(wanted[-1], compare) if "sales" in sections else None
    # Without a period of one's own, the trend is that of a week: a month of bars would fill the screen.
    trend = steps(wanted[0] if span else wanted[1]) if "trend" in sections else []
    summed = [*(wanted if "sales" in sections else []), *([against] if against else []), *trend]
    found = dict(zip(summed, _sales(shop, summed), strict=True))
    main = wanted[-1]
    sales = tuple((period, found[period]) for period in wanted) if "sales" in sections else ()
    return Dashboard(
        not fetch(Order, "SELECT 1 FROM orders LIMIT 1"),
        tuple(sorted({currency for one in found.values() for currency in one.orders})) or (shop.config.shop.currency,),
        sales,
        (against, found[against]) if against else None,
        _todo(shop) if "todo" in sections else (),
        tuple((period, found[period]) for period in trend),
        _best(shop, main, top) if "best" in sections else (),
        main,
    )


def _bounds(shop: Shop, period: Period) -> tuple[str, str]:
    """Tell the first instant of a period and the first one after it, as they are stored."""
    when = When("", "fixed", Span(period.first, period.last))
    return stamp(when.start(shop.now, shop.zone)), stamp(when.end(shop.now, shop.zone))


def _sales(shop: Shop, wanted: Sequence[Period]) -> list[Sales]:
    """Sum confirmed orders and count carts, with one statement over one range of an index a period."""
    if not wanted:
        return []
    values = [value for place, period in enumerate(wanted) for value in (place, *_bounds(shop, period))]
    orders: list[dict[str, int]] = [{} for _ in wanted]
    untaxed: list[dict[str, Decimal]] = [{} for _ in wanted]
    for place, currency, count, amount in fetch(Order, " UNION ALL ".join([_SOLD] * len(wanted)), values):
        orders[int(place)][currency] = count
        untaxed[int(place)][currency] = total(amount)
    carts = {int(place): rest for place, *rest in fetch(Order, " UNION ALL ".join([_CARTS] * len(wanted)), values)}
    return [Sales(orders[place], untaxed[place], *carts[place]) for place in range(len(wanted))]


_SOLD: Final = (
    "SELECT CAST(? AS INTEGER), currency, count(*), sum(amount_untaxed) FROM orders "
    "WHERE ordered_at >= ? AND ordered_at < ? AND state = 'confirmed' GROUP BY currency"
)
_CARTS: Final = (
    "SELECT CAST(? AS INTEGER), count(*), count(ordered_at) FROM carts "
    "WHERE last_activity_at >= ? AND last_activity_at < ?"
)


class _Waiting(NamedTuple):
    """How documents that need attention are read: the oldest first, as far as they are counted."""

    what: str
    urgent: bool
    select: str
    command: str


def _todo(shop: Shop) -> tuple[Todo, ...]:
    found = []
    today, now = shop.today.isoformat(), shop.now
    values: dict[str, tuple[str, ...]] = {
        "overdue invoices": (today, today),
        "abandoned carts": (stamp(now - FORGOTTEN), stamp(idle_since(shop))),
    }
    for waiting in _WAITING:
        rows = fetch(
            Order,
            "SELECT currency, count(*), sum(amount), min(since) FROM "  # noqa: S608  # texts of ours
            f"({waiting.select} LIMIT {COUNTED + 1}) AS waiting GROUP BY currency ORDER BY currency",
            values.get(waiting.what, ()),
        )
        count = sum(row[1] for row in rows)
        if count:
            amounts = {currency: total(amount) for currency, _, amount, _ in rows if currency}
            oldest = min(row[3] for row in rows)
            more = count > COUNTED
            found.append(
                Todo(waiting.what, waiting.urgent, min(count, COUNTED), more, amounts, oldest, waiting.command)
            )
    return tuple(found)


_FALLEN_DUE: Final = "FROM installments p WHERE p.invoice_id = invoices.id AND p.due_date < ?"

_WAITING: Final = (
    _Waiting(
        "unpaid orders", True,
        "SELECT currency, amount_total - paid AS amount, ordered_at AS since FROM orders "  # noqa: S608
        f"WHERE {UNPAID.sql} ORDER BY ordered_at, number",
        "shopctl orders list --unpaid",
    ),
    _Waiting(
        "overdue invoices", True,
        f"SELECT currency, (SELECT sum(p.amount) {_FALLEN_DUE}) - allocated AS amount, due_date AS since "  # noqa: S608
        f"FROM invoices WHERE {OPEN.sql} AND type = 'invoice' AND (SELECT sum(p.amount) {_FALLEN_DUE}) > allocated "
        "ORDER BY id",
        "shopctl invoice list --overdue",
    ),
    _Waiting(
        "orders to invoice", False,
        "SELECT currency, amount_total AS amount, ordered_at AS since FROM orders "  # noqa: S608
        f"WHERE {TO_INVOICE.sql} ORDER BY ordered_at, number",
        "shopctl orders list --to-invoice",
    ),
    _Waiting(
        "draft invoices", False,
        "SELECT currency, amount_total AS amount, created_at AS since FROM invoices "  # noqa: S608
        f"WHERE {DRAFT.sql} ORDER BY id",
        "shopctl invoice list --draft",
    ),
    _Waiting(
        "unused credits", False,
        "SELECT * FROM (SELECT currency, amount - allocated - returned AS amount, date AS since FROM payments "  # noqa: S608
        "WHERE state = 'done' AND direction = 'inbound' AND amount > allocated + returned "
        "UNION ALL SELECT currency, amount_total - allocated, date FROM invoices "
        f"WHERE {OPEN.sql} AND type = 'credit_note') AS credits",
        "shopctl payment outstanding",
    ),
    _Waiting(
        "bank lines", False,
        "SELECT currency, abs(amount) - settled AS amount, date AS since FROM bank_lines "  # noqa: S608
        f"WHERE {OPEN_LINE.sql} ORDER BY date, id",
        "shopctl payment match",
    ),
    _Waiting(
        "abandoned carts", False,
        "SELECT currency, amount_total AS amount, last_activity_at AS since FROM carts "  # noqa: S608
        f"WHERE {OPEN_CART.sql} AND last_activity_at >= ? AND last_activity_at < ? "
        "AND EXISTS (SELECT 1 FROM cart_lines l WHERE l.cart_id = carts.id) ORDER BY last_activity_at, number",
        "shopctl carts abandoned",
    ),
    _Waiting(
        "e-mails in doubt", False,
        "SELECT '' AS currency, CAST(NULL AS BIGINT) AS amount, created_at AS since FROM emails "
        "WHERE state IN ('sending', 'uncertain') AND state = 'uncertain' ORDER BY id",
        "shopctl email list --state uncertain",
    ),
    _Waiting(
        "queued e-mails", False,
        "SELECT '' AS currency, CAST(NULL AS BIGINT) AS amount, not_before AS since FROM emails WHERE state = 'queued' "
        "ORDER BY not_before, id",
        "shopctl email list --queued",
    ),
)  # fmt: skip
"""What needs attention, in the order in which it is told; each an index of its own, written as the index has it."""


def _best(shop: Shop, period: Period, top: int) -> tuple[Seller, ...]:
    """Find the products of which most was sold in a period, for each currency."""
    rows = fetch(
        Order,
        "SELECT currency, sold.sku, coalesce((SELECT name FROM products p WHERE p.sku = sold.sku), (SELECT description "
        "FROM order_lines l WHERE l.id = sold.latest), ''), quantity, amount FROM (SELECT o.currency AS currency, "
        "l.sku AS sku, max(l.id) AS latest, sum(l.quantity) AS quantity, sum(l.amount_untaxed) AS amount, "
        "row_number() OVER (PARTITION BY o.currency ORDER BY sum(l.amount_untaxed) DESC, l.sku) AS place "
        "FROM orders o JOIN order_lines l ON l.order_id = o.id "
        "WHERE o.ordered_at >= ? AND o.ordered_at < ? AND o.state = 'confirmed' AND l.kind = 'product' "
        "GROUP BY o.currency, l.sku) AS sold WHERE place <= ? ORDER BY currency, place",
        (*_bounds(shop, period), top),
    )
    return tuple(
        Seller(sku, name or sku, exact(int(quantity)), exact(int(amount)), currency)
        for currency, sku, name, quantity, amount in rows
    )


def age_of(shop: Shop, since: str) -> timedelta:
    """Tell how long something waits: whole days of the shop's calendar for a day, else the time since a moment."""
    if len(since) == len("2026-08-21"):
        return shop.today - date.fromisoformat(since)
    return shop.now - datetime.fromisoformat(since)
