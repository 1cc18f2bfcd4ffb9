"""Take in records of other systems, many at a time; repeating a file changes nothing."""

from __future__ import annotations

from collections.abc import Sequence

from shopctl.domain.outcomes import Done, Failed, Outcome
from shopctl.domain.records import (
    CartRecord,
    CustomerRecord,
    OrderRecord,
    PaymentRecord,
    ProductRecord,
    Record,
    TaxRecord,
    TermsRecord,
)
from shopctl.errors import ShopError
from shopctl.services.importing.carts import store_carts
from shopctl.services.importing.catalogue import store_products, store_taxes, store_terms
from shopctl.services.importing.customers import store_customers
from shopctl.services.importing.orders import store_orders
from shopctl.services.importing.parts import Answer, ImportRow, Line, Storing
from shopctl.services.importing.payments import store_payments
from shopctl.shop import Shop, operation

__all__ = ["ImportRow", "store"]


@operation("imports")
def store(shop: Shop, items: Sequence[Line]) -> list[Outcome[ImportRow]]:
    """Store records: new ones are `created`, changed ones `changed`, equal ones `unchanged`.

    Kinds are stored in the order in which they refer to each other; the outcomes come in the order of the file.

    Raises (as outcomes): import.field, import.syntax, import.reference, import.immutable.
    """
    answers: dict[int, Answer] = {}
    groups: dict[type, list[tuple[Line, Record]]] = {}
    for item in items:
        if item.record is None:
            assert item.error is not None  # noqa: S101  # a reader hands over one or the other
            answers[id(item)] = item.error
        else:
            groups.setdefault(type(item.record), []).append((item, item.record))
    for kind, storing in STORING.items():
        if kind in groups:
            for item, answer in storing(shop, groups[kind]):
                answers[id(item)] = answer
    return [_outcome(item, answers[id(item)]) for item in items]


def _outcome(item: Line, answer: Answer) -> Outcome[ImportRow]:
    if isinstance(answer, ShopError):
        return Failed(item.reference, answer)
    change, row = answer
    notes = (row.differences,) if row.differences else ()
    return Done(item.reference, change, row, notes)


STORING: dict[type, Storing] = {
    TaxRecord: store_taxes,
    TermsRecord: store_terms,
    ProductRecord: store_products,
    CustomerRecord: store_customers,
    CartRecord: store_carts,
    OrderRecord: store_orders,
    PaymentRecord: store_payments,
}
