"""Lay out the dashboard: sales, what needs attention, a bar for each day, best sellers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from shopctl.domain.dashboard import Period, Sales, change
from shopctl.output.human import human_money, human_quantity
from shopctl.output.sheets import Sheet

if TYPE_CHECKING:
    from shopctl.services.dashboard import Dashboard, Todo
    from shopctl.shop import Shop

BAR: Final = 24
"""Columns of the longest bar."""

_EIGHTHS: Final = "▏▎▍▌▋▊▉█"

FIRST: Final = (
    ("shopctl import data FILE", "orders, customers and products of another shop"),
    ("shopctl import shopify FILE", "the orders of a Shopify shop"),
    ("shopctl config show", "currency, numbers, letters: as they are"),
)
"""What to do in a shop without orders."""


def sheet(found: Dashboard, shop: Shop, profile: str) -> Sheet:
    """Show the parts that were read; a shop without orders learns what to do first."""
    moment = f"{shop.now.astimezone(shop.zone):%a %d %b %Y %H:%M %Z}"
    name = shop.config.shop.name or "Shop"
    page = Sheet().title(name, "dashboard", f"{moment} · profile {profile}" if profile else moment)
    if found.empty:
        page.blank().text("There are no orders yet. What comes first:")
        return page.next(FIRST)
    if found.sales:
        _sales(page, found)
    _todo(page, found, shop)
    if found.trend:
        _trend(page, found)
    if found.best:
        _best(page, found)
    return page


def _sales(page: Sheet, found: Dashboard) -> None:
    now = found.sales[-1][1]
    then = found.compared[1] if found.compared else None
    headers = ["Sales", *(period.label for period, _ in found.sales)]
    rows = [_row("Orders", [f"{sales.placed:,}" for _, sales in found.sales], now.placed, then and then.placed)]
    for currency in found.currencies:
        for label, read in (("Untaxed sales", Sales.amount), ("Average order", Sales.average)):
            amounts = [read(sales, currency) for _, sales in found.sales]
            written = [None if amount is None else human_money(amount, currency) for amount in amounts]
            rows.append(_row(f"{label} {currency}", written, amounts[-1], then and read(then, currency)))
    if any(sales.carts for _, sales in found.sales):
        shares = [sales.conversion for _, sales in found.sales]
        moved = None
        if then and then.conversion is not None and shares[-1] is not None:
            moved = _arrow(shares[-1] - then.conversion, "pt")
        rows.append(["Carts → orders", *(None if share is None else f"{share} %" for share in shares), moved])
    if found.compared:
        headers.append(f"vs {found.compared[0].label}")
    page.table(headers, [row[: len(headers)] for row in rows], ["l", *"r" * (len(headers) - 1)])


def _row(
    label: str, written: Sequence[str | None], now: Decimal | int | None, then: Decimal | int | None
) -> list[str | None]:
    grown = change(now, then)
    return [label, *written, None if grown is None else _arrow(grown, "%")]


def _arrow(number: Decimal, unit: str) -> str:
    """Write a change with the way it went."""
    return f"{'▲' if number > 0 else '▼' if number < 0 else '='} {abs(number)} {unit}"


def _todo(page: Sheet, found: Dashboard, shop: Shop) -> None:
    if not found.todo:
        return
    currencies = {currency for one in found.todo for currency in one.amounts}
    only = currencies.pop() if len(currencies) == 1 else ""
    page.table(
        ("Needs attention", "count", only or "amount", "oldest", "next step"),
        [
            (f"{'!' if one.urgent else '•'} {one.what}", f"{one.documents:,}{'+' if one.more else ''}",
             _amounts(one, only), _age(one, shop), one.command)
            for one in found.todo
        ],
        "lrrrc",
    )  # fmt: skip


def _amounts(todo: Todo, only: str) -> str | None:
    """Write what documents are worth; the heading names the currency where there is but one."""
    written = [
        human_money(amount, currency) if currency == only else f"{human_money(amount, currency)} {currency}"
        for currency, amount in todo.amounts.items()
    ]
    return (", ".join(written) + ("+" if todo.more else "")) or None


def _age(todo: Todo, shop: Shop) -> str:
    from shopctl.services.dashboard import age_of

    age = max(age_of(shop, todo.oldest), timedelta(0))
    if age.days >= 2:
        return f"{age.days} d"
    hours = age // timedelta(hours=1)
    return f"{hours} h" if hours else "now" if len(todo.oldest) > len("2026-08-21") else "today"


def _trend(page: Sheet, found: Dashboard) -> None:
    for currency in found.currencies:
        by_day = len(found.trend) == 0 or found.trend[0][0].first == found.trend[0][0].last
        page.section(f"Sales by {'day' if by_day else 'month'}", f"{currency}, untaxed").blank()
        page.text(*_bars(found.trend, currency))


def _bars(trend: Sequence[tuple[Period, Sales]], currency: str) -> list[str]:
    amounts = [sales.amount(currency) for _, sales in trend]
    written = [human_money(amount, currency) for amount in amounts]
    wide, most = max(map(len, written)), max(amounts)
    return [
        f"{period.label:7}  {text:>{wide}}  {bar(amount, most)}".rstrip()
        for (period, _), text, amount in zip(trend, written, amounts, strict=True)
    ]


def bar(amount: Decimal, most: Decimal) -> str:
    """Draw an amount beside the largest one, to an eighth of a column; what is more than nothing shows."""
    if amount <= 0 or most <= 0:
        return ""
    eighths = max(int(amount * BAR * 8 / most), 1)
    whole, rest = divmod(eighths, 8)
    return "█" * whole + (_EIGHTHS[rest - 1] if rest else "")


def _best(page: Sheet, found: Dashboard) -> None:
    page.section("Best sellers", found.best_of.label)
    page.table(
        ("product", "SKU", "quantity", "untaxed"),
        [
            (one.name, one.sku, f"{human_quantity(one.quantity)} ×",
             f"{human_money(one.amount_untaxed, one.currency)} {one.currency}")
            for one in found.best
        ],
        "lcrr",
    )  # fmt: skip
