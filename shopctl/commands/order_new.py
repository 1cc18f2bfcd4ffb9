"""Create orders from the shell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from shopctl.commands import fields
from shopctl.commands.call import Call
from shopctl.commands.options import Batch, DateOption, IdempotencyKey, option
from shopctl.commands.order_app import app
from shopctl.commands.writes import run_batch
from shopctl.errors import ExitStatus

if TYPE_CHECKING:
    from shopctl.domain.new_orders import Place

WHOSE = "Whose it is"
LINES = "What is ordered"
TERMS = "How it is sold"
THEN = "Then"
ADDRESS = "N|FIELD=VALUE,…"


@dataclass(frozen=True)
class Sold:
    """How an order is sold."""

    method: Annotated[str, option(help="wire, card, paypal, cod, cash, cheque, other", panel=TERMS, metavar="M")] = ""
    terms: Annotated[str, option(help="Payment terms; default: the customer's", panel=TERMS, metavar="CODE")] = ""
    currency: Annotated[str, option(help="Default: the shop's", panel=TERMS, metavar="CUR")] = ""
    website: Annotated[str, option(help="Website it belongs to", panel=TERMS)] = ""
    note: Annotated[str, option(help="Note of the customer", panel=TERMS, metavar="TEXT")] = ""
    tag: Annotated[list[str] | None, option(help="A tag (repeatable)", panel=TERMS, metavar="TAG")] = None
    number: Annotated[str, option(help="Its number; default: the next one", panel=TERMS, metavar="NUMBER")] = ""
    date: Annotated[DateOption, option(help="When it was placed; default: now", panel=TERMS)] = None


@app.command(
    "create",
    examples=[
        ("shopctl orders create --customer C00014 --line DSK-140:2 --line SHIP-STD", "prices of the catalogue"),
        (
            "shopctl orders create --email zoe@example.org --name 'Zoë Müller' --line MUG:3@8.50",
            "a guest, another price",
        ),
        ("shopctl orders create --customer C00014 --line MUG --ship-to 2 --confirm", "to the second address"),
        ("shopctl orders create --customer C00014 --line MUG --paid --method cash", "paid at the counter"),
    ],
    exits="0 done · 2 usage · 3 no such customer, product, address or terms · 6 archived, or the number is taken",
    writes=True,
)
def create(
    call: Call,
    customer: Annotated[str, option(help="Customer code or e-mail address", panel=WHOSE, metavar="C")] = "",
    email: Annotated[str, option(help="E-mail address of a guest", panel=WHOSE, metavar="ADDRESS")] = "",
    name: Annotated[str, option(help="Name of a guest", panel=WHOSE)] = "",
    ship_to: Annotated[
        str, option(help="Address N of the customer, or street=…,zip=…,city=…,country=…", panel=WHOSE, metavar=ADDRESS)
    ] = "",
    bill_to: Annotated[str, option(help="The same for the invoice", panel=WHOSE, metavar=ADDRESS)] = "",
    line: Annotated[
        list[str] | None, option(help="A product (repeatable)", panel=LINES, metavar="SKU[:QTY[@PRICE]]")
    ] = None,
    confirm: Annotated[bool, option(help="It waits for no money", panel=THEN)] = False,
    paid: Annotated[bool, option(help="Its money is here: register it and confirm", panel=THEN)] = False,
    idempotency_key: IdempotencyKey = "",
    *,
    how: Sold,
) -> ExitStatus:
    """Create an order with prices and taxes of the catalogue. Many at once are imported: shopctl import data FILE."""
    shop = call.shop()

    from shopctl.domain.line_edits import parse_add_line
    from shopctl.domain.tags import parse_tags
    from shopctl.services import creating

    order = creating.NewOrder(
        customer.strip(), email.strip(), name.strip(), tuple(parse_add_line(text, "--line") for text in line or ()),
        _place(ship_to, "--ship-to"), _place(bill_to, "--bill-to"), how.method, how.terms, how.currency,
        how.website.strip(), how.note.strip(), parse_tags(how.tag or ()), how.number,
        how.date.start(shop.now, shop.zone) if how.date else None, confirm, paid,
    )  # fmt: skip
    return run_batch(
        call, shop, [order], lambda part: creating.create(shop, part), schema="orders.create", columns=fields.ORDERS,
        verb="create", batch=Batch(idempotency_key=idempotency_key), next_commands=_next,
    )  # fmt: skip


def _place(text: str, name: str) -> Place | None:
    from shopctl.domain.new_orders import parse_place

    return parse_place(text, name) if text else None


def _next(row: Any) -> list[str]:
    if row.state == "sent":
        return [f"shopctl orders confirm {row.number} --paid", f"shopctl orders show {row.number}"]
    return [f"shopctl invoice create {row.number} --confirm", f"shopctl orders show {row.number}"]
