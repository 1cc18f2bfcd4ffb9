"""Check customers: that nothing was left with those that were merged into others."""

from __future__ import annotations

from collections.abc import Iterator

from shopctl.services.checking.reading import Books, Comparison, Found

_NUMBERS = {
    "orders": "d.number", "carts": "d.number", "payments": "d.number",
    "invoices": "coalesce(d.number, 'DRAFT/' || d.id)", "known_accounts": "d.iban",
}  # fmt: skip

FOLLOWED_AT_ONCE = Comparison(
    "customers",
    "SELECT c.id, c.code, l.code, t.code FROM customers c JOIN customers t ON t.id = c.merged_into_id "
    "JOIN customers l ON l.id = t.merged_into_id WHERE c.merged_into_id IS NOT NULL",
    "shopctl customers show {}",
)


def left_behind(books: Books) -> Iterator[Found]:
    """Find what belongs to a customer that was merged, as an order that was stored in the same moment may."""
    for table, number in _NUMBERS.items():
        for key, reference, into, code in books.rows(
            f"SELECT d.id, {number}, t.code, c.code FROM customers c JOIN {table} d ON d.customer_id = c.id "  # noqa: S608
            "JOIN customers t ON t.id = c.merged_into_id WHERE c.merged_into_id IS NOT NULL ORDER BY d.id"
        ):
            yield Found(table, key, reference, into, code, f"shopctl customers merge {code} {into}")
