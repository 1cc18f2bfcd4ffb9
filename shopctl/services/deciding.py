"""Decide what is billed of orders: by policy or by share, each order alone or several together."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from shopctl.domain import billing, down_payments
from shopctl.domain.billing import ZERO, Draft
from shopctl.domain.down_payments import Earlier
from shopctl.domain.money import step_of, with_currency
from shopctl.domain.regular import Wanted, regular
from shopctl.domain.tax import Tax
from shopctl.errors import RefusedError
from shopctl.services import facts, mailing, order_lines
from shopctl.services.facts import OrderFacts
from shopctl.services.orders import stored_numbers


@dataclass(frozen=True)
class Request:
    """What kind of invoice is wanted, and what happens with it next.

    Attributes:
        kind: `regular` or `down_payment`.
        percent: Size of a down payment in percent of the whole order; or else
        amount: its size in the order's currency, tax included.
        deduct: Take off the down payments billed before, and what came back (regular invoices).
        picked: Lines of the order by position, with the quantity of each or None for all that is allowed now.
        policy: `ordered` or `delivered` for all lines; empty: as each line says.
        date: Invoice date; None for the day it is posted.
        due: Due date; None lets the payment terms decide.
        terms: Code of payment terms in place of the order's own; empty: those of the order.
        confirm: Post the invoice at once.
        send: Queue the e-mail with the PDF; needs `confirm`.
        allocate: Use the money of the order when posting.
        force: Allow down payments above the order's total.
        backdate: Accept a date before the last one of the series.
        cash_rounding: Round the total of a regular invoice to coins, as the shop is set up.
    """

    kind: str = "regular"
    percent: Decimal | None = None
    amount: Decimal | None = None
    deduct: bool = True
    picked: Mapping[int, Decimal | None] = field(default_factory=dict)
    policy: str = ""
    date: dt.date | None = None
    due: dt.date | None = None
    terms: str = ""
    confirm: bool = False
    send: bool = False
    allocate: bool = True
    force: bool = False
    backdate: bool = False
    cash_rounding: bool = False


class Bundle(NamedTuple):
    """Orders that are billed by one document."""

    references: tuple[str, ...]

    @property
    def reference(self) -> str:
        """How the document is named in answers."""
        return "+".join(self.references)


class Part(NamedTuple):
    """What is billed of one order."""

    order: OrderFacts
    draft: Draft


class Ready(NamedTuple):
    """A document that was decided and is to be stored; its head is that of its first order."""

    references: tuple[str, ...]
    parts: tuple[Part, ...]
    draft: Draft
    notes: tuple[str, ...]

    @property
    def reference(self) -> str:
        """How the document is named in answers."""
        return Bundle(self.references).reference

    @property
    def order(self) -> OrderFacts:
        """The first of its orders."""
        return self.parts[0].order


class AlreadyBilledError(Exception):
    """Nothing is left to bill: not a failure, the answer is `unchanged`."""


def bundles_of(numbers: Sequence[str]) -> list[Bundle]:
    """Gather orders that one document can bill: the same customer, addresses, currency, terms and tax rounding.

    Returns:
        Bundles in the order in which the first order of each was named; a guest's order, or what is no confirmed
        order, stands alone.

    Source: order rules, section 7.8.
    """
    stored = stored_numbers(numbers)
    keys = facts.bundling_keys(list(stored.values()))
    found: dict[object, dict[str, str]] = {}
    for number in numbers:
        found.setdefault(keys.get(stored[number], number), {}).setdefault(stored[number], number)
    return [Bundle(tuple(spellings.values())) for spellings in found.values()]


def decide(
    reference: str,
    order: OrderFacts,
    request: Request,
    taxes: Mapping[str, Tax],
    advances: Mapping[int, Sequence[billing.Advance]],
    earlier: Mapping[int, Earlier],
    reduced: Decimal = ZERO,
) -> Ready:
    """Decide what is billed of one order.

    Args:
        reference: How the order was named.
        advances: What is left of down payments, by order, for regular invoices.
        earlier: What down payments billed before, by order, for further ones.
        reduced: Percentage by which the payment terms of the order reduce its taxes.

    Raises:
        ShopError: The order cannot be billed like this.
        AlreadyBilledError: Nothing is left to bill.
    """
    if order.state != "confirmed":
        raise _not_confirmed(order)
    order_lines.require_released(order, "invoiced")
    if request.send and not order.buyer.email:
        raise mailing.no_address(f"order {order.number}")
    if request.kind == "down_payment":
        if order.invoice_status == "invoiced":
            raise RefusedError(
                "invoice.nothing_left",
                f"order {order.number} is fully invoiced, so a down payment is not possible",
                hint=f"shopctl orders show {order.number}",
            )
        size = down_payments.Size(request.percent, request.amount, request.force)
        draft = down_payments.take(
            order.number, order.lines, order.advance, earlier.get(order.key, Earlier()), taxes, size, order.currency
        )
        return Ready((reference,), (Part(order, draft),), draft, _excess(order, draft))
    return _regular(reference, order, request, taxes, advances.get(order.key, ()), reduced)


def _excess(order: OrderFacts, draft: Draft) -> tuple[str, ...]:
    """Warn of a down payment that was forced above what is left of the order."""
    left = down_payments.unbilled(order.lines, order.advance)
    if draft.amounts.total <= left:
        return ()
    total = with_currency(draft.amounts.total, order.currency)
    return (f"{total} is more than the {with_currency(left, order.currency)} of the order that is not billed yet",)


def _regular(
    reference: str,
    order: OrderFacts,
    request: Request,
    taxes: Mapping[str, Tax],
    advances: Sequence[billing.Advance],
    reduced: Decimal,
) -> Ready:
    deducted = advances if request.deduct else ()
    draft = regular(
        order.lines, deducted, taxes, rounding=order.rounding, step=step_of(order.currency), reduced=reduced,
        wanted=Wanted(request.policy, request.picked, request.deduct, order.number),
    )  # fmt: skip
    if draft is None:
        if order.invoice_status in ("invoiced", "upselling") and any(line.invoiced for line in order.lines):
            raise AlreadyBilledError
        raise _nothing(order)
    notes = [f"deducts {item.address}, which is still a draft" for item in deducted if not item.posted]
    if draft.type == "credit_note":
        notes.append(f"a credit note: order {order.number} was billed more than it is to be billed now")
    return Ready((reference,), (Part(order, draft),), draft, tuple(notes))


def _not_confirmed(order: OrderFacts) -> RefusedError:
    if order.state == "cancelled":
        return RefusedError(
            "order.cancelled",
            f"order {order.number} is cancelled, so it cannot be invoiced",
            hint=f"shopctl orders show {order.number}",
        )
    return RefusedError(
        "order.not_confirmed",
        f"order {order.number} still waits for its payment, so it cannot be invoiced",
        hint=f"shopctl orders confirm {order.number}",
        order=order.number,
    )


def _nothing(order: OrderFacts) -> RefusedError:
    if not order.lines:
        return RefusedError(
            "order.nothing_to_invoice",
            f"order {order.number} has no lines, so there is nothing to invoice",
            hint=f"shopctl orders show {order.number}",
        )
    if any(line.closed for line in order.lines):
        return RefusedError(
            "order.nothing_to_invoice",
            f"order {order.number} has nothing to invoice now: it is closed, and nothing new was delivered",
            hint=f"shopctl orders reopen {order.number}",
            order=order.number,
        )
    return RefusedError(
        "order.nothing_to_invoice",
        f"order {order.number} has nothing to invoice now: its lines are billed by delivered quantity "
        "and nothing new was delivered",
        hint=f"shopctl orders show {order.number}",
        order=order.number,
    )


def together(decided: Sequence[Ready]) -> Ready:
    """Join what is billed of several orders into one document."""
    if len(decided) == 1:
        return decided[0]
    parts = tuple(part for one in decided for part in one.parts)
    draft = billing.together([(f"Order {part.order.number}", part.draft) for part in parts])
    references = tuple(one.reference for one in decided)
    return Ready(references, parts, draft, tuple(note for one in decided for note in one.notes))
