"""Find payments again by what their bank or provider calls them; the two together count once."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

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
        ConflictError: Its amount or direction is another one, or it was cancelled.
    """
    if known.state == "cancelled":
        raise ConflictError(
            "payment.reference_used",
            f"the transaction {reference} was registered as {known.number}, which is cancelled",
            hint="if the money is here after all, register it with another reference, such as "
            f"--reference {reference}-2",
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
