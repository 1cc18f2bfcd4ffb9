"""Grant a discount for paying early: what it is on a document, until when it stands, and what it does to the taxes.

Source: rules for money, section 8; settled rules, Money 10.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from shopctl.domain.billing import ZERO, Amounts, TaxShare
from shopctl.domain.money import round_money
from shopctl.domain.terms import EarlyDiscount, Terms


class Grant(NamedTuple):
    """The discount that a document grants, frozen by posting.

    Attributes:
        percent: How much is taken off.
        mode: As in `terms.EarlyDiscount`; empty where nothing is granted.
        amount: What pays the whole document while the discount stands.
        until: The last day of payment on which it does.
    """

    percent: Decimal
    mode: str
    amount: Decimal
    until: date | None


NO_GRANT = Grant(ZERO, "", ZERO, None)


def discount_of(terms: Terms | None) -> EarlyDiscount | None:
    """Tell the discount of payment terms; only a single instalment over everything can have one."""
    if terms is None or terms.early is None or len(terms.lines) > 1:
        return None
    return terms.early if 0 < terms.early.percent < 100 and terms.early.days > 0 else None


def reduced_up_front(terms: Terms | None) -> Decimal:
    """Tell by how many percent the taxes of an order are reduced from the start: only in the mode `mixed`."""
    early = discount_of(terms)
    return early.percent if early and early.mode == "mixed" else ZERO


def grant(terms: Terms | None, amounts: Amounts, fixed: Collection[str], issued_on: date, step: Decimal) -> Grant:
    """Work out what a document grants; in the mode `mixed` its taxes are reduced already.

    Args:
        amounts: The money of the document, tax by tax.
        fixed: Codes of taxes that are an amount per unit; they are never discounted.
        issued_on: The invoice date.
    """
    early = discount_of(terms)
    if early is None:
        return NO_GRANT
    base = amounts.untaxed
    if early.mode == "included":
        base = amounts.total - sum((share.amount for share in amounts.taxes if share.code in fixed), ZERO)
    amount = amounts.total - round_money(base * early.percent / 100, step)
    if not 0 < amount < amounts.total:
        return NO_GRANT
    return Grant(early.percent, early.mode, amount, early.until(issued_on))


def stands(granted: Grant, allocated: Decimal, day: date) -> bool:
    """Tell whether a payment of this day still gets the discount: in time, and nothing was paid before."""
    return granted.until is not None and not allocated and day <= granted.until


def adjustment(granted: Grant, amounts: Amounts, fixed: Collection[str], step: Decimal) -> tuple[TaxShare, ...]:
    """Tell by how much each tax is reduced when the discount is taken; nothing but in the mode `included`.

    Returns:
        The reductions with the bases they belong to; the rest of the discount is untaxed.
    """
    if granted.mode != "included":
        return ()
    taxes = [share for share in amounts.taxes if share.code not in fixed]
    reduced = [round_money(share.amount * granted.percent / 100, step) for share in taxes]
    untaxed = amounts.total - granted.amount - sum(reduced, ZERO)
    return tuple(
        TaxShare(
            share.code,
            untaxed if share.base == amounts.untaxed else round_money(share.base * granted.percent / 100, step),
            amount,
        )
        for share, amount in zip(taxes, reduced, strict=True)
    )
