"""Store orders with their customers, lines and payments; what the source says is kept beside our own figures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from shopctl.db.bulk import among, fetch, insert_rows, new_ids
from shopctl.domain.outcomes import Change
from shopctl.domain.prints import Print, same
from shopctl.domain.records import CustomerRecord, OrderRecord
from shopctl.domain.references import beside
from shopctl.domain.tax import Tax
from shopctl.errors import RefusedError, ShopError, UsageError
from shopctl.models import Order, OrderLine, Product
from shopctl.services import cart_orders, counters, facts, words
from shopctl.services.catalogue import all_terms, reductions
from shopctl.services.importing import changed_orders, payments
from shopctl.services.importing.customers import Directory, Known, make_missing
from shopctl.services.importing.figures import LINE, ORDER, Prepared, Pricing, prepare, pricing
from shopctl.services.importing.parts import Answer, ImportRow, Line, Pairs, missing
from shopctl.shop import Shop


class Stored(NamedTuple):
    """An order that is stored already, found by its number or its source."""

    key: int
    number: str
    source: str
    external_id: str
    fingerprint: str


class Context(NamedTuple):
    """Everything that the records of a chunk may refer to."""

    directory: Directory
    taxes: dict[str, Tax]
    prices: Pricing
    terms: set[str]
    products: dict[str, tuple[str, str]]
    by_number: dict[str, Stored]
    by_source: dict[tuple[str, str], Stored]
    payments: set[tuple[str, str]]
    """Provider and reference of payments that are stored, or that an order of this chunk brings."""
    currency: str
    """The shop's own, for orders that name none."""


def store_orders(shop: Shop, pairs: Pairs, *, action: str = "order.imported") -> Iterable[tuple[Line, Answer]]:
    """Store orders: new ones in bulk, journalled as `action`; a changed one as far as nothing billed would change."""
    context = _context(shop, pairs)
    answers: list[tuple[Line, Answer]] = []
    sound: list[tuple[Line, OrderRecord]] = []
    for line, record in pairs:
        refusal = _refusal(line, record, context)
        if refusal:
            answers.append((line, refusal))
        else:
            sound.append((line, record))
    make_missing(shop, _inline_customers(sound, context), context.directory)
    fresh: list[tuple[Line, Prepared]] = []
    for line, record in sound:
        prepared = _prepare(shop, line, record, context)
        if isinstance(prepared, ShopError):
            answers.append((line, prepared))
            continue
        stored = _stored_before(record, context, prepared.number)
        if stored is None:
            taken = payments.first_taken(record.payments, context.payments)
            if taken is not None:
                answers.append((line, payments.taken(line, taken)))
                continue
            fresh.append((line, prepared))
            _remember(context, prepared)
        elif stored.key == 0:
            answers.append((line, _twice(line, record)))
        elif same(stored.fingerprint, prepared.fingerprint):
            answers.append((line, (Change.UNCHANGED, _row(prepared))))
        else:
            answers.append(
                (line, changed_orders.change(shop, line, stored.key, prepared) or (Change.CHANGED, _row(prepared)))
            )
    answers += _insert(shop, fresh, action)
    _mark_carts(shop, answers)
    return answers


def _mark_carts(shop: Shop, answers: Sequence[tuple[Line, Answer]]) -> None:
    """Mark the carts that orders name as ordered, where the record said something new."""
    new = [line.record for line, answer in answers if isinstance(answer, tuple) and answer[0] is not Change.UNCHANGED]
    cart_orders.mark_imported(shop, [record for record in new if isinstance(record, OrderRecord)])


def _context(shop: Shop, pairs: Pairs) -> Context:
    records: list[OrderRecord] = [record for _, record in pairs]
    by_number, by_source = _stored(records)
    skus = {
        line.sku for record in records for line in record.lines if line.sku and (line.taxes is None or not line.policy)
    }
    taxes = facts.taxes()
    terms = all_terms() if any(record.terms for record in records) else {}
    return Context(
        Directory(record.customer for record in records),
        taxes,
        pricing(tuple(taxes.values()), reductions(terms)),
        set(terms),
        _products(sorted(skus)),
        by_number,
        by_source,
        set(payments.stored_payments(payment for record in records for payment in record.payments)),
        shop.config.shop.currency,
    )


