"""Register what went back of payments, as a provider tells it; their uses end first, so that invoices open again."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import groupby
from typing import Final, NamedTuple

from shopctl.db.bulk import among, change_rows, fetch
from shopctl.db.fields import exact, units
from shopctl.domain.numbering import folded
from shopctl.domain.provider_settling import BACK, Line, Paid, Told, contradiction, refusal, to_release
from shopctl.domain.settlement import Credit, spread
from shopctl.models import BankLine, Payment
from shopctl.services import refunding, releasing, settling
from shopctl.services.credits import lock_orders_of_payments, notes_against, open_invoices
from shopctl.services.facts import locking
from shopctl.services.posting import store_uses
from shopctl.services.refunding import Unused
from shopctl.services.releasing import Held
from shopctl.services.settling import Settled
from shopctl.shop import Shop

ZERO: Final = Decimal(0)
Marks = dict[tuple[str, str], Paid]
"""Payments by provider, in small letters, and reference."""

Answer = tuple[Decimal | None, str]
"""What payments took of a line, None when it stays open; and what is to be read on it."""

_PAID: Final = (
    "p.id, p.number, p.direction, p.state, p.currency, p.amount, p.allocated, p.returned, p.method, p.customer_id, "
    "p.order_id, p.line_id"
)


class _Going(NamedTuple):
    """Money of a payment that a line says went back."""

    line: Line
    paid: Paid
    amount: Decimal


def paid_by_marks(marks: Iterable[str]) -> Marks:
    """Find payments by what their providers call them."""
    condition, values = among(Payment, "p.reference", sorted({mark for mark in marks if mark}))
    rows = fetch(
        Payment,
        f"SELECT lower(p.provider), p.reference, {_PAID} FROM payments p WHERE {condition} ORDER BY p.id",  # noqa: S608
        values,
    )
    return {(provider, reference): _paid(rest) for provider, reference, *rest in rows}


def _paid(row: Sequence[object]) -> Paid:
    key, number, direction, state, currency, *amounts = row[:8]
    return Paid._make((key, number, direction, state, currency, *map(exact, amounts), *row[8:]))  # type: ignore[arg-type]  # stored numbers


def take_back(shop: Shop, lines: Sequence[Line]) -> dict[int, Answer]:
    """Step: register what lines say went back, each once.

    Returns:
        What became of each line, by its key.
    """
    if not lines:
        return {}
    books = _Books(lines)
    answers: dict[int, Answer] = {}
    for line in sorted(lines, key=lambda one: (one.date, one.key)):
        answers[line.key] = books.decide(line)
    _see(shop, books.seen)
    _register(shop, books.going)
    return answers


class _Books:
    """What is known of the payments that lines take money back of, and what is decided so far.

    Attributes:
        seen: Refunds that were registered before, each with the line that tells it.
        going: Money that is to be given back.
    """

    def __init__(self, lines: Sequence[Line]) -> None:
        self._own = paid_by_marks([mark for line in lines for mark in line.marks])
        self._sources = _sources(lines)
        self._told = _told_before(lines)
        self._unseen, self._named = _unseen(self._sources.values())
        self._planned: dict[int, Decimal] = defaultdict(Decimal)
        self._taken: set[int] = set()
        self.seen: list[tuple[Line, Paid]] = []
        self.going: list[_Going] = []

    def decide(self, line: Line) -> Answer:
        """Tell what becomes of a line, and remember it."""
        before = self._told[line.provider, line.kind, line.target]
        earlier = next((one for mark in line.marks if (one := self._own.get((line.provider, mark)))), None)
        if earlier is not None:
            why = contradiction(line, earlier)
            return (None, why) if why else self._tie(line, earlier)
        paid = self._sources.get(line.key)
        by_hand = self._by_hand(paid) if paid else []
        amount = before.rest(line, sum((one.amount for one in by_hand), ZERO)) if line.target else -line.amount
        unnamed = (one for one in by_hand if one.key not in self._named)
        like = next((one for one in unnamed if one.amount == amount == -line.amount), None)
        if like is not None:
            return self._tie(line, like)
        why = refusal(paid, line.currency, amount, self._planned[paid.key] if paid else ZERO)
        if why or paid is None:
            return None, why
        self._told[line.provider, line.kind, line.target] = before.plus(line)
        self._planned[paid.key] += amount
        if amount:
            self.going.append(_Going(line, paid, amount))
        return _answer(line, paid, amount)

    def _tie(self, line: Line, earlier: Paid) -> Answer:
        """Tie a line to a refund that was registered before."""
        place = (line.provider, line.kind, line.target)
        self._told[place] = self._told[place].plus(line)
        self._taken.add(earlier.key)
        self.seen.append((line, earlier))
        return -line.amount, ""

    def _by_hand(self, paid: Paid) -> list[Paid]:
        """List the refunds that were registered by hand, of a payment or of credit notes of its order."""
        found = [*self._unseen.get(("payment", paid.key), ()), *self._unseen.get(("order", paid.order or 0), ())]
        return [one for one in found if one.currency == paid.currency and one.key not in self._taken]


def _answer(line: Line, paid: Paid, amount: Decimal) -> Answer:
    if amount == -line.amount:
        return amount, ""
    if amount:
        return amount, f"the rest of it went back of {paid.number} before"
    return -line.amount, f"it went back of {paid.number} before"


def _sources(lines: Sequence[Line]) -> dict[int, Paid]:
    """Find the payment of which each line takes money back.

    That is the one it names, or the only one that the provider brought for the order it names.
    """
    named = paid_by_marks([line.target for line in lines if line.target])
    found = {line.key: paid for line in lines if (paid := named.get((line.provider, line.target)))}
    others = {line.key: line for line in lines if line.key not in found and not line.target and line.reference}
    condition, values = among(Payment, "o.number", sorted({folded(line.reference) for line in others.values()}))
    by_order: dict[tuple[str, str], list[Paid]] = defaultdict(list)
    for provider, number, *rest in fetch(
        Payment,
        f"SELECT lower(p.provider), o.number, {_PAID} FROM payments p JOIN orders o ON o.id = p.order_id "  # noqa: S608
        f"WHERE {condition} AND p.direction = 'inbound' AND p.state = 'done' ORDER BY p.id",
        values,
    ):
        by_order[provider, number].append(_paid(rest))
    for key, line in others.items():
        candidates = by_order.get((line.provider, folded(line.reference)), [])
        if len(candidates) == 1:
            found[key] = candidates[0]
    return found


def _told_before(lines: Sequence[Line]) -> dict[tuple[str, str, str], Told]:
    """Tell what settled lines told of the same charges: provider, kind, mark of the charge."""
    condition, values = among(BankLine, "l.target", sorted({line.target for line in lines if line.target}))
    kinds, bound = among(BankLine, "l.kind", BACK)
    found: dict[tuple[str, str, str], Told] = defaultdict(Told)
    for provider, kind, target, mark, amount in fetch(
        BankLine,
        "SELECT s.format, l.kind, l.target, l.bank_reference, -l.amount FROM bank_lines l "  # noqa: S608
        f"JOIN bank_statements s ON s.id = l.statement_id WHERE {condition} AND {kinds} AND l.state = 'settled'",
        (*values, *bound),
    ):
        before = found[provider, kind, target]
        back = exact(amount)
        found[provider, kind, target] = (
            before._replace(named=before.named + back) if mark else before._replace(whole=max(before.whole, back))
        )
    return found


def _unseen(sources: Iterable[Paid]) -> tuple[dict[tuple[str, int], list[Paid]], set[int]]:
    """Load the refunds that no line has told, by payment, else by order; and the keys of those with a reference."""
    known = {one.key: one.order for one in sources}
    condition, values = among(Payment, "p.refunds_id", sorted(known))
    orders, bound = among(Payment, "p.order_id", sorted({order for order in known.values() if order}))
    found: dict[tuple[str, int], list[Paid]] = defaultdict(list)
    named: set[int] = set()
    for refunds, reference, *rest in fetch(
        Payment,
        f"SELECT p.refunds_id, p.reference, {_PAID} FROM payments p WHERE p.direction = 'outbound' "  # noqa: S608
        f"AND p.state = 'done' AND p.line_id IS NULL AND ({condition} OR (p.refunds_id IS NULL AND {orders})) "
        "ORDER BY p.id",
        (*values, *bound),
    ):
        one = _paid(rest)
        found[("payment", refunds) if refunds else ("order", one.order or 0)].append(one)
        named |= {one.key} if reference else set()
    return found, named


def _see(shop: Shop, seen: Sequence[tuple[Line, Paid]]) -> None:
    """Keep with refunds that were registered before on which lines they were seen, and what their provider says."""
    change_rows(
        Payment,
        "line_id = :line, fee = :fee, provider = CASE WHEN reference IS NULL THEN :provider ELSE provider END, "
        "reference = CASE WHEN reference IS NULL THEN :reference ELSE reference END",
        "id = :id AND line_id IS NULL AND state = 'done'",
        ("id", "line", "fee", "provider", "reference"),
        [
            (paid.key, line.key, units(line.fee), line.provider, line.marks[0] if line.marks else None)
            for line, paid in seen
        ],
    )
    for line, paid in seen:
        shop.record("payment.seen", paid.number, line=line.address)
        record_fee(shop, paid.number, line)


def record_fee(shop: Shop, number: str, line: Line) -> None:
    """Step: write into the journal what the provider kept of a payment."""
    if line.fee:
        shop.record("payment.fee", number, fee=line.fee, reason="bank-fee", line=line.address)


def _register(shop: Shop, going: Sequence[_Going]) -> None:
    """Free what goes back, and register the payments that give it back."""
    if not going:
        return
    _free(shop, going)
    rounds: dict[int, int] = defaultdict(int)
    placed = []
    for one in going:
        placed.append((one.line.date, rounds[one.paid.key], one))
        rounds[one.paid.key] += 1
    placed.sort(key=lambda part: part[:2])
    for (day, _), part in groupby(placed, key=lambda part: part[:2]):
        mine = [one for _, _, one in part]
        unused = [
            Unused(one.paid.key, one.paid.number, one.amount, one.line.currency, one.paid.method, one.paid.customer,
                   one.paid.order)
            for one in mine
        ]  # fmt: skip
        numbers = refunding.give_back(shop, unused, day)
        _name(shop, dict(zip(numbers, mine, strict=True)))


def _name(shop: Shop, made: Mapping[str, _Going]) -> None:
    """Keep with refunds what the provider calls them, what it kept, and on which line they were seen."""
    change_rows(
        Payment,
        "provider = :provider, reference = :reference, fee = :fee, line_id = :line",
        "number = :number",
        ("number", "provider", "reference", "fee", "line"),
        [
            (
                number,
                one.line.provider,
                one.line.marks[0] if one.line.marks else None,
                units(one.line.fee),
                one.line.key,
            )
            for number, one in made.items()
        ],
    )
    for number, one in made.items():
        record_fee(shop, number, one.line)


def _free(shop: Shop, going: Sequence[_Going]) -> None:
    """End uses of payments, the newest first, until what goes back is free; what was ended too much is used again."""
    wanted: dict[int, Decimal] = defaultdict(Decimal)
    for one in going:
        wanted[one.paid.key] += one.amount
    payments = _locked({one.paid.key: one.paid for one in going})
    needed = {key: wanted[key] - paid.free for key, paid in payments.items() if wanted[key] > paid.free}
    if not needed:
        return
    held = releasing.held_of_payments(sorted(needed))
    ending: list[Held] = []
    again: dict[int, list[Credit]] = {}
    for key, amount in needed.items():
        ended, rest = _ended(held.get(key, ()), key, amount)
        ending += ended
        opened = [one.invoice for one in ended if one.payment == key and one.invoice and one.posted]
        for invoice in opened:
            again.setdefault(invoice, [])
        if rest and opened:
            again[opened[0]].append(_credit(payments[key], rest))
    releasing.release(shop, ending, "the provider gave the money back")
    _use_again(shop, again)


def _credit(paid: Paid, left: Decimal) -> Credit:
    orders = frozenset((paid.order,)) if paid.order else frozenset()
    return Credit(paid.key, "payment", paid.number, dt.date.min, orders, paid.currency, paid.amount, left)


def _locked(payments: Mapping[int, Paid]) -> dict[int, Paid]:
    """Lock the orders of payments and of what they paid, then the payments, and load them anew."""
    lock_orders_of_payments(sorted(payments))
    condition, values = among(Payment, "p.id", sorted(payments))
    rows = fetch(
        Payment,
        f"SELECT {_PAID} FROM payments p WHERE {condition} ORDER BY p.id{locking('p')}",  # noqa: S608
        values,
    )
    return {row[0]: _paid(row) for row in rows}


def _ended(held: Sequence[Held], payment: int, needed: Decimal) -> tuple[list[Held], Decimal]:
    """Choose the uses that end, each with what was written off together with it; the last one that ends comes first.

    Returns:
        The uses, and what of the last of them is used again.
    """
    mine = sorted((one for one in held if one.payment == payment), key=lambda one: one.key, reverse=True)
    count, rest = to_release([one.amount for one in mine], needed)
    chosen = mine[:count]
    moments = {(one.invoice, one.moment) for one in chosen}
    others = [one for one in held if one.payment != payment and (one.invoice, one.moment) in moments]
    return [*reversed(chosen), *others], rest


def _use_again(shop: Shop, again: Mapping[int, list[Credit]]) -> None:
    """Use on invoices what ended too much, then the credit notes that take them back and were waiting for that."""
    notes = notes_against(sorted(again))
    settled = [
        Settled(one, spread([*again[one.key], *notes.get(one.key, ())], one.due))
        for one in open_invoices(sorted(again), lock=True).values()
    ]
    settled = [one for one in settled if one.uses]
    settling.count_on_invoices(settled)
    store_uses(shop, [(item.invoice.key, item.invoice.number, use) for item in settled for use in item.uses])
    settling.count_on_orders(settling.moved_between_orders(settled))
