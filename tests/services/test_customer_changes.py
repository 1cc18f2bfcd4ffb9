"""Create, edit, note, tag and archive customers."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta

import pytest

from shopctl import models
from shopctl.domain.access import Actor
from shopctl.domain.addresses import AddressEdits, SetAddress
from shopctl.domain.people import Person
from shopctl.domain.records import AddressRecord, ConsentRecord, CustomerRecord
from shopctl.errors import ForbiddenError, NotFoundError
from shopctl.services import customer_changes, customer_pages, customers
from shopctl.services.customer_changes import Edit, NewCustomer
from shopctl.services.listing import customers as listing
from shopctl.services.listing.customers import CustomerFilter
from tests.support.shop import (
    asked,
    at,
    bill,
    codes,
    done,
    failed,
    journal,
    nothing_changes,
    order,
    sell,
    take_in,
    wrong,
)
from tests.support.shops import NOW

KIEL = AddressRecord(company="Nord", street="Kai 4", zip="24103", city="Kiel", country="DE")
EVA = NewCustomer(Person("Eva Berg", email="Eva@Example.org", language="de", tags=("vip",), marketing=True), (KIEL,))


def create(shop, person, *addresses):
    return customer_changes.create(shop, [NewCustomer(person, addresses)])


def edit(shop, *references, **changes):
    return customer_changes.edit(shop, list(references), Edit(**changes))


def stored(code):
    return models.Customer.get(models.Customer.code == code)


def test_a_customer_gets_the_next_code_and_is_found(shop):
    sell(shop)

    outcome = done(*customer_changes.create(shop, [EVA]))

    assert (outcome.change, outcome.reference, outcome.row.code, outcome.row.state) == (
        "created", "Eva@Example.org", "C00003", "active",
    )  # fmt: skip
    row = stored("C00003")
    assert (row.name, row.email, row.email_folded, row.language, row.tags) == (
        "Eva Berg", "Eva@Example.org", "eva@example.org", "de", "vip",
    )  # fmt: skip
    assert (row.marketing, row.marketing_source, row.marketing_at) == (True, "shell", NOW)
    (details,) = customer_pages.show(shop, ["eva@example.org"])
    assert [(one["city"], one["kind"]) for one in details.addresses] == [("Kiel", "billing")]
    assert journal()[-1] == ("customer.created", "C00003")
    assert wrong(shop) == []


def test_the_same_customer_is_made_once(shop):
    customer_changes.create(shop, [EVA])

    with nothing_changes():
        again = done(*customer_changes.create(shop, [EVA]))

    assert (again.change, again.row.code, again.notes) == ("unchanged", "C00001", ("customer C00001 is there already",))


def test_an_address_belongs_to_one_customer(shop):
    sell(shop)

    with nothing_changes():
        refusal = failed(*create(shop, Person("Another Ann", email="ANN@example.com")))

    assert (refusal.code, refusal.message) == ("customer.exists", "customer C1 has the e-mail address already")
    assert refusal.hint == "shopctl customers show C1"


def test_without_an_address_name_and_phone_tell_customers_apart(shop):
    done(*create(shop, Person("Bo Li", phone="+49 30 1")))

    assert codes(create(shop, Person("Bo Li", phone="+49 30 2"))) == ["created"]
    assert codes(create(shop, Person("bo  li", phone="(+49) 301"))) == ["customer.exists"]


@pytest.mark.parametrize(
    ("person", "code", "told"),
    [
        (Person(), "usage", "a customer needs a name"),
        (Person("x", email="a@b, c@d"), "email.address", "not one plain e-mail address"),
        (Person("x", country="Germany"), "usage", "'Germany' is not a country code"),
        (Person("x", country="D1"), "usage", "'D1' is not a country code"),
        (Person("x", language="deutsch"), "usage", "'deutsch' is not a language code"),
        (Person("x", language="d-DE"), "usage", "is not a language code"),
        (Person("x", vat="DE136695975"), "customer.vat", "'DE136695975' is not a VAT number of DE"),
        (Person("x", vat="136695975", country="DE"), "customer.vat", "is not a VAT number of DE"),
        (Person("x" * 10_001), "usage", "the name has 10001 characters, 10000 are allowed"),
    ],
)
def test_what_cannot_be_kept_is_refused(shop, person, code, told):
    with nothing_changes():
        refusal = failed(*create(shop, person))

    assert refusal.code == code
    assert told in refusal.message


@pytest.mark.parametrize("number", ["DE136695976", "EL094259216", "BE0428759497", "US-12-3456789", "12345"])
def test_vat_numbers_that_are_right_or_unknown_are_kept(shop, number):
    assert done(*create(shop, Person("x", vat=number))).row.vat == number


@pytest.mark.parametrize("language", ["en", "pt-BR", "pt_BR", "fil"])
def test_languages(shop, language):
    assert codes(create(shop, Person("x", language=language))) == ["created"]


def test_an_edit_changes_what_is_named_and_documents_keep_what_they_copied(shop):
    sell(shop, order("S1"))
    bill(shop, "S1")

    outcome = done(
        *edit(shop, "ann@example.com", values={"name": "Ann Jones", "phone": "1", "email": "ann@jones.example"})
    )

    assert (outcome.change, outcome.row.name, outcome.row.email) == ("changed", "Ann Jones", "ann@jones.example")
    assert models.Invoice.get().customer_name == "Ann Smith"
    assert customers.find_customer("ANN@jones.example") == stored("C1").id
    event = models.Event.select().order_by(models.Event.id.desc()).get()
    assert (event.action, event.reference) == ("customer.changed", "C1")
    assert json.loads(event.details) == {"fields": ["name", "email", "phone"]}
    assert wrong(shop) == []


def test_a_repeated_edit_is_unchanged(shop):
    sell(shop)
    wanted = {"values": {"name": "Ann Jones"}, "tags": ("vip",), "marketing": False,
              "addresses": AddressEdits(added=(KIEL,))}  # fmt: skip
    done(*edit(shop, "C1", **wanted))

    with nothing_changes():
        again = done(*edit(shop, "C1", **wanted))

    assert (again.change, again.notes) == ("unchanged", ("customer C1 says so already",))


def test_consent_is_kept_with_its_source_and_moment(shop):
    sell(shop)

    done(*edit(shop, "C1", marketing=False))

    row = stored("C1")
    assert (row.marketing, row.marketing_source, row.marketing_at) == (False, "shell", NOW)


def test_consent_tells_where_it_was_given_and_to_which_words(shop):
    sell(shop)

    done(*edit(shop, "C1", marketing=True, source="fair", text="2026-03"))
    with nothing_changes():
        same = done(*edit(shop, "C1", marketing=True, text="2026-03"))
    later = done(*edit(at(shop, date(2026, 9, 1)), "C1", marketing=True, text="2026-09"))

    row = stored("C1")
    assert (same.change, later.change) == ("unchanged", "changed")
    assert (row.marketing, row.marketing_source, row.marketing_text) == (True, "shell", "2026-09")
    assert row.marketing_at.date() == date(2026, 9, 1)


def test_addresses_are_changed_by_number(shop):
    sell(shop, CustomerRecord("C9", "Carl", addresses=(KIEL, AddressRecord("Dock", kind="shipping"))))

    done(*edit(shop, "C9", addresses=AddressEdits(changed=(SetAddress(1, {"street": "Kai 5"}),), removed=(2,))))

    (details,) = customer_pages.show(shop, ["C9"])
    assert [(one["street"], one["name"]) for one in details.addresses] == [("Kai 5", "")]
    assert codes(edit(shop, "C9", addresses=AddressEdits(removed=(2,)))) == ["customer.address_unknown"]


def test_edits_of_several_do_not_disturb_each_other(shop):
    sell(shop)

    found = edit(shop, "C1", "C404", "c1", "C2", values={"terms": "N30"})

    assert codes(found) == ["changed", "customer.unknown", "unchanged", "changed"]
    assert [stored(code).terms for code in ("C1", "C2")] == ["N30", "N30"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"values": {"email": "bob@example.com"}}, "customer.exists"),
        ({"values": {"name": "", "email": ""}}, "usage"),
        ({"values": {"email": "nobody"}}, "email.address"),
    ],
)
def test_a_refused_edit_changes_nothing(shop, changes, code):
    sell(shop)

    with nothing_changes():
        found = edit(shop, "C1", **changes)

    assert codes(found) == [code]


def test_terms_have_to_exist(shop):
    sell(shop)

    with nothing_changes(), pytest.raises(NotFoundError):
        edit(shop, "C1", values={"terms": "N99"})
    with nothing_changes(), pytest.raises(NotFoundError):
        create(shop, Person("x", terms="N99"))


def test_the_same_address_cannot_be_given_to_two_at_once(shop):
    sell(shop)

    found = edit(shop, "C1", "C2", values={"email": "both@example.com"})

    assert codes(found) == ["changed", "customer.exists"]
    assert customers.code_of("both@example.com") == "C1"
    assert wrong(shop) == []


def test_many_are_stored_with_a_handful_of_statements(shop):
    sell(shop, *(CustomerRecord(f"K{number:03d}", f"Name {number}") for number in range(200)))
    statements = []
    shop.database.query_hooks.append(lambda *told: statements.append(told))

    found = customer_changes.tag(shop, [f"K{number:03d}" for number in range(200)], ("vip",), ())

    shop.database.query_hooks.clear()
    assert codes(found) == ["changed"] * 200
    assert len(statements) < 30


def test_a_note_is_kept_on_the_customer_and_not_in_the_journal(shop):
    sell(shop)

    first = customer_changes.note(shop, ["C1"], "owes me a beer")
    again = customer_changes.note(shop, ["C1"], "owes me a beer")

    assert codes([*first, *again]) == ["changed", "unchanged"]
    assert stored("C1").note == "2026-08-21 anna: owes me a beer"
    assert not any("beer" in event.details for event in models.Event.select())


def test_tags_of_many(shop):
    sell(shop, CustomerRecord("C9", "Carl", tags=("old", "b2b")))

    found = customer_changes.tag(shop, ["C1", "C9"], ("B2B", "new"), ("OLD",))

    assert codes(found) == ["changed", "changed"]
    assert [stored(code).tags for code in ("C1", "C9")] == ["B2B, new", "b2b, new"]
    assert codes(customer_changes.tag(shop, ["C1", "C9"], ("new",), ())) == ["unchanged", "unchanged"]


def test_archived_customers_are_left_out_of_lists_and_go_on_otherwise(shop):
    sell(shop, order("S1"))

    first = done(*customer_changes.archive(shop, ["C1"]))
    listed = [row.code for row in listing.search(CustomerFilter(), asked(shop=shop)).rows]
    again = done(*customer_changes.archive(shop, ["C1"]))

    assert (first.change, first.row.state, again.change) == ("changed", "archived", "unchanged")
    assert listed == ["C2"]
    assert customers.left_out() == {"archived": 1, "merged": 0, "anonymized": 0}
    assert len(bill(shop, "S1")) == 1
    assert codes(customer_changes.archive(shop, ["C1"], archived=False)) == ["changed"]
    assert [row.code for row in listing.search(CustomerFilter(), asked(shop=shop)).rows] == ["C2", "C1"]
    assert customers.left_out() == {"archived": 0, "merged": 0, "anonymized": 0}


def test_an_import_finds_a_customer_under_its_new_address(shop):
    sell(shop)
    done(*edit(shop, "C1", values={"email": "ann@jones.example"}))

    take_in(shop, order("S1", customer=CustomerRecord(name="Ann", email="Ann@Jones.example")))

    assert models.Order.get(number="S1").customer.code == "C1"


@pytest.mark.parametrize(
    ("consent", "kept"),
    [
        (ConsentRecord(True, "form", NOW - timedelta(days=1)), (False, "shell")),
        (ConsentRecord(True, "form", NOW + timedelta(days=1)), (True, "form")),
        (ConsentRecord(True, "form"), (False, "shell")),
        (None, (False, "shell")),
    ],
)
def test_an_import_does_not_undo_what_was_said_later_about_marketing(shop, consent, kept):
    sell(shop)
    done(*edit(shop, "C1", marketing=False))

    found = take_in(shop, CustomerRecord("C1", "Ann Jones", email="ann@example.com", marketing=consent))

    row = stored("C1")
    assert (codes(found), row.name) == (["changed"], "Ann Jones")
    assert (row.marketing, row.marketing_source) == kept


def test_who_may_not_write_customers_is_refused(shop):
    sell(shop)
    reader = replace(shop, actor=Actor("rita", "readonly"))

    with nothing_changes(), pytest.raises(ForbiddenError):
        edit(reader, "C1", values={"name": "x"})
