"""Answer a document that was named twice in one call once, however it was spelled."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import replace
from typing import TypeVar

from shopctl.domain.outcomes import Change, Done, Outcome

Row = TypeVar("Row")


def first_spellings(references: Sequence[str], identity: Callable[[str], Hashable]) -> dict[str, str]:
    """Tell for every reference the first one that means the same document.

    Args:
        identity: What two spellings of one document share, such as its key; None for an unknown one.
    """
    first: dict[Hashable, str] = {}
    found = {}
    for reference in references:
        shared = identity(reference)
        found[reference] = reference if shared is None else first.setdefault(shared, reference)
    return found


def in_order(references: Iterable[str], first: dict[str, str], outcomes: dict[str, Outcome[Row]]) -> list[Outcome[Row]]:
    """Answer every reference in the order asked for; a repeat found what the first one did, so it is `unchanged`."""
    told: set[str] = set()
    results: list[Outcome[Row]] = []
    for reference in references:
        outcome = outcomes[first[reference]]
        if first[reference] in told:
            outcome = replace(outcome, reference=reference)
            if isinstance(outcome, Done):
                outcome = replace(outcome, change=Change.UNCHANGED)
        told.add(first[reference])
        results.append(outcome)
    return results
