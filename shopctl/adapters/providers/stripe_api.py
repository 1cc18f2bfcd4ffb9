"""Read what the API of Stripe answers: balance transactions, charges and refunds, one object, a list or an array.

Source: ECOSYSTEM 5. Amounts are whole numbers of the smallest unit; times are seconds since 1970, told in UTC.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final

from shopctl.adapters.bank.source import Source
from shopctl.adapters.bank.values import currency, joined
from shopctl.adapters.providers import documents, tables
from shopctl.adapters.providers.documents import Object, inner, listed, reference, text
from shopctl.adapters.providers.stripe import FORMAT, KINDS
from shopctl.adapters.providers.tables import Ignored
from shopctl.adapters.sources.items import Unreadable, shown
from shopctl.domain.bank import Movement, Statement
from shopctl.domain.money import digits_of

ZERO: Final = Decimal(0)
_DIGITS: Final = {"ISK": 2, "UGX": 2, "MGA": 0}
"""Currencies that Stripe counts in other units than ISO 4217 says."""

_OBJECT: Final = re.compile(r'"object"\s*:\s*"([a-z_.]+)"')
_KNOWN: Final = ("balance_transaction", "charge", "refund")
_MOST: Final = 9_999_999_999_999
_LAST: Final = 253_402_300_799
"""The last second of the year 9999."""


def recognises(head: str) -> bool:
    """Tell whether a document is one of Stripe's API."""
    return head.lstrip("\ufeff \t\r\n")[:1] in ("{", "[") and _OBJECT.search(head) is not None


def read(source: Source) -> Iterator[Statement]:
    """Read the statements of a document, one a currency.

    Raises:
        UsageError: `file.format` with the place: it is no JSON, or of another kind, or an object cannot be read.
    """
    found = _objects(documents.load(source))
    ignored = Ignored()
    lines = list(documents.movements(source, found, "object", lambda one, place: _movements(one, place, ignored)))
    statements = tables.by_currency(FORMAT, FORMAT, lines, ignored.remarks)
    if not statements:
        raise source.refusal("the document", "no money moved in it", "export paid charges or balance transactions")
    yield from statements


def _objects(document: Any) -> list[Any]:
    if isinstance(document, dict) and document.get("object") == "list" and isinstance(document.get("data"), list):
        return list(document["data"])
    return document if isinstance(document, list) else [document]


def _movements(one: Object, place: str, ignored: Ignored) -> Iterator[Movement]:
    kind = one.get("object")
    if kind == "balance_transaction":
        yield _transaction(one, place)
    elif kind == "charge":
        yield from _charge(one, place, ignored)
    elif kind == "refund":
        yield from _refund(one, place, ignored)
    else:
        raise Unreadable(
            f"{shown(kind)} is no object that moves money", path="object",
            hint=f"export one of {', '.join(_KNOWN)}",
        )  # fmt: skip


def _transaction(one: Object, place: str) -> Movement:
    used = currency(text(one, "currency").upper())
    amount, fee, net = (_money(one, name, used) for name in ("amount", "fee", "net"))
    if amount - fee != net:
        raise Unreadable(f"amount {amount} less fee {fee} is not the net {net}")
    category = text(one, "reporting_category") or text(one, "type")
    kind = KINDS.get(category, "other")
    source = inner(one, "source")
    key = text(source, "id") if source else text(one, "source")
    return Movement(
        place, _day(one), amount, used, kind, reference=reference(inner(source, "metadata")),
        text=joined(category.replace("_", " "), text(one, "description")), bank_reference=key or text(one, "id"),
        fee=fee, target=text(source, "charge") if kind in ("refund", "chargeback", "reversal") else "",
    )  # fmt: skip


def _charge(one: Object, place: str, ignored: Ignored) -> Iterator[Movement]:
    status = text(one, "status")
    if status not in ("succeeded", "pending", "failed"):
        raise Unreadable(f"{shown(status)} is a status that is not known", path="status")
    if status == "failed" or one.get("paid") is False:
        ignored.add(status)
        return
    used = currency(text(one, "currency").upper())
    booked = status == "succeeded" and one.get("captured") is not False
    whole = (
        _money(one, "amount_captured", used) if booked and one.get("amount_captured") else _money(one, "amount", used)
    )
    payer, balance = inner(one, "billing_details"), inner(one, "balance_transaction")
    key = text(one, "id")
    charge = Movement(
        place, _day(one), whole, used, "charge", booked, name=text(payer, "name"),
        reference=reference(inner(one, "metadata")), bank_reference=key,
        text=joined(text(one, "description"), text(payer, "email") or text(one, "receipt_email")),
        end_to_end=text(one, "payment_intent") if isinstance(one.get("payment_intent"), str) else "",
        fee=_money(balance, "fee", used) if balance.get("currency") == one.get("currency") else ZERO,
    )  # fmt: skip
    yield charge
    refunds = listed(inner(one, "refunds"), "data")
    for refund in refunds:
        yield from _refund({"charge": key, **refund}, place, ignored)
    back = _money(one, "amount_refunded", used) if one.get("amount_refunded") else ZERO
    if back and not refunds:
        yield charge._replace(amount=-back, kind="refund", end_to_end="", bank_reference="", fee=ZERO, target=key)


def _refund(one: Object, place: str, ignored: Ignored) -> Iterator[Movement]:
    status = text(one, "status")
    if status in ("failed", "canceled"):
        ignored.add(f"refund {status}")
        return
    used = currency(text(one, "currency").upper())
    yield Movement(
        place, _day(one), -_money(one, "amount", used), used, "refund", status == "succeeded",
        reference=reference(inner(one, "metadata")), text=joined("refund", text(one, "reason").replace("_", " ")),
        bank_reference=text(one, "id"), target=text(one, "charge"),
    )  # fmt: skip


def _money(one: Object, name: str, used: str) -> Decimal:
    """Read an amount in the smallest unit of a currency."""
    value = one.get(name)
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > _MOST:
        raise Unreadable(f"{shown(value)} is not a whole number of at most 13 digits", path=name)
    return Decimal(value).scaleb(-_DIGITS.get(used, digits_of(used)))


def _day(one: Object) -> dt.date:
    value = one.get("created")
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= _LAST:
        raise Unreadable(f"{shown(value)} is not a time in seconds", path="created")
    return dt.datetime.fromtimestamp(value, dt.UTC).date()
