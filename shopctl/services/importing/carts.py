"""Store shopping carts that were not ordered."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from shopctl.db.bulk import among, change_rows, fetch, insert_rows, new_ids
from shopctl.db.fields import stamp, units
from shopctl.domain import billing
from shopctl.domain.billing import Amounts
from shopctl.domain.outcomes import Change
from shopctl.domain.records import CartRecord, CustomerRecord
from shopctl.errors import UsageError
from shopctl.models import Cart, CartLine
from shopctl.services import cart_facts, cart_orders, counters, facts
from shopctl.services.importing.customers import Directory, make_missing
from shopctl.services.importing.figures import codes_of, line_amounts, totals_json
from shopctl.services.importing.parts import Answer, ImportRow, Line, Pairs, fingerprint, missing
from shopctl.shop import Shop

CART = (
    "id", "number", "source", "website", "customer_id", "created_at", "last_activity_at", "stage", "payment_error",
    "currency", "amount_untaxed", "amount_tax", "amount_total", "source_totals", "fingerprint",
)  # fmt: skip
LINE = (
    "cart_id", "position", "kind", "sku", "description", "quantity", "unit_price", "discount", "taxes",
)  # fmt: skip


def store_carts(shop: Shop, pairs: Pairs) -> Iterable[tuple[Line, Answer]]:
    """Store carts by their id; a cart that went on living is changed."""
    stored, erased = _stored([record.id.upper() for _, record in pairs])
    told = [record.customer for _, record in pairs if record.id.upper() not in erased]
    directory = Directory(told)
    make_missing(shop, ((one, "") for one in told if isinstance(one, CustomerRecord)), directory)
    taxes = facts.taxes()
    answers: list[tuple[Line, Answer]] = []
    for line, record in pairs:
        if record.id.upper() in erased:
            answers.append((line, (Change.UNCHANGED, ImportRow("cart", record.id, "", record.currency, None, ""))))
            continue
        refusal = _refusal(line, record, directory, set(taxes))
        if refusal is not None:
            answers.append((line, refusal))
            continue
        customer = directory.find(record.customer) if record.customer else None
        currency = record.currency or shop.config.shop.currency
        money = billing.add(line_amounts(record.lines, taxes, shop.config.invoicing.tax_rounding, currency))
        head, lines = _values(record, customer.key if customer else None, currency, money)
        row = ImportRow("cart", record.id, customer.name if customer else "", currency, money.total, "")
        answers.append((line, (_keep(shop, record.id.upper(), head, lines, stored), row)))
    # The orders may have come first, as they do from a file of their own.
    orders = cart_facts.orders_of(list(stored))
    cart_orders.mark_ordered(shop, {number: moment for number, (_, moment) in orders.items()})
    return answers


def _stored(numbers: list[str]) -> tuple[dict[str, tuple[int, str]], set[str]]:
    """Find stored carts with key and fingerprint by number, and those of customers whose personal data are erased."""
    condition, values = among(Cart, "k.number", numbers)
    rows = fetch(
        Cart,
        "SELECT k.number, k.id, k.fingerprint, c.anonymized_at IS NOT NULL FROM carts k "  # noqa: S608
        f"LEFT JOIN customers c ON c.id = k.customer_id WHERE {condition}",
        values,
    )
    return {number: (key, print_) for number, key, print_, _ in rows}, {row[0] for row in rows if row[3]}


def _refusal(line: Line, record: CartRecord, directory: Directory, taxes: set[str]) -> Any:
    if isinstance(record.customer, str) and directory.find(record.customer) is None:
        return missing(line, "customer", record.customer)
    unknown = [code for part in record.lines for code in part.taxes or () if code not in taxes]
    if unknown:
        return missing(line, "tax", unknown[0])
    if record.created_at is None and record.last_activity_at is None:
        return UsageError("import.field", f"line {line.line}: created_at is missing", line=line.line, path="created_at")
    return None


def _values(
    record: CartRecord, customer: int | None, currency: str, money: Amounts
) -> tuple[tuple[Any, ...], list[tuple[Any, ...]]]:
    created = record.created_at or record.last_activity_at
    active = record.last_activity_at or record.created_at
    assert created is not None  # noqa: S101  # checked by _refusal
    assert active is not None  # noqa: S101
    lines = [
        (position, part.kind, part.sku, part.description, units(part.quantity), units(part.unit_price),
         units(part.discount), codes_of(part))
        for position, part in enumerate(record.lines, 1)
    ]  # fmt: skip
    head = (
        record.id.upper(), record.source, record.website, customer, stamp(created), stamp(active), record.stage,
        record.payment_error, currency, units(money.untaxed), units(money.tax), units(money.total),
        totals_json(record.source_totals),
    )  # fmt: skip
    return (*head, fingerprint((*head, lines))), lines


def _keep(
    shop: Shop,
    number: str,
    head: tuple[Any, ...],
    lines: list[tuple[Any, ...]],
    stored: dict[str, tuple[int, str]],
) -> Change:
    if number in stored and stored[number][1] == head[-1]:
        return Change.UNCHANGED
    if number not in stored:
        counters.give_way(shop, "cart", [number])
        (key,) = new_ids(Cart, 1)
        insert_rows(Cart, CART, [(key, *head)])
        change = Change.CREATED
    else:
        key = stored[number][0]
        names = CART[2:]
        change_rows(
            Cart, ", ".join(f"{name} = :{name}" for name in names), "id = :id", ("id", *names), [(key, *head[1:])]
        )
        CartLine.delete().where(CartLine.cart == key).execute()
        change = Change.CHANGED
    insert_rows(CartLine, LINE, [(key, *row) for row in lines])
    stored[number] = (key, head[-1])
    shop.record(f"cart.{change}", number)
    return change
