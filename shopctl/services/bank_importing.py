"""Take in the statements of banks and payment providers; every line is kept, and the same money counts once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final, NamedTuple

from shopctl.db.bulk import among, change_rows, fetch, insert_rows, new_ids
from shopctl.db.connection import is_sqlite
from shopctl.db.fields import DIGITS, exact, stamp, units
from shopctl.domain import bank_identity
from shopctl.domain.bank import Movement, Statement
from shopctl.domain.bank_identity import Known, Verdict
from shopctl.domain.money import with_currency
from shopctl.domain.numbering import statement_address
from shopctl.domain.outcomes import Change, Done, Failed, Outcome
from shopctl.errors import RefusedError, ShopError
from shopctl.models import BankLine, BankStatement
from shopctl.services.bank_statements import BankStatementRow, statements
from shopctl.shop import Shop, operation

NOTHING: Final = "there is no money in it"
"""The remark of a line of zero, which explains itself."""

_STATEMENT: Final = (
    "id", "format", "account", "name", "currency", "opened_on", "opening", "closed_on", "closing", "difference",
    "lines", "file", "fingerprint", "imported_at",
)  # fmt: skip
_LINE: Final = (
    "id", "statement_id", "position", "date", "value_date", "currency", "amount", "fee", "kind", "name", "iban",
    "reference", "text", "end_to_end", "bank_reference", "target", "identity", "repeats_id", "settled", "state",
    "remark",
)  # fmt: skip


class Incoming(NamedTuple):
    """A statement of a file, or the reason why the rest of the file cannot be read.

    Attributes:
        reference: The name of the file, and which of its statements it is.
        file: The file as it was named.
        statement: The statement; None with an error.
        names: The identities of its movements.
        fingerprint: What tells the very same statement again.
    """

    reference: str
    file: str
    statement: Statement | None
    error: ShopError | None = None
    names: tuple[str, ...] = ()
    fingerprint: str = ""


def incoming(shop: Shop, file: str, found: Iterable[Statement]) -> Iterator[Incoming]:
    """Prepare the statements of one file as they are read; like movements are counted over the whole file.

    Raises:
        ShopError: The first statement cannot be read; a later one becomes an item with its error.
    """
    seen: Counter[str] = Counter()
    counted: dict[str, tuple[str, ...]] = {}
    reading = iter(found)
    name = file.rstrip("/").rpartition("/")[2]
    count = 0
    while True:
        count += 1
        reference = f"{name} ({count})" if count > 1 else name
        try:
            statement = next(reading)
        except StopIteration:
            return
        except ShopError as error:
            yield Incoming(reference, file, None, error)
            return
        statement = _in_currency(statement, shop.config.shop.currency)
        mark = bank_identity.fingerprint(statement)
        if mark not in counted:
            counted[mark] = tuple(bank_identity.identities(statement, seen))
        yield Incoming(reference, file, statement, None, counted[mark], mark)


def _in_currency(statement: Statement, currency: str) -> Statement:
    if statement.currency:
        return statement
    movements = tuple(one._replace(currency=currency) for one in statement.movements)
    return statement._replace(currency=currency, movements=movements)


@operation("payments")
def store(shop: Shop, items: Sequence[Incoming], *, strict: bool = False) -> list[Outcome[BankStatementRow]]:
    """Store statements: new ones are `created`, the very same ones `unchanged`.

    A line that repeats a stored one is stored as `repeated`, so every statement still adds up; a booked line takes the
    place of the announced one.

    Args:
        strict: Refuse a statement whose balances do not fit its lines, or that is odd in another way.

    Raises (as outcomes): bank.statement_doubtful, and what reading raised.
    """
    if not is_sqlite(shop.database):
        # Two files of the same money at the same moment have to see each other.
        shop.database.execute_sql("LOCK TABLE bank_statements IN SHARE ROW EXCLUSIVE MODE")
    return [_store(shop, item, strict=strict) for item in items]


def _store(shop: Shop, item: Incoming, *, strict: bool) -> Outcome[BankStatementRow]:
    statement = item.statement
    if statement is None:
        assert item.error is not None  # noqa: S101  # a reader hands over one or the other
        return Failed(item.reference, item.error)
    found = fetch(BankStatement, "SELECT id FROM bank_statements WHERE fingerprint = ?", (item.fingerprint,))
    if found:
        ((key,),) = found
        return Done(item.reference, Change.UNCHANGED, statements([key])[key])
    notes = _notes(statement)
    if strict and notes:
        return Failed(item.reference, _doubtful(item, statement, notes[0]))
    balances = (statement.difference, statement.opening or Decimal(0), statement.closing or Decimal(0))
    if any(abs(one).adjusted() >= DIGITS - 4 for one in balances):
        return Failed(item.reference, _doubtful(item, statement, "its lines add up to more than can be stored"))
    (key,) = new_ids(BankStatement, 1)
    insert_rows(BankStatement, _STATEMENT, [_statement_row(shop, item, statement, key)])
    verdicts = bank_identity.compare(statement, item.names, _known(statement))
    keys = list(new_ids(BankLine, len(verdicts)))
    replaced = {verdict.replaces: line for line, verdict in zip(keys, verdicts, strict=True) if verdict.replaces}
    insert_rows(
        BankLine,
        _LINE,
        [
            _line_row(keys[place], key, place + 1, movement, item.names[place], verdicts[place])
            for place, movement in enumerate(statement.movements)
        ],
    )
    _replace(replaced)
    address = statement_address(key)
    shop.record("bank.imported", address, file=item.file, lines=len(verdicts), difference=statement.difference)
    row = statements([key])[key]
    return Done(item.reference, Change.CREATED, row, (_counts(row), *(f"{address}: {one}" for one in notes)))


def _counts(row: BankStatementRow) -> str:
    parts = [f"{row.lines} {'line' if row.lines == 1 else 'lines'}"]
    parts += [f"{row.repeated} told before"] if row.repeated else []
    parts += [f"{row.pending} only announced"] if row.pending else []
    return ", ".join(parts)


def _notes(statement: Statement) -> tuple[str, ...]:
    """Say what is odd about a statement, one sentence each."""
    notes = list(statement.remarks)
    if statement.difference:
        notes.insert(
            0,
            f"opening {with_currency(statement.opening or Decimal(0), statement.currency)} and lines of "
            f"{with_currency(statement.total, statement.currency)} do not make the closing "
            f"{with_currency(statement.closing or Decimal(0), statement.currency)}: "
            f"{with_currency(statement.difference, statement.currency)} are missing",
        )
    return tuple(notes)


def _doubtful(item: Incoming, statement: Statement, note: str) -> RefusedError:
    return RefusedError(
        "bank.statement_doubtful",
        f"{item.reference} ({statement.account}): {note}",
        hint="ask the bank for the whole statement, or leave out --strict",
        account=statement.account,
        difference=f"{statement.difference:f}",
    )


def _known(statement: Statement) -> list[Known]:
    """Load what is stored of the same account within the days of a statement."""
    if not statement.movements:
        return []
    rows = fetch(
        BankStatement, "SELECT DISTINCT account FROM bank_statements WHERE currency = ?", (statement.currency,)
    )
    accounts = [account for (account,) in rows if bank_identity.same_account(account, statement.account)]
    condition, values = among(BankStatement, "s.account", accounts)
    days = [one.date for one in statement.movements]
    found = fetch(
        BankLine,
        "SELECT coalesce(l.repeats_id, l.id), l.repeats_id, s.format, l.date, l.amount, l.identity, l.state, "  # noqa: S608
        "l.settled, l.end_to_end, l.bank_reference, l.reference, l.iban, l.text "
        "FROM bank_lines l JOIN bank_statements s ON s.id = l.statement_id "
        f"WHERE l.date BETWEEN ? AND ? AND l.currency = ? AND {condition} ORDER BY l.id",
        (min(days).isoformat(), max(days).isoformat(), statement.currency, *values),
    )
    return [
        Known(
            key,
            repeats is not None,
            form,
            date.fromisoformat(day),
            exact(amount),
            identity,
            state == "pending",
            not settled and state in ("open", "ignored"),
            *rest,
        )
        for key, repeats, form, day, amount, identity, state, settled, *rest in found
    ]


def _statement_row(shop: Shop, item: Incoming, statement: Statement, key: int) -> list[Any]:
    return [
        key, statement.format, statement.account, statement.name, statement.currency, _day(statement.opened_on),
        _money(statement.opening), _day(statement.closed_on), _money(statement.closing), units(statement.difference),
        len(statement.movements), item.file, item.fingerprint, stamp(shop.now),
    ]  # fmt: skip


def _line_row(key: int, statement: int, place: int, one: Movement, name: str, verdict: Verdict) -> list[Any]:
    state = "open" if one.amount else "ignored"
    if verdict.repeats:
        state = "repeated"
    elif not one.booked:
        state = "pending"
    remark = one.remark or ("" if one.amount else NOTHING)
    return [
        key, statement, place, one.date.isoformat(), _day(one.value_date), one.currency, units(one.amount),
        units(one.fee), one.kind, one.name, one.iban, one.reference, one.text, one.end_to_end, one.bank_reference,
        one.target, name, verdict.repeats, 0, state, remark,
    ]  # fmt: skip


def _replace(replaced: dict[int, int]) -> None:
    """Step: let new lines take the place of announced ones and of sums, for those that repeated them as well.

    Args:
        replaced: The keys of the new lines by those of the old ones.

    Raises:
        ConflictError: A payment took something of an old one meanwhile.
    """
    if not replaced:
        return
    condition, values = among(BankLine, "repeats_id", sorted(replaced))
    repeats = fetch(BankLine, f"SELECT id, repeats_id FROM bank_lines WHERE {condition} ORDER BY id", values)  # noqa: S608
    change_rows(
        BankLine, "repeats_id = :line, state = 'repeated'", "id = :id AND settled = 0", ("id", "line"),
        [*replaced.items(), *((key, replaced[old]) for key, old in repeats)],
    )  # fmt: skip


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _money(amount: Decimal | None) -> int | None:
    return None if amount is None else units(amount)
