"""Load deliveries as their slips need them: many complete ones in a handful of queries."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from shopctl.config import Config
from shopctl.db.bulk import among, fetch
from shopctl.db.fields import exact, instant
from shopctl.domain.documents import DeliverySlip, DocumentLine
from shopctl.errors import ShopError
from shopctl.models import Delivery
from shopctl.services import parties
from shopctl.services.deliveries import keys_of, unknown
from shopctl.services.facts import GUEST
from shopctl.shop import Shop


class _Head(NamedTuple):
    key: int
    number: str
    kind: str
    state: str
    date: str
    carrier: str
    tracking: str
    note: str
    origin: str | None
    order: str
    ordered_at: str
    billing: str
    shipping: str
    code: str | None
    name: str | None
    company: str | None
    email: str | None
    language: str | None


def load(shop: Shop, keys: Sequence[int]) -> dict[int, DeliverySlip]:
    """Load the slips of deliveries and returns by key.

    Args:
        keys: Any number of them; a few hundred at a time keep memory small.
    """
    condition, values = among(Delivery, "d.id", keys)
    rows = fetch(
        Delivery,
        "SELECT d.id, d.number, d.kind, d.state, d.date, d.carrier, d.tracking, d.note, g.number, o.number, "  # noqa: S608
        "o.ordered_at, o.billing, o.shipping, c.code, c.name, c.company, c.email, c.language "
        "FROM deliveries d JOIN orders o ON o.id = d.order_id LEFT JOIN customers c ON c.id = o.customer_id "
        f"LEFT JOIN deliveries g ON g.id = d.origin_id WHERE {condition} ORDER BY d.id",
        values,
    )
    lines = _lines("d.id", "TRUE", keys)
    rest = _lines("d.origin_id", "d.kind = 'outgoing' AND d.state = 'waiting'", keys)
    heads = [_Head(*row) for row in rows]
    return {
        head.key: _slip(shop, head, tuple(lines.get(head.key, ())), tuple(rest.get(head.key, ()))) for head in heads
    }


def papers(shop: Shop, references: Sequence[str]) -> dict[str, DeliverySlip | ShopError]:
    """Load the slips that were asked for, or tell why one cannot be printed (delivery.unknown)."""
    keys = keys_of(references)
    loaded = load(shop, list(keys.values()))
    return {typed: loaded[keys[typed]] if typed in keys else unknown(typed) for typed in references}


def _lines(owner: str, which: str, keys: Sequence[int]) -> dict[int, list[DocumentLine]]:
    condition, values = among(Delivery, owner, keys)
    found: dict[int, list[DocumentLine]] = {}
    for key, kind, words, sku, quantity in fetch(
        Delivery,
        f"SELECT {owner}, o.kind, o.description, o.sku, l.quantity FROM deliveries d "  # noqa: S608
        "JOIN delivery_lines l ON l.delivery_id = d.id JOIN order_lines o ON o.id = l.order_line_id "
        f"WHERE {condition} AND {which} ORDER BY l.delivery_id, l.position",
        values,
    ):
        found.setdefault(key, []).append(DocumentLine(kind, words, sku, exact(quantity)))
    return found


def _slip(shop: Shop, head: _Head, lines: tuple[DocumentLine, ...], rest: tuple[DocumentLine, ...]) -> DeliverySlip:
    config: Config = shop.config
    home = config.shop.country
    name = head.company or head.name or head.email or GUEST
    payer = parties.at(head.billing or head.shipping, name, home=home)
    receiver = parties.at(head.shipping or head.billing, name, home=home)
    return DeliverySlip(
        number=head.number,
        title_kind="return_slip" if head.kind == "return" else "delivery_slip",
        state=head.state,
        seller=parties.seller(config),
        buyer=receiver,
        bill_to=None if payer == receiver else payer,
        customer_code=head.code or "",
        order=head.order,
        ordered_on=instant(head.ordered_at).astimezone(shop.zone).date(),
        issued_on=date.fromisoformat(head.date) if head.state == "done" else None,
        carrier=head.carrier,
        tracking=head.tracking,
        origin=head.origin or "",
        lines=lines,
        to_come=rest,
        note=head.note,
        language=(head.language or config.shop.language)[:2].lower(),
    )