def _stored(records: Sequence[OrderRecord]) -> tuple[dict[str, Stored], dict[tuple[str, str], Stored]]:
    wanted: dict[str, list[str]] = {}
    for record in records:
        if record.external_id:
            wanted.setdefault(record.source, []).append(record.external_id)
    found = _found("number", [record.number.upper() for record in records if record.number], "TRUE")
    for source, identities in wanted.items():
        # The index covers orders with an identity only, so the query has to say that it wants no others.
        found += _found("external_id", identities, "source = ? AND external_id != ''", source)
    by_number = {order.number: order for order in found}
    return by_number, {(order.source, order.external_id): order for order in found if order.external_id}


def _found(column: str, values: Sequence[str], condition: str, *bound: str) -> list[Stored]:
    """Find orders by one column under a condition, which together have to fit an index."""
    if not values:
        return []
    listed, them = among(Order, column, values)
    rows = fetch(
        Order,
        f"SELECT id, number, source, external_id, fingerprint FROM orders WHERE {condition} AND {listed}",  # noqa: S608
        (*bound, *them),
    )
    return [Stored(*row) for row in rows]


def _products(skus: Sequence[str]) -> dict[str, tuple[str, str]]:
    if not skus:
        return {}
    condition, values = among(Product, "sku", skus)
    rows = fetch(Product, f"SELECT sku, taxes, policy FROM products WHERE {condition}", values)  # noqa: S608
    return {sku: (taxes, policy) for sku, taxes, policy in rows}


def _refusal(line: Line, record: OrderRecord, context: Context) -> ShopError | None:
    return _unknown(line, record, context) or _clash(line, record, context)


def _unknown(line: Line, record: OrderRecord, context: Context) -> ShopError | None:
    """Refuse an order that refers to something that is not there."""
    if isinstance(record.customer, str) and context.directory.find(record.customer) is None:
        return missing(line, "customer", record.customer)
    if record.terms and record.terms not in context.terms:
        return missing(line, "payment terms", record.terms)
    if record.ordered_at is None:
        return UsageError("import.field", f"line {line.line}: ordered_at is missing", line=line.line, path="ordered_at")
    for position, part in enumerate(record.lines):
        for code in part.taxes or ():
            if code not in context.taxes:
                return missing(line, "tax", code, f"lines[{position}].taxes: put the tax before the order in the file")
    return None


def _clash(line: Line, record: OrderRecord, context: Context) -> ShopError | None:
    """Refuse an order that contradicts itself or takes the number of another one."""
    currency = record.currency or context.currency
    for payment in record.payments:
        if payment.currency and payment.currency != currency:
            return payments.other_currency(line, payment._replace(order=record.number), currency)
    namesake = context.by_number.get(record.number.upper()) if record.number else None
    if namesake and record.external_id and namesake[2:4] != (record.source, record.external_id):
        return RefusedError(
            "import.immutable",
            f"line {line.line}: the number {record.number} belongs to another order ({namesake.source or 'made here'})",
            hint=f"shopctl orders show {record.number}",
            line=line.line,
        )
    return None


def _inline_customers(
    pairs: Iterable[tuple[Line, OrderRecord]], context: Context
) -> Iterable[tuple[CustomerRecord, str]]:
    """List the customers that orders carry with them, apart from those whose personal data were erased since."""
    for _, record in pairs:
        if isinstance(record.customer, CustomerRecord) and not _is_erased(_stored_before(record, context)):
            address = record.billing or record.shipping
            yield record.customer, address.country if address else ""


def _stored_before(record: OrderRecord, context: Context, number: str = "") -> Stored | None:
    """Find the stored order that a record tells of: by its identity in the source, else by number."""
    stored = context.by_source.get((record.source, record.external_id)) if record.external_id else None
    return stored or context.by_number.get(number or record.number.upper())


