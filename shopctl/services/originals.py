"""Load invoices as the rules of crediting see them: with what credit notes took back of them before."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from shopctl.db.bulk import among, fetch
from shopctl.db.fields import exact
from shopctl.domain.billing import NOTHING, Amounts, add, read_split
from shopctl.domain.crediting import GOODWILL, Earlier, InvoiceLine, Original
from shopctl.models import Invoice
from shopctl.models import InvoiceLine as Line
from shopctl.services.credits import lock_orders_of
from shopctl.services.drafting import Frame
from shopctl.services.facts import Buyer, locking


class Facts(NamedTuple):
    """An invoice that may be credited.

    Attributes:
        orders: Keys of the orders it bills, ascending.
        credit_notes: Keys of the credit notes that take it back already, drafts included, oldest first.
    """

    key: int
    type: str
    state: str
    day: date | None
    share: Decimal
    frame: Frame
    original: Original
    orders: tuple[int, ...]
    credit_notes: tuple[int, ...]


def load(keys: Sequence[int]) -> dict[int, Facts]:
    """Step: load and lock invoices, their orders first, so that nobody else credits or settles them meanwhile."""
    orders = lock_orders_of(keys)
    heads = _heads(keys)
    taken = _Taken(keys)
    lines: dict[int, list[InvoiceLine]] = {}
    for invoice, line in _lines(keys):
        credited, given = taken.lines.get(line.key, (Decimal(0), NOTHING))
        lines.setdefault(invoice, []).append(line._replace(credited=credited, given=given))
    return {
        key: Facts(
            key, kind_of, state, day, share, frame,
            Original(number, kind, frame.currency, tuple(lines.get(key, ())), taken.earlier(key)),
            tuple(sorted(orders.get(key, ()))), tuple(taken.notes.get(key, ())),
        )
        for key, number, kind_of, kind, state, day, share, frame in heads
    }  # fmt: skip


def _heads(keys: Sequence[int]) -> list[tuple[Any, ...]]:
    condition, values = among(Invoice, "i.id", keys)
    rows = fetch(
        Invoice,
        "SELECT i.id, i.number, i.type, i.kind, i.state, i.date, i.share, i.customer_id, c.code, i.customer_name, "  # noqa: S608
        "i.customer_email, i.customer_vat, i.customer_language, i.billing, i.shipping, i.currency, i.terms, "
        "i.tax_rounding, i.note, i.cash_rounding FROM invoices i LEFT JOIN customers c ON c.id = i.customer_id "
        f"WHERE {condition} ORDER BY i.id{locking('i')}",
        values,
    )
    return [
        (key, number or "", kind_of, kind, state, date.fromisoformat(day) if day else None, exact(share), _frame(*rest))
        for key, number, kind_of, kind, state, day, share, *rest in rows
    ]


def _frame(customer: int | None, code: str | None, *values: Any) -> Frame:
    *person, billing, shipping, currency, terms, rounding, note, coins = values
    buyer = Buyer(customer, code or "", *person)
    return Frame(buyer, billing, shipping, currency, terms, rounding, note=note, cash_rounding=bool(coins))


def _lines(keys: Sequence[int]) -> Iterable[tuple[int, InvoiceLine]]:
    condition, values = among(Line, "invoice_id", keys)
    for invoice, key, position, kind, sku, words, quantity, price, off, codes, order_line, deducts, *money in fetch(
        Line,
        "SELECT invoice_id, id, position, kind, sku, description, quantity, unit_price, discount, taxes, "  # noqa: S608
        "order_line_id, deducts_id, amount_untaxed, amount_tax, amount_total, tax_split FROM invoice_lines "
        f"WHERE {condition} ORDER BY invoice_id, position",
        values,
    ):
        yield (
            invoice,
            InvoiceLine(
                key, position, kind, sku, words, exact(quantity), exact(price), exact(off), codes, _amounts(*money),
                order_line, deducts,
            ),
        )  # fmt: skip


def _amounts(untaxed: int, tax: int, total: int, split: str) -> Amounts:
    return Amounts(exact(untaxed), exact(tax), exact(total), read_split(split))


class _Taken:
    """What credit notes took back of invoices, drafts included: of lines, and as sums."""

    def __init__(self, keys: Sequence[int]) -> None:
        self.lines: dict[int, tuple[Decimal, Amounts]] = {}
        self.notes: dict[int, dict[int, Decimal]] = {}
        self.sums: dict[int, dict[str, Amounts]] = {}
        self.by_percent: dict[int, Decimal] = {}
        condition, values = among(Invoice, "i.reverses_id", keys)
        for invoice, note, share, sku, codes, quantity, line, *money in fetch(
            Invoice,
            "SELECT i.reverses_id, i.id, i.share, l.sku, l.taxes, l.quantity, l.credits_line_id, l.amount_untaxed, "  # noqa: S608
            "l.amount_tax, l.amount_total, l.tax_split FROM invoices i JOIN invoice_lines l ON l.invoice_id = i.id "
            f"WHERE {condition} AND i.state <> 'cancelled' ORDER BY i.id, l.position",
            values,
        ):
            self.notes.setdefault(invoice, {})[note] = exact(share)
            if line or sku != GOODWILL:
                self._count(invoice, codes, exact(quantity), line, _amounts(*money), percent=bool(share))

    def _count(
        self, invoice: int, codes: str, quantity: Decimal, line: int | None, money: Amounts, *, percent: bool
    ) -> None:
        if line:
            credited, given = self.lines.get(line, (Decimal(0), NOTHING))
            self.lines[line] = (credited + quantity, add((given, money)))
        else:
            sums = self.sums.setdefault(invoice, {})
            sums[codes] = add((sums.get(codes, NOTHING), money))
        if percent:
            self.by_percent[invoice] = self.by_percent.get(invoice, Decimal(0)) + money.total

    def earlier(self, invoice: int) -> Earlier:
        """Tell what was taken back of an invoice as sums."""
        percent = sum(self.notes.get(invoice, {}).values(), Decimal(0))
        return Earlier(self.sums.get(invoice, {}), percent, self.by_percent.get(invoice, Decimal(0)))
