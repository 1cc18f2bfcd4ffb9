"""Tell which carts were left, analyse why, and ask their customers back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from shopctl.commands import cart_fields
from shopctl.commands.call import Call
from shopctl.commands.cart_app import app
from shopctl.commands.cart_lists import NARROW
from shopctl.commands.lists import Dated, listed, until_of
from shopctl.commands.options import Amount, Batch, Carts, Choice, Count, DateOption, Length, option
from shopctl.commands.writes import confirm_many, run_batch
from shopctl.errors import ExitStatus, UsageError

if TYPE_CHECKING:
    from shopctl.services.carts import CartFilter
    from shopctl.shop import Shop

LETTERS = "Letters"
FOOTER = (
    "Why?         shopctl carts abandoned --since 30d --analyze",
    "Ask back:    shopctl carts abandoned --since 7d --email --dry-run   then without --dry-run",
)

Idle = Annotated[Length, option(help="Nothing happened for so long; default: carts.abandoned_after", panel=NARROW)]
Customer = Annotated[str, option(help="Customer code or e-mail address", panel=NARROW, metavar="C")]
MinValue = Annotated[Amount, option(help="Total of at least so much", panel=NARROW)]
Since = Annotated[DateOption, option(help="Last in use on or after", panel=NARROW)]
Until = Annotated[DateOption, option(help="Last in use before the end of", panel=NARROW)]


class By(Choice):
    """What an analysis groups carts by."""

    STAGE = "stage"
    REASON = "reason"
    PRODUCT = "product"
    CUSTOMER_TYPE = "customer-type"
    STEP = "step"


@app.command(
    "abandoned",
    examples=[
        ("shopctl carts abandoned", "filled, not ordered, and left alone"),
        ("shopctl carts abandoned --since 30d --analyze", "where they stopped, and why"),
        ("shopctl carts abandoned --since 7d --email --dry-run", "who would get a letter, and who not"),
        ("shopctl carts abandoned --since 7d --email --max-mails 50 --yes -q", "for cron: each letter once"),
    ],
    exits="0 done, also when there is none · 2 usage · 3 no such customer · 9 empty with --fail-on-empty",
    writes=True,
)
def abandoned(
    call: Call,
    idle: Idle = None,
    min_value: MinValue = None,
    mailed: Annotated[
        bool | None, option("--mailed/--not-mailed", help="With or without a letter", panel=NARROW)
    ] = None,
    customer: Customer = "",
    analyze: Annotated[bool, option(help="Sum them up: where they stopped, why, what became of the letters")] = False,
    email: Annotated[bool, option(help="Queue the letter that is due, each once", panel=LETTERS)] = False,
    max_mails: Annotated[Count, option(help="Queue at most N letters; default: all", panel=LETTERS)] = None,
    *,
    asked: Dated,
) -> ExitStatus | None:
    """List carts that were filled and left, with the likely reason. It can write to their customers."""
    shop = call.shop()

    from shopctl.services.carts import CartFilter
    from shopctl.services.listing import carts

    paging = asked.limit is not None or bool(asked.after)
    _require_one_wish(call, analyze=analyze, email=email, paging=paging, most=max_mails)
    wanted = CartFilter("abandoned", customer, min_value, idle, mailed, *asked.instants(shop))
    if email:
        return _queue(call, shop, wanted, max_mails)
    if analyze:
        _analysis(call, shop, wanted, "carts.abandoned.analysis")
        return None
    return listed(
        call, asked, "carts.abandoned", cart_fields.ABANDONED, carts, wanted, empty="No abandoned carts match.",
        footer=lambda: FOOTER,
    )  # fmt: skip


def _require_one_wish(call: Call, *, analyze: bool, email: bool, paging: bool, most: int | None) -> None:
    """Insist that options go together.

    Raises:
        UsageError: They contradict each other, or one would be without effect.
    """
    if analyze and email:
        raise UsageError("usage", "--analyze and --email are two things", hint="use one call for each")
    if paging and (analyze or email):
        raise UsageError(
            "usage", "--limit and --after belong to the list", hint="--max-mails N says how many letters are queued"
        )
    if not email and (most is not None or call.options.dry_run):
        raise UsageError(
            "usage", "--max-mails and --dry-run belong to --email", hint="shopctl carts abandoned --email --dry-run"
        )


def _queue(call: Call, shop: Shop, wanted: CartFilter, most: int | None) -> ExitStatus:
    from shopctl.services import recovery

    found = recovery.candidates(shop, wanted, most)
    if found.ready > 1:
        call.out.ask(f"Queue {found.ready} letters?")
    return run_batch(
        call, shop, found.numbers, lambda part: recovery.remind(shop, part, idle=wanted.idle),
        schema="carts.abandoned.email", columns=cart_fields.LETTERS, verb="write about", batch=Batch(),
        next_commands=_send,
    )  # fmt: skip


def _send(row: Any) -> list[str]:
    return [] if row.skip_reason else ["shopctl email send"]


@app.command(
    "remind",
    examples=[
        ("shopctl carts remind C-20815", "the letter that is due, for one cart"),
        ("shopctl carts abandoned --not-mailed --format ids | shopctl carts remind - --yes", "those of a list"),
    ],
    exits="0 done, already so, or left out for a reason · 2 usage · 3 no such cart · 8 some failed",
    writes=True,
)
def remind(call: Call, numbers: Carts, *, batch: Batch) -> ExitStatus:
    """Queue the letter that is due about single carts, by the same rules; one that failed is queued once more."""
    shop = call.shop()

    from shopctl.services import recovery

    references = call.references(numbers, batch.from_file)
    confirm_many(call, f"Write about {len(references)} carts?", references)
    return run_batch(
        call, shop, references, lambda part: recovery.remind(shop, part, again=True), schema="carts.remind",
        columns=cart_fields.LETTERS, verb="write about", batch=batch, next_commands=_send,
    )  # fmt: skip


@app.command(
    "analyze",
    examples=[
        ("shopctl carts analyze --since last-month --until last-month", "a month"),
        ("shopctl carts analyze --by step --since 90d", "what each letter won back"),
        ("shopctl carts analyze --by product --since 30d --format csv", "one figure a line, for a spreadsheet"),
    ],
    exits="0 done, also when there is none · 2 usage · 3 no such customer",
    aliases=("analyse",),
)
def analyze(
    call: Call,
    by: Annotated[By | None, option(help="Only by stage, reason, product, customer-type, step", metavar="WHAT")] = None,
    idle: Idle = None,
    min_value: MinValue = None,
    customer: Customer = "",
    since: Since = None,
    until: Until = None,
) -> None:
    """Sum up abandoned carts: where they stopped, likely reasons, products, customers, and what letters won back."""
    shop = call.shop()

    from shopctl.services import cart_analysis, carts

    wanted = carts.CartFilter(
        "abandoned", customer, min_value, idle, None, since.start(shop.now, shop.zone) if since else None,
        until_of(until, shop),
    )  # fmt: skip
    if by is None:
        _analysis(call, shop, wanted, "carts.analyze")
        return
    found = cart_analysis.analyse(shop, wanted)
    rows = getattr(found.sums, f"{str(by).replace('-', '_')}s")
    call.out.list(
        "carts.analyze.by", cart_fields.FIGURES, rows, total=len(rows), key="group",
        footer=["What is counted: shopctl carts analyze"], empty="No carts match.",
    )  # fmt: skip


def _analysis(call: Call, shop: Shop, wanted: CartFilter, schema: str) -> None:
    from shopctl.commands.cart_analysis_sheet import sheet
    from shopctl.services import cart_analysis

    found = cart_analysis.analyse(shop, wanted)
    call.out.show(schema, cart_fields.ANALYSIS, found, sheet(found, shop.now, shop.zone))
