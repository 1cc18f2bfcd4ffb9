"""Turn an entry of a CAMT message into movements.

Source: ISO 20022 `ReportEntry` and `EntryTransaction`; ECOSYSTEM 2 (batch entries).
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING, Final, NamedTuple

from shopctl.adapters.bank.values import MOVED, account, amount, currency, iso_day, iso_value_day, joined
from shopctl.adapters.sources.items import Unreadable, shown
from shopctl.domain.bank import Movement

if TYPE_CHECKING:
    from collections.abc import Sequence
    from xml.etree.ElementTree import Element

NOTHING: Final = frozenset({"NOTPROVIDED", "NONREF", "NOT PROVIDED"})
"""What banks write where there is no reference."""

FEES: Final = frozenset({"CHRG", "FEES", "COMM"})
"""Codes of bank charges (`BkTxCd`, external code set of ISO 20022)."""


class Names:
    """Element names within a namespace: `names.Ntry` is `{urn:…}Ntry`."""

    def __init__(self, namespace: str) -> None:
        self._namespace = namespace

    def __getattr__(self, name: str) -> str:
        qualified = self._namespace + name
        setattr(self, name, qualified)
        return qualified


class _Entry(NamedTuple):
    """What all movements of an entry share."""

    date: dt.date
    value_date: dt.date | None
    currency: str
    booked: bool
    reversal: bool
    kind: str
    reference: str
    text: str
    remark: str


class _Detail(NamedTuple):
    """One transaction of an entry; its amount with its sign, None where none is told in the currency of the entry."""

    amount: Decimal | None
    name: str
    iban: str
    reference: str
    text: str
    end_to_end: str
    bank_reference: str
    returned: bool


def text_of(element: Element | None, *path: str) -> str:
    """Read the text of an element below another one; empty where there is none."""
    for name in path:
        if element is None:
            return ""
        element = element.find(name)
    return (element.text or "").strip() if element is not None else ""


def money(element: Element | None, path: str) -> tuple[Decimal, str]:
    """Read an amount and its currency.

    Raises:
        Unreadable: Either of them is missing or wrong.
    """
    if element is None:
        raise Unreadable("the amount is missing", path=path)
    try:
        return amount((element.text or "").strip()), currency(element.get("Ccy", ""))
    except Unreadable as problem:
        raise problem.inside(path) from None


def is_debit(element: Element, names: Names, path: str = "CdtDbtInd") -> bool:
    """Tell whether something takes money away.

    Raises:
        Unreadable: It does not say.
    """
    told = text_of(element, names.CdtDbtInd)
    if told not in ("CRDT", "DBIT"):
        raise Unreadable(f"{shown(told)} is neither CRDT nor DBIT", path=path)
    return told == "DBIT"


def movements(entry: Element, names: Names, place: str) -> tuple[list[Movement], str]:
    """Make the movements of an entry: one for each detail when they add up to it, else one for the whole entry.

    Returns:
        The movements, and what is odd about the details.

    Raises:
        Unreadable: An amount, date or direction cannot be understood.
    """
    value, told = money(entry.find(names.Amt), "Amt")
    debit = is_debit(entry, names)
    value = -value if debit and value else value
    shared = _entry(entry, names, told)
    groups = entry.findall(names.NtryDtls)
    details = [_detail(one, names, shared, debit=debit) for group in groups for one in group.findall(names.TxDtls)]
    amounts = [one.amount for one in details if one.amount is not None]
    if len(details) == len(amounts) > 1 and sum(amounts, Decimal(0)) == value:
        numbered = enumerate(zip(details, amounts, strict=True), 1)
        return [_movement(one, shared, part, f"{place}, detail {number}") for number, (one, part) in numbered], ""
    counted = sum(_count(text_of(group, names.Btch, names.NbOfTxs)) for group in groups)
    remark = _odd(counted, details, value)
    if remark:
        shared = shared._replace(remark=joined(shared.remark, remark))
    return [_movement(_together(details), shared, value, place)], remark


def _odd(counted: int, details: Sequence[_Detail], value: Decimal) -> str:
    """Say why an entry is not taken apart; empty where it has one transaction that fits.

    Args:
        counted: How many transactions the entry says it has; 0 where it does not say.
    """
    if len(details) == 1 and counted <= 1 and details[0].amount in (None, value):
        return ""
    if counted > len(details) and details:
        return f"only {len(details)} of its {counted} transactions are told, so it is kept as one"
    if any(one.amount is None for one in details):
        return f"its {len(details)} transactions tell no amounts, so it is kept as one" if len(details) > 1 else ""
    total = sum((one.amount or 0 for one in details), Decimal(0))
    if details and total != value:
        return f"its transactions add up to {total} instead of {value}, so it is kept as one"
    return ""


def _count(text: str) -> int:
    return int(text) if text and text.isdecimal() and len(text) <= 15 else 0


def _entry(entry: Element, names: Names, told: str) -> _Entry:
    status = text_of(entry, names.Sts, names.Cd) or text_of(entry, names.Sts)
    if status not in ("", "BOOK", "PDNG", "INFO", "FUTR"):
        raise Unreadable(f"{shown(status)} is no status: BOOK, PDNG, INFO or FUTR", path="Sts")
    booking, value = _day(entry.find(names.BookgDt), names), _day(entry.find(names.ValDt), names)
    try:
        value_date, moved = iso_value_day(value) if value else (None, False)
    except Unreadable as problem:
        raise problem.inside("ValDt") from None
    try:
        date = iso_day(booking) if booking else value_date
    except Unreadable as problem:
        raise problem.inside("BookgDt") from None
    if date is None:
        raise Unreadable("there is no booking date", path="BookgDt")
    reversal = text_of(entry, names.RvslInd) in ("true", "1")
    return _Entry(
        date, value_date, told, status in ("", "BOOK"), reversal, _kind(entry, names, reversal=reversal),
        _mark(text_of(entry, names.AcctSvcrRef)), text_of(entry, names.AddtlNtryInf), MOVED if moved else "",
    )  # fmt: skip


def _day(element: Element | None, names: Names) -> str:
    return text_of(element, names.Dt) or text_of(element, names.DtTm)


def _kind(element: Element, names: Names, *, reversal: bool) -> str:
    if reversal:
        return "reversal"
    code = text_of(element, names.BkTxCd, names.Domn, names.Fmly, names.SubFmlyCd)
    return "fee" if code in FEES else "transfer"


def _mark(text: str) -> str:
    return "" if not text or text.upper() in NOTHING else text


def _detail(detail: Element, names: Names, entry: _Entry, *, debit: bool) -> _Detail:
    own = detail.find(names.CdtDbtInd)
    debit = is_debit(detail, names, "TxDtls.CdtDbtInd") if own is not None else debit
    # A reversed credit is a debit, but the other side is still the one who had paid.
    incoming = debit == entry.reversal
    refs, parties = detail.find(names.Refs), detail.find(names.RltdPties)
    sides = (("Dbtr", "Cdtr") if incoming else ("Cdtr", "Dbtr"))[: 2 if entry.reversal else 1]
    name = iban = ultimate = ""
    for side in sides:
        name = name or _party(parties, names, side)
        holder = f"{side}Acct"
        iban = iban or text_of(parties, getattr(names, holder), names.Id, names.IBAN)
        iban = iban or text_of(parties, getattr(names, holder), names.Id, names.Othr, names.Id)
        ultimate = ultimate or _party(parties, names, f"Ultmt{side}")
    reference, text = _remittance(detail.find(names.RmtInf), names)
    returned = detail.find(names.RtrInf)
    reason = text_of(returned, names.Rsn, names.Cd) or text_of(returned, names.Rsn, names.Prtry)
    return _Detail(
        _amount(detail, names, entry.currency, debit=debit), name or ultimate, account(iban), reference,
        joined(text, text_of(detail, names.AddtlTxInf), reason, ultimate if name and ultimate != name else ""),
        _mark(text_of(refs, names.EndToEndId)), _mark(text_of(refs, names.AcctSvcrRef)), returned is not None,
    )  # fmt: skip


def _party(parties: Element | None, names: Names, role: str) -> str:
    one = parties.find(getattr(names, role)) if parties is not None else None
    return text_of(one, names.Nm) or text_of(one, names.Pty, names.Nm)


def _amount(detail: Element, names: Names, currency: str, *, debit: bool) -> Decimal | None:
    """Read the amount of a detail in the currency of the entry: its own, or that of the transaction."""
    described = detail.find(names.AmtDtls)
    transaction = described.find(names.TxAmt) if described is not None else None
    for element in (detail.find(names.Amt), transaction.find(names.Amt) if transaction is not None else None):
        if element is not None and element.get("Ccy") == currency:
            value, _ = money(element, "TxDtls.Amt")
            return -value if debit and value else value
    return None


def _remittance(element: Element | None, names: Names) -> tuple[str, str]:
    """Read the structured reference and all the rest of what the payer wrote."""
    if element is None:
        return "", ""
    references, texts = [], [one.text or "" for one in element.findall(names.Ustrd)]
    for one in element.findall(names.Strd):
        references.append(text_of(one, names.CdtrRefInf, names.Ref))
        texts += [text_of(document, names.Nb) for document in one.findall(names.RfrdDocInf)]
        texts += [more.text or "" for more in one.findall(names.AddtlRmtInf)]
    return joined(*references), joined(*texts)


def _together(details: Sequence[_Detail]) -> _Detail:
    """Keep all that several details tell in one: what they share, and the texts one after the other."""
    if len(details) == 1:
        return details[0]
    shared = [values.pop() if len(values := {one[place] for one in details}) == 1 else "" for place in (1, 2, 5, 6)]
    name, iban, end_to_end, bank_reference = map(str, shared)
    text = joined(*(part for one in details for part in (one.name if not name else "", one.text)))
    return _Detail(
        None, name, iban, joined(*(one.reference for one in details)), text, end_to_end, bank_reference,
        any(one.returned for one in details),
    )  # fmt: skip


def _movement(detail: _Detail, entry: _Entry, value: Decimal, place: str) -> Movement:
    kind = "reversal" if detail.returned else entry.kind
    return Movement(
        place, entry.date, value, entry.currency, kind, entry.booked, entry.value_date, detail.name, detail.iban,
        detail.reference, joined(detail.text, entry.text), detail.end_to_end,
        detail.bank_reference or entry.reference, remark=entry.remark,
    )  # fmt: skip
