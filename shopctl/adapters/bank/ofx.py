"""Read OFX and QFX: SGML of version 1, whose elements need no end, and XML of version 2.

Both are cut into tags and the text behind them, so nothing is ever expanded and memory holds one statement.
Source: OFX 1.6 and 2.2, section 11 (STMTRS, CCSTMTRS, STMTTRN); ECOSYSTEM 2.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from shopctl.adapters.bank.source import Source
from shopctl.adapters.bank.values import account, amount, currency, joined
from shopctl.adapters.sources.items import Unreadable, shown
from shopctl.adapters.sources.text import LINE_LIMIT
from shopctl.domain.bank import Movement, Statement

STATEMENTS: Final = frozenset({"STMTRS", "CCSTMTRS", "INVSTMTRS"})
GROUPS: Final = frozenset(
    {"BANKACCTFROM", "CCACCTFROM", "INVACCTFROM", "BANKACCTTO", "CCACCTTO", "PAYEE", "CURRENCY", "ORIGCURRENCY",
     "LEDGERBAL", "AVAILBAL", "BAL", "INVBAL"}
)  # fmt: skip
"""Elements that hold others of the same names as are found elsewhere."""

FEES: Final = frozenset({"FEE", "SRVCHG"})
_INVESTMENT: Final = re.compile(r"(BUY|SELL)(DEBT|MF|OPT|OTHER|STOCK)|INCOME|REINVEST|INVEXPENSE|MARGININTEREST")

_TAG: Final = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9_.]*)[^<>]*>([^<]*)")
_ENTITY: Final = re.compile(r"&(amp|lt|gt|quot|apos|nbsp|#[0-9]{1,6});")
_NAMED: Final = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'", "nbsp": " "}
_DAY: Final = re.compile(r"([0-9]{8})([0-9]{2,6}(\.[0-9]{1,3})?)?\s*(\[.{1,12}\])?")
_CHARSETS: Final = {"": "cp1252", "NONE": "cp1252", "1252": "cp1252", "ISO-8859-1": "latin-1", "8859-1": "latin-1"}


def recognises(head: str) -> bool:
    """Tell whether a file is OFX."""
    start = head.lstrip()
    return start.startswith("OFXHEADER") or (start[:1] == "<" and re.search(r"<OFX>|<\?OFX\b", head) is not None)


def read(source: Source) -> Iterator[Statement]:
    """Read the statements of a file.

    Raises:
        UsageError: `file.format`, it is cut off, declares a document type, or a value cannot be understood;
            `file.encoding`.
    """
    reading: _Reading | None = None
    count = 0
    for line, end, name, text in _tags(source):
        try:
            if name in STATEMENTS:
                if reading is not None and end:
                    count += 1
                    yield from reading.statements()
                    reading = None
                elif not end:
                    reading = _Reading()
            elif reading is not None:
                reading.take(line, name, text, end=end)
        except Unreadable as problem:
            begin = reading.line if reading else 0
            raise source.refusal(f"line {begin or line}", problem) from problem
    if reading is not None:
        raise source.refusal("the end", "the statement is cut off", "fetch the file once more")
    if not count:
        raise source.refusal("the file", "there is no statement in it", "ask the bank for the file once more")


def _encoding(source: Source) -> str:
    if source.is_utf8():
        return "utf-8"
    told = re.search(r'CHARSET:\s*([\w-]+)|encoding="([\w-]+)"', source.head[:1000])
    name = ((told[1] or told[2]) if told else "").upper().removeprefix("WINDOWS-")
    return _CHARSETS.get(name, "utf-8")


def _tags(source: Source) -> Iterator[tuple[int, bool, str, str]]:
    """Hand over tags: their line, whether they end an element, their name, and the text behind them."""
    rest = ""
    line = 1
    for block in _with_end(source.blocks(_encoding(source))):
        text = rest + block
        cut = text.rfind("<") if block else len(text)
        if "<!DOCTYPE" in text or "<!ENTITY" in text:
            raise source.refusal(
                f"line {line}", "it declares a document type or entities, which statements never do",
                "ask the bank for a plain OFX file",
            )  # fmt: skip
        place = 0
        for found in _TAG.finditer(text, 0, cut):
            line += text.count("\n", place, found.start())
            place = found.start()
            yield line, bool(found[1]), found[2].upper(), found[3]
        line += text.count("\n", place, cut)
        rest = text[cut:]
        if len(rest) > LINE_LIMIT:
            raise source.refusal(f"line {line}", f"a value has more than {LINE_LIMIT:,} characters")


def _with_end(blocks: Iterator[str]) -> Iterator[str]:
    yield from blocks
    yield ""


def _plain(text: str) -> str:
    if "&" in text:
        text = _ENTITY.sub(lambda found: _NAMED.get(found[1]) or _numbered(found[1]), text)
    return text.strip()


def _numbered(text: str) -> str:
    code = int(text[1:])
    return chr(code) if 0x20 <= code <= 0x10FFFF and not 0xD800 <= code <= 0xDFFF else ""


class _Reading:
    """A statement while its tags come by.

    Attributes:
        line: Where the movement in work begins; 0 between movements.
    """

    def __init__(self) -> None:
        self.head: dict[str, str] = {}
        self.movement: dict[str, str] | None = None
        self.group = ""
        self.line = 0
        self.movements: list[Movement] = []
        self.foreign: dict[str, list[Movement]] = {}
        self.left_out = 0

    def take(self, line: int, name: str, text: str, *, end: bool) -> None:
        """Note a tag.

        Raises:
            Unreadable: The movement that ends with it cannot be understood.
        """
        if name == "STMTTRN":
            self._finish()
            self.group = ""
            if not end:
                self.movement, self.line = {}, line
        elif end:
            if name == self.group:
                self.group = ""
        elif name in GROUPS:
            self.group = name
        elif _INVESTMENT.fullmatch(name):
            self.left_out += 1
        elif value := _plain(text):
            into = self.head if self.movement is None else self.movement
            into.setdefault(f"{self.group}.{name}" if self.group else name, value)

    def _finish(self) -> None:
        told, self.movement = self.movement, None
        if told is None:
            return
        booked = currency(self.head.get("CURDEF", ""))
        one = _movement(told, f"line {self.line}", told.get("CURRENCY.CURSYM") or booked)
        self.line = 0
        (self.movements if one.currency == booked else self.foreign.setdefault(one.currency, [])).append(one)

    def statements(self) -> Iterator[Statement]:
        """Make the statement, and one more for each other currency.

        Raises:
            Unreadable: The account, the currency or the balance is missing or wrong.
        """
        self._finish()
        told = self.head
        booked = currency(told.get("CURDEF", ""))
        kind = next((one for one in ("BANKACCTFROM", "CCACCTFROM", "INVACCTFROM") if f"{one}.ACCTID" in told), "")
        if not kind:
            raise Unreadable("the account is missing", path="ACCTID")
        bank, number = told.get(f"{kind}.BANKID", ""), told[f"{kind}.ACCTID"]
        holder = account(number if not bank or number[:2].isalpha() else f"{bank}/{number}")
        balance, as_of = told.get("LEDGERBAL.BALAMT"), told.get("LEDGERBAL.DTASOF", "")
        remarks = (f"{self.left_out} investment transactions are left out",) if self.left_out else ()
        yield Statement(
            "ofx", holder, "", booked, tuple(self.movements), None, None, _day(as_of) if as_of else None,
            amount(balance) if balance else None, remarks,
        )  # fmt: skip
        for other, movements in self.foreign.items():
            yield Statement("ofx", holder, "", other, tuple(movements))


def _movement(told: dict[str, str], place: str, booked: str) -> Movement:
    for field in ("DTPOSTED", "TRNAMT"):
        if field not in told:
            raise Unreadable("it is missing", path=field)
    try:
        value = _amount(told["TRNAMT"])
    except Unreadable as problem:
        raise problem.inside("TRNAMT") from None
    available = told.get("DTAVAIL")
    check = f"check {told['CHECKNUM']}" if "CHECKNUM" in told else ""
    name = told.get("NAME") or told.get("PAYEE.NAME", "")
    text = told.get("MEMO", "")
    return Movement(
        place, _day(told["DTPOSTED"]), value, currency(booked),
        "fee" if told.get("TRNTYPE", "").upper() in FEES else "transfer",
        value_date=_day(available) if available else None, name=joined(name),
        iban=account(told.get("BANKACCTTO.ACCTID") or told.get("CCACCTTO.ACCTID", "")),
        text=joined(text, told.get("EXTDNAME", ""), told.get("REFNUM", ""), check),
        bank_reference=told.get("FITID", ""),
    )  # fmt: skip


def _amount(text: str) -> Decimal:
    return amount(text.replace(" ", ""))


def _day(text: str) -> dt.date:
    """Read the day as the bank wrote it; the hour and its distance from UTC do not move it.

    Raises:
        Unreadable: There is no such day.
    """
    found = _DAY.fullmatch(text)
    try:
        if not found:
            raise ValueError(text)
        return dt.datetime.strptime(found[1], "%Y%m%d").date()  # noqa: DTZ007 - a day has no zone
    except ValueError:
        raise Unreadable(f"{shown(text)} is not a date, as in 20260131 or 20260131120000[-5:EST]") from None
