"""Read the figures of the dashboard: what counts, in which days, and what needs attention."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from shopctl import models
from shopctl.config import Config
from shopctl.config.settings import ShopSettings
from shopctl.db.connection import is_sqlite
from shopctl.domain.dashboard import SECTIONS
from shopctl.domain.dates import Span
from shopctl.domain.records import ProductRecord
from shopctl.services import allocating, dashboard, invoicing
from shopctl.services.deciding import Request
from tests.support.shop import at, bank_line, bill, line, order, payment, sell

D = Decimal


def ordered(number, moment, *lines, **more):
    return order(number, *lines, ordered_at=datetime.fromisoformat(moment), **more)


def figures(sales):
    """Tell orders and untaxed amounts of the periods."""
    return [(period.label, one.placed, dict(one.untaxed)) for period, one in sales]


def test_empty_shop(shop):
    found = dashboard.read(shop, SECTIONS)

    assert found.empty
    assert (found.todo, found.best, found.currencies) == ((), (), ("EUR",))


def test_sales_count_confirmed_orders_by_day_without_taxes(shop):
    sell(
        shop,
        ordered("S1", "2026-08-21T00:00:00Z", line(100, 1, "V21")),
        ordered("S2", "2026-08-20T23:59:59Z", line(50)),
        ordered("S3", "2026-08-15T00:00:00Z", line(7)),
        ordered("S4", "2026-08-14T23:59:59Z", line(3)),
        ordered("S5", "2026-07-22T23:59:59Z", line(20)),
        ordered("S6", "2026-08-21T01:00:00Z", state="sent"),
        ordered("S7", "2026-08-21T01:00:00Z", state="cancelled"),
    )

    found = dashboard.read(shop, SECTIONS)

    assert figures(found.sales) == [
        ("today", 1, {"EUR": D(100)}),
        ("last 7 days", 3, {"EUR": D(157)}),
        ("last 30 days", 4, {"EUR": D(160)}),
    ]
    assert found.compared is not None
    assert figures([found.compared]) == [("30 days before", 1, {"EUR": D(20)})]
    assert [one.placed for _, one in found.trend] == [1, 0, 0, 0, 0, 1, 1]


def test_days_are_those_of_the_shop(shop):
    sell(shop, ordered("S1", "2026-08-20T21:59:59Z"), ordered("S2", "2026-08-20T22:00:00Z"))
    berlin = replace(shop, config=Config(shop=ShopSettings(timezone="Europe/Berlin")))

    (_, today), (_, week), _ = dashboard.read(berlin, ("sales",)).sales

    assert (today.placed, week.placed) == (1, 2)


def test_currencies_are_kept_apart(shop):
    sell(
        shop,
        ordered("S1", "2026-08-21T01:00:00Z", line(100)),
        ordered("S2", "2026-08-21T01:00:00Z", line(900, 1, sku="B2"), currency="JPY"),
    )

    found = dashboard.read(shop, SECTIONS)

    assert found.currencies == ("EUR", "JPY")
    assert found.sales[0][1].untaxed == {"EUR": D(100), "JPY": D(900)}
    assert [(one.sku, one.currency, one.amount_untaxed) for one in found.best] == [
        ("A1", "EUR", 100),
        ("B2", "JPY", 900),
    ]
    assert found.todo[0].amounts == {"EUR": D(100), "JPY": D(900)}


def test_carts_are_those_last_touched_in_the_days(shop):
    def cart(number, hours, ordered_at=None):
        moment = shop.now - timedelta(hours=hours)
        return models.Cart.create(
            number=number, currency="EUR", created_at=moment, last_activity_at=moment, ordered_at=ordered_at,
            amount_untaxed=D(8), amount_total=D(8),
        )  # fmt: skip

    sell(shop, order("S1"))
    for number, hours in (("C1", 9), ("C2", 11), ("C3", 31 * 24), ("C4", 12)):
        kept = cart(number, hours)
        if number != "C4":
            models.CartLine.create(cart=kept, position=1)
    cart("C5", 1, shop.now)

    found = dashboard.read(shop, ("sales", "todo"))

    assert [(one.carts, one.ordered) for _, one in found.sales] == [(2, 1), (4, 1), (4, 1)]
    assert [(one.documents, one.amounts) for one in found.todo if one.what == "abandoned carts"] == [(1, {"EUR": D(8)})]


def test_what_needs_attention(shop):
    sell(
        shop,
        ordered("S1", "2026-08-01T10:00:00Z", terms="N30"),
        ordered("S2", "2026-08-10T10:00:00Z", state="sent"),
        ordered("S3", "2026-08-11T10:00:00Z", line(40)),
        payment("t1", 30, customer="C1"),
    )
    bill(shop, "S1")
    invoicing.create(shop, ["S3"], Request())
    models.Email.create(
        key="k", document="S1", kind="x", recipient="a@b.c", subject="", text="", message_id="m", not_before=shop.now,
        created_at=shop.now,
    )  # fmt: skip
    bank_line(7)
    bank_line("-4.90")
    bank_line(9, state="ignored")
    later = at(shop, date(2026, 10, 1))

    found = dashboard.read(later, ("todo",)).todo

    assert [(one.what, one.documents, one.more, one.amounts, one.oldest[:10]) for one in found] == [
        ("unpaid orders", 3, False, {"EUR": D(240)}, "2026-08-01"),
        ("overdue invoices", 1, False, {"EUR": D(100)}, "2026-09-20"),
        ("draft invoices", 1, False, {"EUR": D(40)}, "2026-08-21"),
        ("unused credits", 1, False, {"EUR": D(30)}, "2026-08-21"),
        ("bank lines", 2, False, {"EUR": D("11.90")}, "2026-08-21"),
        ("queued e-mails", 1, False, {}, "2026-08-21"),
    ]
    assert dashboard.age_of(later, "2026-09-20") == timedelta(days=11)
    allocating.allocate(shop, ["INV/2026/00001"], allocating.Choice(auto=True))
    again = {one.what: one.amounts for one in dashboard.read(later, ("todo",)).todo}
    assert again["overdue invoices"] == {"EUR": D(70)}
    assert "unused credits" not in again


def test_many_documents_are_counted_so_far(shop, monkeypatch):
    monkeypatch.setattr(dashboard, "COUNTED", 2)
    sell(shop, *(ordered(f"S{day}", f"2026-08-0{day}T10:00:00Z", line(day)) for day in (1, 2, 3, 4)))

    unpaid = dashboard.read(shop, ("todo",)).todo[0]

    assert (unpaid.documents, unpaid.more, unpaid.amounts) == (2, True, {"EUR": D(6)})


def test_best_sellers_by_amount(shop):
    sell(
        shop,
        ProductRecord("A1", name="Apple of the catalogue"),
        ordered("S1", "2026-08-21T01:00:00Z", line(2, 3), line(5, 1, sku="B2", description="Pear")),
        ordered("S2", "2026-08-01T01:00:00Z", line(9, 1, sku="C3", description="Plum")),
        ordered("S3", "2026-06-01T01:00:00Z", line(900, 1, sku="D4")),
    )

    best = dashboard.read(shop, ("best",), top=2).best

    assert best == (("C3", "Plum", 1, 9, "EUR"), ("A1", "Apple of the catalogue", 3, 6, "EUR"))


def test_period_of_ones_own_and_the_year_before(shop):
    sell(shop, ordered("S1", "2026-02-28T23:00:00Z", line(10)), ordered("S2", "2025-02-01T00:00:00Z", line(4)))

    found = dashboard.read(
        shop, ("sales", "trend"), span=Span(date(2026, 2, 1), date(2026, 2, 28)), label="2026-02", compare="last-year"
    )

    assert figures(found.sales) == [("2026-02", 1, {"EUR": D(10)})]
    assert found.compared is not None
    assert figures([found.compared]) == [("a year before", 1, {"EUR": D(4)})]
    assert len(found.trend) == 28
    assert dashboard.read(shop, ("sales",), compare="none").compared is None


@pytest.mark.parametrize("waiting", dashboard._WAITING, ids=lambda one: one.what)
def test_what_needs_attention_is_read_by_an_index(shop, waiting):
    if not is_sqlite(shop.database):
        pytest.skip("the plan of a PostgreSQL table depends on how full it is")
    values = ("",) * waiting.select.count("?")

    plan = shop.database.execute_sql(f"EXPLAIN QUERY PLAN {waiting.select}", values).fetchall()

    assert [step for *_, step in plan if step.startswith("SCAN") and "USING" not in step] == []
