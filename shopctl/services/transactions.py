"""Find payments again by what their bank or provider calls them; the two together count once."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Final, NamedTuple

from shopctl.db.bulk import among, fetch
from shopctl.db.fields import exact
from shopctl.errors import ConflictError
from shopctl.models import Payment


class Transaction(NamedTuple):
    """A payment that is stored under a provider and its reference."""

    key: int
    number: str
    amount: Decimal
    direction: str
    state: str


Transactions = dict[tuple[str, str], Transaction]
"""Payments by provider and reference."""


_NOT_HERE: Final = {
    "cancelled": (
        "",
        "if the money is here after all, register it with another reference, such as --reference {reference}-2",
    ),
    "pending": ("only announced", "register it without this reference, and it takes the place of {payment}"),
    "authorized": ("only authorized", "shopctl payment capture {payment}"),
}
"""What a payment in another state than `done` is, and what helps then."""


def stored(references: Iterable[str]) -> Transactions:
    """Find the payments that carry these references, whoever their provider is."""
    wanted = sorted({reference for reference in references if reference})
    if not wanted:
        return {}
    condition, values = among(Payment, "reference", wanted)
    found = fetch(
        Payment,
        "SELECT provider, reference, id, number, amount, direction, state FROM payments "  # noqa: S608
        f"WHERE {condition}",
        values,
    )
    return {
        (provider, reference): Transaction(key, number, exact(amount), *rest)
        for provider, reference, key, number, amount, *rest in found
    }


def require_same(reference: str, known: Transaction, amount: Decimal | None, direction: str = "inbound") -> None:
    """Insist that a transaction that is registered is the one that is to be registered.

    Args:
        reference: What the bank or provider calls it.
        amount: How much is to be registered; None for whatever it is.

    Raises:
        ConflictError: Its amount or direction is another one, or its money is not here.
    """
    if known.state != "done":
        told, hint = _NOT_HERE.get(known.state, ("", "shopctl payment show {payment}"))
        raise ConflictError(
            "payment.reference_used",
            f"the transaction {reference} is {known.number}, which is {told or known.state}",
            hint=hint.format(payment=known.number, reference=reference),
            payment=known.number,
        )
    if known.direction != direction:
        way = "came in" if known.direction == "inbound" else "went out"
        raise ConflictError(
            "payment.reference_used",
            f"the transaction {reference} is {known.number}, money that {way}",
            hint=f"shopctl payment show {known.number}",
            payment=known.number,
        )
    if amount is not None and amount != known.amount:
        raise ConflictError(
            "payment.reference_used",
            f"the transaction {reference} is registered already, with {known.amount.normalize():f} instead of "
            f"{amount.normalize():f}",
            hint=f"shopctl payment list --reference {reference}",
            payment=known.number,
        )
