"""Read what the API of Mollie answers: payments, refunds, chargebacks and settlements, one of them or a list.

Source: ECOSYSTEM 2. Amounts are texts with their currency. A settlement tells revenue and costs of a period with four
decimals and pays out whole cents.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final

from shopctl.adapters.bank.source import Source
from shopctl.adapters.bank.values import amount, currency, iso_day, joined
from shopctl.adapters.providers import documents, tables
from shopctl.adapters.providers.documents import Object, inner, listed, reference, text
from shopctl.adapters.providers.tables import Ignored
from shopctl.adapters.sources.items import Unreadable, shown
from shopctl.domain.bank import Movement, Statement
from shopctl.domain.money import step_of

FORMAT: Final = "mollie"
ZERO: Final = Decimal(0)

WAITING: Final = ("open", "pending", "authorized", "queued", "processing")
FAILED: Final = ("failed", "canceled", "expired")
DONE: Final = ("paid", "refunded")

_LISTS: Final = ("payments", "refunds", "chargebacks", "settlements")
_KNOWN: Final = ("payment", "refund", "chargeback", "settlement")
_MARK: Final = re.compile(r'"resource"\s*:\s*"(?:' + "|".join((*_KNOWN, "order")) + r')"')


def recognises(head: str) -> bool:
    """Tell whether a document is one of Mollie's API."""
    return head.lstrip("\ufeff \t\r\n")[:1] in ("{", "[") and _MARK.search(head) is not None


def read(source: Source) -> Iterator[Statement]:
    """Read the statements of a document: one a settlement, and one a currency for everything else.

    Raises:
        UsageError: `file.format` with the place: it is no JSON, or of another kind, or an object cannot be read.
    """
    found = _objects(documents.load(source))
    settled = [one for one in found if isinstance(one, dict) and one.get("resource") == "settlement"]
    for number, one in enumerate(settled, 1):
        try:
            yield _settlement(one, f"settlement {number}")
        except Unreadable as problem:
            raise source.refusal(f"settlement {number}", problem) from problem
    ignored = Ignored()
    others = [one for one in found if not (isinstance(one, dict) and one.get("resource") == "settlement")]
    lines = list(documents.movements(source, others, "object", lambda one, place: _movements(one, place, ignored)))
    statements = tables.by_currency(FORMAT, FORMAT, lines, ignored.remarks)
    if not statements and not settled:
        raise source.refusal("the document", "no money moved in it", "export payments, refunds or settlements")
    yield from statements


def _objects(document: Any) -> list[Any]:
    """List the objects of a document: those of a page, or the one with the payments and refunds inside of it."""
    if not isinstance(document, dict):
        return document if isinstance(document, list) else [document]
    parts = inner(document, "_embedded")
    inside = [one for name in _LISTS if isinstance(parts.get(name), list) for one in parts[name]]
    if "resource" not in document:
        return inside
    return inside if document["resource"] == "order" and inside else [document, *inside]


def _movements(one: Object, place: str, ignored: Ignored) -> Iterator[Movement]:
    kind = one.get("resource")
    if kind not in _KNOWN:
        raise Unreadable(
            f"{shown(kind)} is no object that moves money", path="resource", hint=f"export one of {', '.join(_KNOWN)}"
        )
    status = text(one, "status")
    if status in FAILED:
        ignored.add(f"{kind} {status}")
        return
    if status and status not in WAITING + DONE:
        raise Unreadable(f"{shown(status)} is a status that is not known", path="status")
    money, used = _money(one, "amount")
    booked = status not in WAITING and (bool(status) or kind == "chargeback")
    movement = Movement(
        place, iso_day(text(one, "paidAt") or text(one, "createdAt")), money, used, "charge", booked,
        name=text(inner(one, "details"), "consumerName") or text(inner(one, "details"), "cardHolder"),
        reference=reference(inner(one, "metadata")), text=joined(text(one, "description"), text(one, "method")),
        bank_reference=text(one, "id"),
    )  # fmt: skip
    if kind == "payment":
        yield movement
        yield from _taken_back(one, movement) if booked else ()
    else:
        yield movement._replace(amount=-abs(money), kind=kind, target=text(one, "paymentId"))


def _taken_back(one: Object, charge: Movement) -> Iterator[Movement]:
    """Tell what of a payment went back in all, unless its refunds and chargebacks are embedded."""
    parts = inner(one, "_embedded")
    for kind, name in (("refund", "amountRefunded"), ("chargeback", "amountChargedBack")):
        for number, back in enumerate(listed(parts, f"{kind}s"), 1):
            yield from _movements(back, f"{charge.place}, {kind} {number}", Ignored())
        if f"{kind}s" not in parts and inner(one, name):
            money, used = _money(one, name)
            if money and used == charge.currency:
                yield charge._replace(amount=-money, kind=kind, bank_reference="", target=charge.bank_reference)


def _settlement(one: Object, place: str) -> Statement:
    """Read a settlement: revenue, costs and what was paid out; fractions of a cent are carried on by Mollie."""
    paid, used = _money(one, "amount")
    day = iso_day(text(one, "settledAt") or text(one, "createdAt"))
    booked = text(one, "status") not in (*WAITING, *FAILED)
    key, name = text(one, "id"), text(one, "reference")
    end = Movement(
        place, day, -paid, used, "payout", booked, reference=name, text=joined("payout", name), bank_reference=key
    )
    rows = []
    for period, part in _periods(one):
        for sign, kind, side in ((1, "other", "revenue"), (-1, "fee", "costs")):
            for row in listed(part, side):
                money, row_currency = _money(row, "amountNet" if side == "revenue" else "amountGross")
                if row_currency != used:
                    raise Unreadable(f"{side} in {row_currency} cannot be settled in {used}", path="periods")
                words = joined("costs" if side == "costs" else "", text(row, "description"), period)
                rows.append(Movement(place, day, sign * money, used, kind, booked, text=words))
    if not rows:
        return Statement(FORMAT, FORMAT, name or key, used, (end,))
    missing = sum((row.amount for row in rows), ZERO) - paid
    closing = missing if abs(missing) < step_of(used) else ZERO
    return Statement(
        FORMAT, FORMAT, name or key, used, (*rows, end), day, ZERO, day, closing if booked else ZERO
    )  # fmt: skip


def _periods(one: Object) -> Iterator[tuple[str, Object]]:
    years = inner(one, "periods")
    for year in years:
        for month in inner(years, year):
            yield f"{year}-{month:>02}", inner(inner(years, year), month)


def _money(one: Object, name: str) -> tuple[Decimal, str]:
    """Read an amount with its currency."""
    value = one.get(name)
    if not isinstance(value, dict) or not isinstance(value.get("value"), str):
        raise Unreadable(f"{shown(value)} is not an amount with its currency", path=name)
    try:
        return amount(value["value"]), currency(text(value, "currency"))
    except Unreadable as problem:
        raise problem.inside(name) from None
