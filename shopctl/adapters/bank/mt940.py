"""Read MT940 and MT942: customer statements and interim reports of SWIFT, with or without their envelope.

Source: SWIFT category 9 (fields 20, 25, 28C, 34F, 60, 61, 62, 86, 90); ECOSYSTEM 2. Statements are handed over as they
end. What stands between them, such as `{1:…}` blocks and lines of the bank, is no part of any field.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Final, NamedTuple

from shopctl.adapters.bank.mt940_fields import mark, take_apart
from shopctl.adapters.bank.source import Source
from shopctl.adapters.bank.values import MOVED, account, amount, joined, value_day
from shopctl.adapters.sources.items import Unreadable, shown
from shopctl.adapters.sources.text import LINE_LIMIT
from shopctl.domain.bank import Movement, Statement

_BEGIN: Final = re.compile(r"^:20:", re.MULTILINE)
_KNOWN: Final = re.compile(r"^:(?:25P?|28C?|34F|60[FM]|61):", re.MULTILINE)
_TAG: Final = re.compile(r":([0-9]{2}[A-Z]?):(.*)", re.DOTALL)
_BALANCE: Final = re.compile(r"([CD])([0-9]{6})([A-Z]{3})([0-9.,]+)\s*")
_SUM: Final = re.compile(r"([0-9]{1,5})([A-Z]{3})([0-9.,]+)\s*")
_LINE: Final = re.compile(
    r"([0-9]{2})([0-9]{2})([0-9]{2})([0-9]{4})?(R[CD]|E[CD]|[CD])([A-Z])?([0-9]+[.,]?[0-9]*)([NSF][A-Z0-9]{3})?(.*)",
    re.DOTALL,
)


class _Field(NamedTuple):
    """A field with the number of its line and its lines."""

    tag: str
    line: int
    parts: list[str]

    @property
    def text(self) -> str:
        return "".join(self.parts).strip()


def recognises(head: str) -> bool:
    """Tell whether a file is MT940 or MT942."""
    head = head.replace("\r", "")
    return _BEGIN.search(head) is not None and _KNOWN.search(head) is not None


def read(source: Source) -> Iterator[Statement]:
    """Read the statements of a file; text that is no UTF-8 is taken as Windows-1252.

    Raises:
        UsageError: `file.format`, a field is missing or cannot be understood; `file.encoding`.
    """
    encoding = "utf-8" if source.is_utf8() else "cp1252"
    for fields in _statements(source, source.lines(encoding)):
        reading = _Reading()
        for field in fields:
            try:
                reading.take(field)
            except Unreadable as problem:
                raise source.refusal(f"line {field.line}", problem) from problem
        try:
            yield reading.statement()
        except Unreadable as problem:
            raise source.refusal(f"the statement from line {fields[0].line}", problem) from problem


def _statements(source: Source, lines: Iterable[str]) -> Iterator[list[_Field]]:
    """Cut a file into statements, each from `:20:` to its end.

    A line with a hyphen ends a statement, but lines are broken anywhere: before the closing balance it only does when
    the next statement or the end follows.
    """
    fields: list[_Field] = []
    closed = False
    hyphen = ""
    size = 0
    for number, raw in enumerate(lines, 1):
        line = raw.strip("\r\x01\x03")
        tag = _TAG.match(line)
        if tag and tag[1] == "20":
            if fields:
                yield fields
            fields, closed, hyphen = [_Field("20", number, [tag[2]])], False, ""
        elif not fields or not line.strip():
            continue
        elif line.startswith(("-}", "{")) or (closed and line.startswith("-")):
            yield fields
            fields, hyphen = [], ""
        elif line.strip() == "-":
            hyphen = line
        elif tag:
            closed = closed or tag[1] in ("62F", "62M", "90C", "90D")
            fields.append(_Field(tag[1], number, [tag[2]]))
            hyphen, size = "", 0
        else:
            size += len(line)
            if size > LINE_LIMIT:
                raise source.refusal(f"line {number}", f"a field has more than {LINE_LIMIT:,} characters")
            fields[-1].parts.extend([hyphen, line] if hyphen else [line])
            hyphen = ""
    if fields:
        yield fields


class _Balance(NamedTuple):
    day: dt.date
    amount: Decimal
    currency: str


class _Reading:
    """A statement while its fields come by."""

    def __init__(self) -> None:
        self.fields: dict[str, str] = {}
        self.balances: dict[str, _Balance] = {}
        self.sums: dict[str, tuple[int, Decimal, str]] = {}
        self.lines: list[tuple[_Field, list[str]]] = []
        self.open = False

    def take(self, field: _Field) -> None:
        """Note a field.

        Raises:
            Unreadable: It is not as it has to be.
        """
        tag = field.tag
        if tag == "61":
            self.lines.append((field, []))
            self.open = True
        elif tag == "86":
            if self.open:
                self.lines[-1][1].extend(field.parts)
        elif tag[:2] in ("60", "62"):
            self.balances[tag[:2]] = _balance(field)
        elif tag in ("90C", "90D"):
            self.sums[tag[2]] = _sum(field)
        elif tag in ("20", "25", "25P", "28", "28C", "34F", "13", "13D"):
            self.fields[tag] = field.text
        self.open = self.open and tag in ("61", "86")

    def statement(self) -> Statement:
        """Make the statement.

        Raises:
            Unreadable: Something that it needs is missing.
        """
        number = self.fields.get("25") or self.fields.get("25P", "")
        if not number:
            raise Unreadable("the account is missing", path=":25:")
        interim = bool({"34F", "13", "13D"} & self.fields.keys() or self.sums)
        opening, closing = self.balances.get("60"), self.balances.get("62")
        currencies = {one.currency for one in self.balances.values()} | {one[2] for one in self.sums.values()}
        if "34F" in self.fields:
            currencies.add(self.fields["34F"][:3])
        if len(currencies) != 1:
            told = f"there are {len(currencies)} currencies" if currencies else "no field tells the currency"
            raise Unreadable(told, path=":60F:")
        (currency,) = currencies
        movements = tuple(_movement(field, parts, currency) for field, parts in self.lines)
        return Statement(
            "mt942" if interim else "mt940", account(number, currency),
            self.fields.get("28C") or self.fields.get("28") or self.fields["20"], currency, movements,
            opening.day if opening else None, opening.amount if opening else None,
            closing.day if closing else None, closing.amount if closing else None, self._remarks(movements),
        )  # fmt: skip

    def _remarks(self, movements: tuple[Movement, ...]) -> tuple[str, ...]:
        """Compare the lines with the number and sum of debits and credits that an interim report tells."""
        remarks = []
        for side, (count, told, _) in self.sums.items():
            amounts = [abs(one.amount) for one in movements if (one.amount < 0) == (side == "D")]
            if (len(amounts), sum(amounts, Decimal(0))) != (count, told):
                word = "debits" if side == "D" else "credits"
                remarks.append(f"{count} {word} of {told} are announced, {len(amounts)} of {sum(amounts)} are told")
        return tuple(remarks)


def _balance(field: _Field) -> _Balance:
    found = _BALANCE.fullmatch(field.text)
    if not found:
        raise Unreadable(f"{shown(field.text)} is not a balance, as in C260131EUR100,00", path=f":{field.tag}:")
    side, day, currency, text = found.groups()
    value = amount(text)
    year, month, number = int(day[:2]), int(day[2:4]), int(day[4:])
    return _Balance(_calendar(_century(year), month, number), -value if side == "D" and value else value, currency)


def _sum(field: _Field) -> tuple[int, Decimal, str]:
    found = _SUM.fullmatch(field.text)
    if not found:
        raise Unreadable(f"{shown(field.text)} is not a number and sum, as in 3EUR10,00", path=f":{field.tag}:")
    return int(found[1]), amount(found[3]), found[2]


def _century(year: int) -> int:
    """Complete a year of two digits: SWIFT means 1980 to 2079."""
    return year + (1900 if year >= 80 else 2000)


def _calendar(year: int, month: int, day: int) -> dt.date:
    try:
        return dt.date(year, month, day)
    except ValueError:
        raise Unreadable(f"there is no day {year}-{month:02}-{day:02}") from None


def _movement(field: _Field, parts: list[str], currency: str) -> Movement:
    try:
        return _read_line(field, parts, currency)
    except Unreadable as problem:
        problem.path = problem.path or ":61:"
        raise Unreadable(f"line {field.line}: {problem.reason}", path=problem.path, hint=problem.hint) from problem


def _read_line(field: _Field, parts: list[str], currency: str) -> Movement:
    head, *more = field.parts
    found = _LINE.fullmatch(head.strip())
    if not found:
        raise Unreadable(f"{shown(head)} is not a line of a statement, as in 2601310131C100,00NTRFNONREF//123")
    year, month, day, entry, side, _, told, _, marks = found.groups()
    value_date, moved = value_day(_century(int(year)), int(month), int(day))
    value = amount(told)
    credit = side in ("C", "RD", "EC")
    reference, _, bank_reference = marks.partition("//")
    said = take_apart(parts)
    quoted = "" if reference.strip() == said.reference else mark(reference.strip())
    return Movement(
        f"line {field.line}", _entry_day(entry, value_date) if entry else value_date,
        value if credit or not value else -value, currency,
        "reversal" if side[0] == "R" or said.returned else "transfer", side[0] != "E", value_date, said.name,
        said.iban, said.reference, joined(said.text, quoted, *more),
        said.end_to_end, mark(bank_reference.strip()), remark=MOVED if moved else "",
    )  # fmt: skip


def _entry_day(text: str, value_date: dt.date) -> dt.date:
    """Complete a booking date, told without its year: the nearest one to the value date."""
    month, day = int(text[:2]), int(text[2:])
    days = []
    for year in (value_date.year - 1, value_date.year, value_date.year + 1):
        try:
            days.append(dt.date(year, month, day))
        except ValueError:
            continue
    if not days:
        raise Unreadable(f"there is no day {text[:2]}-{text[2:]}, the booking date")
    return min(days, key=lambda one: abs(one - value_date))
