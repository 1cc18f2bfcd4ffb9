"""Post documents: date, number, instalments and the money of their own order, for a whole chunk at once.

The counter of a series is taken in the posting transaction, before the documents are written, and held until it
commits: a rollback burns no number, and nobody else takes the next one meanwhile.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from shopctl.db.bulk import change_rows, fetch, insert_rows
from shopctl.db.fields import stamp, units
from shopctl.domain import numbering
from shopctl.domain.money import step_of
from shopctl.domain.settlement import Use, invoice_status, spread
from shopctl.domain.terms import Installment, Terms, schedule
from shopctl.errors import ConfigError, RefusedError
from shopctl.models import Allocation, Invoice, Payment, Series
from shopctl.services import credits
from shopctl.services.facts import locking
from shopctl.shop import Shop

FIRST = "0001-01-01"


class Paper(NamedTuple):
    """A document that is to be posted.

    Attributes:
        reference: How it was asked for; its refusals carry this.
        orders: Keys of the orders it bills.
        date: Its own date; None for the day of the call.
        due: A due date typed by hand; None lets the terms decide.
    """

    reference: str
    type: str
    currency: str
    total: Decimal
    orders: frozenset[int]
    terms: str
    date: dt.date | None = None
    due: dt.date | None = None


class Posted(NamedTuple):
    """What posting decided about a document.

    Attributes:
        due_date: The day by which everything is due.
        allocated: What its own order's money pays of it at once.
    """

    number: str
    date: dt.date
    due_date: dt.date
    installments: tuple[Installment, ...]
    uses: tuple[Use, ...]
    allocated: Decimal
    payment_status: str


def post(
    shop: Shop, papers: Sequence[Paper], terms: Mapping[str, Terms], *, allocate: bool
) -> list[Posted | RefusedError]:
    """Step: decide number, dates and allocations of documents, and take the numbers.

    Args:
        papers: Sound documents, in the order in which they are to be numbered.
        terms: Payment terms by code.
        allocate: Use the open payments and credit notes of each document's own order.

    Returns:
        One answer a document; a refused one takes no number.
    """
    money = _Money(papers if allocate else ())
    counters = _Counters(shop)
    results: list[Posted | RefusedError] = []
    today = shop.today
    for paper in papers:
        day = paper.date or today
        number = _due_too_early(paper, day) or counters.take(paper, day)
        if isinstance(number, RefusedError):
            results.append(number)
            continue
        uses = money.use(paper)
        allocated = sum((use.amount for use in uses), Decimal(0))
        by_payment = any(use.credit.kind == "payment" for use in uses)
        status = invoice_status(paper.total, allocated, by_payment)
        parts = _installments(shop, paper, day, terms)
        due = max([part.due_date for part in parts])
        results.append(Posted(number, day, due, parts, uses, allocated, status))
    counters.store()
    return results


def _due_too_early(paper: Paper, day: dt.date) -> RefusedError | None:
    if paper.due is None or paper.due >= day:
        return None
    return RefusedError(
        "invoice.due_before_date",
        f"{paper.reference} would be due on {paper.due}, before its date {day}",
        hint=f"use --due {day} or later",
    )


def _installments(shop: Shop, paper: Paper, day: dt.date, terms: Mapping[str, Terms]) -> tuple[Installment, ...]:
    if paper.type == "credit_note":
        return (Installment(day, paper.total),)
    code = paper.terms or shop.config.invoicing.terms
    if code and code not in terms:
        raise ConfigError(
            "config.invalid",
            f"invoicing.terms names the payment terms {code!r}, which are not stored",
            hint="shopctl import data FILE with a line of kind terms, or shopctl config show",
        )
    due = paper.due or (None if code else day + dt.timedelta(days=shop.config.invoicing.due_days))
    return schedule(paper.total, day, None if paper.due else terms.get(code), step_of(paper.currency), due)


class _Money:
    """The credits of the documents' own orders; what one document uses is gone for the next of the chunk."""

    def __init__(self, papers: Iterable[Paper]) -> None:
        orders = {key for paper in papers if paper.type == "invoice" for key in paper.orders}
        self.credits = credits.of_orders(orders, lock=True) if orders else {}
        self.spent: dict[tuple[str, int], Decimal] = {}

    def use(self, paper: Paper) -> tuple[Use, ...]:
        """Use payments, then credit notes, the oldest first, until nothing of the document is due."""
        if paper.type != "invoice" or not self.credits:
            return ()
        # A credit note of several orders is found with each of them.
        found = {
            (credit.kind, credit.key): credit
            for key in sorted(paper.orders)
            for credit in self.credits.get(key, ())
            if credit.currency == paper.currency
        }
        left = [credit._replace(left=credit.left - self.spent.get(name, 0)) for name, credit in found.items()]
        left.sort(key=lambda credit: (credit.kind == "credit_note", credit.date, credit.key))
        uses = spread([credit for credit in left if credit.left > 0], paper.total)
        for credit, amount in uses:
            name = (credit.kind, credit.key)
            self.spent[name] = self.spent.get(name, Decimal(0)) + amount
        return uses


