"""Lay out the analysis of abandoned carts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta, tzinfo
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from shopctl.output.human import human_money, human_percent
from shopctl.output.sheets import Sheet

if TYPE_CHECKING:
    from shopctl.domain.cart_analysis import Figure
    from shopctl.services.cart_analysis import Analysis

LONGEST_BAR: Final = 20
SHOWN_PRODUCTS: Final = 10
EIGHTHS: Final = " ▏▎▍▌▋▊▉"

ADVICE: Final = {
    "payment_error": "offer another way to pay",
    "sold_out": "restock, and say when",
    "archived": "offer what replaces it",
    "free_only": "nothing to win",
    "delivery_cost": "free delivery above an amount",
    "address_form": "order as a guest, with fewer fields",
    "no_email": "ask for the address first",
    "no_sign": "the letter: --email",
}
"""What may help against each likely reason."""


def sheet(found: Analysis, now: datetime, zone: tzinfo) -> Sheet:
    """Show where carts stopped, why, what they are worth, what letters won back, and what each figure means."""
    sums = found.sums
    page = Sheet().title("Abandoned carts", _time(found, now, zone), _all(sums.totals))
    if not sums.totals:
        return page.text("Nobody left a cart in that time.")
    several = len(sums.totals) > 1
    _section(page, "Where they stopped", "STAGE", sums.stages, several, bars=True)
    _section(page, "Likely reasons", "REASON", sums.reasons, several, last=("WHAT TO TRY", ADVICE))
    _section(page, "Customers", "KIND", sums.customer_types, several)
    shown = sums.products[:SHOWN_PRODUCTS]
    _section(page, "Products", "PRODUCT", shown, several)
    if len(sums.products) > len(shown):
        more = len(sums.products) - len(shown)
        page.text(f"{more} more: shopctl carts analyze --by product")
    if sums.steps:
        page.section("What each letter won back").table(
            ("LETTER", "SENT ABOUT", "WON BACK", _value_head(sums.steps, several)[0].replace("VALUE", "ORDERED FOR")),
            [(one.group, one.mailed, _won_back(one), _money(one.amount_won_back, one, several)) for one in sums.steps],
            "crrr",
        )
    page.section("Letters").table(
        _value_head(sums.letters, several, "LETTER", "WHY", "CARTS"),
        [
            ("no" if one.group else "yes", one.label, one.carts, _money(one.amount, one, several))
            for one in sums.letters
        ],
        "clrr",
    )
    for one in sums.totals:
        if one.mailed:
            page.text(_outcome(one))
    page.section("What is counted").pairs([(name.capitalize(), text) for name, text in found.definitions.items()])
    return page.next([
        ("shopctl carts abandoned", "the carts, one by one"),
        ("shopctl carts abandoned --email --dry-run", "who would get a letter"),
    ])  # fmt: skip


def _time(found: Analysis, now: datetime, zone: tzinfo) -> str:
    last = (min(found.until, now) if found.until else now).astimezone(zone)
    until = (last - timedelta(seconds=1)).date().isoformat()
    return f"{found.since.astimezone(zone).date().isoformat()} – {until}" if found.since else f"until {until}"


def _all(totals: Sequence[Figure]) -> str:
    carts = sum(one.carts for one in totals)
    money = " · ".join(f"{human_money(one.amount, one.currency)} {one.currency}" for one in totals if one.carts)
    return " · ".join(part for part in (f"{carts} carts" if carts != 1 else "1 cart", money) if part)


def _section(
    page: Sheet,
    title: str,
    head: str,
    figures: Sequence[Figure],
    several: bool,
    *,
    bars: bool = False,
    last: tuple[str, dict[str, str]] | None = None,
) -> None:
    most = max((one.carts for one in figures), default=0)
    headers = [head, *([" "] if bars else []), *_value_head(figures, several, "CARTS"), "MAILED", "WON BACK"]
    rows = [
        [
            one.label, *([_bar(one.carts, most)] if bars else []), one.carts, _money(one.amount, one, several),
            one.mailed or None, _won_back(one), *([last[1].get(one.group, "")] if last else []),
        ]
        for one in figures
    ]  # fmt: skip
    align = f"l{'l' * bars}rrrr"
    page.section(title).table([*headers, *([last[0]] if last else [])], rows, align)


def _value_head(figures: Sequence[Figure], several: bool, *before: str) -> tuple[str, ...]:
    """Name the currency in the heading where there is only one."""
    return (*before, "VALUE" if several or not figures else f"VALUE {figures[0].currency}")


def _money(amount: Decimal, figure: Figure, several: bool) -> str:
    written = human_money(amount, figure.currency)
    return f"{written} {figure.currency}" if several else written


def _won_back(figure: Figure) -> str | None:
    if figure.rate is None:
        return None
    return f"{figure.won_back} = {human_percent(figure.rate)}"


def _outcome(one: Figure) -> str:
    carts = "1 cart" if one.mailed == 1 else f"{one.mailed} carts"
    money = f"{human_money(one.amount_won_back, one.currency)} {one.currency}"
    return f"Letters about {carts} were sent; won back: {_won_back(one)}, for {money}."


def _bar(count: int, most: int) -> str:
    """Draw a bar in eighths of a column; anything at all shows."""
    eighths = max(count * LONGEST_BAR * 8 // most, 1) if count else 0
    return "█" * (eighths // 8) + EIGHTHS[eighths % 8].strip() if eighths else " "
