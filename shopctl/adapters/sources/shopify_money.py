"""Tell what the money columns of a Shopify order show: payments, refunds, printed totals, and what contradicts itself.

Contradictions become remarks, one sentence each with its figures; nothing is mended.
Source: docs ECOSYSTEM.md section 1.1 (exceptions seen in real exports).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Final

from shopctl.adapters.sources.shopify_heads import Figures, Head
from shopctl.adapters.sources.shopify_lines import Basket
from shopctl.adapters.sources.shopify_taxes import Printed, Taxation
from shopctl.domain.records import ZERO, PaymentRecord, PaymentState, SourceTotals

_SETTLED: Final = frozenset({"paid", "partially_refunded", "refunded"})
_METHODS: Final = (
    ("cod", r"\bcod\b|cash[ _-]on[ _-]delivery"),
    ("paypal", r"paypal"),
    ("wire", r"\bbank|\beft\b|\bwire\b|transfer|deposit|\bcustom\b|\bmanual\b|\binvoice\b"),
    ("cash", r"\bcash\b"),
    ("card", r"card|shopify|shop pay|stripe|paygate|payfast|adyen|braintree|authorize|square|worldpay|mollie|visa"),
)


@lru_cache(maxsize=1000)
def method(gateway: str) -> str:
    """Map the name of a gateway to a way of paying: card, paypal, wire, cod, cash or other."""
    name = gateway.casefold()
    return next((way for way, pattern in _METHODS if re.search(pattern, name.replace("_", " "))), "other")


@lru_cache(maxsize=1000)
def provider(gateway: str) -> str:
    """Make a short name of a gateway, as in shopify-payments."""
    return re.sub(r"[^a-z0-9]+", "-", gateway.casefold()).strip("-") or "shopify"


def payments(
    head: Head, figures: Figures, at: datetime | None, refunded_at: datetime | None, *, cancelled: bool
) -> tuple[PaymentRecord, ...]:
    """Tell what was paid, is promised or went back; nothing where the file shows no money."""
    status, total = head.financial_status, figures.total
    if status in _SETTLED:
        state: PaymentState = "done"
        amount = ZERO if _unpaid_though_paid(head, figures) else total
    elif status == "partially_paid":
        state = "done"
        amount = total - figures.outstanding if figures.outstanding is not None else ZERO
    elif status == "authorized":
        state, amount = "authorized", total
    elif status == "pending" and not cancelled:
        state, amount, at = "pending", total, None
    else:
        return ()
    way = method(head.gateway) if head.gateway or state != "pending" else "wire"
    source = provider(head.gateway)
    reference = head.payment_reference or head.payment_id or f"shopify:{head.id or head.name}"
    made = []
    if amount > 0:
        made.append(PaymentRecord(source, reference, way, amount, head.currency, state, at))
    if figures.refunded > 0:
        made.append(
            PaymentRecord(source, f"{reference}-refund", way, figures.refunded, head.currency, "refunded", refunded_at)
        )
    return tuple(made)


def _unpaid_though_paid(head: Head, figures: Figures) -> bool:
    return head.financial_status == "paid" and figures.total > 0 and figures.outstanding == figures.total


def source_totals(head: Head, figures: Figures) -> SourceTotals:
    """Keep what the file prints about an order."""
    total, outstanding = figures.total, figures.outstanding
    paid: Decimal | None = total if head.financial_status in _SETTLED else ZERO
    if head.financial_status == "partially_paid":
        paid = None if outstanding is None else total - outstanding
    return SourceTotals(
        total - figures.taxes,
        figures.taxes,
        total,
        paid,
        figures.refunded,
        figures.shipping,
        figures.discount,
        outstanding,
        head.financial_status,
        head.fulfillment_status,
    )


def remarks(
    head: Head, figures: Figures, bought: Basket, printed: Sequence[Printed], taxed: Taxation
) -> tuple[str, ...]:
    """Say what contradicts itself or needs attention in an order, a sentence each."""
    money_plain = head.financial_status == "paid" and not figures.outstanding and not figures.refunded
    about_money = () if money_plain and " + " not in head.gateway else tuple(_about_money(head, figures))
    beyond = figures.total - figures.subtotal - bought.net_shipping - bought.tips
    listed = printed[0].value if len(printed) == 1 else sum((tax.value for tax in printed), ZERO)
    sums_plain = not bought.tips and bought.net_goods == figures.subtotal and listed == figures.taxes
    if sums_plain and (not beyond or beyond == figures.taxes) and not taxed.difference:
        return about_money
    return (*about_money, *_about_sums(figures, bought, printed, taxed, listed, beyond))


def _about_money(head: Head, figures: Figures) -> Iterator[str]:
    status, total, outstanding, refunded = head.financial_status, figures.total, figures.outstanding, figures.refunded
    if outstanding and status in _SETTLED:
        if outstanding == total and status == "paid":
            yield f"the status is paid, but the outstanding balance is the whole total {total}: no payment imported"
        else:
            yield f"the status is {status}, but the outstanding balance is {outstanding} of a total of {total}"
    elif status == "partially_paid" and (outstanding is None or not ZERO < outstanding < total):
        told = "not told" if outstanding is None else f"{outstanding} of a total of {total}"
        yield f"the status is partially_paid, but the outstanding balance is {told}"
    elif status == "pending" and outstanding is not None and outstanding != total:
        yield f"the status is pending, but the outstanding balance is {outstanding} of a total of {total}"
    if refunded or "refunded" in status:
        yield from _about_refund(status, total, refunded)
    if " + " in head.gateway:
        yield f"paid with {head.gateway}: one payment of {total} imported, how it was split is unknown"


def _about_refund(status: str, total: Decimal, refunded: Decimal) -> Iterator[str]:
    if status == "refunded" and refunded != total:
        yield f"the status is refunded, but {refunded} of {total} went back"
    elif status == "partially_refunded" and not ZERO < refunded < total:
        yield f"the status is partially_refunded, but {refunded} of {total} went back"
    elif "refunded" not in status:
        yield f"{refunded} of {total} went back, but the status is {status or 'empty'}"
    else:
        yield f"{refunded} of {total} was refunded"


def _about_sums(
    figures: Figures, bought: Basket, printed: Sequence[Printed], taxed: Taxation, listed: Decimal, beyond: Decimal
) -> Iterator[str]:
    tips = bought.tips
    if tips:
        yield f"a tip of {tips} is in the total, but not in the subtotal"
    if bought.net_goods != figures.subtotal:
        yield f"the subtotal is {figures.subtotal}, but the lines less discounts come to {bought.net_goods}"
    if listed != figures.taxes:
        yield f"the taxes are {figures.taxes}, but the single taxes come to {listed}"
    if beyond and beyond != figures.taxes:
        parts = f"subtotal {figures.subtotal}, shipping {bought.net_shipping}, taxes {figures.taxes}"
        parts += f", tips {tips}" if tips else ""
        yield f"the total is {figures.total}, but its parts do not add up to it: {parts}"
    if taxed.difference:
        names = ", ".join(f"{tax.name} {tax.value}" for tax in printed)
        yield f"the printed taxes ({names}) do not follow from the lines: {taxed.difference} off at best"
