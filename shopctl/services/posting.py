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
from shopctl.domain import early_discount
from shopctl.domain.billing import NOTHING, Amounts
from shopctl.domain.early_discount import NO_GRANT, Grant
from shopctl.domain.money import step_of
from shopctl.domain.numbering import Scheme
from shopctl.domain.problems import Problem, refusal
from shopctl.domain.references import reference
from shopctl.domain.settlement import Use, invoice_status, spread
from shopctl.domain.terms import Installment, Terms, schedule
from shopctl.errors import ConfigError, RefusedError
from shopctl.models import Allocation, Invoice, Payment, Series, TaxRate
from shopctl.services import credits, dating
from shopctl.services.counters import scheme
from shopctl.services.facts import locking
from shopctl.shop import Shop

FIRST = "0001-01-01"


class Paper(NamedTuple):
    """A document that is to be posted.

    Attributes:
        reference: How it was asked for; its refusals carry this.
        orders: Keys of the orders it bills.
        terms: Payment terms of the order or its customer; empty for those of the shop.
        date: Its own date; None for the day of the call.
        due: A due date typed by hand; None lets the terms decide.
        number: The number that it has already, because it was posted before.
        reserved: What stayed allocated to it since then; `by_payment` and `by_credit` tell whether any of that is
            a payment or a credit note.
        problems: What is wrong with it already, to be told together with what is wrong with its date.
        cash: Whether it is rounded to coins, and so are its instalments.
        amounts: Its money tax by tax; only needed where payment terms grant an early discount.
    """

    reference: str
    type: str
    currency: str
    total: Decimal
    orders: frozenset[int]
    terms: str
    date: dt.date | None = None
    due: dt.date | None = None
    number: str = ""
    reserved: Decimal = Decimal(0)
    by_payment: bool = False
    by_credit: bool = False
    problems: tuple[Problem, ...] = ()
    cash: bool = False
    amounts: Amounts = NOTHING


class Posted(NamedTuple):
    """What posting decided about a document.

    Attributes:
        reference: What a payer should quote.
        due_date: The day by which everything is due.
        allocated: What pays of it at once: its own order's money, and what was reserved for it.
        early: The discount it grants for paying early.
    """

    number: str
    reference: str
    date: dt.date
    due_date: dt.date
    installments: tuple[Installment, ...]
    uses: tuple[Use, ...]
    allocated: Decimal
    payment_status: str
    early: Grant = NO_GRANT


def post(
    shop: Shop, papers: Sequence[Paper], terms: Mapping[str, Terms], *, allocate: bool, backdate: bool = False
) -> list[Posted | RefusedError]:
    """Step: decide number, dates and allocations of documents, and take the numbers.

    Args:
        papers: Documents, in the order in which they are to be numbered.
        terms: Payment terms by code.
        allocate: Use the open payments and credit notes of each document's own order.
        backdate: Accept dates before the last one of the series; the journal tells of each.

    Returns:
        One answer a document; a refused one takes no number, and names everything that is wrong with it:
        invoice.period_closed, invoice.date_future, invoice.date_order, invoice.due_before_date,
        invoice.number_period, terms.unknown, or invoice.incomplete where it is more than one thing.
    """
    money = _Money(papers if allocate else ())
    counters = _Counters(shop, backdate=backdate)
    results: list[Posted | RefusedError] = []
    today = shop.today
    fixed = fixed_taxes() if grants(terms) else frozenset()
    for paper in papers:
        day = paper.date or today
        problems = [*paper.problems, *_unknown_terms(paper, terms), *dating.problems(shop, day, paper.due, today)]
        problems += counters.problems(paper, day)
        if problems:
            results.append(refusal(paper.reference, problems))
            continue
        number = counters.take(paper, day)
        uses = money.use(paper)
        allocated = sum((use.amount for use in uses), paper.reserved)
        by_payment = paper.by_payment or any(use.credit.kind == "payment" for use in uses)
        by_credit = paper.by_credit or any(use.credit.kind == "credit_note" for use in uses)
        status = invoice_status(paper.total, allocated, by_payment, by_credit)
        parts = _installments(shop, paper, day, terms)
        due = max([part.due_date for part in parts])
        quoted = _reference(shop, paper, number)
        early = _early(shop, paper, day, terms, fixed)
        results.append(Posted(number, quoted, day, due, parts, uses, allocated, status, early))
    counters.store()
    return results


def grants(terms: Mapping[str, Terms]) -> bool:
    """Tell whether any payment terms grant a discount for paying early."""
    return any(one.early for one in terms.values())


def fixed_taxes() -> frozenset[str]:
    """Step: list the taxes that are an amount per unit; an early discount does not touch them."""
    return frozenset(code for (code,) in fetch(TaxRate, "SELECT code FROM taxes WHERE type = 'fixed'"))


