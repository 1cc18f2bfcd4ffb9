"""Make a shop that has run for three years: customers in many scripts, orders, invoices, payments, deliveries, carts.

Run as a program it leaves the file behind: `python -m benchmarks.years ORDERS DIRECTORY` prints its name.

What a person would have typed is made here; what follows from an order is copied from it by the database, under the
same key. Everything comes out the same each time, and `shopctl db check` finds nothing wrong with it.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any, Final

from benchmarks import shops
from shopctl import migrations, models
from shopctl.db.bulk import insert_rows
from shopctl.db.connection import is_sqlite
from shopctl.journal import COLUMNS as EVENT
from shopctl.journal import Entry, chained
from shopctl.services.importing.customers import COLUMNS as CUSTOMER
from shopctl.services.importing.figures import LINE, ORDER
from shopctl.shop import Shop

BLOCK: Final = 20_000
SPAN: Final = timedelta(days=3 * 365)
PEOPLE: Final = (
    ("DE", "de", "Anna Jürgen Käthe Björn Sofie Günther", "Müller Groß Schröder Weiß Königs Öztürk"),
    ("FR", "fr", "Zoé François Hélène Jérôme Anaïs Noël", "Lefèvre Dubois Béranger Côté Garçon Moreau"),
    ("PL", "pl", "Łucja Zdzisław Małgorzata Paweł Żaneta Grażyna", "Wiśniewska Łukasik Dąbrowski Żak Gołąb Ćwik"),
    ("TR", "tr", "İlayda Oğuz Ayşe Gökhan Şule Çağla", "Yıldız Şahin Öztürk Çelik Doğan Ünal"),
    ("GR", "el", "Ελένη Γιώργος Σοφία Νίκος Μαρία Ιωάννης", "Παπαδόπουλος Οικονόμου Γεωργίου Νικολάου Δήμου Ρήγας"),
    ("BG", "bg", "Мария Иван Елена Георги Юлия Димитър", "Иванова Петров Димитрова Стоянов Колева Йорданов"),
    ("IL", "he", "נועה דוד שרה יוסף מיכל אבי", "כהן לוי מזרחי פרץ ביטון פרידמן"),
    ("EG", "ar", "فاطمة محمد ليلى أحمد مريم يوسف", "حسن علي إبراهيم السيد منصور عثمان"),
    ("IN", "hi", "अनन्या राहुल प्रिया अर्जुन मीरा विजय", "शर्मा पटेल सिंह गुप्ता वर्मा मिश्रा"),
    ("CN", "zh", "秀英 伟 芳 娜 敏 静", "王 李 张 刘 陈 杨"),
    ("JP", "ja", "陽菜 蓮 結衣 大翔 美咲 颯太", "佐藤 鈴木 高橋 田中 伊藤 渡辺"),
    ("GB", "en", "Olivia George Amelia Noah Isla Oliver", "Smith O'Brien Taylor McKay Williams Clarke-Jones"),
)
BASKETS: Final = 1_500
"""After so many orders the same is bought again, see `shops.goods`."""
METHODS: Final = ("card", "card", "paypal", "wire", "invoice")


def place() -> Path | None:
    """Tell where files are kept for further runs: `SHOPCTL_BENCH_KEEP`, else nowhere."""
    named = os.environ.get("SHOPCTL_BENCH_KEEP")
    return Path(named) if named else None


@contextmanager
def kept(directory: Path, count: int) -> Iterator[Path]:
    """Hand out the SQLite file of a shop with so many orders, made unless it was kept by an earlier run.

    Its name tells the schema, so that one of another schema is not taken for it.
    """
    schema = migrations.steps("sqlite")[-1].sha256[:8]
    path = directory / f"years-{count}-{schema}.db"
    if not path.exists():
        unfinished = path.with_suffix(".part")
        unfinished.unlink(missing_ok=True)
        with shops.shop_at(f"sqlite:///{unfinished}") as shop:
            fill(shop, count)
        unfinished.rename(path)
    yield path


def fill(shop: Shop, count: int) -> None:
    """Put three years with so many orders into an empty shop, a tenth as many customers, and 1,000 products."""
    customers = max(count // 10, 1)
    with _unhindered(shop.database):
        shops.make_tax()
        insert_rows(models.Product, ("sku", "name", "type", "price", "taxes", "policy", "archived"), _products(count))
        _stored(models.Customer, CUSTOMER, (_customer(key) for key in range(1, customers + 1)))
        _stored(models.Order, ORDER, (_order(key, count) for key in range(1, count + 1)))
        _stored(models.OrderLine, LINE, (row for key in range(1, count + 1) for row in _lines(key)))
        _run(shop.database, FOLLOWING)
        _journal(shop)
        _run(shop.database, COUNTERS)


def _stored(model: Any, columns: tuple[str, ...], rows: Iterator[tuple[Any, ...]]) -> None:
    while block := list(islice(rows, BLOCK)):
        insert_rows(model, columns, block)


@contextmanager
def _unhindered(database: Any) -> Iterator[None]:
    """Let rows in without looking at each of them: no foreign keys, and the indexes are built afterwards."""
    lite = is_sqlite(database)
    names = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
    if not lite:
        names = (
            "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' AND right(indexname, 5) <> '_pkey'"
        )
    indexes = database.execute_sql(names).fetchall()
    fast = ("foreign_keys = 0", "synchronous = 0", "journal_mode = off", "cache_size = -400000")
    for statement in [f"PRAGMA {one}" for one in fast] if lite else ["SET session_replication_role = replica"]:
        database.execute_sql(statement)
    for name, _ in indexes:
        database.execute_sql(f'DROP INDEX "{name}"')
    with database.atomic():
        yield
    for _, definition in indexes:
        database.execute_sql(definition)
    for table in () if lite else ("customers", "orders", "order_lines", "invoices", "payments", "deliveries", "events"):
        database.execute_sql(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}")
    for statement in (
        ["PRAGMA journal_mode = wal"] if lite else ["SET session_replication_role = origin", "VACUUM ANALYZE"]
    ):
        database.execute_sql(statement)


def _products(count: int) -> list[tuple[Any, ...]]:
    """List what the orders are of: 500 shirts and 500 mugs, fewer where fewer are sold."""
    sold = {sku: (words, price) for key in range(1, min(count, 500) + 1)
            for kind, sku, words, _, price in shops.goods(key) if kind == "product"}  # fmt: skip
    return [
        (sku, words, "goods", price * 100, shops.TAX.code, "ordered", False)
        for sku, (words, price) in sorted(sold.items())
    ]


def _person(customer: int) -> tuple[str, str, str]:
    """Tell the name, country and language of a customer."""
    country, language, given, family = PEOPLE[customer % len(PEOPLE)]
    place = customer // len(PEOPLE)
    first, last = given.split()[place % 6], family.split()[place // 6 % 6]
    return f"{last} {first}" if language in ("zh", "ja") else f"{first} {last}", country, language


def _customer(key: int) -> tuple[Any, ...]:
    name, country, language = _person(key)
    email = f"buyer{key}@shop.example"
    return (
        key, f"C{key:05d}", name, "" if key % 9 else f"{name} & Co", email, email, None, "", "", language, country,
        "wholesale" if key % 20 == 0 else "", "", None, "", None, "", "", "", "2023-01-01T00:00:00Z",
    )  # fmt: skip


@cache
def _address(customer: int) -> str:
    name, country, _ = _person(customer)
    street, place = f"Main Street {customer % 200}", f"{customer % 90_000 + 10_000}"
    address = {"name": name, "street": street, "zip": place, "city": "Springfield", "country": country}
    return json.dumps(address, ensure_ascii=False)


@cache
def _basket(place: int, *, billed: bool) -> tuple[int, int, tuple[tuple[Any, ...], ...]]:
    """Make what an order consists of: its net and tax in stored units, and the values of its lines after the order."""
    lines = []
    for position, (kind, sku, words, quantity, price) in enumerate(shops.goods(place), 1):
        net, tax = shops.taxed(quantity * price)
        count = quantity * 10_000
        lines.append((
            position, kind, sku, words, count, count if billed and kind == "product" else 0, count if billed else 0, 0,
            price * 100, 0, shops.TAX.code, "ordered", net, tax, net + tax,
            f"{shops.TAX.code}:{net / 10_000:.2f}:{tax / 10_000:.2f}",
        ))  # fmt: skip
    return sum(line[12] for line in lines), sum(line[13] for line in lines), tuple(lines)


def _standing(key: int) -> tuple[str, str, bool]:
    """Tell state, invoice status and whether it is paid: of 100 orders one waits for its money, two are cancelled.

    Three are paid and not billed; of one the invoice is not paid; all others are done.
    """
    place = key * 37 % 100
    if place < 3:
        return "cancelled" if place else "sent", "no", False
    return "confirmed", "invoiced" if place > 5 else "to_invoice", place != 6


def _order(key: int, count: int) -> tuple[Any, ...]:
    state, status, paid = _standing(key)
    net, tax, _ = _basket(key % BASKETS, billed=status == "invoiced")
    moment = (shops.NOW - SPAN / count * (count - key)).isoformat()[:19] + "Z"
    customer = key * 7919 % max(count // 10, 1) + 1
    return (
        key, shops.number_of(key), "web", f"W{key}", "", customer, moment, state,
        moment if state == "confirmed" else None, "EUR", _address(customer), "", METHODS[key % 5], "", "globally", "",
        "", "", net, tax, net + tax, net + tax if paid else 0, 0, 0, 0, status, "paid" if paid else "not_paid",
        "shipped" if status == "invoiced" else "to_ship", "", "", "",
    )  # fmt: skip


def _lines(key: int) -> Iterator[tuple[Any, ...]]:
    lines = _basket(key % BASKETS, billed=_standing(key)[1] == "invoiced")[2]
    return ((key, *line) for line in lines)


def _numbered(prefix: str) -> str:
    """Write the expression that numbers rows of orders year by year, without a gap."""
    year = "substr(ordered_at, 1, 4)"
    place = f"row_number() OVER (PARTITION BY {year} ORDER BY id)"
    padded = f"CASE WHEN {place} < 100000 THEN substr(CAST(100000 + {place} AS TEXT), 2) ELSE CAST({place} AS TEXT) END"
    return f"'{prefix}/' || {year} || '/' || {padded}"


DAY: Final = "substr(ordered_at, 1, 10)"
FOLLOWING: Final = f"""
INSERT INTO payments (id, number, direction, method, provider, reference, state, currency, amount, allocated, returned,
  date, paid_at, customer_id, order_id, memo, created_at)
