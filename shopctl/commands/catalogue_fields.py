"""Publish the fields of taxes, payment terms and series: names in JSON, CSV and `--fields`, never renamed."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any, Final

from shopctl.commands.fields import inside, nested, plain
from shopctl.output.columns import Column, Kind
from shopctl.output.formats import decimal, money


def rate(tax: Any) -> str:
    """Write what a tax takes, as people say it."""
    amount = decimal(tax.amount)
    words = {"percent": f"{amount} %", "fixed": f"{amount} a unit", "division": f"{amount} % of the gross"}
    return words.get(tax.type, " + ".join(tax.children))


PRODUCTS: Final = (
    Column("sku", "SKU", Kind.CODE, "How lines name it"),
    Column("name", "NAME", Kind.TEXT, "As screens and paper call it"),
    Column("type", "TYPE", Kind.STATUS, "goods, service, shipping or discount"),
    Column("price", "PRICE", Kind.MONEY, "Price of a unit, as new lines take it"),
    Column("currency", "CURRENCY", Kind.CODE, "Currency of the price, the shop's", shown="machine"),
    Column("taxes", "TAXES", Kind.LIST, "Codes of its taxes"),
    Column("policy", "BILLED BY", Kind.TEXT, "ordered or delivered quantities"),
    Column("stock", "STOCK", Kind.QUANTITY, "How many are there; empty: nobody counts"),
    Column("archived", "ARCHIVED", Kind.FLAG, "Not sold any more", shown="machine"),
)
"""Fields of a product."""

PRODUCT_WRITES: Final = tuple(
    replace(column, kind=Kind.TEXT, get=lambda row: money(row.price, row.currency))
    if column.name == "price"
    else column
    for column in PRODUCTS
)
"""The same as writes answer them: prices of different products are never added up."""

PRODUCT_DETAILS: Final = (
    *(inside(column, "product") for column in PRODUCTS),
    *(inside(column, "sold") for column in (
        Column("orders_recent", "ORDERS 30 D", Kind.COUNT, "Confirmed orders of the last 30 days with it"),
        Column("quantity_recent", "SOLD 30 D", Kind.QUANTITY, "How many were ordered in the last 30 days"),
        Column("orders", "ORDERS", Kind.COUNT, "All confirmed orders with it"),
        Column("quantity", "SOLD", Kind.QUANTITY, "How many were ordered in all"),
        Column("quantity_to_deliver", "TO DELIVER", Kind.QUANTITY, "How many of them have not left and will"),
    )),
)  # fmt: skip
"""Fields of `products show`."""

TAXES: Final = (
    Column("code", "TAX", Kind.CODE, "Its code, as lines name it"),
    Column("name", "NAME", Kind.TEXT, "As screens and paper call it"),
    Column("type", "TYPE", Kind.STATUS, "percent, fixed, division or group"),
    Column("rate", "RATE", Kind.TEXT, "What it takes, in words", rate, plain=False),
    Column("amount", "AMOUNT", Kind.QUANTITY, "Percentage, or money a unit", shown="machine"),
    Column("included", "INCLUDED", Kind.FLAG, "The price contains it"),
    Column("compounds", "COMPOUNDS", Kind.FLAG, "Later taxes apply on it", shown="wide"),
    Column("affected", "AFFECTED", Kind.FLAG, "It applies on earlier taxes that compound", shown="wide"),
    Column("sequence", "SEQUENCE", Kind.COUNT, "Lower ones are worked out first"),
    Column("group", "GROUP", Kind.TEXT, "Its row of the total block", spare=True),
    Column("children", "CHILDREN", Kind.LIST, "The taxes of a group", shown="machine"),
)
"""Fields of a tax."""


def _example(row: Any) -> dict[str, object]:
    example = row.example
    taxes = [plain(tax, example.currency) for tax in example.taxes]
    return {**plain(example._replace(taxes=""), example.currency), "taxes": taxes}


TAX_DETAILS: Final = (
    *(inside(column, "tax") for column in TAXES),
    Column("products", "PRODUCTS", Kind.LIST, "Products that bear it"),
    Column("used_by", "USED BY", Kind.LIST, "Lines and groups that name it"),
    Column("example", "EXAMPLE", Kind.OBJECT, "What a price of 100 comes to", _example),
)
"""Fields of `tax show`."""


def words_of(row: Any) -> tuple[str, ...]:
    """Write the instalments of terms as `--line` takes them."""
    from shopctl.domain.terms import TermsLine
    from shopctl.domain.terms_words import write_line

    return tuple(write_line(TermsLine(*line)) for line in row.lines)


def early_of(row: Any) -> str:
    """Write the early discount of terms as `--early-discount` takes it; empty without one."""
    from shopctl.domain.terms import EarlyDiscount
    from shopctl.domain.terms_words import write_early

    return write_early(EarlyDiscount(*row.early_discount)) if row.early_discount else ""


def _lines(row: Any) -> list[dict[str, object]]:
    return [_named(("type", "value", "delay", "days", "day"), line) for line in row.lines]


def _early(row: Any) -> dict[str, object] | None:
    return _named(("percent", "days", "mode"), row.early_discount) if row.early_discount else None


def _named(names: tuple[str, ...], values: Any) -> dict[str, object]:
    """Name values that may have lost their names on the way through a stored answer."""
    plain_values = (decimal(value) if isinstance(value, Decimal) else value for value in values)
    return dict(zip(names, plain_values, strict=True))


TERMS: Final = (
    Column("code", "TERMS", Kind.CODE, "Their code, as orders and customers name them"),
    Column("name", "NAME", Kind.TEXT, "As people call them"),
    Column("instalments", "INSTALMENTS", Kind.LIST, "Instalments as --line takes them", words_of, nested="lines"),
    Column("early", "EARLY DISCOUNT", Kind.CODE, "As --early-discount takes it", early_of, nested="early_discount"),
    Column(
        "lines", "LINES", Kind.OBJECT, "Instalments: type, value, delay, days, day", _lines, shown="machine",
        plain=False,
    ),
    Column(
        "early_discount", "EARLY DISCOUNT", Kind.OBJECT, "Early discount: percent, days, mode", _early,
        shown="machine", plain=False,
    ),
    Column("note", "NOTE", Kind.TEXT, "Printed on invoices", shown="wide"),
)  # fmt: skip
"""Fields of payment terms."""

PREVIEW: Final = (
    Column("code", "TERMS", Kind.CODE, "The payment terms"),
    Column("date", "DATE", Kind.DATE, "The invoice date"),
    Column("currency", "CURRENCY", Kind.CODE, "Currency of the amounts"),
    Column("amount", "AMOUNT", Kind.MONEY, "The total"),
    nested("installments", "INSTALMENTS", "What falls due when"),
    Column("early_percent", "EARLY DISCOUNT", Kind.PERCENT, "Percentage off for paying early"),
    Column("early_until", "UNTIL", Kind.DATE, "The last day of the early discount"),
    Column("early_mode", "MODE", Kind.STATUS, "included, excluded or mixed"),
)
"""Fields of `terms preview`."""

SERIES: Final = (
    Column("series", "SERIES", Kind.CODE, "Its name under numbering in the configuration"),
    Column("template", "TEMPLATE", Kind.TEXT, "How its numbers look"),
    Column("period", "PERIOD", Kind.CODE, "What counts anew; empty: it counts for ever"),
    Column("next_number", "NEXT", Kind.CODE, "The next number of the period"),
    Column("last_date", "LAST DATE", Kind.DATE, "No document may be dated before it"),
)
"""Fields of a series of numbers."""

FINDINGS: Final = (
    Column("series", "SERIES", Kind.CODE, "The series"),
    Column("period", "PERIOD", Kind.CODE, "The counting period"),
    Column("problem", "PROBLEM", Kind.STATUS, "foreign, gap, double, counter or date"),
    Column("reference", "REFERENCE", Kind.CODE, "The number"),
    Column("expected", "EXPECTED", Kind.TEXT, "What it should be", lambda row: _word(row.expected)),
    Column("found", "FOUND", Kind.TEXT, "What it is", lambda row: _word(row.found)),
    Column("hint", "HINT", Kind.TEXT, "Where to look", shown="wide"),
)
"""Fields of what `series audit` finds."""


def _word(value: object) -> object:
    return None if value is None else str(value)
