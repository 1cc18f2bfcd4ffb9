"""Merge customers that are one person."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shopctl import models
from shopctl.domain.people import Person
from shopctl.domain.records import AddressRecord, CartRecord, ConsentRecord, CustomerRecord
from shopctl.errors import NotFoundError
from shopctl.services import checking, customer_changes, customer_pages, customers, exporting, merging, personal_data
from shopctl.services.customer_changes import Edit, NewCustomer
from shopctl.services.listing import customers as listing
from shopctl.services.listing.customers import CustomerFilter
from tests.support.shop import (
    asked,
    bill,
    codes,
    done,
    failed,
    journal,
    line,
    nothing_changes,
    opened,
    order,
    payment,
    rivals,
    sell,
    take_in,
    wrong,
)
from tests.support.shops import NOW

KIEL = AddressRecord(street="Kai 4", city="Kiel", country="DE")
BONN = AddressRecord(street="Am Hof 1", city="Bonn", country="DE")
AN = CustomerRecord(
    "C7", "Ann S.", "Acme", "ann@acme.example", "+44 1", "GB980780684", "en", ("b2b",), "N30",
    ConsentRecord(False, "letter", NOW), "pays late", (KIEL, BONN),
)  # fmt: skip
ANN = CustomerRecord("C8", "Ann Smith", email="a.smith@example.com", tags=("vip",), addresses=(BONN,))


def merge(shop, *references):
    return merging.merge(shop, list(references[:-1]), references[-1])


def stored(code):
    return models.Customer.get(models.Customer.code == code)


def owner(number):
    return models.Order.get(number=number).customer.code


def test_everything_goes_along_and_posted_documents_keep_what_they_copied(shop):
    sell(
        shop, AN, ANN, order("S1", customer="C7", payments=(payment("t1", 40),)), order("S2", customer="C8"),
        CartRecord("K1", customer="C7", created_at=NOW, currency="EUR", lines=(line(),)),
    )  # fmt: skip
    (number,) = bill(shop, "S1")
    models.KnownAccount.create(iban="GB33BUKB20201555555555", customer=stored("C7"), learned_at=NOW)

    outcome = done(*merge(shop, "C7", "C8"))

    assert (outcome.change, outcome.row.code, outcome.notes) == (
        "changed", "C8", ("C7 stands for C8 now", "moved: 1 order, 1 cart, 1 invoice, 1 payment, 1 account"),
    )  # fmt: skip
    assert (owner("S1"), owner("S2"), models.Cart.get().customer.code) == ("C8", "C8", "C8")
    assert models.KnownAccount.get().customer.code == "C8"
    invoice = models.Invoice.get(number=number)
    assert (invoice.customer.code, invoice.customer_name, invoice.customer_email) == ("C8", "Acme", "ann@acme.example")
    assert models.Payment.get().customer.code == "C8"
    (details,) = customer_pages.show(shop, ["C7"])
    row = details.customer
    assert (row.code, row.name, row.company, row.email, row.phone, row.tags) == (
        "C8", "Ann Smith", "Acme", "a.smith@example.com", "+44 1", ("vip", "b2b"),
    )  # fmt: skip
    assert (details.vat, details.terms, details.note, details.marketing_source) == (
        "GB980780684", "N30", "pays late", "letter",
    )  # fmt: skip
    assert [one["city"] for one in details.addresses] == ["Bonn", "Kiel"]
    assert (details.merged, row.orders, row.amount_ordered) == (("C7",), 2, 200)
    assert journal()[-2:] == [("customer.merged", "C7"), ("customer.took_over", "C8")]
    assert wrong(shop) == []


@pytest.mark.parametrize("typed", ["C7", "c7", "ann@acme.example", "ANN@acme.example", "C8"])
def test_old_code_and_address_stand_for_the_other(shop, typed):
    sell(shop, AN, ANN)
    done(*merge(shop, "C7", "C8"))

    assert customers.code_of(typed) == "C8"
    assert codes(customer_changes.tag(shop, [typed], ("x",), ())) == ["changed"]


def test_a_chain_is_followed_at_once(shop):
    sell(shop, AN, ANN)
    done(*merge(shop, "C7", "C8"))

    done(*merge(shop, "C8", "C1"))

    assert {customers.code_of(code) for code in ("C7", "C8", "C1")} == {"C1"}
    assert stored("C7").merged_into.code == "C1"
    assert [row.code for row in listing.search(CustomerFilter(), asked(shop=shop)).rows] == ["C2", "C1"]
    assert customers.left_out() == {"archived": 0, "merged": 2, "anonymized": 0}


def test_several_at_once_and_one_that_does_not_exist(shop):
    sell(shop, AN, ANN)

    found = merge(shop, "C7", "C404", "ann@acme.example", "C8", "C1")

    assert codes(found) == ["changed", "customer.unknown", "unchanged", "changed"]
    assert customers.code_of("C8") == "C1"


def test_a_repeat_is_unchanged_and_takes_along_what_came_meanwhile(shop):
    sell(shop, AN, ANN)
    done(*merge(shop, "C7", "C8"))
    with nothing_changes():
        again = done(*merge(shop, "C7", "C8"))
    sell(shop, order("S9"))
    models.Order.update(customer=stored("C7")).where(models.Order.number == "S9").execute()
    found = [one for one in checking.check(shop).violations if one.table]

    later = done(*merge(shop, "C7", "C8"))

    assert (again.change, again.notes) == ("unchanged", ("C7 was merged into C8 before",))
    assert [(one.rule, one.reference, one.expected, one.found, one.hint) for one in found] == [
        ("C1", "S9", "C8", "C7", "shopctl customers merge C7 C8")
    ]
    assert (later.change, owner("S9")) == ("changed", "C8")
    assert wrong(shop) == []


def test_a_chain_of_merges_is_told(shop):
    sell(shop, AN)
    models.Customer.update(merged_into=stored("C1")).where(models.Customer.code == "C7").execute()
    models.Customer.update(merged_into=stored("C2")).where(models.Customer.code == "C1").execute()

    assert [found for found in wrong(shop) if found[0] == "C1"] == [("C1", "C7")]


@pytest.mark.parametrize(
    ("before", "words", "code", "told"),
    [
        ((), ("C1", "C1"), "customer.merge", "customer C1 cannot be merged into itself"),
        ((), ("ann@example.com", "c1"), "customer.merge", "customer C1 cannot be merged into itself"),
        (("C1", "C2"), ("C2", "C1"), "customer.merge", "customer C2 cannot be merged into itself"),
        (("C1", "C2"), ("C1", "C7"), "customer.merge", "customer C1 was merged into C2 before"),
        ((), ("C404", "C1"), "customer.unknown", "there is no customer C404"),
    ],
)
def test_refused_merge_changes_nothing(shop, before, words, code, told):
    sell(shop, AN)
    if before:
        done(*merge(shop, *before))

    with nothing_changes():
        refusal = failed(*merge(shop, *words))

    assert refusal.code == code
    assert told in refusal.message


def test_the_one_that_stays_has_to_exist(shop):
    sell(shop)

    with nothing_changes(), pytest.raises(NotFoundError):
        merge(shop, "C1", "C404")


@pytest.mark.parametrize("words", [("C1", "C2"), ("C2", "C1")])
def test_nobody_is_merged_with_somebody_erased(shop, words):
    sell(shop)
    done(*personal_data.anonymize(shop, ["C1"]))

    with nothing_changes():
        assert codes(merge(shop, *words)) == ["customer.anonymized"]


def test_the_only_address_goes_to_the_one_that_stays(shop):
    sell(shop, AN, CustomerRecord("C9", "Ann S.", phone="1"))

    done(*merge(shop, "C7", "C9"))

    assert (stored("C9").email_folded, stored("C9").contact_key) == ("ann@acme.example", None)
    assert (stored("C7").email, stored("C7").email_folded) == ("ann@acme.example", None)
    assert customers.code_of("ann@acme.example") == "C9"


def test_the_address_of_a_merged_customer_can_be_taken_over_by_its_new_self_only(shop):
    sell(shop, AN, ANN)
    done(*merge(shop, "C7", "C8"))

    taken = customer_changes.create(shop, [NewCustomer(Person("x", email="ann@acme.example"))])
    moved = customer_changes.edit(shop, ["C8"], Edit({"email": "ann@acme.example"}))

    assert (failed(*taken).code, failed(*taken).details) == ("customer.exists", {"customer": "C8"})
    assert done(*moved).row.email == "ann@acme.example"
    assert (stored("C8").email_folded, stored("C7").email_folded) == ("ann@acme.example", None)


def test_imports_reach_the_one_that_stays_and_do_not_undo_the_merge(shop):
    sell(shop, AN, ANN, order("S1", customer="C7"))
    done(*merge(shop, "C7", "C8"))
    before = customer_pages.show(shop, ["C8"])[0].customer

    again = take_in(
        shop, AN._replace(name="Somebody else"), CustomerRecord(name="New name", email="ann@acme.example"),
        order("S2", customer="C7"), order("S3", customer=CustomerRecord(name="Ann", email="ANN@acme.example")),
        order("S1", customer="C7", ordered_at=NOW - timedelta(days=1)), payment("t9", 5, customer="C7"),
    )  # fmt: skip

    assert codes(again) == ["unchanged", "unchanged", "created", "created", "changed", "created"]
    assert [owner(number) for number in ("S1", "S2", "S3")] == ["C8", "C8", "C8"]
    assert models.Payment.get().customer.code == "C8"
    after = customer_pages.show(shop, ["C8"])[0].customer
    assert (after.name, after.company, after.email) == (before.name, before.company, before.email)
    assert models.Customer.select().count() == 4
    assert wrong(shop) == []


def test_exports_leave_merged_customers_out(shop):
    sell(shop, AN, ANN, order("S1", customer="C7"))
    done(*merge(shop, "C7", "C8"))

    records = list(exporting.records())

    assert [one.code for one in records if isinstance(one, CustomerRecord)] == ["C1", "C2", "C8"]
    assert [one.customer for one in records if getattr(one, "number", "") == "S1"] == ["C8"]


def test_two_who_merge_the_same_at_once_do_it_once(database_url):
    with opened(database_url) as shop:
        sell(shop, AN, ANN, order("S1", customer="C7"))

    answers = rivals(database_url, 2, "merge", ["C7", "C8", "C1"], chunk=3)

    with opened(database_url) as shop:
        assert sorted(answers) == [["changed", "changed"], ["unchanged", "unchanged"]]
        assert (customers.code_of("C7"), customers.code_of("C8"), owner("S1")) == ("C1", "C1", "C1")
        assert [event for event in journal() if event[0] == "customer.merged"] == [
            ("customer.merged", "C7"), ("customer.merged", "C8"),
        ]  # fmt: skip
        assert wrong(shop) == []
