"""Settle the lines of payment providers, and tell in one sentence what became of them."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from shopctl.commands.call import Call

WORDS: Final = {
    "tied": "known payments",
    "registered": "registered",
    "refunded": "given back",
    "seen": "payouts at the bank",
    "explained": "fees",
    "open": "left open",
}
"""What became of lines, as people call it."""


def settle_providers(call: Call) -> None:
    """Settle every line of a provider that is still open; a dry run leaves them alone."""
    from shopctl import batch
    from shopctl.services import provider_settling

    shop = call.shop()
    waiting = [] if shop.dry_run else provider_settling.waiting()
    if not waiting:
        return
    atomic, key = shop.atomic, shop.key
    shop.atomic, shop.key = False, ""
    counts: Counter[str] = Counter()
    for outcome in batch.run(shop, waiting, lambda part: provider_settling.settle(shop, part), stopping=call.stopping):
        counts[getattr(outcome, "notes", ("open",))[0]] += 1
    shop.atomic, shop.key = atomic, key
    if call.out.json_errors:
        return
    told = ", ".join(f"{counts[what]} {words}" for what, words in WORDS.items() if counts[what])
    call.out.note(f"  Lines of providers: {told}" + (":  shopctl payment unmatched" if counts["open"] else ""))
