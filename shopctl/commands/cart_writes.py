"""Make and edit carts, and turn them into orders."""

from __future__ import annotations

from typing import Annotated, Any

from shopctl.commands import cart_fields, fields
from shopctl.commands.call import Call
from shopctl.commands.cart_app import app
from shopctl.commands.options import Batch, Carts, Choice, IdempotencyKey, option
from shopctl.commands.order_changes import AddLines, RemoveLines, SetLines
from shopctl.commands.writes import confirm_many, run_batch
from shopctl.errors import ExitStatus, UsageError

WHOSE = "Whose it is"


class Stage(Choice):
    """How far a cart came."""

    CART = "cart"
    ADDRESS = "address"
    DELIVERY = "delivery"
    PAYMENT = "payment"
    FAILED = "failed"


Customer = Annotated[str, option(help="Code or e-mail address of a customer", panel=WHOSE, metavar="C")]
Email = Annotated[
    str, option(help="E-mail address; a customer is made if nobody has it", panel=WHOSE, metavar="ADDRESS")
]
Stopped = Annotated[Stage | None, option(help="How far it came: cart, address, delivery, payment, failed", metavar="S")]
PaymentError = Annotated[str | None, option(help="What the payment provider said", metavar="TEXT")]
Website = Annotated[str | None, option(help="Website it was filled on", metavar="NAME")]


def require_one(customer: str, email: str) -> None:
    """Insist that a customer is named in one way.

    Raises:
        UsageError: Both a code and an address of somebody perhaps new are given.
    """
    if customer and email:
        raise UsageError("usage", "--customer and --email both say whose it is", hint="leave out one of them")


@app.command(
    "create",
    examples=[
        ("shopctl carts create --customer C00003 --line CHR-ERG --line LMP-ARC:2", "at the prices of the products"),
        ("shopctl carts create --email lena@example.com --line CHR-ERG:1@199 --stage payment", "at another price"),
    ],
    exits="0 done · 2 usage · 3 no such customer or product · 6 not an e-mail address",
    writes=True,
)
def create(
    call: Call,
    line: Annotated[
        list[str] | None, option("--line", help="A product (repeatable)", metavar="SKU[:QTY[@PRICE]]")
    ] = None,
    customer: Customer = "",
    email: Email = "",
    stage: Stopped = None,
    payment_error: PaymentError = None,
    website: Website = None,
    currency: Annotated[str, option(help="Default: the shop's", metavar="CUR")] = "",
    idempotency_key: IdempotencyKey = "",
) -> ExitStatus:
    """Make a cart from the shell. Without --customer and --email it is anonymous."""
    shop = call.shop()

    from shopctl.domain.line_edits import parse_add_line
    from shopctl.services import cart_changes

    if not line:
        raise UsageError("usage", "a cart needs at least one line", hint="add --line SKU, SKU:QTY or SKU:QTY@PRICE")
    require_one(customer, email)
    wanted = cart_changes.NewCart(
        tuple(parse_add_line(text, "--line") for text in line), customer, email, str(stage or "cart"),
        payment_error or "", website or "", currency.upper(),
    )  # fmt: skip
    return run_batch(
        call, shop, [wanted], lambda part: cart_changes.create(shop, part), schema="carts.create",
        columns=cart_fields.CARTS, verb="create", batch=Batch(idempotency_key=idempotency_key), next_commands=_look,
    )  # fmt: skip


@app.command(
    "edit",
    examples=[
        ("shopctl carts edit C-20815 --set-line 1:quantity=2 --remove-line 3", "other quantities"),
        ("shopctl carts edit C-20816 --email lena@example.com", "now it is known whose it is"),
        ("shopctl carts edit C-20815 --stage failed --payment-error 'card declined'", "what the provider said"),
    ],
    exits="0 done or already so · 2 usage · 3 no such cart, line, customer, product or tax · 6 ordered · 8 some failed",
    writes=True,
)
def edit(
    call: Call,
    numbers: Carts,
    add_line: AddLines = None,
    set_line: SetLines = None,
    remove_line: RemoveLines = None,
    customer: Customer = "",
    email: Email = "",
    stage: Stopped = None,
    payment_error: PaymentError = None,
    website: Website = None,
    *,
    batch: Batch,
) -> ExitStatus:
    """Change carts that are not ordered. Lines, stage and payment error count as activity, the rest does not.

    Lines are named by their number, as `carts show` prints it.
    """
    shop = call.shop()

    from shopctl.domain.line_edits import parse_edits
    from shopctl.services import cart_changes

    references = call.references(numbers, batch.from_file)
    lines = parse_edits(add_line or [], set_line or [], remove_line or [])
    require_one(customer, email)
    given = (customer, email, stage, lines)
    if not any(given) and payment_error is None and website is None:
        raise UsageError("usage", "nothing to change was given", hint="shopctl carts edit --help")
    if lines and len(references) > 1:
        raise UsageError(
            "usage", "lines are numbered in each cart, so name one cart", hint="use one call for each cart"
        )
    confirm_many(call, f"Edit {len(references)} carts?", references)
    wanted = cart_changes.Edit(lines, customer, email, str(stage) if stage else None, payment_error, website)
    return run_batch(
        call, shop, references, lambda part: cart_changes.edit(shop, part, wanted), schema="carts.edit",
        columns=cart_fields.CARTS, verb="edit", batch=batch, next_commands=_look,
    )  # fmt: skip


def _look(row: Any) -> list[str]:
    return [f"shopctl carts show {row.number}"]


@app.command(
    "recover",
    examples=[
        ("shopctl carts recover C-20815", "an order that waits for its money, at the prices of the cart"),
        ("shopctl carts recover C-20815 --confirm", "accepted at once"),
        ("shopctl carts recover C-20816 --email lena@example.com", "the order of somebody who was anonymous"),
    ],
    exits="0 done or already so · 2 usage · 3 no such cart or customer · 6 empty, or nobody's · 8 some failed",
    writes=True,
)
def recover(
    call: Call,
    numbers: Carts,
    confirm: Annotated[bool, option(help="Accept the orders without a payment")] = False,
    customer: Customer = "",
    email: Email = "",
    *,
    batch: Batch,
) -> ExitStatus:
    """Turn carts into orders placed now. Prices stay those of the cart, and it says where they differ from today.

    The order goes to the addresses of the customer. A cart that is an order already is left as it is.
    """
    shop = call.shop()

    from shopctl.services import recovering

    references = call.references(numbers, batch.from_file)
    require_one(customer, email)
    confirm_many(call, f"Turn {len(references)} carts into orders?", references)
    wish = recovering.Wish(customer, email, confirm)
    return run_batch(
        call, shop, references, lambda part: recovering.recover(shop, part, wish), schema="carts.recover",
        columns=fields.ORDERS, verb="create", batch=batch, next_commands=_go_on,
    )  # fmt: skip


def _go_on(row: Any) -> list[str]:
    if row.state == "sent":
        return [f"shopctl payment register {row.number}", f"shopctl orders confirm {row.number}"]
    return [f"shopctl orders show {row.number}"]
