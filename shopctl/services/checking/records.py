"""Check the records: journal, outbox, payment references, the database itself and its clock."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from shopctl import journal
from shopctl.db.fields import stamp
from shopctl.journal import Entry, chained
from shopctl.services import schema, slots, words
from shopctl.services.checking.reading import Books, Comparison, Found

REFERENCES_UNIQUE = Comparison(
    "payments",
    "SELECT max(id), provider || ' ' || reference, min(number), max(number) FROM payments WHERE reference IS NOT NULL "
    "GROUP BY provider, reference HAVING count(*) > 1",
)

LETTERS_UNIQUE = Comparison(
    "emails",
    "SELECT max(id), document, min(key), 'the same key again' FROM emails GROUP BY key, document HAVING count(*) > 1",
    "shopctl email list --document {}",
)

LETTERS_ANSWERED = Comparison(
    "emails",
    "SELECT id, document, 'reply and moment of sending', CASE WHEN reply = '' THEN 'no reply' ELSE 'no moment' END "
    "FROM emails WHERE state = 'sent' AND (reply = '' OR sent_at IS NULL)",
    "shopctl email list --document {}",
)

REMINDERS_IN_ORDER = Comparison(
    "reminders",
    "SELECT later.id, later.document, 'step ' || later.step || ' after step ' || earlier.step, 'before it' "
    "FROM reminders later JOIN reminders earlier ON earlier.document = later.document AND earlier.kind = later.kind "
    "AND earlier.step < later.step WHERE later.created_at < earlier.created_at",
    "shopctl reminder list",
)

CHARGES_BOOKED = Comparison(
    "reminders",
    "SELECT id, document || ' step ' || step, 'an invoice', 'none' FROM reminders "
    "WHERE charge_id IS NULL AND fee + interest > 0",
    "shopctl reminder list",
)
CHARGES_ADDED_UP = Comparison(
    "invoices",
    "SELECT i.id, coalesce(i.number, 'DRAFT/' || i.id), r.charged, i.amount_total FROM (SELECT charge_id, "
    "sum(fee + interest) AS charged FROM reminders WHERE charge_id IS NOT NULL GROUP BY charge_id) r "
    "JOIN invoices i ON i.id = r.charge_id WHERE r.charged <> i.amount_total",
    "shopctl invoice show {}",
)
REMINDERS_ONCE = Comparison(
    "reminders",
    "SELECT max(id), document, 'step ' || step || ' once', 'step ' || step || ' again' FROM reminders "
    "GROUP BY document, kind, step HAVING count(*) > 1",
    "shopctl reminder list",
)

POSTED_DOCUMENTS_TOLD = Comparison(
    "invoices",
    "SELECT i.id, i.number, 'an entry in the journal', NULL FROM invoices i "
    "WHERE i.state = 'posted' AND i.number IS NOT NULL "
    "AND NOT EXISTS (SELECT 1 FROM events e WHERE e.reference = i.number)",
    "shopctl invoice show {}",
)


def letters_attended(books: Books) -> Iterator[Found]:
    """Find letters that are being sent by nobody: the place of their sender is free."""
    for (owner,) in books.rows("SELECT DISTINCT owner FROM emails WHERE state = 'sending' ORDER BY owner"):
        with slots.vacated(books.shop, "", owner) as ended:
            if ended:
                for key, document in books.rows(
                    "SELECT id, document FROM emails WHERE state = 'sending' AND owner = ? ORDER BY id", owner
                ):
                    yield Found("emails", key, document, "a sender at work", "none", "shopctl email send")


def journal_chain(books: Books) -> Iterator[Found]:
    """Find journal entries that are missing or were changed, and a head that is not the last entry."""
    last, before, whole = 0, "", True
    for key, at, actor, action, reference, details, operation, stored in books.walk(
        "events",
        "SELECT id, at, actor, action, reference, details, operation, hash FROM events "
        "WHERE id > ? AND id <= ? ORDER BY id",
    ):
        if key != last + 1:
            yield Found("events", key, reference, last + 1, key)
            whole = False
        if whole:
            wanted = chained(before, key, at, actor, Entry(action, reference, details), operation)
            if wanted != stored:
                yield Found("events", key, reference, wanted, stored)
        last, before, whole = key, stored, True
    rows = books.rows("SELECT id, next, last_hash FROM series WHERE name = ? AND period = ''", journal.SERIES)
    head, after, hashed = rows[0] if rows else (None, None, None)
    if after != last + 1:
        yield Found("series", head, journal.SERIES, last + 1, after)
    elif hashed != before:
        yield Found("series", head, journal.SERIES, before, hashed)


def database_sound(books: Books) -> Iterator[Found]:
    """Ask the database about itself, and compare the schema with what the last migration left."""
    if books.sqlite:
        for (message,) in books.rows("PRAGMA integrity_check(1000)"):
            if message != "ok":
                yield Found("sqlite", None, "integrity_check", "ok", message, "shopctl db restore")
        for table, key, parent, _ in books.rows("PRAGMA foreign_key_check"):
            yield Found(table, key, "foreign_key_check", f"a row of {parent}", None)
    found, recorded = schema.fingerprint(books.shop.database), schema.recorded_fingerprint()
    if found != recorded:
        yield Found(
            "schema_history", None, "schema", recorded, found, "somebody changed tables, keys or indexes by hand"
        )


_MOMENTS = {
    "invoices": ("coalesce(number, 'DRAFT/' || id)", ("created_at", "posted_at", "sent_at")),
    "payments": ("number", ("created_at",)),
    "allocations": ("''", ("created_at", "removed_at")),
    "orders": ("number", ("confirmed_at",)),
    "events": ("reference", ("at",)),
    "operations": ("key", ("created_at",)),
    "emails": ("document", ("created_at", "sent_at")),
}
"""Moments that our own clock wrote, by table, with how a row is named."""

LEEWAY = timedelta(minutes=5)


def nothing_from_the_future(books: Books) -> Iterator[Found]:
    """Find rows that were written more than five minutes from now."""
    limit = stamp(books.shop.now + LEEWAY)
    for table, (reference, columns) in _MOMENTS.items():
        for column in columns:
            for key, name, moment in books.rows(
                f"SELECT id, {reference}, {column} FROM {table} WHERE {column} > ? ORDER BY id",  # noqa: S608
                limit,
            ):
                yield Found(
                    table, key, name, f"{stamp(books.shop.now)} or before", moment, "check the clock of this machine"
                )


def files_private(books: Books) -> Iterator[Found]:
    """Find database files that others than their owner may read or write."""
    if not books.sqlite:
        return
    path = Path(books.shop.database.database)
    for file in (path, *(path.with_name(path.name + suffix) for suffix in ("-wal", "-shm"))):
        if file.exists() and (mode := stat.S_IMODE(file.stat().st_mode)) & 0o077:
            yield Found("file", None, str(file), "0600", f"{mode:04o}", f"chmod 600 {file}")


def words_indexed(books: Books) -> Iterator[Found]:
    """Find customers, products, items and guests whose words in the index are not those of what is stored."""
    for kind, table in _SEARCHED.items():
        for low, high in books.spans(table):
            keys = [key for (key,) in books.rows(f"SELECT id FROM {table} WHERE id > ? AND id <= ?", low, high)]  # noqa: S608
            wanted = words.words_by_key(words.texts_of(kind, keys))
            found = words.indexed(kind, keys)
            for key in keys:
                differing = sorted(wanted.get(key, set()) ^ found.get(key, set()))
                if differing:
                    there = differing[0] in wanted.get(key, set())
                    yield Found(table, key, differing[0], there, not there, "shopctl db reindex")


_SEARCHED = {"customer": "customers", "product": "products", "item": "sold_items", "order": "orders"}

WORDS_OF_NOTHING = Comparison(
    "search_words",
    "SELECT key, kind || ' ' || word, 'a ' || kind, NULL FROM search_words w WHERE NOT EXISTS (SELECT 1 FROM "
    "customers c WHERE w.kind = 'customer' AND c.id = w.key) AND NOT EXISTS (SELECT 1 FROM products p "
    "WHERE w.kind = 'product' AND p.id = w.key) AND NOT EXISTS (SELECT 1 FROM sold_items s WHERE w.kind = 'item' "
    "AND s.id = w.key) AND NOT EXISTS (SELECT 1 FROM orders o WHERE w.kind = 'order' AND o.id = w.key)",
    "shopctl db reindex",
)

ITEMS_NOTED = Comparison(
    "order_lines",
    "SELECT min(l.id), l.sku, 'the item in the index of words', NULL FROM order_lines l WHERE l.sku <> '' "
    "AND NOT EXISTS (SELECT 1 FROM products p WHERE p.sku = l.sku) "
    "AND NOT EXISTS (SELECT 1 FROM sold_items s WHERE s.sku = l.sku) GROUP BY l.sku",
    "shopctl db reindex",
)
