"""Recognise a movement that another file told before, without losing genuine ones that look alike.

Source: rules for money, section 10; ECOSYSTEM 2 (camt.054 repeats camt.053). Within one format two movements are the
same when account, day, amount and the bank's own reference agree, or, where there is none, everything that is written;
like ones of a file are counted, so the second of them stays a second one. Banks use a reference again, so it never
decides alone.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Final, NamedTuple

from shopctl.domain.bank import Movement, Statement

PENDING: Final = "pending:"
"""Begins the identity of a movement that is only announced, so that the booked one can be stored beside it."""

_SIGNS: Final = re.compile(r"[\W_]+")
_IBAN: Final = re.compile(r"[A-Z]{2}[0-9]{2}([A-Z0-9]{11,30})")
_GERMAN: Final = re.compile(r"([0-9]{8})/([0-9]{1,10})")
FEW: Final = 20
"""Lines of one day and amount of which one text is looked for in the other."""

ENOUGH: Final = 10
"""Letters and digits of a text that cannot lie in another one by chance."""

_LOCAL: Final = 7
"""Digits that a local account number has at least, to be recognised inside of an IBAN."""


class Known(NamedTuple):
    """A movement that is stored, of the same account.

    Attributes:
        key: The line, or the one that it repeats.
        repeat: Whether it repeats another one.
        announced: Whether it is only announced, and nothing booked took its place.
        free: Whether no payment took anything of it, so that other lines may take its place.
    """

    key: int
    repeat: bool
    format: str
    date: dt.date
    amount: Decimal
    identity: str
    announced: bool
    free: bool
    end_to_end: str
    bank_reference: str
    reference: str
    iban: str
    text: str


class Verdict(NamedTuple):
    """What a movement is: new, the repeat of a stored line, or what takes the place of a stored line.

    It takes the place of an announced line, or, with the other parts, of a sum.
    """

    repeats: int | None = None
    replaces: int | None = None


def fingerprint(statement: Statement) -> str:
    """Tell the very same statement again, wherever its movements stood in the file."""
    plain = [movement._replace(place="", remark="") for movement in statement.movements]
    said = repr((*statement._replace(movements=(), remarks=()), plain))
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()


def identities(statement: Statement, seen: Counter[str]) -> list[str]:
    """Name the movements of a statement so that the same ones have the same names in every file.

    Args:
        seen: How often each like one came in the file so far; counted on.
    """
    return [_counted(statement.account, one, seen) for one in statement.movements]


def _counted(account: str, one: Movement, seen: Counter[str]) -> str:
    told: tuple[object, ...] = (one.bank_reference,)
    if not one.bank_reference:
        told = ("", one.end_to_end, one.iban, folded(one.name), folded(one.reference), folded(one.text))
    said = repr((account, one.date.isoformat(), one.currency, f"{one.amount.normalize():f}", *told))
    digest = hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()[:32]
    key = digest if one.booked else PENDING + digest
    seen[key] += 1
    return f"{key}#{seen[key]}"


def folded(text: str) -> str:
    """Bring a text into the form that is compared: letters and digits only, for files break and wrap it anywhere."""
    return _SIGNS.sub("", text).casefold()


def same_account(one: str, other: str) -> bool:
    """Tell whether two files name the same account, one of them perhaps by its IBAN and the other by its local number.

    The German form is bank code and number; otherwise the local number ends the IBAN.
    """
    if one == other:
        return True
    for whole, part in ((one, other), (other, one)):
        iban = _IBAN.fullmatch(whole)
        if iban is None or _IBAN.fullmatch(part):
            continue
        german = _GERMAN.fullmatch(part)
        if german:
            return iban[1] == german[1] + german[2].zfill(10)
        if len(part) >= _LOCAL and part.isdecimal() and iban[1].endswith(part):
            return True
    return False


def compare(statement: Statement, names: Sequence[str], known: Iterable[Known]) -> list[Verdict]:
    """Tell what each movement of a statement is.

    First those whose identity is stored, then, against other formats, those of the same day and amount that share a
    mark or text, at last those that one format tells as a sum and the other one in parts. A stored line is taken by
    one movement of the statement only, first of all by that of its own identity.

    Args:
        names: The identities of the movements.
        known: What is stored of the account within the days of the statement, repeats included.
    """
    stored = list(known)
    taken: set[int] = set()
    verdicts: dict[int, Verdict] = {}
    for repeat in (False, True):
        by_name = {one.identity: one for one in stored if one.repeat is repeat}
        for place, name in enumerate(names) if by_name else ():
            bare = name.removeprefix(PENDING)
            found = by_name.get(bare) or by_name.get(PENDING + bare)
            if found is not None and place not in verdicts and found.key not in taken:
                verdicts[place] = _verdict(statement.movements[place], found, taken)
    foreign = [one for one in stored if one.format != statement.format]
    if foreign:
        others = _Others(foreign, taken)
        for place, movement in enumerate(statement.movements):
            if place not in verdicts and (like := others.like(movement)):
                verdicts[place] = _verdict(movement, like, taken)
        left = [place for place in range(len(names)) if place not in verdicts]
        verdicts |= _in_parts(statement, left, [one for one in foreign if one.key not in taken and not one.repeat])
    return [verdicts.get(place, Verdict()) for place in range(len(names))]


def _in_parts(statement: Statement, left: Sequence[int], known: Sequence[Known]) -> dict[int, Verdict]:
    """Find batches that one format tells as a sum, and another one transaction by transaction with the same reference.

    The parts say more, so they take the place of a sum of which nothing is used yet.

    Args:
        left: The places of the movements that nothing stored is like.
        known: What is stored in other formats and nothing of the statement is like.
    """
    stored: dict[tuple[dt.date, str], list[Known]] = defaultdict(list)
    for one in known:
        stored[one.date, one.bank_reference].append(one)
    told: dict[tuple[dt.date, str], list[int]] = defaultdict(list)
    for place in left:
        movement = statement.movements[place]
        if movement.bank_reference and movement.booked:
            told[movement.date, movement.bank_reference].append(place)
    verdicts: dict[int, Verdict] = {}
    for batch, places in told.items():
        there = stored.get(batch, [])
        whole_and_parts = len(places) != len(there) and min(len(places), len(there)) == 1
        if not whole_and_parts or _sum(statement.movements[place] for place in places) != _sum(there):
            continue
        if len(there) == 1 and there[0].free:
            verdicts |= {place: Verdict() for place in places[1:]} | {places[0]: Verdict(replaces=there[0].key)}
        else:
            verdicts |= {place: Verdict(repeats=there[0].key) for place in places}
    return verdicts


def _sum(amounts: Iterable[Movement | Known]) -> Decimal:
    return sum((one.amount for one in amounts), Decimal(0))


def _verdict(movement: Movement, found: Known, taken: set[int]) -> Verdict:
    taken.add(found.key)
    if movement.booked and found.announced:
        return Verdict(replaces=found.key)
    return Verdict(repeats=found.key)


class _Others:
    """Finds what is stored in other formats by what it shares with a movement of the same day and amount.

    Everything is looked up, for a shop may get thousands of transfers of one amount on one day.
    """

    def __init__(self, known: Sequence[Known], taken: set[int]) -> None:
        self._taken = taken
        self._marked: dict[tuple[object, ...], list[Known]] = defaultdict(list)
        self._all: dict[tuple[dt.date, Decimal], list[Known]] = defaultdict(list)
        for one in reversed(known):
            self._all[one.date, one.amount].append(one)
            for mark in _marks(one):
                self._marked[one.date, one.amount, bool(one.end_to_end), *mark].append(one)

    def like(self, movement: Movement) -> Known | None:
        """Find the oldest one that is not taken and shares a mark; different end-to-end marks are different money."""
        there = movement.date, movement.amount
        if there not in self._all:
            return None
        for mark in _marks(movement):
            for marked in (True, False) if mark[0] == "end_to_end" or not movement.end_to_end else (False,):
                found = self._next(self._marked.get((*there, marked, *mark)))
                if found is not None:
                    return found
        few = self._all[there][-FEW:]
        return next((one for one in reversed(few) if self._has_text_of(movement, one)), None)

    def _next(self, found: list[Known] | None) -> Known | None:
        while found:
            if found[-1].key not in self._taken:
                return found[-1]
            found.pop()
        return None

    def _has_text_of(self, movement: Movement, known: Known) -> bool:
        """Tell whether one text holds the other: a format may add words of the bank to what the payer wrote."""
        if known.key in self._taken or (movement.end_to_end and known.end_to_end):
            return False
        shorter, longer = sorted((folded(movement.text), folded(known.text)), key=len)
        return len(shorter) >= ENOUGH and shorter in longer


def _marks(one: Movement | Known) -> list[tuple[str, str]]:
    """List what tells a movement among those of its day and amount, the surest first."""
    marks = (
        ("end_to_end", one.end_to_end), ("bank_reference", one.bank_reference), ("reference", folded(one.reference)),
        ("iban", one.iban), ("text", folded(one.text)),
    )  # fmt: skip
    return [mark for mark in marks if mark[1]]
