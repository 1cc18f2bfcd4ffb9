"""Keep the index of words by which customers, products and orders are found, and look things up in it.

Whoever changes what is searched calls `refresh` in the same transaction; whoever makes many records at once hands over
their texts to `remember` and `note_items`, so that they need not be read again. Everything else is found by what it
belongs to, see `services.searching`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

from shopctl.db.bulk import among, fetch, insert_rows, new_ids, within
from shopctl.db.transactions import transact
from shopctl.domain.words import AFTER, words_of
from shopctl.models import Address, Customer, Order, OrderLine, Product, SearchWord, SoldItem, Table
from shopctl.shop import Shop

CHUNK: Final = 2_000
"""Records whose words are made at a time."""

LONGEST: Final = 200
"""How much of what a line says is searched; an index holds it, which takes no text of any length."""

DESCRIPTION: Final = f"substr(l.description, 1, {LONGEST})"

Texts = Iterable[tuple[int, Iterable[str]]]
"""The texts of records by their keys; a key may come several times."""


def refresh(kind: str, keys: Sequence[int], *, new: bool = False) -> None:
    """Step: bring the words of some records to what is stored of them now.

    Args:
        kind: `customer`, `product` or `order`; an order brings the items with it that no product describes.
        new: They were written in this transaction, so there are no words yet that would have to go.
    """
    for start in range(0, len(keys), CHUNK):
        part = keys[start : start + CHUNK]
        if not new:
            forget(kind, part)
        remember(kind, texts_of(kind, part))
        if kind == "order":
            condition, values = among(OrderLine, "l.order_id", part)
            statement = f"SELECT DISTINCT l.sku, {DESCRIPTION} FROM order_lines l WHERE {condition}"  # noqa: S608  # names of ours
            note_items(fetch(OrderLine, statement, values))


def remember(kind: str, rows: Texts) -> None:
    """Step: write the words of records that have none yet."""
    entries = ((word, kind, key) for key, words in words_by_key(rows).items() for word in words)
    # In the order of the index, whose pages are then written one after the other.
    insert_rows(SearchWord, ("word", "kind", "key"), sorted(entries))


def words_by_key(rows: Texts) -> dict[int, set[str]]:
    """Gather the words of records."""
    found: dict[int, set[str]] = {}
    for key, texts in rows:
        found.setdefault(key, set()).update(words_of(*texts))
    return found


def forget(kind: str, keys: Sequence[int]) -> None:
    """Step: drop the words of records."""
    SearchWord.delete().where((SearchWord.kind == kind) & within(SearchWord.key, keys)).execute()


def texts_of(kind: str, keys: Sequence[int]) -> Iterator[tuple[int, Iterable[str]]]:
    """Read what of some records is searched, each with its key."""
    return _TEXTS[kind](keys)


def _customers(keys: Sequence[int]) -> Iterator[tuple[int, Iterable[str]]]:
    """Read customers; one that was merged into another is found as that one."""
    columns = "code, name, company, email, phone, vat"
    for column, owner in (("id", "id"), ("merged_into_id", "merged_into_id")):
        condition, values = among(Customer, column, keys)
        own = " AND merged_into_id IS NULL" if column == "id" else ""
        for key, *texts in fetch(
            Customer,
            f"SELECT {owner}, {columns} FROM customers WHERE {condition}{own}",  # noqa: S608  # names of ours
            values,
        ):
            yield key, of_customer(*texts)
    condition, values = among(Address, "customer_id", keys)
    for key, *texts in fetch(Address, f"SELECT customer_id, name, company FROM addresses WHERE {condition}", values):  # noqa: S608
        yield key, texts


def of_customer(code: str, name: str, company: str, email: str, phone: str, vat: str) -> tuple[str, ...]:
    """List the texts by which a customer is found, besides the names and companies of the addresses."""
    return code, name, company, email, phone, vat, _digits(phone)


def _digits(phone: str) -> str:
    """Join the digits of a telephone number, which everybody groups in another way."""
    return "".join(sign for sign in phone if sign.isdigit())


def _products(keys: Sequence[int]) -> Iterator[tuple[int, Iterable[str]]]:
    condition, values = among(Product, "id", keys)
    for key, *texts in fetch(Product, f"SELECT id, sku, name FROM products WHERE {condition}", values):  # noqa: S608
        yield key, texts


def _items(keys: Sequence[int]) -> Iterator[tuple[int, Iterable[str]]]:
    condition, values = among(SoldItem, "id", keys)
    for key, *texts in fetch(SoldItem, f"SELECT id, sku, description FROM sold_items WHERE {condition}", values):  # noqa: S608
        yield key, texts


def _orders(keys: Sequence[int]) -> Iterator[tuple[int, Iterable[str]]]:
    """Read what only the order itself tells: who a guest is, and products without an SKU."""
    condition, values = among(Order, "id", keys)
    for key, billing, shipping in fetch(
        Order,
        f"SELECT id, billing, shipping FROM orders WHERE {condition} AND customer_id IS NULL",  # noqa: S608
        values,
    ):
        yield key, of_guest(billing, shipping)
    condition, values = among(OrderLine, "order_id", keys)
    yield from (
        (key, (description,))
        for key, description in fetch(
            OrderLine,
            "SELECT order_id, description FROM order_lines "  # noqa: S608
            f"WHERE {condition} AND sku = '' AND kind = 'product'",
            values,
        )
    )


def of_guest(*addresses: str) -> list[str]:
    """List the texts by which an order without a customer is found: who its stored addresses name."""
    found = [json.loads(address) for address in addresses if address]
    return [address.get(name, "") for address in found for name in ("name", "company")]


def note_items(sold: Iterable[tuple[str, str]]) -> None:
    """Step: note what orders sold that is not in the catalogue, each once: most orders sell what was sold before.

    Args:
        sold: SKUs, each with what the line says, of which the first `LONGEST` characters count.
    """
    items = {(sku, description[:LONGEST]) for sku, description in sold if sku}
    if not items:
        return
    condition, values = among(Product, "sku", sorted({sku for sku, _ in items}))
    known = {sku for (sku,) in fetch(Product, f"SELECT sku FROM products WHERE {condition}", values)}  # noqa: S608
    noted = set(fetch(SoldItem, f"SELECT sku, description FROM sold_items WHERE {condition}", values))  # noqa: S608
    fresh = sorted(item for item in items if item[0] not in known and item not in noted)
    keys = list(new_ids(SoldItem, len(fresh)))
    insert_rows(SoldItem, ("id", "sku", "description"), [(key, *item) for key, item in zip(keys, fresh, strict=True)])
    remember("item", zip(keys, fresh, strict=True))


_TEXTS: Final[dict[str, Callable[[Sequence[int]], Iterator[tuple[int, Iterable[str]]]]]] = {
    "customer": _customers, "product": _products, "item": _items, "order": _orders,
}  # fmt: skip
TABLES: Final[dict[str, type[Table]]] = {"customer": Customer, "product": Product, "order": Order}
"""Where the records are that are searched, by kind; items are noted with the orders that sold them."""


def indexed(kind: str, keys: Sequence[int]) -> dict[int, set[str]]:
    """Read the words that records have in the index."""
    condition, values = among(SearchWord, "key", keys)
    found: dict[int, set[str]] = {}
    for key, word in fetch(
        SearchWord,
        f"SELECT key, word FROM search_words WHERE kind = ? AND {condition}",  # noqa: S608
        (kind, *values),
    ):
        found.setdefault(key, set()).add(word)
    return found


def every_key(model: type[Table]) -> Iterator[list[int]]:
    """List the keys of all records of a table, some thousand at a time."""
    table, last = model._meta.table_name, 0
    while part := [
        key
        for (key,) in fetch(model, f"SELECT id FROM {table} WHERE id > ? ORDER BY id LIMIT {CHUNK}", (last,))  # noqa: S608
    ]:
        yield part
        last = part[-1]


def fill() -> dict[str, int]:
    """Step: make the whole index anew from what is stored, a few thousand records at a time.

    Returns:
        How many records were read, by kind.
    """
    SearchWord.delete().execute()
    SoldItem.delete().execute()
    read = dict.fromkeys(TABLES, 0)
    for kind, model in TABLES.items():
        for keys in every_key(model):
            refresh(kind, keys, new=True)
            read[kind] += len(keys)
    return read


def rebuild(shop: Shop) -> dict[str, int]:
    """Make the whole index anew in a transaction of its own.

    Returns:
        How many records were read, by kind.

    Raises:
        ForbiddenError: Who is signed in may not change the database.
    """
    shop.require("database")
    return transact(shop.database, fill, wait=shop.wait, keep=lambda _: not shop.dry_run)


def matching(kind: str, terms: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    """Write the query for the keys of records that have all these words.

    Args:
        terms: Beginnings of words, as `domain.words.terms_of` folds them; at least one.

    Returns:
        A statement of one column `key`, and the values for its question marks.
    """
    one = "SELECT key FROM search_words WHERE kind = ? AND word >= ? AND word < ?"
    bound = [value for term in terms for value in (kind, term, term + AFTER)]
    if len(terms) == 1:
        return one, tuple(bound)
    # In brackets, for the databases disagree on what a UNION before it is united with.
    all_of_them = " INTERSECT ".join([one] * len(terms))
    return f"SELECT key FROM ({all_of_them}) AS found", tuple(bound)  # noqa: S608  # values are bound


def keys(kind: str, terms: Sequence[str], limit: int) -> list[int]:
    """List the keys of records that have all these words, the latest first.

    Args:
        limit: How many at most.
    """
    statement, values = matching(kind, terms)
    latest = f"SELECT DISTINCT key FROM ({statement}) AS every ORDER BY key DESC LIMIT ?"  # noqa: S608  # values are bound
    return [key for (key,) in fetch(SearchWord, latest, (*values, limit))]
