"""Write the rows of a batch once more with nothing but `sqlite3`: what the database alone costs.

The rows are taken from a file in which shopctl did the work, so every value is there beforehand. What stays is what
any program has to do: the same inserts and guarded updates, numbers from the series row, the hash of every journal
entry, 500 documents a transaction, the same schema and the same safety.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from shopctl.db.connection import PRAGMAS

CHUNK = 500

Row = tuple[Any, ...]


class Ledger:
    """The rows that a batch wrote, each table in the order of its keys."""

    def __init__(self, path: str) -> None:
        self._connection = sqlite3.connect(path)

    def rows(self, query: str) -> list[Row]:
        """Read rows."""
        return self._connection.execute(query).fetchall()

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()


class Writer:
    """One connection, set up as shopctl sets up its own."""

    def __init__(self, path: str) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None)
        for name, value in PRAGMAS:
            self._connection.execute(f"PRAGMA {name} = {value}")
        self._statements: dict[str, str] = {}

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def insert(self, table: str, rows: Sequence[Row]) -> None:
        """Insert rows whose values are those of all columns."""
        if rows:
            marks = ", ".join("?" * len(rows[0]))
            self._connection.executemany(f'INSERT INTO "{table}" VALUES ({marks})', rows)

    def change(self, statement: str, rows: Sequence[Row]) -> None:
        """Run an update for each row."""
        self._connection.executemany(statement, rows)

    def transaction(self, name: str, work: Callable[[int], tuple[int, Sequence[Row]]]) -> None:
        """Run a chunk: `work` gets the next number of the series and answers how many it took, and its events."""
        execute = self._connection.execute
        execute("BEGIN IMMEDIATE")
        ((following,),) = execute("SELECT next FROM series WHERE name = ?", (name,)).fetchall() or [(1,)]
        taken, events = work(following)
        if following == 1:
            execute(
                "INSERT INTO series (name, period, next, last_date, last_hash) VALUES (?, '2026', 1, '', '')", (name,)
            )
        execute("UPDATE series SET next = next + ? WHERE name = ?", (taken, name))
        ((sequence, last),) = execute("SELECT next, last_hash FROM series WHERE name = 'journal'").fetchall()
        chained = list(_chained(events, last))
        self.insert("events", chained)
        execute(
            "UPDATE series SET next = ?, last_hash = ? WHERE name = 'journal'",
            (sequence + len(chained), chained[-1][7]),
        )
        execute(
            "INSERT INTO operations (key, command, input_hash, actor, result, created_at) "
            "VALUES (?, '', '', '', '', '')",
            (chained[-1][7],),
        )
        execute("COMMIT")


def _chained(events: Sequence[Row], last: str) -> Iterator[Row]:
    for number, moment, actor, action, reference, details, operation, _ in events:
        text = f"{last}\n{number}\n{moment}\n{actor}\n{action}\n{reference}\n{details}\n{operation}"
        last = hashlib.sha256(text.encode()).hexdigest()
        yield number, moment, actor, action, reference, details, operation, last


def invoices(ledger: Ledger) -> Callable[[Writer], None]:
    """Prepare the writing of invoices with all that belongs to them."""
    heads = ledger.rows("SELECT * FROM invoices ORDER BY id")
    lines = ledger.rows("SELECT * FROM invoice_lines ORDER BY id")
    counted = ledger.rows("SELECT invoiced, id FROM order_lines ORDER BY id")
    each = len(lines) // len(heads)
    others = {
        table: ledger.rows(f"SELECT * FROM {table} ORDER BY id")
        for table in ("invoice_taxes", "installments", "invoice_orders")
    }
    events = ledger.rows("SELECT * FROM events ORDER BY id")

    def write(writer: Writer) -> None:
        for start in range(0, len(heads), CHUNK):
            part = slice(start, start + CHUNK)
            part_of_lines = slice(start * each, (start + CHUNK) * each)

            def work(
                number: int, part: slice = part, part_of_lines: slice = part_of_lines
            ) -> tuple[int, Sequence[Row]]:
                numbered = [(row[0], f"INV/2026/{n:05d}", *row[2:]) for n, row in enumerate(heads[part], number)]
                writer.change(
                    "UPDATE order_lines SET invoiced = ?1 WHERE id = ?2 AND invoiced = 0", counted[part_of_lines]
                )
                writer.change(
                    "UPDATE orders SET invoice_status = 'invoiced' WHERE id = ? AND advance = 0",
                    [(row[0],) for row in numbered],
                )
                writer.insert("invoices", numbered)
                writer.insert("invoice_lines", lines[part_of_lines])
                for table, rows in others.items():
                    writer.insert(table, rows[part])
                return len(numbered), events[part]

            writer.transaction("invoice", work)

    return write


def payments(ledger: Ledger) -> Callable[[Writer], None]:
    """Prepare the writing of payments, each used on one invoice."""
    received = ledger.rows("SELECT * FROM payments ORDER BY id")
    used = ledger.rows("SELECT * FROM allocations ORDER BY id")
    settled = [(row[4], row[1]) for row in used]
    orders = [(row[8], row[15]) for row in received]
    events = ledger.rows("SELECT * FROM events WHERE action LIKE 'payment.%' ORDER BY id")

    def write(writer: Writer) -> None:
        for start in range(0, len(received), CHUNK):
            part = slice(start, start + CHUNK)

            def work(number: int, part: slice = part, start: int = start) -> tuple[int, Sequence[Row]]:
                numbered = [(row[0], f"PAY/2026/{n:05d}", *row[2:]) for n, row in enumerate(received[part], number)]
                writer.change(
                    "UPDATE invoices SET allocated = allocated + ?1, payment_status = 'paid' "
                    "WHERE id = ?2 AND allocated + ?1 <= amount_total",
                    settled[part],
                )
                writer.change(
                    "UPDATE orders SET paid = ?1, payment_status = 'paid' WHERE id = ?2 AND paid = 0", orders[part]
                )
                writer.insert("payments", numbered)
                writer.insert("allocations", used[part])
                return len(numbered), events[2 * start : 2 * (start + CHUNK)]

            writer.transaction("payment", work)

    return write
