"""List and show customers, what happened with them, and their statements."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from shopctl.commands import customer_fields, fields
from shopctl.commands.call import Call
from shopctl.commands.customer_app import app
from shopctl.commands.lists import Dated, fits, listed, show_all
from shopctl.commands.options import Customers, DateOption, Limit, argument, option
from shopctl.errors import ExitStatus, UsageError

if TYPE_CHECKING:
    from datetime import date

    from shopctl.domain.dates import When
    from shopctl.domain.statements import Line
    from shopctl.services.statements import CustomerStatement
    from shopctl.shop import Shop

NARROW = "Which customers"
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
    *,
    with_debt: Annotated[bool, option(help="Something is open on their invoices", panel=NARROW)] = False,
    with_credit: Annotated[bool, option(help="Money of theirs is not used yet", panel=NARROW)] = False,
    country: Annotated[str, option(help="From this country", panel=NARROW, metavar="CC")] = "",
    language: Annotated[str, option(help="With this language", panel=NARROW, metavar="LL")] = "",
    tag: Annotated[str, option(help="With this tag", panel=NARROW, metavar="TAG")] = "",
    inactive_since: Annotated[DateOption, option(help="No confirmed order from then on", panel=NARROW)] = None,
    archived: Annotated[bool, option(help="Archived, merged and anonymised ones instead", panel=NARROW)] = False,
    asked: Dated,
) -> ExitStatus | None:
    """List customers with their confirmed orders and open amounts, newest first."""
    shop = call.shop()

    from shopctl.services.listing import customers

    since, until = asked.instants(shop)
    wanted = customers.CustomerFilter(
        with_debt=with_debt, with_credit=with_credit, country=country, language=language, tag=tag, archived=archived,
        inactive_since=inactive_since.start(shop.now, shop.zone) if inactive_since else None, since=since, until=until,
    )  # fmt: skip
    plain = not (asked.search or asked.filter or wanted != customers.CustomerFilter())
    return listed(
        call, asked, "customers.list", customer_fields.CUSTOMERS, customers, wanted, key="code",
        footer=lambda: ["Everything of one:  shopctl customers show CODE", *_left_out(archived=archived)],
        empty="There are no customers yet. Import some: shopctl import data FILE" if plain else "No customers match.",
    )  # fmt: skip


def _left_out(*, archived: bool) -> list[str]:
    """Say below a table how many customers it leaves out, and why."""
    from shopctl.services.customers import left_out

    words = {"anonymized": "anonymised"}
    told = [f"{number:,} {words.get(state, state)}" for state, number in left_out().items() if number]
    return [f"Left out:           {', '.join(told)}; see them with --archived"] if told and not archived else []


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
