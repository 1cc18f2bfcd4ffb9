"""Work through many items: each outcome after its commit, no refusal in the way of its neighbours."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import peewee
import pytest

from shopctl import batch, models
from shopctl.domain.outcomes import Change, Done, Failed
from shopctl.errors import RefusedError, TemporaryError
from shopctl.services import confirming, importing, invoicing, ordering, registering
from shopctl.services.deciding import Request
from shopctl.services.importing import ImportRow
from shopctl.services.receipts import Receipt
from shopctl.shop import operation
from tests.support.shop import BASICS, Item, codes, dump, failed, journal, nothing_changes, order, payment, sell

D = Decimal


@operation("orders")
def add(shop, names):
    """Make products; `bad` is refused, a name that is taken is noticed by the database only."""
    outcomes = []
    for name in names:
        if name.startswith("bad"):
            outcomes.append(Failed(name, RefusedError("usage", f"{name} is bad")))
        else:
            models.Product.create(sku=name.upper())
            shop.record("product.created", name)
            outcomes.append(Done(name, Change.CREATED, ImportRow("product", name.upper(), "", "", None, "")))
    return outcomes


def run(shop, *names, **options):
    return list(batch.run(shop, names, lambda part: add(shop, part), **options))


def skus():
    return [sku for (sku,) in models.Product.select(models.Product.sku).order_by(models.Product.id).tuples()]


def test_outcomes_come_in_order_over_all_chunks(shop):
    names = [f"p{number}" for number in range(7)]

    outcomes = run(shop, *names, chunk=3)

    assert [outcome.reference for outcome in outcomes] == names
    assert skus() == [name.upper() for name in names]


def test_refusal_does_not_disturb_its_neighbours(shop):
    assert codes(run(shop, "a", "bad", "b")) == ["created", "usage", "created"]
    assert skus() == ["A", "B"]
    assert journal() == [("product.created", "a"), ("product.created", "b")]


@pytest.mark.parametrize("chunk", [1, 2, 5, 500])
def test_refusal_of_the_database_hits_the_culprit_only(shop, chunk):
    outcomes = run(shop, "a", "b", "B", "c", "A", "d", chunk=chunk)

    assert codes(outcomes) == ["created", "created", "db.refused", "created", "db.refused", "created"]
    assert skus() == ["A", "B", "C", "D"]
    assert [reference for _, reference in journal()] == ["a", "b", "c", "d"]


def test_work_that_is_in_the_way_of_others_stops_the_batch(shop):
    def busy(part):
        if part == ["c"]:
            raise TemporaryError("db.busy", "busy")
        return add(shop, part)

    outcomes = batch.run(shop, ["a", "b", "c", "d"], busy, chunk=1)

    assert [next(outcomes).reference, next(outcomes).reference] == ["a", "b"]
    with pytest.raises(TemporaryError):
        next(outcomes)
    assert skus() == ["A", "B"]


def test_bug_is_not_swallowed(shop):
    with nothing_changes(), pytest.raises(ZeroDivisionError):
        list(batch.run(shop, ["a"], lambda part: [1 // 0]))


def test_items_are_read_a_chunk_at_a_time(shop):
    read = []

    def names():
        for number in range(6):
            read.append(number)
            yield f"p{number}"

    outcomes = batch.run(shop, names(), lambda part: add(shop, part), chunk=2)
    next(outcomes)

    assert read == [0, 1]
    assert skus() == ["P0", "P1"]


def test_who_stops_listening_keeps_what_is_done(shop):
    outcomes = batch.run(shop, ["a", "b", "c", "d"], lambda part: add(shop, part), chunk=2)
    next(outcomes)
    outcomes.close()

    assert skus() == ["A", "B"]
    assert codes(run(shop, "c")) == ["created"]


def test_signal_ends_the_batch_between_chunks(shop):
    assert codes(run(shop, "a", "b", "c", "d", chunk=2, stopping=lambda: True)) == ["created", "created"]
    assert skus() == ["A", "B"]


def test_no_items_are_no_work(shop):
    with nothing_changes():
        assert run(shop) == []


# Stop at the first failure.


def test_fail_fast_stops_after_the_first_failure(shop):
    assert codes(run(shop, "a", "bad", "b", fail_fast=True)) == ["created", "usage"]
    assert skus() == ["A"]


def test_fail_fast_stops_at_a_refusal_of_the_database(shop):
    assert codes(run(shop, "a", "A", "b", fail_fast=True)) == ["created", "db.refused"]
    assert skus() == ["A"]


# All or nothing.


@pytest.mark.parametrize(
    ("names", "answers"),
    [
        (("a", "bad", "b"), ["skipped", "usage", "skipped"]),
        (("a", "b", "A"), ["db.refused"] * 3),
    ],
)
def test_atomic_rolls_everything_back(shop, names, answers):
    together = replace(shop, atomic=True)

    with nothing_changes():
        outcomes = run(together, *names, chunk=1)

    assert codes(outcomes) == answers
    assert [outcome.reference for outcome in outcomes] == list(names)


def test_atomic_keeps_everything_when_all_goes_well(shop):
    assert codes(run(replace(shop, atomic=True), "a", "b", chunk=1)) == ["created", "created"]
    assert skus() == ["A", "B"]
    assert models.Operation.select().count() == 1


# Dry run.


def test_dry_run_tells_what_would_happen_and_does_nothing(shop):
    rehearsal = replace(shop, dry_run=True)

    with nothing_changes():
        outcomes = run(rehearsal, "a", "bad", "A", "b", chunk=2)

    assert codes(outcomes) == ["would_create", "usage", "db.refused", "would_create"]
    assert codes(run(shop, "a")) == ["created"]


def test_chunks_of_a_dry_run_see_each_other(shop):
    rehearsal = replace(shop, dry_run=True)

    with nothing_changes():
        outcomes = run(rehearsal, "a", "A", chunk=1)

    assert codes(outcomes) == ["would_create", "db.refused"]


def test_dry_run_that_is_left_early_does_nothing(shop):
    rehearsal = replace(shop, dry_run=True)

    with nothing_changes():
        outcomes = batch.run(rehearsal, ["a", "b"], lambda part: add(rehearsal, part), chunk=1)
        next(outcomes)
        outcomes.close()

    assert not rehearsal.nested
    assert not shop.database.in_transaction()


def test_dry_run_of_all_or_nothing_tells_that_nothing_would_happen(shop):
    rehearsal = replace(shop, dry_run=True, atomic=True)

    with nothing_changes():
        outcomes = run(rehearsal, "a", "bad")

    assert codes(outcomes) == ["skipped", "usage"]


REHEARSALS = {
    "import": (
        lambda shop, part: importing.store(shop, [Item(1, one, order(one), None) for one in part]),
        ["S9", "S2"],
        ["would_create", "unchanged"],
    ),
    "confirm an order": (ordering.confirm, ["S3", "S1"], ["would_change", "unchanged"]),
    "invoice": (
        lambda shop, part: invoicing.create(shop, part, Request(confirm=True, send=True)),
        ["S1", "S3", "S2"],
        ["would_create", "order.not_confirmed", "invoice.draft_exists"],
    ),
    "confirm an invoice": (
        lambda shop, part: confirming.confirm(shop, part, send=True), ["DRAFT/1", "DRAFT/9"],
        ["would_change", "invoice.unknown"],
    ),
    "register": (
        lambda shop, part: registering.register(shop, [Receipt(one) for one in part]), ["S3", "S404"],
        ["would_create", "invoice.unknown"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REHEARSALS)
def test_every_write_can_be_rehearsed(shop, name):
    work, references, answers = REHEARSALS[name]
    sell(shop, order("S1", payments=(payment("t", 30),)), order("S2"), order("S3", state="sent"))
    invoicing.create(shop, ["S2"], Request())
    rehearsal = replace(shop, dry_run=True)

    with nothing_changes():
        outcomes = list(batch.run(rehearsal, references, lambda part: work(rehearsal, part), chunk=1))

    assert codes(outcomes) == answers
    assert codes(list(batch.run(shop, references, lambda part: work(shop, part), chunk=1))) == [
        answer.replace("would_create", "created").replace("would_change", "changed") for answer in answers
    ]


def test_rehearsal_of_a_first_import_sees_its_own_records(shop):
    rehearsal = replace(shop, dry_run=True)
    items = [Item(line, "", record, None) for line, record in enumerate((*BASICS, order("S1")), 1)]

    with nothing_changes():
        outcomes = list(batch.run(rehearsal, items, lambda part: importing.store(rehearsal, part), chunk=1))

    assert codes(outcomes) == ["would_create"] * len(items)


def test_whole_dump_notices_a_change(shop):
    before = dump()

    run(shop, "a")

    changed = {name for name, rows in dump().items() if rows != before[name]}
    assert changed == {"products", "events", "operations", "series"}


def test_refusal_by_the_database_keeps_its_cause(shop):
    models.Product.create(sku="A")

    error = failed(run(shop, "a")[0])

    assert isinstance(error.details["cause"], str)
    assert "sku" in error.details["cause"]
    assert not isinstance(error, peewee.PeeweeException)
