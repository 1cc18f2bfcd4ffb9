"""Publish the fields of carts and of their analysis."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

from shopctl.commands.fields import ORDERS, details, nested, plain
from shopctl.output.columns import Column, Kind


def idle_words(seconds: int | None) -> str | None:
    """Write how long nothing happened: minutes below two hours, hours below two days, then days."""
    if seconds is None:
        return None
    minutes, hours = seconds // 60, seconds // 3600
    return f"{minutes} min" if hours < 2 else f"{hours} h" if hours < 48 else f"{hours // 24} d"


def _idle_hours(row: Any) -> int | None:
    return None if row.idle_seconds is None else row.idle_seconds // 3600


def _said(name: str) -> Callable[[Any], object]:
    """Read a word that may be missing."""
    return lambda row: getattr(row, name) or None


def _customer(row: Any) -> object:
    return _OF_ORDERS["customer"].value(row) if row.customer_code else None


_OF_ORDERS: Final = {column.name: column for column in ORDERS}

CARTS: Final = (
    Column("number", "CART", Kind.CODE, "Cart number"),
    Column("created_at", "MADE", Kind.INSTANT, "When it was made", shown="wide"),
    Column("last_activity_at", "LAST USED", Kind.INSTANT, "When something happened in it last", day=True),
    Column("idle", "IDLE", Kind.CODE, "Since then", lambda row: idle_words(row.idle_seconds), plain=False),
    Column("idle_hours", "HOURS", Kind.COUNT, "The same in whole hours", _idle_hours, shown="machine"),
    Column("ordered_at", "ORDERED", Kind.INSTANT, "When it became an order", shown="wide"),
    Column("state", "STATE", Kind.STATUS, "open, abandoned, ordered, or recovered: ordered after a letter"),
    replace(_OF_ORDERS["customer"], get=_customer, description="Customer: code, name, e-mail; null: anonymous"),
    *(_OF_ORDERS[name] for name in ("customer_code", "customer_name", "customer_email")),
    Column("pieces", "ITEMS", Kind.QUANTITY, "Pieces of products in it", spare=True),
    *(_OF_ORDERS[name] for name in ("currency", "amount_untaxed", "amount_tax")),
    replace(_OF_ORDERS["amount_total"], header="VALUE"),
    Column("stage", "STOPPED AT", Kind.STATUS, "How far it came: cart, address, delivery, payment or failed"),
    Column("reason", "LIKELY REASON", Kind.STATUS, "Why it was probably left", _said("reason"), shown="wide"),
    Column("payment_error", "PAYMENT ERROR", Kind.TEXT, "What the provider said", _said("payment_error"), shown="wide"),
    Column("emails", "LETTERS", Kind.COUNT, "Letters that went, or may go out", shown="wide"),
    Column("mailed_at", "MAILED", Kind.INSTANT, "When the latest of them was sent", day=True, spare=True),
    Column("skip_reason", "NO LETTER", Kind.STATUS, "Why none goes out now", _said("skip_reason"), shown="wide"),
    Column("step", "NEXT", Kind.COUNT, "Letter that is due, comes next or failed", _said("step"), shown="wide"),
    Column("due_at", "DUE", Kind.INSTANT, "When that is or was due", shown="wide"),
    Column("basis", "BASIS", Kind.STATUS, "What makes it lawful: consent or sale", _said("basis"), shown="wide"),
    Column("won_by", "WON BY", Kind.COUNT, "The letter that won it back; from 1", _said("won_by"), shown="wide"),
    Column("order", "ORDER", Kind.CODE, "The order that it became", _said("order"), shown="wide"),
    Column("source", "SOURCE", Kind.CODE, "System it was imported from", shown="wide"),
    Column("website", "WEBSITE", Kind.TEXT, "Website it was filled on", shown="wide"),
)  # fmt: skip
"""Fields of a cart in lists."""

_OF_ABANDONED: Final = {
    "last_activity_at": "wide", "state": "wide", "reason": "always", "skip_reason": "always",
}  # fmt: skip

ABANDONED: Final = tuple(replace(column, shown=_OF_ABANDONED.get(column.name, column.shown)) for column in CARTS)
"""The same fields as a list of abandoned carts shows them."""

_OF_LETTERS: Final = {
    **_OF_ABANDONED, "reason": "wide", "stage": "wide", "mailed_at": "wide", "step": "always", "basis": "always",
}  # fmt: skip

LETTERS: Final = tuple(
    replace(column, shown=_OF_LETTERS.get(column.name, column.shown), batch=column.name == "basis") for column in CARTS
)
"""The same fields where letters are queued: which letter, on what basis, or why none."""

_OF_RECOVERED: Final = {"idle": "wide", "stage": "wide", "state": "wide", "order": "always", "won_by": "always"}

RECOVERED: Final = tuple(replace(column, shown=_OF_RECOVERED.get(column.name, column.shown)) for column in CARTS)
"""The same fields as a list of recovered carts shows them: which letter won which order."""

_RESOLVED: Final = ("number", "state", "order", "customer_code", "amount_total", "currency", "source", "website")

RESOLVED: Final = tuple(
    replace(
        column,
        shown="machine" if column.name == "currency" else "always",
        nested="",
        header="CUSTOMER" if column.name == "customer_code" else column.header,
    )
    for name in _RESOLVED
    for column in CARTS
    if column.name == name
)
"""What the shop's page needs to open a cart; nothing that tells who somebody is."""

