"""Lay out the page of one delivery."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shopctl.output.human import human_quantity
from shopctl.output.sheets import Sheet

if TYPE_CHECKING:
    from shopctl.services.deliveries import DeliveryDetails


def sheet(found: DeliveryDetails) -> Sheet:
    """Show a delivery: whose it is, how it went and what was in it."""
    delivery = found.delivery
    page = Sheet().title(delivery.number, delivery.customer_name, f"{delivery.kind} · {delivery.state}")
    page.pairs(
        [("Date", delivery.date), ("Order", delivery.order), ("Note", delivery.note or None)],
        [
            ("Customer", delivery.customer_code),
            ("Carrier", delivery.carrier or None),
            ("Tracking", delivery.tracking or None),
        ],
    )
    page.table(
        ("#", "PRODUCT", "SKU", "QTY", "ORDER LINE"),
        [(line.position, line.description, line.sku, human_quantity(line.quantity), line.line) for line in found.lines],
        "rlcrr",
    )
    commands = [(f"shopctl orders show {delivery.order}", "the whole order")]
    if delivery.kind == "outgoing":
        commands.append((f"shopctl delivery return {delivery.number}", "it came back"))
    return page.next(commands)
