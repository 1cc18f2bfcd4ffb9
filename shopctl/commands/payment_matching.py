"""Match the lines of statements with what they pay: by itself where it is sure, by hand where it is not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final

from shopctl.commands import fields, matching_fields
from shopctl.commands.call import Call
from shopctl.commands.options import Amount, Batch, Count, Limit, argument, option
from shopctl.commands.payment_app import MONEY, app
from shopctl.commands.payment_register import WriteOff
from shopctl.commands.payment_settling import settle_providers
from shopctl.commands.writes import confirm_many, run_batch
from shopctl.domain.matching import SURE
from shopctl.errors import ExitStatus, UsageError

if TYPE_CHECKING:
    from shopctl.services.assigning import Chosen
    from shopctl.services.matching import Matches

MinScore = Annotated[
    Count, option("--min-score", help=f"Points that make a match sure; default: {SURE}, see help matching")
]
UNMATCHED: Final = "shopctl payment unmatched"


@app.command(
    "match",
    examples=[
        ("shopctl payment match", "what would be applied, and why"),
        ("shopctl payment match --apply --yes", "register what is sure; waiting orders are confirmed"),
        ("shopctl payment match --apply --dry-run --json", "the same, without storing anything"),
    ],
    exits="0 done, also when nothing matches · 2 usage · 8 some failed · 10 needs --yes · 75 another run is at work",
    writes=True,
)
def match(
    call: Call,
    apply: Annotated[bool, option("--apply", help="Register the payments of all sure matches")] = False,
    min_score: MinScore = None,
    *,
    batch: Batch,
) -> ExitStatus | None:
    """Find what the open lines of statements pay. Sure is what is unique and above the threshold; --apply does it."""
    shop = call.shop()

    from shopctl.services import jobs

    if apply:
        with jobs.alone(shop, "match", "payment match --apply"):
            return _apply(call, min_score, batch)
    if call.options.dry_run:
        raise UsageError("usage", "without --apply nothing is written", hint="shopctl payment match --apply --dry-run")
    found = _matches(call, min_score)
    left, rows = found.left, found.sure
    footer = ["Do it:  shopctl payment match --apply"] if rows else []
    footer += [f"{left} not sure:  {UNMATCHED}"] if left else []
    call.out.list(
        "payment.match", matching_fields.MATCHES, rows, total=len(rows), key="line", footer=footer,
        empty=f"No line is matched beyond doubt{f'; {left} are open: {UNMATCHED}' if left else ''}.",
    )  # fmt: skip
    return None


def _apply(call: Call, min_score: int | None, batch: Batch) -> ExitStatus:
    from shopctl.services import assigning

    shop = call.shop()
    settle_providers(call)
    found = _matches(call, min_score)
    chosen = found.chosen()
    confirm_many(call, f"Register what {len(found.sure)} lines pay?", chosen)
    status = run_batch(
        call, shop, chosen, lambda part: assigning.assign(shop, part), schema="payment.match.apply",
        columns=fields.PAYMENTS, verb="match", batch=batch, next_commands=_next,
    )  # fmt: skip
    if found.left:
        call.out.note(f"  {found.left} not sure:  {UNMATCHED}")
    return status


def _matches(call: Call, minimum: int | None) -> Matches:
    from shopctl.services.matching import Matches

    return Matches(call.shop(), SURE if minimum is None else minimum)


def _next(row: Any) -> list[str]:
    return [f"shopctl payment show {row.number}"]


@app.command(
    "unmatched",
    examples=[
        ("shopctl payment unmatched", "with candidates, the oldest first"),
        ("shopctl payment unmatched --json", "all candidates of each line"),
    ],
    exits="0 done, also when there is none · 2 usage",
)
def unmatched(call: Call, min_score: MinScore = None, limit: Annotated[Limit, option()] = None) -> None:
    """List the lines that are not explained, the best candidate of each, and why it is not applied."""
    call.shop()

    rows = _matches(call, min_score).doubtful
    footer = ["Say what it is:  shopctl payment assign LINE DOCUMENT", "Nothing of ours:  shopctl payment ignore LINE"]
    most = call.out.table_limit if limit is None else limit
    call.out.list(
        "payment.unmatched", matching_fields.UNMATCHED, rows, total=len(rows), limit=most or 0, key="line",
        footer=footer if rows else (), empty="Every line is explained, or matched beyond doubt.",
    )  # fmt: skip


@app.command(
    "assign",
    examples=[
        ("shopctl payment assign LINE/00057 INV/2026/00031", "it pays this invoice"),
        ("shopctl payment assign LINE/00057 INV/2026/00031 --also INV/2026/00032", "both, the oldest first"),
        ("shopctl payment assign LINE/00057 S00431 --amount 50", "a part of it pays this order"),
        ("shopctl payment assign LINE/00057 PAY/2026/00012", "it is a payment that was registered by hand"),
        ("shopctl payment assign LINE/00057 --customer C00014", "a credit of the customer"),
    ],
    exits="0 done · 2 usage · 3 no such line or document · 6 not allowed",
    writes=True,
)
def assign(
    call: Call,
    line: Annotated[str, argument("LINE", "Line of a statement")],
    document: Annotated[str, argument("DOCUMENT", "An order, an invoice, or a payment")] = "",
    also: Annotated[list[str] | None, option(help="A further invoice; may be repeated", metavar="INVOICE")] = None,
    amount: Annotated[Amount, option(help="How much of the line; default: all that is left", panel=MONEY)] = None,
    write_off: WriteOff = "",
    customer: Annotated[str, option(help="Whose money it is, when it pays no document", metavar="C")] = "",
) -> ExitStatus:
    """Say what a line pays. The customer's account is remembered, so the next transfer is recognised."""
    shop = call.shop()

    from shopctl.services import assigning
    from shopctl.services.assigning import Chosen

    documents = (document, *(also or ())) if document else ()
    if bool(documents) == bool(customer) or (also and not document):
        raise UsageError(
            "usage",
            "a line pays documents, or is a credit of a customer",
            hint=f"shopctl payment assign {line} DOCUMENT, or --customer C",
        )
    chosen: list[Chosen] = [Chosen(line, documents, amount, write_off, customer)]
    return run_batch(
        call, shop, chosen, lambda part: assigning.assign(shop, part), schema="payment.assign",
        columns=fields.PAYMENTS, verb="assign", batch=Batch(), next_commands=_next,
    )  # fmt: skip


@app.command(
    "ignore",
    examples=[("shopctl payment ignore LINE/00057 --reason 'fee of the bank'", "nothing of ours")],
    exits="0 done or already so · 2 usage · 3 no such line · 6 settled already · 8 some failed",
    writes=True,
)
def ignore(
    call: Call,
    numbers: Annotated[list[str], argument("LINE", "Lines of statements; - reads them from standard input")],
    reason: Annotated[str, option(help="What it is, such as a fee of the bank", metavar="TEXT")] = "",
    *,
    batch: Batch,
) -> ExitStatus:
    """Say that lines pay nothing of ours. A line that is assigned later counts again."""
    shop = call.shop()

    from shopctl.services import assigning

    references = call.references(numbers, batch.from_file)
    confirm_many(call, f"Ignore {len(references)} lines?", references)
    return run_batch(
        call, shop, references, lambda part: assigning.ignore(shop, part, reason), schema="payment.ignore",
        columns=matching_fields.LINES, verb="ignore", batch=batch,
        next_commands=lambda _row: [UNMATCHED],
    )  # fmt: skip
