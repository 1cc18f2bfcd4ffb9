"""List and show carts."""

from __future__ import annotations

from typing import Annotated

from shopctl.commands import cart_fields
from shopctl.commands.call import Call
from shopctl.commands.cart_app import app
from shopctl.commands.lists import Dated, listed, show_all
from shopctl.commands.options import Amount, Carts, Choice, argument, option
from shopctl.errors import ExitStatus

NARROW = "Which carts"


Tokens = Annotated[list[str], argument("TOKEN", "Tokens of links in letters, or the links; - reads standard input")]


class State(Choice):
    """States that a list can be narrowed to."""

    OPEN = "open"
    ABANDONED = "abandoned"
    RECOVERED = "recovered"
    ORDERED = "ordered"


@app.command(
    "list",
    examples=[
        ("shopctl carts list", "all carts, the one that was in use last first"),
        ("shopctl carts list --state open --min-value 100", "not ordered yet, and worth it"),
        ("shopctl carts list --state recovered --since 30d", "ordered after a letter"),
    ],
    exits="0 done, also when nothing matches · 2 usage · 3 no such customer · 9 empty with --fail-on-empty",
)
def list_(
    call: Call,
    state: Annotated[
        State | None,
        option(help="open (abandoned ones too), abandoned, ordered (recovered ones too) or recovered", panel=NARROW,
               metavar="STATE"),
    ] = None,
    customer: Annotated[str, option(help="Customer code or e-mail address", panel=NARROW, metavar="C")] = "",
    min_value: Annotated[Amount, option(help="Total of at least so much", panel=NARROW)] = None,
    *,
    asked: Dated,
) -> ExitStatus | None:  # fmt: skip
    """List carts, the one that was in use last first."""
    shop = call.shop()

    from shopctl.services.carts import CartFilter
    from shopctl.services.listing import carts

    since, until = asked.instants(shop)
    wanted = CartFilter(state=str(state or ""), customer=customer, minimum=min_value, since=since, until=until)
    columns = cart_fields.RECOVERED if state == State.RECOVERED else cart_fields.CARTS
    return listed(
        call, asked, "carts.list", columns, carts, wanted, empty="No carts match.",
        footer=lambda: ["Left behind, and why:  shopctl carts abandoned"],
    )  # fmt: skip


@app.command(
    "resolve",
    examples=[
        ("shopctl carts resolve k1Xf3… --json", "what the shop's page calls to open the cart of a letter"),
        ("shopctl carts resolve 'https://shop.example.com/cart?t=k1Xf3…'", "the whole link"),
    ],
    exits="0 done · 2 usage · 3 the cart was deleted · 6 the shop made no such link, or it is too old",
)
def resolve(call: Call, numbers: Tokens) -> None:
    """Tell which cart the link of a letter leads to, whether it may still be opened, and the order that it became."""
    shop = call.shop()

    from shopctl.services import cart_links

    rows = cart_links.resolve(shop, call.references(numbers))
    call.out.list("carts.resolve", cart_fields.RESOLVED, rows, total=len(rows), key="number")


@app.command(
    "show",
    examples=[
        ("shopctl carts show C-20815", "one cart"),
        ("shopctl carts show C-20815 --json", "everything, for scripts"),
    ],
    exits="0 done · 2 usage · 3 no such cart",
)
def show(call: Call, numbers: Carts) -> None:
    """Show carts with lines, customer, how long they are idle and why, letters, and the order they became."""
    shop = call.shop()

    from shopctl.commands.cart_sheet import sheet
    from shopctl.services import cart_details

    found = cart_details.show(shop, call.references(numbers))
    show_all(call, "carts.show", cart_fields.CART_DETAILS, found, sheet)
