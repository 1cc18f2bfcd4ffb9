"""Tell what is owed, by how long it is past due."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Final

from shopctl.commands.call import Call
from shopctl.commands.options import Choice, option
from shopctl.commands.report_app import answer, app, definitions, title, written

if TYPE_CHECKING:
    from shopctl.domain.aging import Aged
    from shopctl.output.columns import Column
    from shopctl.output.sheets import Sheet
    from shopctl.services.aging import Aging

PARTS: Final = ("not due", "1–30 days", "31–60 days", "61–90 days", "over 90 days")
"""How the parts of the table are called."""

DEFINITIONS: Final = (
    ("Days", "since the due date; each instalment counts by its own, money going to the earliest first"),
    ("Credits", "payments and credit notes not used on any invoice, less what was given back"),
    ("Balance", "open invoices less credits: what customers owe in all"),
)


class By(Choice):
    """What open amounts are told by."""

    CUSTOMER = "customer"
    INVOICE = "invoice"


@app.command(
    "aging",
    examples=[
        ("shopctl report aging", "what is owed, by days past due"),
        ("shopctl report aging --by customer", "who owes it, the largest debts first"),
        ("shopctl report aging --by invoice --customer C00014", "the open invoices and credits of one customer"),
        ("shopctl report aging --as-of 2026-06-30 --by customer --format csv", "as it stood at the end of that day"),
    ],
    exits="0 done, also when nothing is owed · 2 usage · 3 no such customer",
    aliases=("ageing",),
)
def aging(
    call: Call,
    by: Annotated[By | None, option(help="A row for each customer, or each invoice and credit", metavar="WHAT")] = None,
    customer: Annotated[str, option(help="Only this one: code or e-mail address", metavar="C")] = "",
    currency: Annotated[str, option(help="Only this one", metavar="CUR")] = "",
) -> None:
    """Tell what is owed by days past due, each currency by itself. With --as-of the end of an earlier day."""
    shop = call.shop()

    from shopctl.services import aging as figures

    found = figures.owed(shop, by=str(by or ""), customer=customer, currency=currency.upper())
    for number in found.changed:
        call.out.note(f"note:  {number} went back to draft after {found.day}, so it counts as it is now")
    answer(call, "aging", _columns(), found.rows, lambda: _sheet(call, found, str(by or "")))


def _columns() -> tuple[Column, ...]:
    from shopctl.output.columns import Column, Kind

    return (
        Column("group", "CODE", Kind.CODE, "Customer code, or number of the invoice or credit; absent for all"),
        Column("name", "NAME", Kind.TEXT, "Name of the customer"),
        Column("currency", "CURRENCY", Kind.CODE, "Currency of the amounts"),
        Column("invoices", "INVOICES", Kind.COUNT, "Invoices with something open"),
        Column("oldest_due", "OLDEST", Kind.DATE, "When the earliest open instalment fell or falls due"),
        Column("not_due", "NOT DUE", Kind.MONEY, "Open and not due yet"),
        Column("days_1_30", "1-30", Kind.MONEY, "Open, 1 to 30 days past due"),
        Column("days_31_60", "31-60", Kind.MONEY, "Open, 31 to 60 days past due"),
        Column("days_61_90", "61-90", Kind.MONEY, "Open, 61 to 90 days past due"),
        Column("over_90", "OVER 90", Kind.MONEY, "Open, more than 90 days past due"),
        Column("open", "OPEN", Kind.MONEY, "Open on invoices in all"),
        Column("credits", "CREDITS", Kind.MONEY, "Payments and credit notes that are not used, below zero"),
        Column("balance", "BALANCE", Kind.MONEY, "What is owed in all: open less credits"),
    )


def _sheet(call: Call, found: Aging, by: str) -> Sheet:
    from shopctl.output.sheets import Sheet

    page = title(call, Sheet(), "what customers owe", f"as of {found.day}")
    if not found.totals:
        return page.text("Nothing is open, and no credit is left.")
    for total in found.totals:
        if by:
            _by_group(page, [row for row in found.rows if row.currency == total.currency], total, by)
        else:
            _by_days(page, total)
    definitions(page, DEFINITIONS)
    if by:
        return page
    return page.next(
        [
            ("shopctl report aging --by customer", "who owes it"),
            ("shopctl invoice list --overdue", "the invoices that are late"),
        ]
    )


def _by_days(page: Sheet, total: Aged) -> None:
    from shopctl.domain.dashboard import share
    from shopctl.output.human import human_money

    currency = total.currency
    rows = [
        (name, written(amount, currency), "" if (part := share(amount, total.open)) is None else f"{part} %")
        for name, amount in zip(PARTS, total.parts, strict=True)
    ]
    invoices = "1 invoice" if total.invoices == 1 else f"{total.invoices:,} invoices"
    rows += [
        (f"open on {invoices}", human_money(total.open, currency), ""),
        ("credits not used", written(total.credits, currency), ""),
        ("balance", human_money(total.balance, currency), ""),
    ]
    page.table(("past due", currency, "share"), rows, "crr")


def _by_group(page: Sheet, rows: Sequence[Aged], total: Aged, by: str) -> None:
    """Show a row a group; parts in which nobody owes anything are left out, so that the others have room."""
    from shopctl.output.human import human_money

    kept = [place for place, amount in enumerate(total.parts) if any(row.parts[place] for row in rows)]
    credits = any(row.credits for row in rows)

    def amounts(row: Aged) -> list[str]:
        cells = [written(row.parts[place], row.currency) for place in kept]
        cells += [written(row.credits, row.currency)] if credits else []
        return [*cells, human_money(row.balance, row.currency)]

    heads = ["document", "customer", "due"] if by == "invoice" else ["customer", "name"]
    headers = [*heads, *(PARTS[place].removesuffix(" days") for place in kept), *(["credits"] if credits else [])]
    told = [[row.group, row.name, *([row.oldest_due] if by == "invoice" else []), *amounts(row)] for row in rows]
    page.table(
        [*headers, f"balance {total.currency}"],
        [*told, ["Total", *[" "] * (len(heads) - 1), *amounts(total)]],
        ["c", "l", *(["c"] if by == "invoice" else []), *"r" * (len(headers) + 1 - len(heads))],
    )
