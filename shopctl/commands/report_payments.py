"""Tell what came in, what went back and what providers kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Final

from shopctl.commands.call import Call
from shopctl.commands.dashboard import Compare
from shopctl.commands.lists import Within
from shopctl.commands.options import Choice, option
from shopctl.commands.report_app import answer, app, definitions, title, written

if TYPE_CHECKING:
    from datetime import date

    from shopctl.domain.payment_figures import Figure
    from shopctl.output.columns import Column
    from shopctl.output.sheets import Sheet
    from shopctl.services.payment_statistics import Statistics

DEFINITIONS: Final = (
    ("Received", "payments that came in, with what their provider kept of them, by their date"),
    ("Refunded", "payments that went out: refunds, credit notes paid out, chargebacks"),
    ("Fee", "what providers kept of both (bank-fee); the customer paid it in full all the same"),
    ("Net", "received less refunded less fee"),
    ("Used, left", "of what was received: used on documents; neither used nor given back"),
)


class By(Choice):
    """What payments are told by."""

    METHOD = "method"
    PROVIDER = "provider"
    DAY = "day"
    MONTH = "month"
    CUSTOMER = "customer"


@app.command(
    "payments",
    examples=[
        ("shopctl report payments --period last-month", "what came in, went back and was kept"),
        ("shopctl report payments --by provider --period last-month --compare previous", "against the month before"),
        ("shopctl report payments --by day --period this-month --format csv", "for a spreadsheet"),
    ],
    exits="0 done, also when there is none · 2 usage",
)
def payments(
    call: Call,
    by: Annotated[
        By | None, option(help="A row for each method, provider, day, month or customer", metavar="WHAT")
    ] = None,
    compare: Annotated[Compare, option(help="With as many days before (previous) or those of last-year")] = (
        Compare.NONE
    ),
    *,
    within: Within,
) -> None:
    """Count and sum payments, each currency by itself: received, refunded, fees, net, and what of it is used."""
    shop = call.shop()

    from shopctl.services import payment_statistics

    since, until = within.days(shop)
    found = payment_statistics.statistics(str(by or ""), since, until, str(compare))
    answer(call, "payments", _columns(), found.rows, lambda: _sheet(call, found, str(by or ""), since, until))


def _columns() -> tuple[Column, ...]:
    from shopctl.output.columns import Column, Kind

    return (
        Column(
            "group", "CODE", Kind.CODE, "What the payments share: a method, provider, date, customer; absent for all"
        ),
        Column("name", "NAME", Kind.TEXT, "Its name"),
        Column("currency", "CURRENCY", Kind.CODE, "Currency of the amounts"),
        Column("payments", "PAYMENTS", Kind.COUNT, "How many, in and out"),
        Column("received", "RECEIVED", Kind.MONEY, "What came in, fees included"),
        Column("refunded", "REFUNDED", Kind.MONEY, "What went out"),
        Column("fee", "FEE", Kind.MONEY, "What providers kept"),
        Column("net", "NET", Kind.MONEY, "Received less refunded less fee"),
        Column("allocated", "USED", Kind.MONEY, "What of the received is used on documents"),
        Column("left", "LEFT", Kind.MONEY, "What of it is neither used nor given back"),
        Column("payments_before", "BEFORE", Kind.COUNT, "How many in the period it is compared with", shown="machine"),
        Column("net_before", "NET BEFORE", Kind.MONEY, "Net of the period it is compared with", shown="wide"),
        Column("change", "CHANGE", Kind.PERCENT, "By how many percent the net grew", shown="wide"),
    )


def _sheet(call: Call, found: Statistics, by: str, since: date | None, until: date | None) -> Sheet:
    from shopctl.output.sheets import Sheet

    page = title(call, Sheet(), "payments", _days(since, until))
    if found.compared:
        page.text(f"compared with {_days(found.compared.first, found.compared.last)}")
    if not found.totals:
        return page.text("No payment came or went.")
    for whole in found.totals:
        _table(page, [row for row in found.rows if row.currency == whole.currency], whole, by)
    return definitions(page, DEFINITIONS)


def _days(since: date | None, until: date | None) -> str:
    if since is None and until is None:
        return "ever"
    return f"{since or ''} – {until or ''}".strip()


def _table(page: Sheet, rows: Sequence[Figure], whole: Figure, by: str) -> None:
    from shopctl.output.human import human_money

    def cells(row: Figure, label: str) -> list[object]:
        amounts = (row.received, row.refunded, row.fee)
        told: list[object] = [label, row.payments, *(written(amount, row.currency) for amount in amounts)]
        told.append(human_money(row.net, row.currency))
        if row.net_before is not None:
            return [*told, human_money(row.net_before, row.currency), _changed(row)]
        return [*told, written(row.allocated, row.currency), written(row.left, row.currency)]

    headers = [by or "all", "count", "received", "refunded", "fee", f"net {whole.currency}"]
    headers += ["net before", "change"] if whole.net_before is not None else ["used", "left"]
    told = [cells(row, row.name or "(none)") for row in rows] if by else []
    page.table(headers, [*told, cells(whole, "Total" if by else "Payments")], ["l", *"r" * (len(headers) - 1)])


def _changed(row: Figure) -> str:
    return "" if row.change is None else f"{row.change:+} %"
