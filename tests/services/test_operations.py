"""Make a function an operation: allowed, one transaction, journalled, and safe to repeat."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import peewee
import psycopg
import pytest

from shopctl import batch, models
from shopctl.db import transactions
from shopctl.domain.access import NOBODY, Actor
from shopctl.domain.outcomes import Done
from shopctl.domain.records import ProductRecord, TaxRecord
from shopctl.errors import AuthError, ConflictError, ExitStatus, ForbiddenError
from shopctl.journal import chained
from shopctl.services import (
    allocating,
    confirming,
    crediting,
    importing,
    invoicing,
    ordering,
    redrafting,
    registering,
    releasing,
    resetting,
    taxes,
    terms,
    withdrawing,
)
from shopctl.services.allocating import Choice
from shopctl.services.deciding import Request
from shopctl.services.receipts import Receipt
from tests.support.shop import (
    bill,
    codes,
    done,
    journal,
    line,
    nothing_changes,
    opened,
    order,
    payment,
    rivals,
    sell,
    wrong,
)

D = Decimal

WRITES = {
    "imports": lambda shop: importing.store(shop, []),
    "orders": lambda shop: ordering.confirm(shop, ["S1"]),
    "invoices": lambda shop: invoicing.create(shop, ["S1"], Request()),
    "invoices by confirming": lambda shop: confirming.confirm(shop, ["DRAFT/1"]),
    "payments": lambda shop: registering.register(shop, [Receipt("S1")]),
    "catalogue": lambda shop: taxes.create(shop, ["V9"], TaxRecord("", amount=D(9))),
    "catalogue of terms": lambda shop: terms.delete(shop, ["N30"]),
    "payments by allocating": lambda shop: allocating.allocate(shop, ["INV/2026/00001"], Choice()),
}
ALLOWED = {
    "admin": set(WRITES),
    "sales": {"orders", "invoices", "invoices by confirming"},
    "accountant": {
        "invoices",
        "invoices by confirming",
        "payments",
        "payments by allocating",
        "catalogue",
        "catalogue of terms",
    },
    "readonly": set(),
    "unheard of": set(),
}


# Who may do it.


@pytest.mark.parametrize("role", ALLOWED)
@pytest.mark.parametrize("write", WRITES)
def test_role_decides_what_may_be_written(sqlite_url, role, write):
    with opened(sqlite_url) as shop:
        sell(shop, order("S1"))
        worker = replace(shop, actor=Actor("eve", role))
        if write in ALLOWED[role]:
            assert WRITES[write](worker) is not None
            return

        with nothing_changes(), pytest.raises(ForbiddenError) as refused:
            WRITES[write](worker)

        scope = write.partition(" ")[0]
        assert (refused.value.code, refused.value.status) == ("auth.forbidden", ExitStatus.FORBIDDEN)
        assert refused.value.message == f"eve has the role {role}, which may not change {scope}"


@pytest.mark.parametrize("write", WRITES)
def test_nobody_may_write_anything(sqlite_url, write):
    with opened(sqlite_url) as shop:
        sell(shop, order("S1"))

        with nothing_changes(), pytest.raises(AuthError) as refused:
            WRITES[write](replace(shop, actor=NOBODY))

        assert (refused.value.code, refused.value.status) == ("auth.required", ExitStatus.AUTH)


# The journal.


def test_journal_names_who_when_and_in_which_call(shop):
    sell(shop, order("S1", state="sent"))

    ordering.confirm(replace(shop, actor=Actor("eve", "sales")), ["S1"])

    event = models.Event.select().order_by(models.Event.id.desc()).get()
    assert (event.actor, event.at, event.action, event.reference) == ("eve", shop.now, "order.confirmed", "S1")
    assert models.Operation.select().where(models.Operation.key == event.operation).get().actor == "eve"


def test_journal_is_numbered_without_a_hole_and_chained(shop):
    sell(shop, order("S1"), order("S2"))
    bill(shop, "S1")
    with pytest.raises(ZeroDivisionError):
        shop.run(lambda: [1 // 0], "broken", "")
    bill(shop, "S2")

    events = list(models.Event.select().order_by(models.Event.id))

    assert [event.id for event in events] == list(range(1, len(events) + 1))
    before = ""
    for event in events:
        before = chained(before, event.id, event.at.strftime("%Y-%m-%dT%H:%M:%SZ"), event.actor, event, event.operation)
        assert event.hash == before
    assert models.Series.get(models.Series.name == "journal").last_hash == before


def test_repeated_try_writes_the_journal_once(shop, monkeypatch):
    monkeypatch.setattr(transactions.time, "sleep", lambda _: None)
    sell(shop, order("S1", state="sent"))
    tries = []

    def work():
        tries.append(1)
        shop.record("order.seen", "S1")
        if len(tries) < 3:
            error = peewee.OperationalError("could not serialize access")
            error.sqlstate = "40001"
            raise error
        return []

    shop.run(work, "seen", "")

    assert (len(tries), journal().count(("order.seen", "S1"))) == (3, 1)


# Idempotency keys.


def keyed(shop, key="k1", **more):
    return replace(shop, key=key, **more)


def test_same_key_and_input_gives_the_same_answer_again(shop):
    sell(shop, order("S1"), order("S2"))
    first = invoicing.create(keyed(shop), ["S1", "S2"], Request(confirm=True))

    with nothing_changes():
        second = invoicing.create(keyed(shop), ["S1", "S2"], Request(confirm=True))

    assert codes(second) == ["replayed", "replayed"]
    assert [(one.reference, one.row, one.notes) for one in second] == [
        (one.reference, one.row, one.notes) for one in first
    ]


def test_payment_is_not_registered_twice_with_one_key(shop):
    sell(shop, order("S1"))

    answers = [codes(registering.register(keyed(shop), [Receipt("S1", amount=D(30))])) for _ in range(3)]

    assert answers == [["created"], ["replayed"], ["replayed"]]
    assert models.Payment.select().count() == 1
    assert codes(registering.register(keyed(shop, "k2"), [Receipt("S1", amount=D(30))])) == ["created"]


@pytest.mark.parametrize(
    "other", [{"request": Request()}, {"command": "invoice other"}, {"request": Request(confirm=True, deduct=False)}]
)
def test_same_key_with_other_input_is_a_conflict(shop, other):
    sell(shop, order("S1"))
    invoicing.create(keyed(shop), ["S1"], Request(confirm=True))

    with nothing_changes(), pytest.raises(ConflictError) as refused:
        invoicing.create(
            keyed(shop, command=other.get("command", "")), ["S1"], other.get("request", Request(confirm=True))
        )

    assert (refused.value.code, refused.value.status) == ("idempotency.mismatch", ExitStatus.CONFLICT)
    assert refused.value.message == "the idempotency key 'k1' was used before with other input"


def test_refused_call_does_not_use_its_key_up(shop):
    sell(shop, order("S1", state="sent"))

    with nothing_changes():
        refused = invoicing.create(keyed(shop), ["S1"], Request())
    ordering.confirm(shop, ["S1"])
    again = invoicing.create(keyed(shop), ["S1"], Request())

    assert (codes(refused), codes(again)) == (["order.not_confirmed"], ["created"])


def test_batch_that_broke_off_goes_on_where_it_was(shop):
    sell(shop, order("S1"), order("S2"), order("S3"))
    worker = keyed(shop)
    first = batch.run(worker, ["S1", "S2", "S3"], lambda part: invoicing.create(worker, part, Request()), chunk=1)
    next(first)
    first.close()

    again = batch.run(worker, ["S1", "S2", "S3"], lambda part: invoicing.create(worker, part, Request()), chunk=1)

    assert codes(list(again)) == ["replayed", "created", "created"]


def test_key_is_for_all_or_nothing_where_that_is_wanted(shop):
    sell(shop, order("S1"), order("S2", state="sent"))
    together = keyed(shop, atomic=True)

    with nothing_changes():
        refused = invoicing.create(together, ["S1", "S2"], Request(confirm=True))
    ordering.confirm(shop, ["S2"])
    created = invoicing.create(together, ["S1", "S2"], Request(confirm=True))
    replayed = invoicing.create(together, ["S1", "S2"], Request(confirm=True))

    assert (codes(refused), codes(created), codes(replayed)) == (
        ["skipped", "order.not_confirmed"], ["created"] * 2, ["replayed"] * 2,
    )  # fmt: skip


def test_dry_run_does_not_use_the_key_up(shop):
    sell(shop, order("S1"))

    with nothing_changes():
        rehearsed = invoicing.create(keyed(shop, dry_run=True), ["S1"], Request())

    assert codes(rehearsed) == ["would_create"]
    assert codes(invoicing.create(keyed(shop), ["S1"], Request())) == ["created"]


def test_lost_answer_is_looked_up_not_run_again(postgresql_url):
    with opened(postgresql_url) as shop:
        sell(shop, order("S1"))
        create, runs = invoicing.create.__wrapped__, []
        answer = []

        def work():
            runs.append(1)
            answer.extend(create(shop, ["S1"], Request(confirm=True)))
            return answer

        shop.run(work, "one", "")
        found = shop._stored("one")

        assert ([one.row for one in found], len(runs)) == ([one.row for one in answer], 1)
        assert all(isinstance(one, Done) for one in found)


# Several processes at once.


def test_four_processes_bill_each_order_once(database_url):
    numbers = [f"S{number}" for number in range(1, 41)]
    with opened(database_url) as shop:
        sell(shop, *map(order, numbers))

    answers = rivals(database_url, 4, "invoice", numbers, chunk=7)

    with opened(database_url) as shop:
        assert wrong(shop) == []
        everything = [answer for answers_of_one in answers for answer in answers_of_one]
        assert {*everything} <= {"created", "unchanged"}
        assert everything.count("created") == 40
        found = sorted(number for (number,) in models.Invoice.select(models.Invoice.number).tuples())
        assert found == [f"INV/2026/{number:05d}" for number in range(1, 41)]
        billed = [(one.invoiced, one.drafted) for one in models.OrderLine.select()]
        assert billed == [(1, 0)] * 40
        assert [event.id for event in models.Event.select().order_by(models.Event.id)] == list(
            range(1, models.Event.select().count() + 1)
        )


def test_three_processes_register_each_bank_line_once(database_url):
    numbers = [f"S{number}" for number in range(1, 16)]
    with opened(database_url) as shop:
        sell(
            shop,
            *(
                order(number, state="sent", payments=(payment(f"w{number}", 100, state="pending"),))
                for number in numbers
            ),
        )

    answers = rivals(database_url, 3, "register", numbers, chunk=4)

    with opened(database_url) as shop:
        assert wrong(shop) == []
        everything = [answer for answers_of_one in answers for answer in answers_of_one]
        assert {*everything} <= {"created", "unchanged"}
        assert everything.count("created") == 15
        assert models.Payment.select().where(models.Payment.state == "done").count() == 15
        assert {(one.paid, one.pending, one.state) for one in models.Order.select()} == {(100, 0, "confirmed")}


def test_three_processes_credit_and_refund_each_invoice_once(database_url):
    with opened(database_url) as shop:
        sell(shop, *(order(f"S{number}", payments=(payment(f"t{number}", 100),)) for number in range(15)))
        numbers = [
            one.row.number for one in invoicing.create(shop, [f"S{n}" for n in range(15)], Request(confirm=True))
        ]

    answers = rivals(database_url, 3, "credit", numbers, chunk=4)

    with opened(database_url) as shop:
        assert wrong(shop) == []
        everything = [answer for answers_of_one in answers for answer in answers_of_one]
        assert (everything.count("created"), everything.count("unchanged")) == (15, 30)
        assert models.Payment.select().where(models.Payment.direction == "outbound").count() == 15
        assert {(one.paid, one.refunded, one.payment_status) for one in models.Order.select()} == {(0, 100, "refunded")}


def test_two_processes_post_each_draft_once(database_url):
    with opened(database_url) as shop:
        sell(shop, *(order(f"S{number}", payments=(payment(f"t{number}", 100),)) for number in range(20)))
        drafts = [one.row.address for one in invoicing.create(shop, [f"S{number}" for number in range(20)], Request())]

    answers = rivals(database_url, 2, "confirm", drafts, chunk=3)

    with opened(database_url) as shop:
        assert wrong(shop) == []
        assert sorted(answers[0] + answers[1]) == ["changed"] * 20 + ["unchanged"] * 20
        assert sorted(number for (number,) in models.Invoice.select(models.Invoice.number).tuples()) == [
            f"INV/2026/{number:05d}" for number in range(1, 21)
        ]
        assert [one.allocated for one in models.Payment.select()] == [100] * 20


CHANGES = {
    "allocate": lambda shop: allocating.allocate(shop, ["INV/2026/00001"], Choice(auto=True)),
    "confirm": lambda shop: confirming.confirm(shop, ["DRAFT/00002"]),
    "credit": lambda shop: crediting.create(
        shop, ["INV/2026/00001"], crediting.Request(crediting.Wanted(), "returned", confirm=True)
    ),
    "delete": lambda shop: withdrawing.delete(shop, ["DRAFT/00002"]),
    "edit": lambda shop: redrafting.edit(shop, ["DRAFT/00002"], redrafting.Edit(note="Thank you")),
    "invoice": lambda shop: invoicing.create(shop, ["S1"], Request()),
    "register": lambda shop: registering.register(shop, [Receipt("INV/2026/00001")]),
    "reset": lambda shop: resetting.reset(shop, ["INV/2026/00001"], reason="test"),
    "unallocate": lambda shop: releasing.unallocate(shop, ["INV/2026/00001"], ["PAY/2026/00001"]),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_whoever_changes_a_document_waits_for_its_order(postgresql_url, change):
    with opened(postgresql_url) as shop:
        sell(shop, order("S1", line(10, 3)), payment("a", 5, customer="C1"))
        for picked in (1, 2):
            done(invoicing.create(shop, ["S1"], Request(picked={1: D(1)}, confirm=picked == 1))[0])

    with psycopg.connect(postgresql_url) as rival, opened(postgresql_url, wait=0.1) as shop:
        rival.execute("SELECT id FROM orders FOR UPDATE")
        with nothing_changes(), pytest.raises(peewee.OperationalError, match="lock timeout"):
            change(shop)


def test_three_processes_ship_each_delivery_once(database_url):
    with opened(database_url) as shop:
        sell(shop, ProductRecord("A1", "Apple"), *(order(f"S{number}", state="sent") for number in range(1, 16)))
        models.Product.update(stock=20).execute()
        ordering.confirm(shop, [f"S{number}" for number in range(1, 16)])
    numbers = [f"OUT/2026/{number:05d}" for number in range(1, 16)]

    answers = rivals(database_url, 3, "ship", numbers, chunk=4)

    with opened(database_url) as shop:
        assert wrong(shop) == []
        everything = [answer for answers_of_one in answers for answer in answers_of_one]
        assert (everything.count("changed"), everything.count("unchanged")) == (15, 30)
        assert {one.delivered for one in models.OrderLine.select()} == {1}
        assert models.Product.get().stock == 5
