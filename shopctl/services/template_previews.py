"""Write a letter about a document of the shop for looking at it; nothing is queued."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from functools import partial
from typing import Any, Final, NamedTuple

from shopctl.db.bulk import fetch
from shopctl.domain import order_letters as kinds
from shopctl.domain.documents import InvoiceDocument
from shopctl.domain.notices import Notice, NoticeItem
from shopctl.domain.numbering import folded
from shopctl.domain.reminding import Debtor, Demand
from shopctl.errors import RefusedError, ShopError
from shopctl.models import Cart, CartLine, Customer
from shopctl.services import (
    acknowledging,
    carts,
    customers,
    documents,
    order_documents,
    own_templates,
    reminder_facts,
    template_samples,
)
from shopctl.services.cart_letters import CartAsked, Item, cart_letter, reader_of
from shopctl.services.letters import Letter, invoice_letter, language_of, rendered
from shopctl.services.notice_letters import notice_letter
from shopctl.services.order_letters import order_letter
from shopctl.services.orders import known_numbers, stored_numbers, unknown
from shopctl.services.receipt_letters import receipt_letter
from shopctl.shop import Shop


class Preview(NamedTuple):
    """A letter as it would be written.

    Attributes:
        own: The parts for which the shop has its own words.
        trouble: Why some of these were not used.
    """

    name: str
    document: str
    language: str
    own: tuple[str, ...]
    trouble: str
    subject: str
    text: str
    html: str


class Wish(NamedTuple):
    """How a letter is looked at: in another language than the customer's, as another step of a cart or reminder."""

    language: str = ""
    step: int = 1


def preview(shop: Shop, name: str, number: str, wish: Wish) -> Preview:
    """Write a letter about a document: an order, an invoice, a credit note, a cart, a payment, or a customer.

    Args:
        number: Empty for a document that is made up.

    Raises:
        NotFoundError: There is no such document.
        RefusedError: The letter would not be true of it, or is about other documents.
    """
    document, language, letter = _MAKERS[name](shop, number, wish) if number else _sample(shop, name, wish)
    written = language_of(language)
    own = tuple(part for part in ("text", "html") if own_templates.source(name, written, part))
    return Preview(name, document, written, own, letter.trouble, letter.subject, letter.text, letter.html)


Written = tuple[str, str, Letter]
"""The number of the document, the language, and the letter."""


def _sample(shop: Shop, name: str, wish: Wish) -> Written:
    language = language_of((wish.language or shop.config.shop.language)[:2].lower())
    values = template_samples.of(shop.config, name, language)[0]
    return "sample", language, rendered(name, language, values)


def _order(shop: Shop, number: str, wish: Wish, *, kind: str) -> Written:
    stored = stored_numbers([number])[number]
    keys = known_numbers([stored])
    if stored not in keys:
        raise unknown(number)
    order = order_documents.load(shop, [keys[stored]])[keys[stored]]
    kinds.require(kind, stored, order.progress)
    language = wish.language or order.paper.language
    return stored, language, order_letter(order, kind, language=language)


def _invoice(shop: Shop, number: str, wish: Wish, *, credit: bool) -> Written:
    document = _sound(documents.papers(shop, [number], only_credit_notes=credit)[number])
    if not credit and document.title_kind == "credit_note":
        raise RefusedError(
            "invoice.not_an_invoice", f"{number} is a credit note",
            hint=f"shopctl email templates preview credit-note --for {number}",
        )  # fmt: skip
    language = wish.language or document.language
    return document.number, language, invoice_letter(replace(document, language=language))


def _receipt(shop: Shop, number: str, wish: Wish) -> Written:
    found = acknowledging.papers(shop, [number])[number]
    if isinstance(found, ShopError):
        raise found
    language = wish.language or found.language
    return found.number, language, receipt_letter(replace(found, language=language))


def _cart(shop: Shop, number: str, wish: Wish) -> Written:
    query: Any = Cart.select(Cart.id, Cart.number, Customer.name, Customer.company, Customer.language)
    found = query.left_outer_join(Customer).where(Cart.number == folded(number)).tuples().first()
    if found is None:
        raise carts.unknown(number)
    key, stored, name, company, language = found
    lines: Any = CartLine.select(CartLine.description, CartLine.sku, CartLine.quantity)
    goods = lines.where((CartLine.cart == key) & (CartLine.kind == "product")).order_by(CartLine.position)
    items = [Item(description or sku, Decimal(quantity)) for description, sku, quantity in goods.tuples()]
    reader = reader_of(name or company or "", wish.language or language or "", shop.config)
    link = shop.config.carts.link.replace("{cart}", stored).replace("{token}", "TOKEN")
    leave = shop.config.email.unsubscribe.link.replace("{token}", "TOKEN")
    steps = max(len(shop.config.carts.steps), wish.step)
    basis = carts.rows(shop, [key])[key].basis
    asked = CartAsked(stored, reader, items, wish.step, steps, link, leave, basis)
    return stored, reader.language, cart_letter(shop.config, asked)


def _reminder(shop: Shop, number: str, wish: Wish) -> Written:
    debtor, demands = _owed(shop, number)
    if not demands:
        raise RefusedError(
            "payment.nothing_due", f"no order or invoice of {number} is open, so there is nothing to remind of",
            hint=f"shopctl reminder list --due --skipped --customer {number}",
        )  # fmt: skip
    language = wish.language or debtor.language
    items = tuple(_item(shop, one, wish.step) for one in demands)
    notice = Notice(debtor.name, language, demands[0].currency, items)
    return number, language or shop.config.shop.language[:2].lower(), notice_letter(shop.config, notice)


def _owed(shop: Shop, number: str) -> tuple[Debtor, list[Demand]]:
    """Load what a customer may be asked for, in the currency of what is due first."""
    found = fetch(Customer, "SELECT id FROM customers WHERE code = ?", (folded(number),))
    if not found:
        raise customers.unknown(number)
    ((debtor, demands),) = reminder_facts.load(shop, [found[0][0]])
    asked = [one for one in demands if one.parts and not one.obstacle]
    asked.sort(key=lambda one: (one.due_on, one.number))
    return debtor, [one for one in asked if one.currency == asked[0].currency]


def _item(shop: Shop, one: Demand, step: int) -> NoticeItem:
    order, today = one.kind == "order", shop.today
    steps = shop.config.reminders.orders if order else shop.config.reminders.invoices
    return NoticeItem(
        one.kind, one.number, one.issued_on, None if order else one.due_on, one.total, one.due(today),
        0 if order else one.days_late(today), one.reference, step, step >= max(len(steps), 1),
    )  # fmt: skip


def _sound(found: InvoiceDocument | ShopError) -> InvoiceDocument:
    if isinstance(found, ShopError):
        raise found
    return found


_MAKERS: Final[dict[str, Callable[[Shop, str, Wish], Written]]] = {
    **{kind.replace("_", "-"): partial(_order, kind=kind) for kind in kinds.KINDS},
    "invoice": partial(_invoice, credit=False),
    "credit-note": partial(_invoice, credit=True),
    "receipt": _receipt,
    "cart": _cart,
    "reminder": _reminder,
}
