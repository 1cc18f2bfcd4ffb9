"""Hand out what is kept about a person, and erase it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from shopctl import models
from shopctl.domain.outcomes import Done
from shopctl.domain.records import AddressRecord, CartRecord, ConsentRecord, CustomerRecord
from shopctl.errors import ConflictError, NotFoundError
from shopctl.services import (
    assigning,
    closing,
    customer_changes,
    customer_pages,
    customers,
    exporting,
    invoicing,
    mailing,
    merging,
    personal_copy,
    personal_data,
    recovery,
    registering,
    shipping,
    suppressing,
)
from shopctl.services.assigning import Chosen
from shopctl.services.customer_changes import Edit
from shopctl.services.deciding import Request
from shopctl.services.listing import customers as listing
from shopctl.services.listing.customers import CustomerFilter
from shopctl.services.receipts import Receipt
from shopctl.services.shipping import Shipment
from tests.support.shop import (
    BASICS,
    asked,
    bank_line,
    bill,
    codes,
    done,
    dump,
    failed,
    journal,
    line,
    nothing_changes,
    order,
    payment,
    sell,
    take_in,
    wrong,
)
from tests.support.shops import NOW

D = Decimal
SECRETS = ("Zebulon", "Quixote", "zq@hidden.example", "Hemlock Lane", "0999 1", "GB980780684", "secretive", "whisper")
ADDRESS = AddressRecord("Zebulon Quixote", street="Hemlock Lane 3", city="Bath", country="GB")
PERSON = CustomerRecord(
    "C9", "Zebulon Quixote", "Quixote Ltd", "zq@hidden.example", "0999 1", "GB980780684", "en", ("secretive",), "N30",
    ConsentRecord(True, "form", NOW, "2026-03"), "whisper", (ADDRESS,),
)  # fmt: skip
ORDER = order(
    "S1", line(100, 1, delivered=D(1)), customer="C9", billing=ADDRESS, shipping=ADDRESS, note="whisper at the door",
    payments=(payment("t1", 100),), source="shopify", external_id="7",
)  # fmt: skip


def erase(shop, *references):
    return personal_data.anonymize(shop, list(references))


def finished(shop, **changes):
    """Sell to C9, bill, deliver and write a letter about it."""
    sell(shop, PERSON, ORDER._replace(**changes))
    (number,) = bill(shop, "S1")
    done(*mailing.send_invoices(shop, [number], message="Dear Zebulon"))
    models.Email.update(state="sent", reply="250 for zq@hidden.example", sent_at=shop.now).execute()
    return number


def mentions(*but):
    """Name the tables in which something still tells who the person is."""
    return sorted(
        {table for table, rows in dump().items() if table not in but for row in rows
         if any(secret.casefold() in str(row).casefold() for secret in SECRETS)}
    )  # fmt: skip


def test_nothing_but_the_posted_document_tells_who_it_was(shop):
    number = finished(shop)
    paper = models.Invoice.select().dicts().get()

    outcome = done(*erase(shop, "zq@hidden.example"))

    assert (outcome.change, outcome.row.code, outcome.row.name, outcome.row.state) == (
        "changed", "C9", "", "anonymized",
    )  # fmt: skip
    assert mentions() == ["invoices"]
    assert models.Invoice.select().dicts().get() == paper
    assert (paper["number"], paper["customer_name"]) == (number, "Quixote Ltd")
    (details,) = customer_pages.show(shop, ["C9"])
    assert (details.customer.state, details.anonymized_at, details.addresses, details.customer.orders) == (
        "anonymized", NOW, (), 1,
    )  # fmt: skip
    assert [row.code for row in listing.search(CustomerFilter(), asked(shop=shop)).rows] == ["C2", "C1"]
    assert customers.left_out() == {"archived": 0, "merged": 0, "anonymized": 1}
    assert journal()[-1] == ("customer.anonymized", "C9")
    with pytest.raises(NotFoundError):
        customers.find_customer("zq@hidden.example")
    assert wrong(shop) == []


def test_a_repeat_is_unchanged(shop):
    finished(shop)
    done(*erase(shop, "C9"))

    with nothing_changes():
        again = done(*erase(shop, "C9"))

    assert (again.change, again.notes) == ("unchanged", ("the personal data of C9 are erased already",))


def test_those_that_were_merged_into_it_are_erased_as_well(shop):
    finished(shop)
    done(*merging.merge(shop, ["C9"], "C1"))
    done(*customer_changes.edit(shop, ["C1"], Edit({"name": "Quixote"})))

    done(*erase(shop, "C1"))

    assert mentions() == ["invoices"]
    assert customers.code_of("C9") == "C1"


def test_letters_that_wait_are_never_sent(shop):
    sell(shop, PERSON, ORDER)
    (number,) = bill(shop, "S1")
    done(*mailing.send_invoices(shop, [number]))

    done(*erase(shop, "C9"))

    letter = models.Email.get()
    assert (letter.state, letter.recipient, letter.text, letter.document) == ("cancelled", "", "", number)


def test_replies_of_servers_are_erased_too(shop):
    finished(shop)
    letter = models.Email.get()
    models.Email.update(refused="copy@hidden.example: 550 no").execute()
    models.EmailAttempt.create(email=letter, at=shop.now, state="queued", reply="450 zq@hidden.example: busy")

    done(*erase(shop, "C9"))

    assert models.Email.get().refused == ""
    assert [(one.state, one.reply) for one in models.EmailAttempt] == [("queued", models.Email.get().reply)]


def test_a_letter_on_its_way_has_to_arrive_first(shop):
    finished(shop)
    models.Email.update(state="sending").execute()

    with nothing_changes():
        refusal = failed(*erase(shop, "C9"))

    assert refusal.code == "customer.in_use"
    assert "a letter about INV/2026/00001 is being sent" in refusal.message


@pytest.mark.parametrize(
    ("changes", "work", "told"),
    [
        ({"state": "sent"}, None, "order S1 is not finished; PAY/2026/00001 is not used up"),
        ({}, None, "order S1 is not finished; PAY/2026/00001 is not used up"),
        ({"lines": (line(100),)}, "bill", "order S1 is not finished"),
        ({"payments": ()}, "bill", "INV/2026/00001 is not paid"),
        ({}, "draft", "DRAFT/00001 is a draft; PAY/2026/00001 is not used up"),
        ({"payments": (payment("t1", 130),)}, "bill", "PAY/2026/00001 is not used up"),
        ({"payments": (payment("t1", 100), payment("t2", 5, state="pending"))}, "bill", "PAY/2026/00002 is not used"),
    ],
)
def test_what_is_not_finished_keeps_the_data(shop, changes, work, told):
    sell(shop, PERSON, ORDER._replace(**changes))
    if work:
        invoicing.create(shop, ["S1"], Request(confirm=work == "bill"))

    with nothing_changes():
        refusal = failed(*erase(shop, "C9"))

    assert refusal.code == "customer.in_use"
    assert refusal.message.startswith("customer C9 cannot be anonymised: ")
    assert told in refusal.message


def test_a_closed_order_is_finished(shop):
    sell(shop, PERSON, ORDER._replace(lines=(line(100, 2, policy="delivered"),)))
    shipping.deliver(shop, ["S1"], Shipment(lines=(shipping.LineQuantity(1, D(1)),), note="left with Zebulon"))
    bill(shop, "S1")
    closing.close(shop, ["S1"], "sold out")

    assert codes(erase(shop, "C9")) == ["changed"]
    assert mentions() == ["invoices"]


def test_neighbours_are_not_disturbed(shop):
    finished(shop)
    sell(shop, order("S2"))

    found = erase(shop, "C1", "C9", "C404", "c9")

    assert codes(found) == ["customer.in_use", "changed", "customer.unknown", "unchanged"]
    assert models.Customer.get(code="C1").name == "Ann Smith"


def test_nothing_can_be_changed_afterwards(shop):
    finished(shop)
    done(*erase(shop, "C9"))

    with nothing_changes():
        assert codes(customer_changes.edit(shop, ["C9"], Edit({"name": "x"}))) == ["customer.anonymized"]
        assert codes(customer_changes.note(shop, ["C9"], "x")) == ["customer.anonymized"]
        assert codes(customer_changes.archive(shop, ["C9"])) == ["customer.anonymized"]


def test_an_import_does_not_bring_the_data_back(shop):
    cart = CartRecord(
        "K1", customer=PERSON._replace(code=""), created_at=NOW - timedelta(days=2), currency="EUR", lines=(line(),)
    )
    inline = ORDER._replace(customer=PERSON._replace(code=""))
    sell(shop, PERSON, inline, cart)
    bill(shop, "S1")
    done(*erase(shop, "C9"))

    again = take_in(shop, PERSON, inline, inline._replace(number="S1", note="whisper once more"), cart)

    assert mentions() == ["invoices"]
    assert models.Customer.select().count() == 3
    assert codes(again)[0] == "unchanged"
    assert models.Order.get(number="S1").customer.code == models.Cart.get().customer.code == "C9"


def test_a_new_order_makes_a_new_customer(shop):
    finished(shop)
    done(*erase(shop, "C9"))

    take_in(shop, order("S2", customer=PERSON._replace(code="")))

    assert models.Order.get(number="S2").customer.code == "C00010"


def test_a_stored_answer_is_forgotten(shop):
    keyed = replace(shop, key="k1", command="customers edit")
    sell(shop, PERSON)
    edit = Edit({"phone": "0999 2"})
    done(*customer_changes.edit(keyed, ["C9"], edit))
    done(*erase(shop, "C9"))

    with pytest.raises(ConflictError) as refused:
        customer_changes.edit(keyed, ["C9"], edit)

    assert refused.value.code == "idempotency.mismatch"
    assert "erased with a person's data" in refused.value.message
    assert mentions() == []


def test_an_address_in_the_name_of_an_answer_is_forgotten(shop):
    keyed = replace(shop, key="k1", command="customers edit")
    sell(shop, PERSON)
    edit = Edit({"phone": "0999 2"})
    done(*customer_changes.edit(keyed, ["ZQ@hidden.example"], edit))

    done(*erase(shop, "C9"))

    assert mentions() == []
    with pytest.raises(ConflictError):
        customer_changes.edit(keyed, ["ZQ@hidden.example"], edit)


def test_money_of_a_customer_does_not_name_them_in_the_journal(shop):
    sell(shop, PERSON)

    done(*registering.register(shop, [Receipt(customer="zq@hidden.example", amount=D(5))]))

    assert mentions("customers", "addresses", "operations", "search_words") == []


def test_an_export_keeps_the_code_and_nothing_else(shop):
    finished(shop)
    done(*erase(shop, "C9"))

    records = list(exporting.records())

    assert CustomerRecord("C9") in records
    assert not any(secret in repr(records) for secret in SECRETS)


def test_a_copy_holds_everything(shop):
    finished(shop)
    sell(
        shop, PERSON,
        CartRecord("K1", customer="C9", created_at=NOW, currency="EUR", lines=(line(9, 2),)),
    )  # fmt: skip
    shipping.deliver(shop, ["S1"], Shipment(note="at the door"))

    found = personal_copy.copy("zq@hidden.example")

    assert list(found) == [
        "identity", "addresses", "consents", "suppressions", "orders", "carts", "invoices", "payments", "accounts",
        "transfers", "deliveries", "letters", "reminders", "journal",
    ]  # fmt: skip
    assert found["identity"] == {
        "code": "C9", "name": "Zebulon Quixote", "company": "Quixote Ltd", "email": "zq@hidden.example",
        "phone": "0999 1", "vat": "GB980780684", "language": "en", "country": "GB", "terms": "N30", "note": "whisper",
        "tags": ["secretive"], "created_at": "2026-08-21T09:14:03Z", "archived": False, "anonymized_at": None,
        "merged": [],
    }  # fmt: skip
    assert found["addresses"][0]["street"] == "Hemlock Lane 3"
    assert found["consents"] == [
        {"purpose": "marketing", "given": True, "source": "form", "at": "2026-08-21T09:14:03Z", "text": "2026-03"}
    ]
    (one,) = found["orders"]
    assert (one["number"], one["note"], one["amount_total"], one["billing"]["city"], one["lines"][0]["quantity"]) == (
        "S1", "whisper at the door", "100.00", "Bath", "1",
    )  # fmt: skip
    assert [(cart["number"], cart["lines"][0]["quantity"]) for cart in found["carts"]] == [("K1", "2")]
    assert [(paper["number"], paper["customer_name"], paper["amount_total"]) for paper in found["invoices"]] == [
        ("INV/2026/00001", "Quixote Ltd", "100.00")
    ]
    assert [(money["number"], money["amount"]) for money in found["payments"]] == [("PAY/2026/00001", "100.00")]
    assert [letter["recipient"] for letter in found["letters"]] == ["zq@hidden.example"]
    assert "Dear Zebulon" in found["letters"][0]["text"]
    assert [entry["action"] for entry in found["journal"]] == [
        "customer.created", "order.imported", "payment.allocated", "invoice.posted", "email.queued", "cart.created",
    ]  # fmt: skip


def test_who_wants_no_letters_gets_none_also_after_they_are_forgotten(shop):
    sell(shop, PERSON, CartRecord("K1", customer="C9", created_at=NOW, last_activity_at=NOW - timedelta(days=1),
                                  currency="EUR", lines=(line(9, 2),)))  # fmt: skip
    done(*recovery.remind(shop, ["K1"]))
    done(*suppressing.add(shop, ["ZQ@hidden.example"], "marketing", "a letter of Zebulon"))

    found = personal_copy.copy("C9")
    done(*erase(shop, "C9"))

    assert [(one["scope"], one["address"], one["source"]) for one in found["suppressions"]] == [
        ("marketing", "zq@hidden.example", "a letter of Zebulon")
    ]
    assert [(one["document"], one["step"], one["basis"]) for one in found["reminders"]] == [("K1", 1, "consent")]
    assert not any(secret in repr(dump()) for secret in SECRETS)
    assert suppressing.scopes(["zq@hidden.example"]) == {"zq@hidden.example": {"marketing"}}
    take_in(shop, CustomerRecord("C10", email="zq@hidden.example", marketing=ConsentRecord(consent=True)),
            CartRecord("K2", customer="C10", created_at=NOW, last_activity_at=NOW - timedelta(days=1),
                       currency="EUR", lines=(line(9, 2),)))  # fmt: skip
    assert done(*recovery.remind(shop, ["K2"])).row.skip_reason == "suppressed"


def test_the_account_that_a_customer_paid_from_is_told_and_forgotten(shop):
    sell(shop, PERSON, order("S1", line(100), customer="C9"))
    bill(shop, "S1")
    bank_line(100, text="INV/2026/00001", name="Zebulon Quixote", iban="GB33BUKB20201555555555")
    done(*assigning.assign(shop, [Chosen("LINE/00001", ("INV/2026/00001",), None)]))

    found = personal_copy.copy("C9")

    assert found["accounts"] == [{"iban": "GB33BUKB20201555555555", "learned_at": "2026-08-21T09:14:03Z"}]
    assert [(one["date"], one["amount"], one["iban"], one["text"]) for one in found["transfers"]] == [
        ("2026-08-21", "100.00", "GB33BUKB20201555555555", "INV/2026/00001")
    ]
    models.Order.update(delivery_status="shipped").execute()
    done(*erase(shop, "C9"))
    assert models.KnownAccount.select().count() == 0
    # The statement of the bank belongs to the books.
    assert models.BankLine.get().name == "Zebulon Quixote"


def test_a_copy_of_nobody_is_refused(shop):
    with pytest.raises(NotFoundError):
        personal_copy.copy("C404")


def test_a_copy_of_somebody_new_is_short(shop):
    for outcome in take_in(shop, *BASICS):
        assert isinstance(outcome, Done)

    found = personal_copy.copy("C1")

    assert (found["consents"], found["orders"], found["letters"]) == ([], [], [])
