"""Use outstanding credits on invoices: the one that is meant, named ones, or by rank."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from shopctl.domain.money import format_money, with_currency
from shopctl.domain.numbering import draft_key, folded
from shopctl.domain.outcomes import Change, Done, Failed, Outcome
from shopctl.domain.settlement import Credit, Use, only_match, spread
from shopctl.errors import NotFoundError, RefusedError, ShopError, UsageError
from shopctl.models import Invoice
from shopctl.services import credits, settling
from shopctl.services.credits import Open, Pool
from shopctl.services.invoices import InvoiceRow, known, rows, unknown
from shopctl.services.posting import store_uses
from shopctl.services.receipts import check_amount
from shopctl.services.repeats import first_spellings, in_order
from shopctl.services.settling import Settled
from shopctl.shop import Shop, operation


@dataclass(frozen=True)
class Choice:
    """Which credits are to be used.

    Attributes:
        credits: Numbers of payments or credit notes, in this order; empty: the only one that is meant.
        amount: How much at most; None for all that fits.
        auto: Use credits by rank: same order, reference, exact amount, oldest.
        oldest_first: Use all credits, the oldest first.
    """

    credits: tuple[str, ...] = ()
    amount: Decimal | None = None
    auto: bool = False
    oldest_first: bool = False


@operation("payments")
def allocate(shop: Shop, references: Sequence[str], choice: Choice) -> list[Outcome[InvoiceRow]]:
    """Use credits on invoices; a paid invoice is `unchanged`.

    Raises (as outcomes): invoice.unknown, invoice.not_posted, payment.unknown, payment.ambiguous,
    payment.nothing_to_allocate, payment.exceeds_credit, payment.exceeds_residual.
    """
    keys = known(references)
    credits.lock_orders_of(list(keys.values()))
    invoices = credits.open_invoices(list(keys.values()), lock=True)
    pool = Pool(invoices.values(), lock=True)
    first = first_spellings(references, keys.get)
    failed: dict[str, ShopError] = {}
    settled: dict[str, Settled] = {}
    for reference in dict.fromkeys(first.values()):
        try:
            invoice = require_posted(reference, keys, invoices)
            if not invoice.due and choice.amount is None:
                continue
            uses = choose(invoice, pool.candidates(invoice), choice)
        except ShopError as error:
            failed[reference] = error
        else:
            if uses:
                pool.spend(invoice, uses)
                settled[reference] = Settled(invoice, uses)
    store(shop, list(settled.values()))
    found = rows([key for reference, key in keys.items() if reference not in failed], shop.today)
    outcomes: dict[str, Outcome[InvoiceRow]] = {}
    for reference in first.values():
        if reference in failed:
            outcomes[reference] = Failed(reference, failed[reference])
            continue
        change = Change.CHANGED if reference in settled else Change.UNCHANGED
        notes = _notes(settled.get(reference), found[keys[reference]], quiet=choice.auto and len(references) > 1)
        outcomes[reference] = Done(reference, change, found[keys[reference]], notes)
    return in_order(references, first, outcomes)


def _notes(settled: Settled | None, row: InvoiceRow, *, quiet: bool) -> tuple[str, ...]:
    """Say what was used, or why nothing was; over many invoices the latter is no news."""
    if settled is None:
        if quiet:
            return ()
        words = {"paid": "is paid already", "reversed": "is credited already"}
        done = words.get(row.payment_status)
        return (f"{row.address} {done}" if done else f"no credit of the customer fits {row.address}",)
    used = (
        f"allocated {with_currency(use.amount, row.currency)} of {use.credit.number}, which has "
        f"{with_currency(use.credit.left - use.amount, row.currency)} left"
        for use in settled.uses
    )
    return (*used, row.standing)


def require_posted(reference: str, keys: Mapping[str, int], invoices: Mapping[int, Open]) -> Open:
    """Insist that an invoice is posted, so that credits can be used on it.

    Args:
        keys: The keys of those documents that exist, as they were named.
        invoices: The posted invoices among them.

    Raises:
        ShopError: invoice.unknown, invoice.not_posted.
    """
    if reference not in keys:
        raise unknown(reference)
    invoice = invoices.get(keys[reference])
    if invoice is None:
        raise RefusedError(
            "invoice.not_posted",
            f"{reference} is not a posted invoice, so nothing can be allocated to it",
            hint=f"shopctl invoice {'show' if draft_key(reference) is None else 'confirm'} {reference}",
        )
    return invoice


def choose(invoice: Open, found: Sequence[Credit], choice: Choice) -> tuple[Use, ...]:
    """Decide which credits are used on an invoice and how much of each.

    Args:
        invoice: Posted, with something due or an amount asked for.
        found: The credits that may be used, the best first.

    Raises:
        ShopError: Nothing, or too many things, could be meant; or more was asked than there is.
    """
    if choice.amount is not None:
        check_amount(choice.amount, invoice.currency)
    if choice.amount is not None and choice.amount > invoice.due:
        raise RefusedError(
            "payment.exceeds_residual",
            f"{with_currency(choice.amount, invoice.currency)} is more than the "
            f"{with_currency(invoice.due, invoice.currency)} "
            f"still due on {invoice.number}",
            hint="leave --amount out to pay the whole invoice",
            invoice=invoice.number,
            residual=format_money(invoice.due, invoice.currency),
            currency=invoice.currency,
        )
    wanted = invoice.due if choice.amount is None else choice.amount
    chosen = _chosen(invoice, found, choice)
    uses = spread(chosen, wanted)
    used = sum((use.amount for use in uses), Decimal(0))
    if choice.amount is not None and used < choice.amount:
        raise RefusedError(
            "payment.exceeds_credit",
            f"{with_currency(choice.amount, invoice.currency)} is more than the "
            f"{with_currency(used, invoice.currency)} that the credit has left",
            hint=_allocate(invoice, choice, used),
        )
    return uses


def _allocate(invoice: Open, choice: Choice, amount: Decimal) -> str:
    named = "".join(f" --credit {credit}" for credit in choice.credits)
    return f"shopctl payment allocate {invoice.number}{named} --amount {format_money(amount, invoice.currency)}"


def _chosen(invoice: Open, found: Sequence[Credit], choice: Choice) -> Sequence[Credit]:
    if choice.credits:
        by_number = {credit.number: credit for credit in found}
        return list(dict.fromkeys(_named(invoice, by_number, number) for number in choice.credits))
    if choice.auto:
        return found
    if choice.oldest_first:
        return sorted(found, key=lambda credit: (credit.date, credit.number))
    if not found:
        raise RefusedError(
            "payment.nothing_to_allocate",
            f"there is no outstanding credit that could pay {invoice.number}",
            hint=f"shopctl payment register {invoice.number}",
            invoice=invoice.number,
        )
    only = only_match(found, invoice.orders, invoice.due)
    if only is None:
        listed = ", ".join(f"{credit.number} ({with_currency(credit.left, credit.currency)})" for credit in found[:10])
        raise UsageError(
            "payment.ambiguous",
            f"{invoice.number} could be paid by {listed}; none of them is the only exact match",
            hint=f"shopctl payment allocate {invoice.number} --credit {found[0].number}, or --auto",
            candidates=[credit.number for credit in found],
        )
    return [only]


def _named(invoice: Open, found: dict[str, Credit], number: str) -> Credit:
    credit = found.get(folded(number)) or found.get(folded(number).replace("-", "/"))
    if credit is None:
        raise NotFoundError(
            "payment.unknown",
            f"{number} is not an outstanding credit that could pay {invoice.number}",
            hint=f"shopctl payment outstanding, or shopctl invoice show {invoice.number}",
            payment=number,
        )
    return credit


def store(shop: Shop, settled: Sequence[Settled]) -> None:
    """Step: write allocations, and every counter that they move."""
    settling.count_on_invoices(settled)
    store_uses(shop, [(item.invoice.key, item.invoice.number, use) for item in settled for use in item.uses])
    settling.count_on_orders(settling.moved_between_orders(settled))


def open_numbers() -> list[str]:
    """List every posted invoice with something due, the oldest due date first."""
    query: Any = Invoice.select(Invoice.number).where(
        (Invoice.state == "posted") & (Invoice.allocated < Invoice.amount_total) & (Invoice.type == "invoice")
    )
    return [number for (number,) in query.order_by(Invoice.due_date, Invoice.number).tuples()]
