"""Make a month of transfers as people write them, and tell how many are matched with the right documents.

Every transfer is made from the documents that it pays, so the truth is known. Customers share family names and prices
repeat, as they do in a shop; of a hundred transfers about thirty quote the structured reference, twenty the number as
it is, the others disguise it, mistype it, leave it out, pay several documents at once, pay one in two parts, pay too
little or too much, have nothing to do with any document, or quote the number of another series.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import NamedTuple

from shopctl.domain.matching import Debt, Line, match
from shopctl.domain.references import rf

FIRST = (
    "Anna",
    "Ben",
    "Carla",
    "David",
    "Eva",
    "Felix",
    "Greta",
    "Hugo",
    "Ines",
    "Jonas",
    "Karin",
    "Leo",
    "Mia",
    "Noah",
)
LAST = (
    "Müller", "Schmidt", "Schneider", "Fischer", "Weber", "Meyer", "Wagner", "Becker", "Schulz", "Hoffmann", "Koch",
    "Bauer", "Richter", "Klein", "Wolf", "Schröder", "Neumann", "Schwarz", "Zimmermann", "Braun", "Krüger", "Hofmann",
    "Hartmann", "Lange", "Schmitt", "Werner", "Krause", "Meier", "Lehmann", "Köhler", "Dubois", "Moreau", "García",
)  # fmt: skip
TRADE = ("Elektro", "Garten", "Möbel", "Druck", "Haus", "Auto", "Kunst", "Sport", "Buch", "Licht")
FORM = ("GmbH", "AG", "KG", "SARL", "Ltd")
PRICES = tuple(
    Decimal(price) for price in ("9.90", "19.90", "24.95", "29.90", "39.00", "49.90", "79.00", "99.00", "129.00")
)
FEES = (Decimal("1.50"), Decimal("2.90"), Decimal("0.35"))
MONTH = date(2026, 8, 1)
WORDS = ("Danke", "Rechnung", "Zahlung", "Rg.", "Bestellung", "invoice", "payment of", "Order", "vielen Dank", "")


class Transfer(NamedTuple):
    """A line, how it was made, and the documents that it pays in truth."""

    line: Line
    kind: str
    truth: frozenset[str]


def debts_of(random: Random, count: int) -> list[Debt]:
    """Make documents with something due: two of three are invoices, the others orders."""
    people = [name_of(random) for _ in range(max(count // 2, 1))]
    found = []
    for place in range(count):
        customer = random.randrange(len(people))
        order = f"S{place + 1:05d}"
        number, quoted = (f"INV/2026/{place + 1:05d}", (order,)) if place % 3 else (order, ())
        reference = rf("".join(sign for sign in number if sign.isdigit()))
        due = sum(random.choices(PRICES, k=random.choice((1, 1, 2, 3))), Decimal(0)) + random.choice(
            (0, Decimal("4.90"))
        )
        day = MONTH - timedelta(days=random.randrange(0, 25))
        found.append(Debt(number, quoted, reference, customer, (people[customer],), day, "EUR", due))
    return found


def name_of(random: Random) -> str:
    if random.random() < 0.25:
        return f"{random.choice(TRADE)} {random.choice(LAST)} {random.choice(FORM)}"
    return f"{random.choice(FIRST)} {random.choice(LAST)}"


def transfers_of(random: Random, debts: list[Debt], count: int) -> list[Transfer]:
    """Make transfers, the oldest first; documents are paid once."""
    waiting = list(debts)
    random.shuffle(waiting)
    kinds = [kind for kind, share, _ in KINDS for _ in range(share)]
    makers = {kind: make for kind, _, make in KINDS}
    found: list[tuple[str, Transfer]] = []
    while len(found) < count and len(waiting) > 4:
        kind = random.choice(kinds)
        found += [(kind, one) for one in makers[kind](random, waiting)]
    lines = [one._replace(kind=kind) for kind, one in found[:count]]
    random.shuffle(lines)
    days = sorted(random.randrange(31) for _ in lines)
    return [
        one._replace(line=one.line._replace(key=key, date=MONTH + timedelta(days=day)))
        for key, (one, day) in enumerate(zip(lines, days, strict=True))
    ]


def _paying(
    random: Random, debts: list[Debt], amount: Decimal, text: str, *, known: bool | None = None, name: str | None = None
) -> Transfer:
    """Write one transfer; the bank writes names in its own way, and about a third of the accounts are known."""
    payer = debts[0].names[0] if name is None else name
    written = random.choice(
        (payer, payer.upper(), payer.replace("ü", "ue").replace("ö", "oe"), " ".join(payer.split()[::-1]))
    )
    customer = debts[0].customer if (random.random() < 0.3 if known is None else known) else None
    line = Line(0, MONTH, amount, "EUR", written, f"{random.choice(WORDS)} {text}".strip(), customer)
    return Transfer(line, "", frozenset(debt.number for debt in debts))


def _reference(random: Random, waiting: list[Debt]) -> Iterator[Transfer]:
    debt = waiting.pop()
    yield _paying(random, [debt], debt.due, random.choice((debt.reference, debt.reference.replace(" ", ""))))


def _number(random: Random, waiting: list[Debt]) -> Iterator[Transfer]:
    debt = waiting.pop()
    yield _paying(random, [debt], debt.due, random.choice((debt.number, *debt.quoted)))


def _disguised(random: Random, waiting: list[Debt]) -> Iterator[Transfer]:
    debt = waiting.pop()
    yield _paying(random, [debt], debt.due, _disguise(random, random.choice((debt.number, *debt.quoted))))


def _disguise(random: Random, number: str) -> str:
    """Write a number as people do: blanks, no slashes, a missing prefix, O for 0, lower case."""
    ways: tuple[Callable[[str], str], ...] = (
        lambda text: text.replace("/", " "),
        lambda text: text.replace("/", ""),
        lambda text: text.replace("0", "O"),
        str.lower,
        lambda text: text.replace("INV/", ""),
        lambda text: text.rsplit("/", 1)[-1],
        lambda text: text[:-2] + " " + text[-2:],
        lambda text: text.replace("/000", "/").replace("S000", "S "),
    )
    return random.choice(ways)(number)


def _mistyped(random: Random, waiting: list[Debt]) -> Iterator[Transfer]:
    debt = waiting.pop()
    number = random.choice((debt.number, debt.reference))
    places = [place for place, sign in enumerate(number) if sign.isdigit()]
    place = random.choice(places[-4:])
    wrong = number[:place] + random.choice("0123456789".replace(number[place], "")) + number[place + 1 :]
    yield _paying(random, [debt], debt.due, wrong)


def _known_account(random: Random, waiting: list[Debt]) -> Iterator[Transfer]:
    debt = waiting.pop()
    yield _paying(random, [debt], debt.due, "", known=True)


def _name_only(random: Random, waiting: list[Debt]) -> Iterator[Transfer]:
    debt = waiting.pop()
    yield _paying(random, [debt], debt.due, "", known=False)


def _joined(random: Random, waiting: list[Debt]) -> Iterator[Transfer]:
    debt = waiting.pop()
    same = [one for one in waiting if one.customer == debt.customer][:2]
    for one in same:
        waiting.remove(one)
    debts = [debt, *same]
    quoted = [one.number for one in debts] if random.random() < 0.7 else []
    yield _paying(random, debts, sum((one.due for one in debts), Decimal(0)), " + ".join(quoted))


def _split(random: Random, waiting: list[Debt]) -> Iterator[Transfer]:
    debt = waiting.pop()
    part = (debt.due / 2).quantize(Decimal("0.01"))
    yield _paying(random, [debt], part, debt.number)
    yield _paying(random, [debt], debt.due - part, debt.number)


def _too_little(random: Random, waiting: list[Debt]) -> Iterator[Transfer]:
    debt = waiting.pop()
    yield _paying(random, [debt], debt.due - random.choice(FEES), debt.number)


def _too_much(random: Random, waiting: list[Debt]) -> Iterator[Transfer]:
    debt = waiting.pop()
    yield _paying(random, [debt], debt.due + random.choice((Decimal("0.10"), Decimal(5))), debt.reference)


def _by_somebody_else(random: Random, waiting: list[Debt]) -> Iterator[Transfer]:
    debt = waiting.pop()
    yield _paying(random, [debt], debt.due, debt.number, known=False, name=name_of(random))


def _another_series(random: Random, waiting: list[Debt]) -> Iterator[Transfer]:
    """Quote what was paid long ago, or a number that is none of a document, with the amount of one that is open."""
    other = waiting[-1]
    running = other.number[-5:]
    text = random.choice((f"INV/2025/{running}", f"KdNr C{running}", f"LS/{running}"))
    one = _paying(random, [other], other.due, text, known=False, name=name_of(random))
    yield one._replace(truth=frozenset())


def _nothing_of_ours(random: Random, waiting: list[Debt]) -> Iterator[Transfer]:
    text = random.choice(("Miete 08/2026", "Steuer 2026/00417", "Erstattung", f"Vertrag {random.randrange(10**6)}"))
    other = waiting[-1]
    one = _paying(random, [other], random.choice(PRICES), text, known=False, name=name_of(random))
    yield one._replace(truth=frozenset())


KINDS = (
    ("reference", 30, _reference), ("number", 19, _number), ("disguised", 12, _disguised), ("mistyped", 5, _mistyped),
    ("known account", 7, _known_account), ("name only", 6, _name_only), ("joined", 5, _joined), ("split", 4, _split),
    ("too little", 3, _too_little), ("too much", 2, _too_much), ("somebody else", 3, _by_somebody_else),
    ("nothing of ours", 3, _nothing_of_ours), ("another series", 1, _another_series),
)  # fmt: skip
"""The kinds of transfers, with their shares in a hundred."""


class Counts(NamedTuple):
    """How a set of transfers was matched; `right` and `wrong` are those that would be applied."""

    transfers: int
    ours: int
    right: int
    wrong: int

    @property
    def precision(self) -> float:
        """The share of the applied matches that is right."""
        return self.right / (self.right + self.wrong) if self.right + self.wrong else 1.0

    @property
    def recall(self) -> float:
        """The share of the transfers for our documents that is applied, and right."""
        return self.right / self.ours if self.ours else 1.0


def judged(transfers: list[Transfer], debts: list[Debt]) -> dict[str, Counts]:
    """Match transfers, and count by kind and under `all`; of a joined one, part of the documents is wrong."""
    found = {"all": Counts(0, 0, 0, 0)}
    for made, answer in zip(transfers, match([one.line for one in transfers], debts), strict=True):
        right = answer.sure and frozenset(answer.candidates[0].documents) == made.truth
        step = Counts(1, bool(made.truth), right, answer.sure and not right)
        for kind in ("all", made.kind):
            before = found.get(kind, Counts(0, 0, 0, 0))
            found[kind] = Counts(*(a + b for a, b in zip(before, step, strict=True)))
    return found
