"""Delete carts, one by one or all that nobody used for long."""

from __future__ import annotations

from typing import Annotated

from shopctl.commands import cart_fields
from shopctl.commands.call import Call
from shopctl.commands.cart_app import app
from shopctl.commands.options import Batch, Carts, Length, option
from shopctl.commands.writes import confirm_many, run_batch
from shopctl.errors import ExitStatus, UsageError


@app.command(
    "delete",
    examples=[("shopctl carts delete C-20816", "it is gone, with its lines")],
    exits="0 done · 2 usage · 3 no such cart · 6 it became an order · 8 some failed",
    writes=True,
)
def delete(call: Call, numbers: Carts, *, batch: Batch) -> ExitStatus:
    """Delete carts that did not become orders. Letters about them that still wait are cancelled."""
    shop = call.shop()

    from shopctl.services import cart_changes

    references = call.references(numbers, batch.from_file)
    confirm_many(call, f"Delete {len(references)} carts?", references)
    return run_batch(
        call, shop, references, lambda part: cart_changes.delete(shop, part), schema="carts.delete",
        columns=cart_fields.CARTS, verb="delete", batch=batch,
    )  # fmt: skip


@app.command(
    "purge",
    examples=[
        ("shopctl carts purge --older-than 180d --dry-run", "which would go"),
        ("shopctl carts purge --older-than 365d --yes -q", "for cron"),
    ],
    exits="0 done, also when there is none · 2 usage · 10 not confirmed",
    writes=True,
)
def purge(
    call: Call,
    older_than: Annotated[Length, option(help="Nobody used them for so long: 180d, 26w")] = None,
) -> ExitStatus:
    """Delete all carts that are not ordered and that nobody used for long."""
    shop = call.shop()

    from shopctl.services import cart_changes, cart_facts

    if older_than is None:
        raise UsageError("usage", "which carts are old is not said", hint="shopctl carts purge --older-than 180d")
    if older_than < cart_facts.rules(shop).delay:
        raise UsageError(
            "usage",
            f"carts are in use until nothing happened in them for {shop.config.carts.abandoned_after}",
            hint="write a longer time: --older-than 180d",
        )
    before = shop.now - older_than
    numbers = cart_changes.left_alone(before)
    if numbers:
        call.out.ask(f"Delete {len(numbers)} carts that nobody used since {before.astimezone(shop.zone).date()}?")
    return run_batch(
        call, shop, numbers, lambda part: cart_changes.delete(shop, part, untouched_since=before),
        schema="carts.purge", columns=cart_fields.CARTS, verb="delete", batch=Batch(),
    )  # fmt: skip