SELECT id, {_numbered("PAY")}, 'inbound', payment_method, 'web', 'T' || id, 'done', currency, paid,
  CASE WHEN invoice_status = 'invoiced' THEN paid ELSE 0 END, 0, {DAY}, ordered_at, customer_id, id, '', ordered_at
FROM orders WHERE paid > 0;
INSERT INTO invoices (id, number, type, kind, state, payment_status, customer_id, customer_name, customer_email,
  customer_vat, customer_language, billing, shipping, currency, date, due_date, terms, tax_rounding, share,
  amount_untaxed, amount_tax, amount_total, allocated, reference, note, revision, created_at, posted_at, sent_at)
SELECT o.id, {_numbered("INV").replace("BY id", "BY o.id")}, 'invoice', 'regular', 'posted', o.payment_status, c.id,
  c.name, c.email, '', c.language, o.billing, '', o.currency, {DAY}, {DAY}, '', 'globally', 0, o.amount_untaxed,
  o.amount_tax, o.amount_total, o.paid, 'W' || o.id, '', 0, o.ordered_at, o.ordered_at,
  CASE WHEN o.id % 10 = 0 THEN NULL ELSE o.ordered_at END
FROM orders o JOIN customers c ON c.id = o.customer_id WHERE o.invoice_status = 'invoiced';
INSERT INTO invoice_lines (invoice_id, position, kind, sku, description, quantity, unit_price, discount, taxes,
  amount_untaxed, amount_tax, amount_total, tax_split, order_line_id)
