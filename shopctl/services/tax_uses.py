"""Find where a tax is used: one rule for whoever edits, imports or deletes it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Final, NamedTuple

from shopctl.db.bulk import fetch
from shopctl.domain.numbering import draft_address, draft_key
from shopctl.domain.records import TaxRecord
from shopctl.domain.tax_definitions import FREE, above
from shopctl.models import TaxRate

_PRODUCTS: Final = "SELECT taxes, count(*), min(sku) FROM products WHERE taxes <> '' GROUP BY taxes"
_CARTS: Final = (
    "SELECT l.taxes, count(*), min(c.number) FROM cart_lines l JOIN carts c ON c.id = l.cart_id "
    "WHERE l.taxes <> '' GROUP BY l.taxes"
)
_ORDERS: Final = (
    "SELECT l.taxes, count(*), min(o.number) FROM order_lines l JOIN orders o ON o.id = l.order_id "
    "WHERE l.taxes <> '' GROUP BY l.taxes"
)
_INVOICES: Final = (
    "SELECT l.taxes, count(*), min(coalesce(i.number, 'DRAFT/' || i.id)) FROM invoice_lines l "
    "JOIN invoices i ON i.id = l.invoice_id WHERE l.taxes <> '' GROUP BY l.taxes"
)
DOCUMENTS: Final = {"order line": _ORDERS, "invoice line": _INVOICES}
"""Where a tax must not compute otherwise from one day to the next."""

EVERYWHERE: Final = {"product": _PRODUCTS, "cart line": _CARTS, **DOCUMENTS}


class Use(NamedTuple):
    """A kind of place that names a tax: how often, and where first."""

    what: str
    times: int
    first: str

    def __str__(self) -> str:
        """Write it in words, such as "3 products (first BED)"."""
        key = draft_key(self.first)
        first = self.first if key is None else draft_address(key)
        return f"1 {self.what} ({first})" if self.times == 1 else f"{self.times} {self.what}s (first {first})"


def uses(codes: Collection[str], places: Mapping[str, str]) -> list[Use]:
    """Count the lines and products that name one of these taxes.

    Args:
        places: `DOCUMENTS` or `EVERYWHERE`. The statements sum up by combinations of codes, of which there are few;
            codes are told apart to the letter, as no LIKE does on both databases.
    """
    found = []
    for what, statement in places.items():
        rows = [row for row in fetch(TaxRate, statement) if not set(codes).isdisjoint(row[0].split())]
        if rows:
            found.append(Use(what, sum(row[1] for row in rows), min(row[2] for row in rows)))
    return found


def all_uses(code: str, taxes: Iterable[TaxRecord]) -> list[Use]:
    """Tell everything that would lack a tax if it were gone."""
    groups = [tax.code for tax in taxes if code in tax.children]
    return [*uses([code], EVERYWHERE), *([Use("group", len(groups), groups[0])] if groups else [])]


def frozen(code: str, changed: Collection[str], taxes: Iterable[TaxRecord]) -> str:
    """Tell why a tax cannot be changed; nothing where it can.

    A tax that orders or invoices use, be it through a group, keeps what computes: what was billed with it would no
    longer add up.

    Args:
        changed: The fields that would change.
        taxes: All taxes as they are stored.
    """
    fixed = sorted(set(changed) - FREE)
    if not fixed:
        return ""
    found = uses({code, *above(taxes, code)}, DOCUMENTS)
    return f"tax {code} is used by {listed(found)}, so its {', '.join(fixed)} cannot change" if found else ""


def listed(found: Iterable[Use]) -> str:
    """Name places in a sentence."""
    return ", ".join(map(str, found))
