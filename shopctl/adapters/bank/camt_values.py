"""Read what an element of a CAMT message tells as texts by their paths, whatever its namespace."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from shopctl.adapters.bank.values import amount, currency
from shopctl.adapters.sources.items import Unreadable, shown

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

Told = dict[str, list[str]]
"""Texts by their path, such as `BookgDt/Dt`; an amount has its currency under its path with an `@` behind."""

APART: Final = frozenset({"NtryDtls", "Ntry"})
"""Elements that are read for themselves."""

DEEPEST: Final = 16
"""Levels of elements in each other; ISO 20022 has at most nine here."""

_ROOM: Final = 1_000


class _Local(dict[str, str]):
    """Names of elements without their namespace; a lookup costs a tenth of cutting it off."""

    def __missing__(self, tag: str) -> str:
        if len(self) >= _ROOM:
            self.clear()
        name = self[tag] = tag.rpartition("}")[2]
        return name


local: Final = _Local().__getitem__
"""Tell the name of an element without its namespace."""


class _Below(dict[str, str]):
    """The paths of the elements directly below one path, by their tags: cheaper than writing them again and again."""

    def __init__(self, prefix: str) -> None:
        super().__init__()
        self._prefix = prefix

    def __missing__(self, tag: str) -> str:
        if len(self) >= _ROOM:
            self.clear()
        path = self[tag] = self._prefix + local(tag)
        return path


class _Paths(dict[str, _Below]):
    """What lies below each path; too deep elements are refused with `Unreadable`."""

    def __missing__(self, path: str) -> _Below:
        if path.count("/") >= DEEPEST:
            raise Unreadable(f"more than {DEEPEST} elements lie in each other")
        if len(self) >= _ROOM:
            self.clear()
        below = self[path] = _Below(f"{path}/" if path else "")
        return below


_PATHS: Final = _Paths()


def told_by(element: Element) -> Told:
    """Read all texts of an element but those of entries and their details, which are read for themselves.

    Raises:
        Unreadable: Elements lie too deep in each other.
    """
    told: Told = {}
    _collect(element, _PATHS[""], told)
    return told


def _collect(element: Element, below: _Below, told: Told) -> None:
    for child in element:
        path = below[child.tag]
        if len(child):
            if path not in APART:
                _collect(child, _PATHS[path], told)
            continue
        text = child.text
        if text and (text := text.strip()):
            if path in told:
                told[path].append(text)
            else:
                told[path] = [text]
                if path[-3:] == "Amt":
                    told[f"{path}@"] = [child.get("Ccy", "")]


def first(told: Told, *paths: str) -> str:
    """Read the first text of the first path that has one; empty for none."""
    for path in paths:
        if path in told:
            return told[path][0]
    return ""


def all_of(told: Told, path: str) -> Sequence[str]:
    """Read all texts of a path."""
    return told.get(path, ())


def money(told: Told, path: str) -> tuple[Decimal, str]:
    """Read an amount and its currency.

    Raises:
        Unreadable: Either of them is missing or wrong.
    """
    if path not in told:
        raise Unreadable("the amount is missing", path=path)
    try:
        return amount(told[path][0]), currency(told[f"{path}@"][0])
    except Unreadable as problem:
        raise Unreadable(problem.reason, path=path, hint=problem.hint) from None


def is_debit(told: Told, path: str = "CdtDbtInd") -> bool:
    """Tell whether something takes money away.

    Raises:
        Unreadable: It does not say.
    """
    side = first(told, "CdtDbtInd")
    if side not in ("CRDT", "DBIT"):
        raise Unreadable(f"{shown(side)} is neither CRDT nor DBIT", path=path)
    return side == "DBIT"
