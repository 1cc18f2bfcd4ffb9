"""Turn an entry of a CAMT message into movements.

Source: ISO 20022 `ReportEntry` and `EntryTransaction`; ECOSYSTEM 2 (batch entries).
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING, Final, NamedTuple

from shopctl.adapters.bank.camt_values import Told, all_of, first, is_debit, local, money, told_by
from shopctl.adapters.bank.values import MOVED, account, iso_day, iso_value_day, joined
from shopctl.adapters.sources.items import Unreadable, shown
from shopctl.domain.bank import Movement

if TYPE_CHECKING:
    from collections.abc import Sequence
    from xml.etree.ElementTree import Element

NOTHING: Final = frozenset({"NOTPROVIDED", "NONREF", "NOT PROVIDED"})
"""What banks write where there is no reference."""

FEES: Final = frozenset({"CHRG", "FEES", "COMM"})
"""Codes of bank charges (`BkTxCd`, external code set of ISO 20022)."""

STATES: Final = {"": True, "BOOK": True, "PDNG": False, "INFO": False, "FUTR": False}
"""Whether an entry of a status counts in the balances."""


class _Entry(NamedTuple):
    """What all movements of an entry share."""

    date: dt.date
    value_date: dt.date | None
    currency: str
    debit: bool
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


_NOTHING_TOLD: Final = _Detail(None, "", "", "", "", "", "", False)


def movements(element: Element, place: str) -> tuple[list[Movement], str]:
    """Make the movements of an entry: one for each detail when they add up to it, else one for the whole entry.

    Returns:
        The movements, and what is odd about the details.

    Raises:
        Unreadable: An amount, date or direction cannot be understood.
    """
    told = told_by(element)
    value, currency = money(told, "Amt")
    debit = is_debit(told)
    value = -value if debit and value else value
    entry = _entry(told, currency, debit=debit)
    groups = [one for one in element if local(one.tag) == "NtryDtls"]
    details = [_detail(one, entry) for group in groups for one in group if local(one.tag) == "TxDtls"]
    amounts = [one.amount for one in details if one.amount is not None]
    if len(details) == 1 and amounts == [value] and not any(len(group) > 1 for group in groups):
        return [_movement(details[0], entry, value, place)], ""
    if len(details) == len(amounts) > 1 and sum(amounts, Decimal(0)) == value:
        numbered = enumerate(zip(details, amounts, strict=True), 1)
        return [_movement(one, entry, part, f"{place}, detail {number}") for number, (one, part) in numbered], ""
    remark = _odd(sum(map(_counted, groups)), details, value)
    if remark:
        entry = entry._replace(remark=joined(entry.remark, remark))
    return [_movement(_together(details), entry, value, place)], remark


def _counted(group: Element) -> int:
    """Tell how many transactions a batch says it has; 0 where it does not say."""
    batch = next((one for one in group if local(one.tag) == "Btch"), None)
    text = first(told_by(batch), "NbOfTxs") if batch is not None else ""
    return int(text) if text.isdecimal() and len(text) <= 15 else 0


def _odd(counted: int, details: Sequence[_Detail], value: Decimal) -> str:
    """Say why an entry is not taken apart; empty where it has one transaction that fits.

    Args:
        counted: How many transactions the entry says it has.
    """
    if not details:
        return ""
    if counted > len(details):
        return f"only {len(details)} of its {counted} transactions are told, so it is kept as one"
    if any(one.amount is None for one in details):
        return f"its {len(details)} transactions tell no amounts, so it is kept as one" if len(details) > 1 else ""
    total = sum((one.amount or 0 for one in details), Decimal(0))
    return "" if total == value else f"its transactions add up to {total} instead of {value}, so it is kept as one"


def _entry(told: Told, currency: str, *, debit: bool) -> _Entry:
    status = first(told, "Sts/Cd", "Sts")
    if status not in STATES:
        raise Unreadable(f"{shown(status)} is no status: BOOK, PDNG, INFO or FUTR", path="Sts")
    booking, value = first(told, "BookgDt/Dt", "BookgDt/DtTm"), first(told, "ValDt/Dt", "ValDt/DtTm")
    try:
        value_date, moved = iso_value_day(value) if value else (None, False)
    except Unreadable as problem:
        raise Unreadable(problem.reason, path="ValDt") from None
    try:
        date = iso_day(booking) if booking else value_date
    except Unreadable as problem:
        raise Unreadable(problem.reason, path="BookgDt") from None
    if date is None:
        raise Unreadable("there is no booking date", path="BookgDt")
    reversal = first(told, "RvslInd") in ("true", "1")
    fee = first(told, "BkTxCd/Domn/Fmly/SubFmlyCd") in FEES
    return _Entry(
        date, value_date, currency, debit, STATES[status], reversal,
        "reversal" if reversal else "fee" if fee else "transfer", _mark(first(told, "AcctSvcrRef")),
        joined(*all_of(told, "AddtlNtryInf")), MOVED if moved else "",
    )  # fmt: skip


def _mark(text: str) -> str:
    return "" if not text or text.upper() in NOTHING else text


class _Side(NamedTuple):
    """The paths of what a detail tells about one side."""

    name: tuple[str, ...]
    iban: tuple[str, ...]
    ultimate: tuple[str, ...]


def _side(role: str) -> _Side:
    path = f"RltdPties/{role}"
    last = f"RltdPties/Ultmt{role}"
    return _Side(
        (f"{path}/Nm", f"{path}/Pty/Nm"), (f"{path}Acct/Id/IBAN", f"{path}Acct/Id/Othr/Id"),
        (f"{last}/Nm", f"{last}/Pty/Nm"),
    )  # fmt: skip


_PAYER: Final = _side("Dbtr")
_PAYEE: Final = _side("Cdtr")


def _detail(element: Element, entry: _Entry) -> _Detail:
    told = told_by(element)
    debit = is_debit(told, "TxDtls.CdtDbtInd") if "CdtDbtInd" in told else entry.debit
    # A reversed credit is a debit, but the other side is still the one who had paid; banks fill either in then.
    side, other = (_PAYER, _PAYEE) if debit == entry.reversal else (_PAYEE, _PAYER)
    name, iban, ultimate = first(told, *side.name), first(told, *side.iban), first(told, *side.ultimate)
    if entry.reversal:
        name, iban = name or first(told, *other.name), iban or first(told, *other.iban)
    reason = first(told, "RtrInf/Rsn/Cd", "RtrInf/Rsn/Prtry")
    return _Detail(
        _amount(told, entry.currency, debit=debit), name or ultimate, account(iban),
        joined(*all_of(told, "RmtInf/Strd/CdtrRefInf/Ref")),
        joined(
            *all_of(told, "RmtInf/Ustrd"), *all_of(told, "RmtInf/Strd/RfrdDocInf/Nb"),
            *all_of(told, "RmtInf/Strd/AddtlRmtInf"), *all_of(told, "AddtlTxInf"), reason,
            ultimate if name and ultimate != name else "",
        ),
        _mark(first(told, "Refs/EndToEndId")), _mark(first(told, "Refs/AcctSvcrRef")), bool(reason),
    )  # fmt: skip


def _amount(told: Told, currency: str, *, debit: bool) -> Decimal | None:
    """Read the amount of a detail in the currency of the entry: its own, or that of the transaction."""
    for path in ("Amt", "AmtDtls/TxAmt/Amt"):
        if told.get(f"{path}@") == [currency]:
            value, _ = money(told, path)
            return -value if debit and value else value
    return None


def _together(details: Sequence[_Detail]) -> _Detail:
    """Keep all that several details tell in one: what they share, and the texts one after the other."""
    if len(details) < 2:
        return details[0] if details else _NOTHING_TOLD
    shared = [values.pop() if len(values := {one[place] for one in details}) == 1 else "" for place in (1, 2, 5, 6)]
    name, iban, end_to_end, bank_reference = map(str, shared)
    text = joined(*(part for one in details for part in (one.name if not name else "", one.text)))
    return _Detail(
        None, name, iban, joined(*(one.reference for one in details)), text, end_to_end, bank_reference,
        any(one.returned for one in details),
    )  # fmt: skip


def _movement(detail: _Detail, entry: _Entry, value: Decimal, place: str) -> Movement:
    return Movement(
        place, entry.date, value, entry.currency, "reversal" if detail.returned else entry.kind, entry.booked,
        entry.value_date, detail.name, detail.iban, detail.reference,
        joined(detail.text, entry.text) if entry.text else detail.text, detail.end_to_end,
        detail.bank_reference or entry.reference, remark=entry.remark,
    )  # fmt: skip
