"""The payment code: its text by EPC069-12, and when there is none."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from shopctl.adapters.pdf import epc
from shopctl.domain.documents import BankAccount, InvoiceDocument, Party

BANK = BankAccount("", "DE89 3704 0044 0532 0130 00", "cobadeffxxx", "Commerzbank")
INVOICE = InvoiceDocument(
    number="INV/2026/00031",
    title_kind="invoice",
    state="posted",
    seller=Party("Nordlicht GmbH"),
    buyer=Party("Zoë"),
    ship_to=None,
    customer_code="",
    orders=(),
    issued_on=date(2026, 8, 18),
    due_on=None,
    terms_note="",
    reference="INV/2026/00031",
    currency="EUR",
    lines=(),
    taxes=(),
    amount_untaxed=Decimal(10),
    amount_tax=Decimal(0),
    amount_total=Decimal(10),
    payments=(),
    amount_due=Decimal(10),
    bank=BANK,
)


def test_payload_with_plain_reference() -> None:
    assert epc.payload(INVOICE).split("\n") == [
        "BCD", "002", "1", "SCT", "COBADEFFXXX", "Nordlicht GmbH", "DE89370400440532013000", "EUR10.00", "", "", "INV/2026/00031"
    ]  # fmt: skip


def test_payload_with_creditor_reference() -> None:
    assert epc.payload(replace(INVOICE, reference="RF18539007547034")).split("\n")[8:] == ["", "RF18539007547034"]
    assert epc.payload(replace(INVOICE, reference="RF18 1234 5678 9")).split("\n")[8:] == ["", "RF18123456789"]


def test_payload_without_reference_and_bank_code() -> None:
    bare = replace(INVOICE, reference="", bank=replace(BANK, bic="?", holder="Nordlicht\nHandel"))

    assert epc.payload(bare) == "BCD\n002\n1\nSCT\n\nNordlicht Handel\nDE89370400440532013000\nEUR10.00"


def test_name_is_cut_at_seventy_characters() -> None:
    assert epc.payload(replace(INVOICE, seller=Party("N" * 71))).split("\n")[5] == "N" * 70


@pytest.mark.parametrize("amount", ["0.01", "999999999.99"])
def test_amounts_at_the_limits_have_a_code(amount: str) -> None:
    assert f"EUR{amount}" in epc.payload(replace(INVOICE, amount_due=Decimal(amount)))


@pytest.mark.parametrize(
    "document",
    [
        replace(INVOICE, bank=None),
        replace(INVOICE, state="draft"),
        replace(INVOICE, state="cancelled"),
        replace(INVOICE, title_kind="credit_note"),
        replace(INVOICE, currency="CHF"),
        replace(INVOICE, amount_due=Decimal(0)),
        replace(INVOICE, amount_due=Decimal("-0.01")),
        replace(INVOICE, amount_due=Decimal("1000000000.00")),
        replace(INVOICE, bank=replace(BANK, iban="")),
        replace(INVOICE, bank=replace(BANK, iban="DE89370400440532013001")),
        replace(INVOICE, bank=replace(BANK, iban="TR330006100519786457841326")),
        replace(INVOICE, seller=Party("")),
        replace(INVOICE, reference="R" * 141),
        replace(INVOICE, reference="Ω" * 140),
    ],
)
def test_no_code_if_a_transfer_cannot_be_prepared(document: InvoiceDocument) -> None:
    assert epc.payload(document) == ""


def test_matrix_is_square_and_has_its_finders() -> None:
    cells = epc.matrix(epc.payload(INVOICE))

    assert {len(row) for row in cells} == {len(cells)} == {41}
    assert list(cells[0][:8]) == list(cells[0][-8:][::-1]) == [1, 1, 1, 1, 1, 1, 1, 0]
