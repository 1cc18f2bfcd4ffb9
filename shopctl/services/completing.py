"""List numbers, codes and names that begin in some way, for the completion of the shell."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from shopctl.db.bulk import fetch
from shopctl.domain.numbering import draft_address, folded, line_address, statement_address
from shopctl.domain.words import range_of
from shopctl.models import Order
from shopctl.models.billing import DRAFT
from shopctl.shop import Shop

MOST: Final = 50
"""Candidates that are listed of a kind."""

_NUMBERED: Final = {
    "orders": ("orders", "number", "ordered_at DESC, number DESC", ""),
    "invoices": ("invoices", "number", "id DESC", "number IS NOT NULL AND type = 'invoice'"),
    "credit_notes": ("invoices", "number", "id DESC", "number IS NOT NULL AND type = 'credit_note'"),
    "payments": ("payments", "number", "id DESC", ""),
    "deliveries": ("deliveries", "number", "date DESC, number DESC", ""),
    "carts": ("carts", "number", "last_activity_at DESC, number DESC", ""),
    "customers": ("customers", "code", "id DESC", ""),
    "products": ("products", "sku", "sku", "NOT archived"),
    "taxes": ("taxes", "code", "code", ""),
    "terms": ("payment_terms", "code", "code", ""),
}
"""What is completed: table, column, order without a beginning, and which rows."""


def starting(shop: Shop, kinds: Sequence[str], prefix: str) -> list[str]:
    """List what begins with a prefix, at most 50 of each kind; without a prefix the latest.

    Args:
        kinds: Keys of the tables of this module, or `filters:NOUN` for saved searches of a noun.
        prefix: As far as it was typed; case does not count in document numbers.
    """
    found: list[str] = []
    for kind in kinds:
        if kind.startswith("filters:"):
            found += _filters(shop, kind.partition(":")[2], prefix)
        elif kind in _ADDRESSED:
            found += _addresses(kind, prefix)
        else:
            found += _numbers(kind, prefix)
    return found


def _numbers(kind: str, prefix: str) -> list[str]:
    table, column, latest, rows = _NUMBERED[kind]
    condition, order = rows or "1 = 1", latest
    values: tuple[str, ...] = ()
    if prefix:
        written = prefix if kind in ("products", "taxes", "terms") else folded(prefix)
        low, high = range_of(written)
        if not low:
            return []
        condition += f" AND {column} >= ? AND {column} < ? AND substr({column}, 1, {len(written)}) = ?"
        values, order = (low, high, written), column
    statement = f"SELECT {column} FROM {table} WHERE {condition} ORDER BY {order} LIMIT {MOST}"  # noqa: S608  # ours
    return [number for (number,) in fetch(Order, statement, values)]


_ADDRESSED: Final = {
    "drafts": (draft_address, "invoices", f"{DRAFT.sql} AND number IS NULL"),
    "lines": (line_address, "bank_lines", "state = 'open'"),
    "statements": (statement_address, "bank_statements", "1 = 1"),
}
"""What is addressed by its key: how, the table, and which rows."""


def _addresses(kind: str, prefix: str) -> list[str]:
    address, table, condition = _ADDRESSED[kind]
    rows = fetch(Order, f"SELECT id FROM {table} WHERE {condition} ORDER BY id DESC LIMIT {MOST}")  # noqa: S608  # ours
    return [found for (key,) in rows if (found := address(key)).startswith(folded(prefix))]


def _filters(shop: Shop, noun: str, prefix: str) -> list[str]:
    """List the saved searches that somebody may use: their own and shared ones."""
    rows = fetch(
        Order,
        "SELECT DISTINCT f.name FROM saved_filters f JOIN users u ON u.id = f.owner_id "
        "WHERE f.noun = ? AND (f.shared OR u.name = ?) ORDER BY f.name LIMIT ?",
        (noun, shop.actor.name, MOST),
    )
    return [f"@{name}" for (name,) in rows if f"@{name}".startswith(prefix)]
