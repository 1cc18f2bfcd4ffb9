"""Find out what money on a bank statement pays: candidates with a score and reasons, and those beyond doubt.

A candidate is one document, or several of one customer together. It is sure when its score reaches the threshold, no
other candidate comes near, and the amount is right or the payer is known to be the customer; where only a part of the
number is quoted, which may be that of anything, the payer has to be known.

Source: rules for money, section 10; ECOSYSTEM 2, matching order.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from functools import lru_cache
from itertools import chain, combinations, islice
from typing import Final, NamedTuple

from shopctl.domain.quoting import NUMBER, PART, STRUCTURED, found_in, keys_of
from shopctl.domain.words import folded

KNOWN_ACCOUNT: Final = 40
EXACT: Final = 30
NAME: Final = 20
NEAR: Final = 10

SURE: Final = 90
"""The score from which a match is applied, unless something else is asked for."""

MARGIN: Final = 20
"""How far the best candidate must be ahead of the next."""

DAYS_PER_POINT: Final = 3
_SAME_NAME: Final = NAME * 3 // 4
_SHORTEST_WORD: Final = 2
_WORTH_LISTING: Final = 5
_TRIED_TOGETHER: Final = 12
_MANY: Final = 200
ZERO: Final = Decimal(0)


class Line(NamedTuple):
    """Money that came in, as a statement tells it.

    Attributes:
        amount: What is not explained yet, above zero.
        name: Who paid.
        text: Everything in which a document may be quoted.
        customer: Whose account it came from, by earlier payments; None for an unknown one.
    """

    key: int
    date: dt.date
    amount: Decimal
    currency: str
    name: str
    text: str
    customer: int | None = None


class Debt(NamedTuple):
    """A document with something due: an invoice, or an order that waits for its money.

    Attributes:
        number: How it is addressed.
        quoted: Further numbers that payers use for it, such as that of the order.
        reference: The structured reference that the payer was told, if any.
        names: The customer's names.
        date: When it was made out.
        early: What pays it all until the day `early_until`; zero where nothing is granted.
        on_account: Whether it is a payment that is used for nothing yet, so that its money may be that of any document.
        kind: `invoice`, `order`, or `payment` for one that was registered before it was seen on a statement.
    """

    number: str
    quoted: tuple[str, ...]
    reference: str
    customer: int | None
    names: tuple[str, ...]
    date: dt.date
    currency: str
    due: Decimal
    early: Decimal = ZERO
    early_until: dt.date | None = None
    kind: str = "invoice"
    on_account: bool = False

    @property
    def whole(self) -> bool:
        """Whether nothing but the whole amount can be meant."""
        return self.kind == "payment"

    def expected(self, day: dt.date) -> tuple[Decimal, ...]:
        """Tell which amounts of money on a day pay it in full."""
        if self.early and self.early_until is not None and day <= self.early_until:
            return (self.due, self.early)
        return (self.due,)


class Candidate(NamedTuple):
    """What a line may pay.

    Attributes:
        debts: One document, or several of one customer.
        quoted: Points of what the text quotes of them; zero where it quotes nothing.
        score: The sum of the points of all reasons.
        reasons: In words, the strongest first.
        exact: Whether the amount is just what they need.
        agreed: Whether the payer is known to be the customer, or quoted a checked reference.
    """

    debts: tuple[Debt, ...]
    quoted: int
    score: int
    reasons: tuple[str, ...]
    exact: bool
    agreed: bool

    @property
    def documents(self) -> tuple[str, ...]:
        """The numbers of the documents."""
        return tuple(debt.number for debt in self.debts)


class Match(NamedTuple):
    """What became of a line: its candidates, the best first, and whether the best is beyond doubt.

    Attributes:
        doubt: Why it is not, in words; empty for a sure match.
        shares: How much of what is due on each document a sure match pays; what is more than all is for none of them.
    """

    line: Line
    candidates: tuple[Candidate, ...]
    doubt: str
    shares: tuple[Decimal, ...] = ()

    @property
    def sure(self) -> bool:
        """Whether the best candidate is beyond doubt."""
        return not self.doubt


Here = dict[tuple[int | None, str, Decimal], list[str]]
"""Numbers of payments that were registered for a customer and for no document, by customer, currency and amount."""


def match(lines: Iterable[Line], debts: Sequence[Debt], minimum: int = SURE) -> list[Match]:
    """Match lines with what is due; what one line pays in full is not offered to the next.

    Args:
        lines: The oldest first.
        debts: Everything that is due.
        minimum: The score from which a match may be sure.
    """
    index = _Index(debts)
    found = _together([(line, index.candidates(line)) for line in lines])
    left = {debt.number: debt.due for debt in debts}
    here: Here = defaultdict(list)
    for debt in debts:
        if debt.on_account and debt.customer is not None:
            here[debt.customer, debt.currency, debt.due].append(debt.number)
    return [_decided(line, candidates, left, here, minimum) for line, candidates in found]


def _decided(line: Line, candidates: list[Candidate], left: dict[str, Decimal], here: Here, minimum: int) -> Match:
    """Decide about one line, and take what a sure one pays off what is left.

    Args:
        here: Payments that were registered for a customer and for no document; one may be the money of the line.
    """
    candidates = sorted(candidates, key=lambda one: (-one.score, one.documents))
    doubt = _doubt(line, candidates, left, minimum) or _registered(line, candidates[0], left, here)
    shares = []
    if not doubt:
        rest = line.amount
        for debt in candidates[0].debts:
            paid = left[debt.number] if candidates[0].exact else min(rest, left[debt.number])
            left[debt.number] -= paid
            rest -= paid
            shares.append(paid)
    return Match(line, tuple(candidates[:_WORTH_LISTING]), doubt, tuple(shares))


def _doubt(line: Line, candidates: Sequence[Candidate], left: dict[str, Decimal], minimum: int) -> str:
    """Say why the best candidate is not beyond doubt; an empty text when it is."""
    if not candidates:
        return "nothing fits"
    best = candidates[0]
    documents = ", ".join(best.documents)
    open_ = sum((left[debt.number] for debt in best.debts), ZERO)
    shared = open_ < sum((debt.due for debt in best.debts), ZERO) and line.amount > open_
    close = len(candidates) > 1 and best.score - candidates[1].score < MARGIN
    proven = best.quoted == STRUCTURED or (best.agreed and best.exact)
    rival = () if proven else next((one.documents for one in candidates[1:] if one.agreed and one.exact), ())
    doubts = (
        (not open_, f"{documents} is paid by another line"),
        (best.score < minimum, f"score {best.score} of {minimum}"),
        (close, f"{', '.join(candidates[1 if close else 0].documents)} fits as well"),
        (shared, f"another line pays a part of {documents}"),
        (bool(rival), f"the name and the amount are those of {', '.join(rival)}"),
        (not best.agreed and not best.exact, "another amount, and the payer is not known"),
        (not best.agreed and best.quoted == PART, "only a part of the number, and the payer is not known"),
    )
    return next((words for holds, words in doubts if holds), "")


def _registered(line: Line, best: Candidate, left: dict[str, Decimal], here: Here) -> str:
    """Say which payment of the customer may be the very money that would be registered; else an empty text."""
    if best.debts[0].whole:
        return ""
    same = here.get((best.debts[0].customer, line.currency, line.amount), ())
    return next((f"{number} of the customer is as much, and seen on no line" for number in same if left[number]), "")


class _Index:
    """The debts by everything by which a line can find them."""

    def __init__(self, debts: Sequence[Debt]) -> None:
        self._by_key: dict[str, list[tuple[Debt, int]]] = defaultdict(list)
        self._by_customer: dict[int, list[Debt]] = defaultdict(list)
        self._by_amount: dict[tuple[str, Decimal], list[Debt]] = defaultdict(list)
        self._by_name: dict[tuple[str, Decimal, str], list[Debt]] = defaultdict(list)
        for debt in debts:
            for key, points in _keys(debt).items():
                self._by_key[key].append((debt, points))
            if debt.customer is not None:
                self._by_customer[debt.customer].append(debt)
            for amount in {debt.due, debt.early} - {ZERO}:
                self._by_amount[debt.currency, amount].append(debt)
                for word in _words(" ".join(debt.names)):
                    self._by_name[debt.currency, amount, word].append(debt)

    def candidates(self, line: Line) -> list[Candidate]:
        """List what a line may pay."""
        words = _words(line.name) or _words(line.text)
        quoted = self._quoted(line)
        named = self._named(line, quoted, words)
        if any(one.agreed and one.exact and one.score >= NUMBER + EXACT for one in named):
            return named  # whatever else fits, is far behind
        fitting = (debt for debt in self._fitting(line, words) if not debt.whole or debt.due == line.amount)
        others = {debt.number: debt for debt in fitting if debt.number not in quoted}
        return [*named, *(_candidate(line, (debt,), 0, words) for debt in others.values())]

    def _named(self, line: Line, quoted: dict[str, tuple[Debt, int]], words: frozenset[str]) -> list[Candidate]:
        """Score what is quoted: each document, and all together; one of those alone has to be exact."""
        groups = list(self._groups(line, quoted))
        together = {debt.number for group, points in groups if points for debt in group}
        alone = [((debt,), points) for debt, points in quoted.values()]
        found = [_candidate(line, group, points, words) for group, points in (*alone, *groups)]
        return [one for one in found if one.exact or len(one.debts) > 1 or not _only_exact(one.debts[0], together)]

    def _fitting(self, line: Line, words: frozenset[str]) -> Iterator[Debt]:
        """List what the payer or the amount points to."""
        if line.customer is not None:
            yield from (
                one for one in self._by_customer.get(line.customer, ())[:_MANY] if one.currency == line.currency
            )
        for word in words:
            yield from self._by_name.get((line.currency, line.amount, word), ())[:_MANY]
        same_amount = self._by_amount.get((line.currency, line.amount), ())
        if len(same_amount) <= _WORTH_LISTING:
            yield from same_amount

    def _quoted(self, line: Line) -> dict[str, tuple[Debt, int]]:
        """Find the documents that a line quotes, with the points of the best key."""
        found: dict[str, tuple[Debt, int]] = {}
        for key in found_in(line.text):
            for debt, points in self._by_key.get(key, ()):
                if debt.currency == line.currency and points > found.get(debt.number, (debt, 0))[1]:
                    found[debt.number] = (debt, points)
        return found

    def _groups(self, line: Line, quoted: dict[str, tuple[Debt, int]]) -> Iterator[tuple[tuple[Debt, ...], int]]:
        """Combine documents of one customer: those that are quoted, or those that make up the amount."""
        named = [one for one in quoted.values() if one[1] >= NUMBER and not one[0].whole]
        owners = {debt.customer or debt.names for debt, _ in named}
        if len(named) > 1 and len(owners) == 1:
            yield _by_date(debt for debt, _ in named), min(points for _, points in named)
        if line.customer is not None and not named:
            known = [one for one in self._by_customer.get(line.customer, ()) if one.currency == line.currency]
            known = [one for one in known if not one.whole]
            yield from ((group, 0) for group in _making_up(line, _by_date(known)))


def _only_exact(debt: Debt, together: set[str]) -> bool:
    """Tell whether a document counts alone only with its exact amount."""
    return debt.whole or debt.number in together


def _making_up(line: Line, debts: tuple[Debt, ...]) -> Iterator[tuple[Debt, ...]]:
    """Find documents that are together just what came: all of them, or few; two ways at most, for two leave a doubt."""
    if len(debts) < 2:  # one alone is no group
        return
    if sum((debt.due for debt in debts), ZERO) == line.amount:
        yield debts
    elif len(debts) <= _TRIED_TOGETHER:
        tried = chain.from_iterable(combinations(debts, count) for count in range(2, len(debts)))
        yield from islice((few for few in tried if sum(debt.due for debt in few) == line.amount), 2)


def _candidate(line: Line, debts: tuple[Debt, ...], quoted: int, words: frozenset[str]) -> Candidate:
    """Score one candidate and say why."""
    exact = line.amount in debts[0].expected(line.date) if len(debts) == 1 else line.amount == sum(
        (debt.due for debt in debts), ZERO
    )  # fmt: skip
    known = line.customer is not None and line.customer == debts[0].customer
    name = _name_points(debts[0], words)
    near = max(NEAR - min(abs((line.date - debt.date).days) for debt in debts) // DAYS_PER_POINT, 0)
    reasons = [
        (quoted, _QUOTED.get(quoted, "")),
        (KNOWN_ACCOUNT * known, "account of the customer"),
        (EXACT * exact, "exact amount" if line.amount == sum(debt.due for debt in debts) else "early discount"),
        (name, "name" if name >= _SAME_NAME else "part of the name"),
        (near, "near date"),
    ]
    agreed = quoted == STRUCTURED or known or name >= _SAME_NAME
    told = sorted((reason for reason in reasons if reason[0]), key=lambda reason: -reason[0])
    return Candidate(debts, quoted, sum(points for points, _ in told), tuple(text for _, text in told), exact, agreed)


_QUOTED: Final = {STRUCTURED: "reference", NUMBER: "number", PART: "part of the number"}


def _together(found: list[tuple[Line, list[Candidate]]]) -> list[tuple[Line, list[Candidate]]]:
    """Add points where several lines that quote the same document are together just what is due on it."""
    paying: dict[str, list[int]] = defaultdict(list)
    for place, (_, candidates) in enumerate(found):
        best = max(candidates, key=lambda one: one.score, default=None)
        if best is not None and not best.exact and len(best.debts) == 1 and best.score >= NUMBER:
            paying[best.documents[0]].append(place)
    for number, places in paying.items():
        candidates = [
            one for _, some in (found[place] for place in places) for one in some if one.documents == (number,)
        ]
        total = sum((found[place][0].amount for place in places), ZERO)
        if len(places) > 1 and total == candidates[0].debts[0].due:
            for place in places:
                line, some = found[place]
                found[place] = (line, [_shared(one) if one.documents == (number,) else one for one in some])
    return found


def _shared(one: Candidate) -> Candidate:
    reasons = (*one.reasons, "exact amount together with another line")
    return one._replace(score=one.score + EXACT, reasons=reasons, agreed=True)


def _keys(debt: Debt) -> dict[str, int]:
    keys = keys_of(debt.number, debt.reference)
    for number in debt.quoted:
        for key, points in keys_of(number).items():
            keys[key] = max(points, keys.get(key, 0))
    return keys


def _by_date(debts: Iterable[Debt]) -> tuple[Debt, ...]:
    return tuple(sorted(debts, key=lambda debt: (debt.date, debt.number)))


def _name_points(debt: Debt, words: frozenset[str]) -> int:
    """Tell how much of the customer's name stands in the words of a line, at most 20."""
    return max((_share(own, words) for own in map(_words, debt.names) if own & words), default=0)


def _share(own: frozenset[str], words: frozenset[str]) -> int:
    """Tell the points of one name; a single word, such as a first name, is worth the half."""
    return NAME // 2 if len(own) == 1 else NAME * len(own & words) // len(own)


@lru_cache(maxsize=65_536)
def _words(name: str) -> frozenset[str]:
    """Cut a name into its words, written alike with and without umlauts; initials and signs do not count."""
    plain = folded(name).replace("ae", "a").replace("oe", "o").replace("ue", "u")
    return frozenset(word for word in plain.split() if len(word) >= _SHORTEST_WORD)
