"""Lay out the page of one delivery."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shopctl.output.human import human_quantity
from shopctl.output.sheets import Sheet

if TYPE_CHECKING:
    from shopctl.services.deliveries import DeliveryDetails, DeliveryRow


def sheet(found: DeliveryDetails) -> Sheet:
    """Show a delivery: whose it is, how it went and what was in it."""
    delivery = found.delivery
    waits = delivery.state == "waiting"
    page = Sheet().title(delivery.number, delivery.customer_name, f"{delivery.kind} · {delivery.state}")
    page.pairs(
        [("Since" if waits else "Date", delivery.date), ("Order", delivery.order), *_origin(delivery)],
        [
            ("Customer", delivery.customer_code),
            ("Carrier", delivery.carrier or None),
            ("Tracking", delivery.tracking or None),
            ("Note", delivery.note or None),
        ],
    )
    page.table(
        ("#", "PRODUCT", "SKU", "QTY", "ORDER LINE"),
        [(line.position, line.description, line.sku, human_quantity(line.quantity), line.line) for line in found.lines],
        "rlcrr",
    )
    commands = [(f"shopctl orders show {delivery.order}", "the whole order")]
    if waits:
        commands.insert(0, (f"shopctl delivery validate {delivery.number}", "it has left"))
    elif delivery.kind == "outgoing" and delivery.state == "done":
        commands.append((f"shopctl delivery return {delivery.number}", "it came back"))
    if delivery.state != "cancelled":
        commands.append((f"shopctl delivery print {delivery.number}", "its slip as a PDF"))
    return page.next(commands)


def _origin(delivery: DeliveryRow) -> list[tuple[str, object]]:
    return [("Return of" if delivery.kind == "return" else "Rest of", delivery.origin)] if delivery.origin else []
