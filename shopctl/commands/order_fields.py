"""Publish the fields of the history and the figures of orders: names in JSON, CSV and `--fields`, never renamed."""

from __future__ import annotations

from typing import Final

from shopctl.output.columns import Column, Kind

HISTORY: Final = (
    Column("at", "WHEN", Kind.INSTANT, "When it happened"),
    Column("actor", "WHO", Kind.TEXT, "Who did it"),
    Column("document", "DOCUMENT", Kind.CODE, "What it was done with"),
    Column("action", "WHAT", Kind.TEXT, "What was done"),
    Column("details", "DETAILS", Kind.TEXT, "More about it"),
)
"""Fields of something that happened."""

FIGURES: Final = (
    Column("group", "CODE", Kind.CODE, "What the orders share: a code, a country, a date; absent for the rest"),
    Column("name", "NAME", Kind.TEXT, "Its name"),
    Column("currency", "CURRENCY", Kind.CODE, "Currency of the amounts"),
    Column("orders", "ORDERS", Kind.COUNT, "How many orders"),
    Column("quantity", "QUANTITY", Kind.QUANTITY, "How many pieces, by product only", shown="machine"),
    Column("untaxed", "UNTAXED", Kind.MONEY, "Their sum without taxes"),
    Column("average", "AVERAGE", Kind.MONEY, "Untaxed sum of an order"),
    Column("share", "SHARE", Kind.PERCENT, "Of the untaxed sum of all orders in the currency"),
)
"""Fields of a group of orders."""
