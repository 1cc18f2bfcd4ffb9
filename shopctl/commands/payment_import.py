"""Take in statements of banks and payment providers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from shopctl.commands import bank_fields, fields
from shopctl.commands.call import Call
from shopctl.commands.options import Atomic, FailFast, IdempotencyKey, option
from shopctl.commands.payment_app import app
from shopctl.commands.payment_settling import settle_providers
from shopctl.commands.writes import confirm_many
from shopctl.errors import ExitStatus, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from shopctl.domain.outcomes import Outcome
    from shopctl.services.bank_importing import Incoming

CHUNK = 20
"""Statements in one transaction."""

TOLD = 20
"""Warnings that are told one by one."""


@app.command(
    "import",
    examples=[
        ("shopctl payment import --from statement.xml", "CAMT, MT940, OFX and known tables are recognised"),
        ("shopctl payment import --from unified_payments.csv", "reports of Stripe, PayPal, Adyen, Mollie, Braintree"),
        ("shopctl payment import --from may.sta --from june.sta", "several files; what both tell counts once"),
        ("shopctl payment import --from account.csv --mapping mybank.yaml", "a table with columns of its own"),
        ("shopctl payment import --from statement.xml --strict --dry-run", "would it be complete?"),
        ("shopctl payment import --from statement.xml --match --yes", "and register what is sure, see help matching"),
    ],
    exits="0 done or already so · 2 not readable · 3 no such file · 6 refused by --strict · 8 some statements failed",
    writes=True,
)
def import_(
    call: Call,
    from_files: Annotated[
        list[str] | None,
        option("--from", help="A statement; - is standard input; may be repeated", metavar="FILE"),
    ] = None,
    mapping: Annotated[
        str, option(help="How a table is laid out: a built-in name or a YAML file", metavar="NAME|FILE")
    ] = "",
    match: Annotated[bool, option("--match", help="Then register what is sure; the answer is that")] = False,
    strict: Annotated[bool, option("--strict", help="Refuse statements that do not add up or are odd")] = False,
    fail_fast: FailFast = False,
    atomic: Atomic = False,
    idempotency_key: IdempotencyKey = "",
) -> ExitStatus:
    """Import statements of banks and payment providers. Repeating a file changes nothing; every line is kept.

    Lines of providers are settled at once: payments, their fees, refunds and payouts.
    """
    from shopctl import batch

    shop = call.shop()

    from shopctl.services import bank_importing

    if not from_files:
        raise UsageError("usage", "which file is to be imported?", hint="shopctl payment import --from FILE")
    shop.atomic, shop.key = atomic, idempotency_key
    storing = batch.run(
        shop, _read(call, from_files, mapping), lambda part: bank_importing.store(shop, part, strict=strict),
        fail_fast=fail_fast, stopping=call.stopping, chunk=CHUNK,
    )  # fmt: skip
    return _matched(call, storing) if match else _stored(call, storing)


def _stored(call: Call, storing: Iterator[Outcome[Any]]) -> ExitStatus:
    """Store the statements and tell them, then settle the lines of providers."""
    told: list[tuple[str, ...]] = []
    status = call.out.outcomes(
        "payment.import", bank_fields.BANK_STATEMENTS, _noted(storing, told), verb="import",
        dry_run=call.options.dry_run,
        next_commands=["shopctl payment match", "shopctl payment lines --unmatched"],
    )  # fmt: skip
    if call.out.format == "table" and len(told) > 1:
        _warn(call, [note for notes in told for note in notes[1:]])
    if status in (ExitStatus.OK, ExitStatus.PARTIAL):
        settle_providers(call)
    return status


def _matched(call: Call, storing: Iterator[Outcome[Any]]) -> ExitStatus:
    """Store the statements, then register what is sure; a dry run takes both back together."""
    from shopctl import batch
    from shopctl.domain.outcomes import Failed
    from shopctl.services import assigning
    from shopctl.services.matching import Matches

    shop = call.shop()
    statements: list[Outcome[Any]] = []

    def work() -> list[Outcome[Any]]:
        statements.extend(storing)
        settle_providers(call)
        matches = Matches(shop)
        found = matches.chosen()
        confirm_many(call, f"Register what {len(matches.sure)} lines pay?", found)
        return list(batch.run(shop, found, lambda part: assigning.assign(shop, part)))

    outcomes = shop.rehearse(work) if shop.dry_run else work()
    for one in statements:
        told = one.error.message if isinstance(one, Failed) else f"{one.row.lines} lines, {one.row.new} new"
        call.out.note(f"  {one.reference}  {told}")
    status = call.out.outcomes(
        "payment.match.apply", fields.PAYMENTS, outcomes, verb="match", dry_run=shop.dry_run,
        next_commands=["shopctl payment unmatched"],
    )  # fmt: skip
    failed = any(isinstance(one, Failed) for one in statements)
    return ExitStatus.PARTIAL if failed else status


def _noted(outcomes: Iterable[Outcome[Any]], told: list[tuple[str, ...]]) -> Iterator[Outcome[Any]]:
    """Hand outcomes on, and keep what they say."""
    for outcome in outcomes:
        told.append(getattr(outcome, "notes", ()))
        yield outcome


def _warn(call: Call, odd: list[str]) -> None:
    """Tell below a table what is odd about its statements; of a single one it is told beside it."""
    for note in odd[:TOLD]:
        call.out.note(f"  {note}")
    if len(odd) > TOLD:
        call.out.note(f"  … and {len(odd) - TOLD} more: shopctl payment statements --unbalanced")


def _read(call: Call, files: list[str], mapping: str) -> Iterator[Incoming]:
    """Read the files one after the other; each of them is opened when its turn comes."""
    from shopctl.adapters.bank import sniffing
    from shopctl.services import bank_importing

    shop = call.shop()
    for file in files:
        yield from bank_importing.incoming(shop, file, sniffing.read(file, call.stdin, mapping))
