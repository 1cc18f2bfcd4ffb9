"""Say what money is to be registered, and refuse what cannot be meant."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from shopctl.domain.money import exact_money, with_currency
from shopctl.domain.settlement import Credit
from shopctl.domain.states import PAYMENT_METHODS, WRITE_OFFS
from shopctl.errors import RefusedError, UsageError
from shopctl.shop import Shop


@dataclass(frozen=True)
class Receipt:
    """Money to be registered.

    Attributes:
        reference: An invoice or order; empty when `customer` is given instead.
        amount: How much came; None for all that is due, or
        due: what falls due first (`next`), or is late (`overdue`).
        date: When; None for the day of the call.
        method: One of `states.PAYMENT_METHODS`.
        provider: Who moved it; with `transaction` unique, so a repeat registers nothing.
        transaction: The bank's or provider's own reference.
        customer: Code or e-mail of whom it belongs to, when there is no document.
        currency: Only needed with `customer`; the shop's currency by default.
        further: More invoices that the same payment pays, beside `reference`.
        write_off: Why the difference to what is due is written off, one of `states.WRITE_OFFS`; empty: it stays open.
        keep_open: Leave the difference open even where the amount is that of an early discount.
        fee: What a provider kept of the amount; the customer has paid the whole amount nevertheless.
        line: Key of the line of a statement on which the money was seen.
    """

    reference: str = ""
    amount: Decimal | None = None
    date: date | None = None
    method: str = "wire"
    provider: str = ""
    transaction: str = ""
    memo: str = ""
    customer: str = ""
    currency: str = ""
    further: tuple[str, ...] = ()
    write_off: str = ""
    keep_open: bool = False
    fee: Decimal = Decimal(0)
    line: int | None = None
    due: str = ""

    @property
    def identity(self) -> str:
        """What the receipt is for, as one name."""
        return ", ".join(self.references) if self.further else self.reference or self.customer

    @property
    def references(self) -> tuple[str, ...]:
        """All documents that it names."""
        return (self.reference, *self.further) if self.reference else ()


def nothing_due(receipt: Receipt) -> RefusedError:
    """Say that nothing is left to pay."""
    return RefusedError(
        "payment.nothing_due",
        f"nothing is due on {receipt.identity}, so there is nothing to pay",
        hint="keep the money as a credit of the customer: shopctl payment register --customer CODE --amount A",
    )


def require_method(method: str) -> None:
    """Refuse a way to pay that is not known."""
    if method not in PAYMENT_METHODS:
        raise UsageError(
            "usage", f"'{method}' is not a payment method", hint=f"use one of {', '.join(PAYMENT_METHODS)}"
        )


def check_form(shop: Shop, receipt: Receipt) -> None:
    """Refuse an unknown method or reason, and a day that is still to come."""
    require_method(receipt.method)
    if receipt.write_off and (receipt.write_off not in WRITE_OFFS or receipt.amount is None or not receipt.reference):
        raise _not_written_off(receipt)
    if receipt.due and (receipt.amount is not None or not receipt.reference):
        raise UsageError(
            "usage", "what falls due is the amount for a document that has none", hint="leave --due out, or --amount"
        )
    if receipt.date is not None and receipt.date > shop.today:
        raise RefusedError(
            "payment.date_future",
            f"a payment of {receipt.date} cannot be here on {shop.today}",
            hint="register it when the money has come",
        )


def _not_written_off(receipt: Receipt) -> UsageError:
    if receipt.write_off not in WRITE_OFFS:
        return UsageError(
            "payment.write_off",
            f"'{receipt.write_off}' is not a reason to write off a difference",
            hint=f"use one of {', '.join(WRITE_OFFS)}",
        )
    return UsageError(
        "payment.write_off",
        "only the difference between an amount and what is due on an invoice can be written off",
        hint=f"shopctl payment register INVOICE --amount A --write-off {receipt.write_off}",
    )


def check_amount(amount: Decimal, currency: str) -> None:
    """Refuse an amount of nothing, or with more digits than its currency."""
    if amount <= 0:
        raise RefusedError(
            "payment.amount",
            f"an amount of {with_currency(amount, currency)} is not possible",
            hint="write an amount above 0, or leave --amount out",
        )
    exact_money(amount, currency)


def require_currency(receipt: Receipt, currency: str) -> None:
    """Refuse money in another currency than the document's: they never meet."""
    if receipt.currency and receipt.currency != currency:
        raise RefusedError(
            "payment.currency",
            f"{receipt.reference} is in {currency}, so money in {receipt.currency} cannot pay it",
            hint=f"register what it is worth in {currency}, without --currency",
        )


def credit_available(receipt: Receipt, credit: Credit) -> RefusedError:
    """Say that money of the same order is here already and only has to be used."""
    return RefusedError(
        "payment.credit_available",
        f"{credit.number} of the same order is here and has {with_currency(credit.left, credit.currency)} left, "
        "so nothing was registered",
        hint=f"shopctl payment allocate {receipt.reference}, or name the other money with --amount",
        credit=credit.number,
    )
