"""Lay out the page of one cart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shopctl.commands.cart_fields import idle_words
from shopctl.commands.order_sheet import named, with_discounts
from shopctl.domain.abandonment import REASONS, SKIPS
from shopctl.domain.cart_analysis import STAGES
from shopctl.output.human import human_money, human_quantity
from shopctl.output.sheets import Sheet
from shopctl.output.style import worded

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shopctl.services.cart_details import CartDetails, CartLineRow
    from shopctl.services.carts import CartRow


def sheet(found: CartDetails) -> Sheet:
    """Show a cart: whose it is, what is in it, why it was left, and what can be done next."""
    cart = found.cart
    page = Sheet().title(cart.number, cart.customer_name or "anonymous", _status(cart))
    page.pairs(_facts(cart), _customer(cart))
    if found.lines:
        page.table(
            *with_discounts(
                ("#", "PRODUCT", "SKU", "QTY", "UNIT", "TAX", f"SUBTOTAL {cart.currency}"),
                [_line(line, cart.currency, found.tax_names) for line in found.lines],
                "rlcrrlr",
                [line.discount for line in found.lines],
            )
        )
        page.totals(_totals(found))
    documents = [
        ("order", one.number, one.date, human_money(one.amount_total, one.currency),
         worded(one.state))
        for one in found.orders
    ]  # fmt: skip
    documents += [
        (f"letter {one.step}", one.recipient, one.sent_at or one.created_at, "", _state(one.state, one.basis))
        for one in found.letters
    ]
    if documents:
        page.section("Documents").table(
            ("KIND", "NUMBER", "DATE", f"AMOUNT {cart.currency}", "STATUS"), documents, "lccrs"
        )
    return page.next(_next(cart))


def _status(cart: CartRow) -> str:
    if cart.state in ("open", "abandoned"):
        return f"{cart.state} · idle {idle_words(cart.idle_seconds)}"
    return f"{cart.state} · {cart.order}" if cart.order else cart.state


def _facts(cart: CartRow) -> list[tuple[str, object]]:
    facts: list[tuple[str, object]] = [("Made", cart.created_at), ("Last used", cart.last_activity_at)]
    if cart.ordered_at:
        facts.append(("Ordered", cart.ordered_at))
    facts.append(("Stopped at", STAGES[cart.stage]))
    if cart.payment_error:
        facts.append(("Payment", cart.payment_error))
    if cart.reason:
        facts.append(("Reason", REASONS[cart.reason]))
    if cart.source:
        facts.append(("Source", cart.source))
    if cart.website:
        facts.append(("Website", cart.website))
    return facts


def _customer(cart: CartRow) -> list[tuple[str, object]]:
    name = f"{cart.customer_name} ({cart.customer_code})" if cart.customer_code else None
    facts: list[tuple[str, object]] = [("Customer", name), ("E-mail", cart.customer_email or None)]
    if cart.won_by:
        facts.append(("Won back", f"by letter {cart.won_by}"))
    if not cart.ordered_at:
        reason = SKIPS.get(cart.skip_reason, "")
        facts.append(("Letter", f"none: {reason}" if reason else f"letter {cart.step} would be queued"))
        if cart.step and cart.skip_reason in ("not_due", "recently_mailed"):
            facts.append((f"Letter {cart.step}", cart.due_at))
        if not reason:
            facts.append(("Basis", cart.basis))
    return facts


def _state(state: str, basis: str) -> str:
    return f"{state} ({basis})" if basis else state


def _line(line: CartLineRow, currency: str, names: Mapping[str, str]) -> tuple[object, ...]:
    if line.kind in ("section", "note"):
        return (line.position, line.description, *(" " * 5))
    name = f"{line.description} ({line.remark})" if line.remark else line.description
    return (
        line.position, name, line.sku, human_quantity(line.quantity), human_money(line.unit_price, currency),
        named(line.taxes, names), human_money(line.amount_untaxed, currency),
    )  # fmt: skip


def _totals(found: CartDetails) -> list[tuple[str, object]]:
    cart = found.cart
    totals: list[tuple[str, object]] = [("Untaxed", human_money(cart.amount_untaxed, cart.currency))]
    totals += [(named(one.code, found.tax_names), human_money(one.amount, cart.currency)) for one in found.taxes]
    totals.append(("Total", human_money(cart.amount_total, cart.currency)))
    return totals


def _next(cart: CartRow) -> list[tuple[str, str]]:
    if cart.ordered_at:
        return [(f"shopctl orders show {cart.order}", "see what became of it")] if cart.order else []
    commands = []
    if cart.skip_reason in ("", "letter_failed"):
        commands.append((f"shopctl carts remind {cart.number}", "ask the customer back"))
    whose = "" if cart.customer_code else " --email ADDRESS"
    commands.append((f"shopctl carts recover {cart.number}{whose}", "turn it into an order"))
    return commands
