"""Settle lines of statements: with what they pay, with payments registered before, or as no money of ours."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from shopctl.db.bulk import among, change_rows, fetch, insert_rows
from shopctl.db.fields import exact, stamp, units
from shopctl.domain.money import with_currency
from shopctl.domain.numbering import line_address, line_key
from shopctl.domain.outcomes import Change, Done, Failed, Outcome
from shopctl.errors import NotFoundError, RefusedError, ShopError
from shopctl.models import BankLine, KnownAccount, Payment
from shopctl.services import facts, payments, registering
from shopctl.services.payments import PaymentRow
from shopctl.services.receipts import Receipt
from shopctl.shop import Shop, operation


class Chosen(NamedTuple):
    """What a line is for.

    Attributes:
        reference: The line, as `LINE/00057`.
        documents: An order, invoices, or a payment that was registered before; none with `customer`.
        amount: How much of the line goes there; None for all that is left of it.
        write_off: Why the difference to what is due is written off, one of `states.WRITE_OFFS`.
        customer: Code or e-mail address of whose money it is, when it pays no document.
    """

    reference: str
    documents: tuple[str, ...]
    amount: Decimal | None
    write_off: str = ""
    customer: str = ""


class _Facts(NamedTuple):
    """A line as it is stored, and the highest place that a payment of it has."""

    key: int
    format: str
    date: date
    currency: str
    amount: Decimal
    settled: Decimal
    fee: Decimal
    kind: str
    bank_reference: str
    state: str
    place: int

    @property
    def left(self) -> Decimal:
        """What is not explained yet, without a sign."""
        return abs(self.amount) - self.settled


class _Link(NamedTuple):
    """A payment that was registered before, and the line on which it was seen."""

    payment: int
    line: int
    amount: Decimal


class _Plan(NamedTuple):
    """What is refused, what is registered, and what is tied to a payment, by the place of the item."""

    refused: dict[int, Outcome[PaymentRow]]
    receipts: dict[int, Receipt]
    links: dict[int, _Link]


@operation("payments")
def assign(shop: Shop, chosen: Sequence[Chosen]) -> list[Outcome[PaymentRow]]:
    """Settle lines: register what they pay, which confirms waiting orders, or tie them to payments that are there.

    Whose account the money came from is remembered, so that the next transfer from there is recognised.

    Raises (as outcomes): bank.line_unknown, bank.line_settled, bank.line_unusable, and what `registering.register`
    refuses.
    """
    lines = _locked(chosen)
    plan = _planned(chosen, lines)
    results = plan.refused | _registered(shop, chosen, plan.receipts) | _linked(shop, chosen, plan.links)
    _settle(shop, lines, _sums(results, plan))
    _learn(shop, list(lines))
    return [results[place] for place in range(len(chosen))]


def _planned(chosen: Sequence[Chosen], lines: Mapping[int, _Facts]) -> _Plan:
    """Decide what each item comes to, before anything is stored."""
    known = payments.keys_of([name for one in chosen for name in one.documents])
    before = payments.rows(list(known.values()))
    seen = _seen(list(known.values()))
    plan = _Plan({}, {}, {})
    taken: dict[int, Decimal] = defaultdict(Decimal)
    count: Counter[int] = Counter()
    for place, one in enumerate(chosen):
        try:
            line = _usable(one, lines)
            amount = _amount(one, line, taken)
            registered = next((known[name] for name in one.documents if name in known), None)
            if registered is not None:
                plan.links[place] = _link(one, line, registered, before[registered], seen.get(registered))
            else:
                count[line.key] += 1
                plan.receipts[place] = _receipt(one, line, amount, line.place + count[line.key])
        except ShopError as error:
            plan.refused[place] = Failed(one.reference, error)
        else:
            taken[line.key] += amount
    return plan


@operation("payments")
def ignore(shop: Shop, addresses: Sequence[str], reason: str) -> list[Outcome[LineRow]]:
    """Say of lines that they pay nothing of ours, such as fees of the bank; what is settled already stays so.

    Raises (as outcomes): bank.line_unknown, bank.line_settled, bank.line_unusable.
    """
    wanted = [Chosen(address, (), None) for address in addresses]
    lines = _locked(wanted)
    outcomes: list[Outcome[LineRow]] = []
    changed: dict[int, tuple[int, str]] = {}
    for one in wanted:
        try:
            line = _usable(one, lines)
        except ShopError as error:
            outcomes.append(Failed(one.reference, error))
            continue
        address = line_address(line.key)
        row = LineRow(address, line.date, line.currency, line.amount, "ignored", reason)
        done = line.state == "ignored" or line.key in changed
        outcomes.append(Done(one.reference, Change.UNCHANGED if done else Change.CHANGED, row))
        if not done:
            changed[line.key] = (line.key, reason)
            shop.record("bank.ignored", address, reason=reason)
    change_rows(
        BankLine, "state = 'ignored', remark = :remark", "id = :id AND state = 'open'", ("id", "remark"),
        list(changed.values()),
    )  # fmt: skip
    return outcomes


class LineRow(NamedTuple):
    """A line of a statement after something was said about it."""

    line: str
    date: date
    currency: str
    amount: Decimal
    state: str
    remark: str


def _locked(chosen: Sequence[Chosen]) -> dict[int, _Facts]:
    """Step: load and lock the lines, always in the same order of keys."""
    keys = sorted({key for one in chosen if (key := line_key(one.reference)) is not None})
    condition, values = among(BankLine, "l.id", keys)
    rows = fetch(
        BankLine,
        "SELECT l.id, s.format, l.date, l.currency, l.amount, l.settled, l.fee, l.kind, l.bank_reference, l.state "  # noqa: S608
        f"FROM bank_lines l JOIN bank_statements s ON s.id = l.statement_id WHERE {condition} "
        f"ORDER BY l.id{facts.locking('l')}",
        values,
    )
    places = _places(keys)
    return {
        key: _Facts(
            key, form, date.fromisoformat(day), currency, exact(amount), exact(settled), exact(fee), kind, mark, state,
            places[key],
        )
        for key, form, day, currency, amount, settled, fee, kind, mark, state in rows
    }  # fmt: skip


def _places(lines: Sequence[int]) -> Counter[int]:
    """Tell the highest place that a payment of each line has; one that was refused leaves its place empty.

    Asked when the lines are locked, so that what a rival stored before is seen.
    """
    condition, values = among(Payment, "line_id", lines)
    found: Counter[int] = Counter()
    rows = fetch(
        Payment,
        f"SELECT line_id, coalesce(reference, '') FROM payments WHERE {condition} ORDER BY id",  # noqa: S608
        values,
    )
    for line, reference in rows:
        named = reference.removeprefix(f"{line_address(line)}.")
        found[line] = max(found[line] + 1, int(named) if named != reference and named.isdecimal() else 1)
    return found


def _usable(one: Chosen, lines: Mapping[int, _Facts]) -> _Facts:
    """Find the line that is meant.

    Raises:
        ShopError: There is none, or it is not to be settled.
    """
    line = lines.get(line_key(one.reference) or 0)
    if line is None:
        raise NotFoundError(
            "bank.line_unknown", f"there is no line {one.reference} of a statement", hint="shopctl payment unmatched"
        )
    address = line_address(line.key)
    if line.state == "settled":
        raise RefusedError("bank.line_settled", f"{address} is settled already", hint=f"shopctl payment line {address}")
    if line.state in ("pending", "repeated"):
        told = "is only announced by the bank" if line.state == "pending" else "repeats a line of another statement"
        raise RefusedError(
            "bank.line_unusable", f"{address} {told}, so it pays nothing", hint=f"shopctl payment line {address}"
        )
    return line


def _amount(one: Chosen, line: _Facts, taken: Mapping[int, Decimal]) -> Decimal:
    """Tell how much of the line is used."""
    left = line.left - taken[line.key]
    if left <= 0 or (one.amount is not None and one.amount > left):
        raise RefusedError(
            "bank.line_unusable",
            f"{one.reference} has {with_currency(left, line.currency)} left",
            hint=f"shopctl payment line {line_address(line.key)}",
        )
    return left if one.amount is None else one.amount


def _receipt(one: Chosen, line: _Facts, amount: Decimal, place: int) -> Receipt:
    """Write the receipt of a line; the line is its transaction, so that it can be registered only once.

    Args:
        place: Which payment of the line it is, from 1 on.
    """
    if line.amount < 0:
        raise RefusedError(
            "bank.line_unusable",
            f"{one.reference} went out, so it pays nothing that is due to the shop",
            hint="name the payment that went out: shopctl payment list --filter direction=outbound",
        )
    address = line_address(line.key) if place == 1 else f"{line_address(line.key)}.{place}"
    whole = amount == line.amount
    # The reference of the provider counts once: what was cancelled keeps it.
    provided = line.kind == "charge" and bool(line.bank_reference) and whole and place == 1
    method = "wire" if line.kind != "charge" else "paypal" if line.format == "paypal" else "card"
    return Receipt(
        one.documents[0] if one.documents else "", amount, line.date, method,
        line.format if provided else "bank", line.bank_reference if provided else address, "", one.customer,
        line.currency, tuple(one.documents[1:]), write_off=one.write_off, fee=line.fee if whole else Decimal(0),
        line=line.key,
    )  # fmt: skip


def _seen(keys: Sequence[int]) -> dict[int, int]:
    """Tell on which lines payments were seen, by their keys."""
    condition, values = among(Payment, "id", keys)
    rows = fetch(Payment, f"SELECT id, line_id FROM payments WHERE {condition} AND line_id IS NOT NULL", values)  # noqa: S608
    return dict(rows)


def _link(one: Chosen, line: _Facts, key: int, row: PaymentRow, seen: int | None) -> _Link:
    """Tie a line to a payment that was registered before and is here; both have to be the same money."""
    if row.state != "done" or seen is not None:
        told = f"was seen on {line_address(seen)}" if seen else f"is {row.state}"
        raise RefusedError(
            "bank.line_unusable",
            f"{row.number} {told}, so it is not the money of {one.reference}",
            hint=f"shopctl payment show {row.number}",
        )
    signed = row.amount if row.direction == "inbound" else -row.amount
    if (signed, row.currency) != (line.amount, line.currency) or line.settled or len(one.documents) > 1:
        raise RefusedError(
            "bank.line_unusable",
            f"{one.reference} is {with_currency(line.amount, line.currency)} and {row.number} is "
            f"{with_currency(signed, row.currency)}, so they are not the same money",
            hint=f"shopctl payment show {row.number}",
        )
    return _Link(key, line.key, row.amount)


def _registered(
    shop: Shop, chosen: Sequence[Chosen], receipts: Mapping[int, Receipt]
) -> dict[int, Outcome[PaymentRow]]:
    outcomes = registering.receive(shop, list(receipts.values())) if receipts else []
    found: dict[int, Outcome[PaymentRow]] = {}
    for place, outcome in zip(receipts, outcomes, strict=True):
        reference = chosen[place].reference
        if isinstance(outcome, Failed):
            found[place] = Failed(reference, outcome.error)
        else:
            names = ", ".join(chosen[place].documents) or chosen[place].customer
            found[place] = Done(reference, outcome.change, outcome.row, (f"{reference} is for {names}", *outcome.notes))
    return found


def _linked(shop: Shop, chosen: Sequence[Chosen], links: Mapping[int, _Link]) -> dict[int, Outcome[PaymentRow]]:
    change_rows(
        Payment, "line_id = :line", "id = :id AND line_id IS NULL AND state = 'done'", ("id", "line"),
        [(link.payment, link.line) for link in links.values()],
    )  # fmt: skip
    rows = payments.rows([link.payment for link in links.values()])
    found: dict[int, Outcome[PaymentRow]] = {}
    for place, link in links.items():
        row = rows[link.payment]
        note = f"{chosen[place].reference} is {row.number}, which was registered before"
        found[place] = Done(chosen[place].reference, Change.CHANGED, row, (note,))
        shop.record("payment.seen", row.number, line=line_address(link.line))
    return found


def _sums(results: Mapping[int, Outcome[PaymentRow]], plan: _Plan) -> dict[int, Decimal]:
    """Tell how much of each line is settled now, by its key."""
    found: dict[int, Decimal] = defaultdict(Decimal)
    for link in plan.links.values():
        found[link.line] += link.amount
    for place, receipt in plan.receipts.items():
        outcome = results[place]
        if isinstance(outcome, Done) and outcome.change is Change.CREATED:
            found[receipt.line or 0] += outcome.row.amount
    return found


def _settle(shop: Shop, lines: Mapping[int, _Facts], sums: Mapping[int, Decimal]) -> None:
    """Step: count what was used of the lines, never above what they are."""
    change_rows(
        BankLine,
        "settled = settled + :used, state = CASE WHEN settled + :used = abs(amount) THEN 'settled' ELSE 'open' END",
        "id = :id AND state IN ('open', 'ignored') AND settled + :used <= abs(amount)",
        ("id", "used"),
        [(key, units(used)) for key, used in sums.items()],
    )
    for key, used in sums.items():
        shop.record("bank.settled", line_address(key), amount=used, currency=lines[key].currency)


def _learn(shop: Shop, keys: Iterable[int]) -> None:
    """Step: remember whose accounts the lines came from; one that pays for several customers tells nobody."""
    condition, values = among(BankLine, "l.id", sorted(keys))
    rows = fetch(
        BankLine,
        "SELECT l.iban, min(p.customer_id), max(p.customer_id), count(k.id), min(k.customer_id) FROM bank_lines l "  # noqa: S608
        "JOIN payments p ON p.line_id = l.id LEFT JOIN known_accounts k ON k.iban = l.iban "
        f"WHERE {condition} AND l.iban <> '' AND l.amount > 0 AND p.state = 'done' AND p.customer_id IS NOT NULL "
        "GROUP BY l.iban ORDER BY l.iban",
        values,
    )
    owners = {iban: first if first == last else None for iban, first, last, _, _ in rows}
    moment = stamp(shop.now)
    insert_rows(
        KnownAccount, ("iban", "customer_id", "learned_at"),
        [(iban, owners[iban], moment) for iban, _, _, stored, _ in rows if not stored],
    )  # fmt: skip
    change_rows(
        KnownAccount, "customer_id = NULL", "iban = :iban", ("iban",),
        [(iban,) for iban, _, _, _, before in rows if before is not None and before != owners[iban]],
    )  # fmt: skip
