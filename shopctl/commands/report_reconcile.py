"""Hold orders, documents, payments and bank lines against each other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Final

from shopctl.commands.call import Call
from shopctl.commands.lists import Within
from shopctl.commands.options import Count, option
from shopctl.commands.report_app import answer, app, definitions, title
from shopctl.errors import ExitStatus

if TYPE_CHECKING:
    from shopctl.domain.reconciling import Difference
    from shopctl.output.columns import Column
    from shopctl.output.sheets import Sheet

LISTED: Final = 20
"""Differences of each kind that a page lists when nobody says how many."""

TITLES: Final = {
    "total_differs": "Documents that miss the order",
    "status_differs": "Statuses that contradict the money",
    "paid_not_invoiced": "Paid and not billed",
    "not_invoiced": "Ordered and not billed",
    "over_paid": "Paid too much",
    "not_paid": "Billed and not paid",
    "credit_left": "Credited and not used",
    "no_document": "Money without a document",
    "line_open": "Bank lines not explained",
    "statement_differs": "Statements that do not add up",
}


@app.command(
    "reconcile",
    examples=[
        ("shopctl report reconcile", "every difference, each with the command that clears it"),
        ("shopctl report reconcile --period last-month --fail-on-difference", "for scripts: 1 unless all is clear"),
        ("shopctl report reconcile --format csv -o open.csv", "for a spreadsheet"),
    ],
    exits="0 done · 1 something differs, with --fail-on-difference · 2 usage",
)
def reconcile(
    call: Call,
    limit: Annotated[Count, option(help="List at most N of each kind on a page; 0 lists all (default 20)")] = None,
    fail_on_difference: Annotated[bool, option(help="Exit with 1 when anything differs")] = False,
    *,
    within: Within,
) -> ExitStatus | None:
    """Compare orders, invoices, payments and bank lines, and list only what differs. Nothing is changed."""
    shop = call.shop()

    from shopctl.services import reconciling

    found = reconciling.differences(shop, within.days(shop), within.instants(shop))
    if found or not call.options.quiet or call.out.explicit_format:
        shown = LISTED if limit is None else limit
        answer(call, "reconcile", _columns(), found, lambda: _sheet(call, found, shown), key="document")
    return ExitStatus.FAILED if found and fail_on_difference else None


def _columns() -> tuple[Column, ...]:
    from shopctl.output.columns import Column, Kind

    return (
        Column("kind", "KIND", Kind.STATUS, "What differs: " + ", ".join(TITLES)),
        Column("document", "DOCUMENT", Kind.CODE, "Order, invoice, payment, bank line or statement"),
        Column("date", "DATE", Kind.DATE, "Its date"),
        Column("customer", "CUSTOMER", Kind.TEXT, "Whose it is"),
        Column("currency", "CURRENCY", Kind.CODE, "Currency of the amounts", shown="machine"),
        Column("expected", "EXPECTED", Kind.MONEY, "What one side says"),
        Column("found", "FOUND", Kind.MONEY, "What the other side says"),
        Column("difference", "DIFFERENCE", Kind.MONEY, "Expected less found"),
        Column("text", "WHAT", Kind.TEXT, "Both in words"),
        Column("command", "NEXT STEP", Kind.TEXT, "The command that clears it", shown="wide"),
    )


def _sheet(call: Call, found: Sequence[Difference], limit: int) -> Sheet:
    from shopctl.domain.reconciling import KINDS
    from shopctl.output.sheets import Sheet

    status = "1 difference" if len(found) == 1 else f"{len(found):,} differences" if found else "no difference"
    page = title(call, Sheet(), "what does not add up", status)
    if not found:
        return page.text("✓ Orders, documents, payments and bank lines agree.")
    told = []
    for kind, definition in KINDS.items():
        mine = [one for one in found if one.kind == kind]
        if mine:
            _section(page, kind, mine, limit)
            told.append((TITLES[kind], definition))
    return definitions(page, told)


def _section(page: Sheet, kind: str, mine: Sequence[Difference], limit: int) -> None:
    from shopctl.output.human import human_money

    sums: dict[str, object] = {}
    for currency in sorted({one.currency for one in mine}):
        amounts = [one.difference for one in mine if one.currency == currency]
        sums[currency] = f"{human_money(sum(amounts[1:], amounts[0]), currency)} {currency}"
    page.section(TITLES[kind], f"{len(mine):,} · {', '.join(map(str, sums.values()))}")
    shown = mine[:limit] if limit else mine
    page.table(
        ("document", "date", "customer", "what", "difference", "next step"),
        [
            (one.document, one.date, one.customer, one.text,
             f"{human_money(one.difference, one.currency)} {one.currency}", one.command)
            for one in shown
        ],
        "clllrc",
    )  # fmt: skip
    if len(mine) > len(shown):
        page.text(f"{len(mine) - len(shown):,} more: --limit 0 lists all")