SELECT order_id, position, kind, sku, description, quantity, unit_price, discount, taxes, amount_untaxed, amount_tax,
  amount_total, tax_split, id
FROM order_lines WHERE invoiced > 0 ORDER BY id;
INSERT INTO invoice_taxes (invoice_id, position, code, base, amount)
SELECT id, 1, '{shops.TAX.code}', amount_untaxed, amount_tax FROM invoices ORDER BY id;
INSERT INTO installments (invoice_id, position, due_date, amount)
SELECT id, 1, due_date, amount_total FROM invoices ORDER BY id;
INSERT INTO invoice_orders (invoice_id, order_id) SELECT id, id FROM invoices ORDER BY id;
INSERT INTO allocations (invoice_id, payment_id, amount, date, created_at)
SELECT id, id, allocated, date, created_at FROM invoices WHERE allocated > 0 ORDER BY id;
INSERT INTO deliveries (id, number, order_id, kind, state, date, carrier, tracking, note, created_at, done_at)
SELECT id, {_numbered("OUT")}, id, 'outgoing', CASE WHEN delivery_status = 'shipped' THEN 'done' ELSE 'waiting' END,
  {DAY}, 'DHL', 'JD' || id, '', ordered_at, CASE WHEN delivery_status = 'shipped' THEN ordered_at END
