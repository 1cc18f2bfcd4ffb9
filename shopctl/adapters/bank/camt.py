"""Read CAMT.052, 053 and 054: account reports, statements and notifications of ISO 20022, all versions.

Elements are found by their names whatever the version of the namespace. An entry becomes a movement, a batch entry one
for each of its details when they add up to it. Entries are read one by one, so memory holds only one statement.

Source: ISO 20022 message definitions (`CdtDbtInd` is the direction of the entry itself, a reversal included: a debit
with `RvslInd` takes a credit back); ECOSYSTEM 2.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING, Final, NamedTuple

from shopctl.adapters.bank import camt_entries
from shopctl.adapters.bank.camt_values import first, is_debit, local, money, told_by
from shopctl.adapters.bank.source import HEAD, Source
from shopctl.adapters.bank.values import account, currency, iso_day
from shopctl.adapters.sources.items import Unreadable
from shopctl.domain.bank import Movement, Statement
from shopctl.errors import UsageError

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element, XMLParser

BLOCK: Final = 8 * 1024
"""Bytes that are parsed at once: so few elements live at a time that the collector of garbage finds nothing to do."""

LARGEST: Final = 64 * 1024 * 1024
TAGS: Final = 2_000_000
"""Bytes and tags that an entry may have: room for a batch of thirty thousand transactions."""

_ROOT: Final = re.compile(
    r"urn:iso:std:iso:20022:(?:[\w-]+:)*camt\.05[234]\.\d{3}\.\d{2}|<(?:\w+:)?BkToCstmr(?:AcctRpt|Stmt|DbtCdtNtfctn)\b"
)
OPENING: Final = ("OPBD", "PRCD")
CLOSING: Final = ("CLBD", "ITBD")
"""Codes of the booked balances, the one that counts first; those of expected and available money are left out."""

Day = dt.date | None
Amount = Decimal | None

_STATEMENTS: Final = frozenset({"Rpt", "Stmt", "Ntfctn"})
_KINDS: Final = {"BkToCstmrAcctRpt": "camt.052", "BkToCstmrStmt": "camt.053", "BkToCstmrDbtCdtNtfctn": "camt.054"}


def recognises(head: str) -> bool:
    """Tell whether a file is a CAMT message."""
    return head.lstrip()[:1] == "<" and _ROOT.search(head) is not None


def read(source: Source) -> Iterator[Statement]:
    """Read the statements of a message.

    Raises:
        UsageError: `file.format`, it is no XML, has a document type or entities, holds no statement, or an entry of it
            cannot be understood.
    """
    message = _message(source)
    count = 0
    reading = None
    for statement, entries, whole in _growing(source, message):
        if reading is None:
            count += 1
            reading = _Reading(source, _KINDS[local(message)], f"statement {count}")
        for entry in entries:
            reading.entry(entry)
        if whole:
            yield reading.statement(statement)
            reading = None
    if not count:
        raise source.refusal("the message", "there is no statement in it", "ask the bank for the file once more")


def _message(source: Source) -> str:
    """Find the element of the message, with its namespace.

    Document types and entities, which no bank sends, can only come before the first element, so the strict parser
    reads that far and the fast one the rest.

    Raises:
        UsageError: `file.format`.
    """
    from io import BytesIO
    from xml.etree.ElementTree import ParseError

    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import iterparse

    head = BytesIO(source.open().read(HEAD))
    try:
        for _, element in iterparse(head, events=("start",), forbid_dtd=True):
            if local(element.tag) in _KINDS:
                return str(element.tag)
    except DefusedXmlException as error:
        raise source.refusal(
            "the begin",
            "it declares a document type or entities, which statements never do",
            "ask the bank for a plain CAMT file",
        ) from error
    except (ParseError, LookupError, ValueError) as error:
        raise _not_xml(source, error) from error
    raise source.refusal("the begin", f"it is none of the messages {', '.join(_KINDS)}")


def _growing(source: Source, message: str) -> Iterator[tuple[Element, list[Element], bool]]:
    """Parse block by block, and take entries out of the tree as soon as they are whole.

    Returns:
        Again and again the statement in work, its further entries, and whether it is whole.
    """
    from xml.etree.ElementTree import ParseError, TreeBuilder, XMLParser

    builder = TreeBuilder()
    top = builder.start("file", {})
    parser = XMLParser(target=builder)  # noqa: S314 - `_message` has refused document types and entities
    file = source.open()
    waiting = tags = 0
    try:
        while block := file.read(BLOCK):
            _feed(parser, block)
            waiting, tags = waiting + len(block), tags + block.count(b"<")
            for part in _parts(top, message, whole=False):
                waiting, tags = (0, 0) if part[1] else (waiting, tags)
                yield part
            if waiting > LARGEST or tags > TAGS:
                raise source.refusal(f"byte {file.tell():,}", "an entry is longer than any bank writes one")
        builder.end("file")
        parser.close()
    except (ParseError, _EncodingError) as error:
        raise _not_xml(source, error) from error
    yield from _parts(top, message, whole=True)


class _EncodingError(Exception):
    """The document declares an encoding that there is not, or that cannot be parsed."""


def _feed(parser: XMLParser[Element], block: bytes) -> None:
    try:
        parser.feed(block)
    except (LookupError, ValueError) as error:
        raise _EncodingError(str(error)) from error


def _parts(top: Element, message: str, *, whole: bool) -> Iterator[tuple[Element, list[Element], bool]]:
    """Take out what is whole: all but the last entry of the last statement, unless the document is."""
    found = next(top.iter(message), None)
    statements = [one for one in found if local(one.tag) in _STATEMENTS] if found is not None else []
    for statement in statements:
        ended = whole or statement is not statements[-1]
        entries = [one for one in statement if local(one.tag) == "Ntry"]
        if entries and not ended and entries[-1] is statement[-1]:
            entries.pop()
        if entries:
            taken = set(map(id, entries))
            statement[:] = [one for one in statement if id(one) not in taken]
        if entries or ended:
            yield statement, entries, ended
        if ended and found is not None:
            found.remove(statement)


def _not_xml(source: Source, error: Exception) -> UsageError:
    """Refuse what is no XML, or in an encoding that there is not."""
    line, column = getattr(error, "position", (1, 0))
    reason = str(error).partition(": line")[0]
    return source.refusal(
        f"line {line}", f"column {column + 1}: it is not well-formed XML ({reason})", "fetch the file once more"
    )


class _Reading:
    """A statement while its entries come by."""

    def __init__(self, source: Source, kind: str, place: str) -> None:
        self._source = source
        self._kind = kind
        self._place = place
        self._entries = 0
        self._movements: list[Movement] = []
        self._remarks: list[str] = []

    def entry(self, element: Element) -> None:
        self._entries += 1
        place = f"{self._place}, entry {self._entries}"
        try:
            movements, remark = camt_entries.movements(element, place)
        except Unreadable as problem:
            raise self._source.refusal(place, problem) from problem
        self._movements += movements
        if remark:
            self._remarks.append(f"entry {self._entries}: {remark}")

    def statement(self, element: Element) -> Statement:
        try:
            return self._statement(element)
        except Unreadable as problem:
            raise self._source.refusal(self._place, problem) from problem

    def _statement(self, element: Element) -> Statement:
        told = told_by(element)
        used = sorted({one.currency for one in self._movements})
        balances = [_balance(one) for one in element if local(one.tag) == "Bal"]
        balances = [one for one in balances if one.code in OPENING + CLOSING]
        booked = first(told, "Acct/Ccy") or (balances[0].currency if balances else used[0] if used else "")
        if not booked:
            raise Unreadable("neither the account nor an entry tells a currency")
        if any(one != booked for one in used):
            raise Unreadable(f"the account is in {booked}, but there are entries in {', '.join(used)}")
        number = first(told, "Acct/Id/IBAN", "Acct/Id/Othr/Id")
        if not number:
            raise Unreadable("the account is not told", path="Acct")
        opened_on, opening = self._told(balances, OPENING, booked)
        closed_on, closing = self._told(balances, CLOSING, booked)
        return Statement(
            self._kind, account(number, booked), first(told, "Id", "ElctrncSeqNb"), currency(booked),
            tuple(self._movements), opened_on, opening, closed_on, closing, tuple(self._remarks),
        )  # fmt: skip

    def _told(self, balances: list[_Balance], codes: tuple[str, ...], currency: str) -> tuple[Day, Amount]:
        """Take the balance of the first of some codes; one in another currency cannot be compared."""
        for code in codes:
            for one in balances:
                if one.code == code and one.currency == currency:
                    return one.day, one.amount
                if one.code == code:
                    self._remarks.append(
                        f"balance {code} is in {one.currency}, the account in {currency}, so it is not checked"
                    )
                    return None, None
        return None, None


class _Balance(NamedTuple):
    """A balance as told."""

    code: str
    amount: Decimal
    currency: str
    day: dt.date | None


def _balance(element: Element) -> _Balance:
    told = told_by(element)
    code = first(told, "Tp/CdOrPrtry/Cd")
    if code not in OPENING + CLOSING:
        return _Balance(code, Decimal(0), "", None)
    try:
        value, used = money(told, "Amt")
        day = first(told, "Dt/Dt", "Dt/DtTm")
        return _Balance(code, -value if is_debit(told) and value else value, used, iso_day(day) if day else None)
    except Unreadable as problem:
        raise problem.inside(f"Bal {code}") from None
