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
from typing import TYPE_CHECKING, Final, NamedTuple, cast

from shopctl.adapters.bank import camt_entries
from shopctl.adapters.bank.camt_entries import Names, text_of
from shopctl.adapters.bank.source import Source
from shopctl.adapters.bank.values import account, currency, iso_day
from shopctl.adapters.sources.items import Unreadable
from shopctl.domain.bank import Movement, Statement
from shopctl.errors import UsageError

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

BLOCK: Final = 64 * 1024
LARGEST: Final = 4 * 1024 * 1024
"""Bytes that may pass without an element that ends, which is far more than any text of a bank."""

_ROOT: Final = re.compile(
    r"urn:iso:std:iso:20022:(?:[\w-]+:)*camt\.05[234]\.\d{3}\.\d{2}|<(?:\w+:)?BkToCstmr(?:AcctRpt|Stmt|DbtCdtNtfctn)\b"
)
OPENING: Final = ("OPBD", "PRCD")
CLOSING: Final = ("CLBD", "ITBD")
"""Codes of the booked balances, the one that counts first; those of expected and available money are left out."""

Day = dt.date | None
Amount = Decimal | None

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
    kind, names = _message(source)
    ends = {names.Rpt, names.Stmt, names.Ntfctn}
    entry = names.Ntry
    reading = _Reading(source, kind, names, 1)
    count = 0
    for element in _elements(source):
        if element.tag == entry:
            reading.entry(element)
            element.clear()
        elif element.tag in ends:
            count += 1
            yield reading.statement(element)
            element.clear()
            reading = _Reading(source, kind, names, count + 1)
    if not count:
        raise source.refusal("the message", "there is no statement in it", "ask the bank for the file once more")


def _message(source: Source) -> tuple[str, Names]:
    """Find which message it is and in which namespace.

    Document types and entities, which no bank sends, can only come before the first element, so the strict parser
    reads that far and the fast one the rest.

    Raises:
        UsageError: `file.format`.
    """
    from io import BytesIO
    from xml.etree.ElementTree import ParseError

    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import iterparse

    head = BytesIO(source.open().read(BLOCK))
    try:
        for _, element in iterparse(head, events=("start",), forbid_dtd=True):
            namespace, brace, name = element.tag.rpartition("}")
            if name in _KINDS:
                return _KINDS[name], Names(namespace + brace)
    except DefusedXmlException as error:
        raise source.refusal(
            "the begin",
            "it declares a document type or entities, which statements never do",
            "ask the bank for a plain CAMT file",
        ) from error
    except ParseError as error:
        raise _not_xml(source, error) from error
    raise source.refusal("the begin", f"it is none of the messages {', '.join(_KINDS)}")


def _elements(source: Source) -> Iterator[Element]:
    """Parse block by block and hand over elements as they end."""
    from xml.etree.ElementTree import ParseError, XMLPullParser

    parser: XMLPullParser[Element] = XMLPullParser(("end",))
    file = source.open()
    silent = 0
    try:
        while block := file.read(BLOCK):
            parser.feed(block)
            silent += len(block)
            for _, element in cast("Iterator[tuple[str, Element]]", parser.read_events()):
                silent = 0
                yield element
            if silent > LARGEST:
                raise source.refusal(f"byte {file.tell():,}", f"a value has more than {LARGEST:,} bytes")
        parser.close()
    except ParseError as error:
        raise _not_xml(source, error) from error


def _not_xml(source: Source, error: SyntaxError) -> UsageError:
    line, column = getattr(error, "position", (1, 0))
    reason = str(error).partition(": line")[0]
    return source.refusal(
        f"line {line}", f"column {column + 1}: it is not well-formed XML ({reason})", "fetch the file once more"
    )


class _Reading:
    """A statement while its entries come by."""

    def __init__(self, source: Source, kind: str, names: Names, count: int) -> None:
        self._source = source
        self._kind = kind
        self._names = names
        self._place = f"statement {count}"
        self._entries = 0
        self._movements: list[Movement] = []
        self._remarks: list[str] = []

    def entry(self, element: Element) -> None:
        self._entries += 1
        place = f"{self._place}, entry {self._entries}"
        try:
            movements, remark = camt_entries.movements(element, self._names, place)
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
        names = self._names
        about = element.find(names.Acct)
        told = text_of(about, names.Ccy)
        used = sorted({one.currency for one in self._movements})
        balances = _balances(element, names)
        booked = told or (balances[0].currency if balances else used[0] if used else "")
        if not booked:
            raise Unreadable("neither the account nor an entry tells a currency")
        if any(one != booked for one in used):
            raise Unreadable(f"the account is in {booked}, but there are entries in {', '.join(used)}")
        identity = about.find(names.Id) if about is not None else None
        number = text_of(identity, names.IBAN) or text_of(identity, names.Othr, names.Id)
        if not number:
            raise Unreadable("Acct: the account is not told")
        opened_on, opening = self._told(balances, OPENING, booked)
        closed_on, closing = self._told(balances, CLOSING, booked)
        return Statement(
            self._kind, account(number, booked), _name(element, names), currency(booked), tuple(self._movements),
            opened_on, opening, closed_on, closing, tuple(self._remarks),
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


def _balances(statement: Element, names: Names) -> list[_Balance]:
    found = []
    for element in statement.findall(names.Bal):
        code = text_of(element, names.Tp, names.CdOrPrtry, names.Cd)
        if code not in OPENING + CLOSING:
            continue
        value, currency = camt_entries.money(element.find(names.Amt), f"balance {code}")
        if camt_entries.is_debit(element, names, f"balance {code}"):
            value = -value
        day = text_of(element, names.Dt, names.Dt) or text_of(element, names.Dt, names.DtTm)
        found.append(_Balance(code, value, currency, iso_day(day) if day else None))
    return found


def _name(statement: Element, names: Names) -> str:
    """Tell the number of a statement: its identification, else the running number."""
    return text_of(statement, names.Id) or text_of(statement, names.ElctrncSeqNb)
