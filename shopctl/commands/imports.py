"""Take in records of other systems from files."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

from shopctl.commands import fields
from shopctl.commands.call import Call
from shopctl.commands.declaring import noun
from shopctl.commands.options import Atomic, Choice, FailFast, IdempotencyKey, argument, option
from shopctl.errors import ExitStatus, ShopError
from shopctl.output.columns import Column, Kind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shopctl.domain.outcomes import Outcome
    from shopctl.output.sheets import Sheet

app = noun("import", "Orders, customers, products and payments from files")

CHUNK = 1000
"""Records in one transaction."""

TOLD = 20
"""Failures and differences that are told one by one; the rest is counted."""

File = Annotated[str, argument("FILE", "The file; - is standard input")]


class Summary(NamedTuple):
    """What an import did, and what the file itself says it holds."""

    file: str
    created: int
    changed: int
    unchanged: int
    failed: int
    kinds: dict[str, dict[str, int]]
    different: int
    differing: list[dict[str, object]]
    failures: list[dict[str, object]]
    control: dict[str, object] | None


SUMMARY = (
    Column("file", "FILE", Kind.TEXT, "The file"),
    Column("created", "CREATED", Kind.COUNT, "New records"),
    Column("changed", "CHANGED", Kind.COUNT, "Records that changed"),
    Column("unchanged", "UNCHANGED", Kind.COUNT, "Records that were stored like this already"),
    Column("failed", "FAILED", Kind.COUNT, "Records that were refused"),
    Column("kinds", "KINDS", Kind.OBJECT, "The same counts by kind of record"),
    Column("different", "DIFFERENT", Kind.COUNT, "Orders that contradict their source"),
    Column("differing", "DIFFERING", Kind.OBJECT, "The first twenty of them, with what differs"),
    Column("failures", "FAILURES", Kind.OBJECT, "What was refused and why, the first twenty"),
    Column("control", "CONTROL", Kind.OBJECT, "Sums of the file as it prints them"),
)


@app.command(
    "data",
    examples=[
        ("shopctl import data examples/shop.jsonl", "the native format, one JSON object a line"),
        ("zcat shop.jsonl.gz | shopctl import data -", "from a pipe"),
    ],
    exits="0 done or already so · 2 not readable · 3 no such file · 8 some lines were refused",
    writes=True,
)
def data(
    call: Call,
    file: File,
    fail_fast: FailFast = False,
    atomic: Atomic = False,
    idempotency_key: IdempotencyKey = "",
) -> ExitStatus:
    """Import JSON Lines: taxes, terms, products, customers, carts, orders, payments. Repeating it changes nothing."""
    from shopctl.adapters.sources import native

    call.shop()
    return _import(call, file, native.read(file, call.stdin), None, fail_fast, atomic, idempotency_key)


class As(Choice):
    """What a Shopify file holds."""

    ORDERS = "orders"
    CARTS = "carts"
    CUSTOMERS = "customers"
    AUTO = "auto"


@app.command(
    "shopify",
    examples=[
        ("shopctl import shopify orders_export.csv", "orders with customers, taxes and payments"),
        ("shopctl import shopify checkouts_export.csv --as carts", "abandoned checkouts"),
        ("shopctl import shopify orders_export.csv --dry-run --json", "what would happen, for scripts"),
    ],
    exits="0 done or already so · 2 not readable · 3 no such file · 8 some orders were refused",
    writes=True,
)
def shopify(
    call: Call,
    file: File,
    kind: Annotated[
        As, option("--as", help="What it holds; default: found out by its columns", metavar="KIND")
    ] = As.AUTO,
    fail_fast: FailFast = False,
    atomic: Atomic = False,
    idempotency_key: IdempotencyKey = "",
) -> ExitStatus:
    """Import a CSV export of Shopify. Contradictions in it are kept and listed, never mended."""
    from shopctl.adapters.sources import shopify as source

    call.shop()
    reader = source.read(file, call.stdin, str(kind))  # type: ignore[arg-type]  # the choice has just these words
    return _import(call, file, reader, reader.control, fail_fast, atomic, idempotency_key)


def _import(
    call: Call, file: str, items: Iterable[Any], control: Any, fail_fast: bool, atomic: bool, key: str
) -> ExitStatus:
    """Store what a reader hands over, and tell what became of it."""
    from shopctl import batch
    from shopctl.services import importing

    shop = call.shop()
    shop.atomic, shop.key = atomic, f"{key}/{file}" if key else ""
    outcomes = batch.run(
        shop, items, lambda part: importing.store(shop, part), fail_fast=fail_fast, stopping=call.stopping, chunk=CHUNK
    )
    if call.out.explicit_format not in ("", "table", "json"):
        return call.out.outcomes(
            "import", fields.IMPORTED, outcomes, verb="import", dry_run=shop.dry_run, failures_to=""
        )
    tally = _Tally()
    stopped: ShopError | None = None
    try:
        for outcome in outcomes:
            tally.add(outcome)
    except ShopError as error:  # the rest of the file cannot be read; what is stored has to be told
        if not tally.count:
            raise
        stopped = error
    summary = tally.summary(file, _control(control))
    if call.out.explicit_format or not call.options.quiet:
        call.out.show("import.summary", SUMMARY, summary, _sheet(summary, dry_run=shop.dry_run))
    status = _errors(call, tally)
    if stopped is not None:
        raise stopped
    return status


def _errors(call: Call, tally: _Tally) -> ExitStatus:
    """Tell what was refused, and answer the exit status."""
    errors = tally.errors
    if not errors:
        return ExitStatus.OK
    if call.out.explicit_format == "json":
        call.out.error(errors[0] if tally.count == 1 else _partial(tally))
    else:
        for error in errors[:TOLD]:
            call.out.error(error)
        if len(errors) > TOLD:
            call.out.note(f"… and {len(errors) - TOLD} more; all of them: --format jsonl")
    return ExitStatus.PARTIAL if tally.count > 1 else errors[0].status


def _partial(tally: _Tally) -> ShopError:
    """Sum the refusals up for scripts; each of them stands in the answer or under `--format jsonl`."""
    error = ShopError(
        "batch.partial",
        f"{len(tally.errors)} of {tally.count} failed",
        hint="mend what each error says, then run the command again; what is done stays done",
        codes=dict(Counter(error.code for error in tally.errors)),
    )
    error.status = ExitStatus.PARTIAL
    return error


class _Tally:
    """Counts outcomes as they go by."""

    def __init__(self) -> None:
        self.results: Counter[str] = Counter()
        self.kinds: dict[str, Counter[str]] = {}
        self.differing: list[dict[str, object]] = []
        self.different = 0
        self.errors: list[ShopError] = []
        self.count = 0

    def add(self, outcome: Outcome[Any]) -> None:
        """Count one outcome."""
        from shopctl.domain.outcomes import Failed

        self.count += 1
        if isinstance(outcome, Failed):
            self.results["failed"] += 1
            self.errors.append(outcome.error)
        else:
            done = outcome.change.replace("would_create", "created").replace("would_change", "changed")
            self._done(outcome.row, done)

    def _done(self, row: Any, change: str) -> None:
        self.results[change] += 1
        self.kinds.setdefault(row.kind, Counter())[change] += 1
        if row.differences:
            self.different += 1
            if len(self.differing) < TOLD:
                self.differing.append({"number": row.number, "differences": row.differences})

    def summary(self, file: str, control: dict[str, object] | None) -> Summary:
        failures: list[dict[str, object]] = [
            {"code": error.code, "message": error.message, "hint": error.hint or None} for error in self.errors[:TOLD]
        ]
        count = self.results
        kinds = {kind: dict(found) for kind, found in self.kinds.items()}
        return Summary(
            file, count["created"], count["changed"], count["unchanged"], count["failed"], kinds, self.different,
            self.differing, failures, control,
        )  # fmt: skip


LABELS = {"distinct_email_casefold": "E-mail addresses", "line_rows": "Lines", "fulfillment": "Fulfilment"}
ORDER_SUMS = (
    "orders", "line_rows", "currencies", "total", "taxes", "shipping", "discount", "refunded", "outstanding",
    "financial_status", "fulfillment", "cancelled", "distinct_email_casefold",
)  # fmt: skip
CUSTOMER_SUMS = (
    "customers", "with_email", "accepts_email", "total_orders", "total_spent", "distinct_email_casefold"
)  # fmt: skip


def _control(control: Any) -> dict[str, object] | None:
    """Turn the sums of the file into plain values, amounts as text."""
    if control is None:
        return None
    found = {name: getattr(control, name) for name in (CUSTOMER_SUMS if control.customers else ORDER_SUMS)}
    return {name: f"{value:f}" if isinstance(value, Decimal) else value for name, value in found.items()}


def _sheet(summary: Summary, *, dry_run: bool) -> Sheet:
    """Show an import: counts by kind, the sums of the file, and what to look at next."""
    from shopctl.output.sheets import Sheet

    page = Sheet().title(summary.file, "", "dry run, nothing is written" if dry_run else "")
    rows = [
        (kind, *(found.get(word, 0) for word in ("created", "changed", "unchanged")))
        for kind, found in summary.kinds.items()
    ]
    page.table(("KIND", "CREATED", "CHANGED", "UNCHANGED"), rows or [("nothing", 0, 0, 0)], "lrrr")
    if summary.failed:
        page.blank().text(f"{summary.failed} refused; the reasons follow.")
    if summary.control:
        page.section("What the file says")
        page.pairs([(_label(name), _told(value)) for name, value in summary.control.items()])
    if summary.differing:
        page.section("Differs from its source", "kept as it is, never mended")
        shown = summary.differing[:8]
        for one in shown:
            page.text(f"{one['number']}: {one['differences']}")
        if summary.different > len(shown):
            page.text(f"… and {summary.different - len(shown)} more")
    commands = []
    if summary.kinds.get("order"):
        commands = [("shopctl orders list --unpaid", "who still has to pay"),
                    ("shopctl invoice create --all --confirm", "bill what can be billed")]  # fmt: skip
        if summary.differing:
            commands.insert(0, ("shopctl orders list --differs", "all that contradict their source"))
    return page.next(commands)


def _label(name: str) -> str:
    return LABELS.get(name, name.replace("_", " ").capitalize())


def _told(value: object) -> object:
    if isinstance(value, dict):
        return ", ".join(f"{count} {word or 'without'}" for word, count in value.items())
    return ", ".join(value) if isinstance(value, list) else value
