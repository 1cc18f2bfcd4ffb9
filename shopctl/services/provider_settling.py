"""Settle the lines of payment providers: tie charges to payments or register them, take back what went back.

Each line is settled once; what cannot be settled stays open with the reason, and is tried again by the next run.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Final, NamedTuple

from shopctl.db.bulk import among, change_rows, fetch
from shopctl.db.fields import exact, units
from shopctl.domain.numbering import folded, line_address, line_key
from shopctl.domain.outcomes import Change, Done, Failed, Outcome
from shopctl.domain.provider_settling import BACK, PROVIDERS, Arrival, Line, Paid, arrived, contradiction
from shopctl.models import BankLine, Payment
from shopctl.services import facts, provider_refunds, registering
from shopctl.services.assigning import LineRow
from shopctl.services.receipts import Receipt
from shopctl.shop import Shop, operation

KINDS: Final = ("charge", *BACK, "reversal", "fee", "payout", "other")
"""Kinds of lines that are looked at; any other waits for a person."""

SUMMED: Final = ("mollie",)
"""Providers whose settlements tell sums instead of payments."""


class Settled(NamedTuple):
    """What became of a line.

    Attributes:
        used: What payments took of it, without a sign; None when it stays open.
        remark: What is to be read on it; empty leaves what is written there.
        what: In a word, for counting: `tied`, `registered`, `refunded`, `seen`, `explained`, `open`.
    """

    used: int | None
    remark: str
    what: str


LEFT: Final = Settled(None, "", "open")


def waiting() -> list[str]:
    """List the lines of providers that are to be settled, the oldest first."""
    condition, values = among(BankLine, "s.format", PROVIDERS)
    kinds, bound = among(BankLine, "l.kind", KINDS)
    summed, more = among(BankLine, "s.format", SUMMED)
    rows = fetch(
        BankLine,
        "SELECT l.id FROM bank_lines l JOIN bank_statements s ON s.id = l.statement_id "  # noqa: S608
        f"WHERE l.state = 'open' AND l.settled = 0 AND {condition} AND {kinds} AND (l.kind <> 'other' OR {summed}) "
        "ORDER BY l.date, l.id",
        (*values, *bound, *more),
    )
    return [line_address(key) for (key,) in rows]


@operation("payments")
def settle(shop: Shop, addresses: Sequence[str]) -> list[Outcome[LineRow]]:
    """Settle lines of providers; one that cannot be settled is `unchanged`, and says why.

    A charge is the payment with its reference, whose fee is kept with it, or else money for the order or invoice that
    it names. What went back takes the uses of its payment back, the newest first, so that the invoice is open again;
    what came back after all is for the order of its charge. A payout is the line of the bank with its amount; a fee of
    the provider pays nothing.
    """
    lines = _locked([key for address in addresses if (key := line_key(address)) is not None])
    found: dict[int, Settled] = {}
    found |= _came(shop, [one for one in lines.values() if one.kind == "charge"])
    found |= _back(shop, [one for one in lines.values() if one.kind in BACK])
    found |= _came(shop, [one for one in lines.values() if one.kind == "reversal" and one.amount > 0])
    found |= _payouts(shop, [one for one in lines.values() if one.kind == "payout"])
    found |= {one.key: explained for one in lines.values() if (explained := _explained(one))}
    _store(shop, lines, found)
    return [_answer(address, lines.get(line_key(address) or 0), found) for address in addresses]


def _explained(line: Line) -> Settled | None:
    """Explain what is no money of a customer; None for anything else."""
    if line.kind == "fee":
        return Settled(units(abs(line.amount)), f"a fee of {line.provider}", "explained")
    if line.kind == "other" and line.provider in SUMMED:
        return Settled(units(abs(line.amount)), "a sum of payments, which are told one by one elsewhere", "explained")
    return None


def _locked(keys: Sequence[int]) -> dict[int, Line]:
    """Load and lock the lines that are still open, in the order of their keys."""
    condition, values = among(BankLine, "l.id", sorted(keys))
    rows = fetch(
        BankLine,
        "SELECT l.id, s.format, l.kind, l.date, l.currency, l.amount, l.fee, l.reference, l.bank_reference, "  # noqa: S608
        "l.end_to_end, l.target, l.remark FROM bank_lines l JOIN bank_statements s ON s.id = l.statement_id "
        f"WHERE {condition} AND l.state = 'open' AND l.settled = 0 ORDER BY l.id{facts.locking('l')}",
        values,
    )
    return {
        key: Line(
            key, line_address(key), form, kind, date.fromisoformat(day), currency, exact(amount), exact(fee), reference,
            tuple(mark for mark in marks if mark), target, remark,
        )
        for key, form, kind, day, currency, amount, fee, reference, *marks, target, remark in rows
    }  # fmt: skip


def _came(shop: Shop, lines: Sequence[Line]) -> dict[int, Settled]:
    """Tie lines to the payments that are there, and register the others for what they name."""
    if not lines:
        return {}
    known = provider_refunds.paid_by_marks([mark for line in lines for mark in line.marks])
    documents = _documents([line.reference for line in lines if line.reference and line.kind == "charge"])
    origins = _orders_of([line.target for line in lines if line.kind == "reversal"])
    found: dict[int, Settled] = {}
    tied: dict[int, tuple[Line, Paid]] = {}
    receipts: dict[int, Receipt] = {}
    for line in lines:
        paid = next((one for mark in line.marks if (one := known.get((line.provider, mark)))), None)
        named = documents.get(line.reference, ())
        named = origins.get((line.provider, line.target), ()) if line.kind == "reversal" else named
        if paid is not None:
            why = contradiction(line, paid) or ("another line is the same" if paid.key in tied else "")
            found[line.key] = LEFT._replace(remark=why) if why else Settled(units(line.amount), "", "tied")
            if not why:
                tied[paid.key] = (line, paid)
        elif len(named) == 1 and named[0][1] == line.currency:
            receipts[line.key] = _receipt(line, named[0][0])
        else:
            found[line.key] = LEFT
    _tie(shop, tied.values())
    return found | _registered(shop, lines, receipts)


def _documents(references: Iterable[str]) -> dict[str, list[tuple[str, str]]]:
    """Find the orders and invoices that are called exactly so, with their currencies."""
    names: dict[str, list[str]] = {}
    for reference in dict.fromkeys(references):
        for name in {folded(reference), folded(reference).removeprefix("#")}:
            names.setdefault(name, []).append(reference)
    condition, values = among(BankLine, "number", sorted(names))
    quoted, bound = among(BankLine, "reference", sorted(names))
    rows = fetch(
        BankLine,
        f"SELECT number, number, currency FROM orders WHERE {condition} AND state <> 'cancelled' UNION "  # noqa: S608
        f"SELECT reference, number, currency FROM orders WHERE {quoted} AND reference <> '' AND state <> 'cancelled' "
        f"UNION SELECT number, number, currency FROM invoices WHERE {condition} AND state = 'posted' "
        f"AND type = 'invoice' UNION SELECT reference, number, currency FROM invoices WHERE {quoted} "
        "AND reference <> number AND state = 'posted' AND type = 'invoice' ORDER BY 1, 2",
        (*values, *bound, *values, *bound),
    )
    found: dict[str, list[tuple[str, str]]] = {}
    for name, number, currency in rows:
        for reference in names[name]:
            named = found.setdefault(reference, [])
            named += [(number, currency)] if (number, currency) not in named else []
    return found


def _orders_of(targets: Iterable[str]) -> dict[tuple[str, str], list[tuple[str, str]]]:
    """Find the orders of payments by what their providers call these, with their currencies."""
    condition, values = among(BankLine, "p.reference", sorted({target for target in targets if target}))
    rows = fetch(
        BankLine,
        "SELECT lower(p.provider), p.reference, o.number, o.currency FROM payments p "  # noqa: S608
        f"JOIN orders o ON o.id = p.order_id WHERE {condition} AND p.direction = 'inbound' AND p.state = 'done'",
        values,
    )
    return {(provider, reference): [(number, currency)] for provider, reference, number, currency in rows}


def _receipt(line: Line, document: str) -> Receipt:
    return Receipt(
        document, line.amount, line.date, "paypal" if line.provider == "paypal" else "card", line.provider,
        line.marks[0] if line.marks else line.address, fee=line.fee, line=line.key,
    )  # fmt: skip


def _tie(shop: Shop, tied: Iterable[tuple[Line, Paid]]) -> None:
    """Keep with payments on which line they were seen, and what the provider kept of them."""
    pairs = list(tied)
    change_rows(
        Payment, "line_id = :line, fee = :fee", "id = :id AND line_id IS NULL AND state = 'done'",
        ("id", "line", "fee"),
        [(paid.key, line.key, units(line.fee)) for line, paid in pairs],
    )  # fmt: skip
    for line, paid in pairs:
        shop.record("payment.seen", paid.number, line=line.address)
        provider_refunds.record_fee(shop, paid.number, line)


def _registered(shop: Shop, lines: Sequence[Line], receipts: Mapping[int, Receipt]) -> dict[int, Settled]:
    by_key = {line.key: line for line in lines}
    outcomes = registering.receive(shop, list(receipts.values())) if receipts else []
    found: dict[int, Settled] = {}
    for key, outcome in zip(receipts, outcomes, strict=True):
        if isinstance(outcome, Failed):
            found[key] = LEFT._replace(remark=outcome.error.message)
        elif outcome.change is Change.CREATED:
            found[key] = Settled(units(outcome.row.amount), "", "registered")
            provider_refunds.record_fee(shop, outcome.row.number, by_key[key])
        else:
            found[key] = LEFT._replace(remark=f"{outcome.row.number} has the same reference")
    return found


def _back(shop: Shop, lines: Sequence[Line]) -> dict[int, Settled]:
    """Take back what went back."""
    return {
        key: Settled(None if used is None else units(used), remark, "open" if used is None else "refunded")
        for key, (used, remark) in provider_refunds.take_back(shop, lines).items()
    }


def _payouts(shop: Shop, lines: Sequence[Line]) -> dict[int, Settled]:
    """Tie payouts to the lines of banks on which they arrived."""
    arrivals = _arrivals(lines) if lines else []
    found: dict[int, Settled] = {}
    seen: list[tuple[int, int, str]] = []
    for line in lines:
        if line.amount >= 0:
            found[line.key] = LEFT
            continue
        arrival, why = arrived(line, arrivals)
        if arrival is None:
            found[line.key] = LEFT._replace(remark=why)
            continue
        arrivals.remove(arrival)
        found[line.key] = Settled(units(-line.amount), f"arrived as {arrival.address}", "seen")
        seen.append((arrival.key, units(arrival.amount), f"the payout {line.address} of {line.provider}"))
        shop.record("bank.settled", arrival.address, amount=arrival.amount, currency=arrival.currency)
    change_rows(
        BankLine, "settled = :used, state = 'settled', remark = :remark",
        "id = :id AND state = 'open' AND settled = 0", ("id", "used", "remark"), seen,
    )  # fmt: skip
    return found


def _arrivals(lines: Sequence[Line]) -> list[Arrival]:
    condition, values = among(BankLine, "l.amount", sorted({units(-line.amount) for line in lines}))
    others, bound = among(BankLine, "s.format", PROVIDERS)
    rows = fetch(
        BankLine,
        "SELECT l.id, l.date, l.currency, l.amount, l.name, l.reference, l.text, l.end_to_end FROM bank_lines l "  # noqa: S608
        f"JOIN bank_statements s ON s.id = l.statement_id WHERE {condition} AND l.state = 'open' AND l.settled = 0 "
        f"AND l.amount > 0 AND NOT ({others}) ORDER BY l.date, l.id",
        (*values, *bound),
    )
    return [
        Arrival(key, line_address(key), date.fromisoformat(day), currency, exact(amount), " ".join(said))
        for key, day, currency, amount, *said in rows
    ]


def _store(shop: Shop, lines: Mapping[int, Line], found: Mapping[int, Settled]) -> None:
    """Count what was used of the lines, and write down why the others stay open."""
    change_rows(
        BankLine,
        "settled = :used, state = 'settled', remark = CASE WHEN :remark = '' THEN remark ELSE :remark END",
        "id = :id AND state = 'open' AND settled = 0",
        ("id", "used", "remark"),
        [(key, one.used, one.remark) for key, one in found.items() if one.used is not None],
    )
    change_rows(
        BankLine, "remark = :remark", "id = :id AND state = 'open'", ("id", "remark"),
        [
            (key, one.remark)
            for key, one in found.items()
            if one.used is None and one.remark and one.remark != lines[key].remark
        ],
    )  # fmt: skip
    for key, one in found.items():
        if one.used is not None:
            shop.record("bank.settled", lines[key].address, amount=exact(one.used), currency=lines[key].currency)


def _answer(address: str, line: Line | None, found: Mapping[int, Settled]) -> Outcome[LineRow]:
    if line is None:
        return Done(address, Change.UNCHANGED, LineRow(address, date.min, "", exact(0), "settled", ""), ("settled",))
    one = found.get(line.key, LEFT)
    change, state = (Change.UNCHANGED, "open") if one.used is None else (Change.CHANGED, "settled")
    row = LineRow(address, line.date, line.currency, line.amount, state, one.remark or line.remark)
    return Done(address, change, row, (one.what, *([one.remark] if one.remark else [])))