CART_DETAILS: Final = details(
    "cart",
    CARTS,
    (
        nested("lines", "LINES", "Lines with quantities, prices and what is wrong with the product", "cart"),
        nested("taxes", "TAXES", "Tax by code: base and amount", "cart"),
        nested("letters", "LETTERS", "Letters about it"),
        nested("events", "EVENTS", "What happened to it"),
    ),
)
"""All fields of `carts show`."""

FIGURES: Final = (
    Column("group", "GROUP", Kind.CODE, "What the carts share"),
    Column("label", "CALLED", Kind.TEXT, "The same as people call it"),
    Column("currency", "CURRENCY", Kind.CODE, "Currency of the amounts", shown="machine"),
    Column("carts", "CARTS", Kind.COUNT, "Abandoned carts"),
    Column("amount", "VALUE", Kind.MONEY, "What they are worth"),
    Column("mailed", "MAILED", Kind.COUNT, "Carts whose letter was sent, ordered ones included"),
    Column("won_back", "WON BACK", Kind.COUNT, "Of these, ordered after the letter"),
    Column("rate", "RATE", Kind.PERCENT, "Their share in percent"),
    Column("amount_won_back", "ORDERED FOR", Kind.MONEY, "What they were ordered for"),
)
"""Fields of one row of an analysis."""


def _figures(name: str, header: str, description: str) -> Column:
    def get(row: Any) -> list[dict[str, object]]:
        return [
            {**plain(one, one.currency), "rate": None if one.rate is None else str(one.rate)}
            for one in getattr(row.sums, name)
        ]

    return Column(name, header, Kind.OBJECT, description, get)


ANALYSIS: Final = (
    Column("since", "SINCE", Kind.INSTANT, "Carts that were last in use from then on"),
    Column("until", "UNTIL", Kind.INSTANT, "and before then"),
    Column("idle_hours", "IDLE", Kind.COUNT, "Hours without activity", lambda row: row.delay // timedelta(hours=1)),
    _figures("totals", "TOTALS", "All of them"),
    _figures("stages", "STAGES", "By where they stopped"),
    _figures("reasons", "REASONS", "By likely reason"),
    _figures("products", "PRODUCTS", "By product"),
    _figures("customer_types", "CUSTOMER TYPES", "By kind of customer"),
    _figures("steps", "STEPS", "By the letters that were sent, and what each won back"),
    _figures("letters", "LETTERS", "By why they get no letter now; an empty group: they get one"),
    Column("definitions", "DEFINITIONS", Kind.OBJECT, "What each figure means"),
)
"""Fields of an analysis."""
