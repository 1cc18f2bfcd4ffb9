"""Hold the noun `report`; its verbs lie in the modules that `reports` names."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from shopctl.commands.declaring import noun

if TYPE_CHECKING:
    from decimal import Decimal

    from shopctl.commands.call import Call
    from shopctl.output.columns import Column
    from shopctl.output.sheets import Sheet

app = noun("report", "Figures: what is owed, what came in, what does not add up")


def answer(
    call: Call, verb: str, columns: Sequence[Column], rows: Sequence[Any], page: Callable[[], Sheet], key: str = "group"
) -> None:
    """Print a page for people, also when it is piped or mailed; its rows where a format or fields were asked for.

    Args:
        verb: The report, which names the schema of its rows.
        page: Makes the page.
        key: The field that names a row.
    """
    schema = f"report.{verb}"
    if call.out.explicit_format in ("", "table") and not call.out.options.fields:
        call.out.show(schema, columns, None, page())
    else:
        call.out.list(schema, columns, rows, total=len(rows), key=key)


def title(call: Call, page: Sheet, name: str, status: str) -> Sheet:
    """Start the page of a report with the shop's name."""
    return page.title(call.shop().config.shop.name or "Shop", name, status)


def definitions(page: Sheet, texts: Iterable[tuple[str, str]]) -> Sheet:
    """End a page with what each figure means."""
    return page.section("What is counted").pairs(list(texts))


def written(amount: Decimal, currency: str) -> str:
    """Write an amount of a table; nothing is a dash, which the eye passes over."""
    from shopctl.output.human import human_money

    return human_money(amount, currency) if amount else ""