def _early(shop: Shop, paper: Paper, day: dt.date, terms: Mapping[str, Terms], fixed: frozenset[str]) -> Grant:
    granting = terms.get(paper.terms or shop.config.invoicing.terms)
    if paper.type != "invoice" or granting is None or granting.early is None:
        return NO_GRANT
    return early_discount.grant(granting, paper.amounts, fixed, day, step_of(paper.currency))


def _reference(shop: Shop, paper: Paper, number: str) -> str:
    """Write what a payer quotes; a credit note is not paid, and its digits may be those of an invoice."""
    return reference(number, shop.config.invoicing.reference) if paper.type == "invoice" else number


def _unknown_terms(paper: Paper, terms: Mapping[str, Terms]) -> list[Problem]:
    if not paper.terms or paper.terms in terms:
        return []
    words = f"has the payment terms {paper.terms!r}, which are not stored"
    return [Problem("terms.unknown", words, f"shopctl invoice edit {paper.reference} --terms CODE")]


def usual_due_date(shop: Shop, paper: Paper, day: dt.date, terms: Mapping[str, Terms]) -> dt.date:
    """Step: tell when a document of a day is due where no due date was typed."""
    return max(part.due_date for part in _installments(shop, paper._replace(due=None), day, terms))


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
    step = shop.config.invoicing.cash_rounding.step if paper.cash else step_of(paper.currency)
    return schedule(paper.total, day, None if paper.due else terms.get(code), step, due)


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
        uses = spread([credit for credit in left if credit.left > 0], paper.total - paper.reserved)
        for credit, amount in uses:
            name = (credit.kind, credit.key)
            self.spent[name] = self.spent.get(name, Decimal(0)) + amount
        return uses


class _Counters:
    """The counter rows of the series used in one chunk; locked when first needed, stored together."""

    def __init__(self, shop: Shop, *, backdate: bool) -> None:
        self.shop = shop
        self.backdate = backdate
        self.next: dict[tuple[str, str], int] = {}
        self.last: dict[str, str] = {}
        self.fresh: set[tuple[str, str]] = set()
        self.used: dict[tuple[str, str], str] = {}
        self.dates: dict[tuple[str, str], str] = {}
        self.neighbours = dating.Neighbours()

    def problems(self, paper: Paper, day: dt.date) -> list[Problem]:
        """Tell what keeps a document from having its number on a day."""
        form = scheme(self.shop, paper.type)
        if paper.type not in self.last:
            self._load(paper.type)
        period = form.period_of(day)
        if paper.number:
            place = form.place(paper.number)
            if place is None or place.period != period:
                return [dating.outside_period(paper.number, day)]
        problem = None if self.backdate else self._disorder(paper, day, form, period)
        return [problem] if problem else []

    def _disorder(self, paper: Paper, day: dt.date, form: Scheme, period: str) -> Problem | None:
        if paper.number:
            count = self.next.get((paper.type, period), 1) - 1
            return self.neighbours.problem(paper.type, form, paper.number, day, count)
        last = self.last[paper.type]
        return dating.out_of_order(day, last) if day.isoformat() < last else None

    def take(self, paper: Paper, day: dt.date) -> str:
        """Give a document of a sound date its number: the next of the series, or the one it has."""
        form = scheme(self.shop, paper.type)
        key = (paper.type, form.period_of(day))
        backdated = self.backdate and self._disorder(paper, day, form, key[1]) is not None
        if key not in self.next:
            self.next[key] = 1
            self.fresh.add(key)
        number = paper.number
        if not number:
            number = form.number(day, self.next[key])
            self.next[key] += 1
        written = day.isoformat()
        if backdated:
            self.shop.record("invoice.backdated", number, date=written, last=self.last[paper.type])
            self.used.setdefault(key, self.dates.get(key) or written)
        else:
            self.last[paper.type] = max(self.last[paper.type], written)
            if key not in self.used or written > self.used[key]:
                self.used[key] = max(written, self.dates.get(key, ""))
            self.neighbours.posted[number] = written
        return number

    def _load(self, series: str) -> None:
        rows = fetch(
            Series,
            f"SELECT period, next, last_date FROM series s WHERE name = ? ORDER BY period{locking('s')}",  # noqa: S608
            (series,),
        )
        self.last[series] = max((row[2] for row in rows), default="") or FIRST
        for period, sequence, day in rows:
            self.next[series, period] = sequence
            self.dates[series, period] = day

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


def in_columns(early: Grant) -> tuple[int, str, int, str | None]:
    """Line up a grant as it is stored: percent, mode, amount, until."""
    return units(early.percent), early.mode, units(early.amount), early.until.isoformat() if early.until else None


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
