"""Say what a search text means for each noun: where it is looked for, as a condition that the indexes answer.

All words of the text have to be found in one place: in a customer, in one product, or in the document itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Final, NamedTuple

from shopctl.db.bulk import fetch
from shopctl.domain import references
from shopctl.domain.numbering import draft_key, folded, line_key, statement_key
from shopctl.domain.words import range_of, terms_of
from shopctl.models import Series
from shopctl.services import counters, words
from shopctl.shop import Shop

Part = tuple[str, tuple[str | int, ...]]
"""A statement that answers keys, with the values for its question marks."""

NUMBERED: Final[dict[str, tuple[str, ...]]] = {
    "orders": ("order",), "invoices": ("invoice", "credit_note"), "payments": ("payment",),
    "deliveries": ("delivery",), "carts": ("cart",),
}  # fmt: skip
"""The series in which the documents of a table are numbered, as the configuration names them."""


class Search(NamedTuple):
    """What was typed, in the forms in which it is compared.

    Attributes:
        text: As it was typed, without blanks around it.
        terms: Folded beginnings of words.
        shop: Whose series tell what a bare number such as 430 stands for.
    """

    text: str
    terms: tuple[str, ...]
    shop: Shop | None

    @property
    def number(self) -> str:
        """The text as a document number; empty when it is more than one word."""
        return "" if len(self.text.split()) > 1 else folded(self.text)


def condition(noun: str, text: str, shop: Shop | None = None) -> tuple[str, tuple[str | int, ...]]:
    """Write the condition under which a document is found by a text.

    Args:
        noun: The table: one of `NOUNS`, bank_lines, bank_statements, or credits.
        text: What was typed.
        shop: Lets a bare number such as 430 stand for S00430; without it numbers are found as they begin.

    Returns:
        A boolean expression over the table's own name, and the values for its question marks.

    Raises:
        UsageError: The text has no letter and no digit, or too many words.
    """
    statement, values = keys_of(noun, text, shop)
    return f"{noun}.id IN ({statement})", values


def keys_of(noun: str, text: str, shop: Shop | None = None) -> Part:
    """Write the statement that answers the keys of what is found; the arguments are those of `condition`."""
    search = Search(text.strip(), terms_of(text), shop)
    parts = list((_PLACES.get(noun) or _LISTED[noun])(search))
    united = " UNION ALL ".join(statement for statement, _ in parts)
    return united, tuple(value for _, values in parts for value in values)


def _orders(search: Search) -> Iterable[Part]:
    yield from _numbers("orders", search)
    yield from _external(search)
    quoted = references.written(search.text)
    yield _one_of("SELECT id FROM orders WHERE reference <> '' AND reference", [search.text, *quoted])
    yield _within("SELECT id FROM orders WHERE customer_id", words.matching("customer", search.terms))
    products = _within("SELECT sku FROM products WHERE id", words.matching("product", search.terms))
    items = _within("SELECT sku FROM sold_items WHERE id", words.matching("item", search.terms))
    yield _within("SELECT order_id FROM order_lines WHERE sku", _united(products, items))
    yield words.matching("order", search.terms)


def _invoices(search: Search) -> Iterable[Part]:
    yield from _numbers("invoices", search)
    draft = draft_key(search.number)
    if draft is not None:
        yield "SELECT id FROM invoices WHERE id = ? AND number IS NULL", (draft,)
    quoted = references.written(search.text)
    yield _one_of("SELECT id FROM invoices WHERE reference <> number AND reference", [search.text, *quoted])
    yield _within("SELECT id FROM invoices WHERE customer_id", words.matching("customer", search.terms))
    for numbers in _numbers("orders", search):
        yield _within("SELECT invoice_id FROM invoice_orders WHERE order_id", numbers)


def _payments(search: Search) -> Iterable[Part]:
    yield from _numbers("payments", search)
    yield _one_of("SELECT id FROM payments WHERE reference IS NOT NULL AND reference", [search.text])
    yield from _beginning("SELECT id FROM payments WHERE reference IS NOT NULL AND", "reference", search.text)
    yield _within("SELECT id FROM payments WHERE customer_id", words.matching("customer", search.terms))
    for numbers in _numbers("orders", search):
        yield _within("SELECT id FROM payments WHERE order_id", numbers)


def _deliveries(search: Search) -> Iterable[Part]:
    yield from _numbers("deliveries", search)
    yield _one_of("SELECT id FROM deliveries WHERE tracking <> '' AND tracking", [search.text, folded(search.text)])
    customers = _within("SELECT id FROM orders WHERE customer_id", words.matching("customer", search.terms))
    yield _within(
        "SELECT id FROM deliveries WHERE order_id",
        _united(customers, words.matching("order", search.terms), *_numbers("orders", search)),
    )


def _carts(search: Search) -> Iterable[Part]:
    yield from _numbers("carts", search)
    yield _within("SELECT id FROM carts WHERE customer_id", words.matching("customer", search.terms))


def _customers(search: Search) -> Iterable[Part]:
    yield words.matching("customer", search.terms)


def _products(search: Search) -> Iterable[Part]:
    yield words.matching("product", search.terms)


def _emails(search: Search) -> Iterable[Part]:
    if search.number:
        yield _one_of("SELECT id FROM emails WHERE document", [search.number, search.number.replace("-", "/")])
        yield from _beginning("SELECT id FROM emails WHERE", "document", search.number)
    yield _one_of("SELECT id FROM emails WHERE recipient", [search.text, search.text.lower()])
    found = _within("SELECT email FROM customers WHERE email <> '' AND id", words.matching("customer", search.terms))
    yield _within("SELECT id FROM emails WHERE recipient", found)


def _reminders(search: Search) -> Iterable[Part]:
    if search.number:
        yield _one_of("SELECT id FROM reminders WHERE document", [search.number, search.number.replace("-", "/")])
        yield from _beginning("SELECT id FROM reminders WHERE", "document", search.number)
    yield _within("SELECT id FROM reminders WHERE customer_id", words.matching("customer", search.terms))


def _credits(search: Search) -> Iterable[Part]:
    """Find outstanding credits among payments and credit notes; their keys are told apart as the list does it."""
    payments, values = _united(*_payments(search))
    yield f"SELECT 2 * key FROM (SELECT id AS key FROM payments WHERE id IN ({payments})) AS found", values  # noqa: S608
    notes, values = _united(*_invoices(search))
    yield f"SELECT 2 * key + 1 FROM (SELECT id AS key FROM invoices WHERE id IN ({notes})) AS found", values  # noqa: S608


_PLACES: Final[dict[str, Callable[[Search], Iterable[Part]]]] = {
    "orders": _orders, "invoices": _invoices, "payments": _payments, "deliveries": _deliveries, "carts": _carts,
    "customers": _customers, "products": _products, "emails": _emails,
}  # fmt: skip

NOUNS: Final = tuple(_PLACES)
"""What can be searched, in the order in which everything is shown."""


def _bank_lines(search: Search) -> Iterable[Part]:
    key = line_key(search.number)
    if key is not None:
        yield "SELECT id FROM bank_lines WHERE id = ?", (key,)
    yield _containing(
        "bank_lines", ("name", "reference", "text", "iban", "end_to_end", "bank_reference", "remark"), search
    )


def _bank_statements(search: Search) -> Iterable[Part]:
    key = statement_key(search.number)
    if key is not None:
        yield "SELECT id FROM bank_statements WHERE id = ?", (key,)
    yield _containing("bank_statements", ("account", "name", "format", "file"), search)


_LISTED: Final[dict[str, Callable[[Search], Iterable[Part]]]] = {
    "bank_lines": _bank_lines, "bank_statements": _bank_statements, "credits": _credits,
    "reminders": _reminders,
}  # fmt: skip
"""What only its own list searches; nobody remembers the words of a bank, so no index knows them."""


def _numbers(table: str, search: Search) -> Iterable[Part]:
    """Find documents by their number: as it is written, as a bare number, and as it begins."""
    if not search.number:
        return
    yield _one_of(f"SELECT id FROM {table} WHERE number", spellings(table, search.number, search.shop))  # noqa: S608
    yield from _beginning(f"SELECT id FROM {table} WHERE", "number", search.number)  # noqa: S608  # a name of ours


def spellings(table: str, number: str, shop: Shop | None) -> list[str]:
    """List the numbers that may be meant: 430 is S00430 of a series that counts so, INV-2026-00031 INV/2026/00031.

    Args:
        table: One of `NUMBERED`.
        number: In its stored form, see `domain.numbering.folded`.
    """
    found = dict.fromkeys((number, number.removeprefix("#"), number.replace("-", "/")))
    if shop is not None and number.isascii() and number.isdigit() and len(number) <= 18:  # what a key column takes
        for series in set(NUMBERED[table]) & set(counters.names(shop)):
            form = counters.scheme(shop, series)
            for (period,) in fetch(Series, "SELECT period FROM series WHERE name = ? ORDER BY period", (series,)):
                found[form.number(form.first_day(period), int(number))] = None
    return list(found)


_SOURCES: Final = (
    "WITH RECURSIVE sources(source) AS (SELECT min(source) FROM orders WHERE external_id <> '' UNION ALL "
    "SELECT (SELECT min(o.source) FROM orders o WHERE o.external_id <> '' AND o.source > sources.source) "
    "FROM sources WHERE sources.source IS NOT NULL) SELECT source FROM sources WHERE source IS NOT NULL"
)
"""Every source of orders, a jump of the index each."""


def _external(search: Search) -> Iterable[Part]:
    """Find orders by the number that their source gave them."""
    start = f"SELECT id FROM orders WHERE external_id <> '' AND source IN ({_SOURCES}) AND"  # noqa: S608
    if search.number:
        yield _one_of(f"{start} external_id", [search.text])
        yield from _beginning(start, "external_id", search.text)


def _one_of(start: str, values: Sequence[str]) -> Part:
    found = dict.fromkeys(values)
    return f"{start} IN ({', '.join('?' * len(found))})", tuple(found)


def _beginning(start: str, column: str, prefix: str) -> Iterable[Part]:
    """Find what begins so; the range is for the index, whatever order the database has, the comparison decides."""
    low, high = range_of(prefix)
    if low:
        statement = f"{start} {column} >= ? AND {column} < ? AND substr({column}, 1, {len(prefix)}) = ?"
        yield statement, (low, high, prefix)


def _containing(table: str, columns: Sequence[str], search: Search) -> Part:
    """Find what has all words somewhere in its columns."""
    together = " || ' ' || ".join(columns)
    place = f"lower({together}) LIKE ? ESCAPE '!'"
    found = [re.sub(r"([!%_])", r"!\1", word.lower()) for word in search.text.split()]
    conditions = " AND ".join([place] * len(found))
    return f"SELECT id FROM {table} WHERE {conditions}", tuple(f"%{word}%" for word in found)  # noqa: S608  # names of ours


def _within(start: str, part: Part) -> Part:
    return f"{start} IN ({part[0]})", part[1]


def _united(*parts: Part) -> Part:
    wrapped = (f"SELECT * FROM ({statement}) AS part" for statement, _ in parts)  # noqa: S608  # built here
    return " UNION ALL ".join(wrapped), tuple(value for _, values in parts for value in values)
