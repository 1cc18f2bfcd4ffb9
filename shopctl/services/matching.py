"""Tell which documents the open lines of statements pay, and how sure that is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Final, NamedTuple

from shopctl.db.bulk import fetch
from shopctl.db.fields import exact
from shopctl.domain.matching import SURE, Candidate, Line, Match, match
from shopctl.domain.numbering import line_address
from shopctl.models import BankLine
from shopctl.services import claims
from shopctl.services.assigning import Chosen
from shopctl.shop import Shop

PAYING: Final = ("transfer", "charge", "other")
"""Kinds of lines that can pay something; a reversal gives back what the shop had paid itself."""

PAID_BACK: Final = (*PAYING, "refund")
"""Kinds of lines that can give something back."""


class CandidateRow(NamedTuple):
    """What a line may pay, and why."""

    documents: tuple[str, ...]
    score: int
    reasons: tuple[str, ...]


class MatchRow(NamedTuple):
    """A line of a statement that is not explained yet, as lists show it; the candidates with the best first.

    `doubt` says why the best one is not applied; it is empty for a sure one.
    """

    line: str
    date: date
    currency: str
    amount: Decimal
    name: str
    text: str
    candidates: tuple[CandidateRow, ...]
    doubt: str

    @property
    def documents(self) -> str:
        """The documents of the best candidate."""
        return ", ".join(self.candidates[0].documents) if self.candidates else ""

    @property
    def score(self) -> int:
        """The score of the best candidate."""
        return self.candidates[0].score if self.candidates else 0

    @property
    def why(self) -> str:
        """The reasons of the best candidate."""
        return ", ".join(self.candidates[0].reasons) if self.candidates else ""


class _OpenLine(NamedTuple):
    """A line, what moved the money, and which way: 1 for money that came in, -1 for money that went out."""

    line: Line
    kind: str
    sign: int


class Matches:
    """What the open lines of all statements pay.

    Args:
        minimum: The score from which a match may be sure.
    """

    def __init__(self, shop: Shop, minimum: int = SURE) -> None:
        lines = _open_lines()
        self._signs = {one.line.key: one.sign for one in lines}
        incoming = [one.line for one in lines if one.sign > 0 and one.kind in PAYING]
        outgoing = [one.line for one in lines if one.sign < 0 and one.kind in PAID_BACK]
        self._all: list[Match] = []
        if incoming:
            self._all += match(incoming, [*claims.due(shop), *claims.unseen("inbound", *_days(incoming))], minimum)
        if outgoing:
            self._all += match(outgoing, claims.unseen("outbound", *_days(outgoing)), minimum)
        told = {one.line.key for one in self._all}
        self._all += [Match(one.line, (), f"a {one.kind}") for one in lines if one.line.key not in told]
        self._all.sort(key=lambda one: (one.line.date, one.line.key))

    @property
    def sure(self) -> list[MatchRow]:
        """The lines whose match is beyond doubt, the oldest first."""
        return [self._row(one) for one in self._all if one.sure]

    @property
    def doubtful(self) -> list[MatchRow]:
        """All other open lines, the oldest first."""
        return [self._row(one) for one in self._all if not one.sure]

    @property
    def left(self) -> int:
        """How many open lines are not sure."""
        return sum(not one.sure for one in self._all)

    def chosen(self) -> list[Chosen]:
        """Say what the sure matches come to, for `assigning.assign`: one payment for invoices, and one an order."""
        return [part for one in self._all if one.sure for part in _parts(one)]

    def _row(self, one: Match) -> MatchRow:
        line = one.line
        return MatchRow(
            line_address(line.key), line.date, line.currency, self._signs[line.key] * line.amount,
            line.name, line.text, tuple(map(_candidate_row, one.candidates)), one.doubt,
        )  # fmt: skip


def _candidate_row(one: Candidate) -> CandidateRow:
    return CandidateRow(one.documents, one.score, one.reasons)


def _parts(one: Match) -> list[Chosen]:
    """Divide a line over its documents: invoices take one payment together, orders one each."""
    address = line_address(one.line.key)
    best = one.candidates[0]
    if len(best.debts) == 1:
        return [Chosen(address, best.documents, None)]
    paid = [(debt, share) for debt, share in zip(best.debts, one.shares, strict=True) if share]
    orders = [Chosen(address, (debt.number,), share) for debt, share in paid if debt.kind == "order"]
    invoices = tuple(debt.number for debt, _ in paid if debt.kind == "invoice")
    parts = [*orders, Chosen(address, invoices, None)] if invoices else orders
    return [*parts[:-1], parts[-1]._replace(amount=None)]


def _days(lines: Sequence[Line]) -> tuple[date, date]:
    """Tell the first and the last day of lines, which come in the order of their days."""
    return lines[0].date, lines[-1].date


def _open_lines() -> list[_OpenLine]:
    """Load the lines that are not explained, or not wholly."""
    rows = fetch(
        BankLine,
        "SELECT l.id, l.date, l.amount, l.settled, l.currency, l.name, l.reference, l.text, l.end_to_end, l.kind, "
        "k.customer_id FROM bank_lines l LEFT JOIN known_accounts k ON k.iban = l.iban "
        "WHERE l.state = 'open' ORDER BY l.date, l.id",
    )
    found = []
    for key, day, amount, settled, currency, name, reference, text, mark, kind, customer in rows:
        quoted = " | ".join(part for part in (reference, text, mark) if part)
        left = exact(abs(amount) - settled)
        line = Line(key, date.fromisoformat(day), left, currency, name, quoted, customer)
        found.append(_OpenLine(line, kind, 1 if amount > 0 else -1))
    return found
