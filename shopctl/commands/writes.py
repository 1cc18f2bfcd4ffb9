"""Share what every write does: ask, run in batches, print each outcome after its commit."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from shopctl.errors import UsageError

if TYPE_CHECKING:
    from shopctl.commands.call import Call
    from shopctl.commands.options import Batch
    from shopctl.domain.outcomes import Outcome
    from shopctl.errors import ExitStatus
    from shopctl.output.columns import Column
    from shopctl.shop import Shop

T = TypeVar("T")


def confirm_many(call: Call, question: str, references: Sequence[object], danger: Sequence[str] = ()) -> None:
    """Ask before a write that touches more than one document; a single one is what was typed.

    Raises:
        UnconfirmedError: The answer was no, or there is nobody to ask.
    """
    if len(references) > 1:
        call.out.ask(question, danger=danger)


def chosen(
    call: Call, numbers: list[str] | None, from_file: str, everything: Callable[[], list[str]] | None
) -> list[str]:
    """Tell which documents are meant: with `--all` everything, otherwise those that are named.

    Raises:
        UsageError: `--all` together with documents, so one of them would be forgotten.
    """
    if everything is None:
        return call.references(numbers, from_file)
    if numbers or from_file:
        raise UsageError("usage", "--all takes everything, so no number belongs to it", hint="leave out one of them")
    return everything()


def write_to_customers(shop: Shop, wanted: bool | None) -> None:
    """Let the call write to customers about what is done to their orders, or not; None leaves it to the settings."""
    if wanted is not None:
        from shopctl.domain import order_letters

        shop.letters = frozenset(order_letters.KINDS if wanted else ())


def run_batch(
    call: Call,
    shop: Shop,
    items: Sequence[T],
    operation: Callable[[Sequence[T]], list[Outcome[Any]]],
    *,
    schema: str,
    columns: Sequence[Column],
    verb: str,
    batch: Batch,
    records: Sequence[Mapping[str, str]] = (),
    next_commands: Callable[[Any], list[str]] = lambda _row: [],
) -> ExitStatus:
    """Run an operation over items, print what became of each and answer the exit status.

    Args:
        operation: Takes a part of the items.
        records: What the items were read from, in their order; the file of failures then keeps these.
        next_commands: What to type next, given the row of a single item that went well.
    """
    from shopctl.batch import run

    shop.atomic, shop.key = batch.atomic, batch.idempotency_key
    outcomes = run(shop, items, operation, fail_fast=batch.fail_fast, stopping=call.stopping)
    hints: list[str] = []

    def watched() -> Any:
        for outcome in outcomes:
            row = getattr(outcome, "row", None)
            if row is not None and len(items) == 1 and not shop.dry_run:
                hints.extend(next_commands(row))
            yield outcome

    return call.out.outcomes(
        schema, columns, watched(), verb=verb, dry_run=shop.dry_run, next_commands=hints, failures_to=batch.failures,
        records=records,
    )  # fmt: skip


def to_deliver(row: Any) -> list[str]:
    """Tell what to type after a letter was queued; nothing after one that was sent before."""
    return ["shopctl email send"] if row.state == "queued" else []