class _Counters:
    """The counter rows of the series used in one chunk; locked when first needed, stored together."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.next: dict[tuple[str, str], int] = {}
        self.last: dict[str, str] = {}
        self.fresh: set[tuple[str, str]] = set()
        self.used: dict[tuple[str, str], str] = {}

    def take(self, paper: Paper, day: dt.date) -> str | RefusedError:
        template = getattr(self.shop.config.numbering, paper.type)
        if paper.type not in self.last:
            self._load(paper.type)
        if day > self.shop.today:
            return RefusedError(
                "invoice.date_future",
                f"{paper.reference} would be dated {day}, which is still to come; no document of its series could be "
                "posted before that day",
                hint=f"use --date {self.shop.today}, or confirm it on that day",
            )
        written = day.isoformat()
        if written < self.last[paper.type]:
            return RefusedError(
                "invoice.date_order",
                f"{paper.reference} would be dated {day}, before the last document of its series "
                f"({self.last[paper.type]})",
                hint=f"use --date {self.last[paper.type]} or later",
            )
        key = (paper.type, numbering.period_of(template, day))
        if key not in self.next:
            self.next[key] = 1
            self.fresh.add(key)
        sequence = self.next[key]
        self.next[key] += 1
        self.last[paper.type] = self.used[key] = written
        return numbering.number(template, day, sequence)

    def _load(self, series: str) -> None:
        rows = fetch(
            Series,
            f"SELECT period, next, last_date FROM series s WHERE name = ? ORDER BY period{locking('s')}",  # noqa: S608
            (series,),
        )
        self.last[series] = max((row[2] for row in rows), default="") or FIRST
        for period, sequence, _ in rows:
            self.next[series, period] = sequence

    def store(self) -> None:
        for name, period in sorted(self.fresh):
            # A rival that made the same row at the same moment makes this fail, and the operation runs again.
            insert_rows(Series, ("name", "period", "next", "last_date", "last_hash"), [(name, period, 1, "", "")])
        change_rows(
            Series,
            "next = :next, last_date = :last",
            "name = :name AND period = :period",
            ("name", "period", "next", "last"),
            [(name, period, self.next[name, period], day) for (name, period), day in sorted(self.used.items())],
        )


ALLOCATION = ("invoice_id", "payment_id", "credit_note_id", "amount", "date", "created_at", "removed_at")


def store_uses(shop: Shop, uses: Sequence[tuple[int, str, Use]]) -> None:
    """Step: write allocations and take them off their credits, never below nothing.

    Args:
        uses: Key and number of the invoice, and what is used on it.

    Raises:
        ConflictError: A credit was used by somebody else meanwhile.
    """
    day, moment = shop.today.isoformat(), stamp(shop.now)
    rows = []
    spent: dict[str, dict[int, int]] = {"payment": {}, "credit_note": {}}
    for key, number, (credit, amount) in uses:
        payment, note = (credit.key, None) if credit.kind == "payment" else (None, credit.key)
        rows.append((key, payment, note, units(amount), day, moment, None))
        spent[credit.kind][credit.key] = spent[credit.kind].get(credit.key, 0) + units(amount)
        shop.record("payment.allocated", number, credit=credit.number, amount=amount)
    insert_rows(Allocation, ALLOCATION, rows)
    change_rows(
        Payment,
        "allocated = allocated + :amount",
        "id = :id AND allocated + returned + :amount <= amount",
        ("id", "amount"),
        list(spent["payment"].items()),
    )
    change_rows(
        Invoice,
        "allocated = allocated + :amount, "
        "payment_status = CASE WHEN allocated + :amount = amount_total THEN 'paid' ELSE 'partial' END",
        "id = :id AND allocated + :amount <= amount_total",
        ("id", "amount"),
        list(spent["credit_note"].items()),
    )
