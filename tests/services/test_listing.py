"""Filter, sort, page and gather the rows of lists, on every database alike."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shopctl import models
from shopctl.domain.records import AddressRecord, CustomerRecord
from shopctl.errors import UsageError
from shopctl.services.listing import calendar, customers, emails, groups, invoices, orders, payments, rows
from shopctl.services.listing.conditions import fold
from shopctl.services.listing.fields import Asked
from shopctl.services.listing.orders import OrderFilter
from tests.support.shop import asked, bill, line, order, payment, sell

D = Decimal
ALL = OrderFilter(state="all")
BERLIN = ZoneInfo("Europe/Berlin")


def on(year, month, day, hour=12, minute=0):
    return datetime(year, month, day, hour, minute, tzinfo=UTC)


def to(country):
    return {"shipping": AddressRecord(name="x", country=country)}


@pytest.fixture(scope="module")
def filled(lasting_shop):
    """Five orders, sold once for the whole module."""
    models.database.initialize(lasting_shop.database)
    return fill(lasting_shop)


@pytest.fixture
def several(filled):
    """The five orders; what a test changes of them is taken back."""
    yield from taken_back(filled)


def taken_back(shop):
    models.database.initialize(shop.database)
    with shop.database.atomic() as block:
        yield shop
        block.rollback()


def fill(shop):
    pena = CustomerRecord("P1", "José Peña", "Taller Peña S.L.", "jose@pena.example")
    sell(
        shop,
        order("S1", line(100), ordered_at=on(2026, 5, 31, 22, 30), customer=pena, tags=("vip", "late"), **to("ES")),
        order("S2", line(50, sku="B2", description="Straße & Löwe"), ordered_at=on(2026, 6, 1, 9), **to("FR"),
              payment_method="wire"),
        order("S3", line(250), line(5, sku="B2"), ordered_at=on(2026, 6, 30, 21, 59), state="sent", **to("FR"),
              payments=(payment("t3", 100, state="pending"),)),
        order("S4", line("0.10"), ordered_at=on(2026, 6, 30, 22, 0), customer=None, currency="USD", note="call me"),
        order("S5", line(100), ordered_at=on(2026, 8, 21, 8), customer=pena, payments=(payment("t5", 100),), **to("BE")),
    )  # fmt: skip
    bill(shop, "S5")
    return shop


def found(*filters, wanted=ALL, **more):
    return [row.number for row in orders.search(wanted, asked(filters=filters, **more)).rows]


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("number=s2", ["S2"]),
        ("number in (S1, S4, S9)", ["S4", "S1"]),
        ("total>100", ["S3"]),
        ("total>=100 and total<=100", ["S5", "S1"]),
        ("total=0.10", ["S4"]),
        ("total!=100", ["S4", "S3", "S2"]),
        ("total in (100, 50)", ["S5", "S2", "S1"]),
        ("paid=100 or pending=100", ["S5", "S3"]),
        ("due>100", ["S3"]),
        ("due=0", ["S5"]),
        ("customer~pena", ["S5", "S1"]),
        ("customer~PEÑA", ["S5", "S1"]),
        ("customer='taller peña s.l.'", ["S5", "S1"]),
        ("customer=P1", ["S5", "S1"]),
        ("customer!~pena", ["S4", "S3", "S2"]),
        ("customer_email~pena.example", ["S5", "S1"]),
        ("customer_code is empty", ["S4"]),
        ("customer_code not in (P1)", ["S4", "S3", "S2"]),
        ("country in (fr, BE)", ["S5", "S3", "S2"]),
        ("country is empty", ["S4"]),
        ("product=B2", ["S3", "S2"]),
        ("product!=B2", ["S5", "S4", "S1"]),
        ("product~strasse", ["S2"]),
        ("product~LOWE", ["S2"]),
        ("state=sent", ["S3"]),
        ("state in (sent, confirmed) and not state=sent", ["S5", "S4", "S2", "S1"]),
        ("invoice_status=to-invoice", ["S4", "S2", "S1"]),
        ("invoice_status=invoiced", ["S5"]),
        ("tags=vip", ["S1"]),
        ("tags=vi", []),
        ("tags~vi", ["S1"]),
        ("tags is empty", ["S5", "S4", "S3", "S2"]),
        ("note~CALL", ["S4"]),
        ("note is not empty", ["S4"]),
        ("method=WIRE", ["S2"]),
        ("date=2026-06", ["S4", "S3", "S2"]),
        ("date=2026-05-31", ["S1"]),
        ("date>2026-06", ["S5"]),
        ("date<=2026-06-01", ["S2", "S1"]),
        ("date<2026-06-01", ["S1"]),
        ("date>=last-month", ["S5"]),
        ("date=today", ["S5"]),
        ("date in (2026-05, 2026-08)", ["S5", "S1"]),
        ("date!=2026-06", ["S5", "S1"]),
        ("date>=2026-06-30T22:00Z", ["S5", "S4"]),
        ("confirmed_at is empty", ["S3"]),
        ("reminders=0 and total>100", ["S3"]),
    ],
)
def test_orders_are_filtered(several, text, numbers):
    assert found(text) == numbers


def test_filters_are_joined_and_come_on_top_of_named_options(several):
    assert found("total>=100", "customer~pena") == ["S5", "S1"]
    assert found("total>=100", wanted=OrderFilter()) == ["S5", "S1"]
    assert found("customer~pena", wanted=OrderFilter(unpaid=True)) == ["S1"]


@pytest.mark.parametrize(
    ("wanted", "numbers"),
    [
        ({"product": "b2"}, ["S3", "S2"]),
        ({"country": "fr"}, ["S3", "S2"]),
        ({"tag": "VIP"}, ["S1"]),
        ({"min_total": D(100), "max_total": D(100)}, ["S5", "S1"]),
        ({"invoiced": True}, ["S5"]),
        ({"to_ship": True}, ["S5", "S4", "S3", "S2", "S1"]),
        ({"nothing_to_invoice": True}, ["S3"]),
        ({"not_reminded": True, "unpaid": True}, ["S4", "S3", "S2", "S1"]),
    ],
)
def test_named_options_narrow_orders(several, wanted, numbers):
    assert found(wanted=OrderFilter(**{"state": "all", **wanted})) == numbers


def test_days_are_those_of_the_shops_zone(several):
    def in_berlin(text):
        ask = Asked(on(2026, 8, 21), BERLIN, (text,))
        return [row.number for row in orders.search(ALL, ask).rows]

    # 22:30 of 31 May in UTC is half past midnight of 1 June in Berlin.
    assert in_berlin("date=2026-06") == ["S3", "S2", "S1"]
    assert in_berlin("date=2026-07-01") == ["S4"]


@pytest.mark.parametrize(
    ("text", "message", "mark"),
    [
        ("totl>1", "orders have no field 'totl'", "^^^^"),
        ("total > 1o0", "'1o0' is not an amount", "        ^^^"),
        ("total > 1e5", "'1e5' is not an amount", "        ^^^"),
        ("total > 0.00001", "'0.00001' is not an amount", "        ^^^^^^^"),
        ("date = 30.2.2026", "'30.2.2026' does not tell day and month apart", "       ^^^^^^^^^"),
        ("date = 2026-02-30", "'2026-02-30' is not in the calendar", "       ^^^^^^^^^^"),
        ("state = sold", "'sold' is no state", "        ^^^^"),
        ("state ~ sent", "'state' is no text, so nothing is contained in it", "^^^^^^^^^^^^"),
        ("note > x", "'note' has no larger and smaller values", "^^^^^^^^"),
        ("reminders = many", "'many' is not a whole number", "            ^^^^"),
    ],
)
def test_mistake_in_a_filter_is_pointed_at(several, text, message, mark):
    with pytest.raises(UsageError) as refused:
        found(text)

    assert refused.value.message == f"bad filter: {message}"
    assert refused.value.details["why"] == [text, mark]


def test_values_are_never_taken_for_sql(several):
    for text in ('customer~"%\' OR 1=1 --"', "number=\"S1' OR 'a'='a\"", 'product~"_%"', "tags=\"' || '\""):
        assert found(text) == []
    assert found('note!="%"') == ["S5", "S4", "S3", "S2", "S1"]


def test_as_many_tests_as_allowed_are_no_burden_for_the_database(several):
    assert found(" or ".join([f"total={number}" for number in range(1, 200)] + ["number=S3"])) == [
        "S5",
        "S3",
        "S2",
        "S1",
    ]
    assert found("not " * 15 + "number=S3") == ["S5", "S4", "S2", "S1"]


def paged(sort, limit):
    """Go through a list page by page; far more pages than orders would be a list without end."""
    seen, after = [], ""
    for _ in range(20):
        page = [row.number for row in orders.search(ALL, asked(sort=sort), limit=limit, after=after).rows]
        if not page:
            break
        seen += page
        after = page[-1]
    return seen


@pytest.mark.parametrize(
    ("sort", "numbers"),
    [
        ("", ["S5", "S4", "S3", "S2", "S1"]),
        ("date", ["S1", "S2", "S3", "S4", "S5"]),
        ("total", ["S4", "S2", "S5", "S1", "S3"]),
        ("-total,date", ["S3", "S1", "S5", "S2", "S4"]),
        ("customer,-number", ["S4", "S3", "S2", "S5", "S1"]),
        ("customer_code,number", ["S4", "S2", "S3", "S1", "S5"]),
        ("confirmed_at,number", ["S3", "S1", "S2", "S4", "S5"]),
        ("-due", ["S3", "S1", "S2", "S4", "S5"]),
    ],
)
def test_orders_are_sorted_and_paged(several, sort, numbers):
    assert found(sort=sort) == numbers
    assert paged(sort, 2) == numbers


def test_page_goes_on_after_an_order_that_is_not_in_the_list(several):
    rows = orders.search(OrderFilter(), asked(sort="total"), after="S3", limit=5).rows

    assert [row.number for row in rows] == []
    assert [row.number for row in orders.search(OrderFilter(), asked(sort="-total"), after="S3", limit=5).rows] == [
        "S5", "S1", "S2", "S4",
    ]  # fmt: skip


@pytest.mark.parametrize("sort", ["totl", "product", ",", "total;date"])
def test_unknown_order_is_refused(several, sort):
    with pytest.raises(UsageError) as refused:
        found(sort=sort)

    assert refused.value.code == "usage.field"


FIELDS = ("date", "total", "customer", "customer_code", "confirmed_at", "state", "due", "country")


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(st.lists(st.sampled_from(FIELDS), max_size=3, unique=True), st.lists(st.booleans(), min_size=3, max_size=3))
def test_pages_of_any_order_hold_every_order_once(several, names, falling):
    sort = ",".join(("-" if down else "") + name for name, down in zip(names, falling, strict=False))
    whole = found(sort=sort)

    assert (sorted(whole), paged(sort, 1)) == (["S1", "S2", "S3", "S4", "S5"], whole)


def grouped(words, *, top=0, wanted=ALL, zone=UTC, filters=()):
    ask = Asked(on(2026, 8, 21), zone, filters)
    rows = groups.grouped(orders.NOUN, orders.selected(wanted), ask, groups.levels_of(orders.NOUN, words), top)
    return [(*row.keys, row.counted, row.currency, str(row.amount), str(row.share)) for row in rows]


def test_groups_come_largest_first_with_shares_and_the_total_of_each_currency(several):
    assert grouped("state") == [
        ("sent", 1, "EUR", "255.0000", "50.5"),
        ("confirmed", 3, "EUR", "250.0000", "49.5"),
        ("confirmed", 1, "USD", "0.1000", "100.0"),
        (4, "EUR", "505.0000", "100.0"),
        (1, "USD", "0.1000", "100.0"),
    ]


def test_groups_inside_of_groups_and_the_rest_in_one(several):
    assert grouped("state,customer", filters=("currency=EUR",)) == [
        ("sent", 1, "EUR", "255.0000", "50.5"),
        ("sent", "Ann Smith", 1, "EUR", "255.0000", "50.5"),
        ("confirmed", 3, "EUR", "250.0000", "49.5"),
        ("confirmed", "Taller Peña S.L.", 2, "EUR", "200.0000", "39.6"),
        ("confirmed", "Ann Smith", 1, "EUR", "50.0000", "9.9"),
        (4, "EUR", "505.0000", "100.0"),
    ]
    assert grouped("number", top=1, filters=("currency=EUR",)) == [
        ("S3", 1, "EUR", "255.0000", "50.5"),
        (None, 3, "EUR", "250.0000", "49.5"),
        (4, "EUR", "505.0000", "100.0"),
    ]


@pytest.mark.parametrize(
    ("unit", "zone", "keys"),
    [
        ("month", UTC, ["2026-05", "2026-06", "2026-08"]),
        ("month", BERLIN, ["2026-06", "2026-08"]),
        ("day", BERLIN, ["2026-06-01", "2026-06-30", "2026-08-21"]),
        ("week", UTC, ["2026-W22", "2026-W23", "2026-W27", "2026-W34"]),
        ("quarter", UTC, ["2026Q2", "2026Q3"]),
        ("year", UTC, ["2026"]),
    ],
)
def test_dates_are_gathered_by_the_calendar_of_the_shop(several, unit, zone, keys):
    rows = grouped(f"date:{unit}", zone=zone, filters=("currency=EUR",))

    assert [row[0] for row in rows[:-1]] == keys
    assert sum(row[1] for row in rows[:-1]) == rows[-1][0] == 4


def test_products_count_the_amounts_of_their_lines(several):
    assert grouped("product", filters=("currency=EUR",)) == [
        ("A1", 3, "EUR", "450.0000", "89.1"),
        ("B2", 2, "EUR", "55.0000", "10.9"),
        (5, "EUR", "505.0000", "100.0"),
    ]


def test_days_change_at_the_minute_of_a_zone_that_is_no_whole_hours_off(shop):
    sell(
        shop,
        order("S1", ordered_at=on(2026, 6, 1, 18, 14)),
        order("S2", ordered_at=on(2026, 6, 1, 18, 15)),
        order("S3", ordered_at=on(2026, 6, 1, 18, 59)),
    )

    rows = grouped("date:day", zone=ZoneInfo("Asia/Kathmandu"))

    assert [row[:2] for row in rows] == [("2026-06-01", 1), ("2026-06-02", 2), (3, "EUR")]


def test_dates_that_may_be_absent_are_gathered_too(several):
    rows = grouped("confirmed_at:year,state", zone=BERLIN, filters=("currency=EUR",))

    assert [row[:3] for row in rows] == [
        ("2026", 3, "EUR"), ("2026", "confirmed", 3), (None, 1, "EUR"), (None, "sent", 1), (4, "EUR", "505.0000"),
    ]  # fmt: skip


@pytest.fixture
def nearly_all(shop):
    """Eighteen orders that count, one that waits for its money, one in another currency; S1 has a heading."""
    heading = line(0, kind="section", sku="", description="Fruit")
    sell(
        shop,
        *(order(f"S{place}", *([heading] if place == 1 else []), line(10), line(2, kind="shipping", sku=""))
          for place in range(1, 19)),
        order("S19", line(1000), line(1000, sku="C3"), state="sent"),
        order("S20", line(8), line(12, sku="B2"), currency="USD"),
        order("S21", line(10, 2)),
    )  # fmt: skip
    return shop


def test_products_of_nearly_all_orders_leave_out_the_lines_of_the_others(nearly_all):
    assert grouped("product", wanted=OrderFilter()) == [
        ("A1", 19, "EUR", "200.0000", "84.7"),
        (None, 18, "EUR", "36.0000", "15.3"),
        ("B2", 1, "USD", "12.0000", "60.0"),
        ("A1", 1, "USD", "8.0000", "40.0"),
        (37, "EUR", "236.0000", "100.0"),
        (2, "USD", "20.0000", "100.0"),
    ]


def test_products_of_some_orders_are_those_of_their_lines(nearly_all):
    assert grouped("product", filters=("number in (S1, S19)",)) == [
        ("A1", 2, "EUR", "1010.0000", "50.2"),
        ("C3", 1, "EUR", "1000.0000", "49.7"),
        (None, 1, "EUR", "2.0000", "0.1"),
        (4, "EUR", "2012.0000", "100.0"),
    ]
    assert grouped("product", filters=("number=S99",)) == []


def test_products_inside_of_states_are_joined_with_their_orders(nearly_all):
    assert [row[:3] for row in grouped("state,product", filters=("currency=EUR",), top=1)] == [
        ("sent", 2, "EUR"), ("sent", "A1", 1), ("sent", "C3", 1),
        ("confirmed", 37, "EUR"), ("confirmed", "A1", 19), ("confirmed", None, 18),
        (39, "EUR", "2236.0000"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("a,b,c,d", "--group-by takes one to 3 fields"),
        (",", "--group-by takes one to 3 fields"),
        ("state,state", "--group-by state,state names a field twice"),
        ("total", "orders have no field 'total'"),
        ("date:decade", "'date:decade' is no unit of date"),
        ("state:month", "'state:month' is no unit of state"),
    ],
)
def test_unknown_groups_are_refused(words, message):
    with pytest.raises(UsageError) as refused:
        groups.levels_of(orders.NOUN, words)

    assert (refused.value.code, refused.value.message) == ("usage.field", message)


def test_keys_are_not_named_among_the_fields_that_there_are():
    hint = payments.NOUN.unknown("nonsense").hint

    assert hint.startswith("there are number, date, direction, ")


def test_sums_cover_the_whole_list_and_leave_currencies_apart(several):
    assert rows.sums(orders.NOUN, orders.selected(ALL), asked(filters=("total<200",))) == [
        ("EUR", 3, D(250)),
        ("USD", 1, D("0.10")),
    ]


def test_other_lists_are_filtered_sorted_and_gathered_alike(shop):
    bill(fill(shop), "S1", "S2")
    ask = asked(filters=("total>=100", "state=posted and type=invoice"), sort="-customer,date,number")

    assert [row.orders for row in invoices.search(invoices.InvoiceFilter(), ask).rows] == [("S5",), ("S1",)]
    by_order = invoices.search(invoices.InvoiceFilter(), asked(filters=("order in (S1, s2) and due>60",)))
    assert [row.orders for row in by_order.rows] == [("S1",)]
    assert [row.reference for row in payments.search(payments.PaymentFilter(), asked(filters=("left=0",))).rows] == [
        "t5", "t3",
    ]  # fmt: skip
    levels = groups.levels_of(payments.NOUN, "state,order")
    assert [row.keys for row in groups.grouped(payments.NOUN, payments.selected(payments.PaymentFilter()), asked(), levels)] == [
        ("done",), ("done", "S5"), ("pending",), ("pending", "S3"), (),
    ]  # fmt: skip
    assert list(emails.search(emails.EmailFilter(), asked(filters=("state=queued",))).rows) == []


def test_customers_are_filtered_by_what_they_bought(several):
    def codes(text, sort=""):
        rows = customers.search(customers.CustomerFilter(), asked(filters=(text,), sort=sort, shop=several)).rows
        return [row.code for row in rows]

    assert codes("orders>=1", "-ordered") == ["P1", "C1"]
    assert codes("orders=0") == ["C2"]
    assert codes("due>0 or credit>0") == []
    assert codes("last_order is empty") == ["C2"]
    assert codes("name~pena") == ["P1"]
    assert [row.code for row in customers.search(customers.CustomerFilter(inactive_since=on(2026, 7, 1)), asked(shop=several)).rows] == [
        "C2", "C1",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "folded"),
    [("MÜLLER", "muller"), ("Straße", "strasse"), ("Ελλάδα", "ελλαδα"), ("ＡＢＣ", "abc"), ("عَرَبِيّ", "عربي")],
)
def test_databases_fold_texts_as_the_program_does(several, text, folded):
    models.Order.update(note=f"x{text}y").where(models.Order.number == "S1").execute()

    assert fold(text) == folded
    assert found(f"note~{folded}") == ["S1"]


def test_changes_of_the_clocks_are_found_to_the_minute():
    assert calendar.changes(BERLIN, 2026)[:3] == (
        ("2026-10-25T01:00:00Z", 60), ("2026-03-29T01:00:00Z", 120), ("2025-10-26T01:00:00Z", 60),
    )  # fmt: skip
    assert calendar.changes(ZoneInfo("Asia/Kathmandu"), 2026) == (("", 345),)


def test_weeks_are_named_by_the_iso_calendar():
    assert calendar.labelled(date(2026, 12, 28).isoformat(), "week") == "2026-W53"
    assert calendar.labelled("2026-08", "month") == "2026-08"


def test_unpaid_orders_tell_how_often_they_were_reminded(several):
    letter = {
        "kind": "payment_reminder", "recipient": "a@example.com", "subject": "x", "text": "x", "not_before": on(2026, 8, 1),
        "created_at": on(2026, 8, 1),
    }  # fmt: skip
    for key, document, state in (
        ("1", "S3", "sent"),
        ("2", "S3", "queued"),
        ("3", "S3", "failed"),
        ("4", "S2", "sent"),
    ):
        models.Email.create(key=key, document=document, state=state, message_id=key, **letter)

    rows = orders.search(OrderFilter(unpaid=True), asked(), limit=9).rows

    assert [(row.number, row.reminders) for row in rows] == [("S4", 0), ("S3", 2), ("S2", 1), ("S1", 0)]
    assert found("reminders>=2") == ["S3"]
    assert found(wanted=OrderFilter(unpaid=True, not_reminded=True)) == ["S4", "S1"]


def test_payments_that_went_back_are_told_apart(shop):
    sell(shop, order("S1", payments=(payment("a", 100), payment("r", 30, state="refunded"))))

    def numbers(*filters):
        return [row.number for row in payments.search(payments.PaymentFilter(), asked(filters=filters)).rows]

    assert numbers("status=refunded") == ["PAY/2026/00002"]
    assert numbers("status=done") == ["PAY/2026/00001"]
    assert numbers("state=done") == ["PAY/2026/00002", "PAY/2026/00001"]
    levels = groups.levels_of(payments.NOUN, "status")
    found = groups.grouped(payments.NOUN, payments.selected(payments.PaymentFilter()), asked(), levels)
    assert [(row.keys, row.amount) for row in found] == [(("done",), 100), (("refunded",), -30), ((), 70)]
