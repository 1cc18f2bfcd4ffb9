"""Remind of everything that is due, as cron does it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Any

from shopctl.commands import reminder_fields
from shopctl.commands.call import Call
from shopctl.commands.options import Count, option
from shopctl.commands.reminder_app import NARROW, Kind, app
from shopctl.errors import ConfigError, ExitStatus, ShopError, TemporaryError

if TYPE_CHECKING:
    from shopctl.domain.outcomes import Outcome
    from shopctl.services.reminding import Wish
    from shopctl.shop import Shop


@app.command(
    "run",
    examples=[
        ("shopctl reminder run --dry-run", "who would be reminded, and what it would charge"),
        ("shopctl reminder run", "queue what is due, then deliver the outbox"),
        ("shopctl reminder run --kind invoice --only C00001", "only the invoices of one customer"),
        ("shopctl reminder run --yes -q", "from cron, as often as you like: silent unless something is wrong"),
    ],
    exits="0 done, also when nothing is due · 8 some failed · 10 not confirmed · 75 another run is at work, no bank "
    "statement of late, or no mail server · 78 settings",
    writes=True,
)
def run(
    call: Call,
    kind: Annotated[Kind | None, option(help="Only order, invoice or cart", panel=NARROW, metavar="KIND")] = None,
    step: Annotated[Count, option(help="Only steps of this number", panel=NARROW)] = None,
    maximum: Annotated[Count, option("--max", help="Queue at most N letters", panel=NARROW, metavar="N")] = None,
    only: Annotated[str, option(help="Only this customer: code or e-mail address", panel=NARROW, metavar="C")] = "",
    queue_only: Annotated[bool, option(help="Leave the letters in the outbox: email send delivers them")] = False,
) -> ExitStatus:
    """Remind of unpaid orders, overdue invoices and carts that were left: each step of each document once."""
    shop = call.shop()

    from shopctl.services import reminder_runs
    from shopctl.services.reminder_facts import KINDS
    from shopctl.services.reminding import Wish

    wish = Wish((kind.value,) if kind in KINDS else () if kind else KINDS, step or 0, maximum)
    with reminder_runs.alone(shop):
        work = _Run(call, shop, wish, only, carts=kind in (None, Kind.CART))
        status = call.out.outcomes(
            "reminder.run", reminder_fields.DUE, work.outcomes(), verb="remind of", dry_run=shop.dry_run,
            next_commands=["shopctl reminder list", "shopctl reminder list --due --skipped"],
        )  # fmt: skip
    if kind is Kind.CART and not shop.config.carts.activated_on:
        call.out.hint("carts are left alone until carts.activated_on says from which day on they are written about")
    if work.refusal:
        call.out.error(work.refusal)
        status = status or work.refusal.status
    if queue_only or shop.dry_run or call.out.options.fields == "help":
        return status
    return status or _delivered(call, shop)


class _Run:
    """Finds what is due, asks, and tells what became of each document; reminders of money may be refused as a whole."""

    def __init__(self, call: Call, shop: Shop, wish: Wish, only: str, *, carts: bool) -> None:
        from shopctl.services import cart_runs, reminder_runs

        self.call = call
        self.shop = shop
        self.wish = wish
        self.refusal: ShopError | None = None
        self.customers: Sequence[int] = reminder_runs.customers(shop, wish, only) if wish.kinds else ()
        self.carts: Sequence[str] = [one.document for one in cart_runs.due(shop, wish, only)] if carts else ()
        if self.customers:
            self._require_statement()
        self._ask()

    def _require_statement(self) -> None:
        from shopctl.services import reminder_runs

        try:
            reminder_runs.require_statement(self.shop)
        except TemporaryError as error:
            self.refusal = error
            self.customers = ()

    def _ask(self) -> None:
        """Ask before more than one customer is written to."""
        if self.call.options.yes or self.shop.dry_run:
            return
        from shopctl.services import reminder_runs

        letters = reminder_runs.letters(self.shop, self.customers, self.wish) + len(self.carts)
        if letters > 1:
            self.call.out.ask(f"Write {letters} reminders?")

    def outcomes(self) -> Iterator[Outcome[Any]]:
        """Queue reminders of money, then letters about carts, and yield each outcome after its commit."""
        from shopctl.services import cart_runs, reminder_runs

        letters = set()
        for outcome in reminder_runs.run(self.shop, self.customers, self.wish, self.call.stopping):
            letters.add(getattr(getattr(outcome, "row", None), "email", None))
            yield outcome
        left = None if self.wish.most is None else max(self.wish.most - len(letters - {None}), 0)
        if not self.call.stopping:
            yield from cart_runs.run(self.shop, self.carts[:left], self.call.stopping)


def _delivered(call: Call, shop: Shop) -> ExitStatus:
    """Deliver the outbox as `email send` does, and say in one line what came of it."""
    from shopctl.commands.email_app import status_of, transport
    from shopctl.commands.printing import printer
    from shopctl.domain.outcomes import Change, Failed
    from shopctl.services import delivering
    from shopctl.services.transports import require_settings

    try:
        require_settings(shop.config)
    except ConfigError as error:
        call.out.note(f"the letters stay in the outbox: {error.message}")
        return ExitStatus.OK
    sent = 0
    failed: list[ShopError] = []
    try:
        for one in delivering.deliver(shop, transport(shop), printer(shop), stopping=call.stopping):
            if isinstance(one, Failed):
                failed.append(one.error)
            else:
                sent += one.change is Change.CHANGED
    except TemporaryError as error:
        if error.code != "email.busy":
            raise
        call.out.note("another run delivers the outbox already")
    if sent:
        call.out.note(f"{sent} letter{'' if sent == 1 else 's'} sent")
    if failed:
        call.out.error(failed[0])
        letters = "1 letter was" if len(failed) == 1 else f"{len(failed)} letters were"
        call.out.tell(f"{letters} not delivered: shopctl email list --failed, or --queued for those tried again")
    return status_of(failed)
