"""Let credit notes take effect once they are posted: on the invoices that they take back, and on their orders."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from shopctl.db.bulk import among, fetch
from shopctl.db.fields import exact
from shopctl.domain.crediting import GOODWILL
from shopctl.domain.money import format_money, with_currency
from shopctl.domain.settlement import Credit, Use
from shopctl.errors import RefusedError
from shopctl.models import Invoice
from shopctl.services import releasing, settling
from shopctl.services.credits import Open, open_invoices, orders_of
from shopctl.services.facts import locking
from shopctl.services.posting import store_uses
from shopctl.services.recounting import recount
from shopctl.services.settling import Settled
from shopctl.shop import Shop


class Reversal(NamedTuple):
    """A posted credit note, what of it settled its invoice, and what is still due there then.

    Attributes:
        left: What the credit note has left, an outstanding credit.
    """

    number: str
    invoice: str
    currency: str
    total: Decimal
    settled: Decimal
    left: Decimal
    due: Decimal

    def told(self) -> tuple[str, ...]:
        """Say what posting the credit note did."""
        notes = []
        if self.due:
            notes.append(f"{self.invoice}: {with_currency(self.due, self.currency)} still due")
        elif self.settled:
            notes.append(f"nothing is due on {self.invoice} any more")
        if self.left:
            notes.append(
                f"{with_currency(self.left, self.currency)} stays an outstanding credit: "
                f"shopctl payment allocate INVOICE --credit {self.number}"
            )
        return tuple(notes)


def still_billed(lines: Iterable[int | None], *, drafts: bool = True) -> dict[int, Decimal]:
    """Step: tell how much of order lines is billed and not taken back.

    Goods that came back may be credited by a document of their order, which names no invoice; and a credit note of an
    invoice may leave the order as it is.

    Args:
        lines: Keys of order lines; None is left out.
        drafts: Count drafts of credit notes as well.
    """
    condition, values = among(Invoice, "o.order_line_id", sorted({key for key in lines if key}))
    rows = fetch(
        Invoice,
        "SELECT line, sum(CASE WHEN i.type = 'invoice' THEN quantity ELSE -quantity END) FROM ("  # noqa: S608
        f"SELECT o.order_line_id AS line, o.invoice_id, o.quantity FROM invoice_lines o WHERE {condition} "
        "UNION ALL SELECT o.order_line_id, l.invoice_id, l.quantity FROM invoice_lines o "
        f"JOIN invoice_lines l ON l.credits_line_id = o.id AND l.order_line_id IS NULL WHERE {condition}"
        ") b JOIN invoices i ON i.id = b.invoice_id WHERE i.state = 'posted'"
        f"{' OR (i.state = ? AND i.type = ?)' if drafts else ''} GROUP BY line",
        (*values, *values, *(("draft", "credit_note") if drafts else ())),
    )
    return {line: exact(int(quantity)) for line, quantity in rows}


def exceeds(quantity: Decimal, left: Decimal) -> bool:
    """Tell whether a quantity is more than what is left, or in the other direction."""
    return quantity * left < 0 or abs(quantity) > abs(left)


class Room:
    """What is left to credit of the invoices that draft credit notes take back; goodwill needs no room."""

    def __init__(self, drafts: Sequence[int]) -> None:
        self._drafts: dict[int, tuple[int, str, str, Decimal]] = {}
        self._left: dict[int, Decimal] = {}
        self._lines: dict[int, dict[int, Decimal]] = {}
        self._billed: dict[int, Decimal] = {}
        if drafts:
            self._load(drafts)

    def _load(self, drafts: Sequence[int]) -> None:
        condition, values = among(Invoice, "d.id", drafts)
        invoices = fetch(
            Invoice,
            "SELECT o.id, o.number, o.currency, o.amount_total FROM invoices o WHERE o.id IN ("  # noqa: S608
            f"SELECT d.reverses_id FROM invoices d WHERE {condition}) ORDER BY o.id{locking('o')}",
            values,
        )
        self._left = {key: exact(total) for key, _, _, total in invoices}
        names = {key: (number, currency) for key, number, currency, _ in invoices}
        condition, values = among(Invoice, "c.reverses_id", list(names))
        for key, state, invoice, amount in fetch(
            Invoice,
            "SELECT c.id, c.state, c.reverses_id, sum(CASE WHEN l.credits_line_id IS NULL AND "  # noqa: S608
            f"l.sku = '{GOODWILL}' THEN 0 ELSE l.amount_total END) FROM invoices c JOIN invoice_lines l "
            f"ON l.invoice_id = c.id WHERE {condition} AND c.state <> 'cancelled' "
            "GROUP BY c.id, c.state, c.reverses_id",
            values,
        ):
            if state == "draft":
                self._drafts[key] = (invoice, *names[invoice], exact(int(amount)))
            else:
                self._left[invoice] -= exact(int(amount))
        self._load_lines(drafts)

    def _load_lines(self, drafts: Sequence[int]) -> None:
        condition, values = among(Invoice, "l.invoice_id", drafts)
        for key, line, quantity in fetch(
            Invoice,
            "SELECT l.invoice_id, o.order_line_id, sum(l.quantity) FROM invoice_lines l "  # noqa: S608
            f"JOIN invoice_lines o ON o.id = l.credits_line_id WHERE {condition} AND o.order_line_id IS NOT NULL "
            "GROUP BY l.invoice_id, o.order_line_id",
            values,
        ):
            self._lines.setdefault(key, {})[line] = exact(int(quantity))
        self._billed = still_billed((line for lines in self._lines.values() for line in lines), drafts=False)

    def take(self, reference: str, draft: int) -> None:
        """Count a draft as posted.

        Raises:
            RefusedError: It takes back more than is left; it may have been edited since it was made.
        """
        if draft not in self._drafts:
            return
        invoice, number, currency, amount = self._drafts[draft]
        if amount > self._left[invoice]:
            left = self._left[invoice]
            raise RefusedError(
                "invoice.over_credited",
                f"{reference} takes back {with_currency(amount, currency)}, more than the "
                f"{with_currency(left, currency)} of {number} that is not credited yet",
                hint=f"shopctl credit-note show {reference}",
                left=format_money(left, currency),
            )
        lines = self._lines.get(draft, {})
        if any(exceeds(quantity, self._billed.get(line, Decimal(0))) for line, quantity in lines.items()):
            raise RefusedError(
                "invoice.over_credited",
                f"{reference} takes back more of {number} than its order has billed and not credited yet, for some of "
                "it came back and was credited meanwhile",
                hint=f"shopctl invoice delete {reference}, and credit what is left by --line N:QTY",
            )
        self._left[invoice] -= amount
        self._billed.update({line: self._billed.get(line, Decimal(0)) - quantity for line, quantity in lines.items()})


def settle_reversals(shop: Shop, keys: Sequence[int]) -> dict[int, Reversal]:
    """Step: use posted credit notes on what is open of the invoices that they take back, and recount the orders.

    Several credit notes of one invoice are used one after the other, never on the same open part. What was written off
    of an invoice that is credited in full now is taken back first, so nobody gets back what was never paid.

    Args:
        keys: Credit notes that were posted just now; those that take back no invoice are left out.

    Returns:
        What became of each, by key.
    """
    if not keys:
        return {}
    notes = _notes(keys)
    _write_off_no_more(shop, sorted({invoice for _, invoice in notes}))
    invoices = open_invoices(sorted({invoice for _, invoice in notes}), lock=True)
    due = {key: invoice.due for key, invoice in invoices.items()}
    settled: dict[int, Settled] = {}
    pairs: list[tuple[int, str, Use]] = []
    found: dict[int, Reversal] = {}
    for note, key in notes:
        invoice = invoices.get(key)
        if invoice is None:
            continue
        amount = min(note.left, due[key])
        due[key] -= amount
        if amount:
            use = Use(note, amount)
            settled[key] = Settled(invoice, (*(settled[key].uses if key in settled else ()), use))
            pairs.append((key, invoice.number, use))
        found[note.key] = _reversal(note, invoice, amount, due[key])
    settling.count_on_invoices(settled.values())
    store_uses(shop, pairs)
    recount(order for note, _ in notes for order in note.orders)
    return found


def _write_off_no_more(shop: Shop, invoices: Sequence[int]) -> None:
    """Take back what was written off of invoices that are credited in full; a bank fee the customer did pay."""
    condition, values = among(Invoice, "i.id", invoices)
    whole = fetch(
        Invoice,
        f"SELECT i.id FROM invoices i WHERE {condition} AND EXISTS (SELECT 1 FROM allocations a "  # noqa: S608
        "WHERE a.invoice_id = i.id AND a.write_off NOT IN ('', 'bank-fee') AND a.removed_at IS NULL) "
        "AND i.amount_total <= (SELECT sum(l.amount_total) FROM invoices c "
        "JOIN invoice_lines l ON l.invoice_id = c.id WHERE c.reverses_id = i.id AND c.state = 'posted' "
        f"AND (l.credits_line_id IS NOT NULL OR l.sku <> '{GOODWILL}'))",
        values,
    )
    if whole:
        held = releasing.held([key for (key,) in whole])
        freed = [one for mine in held.values() for one in mine if one.write_off not in ("", "bank-fee")]
        releasing.release(shop, freed, "credited in full")


def _reversal(note: Credit, invoice: Open, amount: Decimal, due: Decimal) -> Reversal:
    return Reversal(note.number, invoice.number, note.currency, note.amount, amount, note.left - amount, due)


def _notes(keys: Sequence[int]) -> list[tuple[Credit, int]]:
    """Load credit notes as the credits that they are, with the invoice that each takes back."""
    condition, values = among(Invoice, "i.id", keys)
    rows = fetch(
        Invoice,
        "SELECT i.id, i.number, i.date, i.currency, i.amount_total, i.allocated, i.reverses_id FROM invoices i "  # noqa: S608
        f"WHERE {condition} AND i.state = 'posted' AND i.type = 'credit_note' AND i.reverses_id IS NOT NULL "
        f"ORDER BY i.id{locking('i')}",
        values,
    )
    orders = orders_of([row[0] for row in rows])
    return [
        (
            Credit(key, "credit_note", number, date.fromisoformat(day), orders.get(key, frozenset()), currency,
                   exact(total), exact(total - used)),
            invoice,
        )
        for key, number, day, currency, total, used, invoice in rows
    ]  # fmt: skip