FROM orders WHERE state = 'confirmed';
INSERT INTO delivery_lines (delivery_id, position, order_line_id, quantity)
SELECT d.id, l.position, l.id, l.quantity FROM deliveries d JOIN order_lines l ON l.order_id = d.id
WHERE l.kind = 'product' ORDER BY l.id;
INSERT INTO emails (key, document, kind, recipient, cc, subject, text, html, invoice_id, message_id, state, phase,
  attempts, not_before, owner, lease, reply, created_at, sent_at)
SELECT 'invoice/' || id, number, 'invoice', customer_email, '', 'Your invoice ' || number, 'Thank you.', '', id,
  '<' || id || '@shop.example>', 'sent', '', 1, sent_at, '', '', '250 ok', sent_at, sent_at
FROM invoices WHERE id % 10 = 1 AND sent_at IS NOT NULL ORDER BY id;
INSERT INTO carts (number, source, website, customer_id, created_at, last_activity_at, stage, payment_error, currency,
  amount_untaxed, amount_tax, amount_total, source_totals, fingerprint, ordered_at)
SELECT 'C-' || id, 'web', '', CASE WHEN id % 50 = 0 THEN NULL ELSE customer_id END, ordered_at, ordered_at,
  CASE id % 40 WHEN 0 THEN 'cart' WHEN 10 THEN 'address' WHEN 20 THEN 'delivery' ELSE 'payment' END, '', currency,
  amount_untaxed, amount_tax, amount_total, '', '', CASE WHEN id % 30 = 0 THEN NULL ELSE ordered_at END
FROM orders WHERE id % 10 = 0 ORDER BY id;
INSERT INTO cart_lines (cart_id, position, kind, sku, description, quantity, unit_price, discount, taxes)
SELECT c.id, l.position, l.kind, l.sku, l.description, l.quantity, l.unit_price, l.discount, l.taxes
FROM carts c JOIN order_lines l ON l.order_id = CAST(substr(c.number, 3) AS INTEGER) ORDER BY l.id
"""
"""What follows from the orders, in an order in which each finds what it is made of."""

COUNTERS: Final = ";".join(
    f"INSERT INTO series (name, period, next, last_date, last_hash) SELECT '{name}', substr(date, 1, 4), count(*) + 1, "
    f"{last}, '' FROM {table} GROUP BY substr(date, 1, 4)"
    for name, table, last in (
        ("invoice", "invoices", "max(date)"), ("payment", "payments", "''"), ("delivery", "deliveries", "''"),
    )
)  # fmt: skip


def _run(database: Any, statements: str) -> None:
    for statement in statements.split(";"):
        database.execute_sql(statement if is_sqlite(database) else statement.replace("%", "%%"))


def _journal(shop: Shop) -> None:
    """Tell of every invoice in the journal."""
    before, key = "", 0
    found = shop.database.execute_sql("SELECT posted_at, number FROM invoices ORDER BY id").fetchall()

    def entries() -> Iterator[tuple[Any, ...]]:
        nonlocal before, key
        for key, (moment, number) in enumerate(found, 1):
            entry = Entry("invoice.posted", number)
            before = chained(before, key, moment, "anna", entry, "")
            yield (key, moment, "anna", entry.action, entry.reference, "", "", before)

    _stored(models.Event, EVENT, entries())
    models.Series.update(next=key + 1, last_hash=before).where(models.Series.name == "journal").execute()


def main(count: str, directory: str) -> None:
    """Make the file and print its name."""
    with kept(Path(directory), int(count)) as path:
        print(path)


if __name__ == "__main__":
    main(*sys.argv[1:])
