"""Feed an operation in chunks and hand on each outcome after its commit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, TypeVar

import peewee

from shopctl.db.failures import translate
from shopctl.domain.outcomes import Failed, Outcome
from shopctl.errors import ConflictError
from shopctl.shop import Shop

T = TypeVar("T")

CHUNK = 500


def run(
    shop: Shop,
    items: Iterable[T],
    operation: Callable[[Sequence[T]], list[Outcome[Any]]],
    *,
    fail_fast: bool = False,
    stopping: Callable[[], bool] = lambda: False,
    chunk: int = CHUNK,
) -> Iterator[Outcome[Any]]:
    """Run an operation over many items and yield outcomes once they are committed.

    A refusal never disturbs its neighbours. When the database refuses a chunk, the chunk is rolled back and repeated
    item by item, so only the culprit fails. With `shop.atomic` everything is one chunk; in a dry run all chunks see
    each other's work and are rolled back together.

    Args:
        items: What the operation takes, in the order of work; an iterator is read a chunk at a time.
        fail_fast: Stop after the first failure; items are then taken one at a time.
        stopping: Asked between chunks; True ends the batch early (a signal came).
        chunk: Items in one transaction.
    """
    if shop.dry_run and not shop.nested:
        # The outcomes are handed on after the rollback: nobody waits for a reader that takes its time.
        yield from shop.rehearse(
            lambda: list(run(shop, items, operation, fail_fast=fail_fast, stopping=stopping, chunk=chunk))
        )
        return
    shop.keyed = {}
    size = None if shop.atomic else 1 if fail_fast or shop.key else chunk
    remaining = iter(items)
    while part := list(islice(remaining, size)):
        for outcome in _chunk(shop, part, operation):
            yield outcome
            if fail_fast and isinstance(outcome, Failed):
                return
        if stopping():
            return


def _chunk(shop: Shop, part: list[T], operation: Callable[[Sequence[T]], list[Outcome[Any]]]) -> Iterator[Outcome[Any]]:
    try:
        yield from operation(part)
    except (peewee.IntegrityError, ConflictError) as error:
        if len(part) > 1 and not shop.atomic:
            for item in part:
                yield from _chunk(shop, [item], operation)
            return
        refusal = error if isinstance(error, ConflictError) else translate(error)
        if refusal is None:
            raise
        for item in part:
            yield Failed(item if isinstance(item, str) else getattr(item, "reference", ""), refusal)
