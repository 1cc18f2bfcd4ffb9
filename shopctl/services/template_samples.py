"""Make up what every letter may be about, so that a template is tried before it is kept.

There are several samples of each letter: what is paid and what is not, one document and several, with and without what
may be missing. A template that works for all of them works for the shop's documents.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any, Final

from shopctl.config import Config
from shopctl.domain import order_letters as kinds
from shopctl.domain.documents import (
    BankAccount,
    DocumentInstallment,
    EarlyPayment,
    InvoiceDocument,
    OrderDocument,
    OrderedLine,
    OrderInvoice,
    OrderShipment,
    Party,
    ReceiptDocument,
    ReceiptPart,
)
from shopctl.domain.notices import Notice, NoticeItem
from shopctl.domain.order_letters import Progress
from shopctl.services import cart_letters, letters, notice_letters, order_letters, parties, receipt_letters
from shopctl.services.cart_letters import CartAsked, Item, Reader

_ZERO: Final = Decimal(0)
_TOTAL: Final = Decimal("121.00")
_DAY: Final = date(2026, 8, 18)
_DUE: Final = date(2026, 9, 17)
_ACCOUNT: Final = BankAccount("Example Shop", "DE89370400440532013000", "COBADEFFXXX", "Example Bank", "Thank you.")
_LINES: Final = (
    OrderedLine("section", "For the shop", _ZERO, _ZERO),
    OrderedLine("product", "Oak desk", Decimal(2), Decimal("116.00")),
    OrderedLine("shipping", "Delivery", Decimal(1), Decimal("5.00")),
)
_BILL: Final = OrderInvoice("INV/2026/00031", "invoice", _DAY, _DUE, _TOTAL, _TOTAL)
_SENT: Final = OrderShipment("OUT/2026/00004", _DAY, "DHL", "0034", ((Decimal(2), "Oak desk"),))


def of(config: Config, name: str, language: str) -> list[dict[str, Any]]:
    """Make up the values that a template of a letter sees, for each of the samples.

    Args:
        name: One of `letters.NAMES`.
        language: One of `letters.WRITINGS`.
    """
    return list(_MAKERS[name](config, language))


def _orders(config: Config, language: str, *, kind: str) -> Iterator[dict[str, Any]]:
    waiting = _order(config)
    paid = replace(
        waiting,
        paper=replace(waiting.paper, amount_due=_ZERO, reference=""),
        progress=waiting.progress._replace(state="confirmed", paid=_TOTAL, due=_ZERO, delivery_status="partial"),
        invoices=(replace(_BILL, amount_due=_ZERO),),
        shipments=(_SENT,),
    )
    partly = replace(
        waiting,
        progress=waiting.progress._replace(state="confirmed", paid=Decimal("21.00"), billed=True, shipped=True),
        invoices=(_BILL,),
        shipments=(_SENT,),
    )
    cancelled = replace(
        waiting,
        paper=replace(waiting.paper, state="cancelled", amount_due=_ZERO, reference=""),
        progress=waiting.progress._replace(state="cancelled", due=_ZERO),
    )
    found = [cancelled] if kind == kinds.CANCELLATION else [waiting, paid, partly]
    for order in [*found, *([cancelled] if kind == kinds.STATUS else [])]:
        if kind != kinds.REMINDER or order.progress.due:
            yield order_letters.values(order, kind, language, "A word of ours.\nAnd another.")
            yield order_letters.values(_bare(order), kind, language)


def _order(config: Config) -> OrderDocument:
    paper = replace(_paper(config), number="S00042", title_kind="order", orders=(), due_on=None, reference="S00042")
    progress = Progress("sent", _ZERO, _TOTAL, "to_ship", "no", shipped=False, billed=False)
    return OrderDocument(paper, progress, refunded=False, lines=_LINES, invoices=(), shipments=())


def _bare(order: OrderDocument) -> OrderDocument:
    """Take away what may be missing."""
    return replace(order, paper=replace(order.paper, seller=Party(""), buyer=Party(""), bank=None), lines=())


def _paper(config: Config) -> InvoiceDocument:
    seller = parties.seller(config)
    return InvoiceDocument(
        number="INV/2026/00031", title_kind="invoice", state="posted",
        seller=seller if seller.name else Party("Example Shop", ("1 Harbour Road",), vat="DE123456789"),
        buyer=Party("Zoë Müller", ("12 High Street",), "zoe@example.com"), ship_to=None, customer_code="C00001",
        orders=("S00042", "S00043"), issued_on=_DAY, due_on=_DUE, terms_note="", reference="RF18539007547034",
        currency="EUR", lines=(), taxes=(), amount_untaxed=Decimal("100.00"), amount_tax=Decimal("21.00"),
        amount_total=_TOTAL, payments=(), amount_due=_TOTAL, bank=parties.bank(config) or _ACCOUNT,
    )  # fmt: skip


def _invoices(config: Config, language: str) -> Iterator[dict[str, Any]]:
    paper = _paper(config)
    parts = (DocumentInstallment(_DAY, Decimal("21.00")), DocumentInstallment(_DUE, Decimal("100.00")))
    samples = (
        paper,
        replace(paper, early=EarlyPayment(Decimal("118.00"), _DUE), title_kind="down_payment"),
        replace(paper, installments=parts),
        replace(paper, amount_due=_ZERO),
        replace(paper, amount_due=_ZERO, credited=True),
        replace(paper, due_on=_DAY, seller=Party(""), buyer=Party(""), bank=None, orders=(), reference=""),
    )
    return (letters.invoice_values(one, language, "A word of ours.") for one in samples)


def _credit_notes(config: Config, language: str) -> Iterator[dict[str, Any]]:
    note = replace(
        _paper(config), number="RINV/2026/00001", title_kind="credit_note", reverses="INV/2026/00031", reason="returned"
    )
    samples = (note, replace(note, amount_due=Decimal("21.00")), replace(note, reverses="", reason="", orders=()))
    return (letters.invoice_values(one, language, "A word of ours.") for one in samples)


def _notices(config: Config, language: str) -> Iterator[dict[str, Any]]:
    late = NoticeItem(
        "invoice", "INV/2026/00031", _DAY, _DUE, _TOTAL, _TOTAL, 12, "RF18539007547034", 2, False, Decimal("5.00"),
        Decimal("1.20"), "INV/2026/00044",
    )  # fmt: skip
    order = NoticeItem("order", "S00042", _DAY, None, _TOTAL, _TOTAL, 0, "S00042")
    for items in (
        (order,),
        (late._replace(step=1, days_late=-3, fee=_ZERO, interest=_ZERO, charge=""),),
        (late, late._replace(number="INV/2026/00032", days_late=1, reference=""), order),
        (late._replace(step=3, last=True),),
        (order._replace(step=2, last=True), order._replace(step=2, last=True)),
    ):
        yield notice_letters.values(config, Notice("Zoë Müller", language, "EUR", items), language)
    yield notice_letters.values(config, Notice("", language, "USD", (late,)), language)


def _carts(config: Config, language: str) -> Iterator[dict[str, Any]]:
    things = (Item("Oak desk", Decimal(1)), Item("Arc lamp", Decimal(2)))
    link, leave = "https://shop.example.com/cart?id=C-20815", "https://shop.example.com/unsubscribe?t=1"
    for step in (1, 2, 3):
        reader = Reader("Zoë Müller", language)
        yield cart_letters.values(config, CartAsked("C-20815", reader, things, step, 3, link, leave))
    yield cart_letters.values(config, CartAsked("C-20815", Reader("", language), things[:1]))


def _receipts(config: Config, language: str) -> Iterator[dict[str, Any]]:
    paper = _paper(config)
    receipt = ReceiptDocument(
        "PAY/2026/00057", "receipt", paper.seller, paper.buyer, "C00001", "S00042", _DAY, "wire", "T1", "EUR", _TOTAL,
        (ReceiptPart("invoice", "INV/2026/00031", _DAY, _TOTAL), ReceiptPart("unused", "", None, Decimal("9.00"))),
    )  # fmt: skip
    refund = replace(
        receipt, title_kind="refund_receipt", parts=(ReceiptPart("money", "PAY/2026/00056", _DAY, _TOTAL),)
    )
    bare = replace(receipt, seller=Party(""), buyer=Party(""), order="", reference="", parts=())
    return (receipt_letters.values(one, language, "A word of ours.") for one in (receipt, refund, bare))


_MAKERS: Final[dict[str, Callable[[Config, str], Iterator[dict[str, Any]]]]] = {
    **{kind.replace("_", "-"): partial(_orders, kind=kind) for kind in kinds.KINDS},
    "invoice": _invoices,
    "credit-note": _credit_notes,
    "reminder": _notices,
    "cart": _carts,
    "receipt": _receipts,
}
