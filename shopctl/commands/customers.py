"""List and show customers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from shopctl.commands import fields
from shopctl.commands.call import Call
from shopctl.commands.declaring import noun
from shopctl.commands.lists import Dated, listed, show_all
from shopctl.commands.options import Customers, DateOption, option
from shopctl.errors import ExitStatus

if TYPE_CHECKING:
    from shopctl.output.sheets import Sheet
    from shopctl.services.customers import CustomerDetails

NARROW = "Which customers"

app = noun("customers", "Who buys, and what is open with them")


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
    asked: Dated,
) -> ExitStatus | None:
    """List customers with their confirmed orders and open amounts, newest first."""
    shop = call.shop()

    from shopctl.services.listing import customers

    since, until = asked.instants(shop)
    wanted = customers.CustomerFilter(
        with_debt=with_debt, with_credit=with_credit, country=country, language=language, tag=tag,
        inactive_since=inactive_since.start(shop.now, shop.zone) if inactive_since else None, since=since, until=until,
    )  # fmt: skip
    return listed(
        call, asked, "customers.list", fields.CUSTOMERS, customers, wanted, key="code",
        footer=lambda: ["Everything of one:  shopctl customers show CODE"],
        empty="No customers match."
        if asked.search or asked.filter or wanted != customers.CustomerFilter()
        else "There are no customers yet. Import some: shopctl import data FILE",
    )  # fmt: skip


@app.command(
    "show",
    examples=[
        ("shopctl customers show C00014", "by code"),
        ("shopctl customers show zoe@example.org", "by e-mail address"),
    ],
    exits="0 done · 2 usage · 3 no such customer",
)
def show(call: Call, numbers: Customers) -> None:
    """Show customers with contacts, addresses, sums and latest orders."""
    call.shop()

    from shopctl.services import customers

    found = customers.show(call.references(numbers))
    columns = fields.details("customer", fields.CUSTOMERS, fields.CUSTOMER_DETAILS)
    show_all(call, "customers.show", columns, found, sheet)


def sheet(found: CustomerDetails) -> Sheet:
    """Show a customer: how to reach them, what they bought, what is open."""
    from shopctl.commands.order_sheet import one_line
    from shopctl.output.human import human_money
    from shopctl.output.sheets import Sheet

    customer = found.customer
    page = Sheet().title(
        customer.code,
        customer.company or customer.name or customer.email,
        "1 order" if customer.orders == 1 else f"{customer.orders} orders",
    )
    marketing = {True: "agreed", False: "not wanted", None: "never asked"}[customer.marketing]
    page.pairs(
        [("Name", customer.name or None), ("E-mail", customer.email or None), ("Phone", customer.phone or None),
         ("Language", customer.language or None), ("Marketing", marketing)],
        [("VAT", found.vat or None), ("Terms", found.terms or None), ("Tags", ", ".join(customer.tags) or None),
         ("First order", customer.first_order), ("Last order", customer.last_order)],
    )  # fmt: skip
    for address in found.addresses:
        page.text(f"{address['kind'].capitalize()} address: {one_line(address)}")
    if found.note:
        page.text(f"Note: {found.note}")
    if customer.balances:
        page.table(
            ("CURRENCY", "ORDERED", "INVOICED", "OPEN", "CREDIT"),
            [(one.currency, *(human_money(value, one.currency) for value in one[1:])) for one in customer.balances],
            "crrrr",
        )
    if found.latest_orders:
        page.section("Latest orders").table(
            ("ORDER", "DATE", "TOTAL", "PAYMENT"),
            [(number, at, f"{human_money(total, currency)} {currency}", status.replace("_", " "))
             for number, at, total, currency, status in found.latest_orders],
            "ccrs",
        )  # fmt: skip
    return page.next([(f"shopctl orders list --customer {customer.code} --state all", "all orders")])
