"""Invoices as paper and letters need them, loaded from the database."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from shopctl.config import Config
from shopctl.domain.documents import (
    BankAccount,
    DocumentInstallment,
    DocumentLine,
    DocumentPayment,
    DocumentTax,
    InvoiceDocument,
    Party,
)
from shopctl.models import Invoice
from shopctl.services import allocating, documents, registering
from shopctl.services.allocating import Choice
from shopctl.services.receipts import Receipt
from tests.services.mail_shop import bill, fill, opened

D = Decimal


@pytest.fixture
def shop(database_url):
    with opened(database_url) as shop:
        fill(shop)
        yield shop


def test_posted_invoice_is_complete(shop):
    bill(shop, "S1")
    registering.register(shop, [Receipt("INV/2026/00001", amount=D("21.50"))])

    assert documents.load(shop, [1]) == {
        1: InvoiceDocument(
            number="INV/2026/00001",
            title_kind="invoice",
            state="posted",
            seller=Party(
                "Northwind Living", ("1 Harbour Road", "20457 Hamburg"), "hello@northwind.example", "+49 40 1",
                "DE123456789",
            ),
            buyer=Party("Zoë Müller", ("12 High Street", "Flat 3", "London SW1A 1AA", "GB"), "zoe@example.org"),
            ship_to=Party("Azure", ("Ann Smith", "5 Main St", "Beverly Hills, CA 90210", "US")),
            customer_code="C1",
            orders=("S1",),
            issued_on=date(2026, 8, 21),
            due_on=date(2026, 9, 20),
            terms_note="",
            reference="INV/2026/00001",
            currency="EUR",
            lines=(DocumentLine("product", "Oak desk", "DESK", D(2), D(50), D(0), ("VAT 21%",), D(100)),),
            taxes=(DocumentTax("VAT 21%", None, D(21)),),
            amount_untaxed=D(100),
            amount_tax=D(21),
            amount_total=D(121),
            payments=(DocumentPayment("PAY/2026/00002", date(2026, 8, 21), D("21.50")),),
            amount_due=D("99.50"),
            installments=(DocumentInstallment(date(2026, 9, 20), D(121)),),
            bank=BankAccount(iban="DE89370400440532013000", bic="COBADEFFXXX"),
            note="Goods stay ours until paid.",
            language="en",
        )
    }  # fmt: skip


def test_domestic_buyer_has_no_country_and_company_goes_before_person(shop):
    bill(shop, "S2")

    document = documents.load(shop, [1])[1]

    assert document.buyer == Party(
        "Möbel Nord", ("Ulf Nord", "Kai 4", "24103 Kiel"), "nord@example.org", "040 2", "DE2"
    )
    assert document.ship_to is None
    assert document.language == "de"
    assert document.payments == (DocumentPayment("PAY/2026/00001", date(2026, 8, 21), D(121)),)
    assert document.amount_due == 0


def test_draft_is_named_by_its_address_and_owes_everything(shop):
    bill(shop, "S2", confirm=False)

    document = documents.load(shop, [1])[1]

    assert (document.number, document.state, document.reference) == ("DRAFT/00001", "draft", "")
    assert (document.issued_on, document.due_on, document.installments) == (None, None, ())
    assert document.amount_due == D(121)


def test_down_payment_and_terms(shop):
    bill(shop, "S4", kind="down_payment", percent=D(30))

    document = documents.load(shop, [1])[1]

    assert document.title_kind == "down_payment"
    assert document.terms_note == "Half now, half later."
    assert document.installments == (
        DocumentInstallment(date(2026, 8, 21), D("18.15")),
        DocumentInstallment(date(2026, 9, 20), D("18.15")),
    )


def test_credit_note_tells_what_it_reverses_and_where_it_was_used(shop):
    bill(shop, "S1", "S4")
    Invoice.update(
        type="credit_note", number="RINV/2026/00001", reference="RINV/2026/00001", reverses=1, terms="HALF"
    ).where(Invoice.id == 2).execute()
    allocating.allocate(shop, ["INV/2026/00001"], Choice(credits=("RINV/2026/00001",), amount=D(100)))

    found = documents.load(shop, [1, 2])

    assert (found[2].title_kind, found[2].reverses, found[2].terms_note) == ("credit_note", "INV/2026/00001", "")
    assert found[2].payments == (DocumentPayment("INV/2026/00001", date(2026, 8, 21), D(100)),)
    assert found[2].amount_due == D(21)
    assert found[1].payments == (DocumentPayment("RINV/2026/00001", date(2026, 8, 21), D(100)),)
    assert found[1].amount_due == D(21)


def test_taken_back_allocation_is_no_payment(shop):
    bill(shop, "S2")
    shop.database.execute_sql("UPDATE allocations SET removed_at = '2026-08-21T10:00:00Z'")

    assert documents.load(shop, [1])[1].payments == ()


def test_shop_without_account_has_none(database_url):
    with opened(database_url, Config()) as shop:
        fill(shop)
        bill(shop, "S1")

        assert documents.load(shop, [1])[1].bank is None


def test_many_documents_take_a_handful_of_queries(shop, monkeypatch):
    bill(shop, "S1", "S2", "S4")
    statements = []
    execute = shop.database.execute_sql
    monkeypatch.setattr(shop.database, "execute_sql", lambda *given: statements.append(given[0]) or execute(*given))

    found = documents.load(shop, [3, 1, 2, 99])

    assert sorted(found) == [1, 2, 3]
    assert len(statements) == 8