def _is_erased(stored: Stored | None) -> bool:
    return stored is not None and "customer_id" in Print.read(stored.fingerprint).ours


def _prepare(shop: Shop, line: Line, record: OrderRecord, context: Context) -> Prepared | ShopError:
    customer: Known | None = context.directory.find(record.customer) if record.customer else None
    try:
        return prepare(record, customer, context.prices, context.products, shop.config)
    except ShopError as error:
        error.args = (f"line {line.line}: {error.message}",)
        error.message = f"line {line.line}: {error.message}"
        return error
    except ValueError as error:  # each figure fits, what they multiply and add up to does not
        hint = "check the quantities and prices of its lines"
        return UsageError("import.field", f"line {line.line}: {error}", hint=hint, line=line.line)


def _remember(context: Context, prepared: Prepared) -> None:
    """Know an order of this very chunk, so that its repeat in the same file is told as one."""
    stored = Stored(0, prepared.number, prepared.record.source, prepared.record.external_id, prepared.fingerprint)
    if prepared.number:
        context.by_number[prepared.number] = stored
    if prepared.record.external_id:
        context.by_source[prepared.record.source, prepared.record.external_id] = stored
    for payment in prepared.record.payments:
        context.payments.add((payment.provider, payment.reference))


def _twice(line: Line, record: OrderRecord) -> RefusedError:
    return RefusedError(
        "import.immutable",
        f"line {line.line}: order {record.number or record.external_id} stands in this file twice",
        hint="keep one of them",
        line=line.line,
    )


def _row(prepared: Prepared) -> ImportRow:
    return ImportRow(
        "order", prepared.number, prepared.customer_name, prepared.record.currency, prepared.amounts.total,
        prepared.differences,
    )  # fmt: skip


def _insert(shop: Shop, fresh: Sequence[tuple[Line, Prepared]], action: str) -> list[tuple[Line, Answer]]:
    if not fresh:
        return []
    counters.give_way(shop, "order", (prepared.number for _, prepared in fresh if prepared.number))
    numberless = sum(1 for _, prepared in fresh if not prepared.number)
    numbers = iter(counters.take(shop, "order", shop.today, numberless))
    keys = list(new_ids(Order, len(fresh)))
    style = shop.config.invoicing.reference
    orders: list[tuple[Any, ...]] = []
    lines: list[tuple[Any, ...]] = []
    money: list[payments.Incoming] = []
    answers: list[tuple[Line, Answer]] = []
    for key, (line, given) in zip(keys, fresh, strict=True):
        prepared = given if given.number else given.numbered(next(numbers))
        orders.append((key, *prepared.head, beside(prepared.number, style)))
        lines += [(key, *values) for values in prepared.lines]
        money += [
            payments.Incoming(payment, key, prepared.number, prepared.customer, prepared.record.currency)
            for payment in prepared.record.payments
        ]
        shop.record(action, prepared.number, source=prepared.record.source)
        answers.append((line, (Change.CREATED, _row(prepared))))
    write(orders, lines)
    payments.insert(shop, money)
    return answers


_CUSTOMER, _BILLING, _SHIPPING = (ORDER.index(name) for name in ("customer_id", "billing", "shipping"))
_KIND, _SKU, _DESCRIPTION = (LINE.index(name) for name in ("kind", "sku", "description"))


def write(orders: Sequence[tuple[Any, ...]], lines: Sequence[tuple[Any, ...]]) -> None:
    """Step: write new orders and their lines, with the words by which they are found.

    Args:
        orders: The values of `ORDER`, and the reference that a payer should quote.
        lines: The values of `LINE`.
    """
    insert_rows(Order, (*ORDER, "reference"), orders)
    insert_rows(OrderLine, LINE, lines)
    guests = [(row[0], words.of_guest(row[_BILLING], row[_SHIPPING])) for row in orders if row[_CUSTOMER] is None]
    loose = [(row[0], (row[_DESCRIPTION],)) for row in lines if not row[_SKU] and row[_KIND] == "product"]
    words.remember("order", [*guests, *loose])
    words.note_items({(row[_SKU], row[_DESCRIPTION]) for row in lines})
