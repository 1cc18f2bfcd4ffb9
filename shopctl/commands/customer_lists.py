"""List and show customers, what happened with them, and their statements."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from shopctl.commands import customer_fields, fields
from shopctl.commands.call import Call
from shopctl.commands.customer_app import app
from shopctl.commands.lists import After, counts, fits, show_all
from shopctl.commands.options import Customers, DateOption, Limit, argument, option
from shopctl.errors import ExitStatus, UsageError

if TYPE_CHECKING:
    from datetime import date

    from shopctl.domain.dates import When
    from shopctl.domain.statements import Line
    from shopctl.services.statements import CustomerStatement
    from shopctl.shop import Shop

Customer = Annotated[str, argument("CUSTOMER", "Customer code or e-mail address")]


@app.command(
    "list",
    examples=[
        ("shopctl customers list", "newest first"),
        ("shopctl customers list --format csv -o customers.csv", "all of them, for a spreadsheet"),
    ],
    exits="0 done, also when there is nobody · 2 usage · 9 empty with --fail-on-empty",
)
def list_(
    call: Call,
    limit: Limit = None,
    after: After = "",
    fail_on_empty: Annotated[bool, option(help="Exit with 9 when nothing matches")] = False,
) -> ExitStatus | None:
    """List customers with their confirmed orders and open amounts, newest first."""
    shop = call.shop()

    from shopctl.services import customers

    found = customers.search(shop, limit=fits(call, limit), after=after, exact=counts(call))
    shown = call.out.list(
        "customers.list", customer_fields.CUSTOMERS, found.rows, total=found.total, limit=found.limit,
        has_more=found.more, key="code",
        footer=["Everything of one:  shopctl customers show CODE", *_left_out(call, customers.left_out)],
        empty="There are no customers yet. Import some: shopctl import data FILE",
    )  # fmt: skip
    return ExitStatus.EMPTY if fail_on_empty and not shown else None


def _left_out(call: Call, count: Any) -> list[str]:
    """Say below a table how many customers it leaves out, and why."""
    if call.out.format != "table":
        return []
    words = {"anonymized": "anonymised"}
    told = [f"{number:,} {words.get(state, state)}" for state, number in count().items() if number]
    return [f"Left out:           {', '.join(told)}; customers show finds them by code"] if told else []


@app.command(
    "show",
    examples=[
        ("shopctl customers show C00014", "by code"),
        ("shopctl customers show zoe@example.org", "by e-mail address"),
    ],
    exits="0 done · 2 usage · 3 no such customer",
)
def show(call: Call, numbers: Customers) -> None:
    """Show customers with contacts, addresses, preferences, open amounts, orders, invoices, carts and activity."""
    shop = call.shop()

    from shopctl.commands.customer_sheet import sheet
    from shopctl.services import customer_pages

    found = customer_pages.show(shop, call.references(numbers))
    columns = fields.details("customer", customer_fields.CUSTOMERS, customer_fields.CUSTOMER_DETAILS)
    show_all(call, "customers.show", columns, found, sheet)


@app.command(
    "activity",
    examples=[
        ("shopctl customers activity C00014", "the latest first"),
        ("shopctl customers activity C00014 --json", "all of it, for scripts"),
    ],
    exits="0 done · 2 usage · 3 no such customer",
)
def activity(call: Call, customer: Customer, limit: Limit = None) -> None:
    """Tell what happened with a customer, the latest first: the journal of all documents, and letters."""
    call.shop()

    from shopctl.services import customer_pages

    most = fits(call, limit)
    rows = customer_pages.time_line(customer, limit=most + 1 if most else 0)
    call.out.list(
        "customers.activity", customer_fields.ACTIVITY, rows, limit=most, key="reference",
        empty=f"Nothing happened with {customer} yet.",
    )  # fmt: skip


@app.command(
    "statement",
    examples=[
        ("shopctl customers statement C00014", "everything, with the balance after each entry"),
        ("shopctl customers statement C00014 --period last-quarter", "with the opening and the closing balance"),
        ("shopctl customers statement C00014 --since 2026-01-01 -o c14.csv", "for a spreadsheet"),
    ],
    exits="0 done · 2 usage · 3 no such customer",
)
def statement(
    call: Call,
    customer: Customer,
    period: Annotated[DateOption, option(help="A year, quarter, month or the like: 2026, last-month")] = None,
    since: Annotated[DateOption, option(help="From this day on")] = None,
    until: Annotated[DateOption, option(help="Up to the end of this day")] = None,
) -> None:
    """Write the statement of a customer: invoices, credit notes, payments, refunds, write-offs, and the balance."""
    shop = call.shop()

    from shopctl.services import statements

    found = statements.statement(customer, *_days(since, until, period, shop))
    if call.out.explicit_format not in ("", "table"):
        call.out.list("customers.statement", customer_fields.STATEMENT, _lines(found), key="number")
        return
    from shopctl.commands.customer_sheet import statement_sheet

    call.out.show("customers.statement", customer_fields.STATEMENT, found, statement_sheet(found))


def _days(since: When | None, until: When | None, period: When | None, shop: Shop) -> tuple[date | None, date | None]:
    """Tell the first and the last day that were asked for."""
    first, last = since or period, until or period
    start = first.days(shop.now, shop.zone).first if first else None
    end = last.days(shop.now, shop.zone).last if last else None
    if start and end and end < start:
        raise UsageError(
            "usage.date",
            f"the statement would end on {end}, before it begins on {start}",
            hint="--since is the first day, --until the last",
        )
    return start, end


def _lines(found: CustomerStatement) -> list[Line]:
    """Write a statement as rows; each currency begins with its opening and ends with its closing balance."""
    from shopctl.domain.statements import Line

    rows: list[Line] = []
    for part in found.parts:
        rows.append(Line(found.since, "opening", "", "", part.currency, None, None, part.opening))
        rows += part.lines
        rows.append(Line(found.until, "closing", "", "", part.currency, None, None, part.closing))
    return rows
