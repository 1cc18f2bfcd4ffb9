"""Take credits back from the documents they were used on; what was once allocated stays in the books as removed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from shopctl.db.bulk import among, change_rows, fetch
from shopctl.db.fields import exact, stamp, units
from shopctl.domain.money import with_currency
from shopctl.domain.numbering import draft_address, folded
from shopctl.domain.outcomes import Change, Done, Failed, Outcome
from shopctl.errors import NotFoundError, ShopError
from shopctl.models import Allocation, Invoice, Payment
from shopctl.services import settling
from shopctl.services.credits import lock_orders_of, orders_of
from shopctl.services.facts import locking
from shopctl.services.invoices import InvoiceRow, known, rows, unknown
from shopctl.services.repeats import first_spellings, in_order
from shopctl.services.settling import OrderMoney
from shopctl.shop import Shop, operation


class Held(NamedTuple):
    """A credit, or a difference written off, that is used on an invoice; or what a payment was used for otherwise.

    Attributes:
        invoice: Its key; None for what of a payment is written off, or pays a credit note out.
        document: Number of the invoice, else of the credit note that is paid out, else of the payment.
        posted: A draft that was reset counts nothing, though credits stay reserved for it.
        credit: Number of the payment or credit note; empty for what was written off.
        order: Key of the order that the payment belongs to.
        write_off: Why it was written off; empty for a credit.
        moment: When it was used; what is written off with a payment has the same.
    """

    key: int
    invoice: int | None
    document: str
    posted: bool
    payment: int | None
    credit_note: int | None
    credit: str
    order: int | None
    amount: Decimal
    write_off: str
    moment: str


def held(invoices: Sequence[int]) -> dict[int, list[Held]]:
    """Step: load what is used on invoices, oldest first, and lock the invoices."""
    condition, values = among(Invoice, "i.id", invoices)
    heads = {
        key: (number or draft_address(key), state == "posted")
        for key, number, state in fetch(
            Invoice,
            f"SELECT i.id, i.number, i.state FROM invoices i WHERE {condition} ORDER BY i.id{locking('i')}",  # noqa: S608
            values,
        )
    }
    condition, values = among(Invoice, "a.invoice_id", invoices)
    found: dict[int, list[Held]] = {}
    for key, invoice, payment, note, credit, order, amount, *rest in fetch(
        Allocation,
        "SELECT a.id, a.invoice_id, a.payment_id, a.credit_note_id, coalesce(p.number, n.number, ''), p.order_id, "  # noqa: S608
        "a.amount, a.write_off, a.created_at FROM allocations a LEFT JOIN payments p ON p.id = a.payment_id "
        f"LEFT JOIN invoices n ON n.id = a.credit_note_id WHERE {condition} AND a.removed_at IS NULL ORDER BY a.id",
        values,
    ):
        found.setdefault(invoice, []).append(
            Held(key, invoice, *heads[invoice], payment, note, credit, order, exact(amount), *rest)
        )
    return found


def held_of_payments(payments: Sequence[int]) -> dict[int, list[Held]]:
    """Step: load what payments are used for, oldest first, with what was written off of invoices together with them.

    The invoices are locked; whoever calls has locked the payments.
    """
    condition, values = among(Allocation, "a.payment_id", payments)
    rows = fetch(
        Allocation,
        "SELECT a.invoice_id, a.id, a.payment_id, a.credit_note_id, p.number, p.order_id, a.amount, a.write_off, "  # noqa: S608
        "a.created_at, coalesce(n.number, p.number) FROM allocations a JOIN payments p ON p.id = a.payment_id "
        f"LEFT JOIN invoices n ON n.id = a.credit_note_id WHERE {condition} AND a.removed_at IS NULL ORDER BY a.id",
        values,
    )
    found: dict[int, list[Held]] = {}
    wanted = set(payments)
    for used in held(sorted({row[0] for row in rows if row[0]})).values():
        taken: set[int] = set()
        for payment in sorted(wanted.intersection(one.payment for one in used if one.payment)):
            mine = _with_write_offs([one for one in used if one.payment == payment], used)
            found.setdefault(payment, []).extend(one for one in mine if one.key not in taken)
            taken.update(one.key for one in mine)
    for invoice, key, payment, note, number, order, amount, write_off, moment, document in rows:
        if invoice is None:
            one = Held(key, None, document, False, payment, note, number, order, exact(amount), write_off, moment)
            found.setdefault(payment, []).append(one)
    return found


def release(shop: Shop, allocations: Sequence[Held], reason: str) -> None:
    """Step: take these credits back: they can be used again, and the invoices are open by as much.

    Args:
        reason: Why, for the journal; may be empty.

    Raises:
        ConflictError: One of them was taken back by somebody else meanwhile.
    """
    moment = stamp(shop.now)
    change_rows(
        Allocation,
        "removed_at = :moment",
        "id = :id AND removed_at IS NULL",
        ("id", "moment"),
        [(one.key, moment) for one in allocations],
    )
    documents = [(one.invoice, one.amount) for one in allocations if one.posted]
    notes = [(one.credit_note, one.amount) for one in allocations if one.credit_note]
    change_rows(
        Invoice,
        "allocated = allocated - :amount, "
        "payment_status = CASE WHEN allocated = :amount THEN 'not_paid' ELSE 'partial' END",
        "id = :id AND allocated >= :amount",
        ("id", "amount"),
        sums([*documents, *notes]),
    )
    change_rows(
        Payment,
        "allocated = allocated - :amount",
        "id = :id AND allocated >= :amount",
        ("id", "amount"),
        sums((one.payment, one.amount) for one in allocations if one.payment),
    )
    settling.count_on_orders(_moved_back(allocations))
    for one in allocations:
        shop.record("payment.unallocated", one.document, credit=one.credit, amount=one.amount, reason=reason)


def sums(parts: Iterable[tuple[int | None, Decimal]]) -> list[tuple[int, int]]:
    """Add up amounts by key, as stored, in the order of the keys; what has no key is left out."""
    found: dict[int, int] = {}
    for key, amount in parts:
        if key is not None:
            found[key] = found.get(key, 0) + units(amount)
    return sorted(found.items())


def _moved_back(allocations: Sequence[Held]) -> dict[int, OrderMoney]:
    """Tell what money goes back to the orders it came from, where it had paid an invoice of another one.

    What was written off came from no order, and the order of the invoice is paid less by it. What pays a credit note
    out moves nothing between orders.
    """
    orders = orders_of(sorted({key for one in allocations for key in (one.invoice, one.credit_note) if key}))
    moved: dict[int, OrderMoney] = {}
    for one in allocations:
        if one.payment and one.credit_note:
            continue
        billed = orders.get(one.invoice, frozenset()) if one.invoice else frozenset()
        origin = orders.get(one.credit_note, frozenset()) if one.credit_note else frozenset(filter(None, (one.order,)))
        for key, change in settling.moved(billed, origin, one.amount).items():
            moved[key] = moved.get(key, OrderMoney()).plus(change.negative())
    return moved


@operation("payments")
def unallocate(
    shop: Shop, references: Sequence[str], credits: Sequence[str], reason: str = ""
) -> list[Outcome[InvoiceRow]]:
    """Take credits back from invoices; one that was taken back before is `unchanged`.

    What was written off together with a payment is due again, or is money to use again where it was a surplus.

    Args:
        credits: Numbers of payments or credit notes that are used on every one of the invoices.
        reason: Why, for the journal.

    Raises (as outcomes): invoice.unknown, payment.unknown.
    """
    keys = known(references)
    first = first_spellings(references, keys.get)
    lock_orders_of(sorted(set(keys.values())))
    used = held(sorted(set(keys.values())))
    removed = _removed(sorted(set(keys.values())))
    wanted = {name for credit in credits for name in _spellings(credit)}
    failed: dict[str, ShopError] = {}
    freed: dict[str, list[Held]] = {}
    for reference in dict.fromkeys(first.values()):
        try:
            if reference not in keys:
                raise unknown(reference)
            mine = used.get(keys[reference], [])
            _require_used(reference, credits, {one.credit for one in mine} | removed.get(keys[reference], set()))
            freed[reference] = _with_write_offs([one for one in mine if one.credit in wanted], mine)
        except ShopError as error:
            failed[reference] = error
    _add_surpluses(freed)
    release(shop, [one for found in freed.values() for one in found], reason)
    found = rows([keys[reference] for reference in freed], shop.today)
    outcomes: dict[str, Outcome[InvoiceRow]] = {
        reference: Failed(reference, error) for reference, error in failed.items()
    }
    for reference, mine in freed.items():
        outcomes[reference] = _answer(reference, found[keys[reference]], mine)
    return in_order(references, first, outcomes)


def _with_write_offs(freed: Sequence[Held], used: Sequence[Held]) -> list[Held]:
    moments = {one.moment for one in freed if one.payment}
    return [*freed, *(one for one in used if one.write_off and one.moment in moments)]


def _add_surpluses(freed: Mapping[str, list[Held]]) -> None:
    """Add what of the payments was written off as too much when they were used: once, where a payment comes first."""
    payments = sorted({one.payment for mine in freed.values() for one in mine if one.payment})
    condition, values = among(Allocation, "a.payment_id", payments)
    surpluses: dict[tuple[int, str], list[Held]] = {}
    for key, payment, number, order, amount, write_off, moment in fetch(
        Allocation,
        "SELECT a.id, a.payment_id, p.number, p.order_id, a.amount, a.write_off, a.created_at "  # noqa: S608
        f"FROM allocations a JOIN payments p ON p.id = a.payment_id WHERE {condition} AND a.invoice_id IS NULL "
        "AND a.credit_note_id IS NULL AND a.removed_at IS NULL ORDER BY a.id",
        values,
    ):
        one = Held(key, None, number, False, payment, None, number, order, exact(amount), write_off, moment)
        surpluses.setdefault((payment, moment), []).append(one)
    for mine in freed.values():
        together = dict.fromkeys((one.payment, one.moment) for one in mine if one.payment)
        mine.extend(one for key in together for one in surpluses.pop(key, ()))


def _answer(reference: str, row: InvoiceRow, freed: Sequence[Held]) -> Done[InvoiceRow]:
    if not freed:
        return Done(reference, Change.UNCHANGED, row, ("it was taken back already",))
    return Done(reference, Change.CHANGED, row, (*told(freed, row.currency), row.standing))


def told(freed: Sequence[Held], currency: str) -> list[str]:
    """Say how much of each credit can be used again, and what is not written off any more."""
    amounts: dict[str, Decimal] = {}
    for one in freed:
        amounts[one.credit] = amounts.get(one.credit, Decimal(0)) + one.amount
    return [
        f"{credit} has {with_currency(amount, currency)} to use again"
        if credit
        else f"{with_currency(amount, currency)} is not written off any more"
        for credit, amount in amounts.items()
    ]


def _spellings(credit: str) -> tuple[str, str]:
    return folded(credit), folded(credit).replace("-", "/")


def _require_used(reference: str, credits: Sequence[str], there: set[str]) -> None:
    for credit in credits:
        if there.isdisjoint(_spellings(credit)):
            raise NotFoundError(
                "payment.unknown",
                f"{credit} is not used on {reference}",
                hint=f"shopctl invoice show {reference}",
                payment=credit,
            )


def _removed(invoices: Sequence[int]) -> dict[int, set[str]]:
    """Tell which credits were used on invoices once and taken back."""
    condition, values = among(Invoice, "a.invoice_id", invoices)
    found: dict[int, set[str]] = {}
    for invoice, credit in fetch(
        Allocation,
        "SELECT a.invoice_id, coalesce(p.number, n.number, '') FROM allocations a "  # noqa: S608
        "LEFT JOIN payments p ON p.id = a.payment_id LEFT JOIN invoices n ON n.id = a.credit_note_id "
        f"WHERE {condition} AND a.removed_at IS NOT NULL",
        values,
    ):
        found.setdefault(invoice, set()).add(credit)
    return found
