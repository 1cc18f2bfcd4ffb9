"""Find and show statements of banks and providers, and their lines."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final, NamedTuple

import peewee

from shopctl.db.bulk import among, fetch, total
from shopctl.db.fields import exact
from shopctl.domain.bank_identity import PENDING
from shopctl.domain.numbering import line_address, line_key, statement_address, statement_key
from shopctl.errors import NotFoundError
from shopctl.models import BankLine, BankStatement, Payment


class BankStatementRow(NamedTuple):
    """A statement as lists show it; amounts in `currency`."""

    statement: str
    format: str
    account: str
    name: str
    currency: str
    opened_on: dt.date | None
    opening: Decimal | None
    closed_on: dt.date | None
    closing: Decimal | None
    difference: Decimal
    lines: int
    new: int
    repeated: int
    pending: int
    amount_total: Decimal
    file: str
    imported_at: dt.datetime


class BankLineRow(NamedTuple):
    """A line of a statement as lists show it; amounts in `currency`."""

    line: str
    statement: str
    format: str
    account: str
    date: dt.date
    value_date: dt.date | None
    currency: str
    amount: Decimal
    fee: Decimal
    settled: Decimal
    kind: str
    name: str
    iban: str
    reference: str
    text: str
    end_to_end: str
    bank_reference: str
    target: str
    state: str
    repeats: str | None
    remark: str

    @property
    def amount_open(self) -> Decimal:
        """What is not explained yet, with its sign; zero where nothing has to be."""
        if self.state != "open":
            return Decimal(0)
        return self.amount - self.settled if self.amount > 0 else self.amount + self.settled


class Paid(NamedTuple):
    """A payment that a line became."""

    payment: str
    date: dt.date
    amount: Decimal
    state: str
    currency: str


class BankLineDetails(NamedTuple):
    """Everything `payment line` tells."""

    line: BankLineRow
    place: int
    file: str
    payments: tuple[Paid, ...]
    repeated_by: tuple[str, ...]


LINE_COLUMNS: Final = (
    BankLine.id, BankLine.statement, BankStatement.format, BankStatement.account, BankLine.date, BankLine.value_date,
    BankLine.currency, BankLine.amount, BankLine.fee, BankLine.settled, BankLine.kind, BankLine.name, BankLine.iban,
    BankLine.reference, BankLine.text, BankLine.end_to_end, BankLine.bank_reference, BankLine.target, BankLine.state,
    BankLine.repeats, BankLine.remark,
)  # fmt: skip


def line_query() -> Any:
    """Select the columns of lines."""
    return BankLine.select(*LINE_COLUMNS).join(BankStatement)


def make_line(*values: Any) -> BankLineRow:
    """Make a row of the values of `LINE_COLUMNS`."""
    key, statement, *most, repeats, remark = values
    told = (line_address(key), statement_address(statement), *most, line_address(repeats) if repeats else None, remark)
    return BankLineRow(*told)


def _of_lines(what: str, condition: str) -> Any:
    """Write what the lines of a statement come to; both parts are ours."""
    return peewee.SQL(f"(SELECT {what} FROM bank_lines l WHERE l.statement_id = t1.id AND {condition})")  # noqa: S608


BOOKED: Final = f"substr(l.identity, 1, {len(PENDING)}) <> '{PENDING}'"
"""Which lines count in the balances, also where a booked line took the place of an announced one."""

STATEMENT_COLUMNS: Final = (
    BankStatement.id, BankStatement.format, BankStatement.account, BankStatement.name, BankStatement.currency,
    BankStatement.opened_on, BankStatement.opening, BankStatement.closed_on, BankStatement.closing,
    BankStatement.difference, BankStatement.lines, _of_lines("count(*)", "l.state = 'repeated'"),
    _of_lines("count(*)", "l.state = 'pending'"), _of_lines("sum(l.amount - l.fee)", BOOKED),
    BankStatement.file, BankStatement.imported_at,
)  # fmt: skip


def statement_query() -> Any:
    """Select the columns of statements."""
    return BankStatement.select(*STATEMENT_COLUMNS)


def make_statement(*values: Any) -> BankStatementRow:
    """Make a row of the values of `STATEMENT_COLUMNS`."""
    key, *most, lines, repeated, pending, booked, file, imported_at = values
    told = (
        statement_address(key), *most, lines, lines - repeated - pending, repeated, pending, total(booked), file,
        imported_at,
    )  # fmt: skip
    return BankStatementRow(*told)


def find_line(address: str) -> int:
    """Find the key of a line.

    Raises:
        NotFoundError: There is no such line.
    """
    return _found(BankLine, line_key(address), address, "bank.line_unknown", "line", "shopctl payment lines")


def known_lines(addresses: Sequence[str]) -> list[str]:
    """Tell which of these name lines that there are."""
    keys = {address: key for address in addresses if (key := line_key(address)) is not None}
    condition, values = among(BankLine, "id", list(keys.values()))
    there = {key for (key,) in fetch(BankLine, f"SELECT id FROM bank_lines WHERE {condition}", values)}  # noqa: S608
    return [address for address, key in keys.items() if key in there]


def find_statement(address: str) -> int:
    """Find the key of a statement.

    Raises:
        NotFoundError: There is no such statement.
    """
    key = statement_key(address)
    return _found(BankStatement, key, address, "bank.statement_unknown", "statement", "shopctl payment statements")


def _found(model: Any, key: int | None, address: str, code: str, what: str, hint: str) -> int:
    if key is None or not fetch(model, f"SELECT id FROM {model._meta.table_name} WHERE id = ?", (key,)):  # noqa: S608
        raise NotFoundError(code, f"there is no {what} {address}", hint=hint)
    return key


def statements(keys: Sequence[int]) -> dict[int, BankStatementRow]:
    """Read statements by their keys."""
    query = statement_query().where(BankStatement.id.in_(list(keys)))
    return {values[0]: make_statement(*values) for values in query.tuples()}


def show(addresses: Sequence[str]) -> list[BankLineDetails]:
    """Tell everything about some lines, in the order asked for.

    Raises:
        NotFoundError: One of them does not exist.
    """
    keys = [find_line(address) for address in addresses]
    query = line_query().select_extend(BankLine.position, BankStatement.file).where(BankLine.id.in_(keys))
    rows = {values[0]: values[1:] for values in query.tuples()}
    return [_details(key, rows[key]) for key in keys]


def _details(key: int, values: Sequence[Any]) -> BankLineDetails:
    *most, place, file = values
    paid = fetch(
        Payment,
        "SELECT number, date, amount, state, currency FROM payments WHERE line_id = ? ORDER BY id",
        (key,),
    )
    condition, bound = among(BankLine, "repeats_id", [key])
    repeating = fetch(BankLine, f"SELECT id FROM bank_lines WHERE {condition} ORDER BY id", bound)  # noqa: S608
    return BankLineDetails(
        make_line(key, *most), place, file,
        tuple(
            Paid(number, dt.date.fromisoformat(day), exact(amount), state, currency)
            for number, day, amount, state, currency in paid
        ),
        tuple(line_address(one) for (one,) in repeating),
    )  # fmt: skip
