"""Keep the products of the shop. What changes here changes no order that is there already."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final, NamedTuple

from shopctl.db.bulk import among, change_rows, fetch, insert_rows, total
from shopctl.db.fields import exact, stamp, units
from shopctl.domain.outcomes import Change, Done, Failed, Outcome
from shopctl.domain.products import Product, changed_fields, problems
from shopctl.errors import NotFoundError, RefusedError, ShopError, UsageError
from shopctl.models import Product as Goods
from shopctl.models import TaxRate
from shopctl.services import words
from shopctl.services.facts import locking
from shopctl.services.orders import tax_names
from shopctl.services.repeats import in_order
from shopctl.shop import Shop, operation

RECENT: Final = timedelta(days=30)
COLUMNS: Final = (
    Goods.sku, Goods.name, Goods.type, Goods.price, Goods.taxes, Goods.policy, Goods.stock, Goods.archived,
)  # fmt: skip
STORED: Final = ("sku", "name", "type", "price", "taxes", "policy", "stock", "archived")


class ProductRow(NamedTuple):
    """A product as lists show it; the price is in the shop's currency."""

    sku: str
    name: str
    type: str
    price: Decimal
    currency: str
    taxes: tuple[str, ...]
    policy: str
    stock: Decimal | None
    archived: bool


class Sold(NamedTuple):
    """What confirmed orders say of a product.

    Attributes:
        orders_recent: Orders of the last 30 days with it.
        quantity_recent: How many were ordered in the last 30 days.
        orders: All orders with it.
        quantity: How many were ordered in all.
        quantity_to_deliver: How many of them have not left and will.
    """

    orders_recent: int
    quantity_recent: Decimal
    orders: int
    quantity: Decimal
    quantity_to_deliver: Decimal


class ProductDetails(NamedTuple):
    """Everything `products show` tells."""

    product: ProductRow
    tax_names: tuple[str, ...]
    sold: Sold


def count_archived() -> int:
    """Count the products that the list leaves out."""
    return int(Goods.select().where(Goods.archived == True).count())  # noqa: E712  # an expression of peewee


def product_of(*values: Any) -> Product:
    """Make a product of the values of `COLUMNS`."""
    sku, name, kind, price, taxes, policy, stock, archived = values
    return Product(sku, name, kind, price, tuple(taxes.split()), policy, stock, bool(archived))


def row_of(product: Product, currency: str) -> ProductRow:
    """Show a product as lists do."""
    return ProductRow(
        product.sku, product.name, product.type, product.price, currency, product.taxes, product.policy, product.stock,
        product.archived,
    )  # fmt: skip


def unknown(sku: str) -> NotFoundError:
    """Say that there is no such product."""
    return NotFoundError("product.unknown", f"there is no product {sku}", hint="shopctl products list", product=sku)


def show(shop: Shop, skus: Sequence[str]) -> list[ProductDetails]:
    """Tell everything about products.

    Raises:
        NotFoundError: One of them does not exist.
    """
    found = load(skus)
    names = tax_names()
    details = []
    for sku in skus:
        if sku not in found:
            raise unknown(sku)
        product = found[sku]
        row = row_of(product, shop.config.shop.currency)
        details.append(ProductDetails(row, tuple(names.get(code, code) for code in product.taxes), _sold(shop, sku)))
    return details


def _sold(shop: Shop, sku: str) -> Sold:
    since = stamp(shop.now - RECENT)
    ((recent, lately, orders, quantity, waiting),) = fetch(
        Goods,
        "SELECT count(DISTINCT CASE WHEN o.ordered_at >= ? THEN o.id END), "
        "sum(CASE WHEN o.ordered_at >= ? THEN l.quantity ELSE 0 END), count(DISTINCT o.id), sum(l.quantity), "
        "sum(CASE WHEN l.closed OR l.kind <> 'product' OR l.delivered >= l.quantity THEN 0 "
        "ELSE l.quantity - l.delivered END) "
        "FROM order_lines l JOIN orders o ON o.id = l.order_id WHERE l.sku = ? AND o.state = 'confirmed'",
        (since, since, sku),
    )
    return Sold(recent, total(lately), orders, total(quantity), total(waiting))


def load(skus: Sequence[str], *, lock: bool = False) -> dict[str, Product]:
    """Step: load products by SKU; with `lock`, nobody else changes them meanwhile."""
    condition, values = among(Goods, "p.sku", list(skus))
    rows = fetch(
        Goods,
        "SELECT p.sku, p.name, p.type, p.price, p.taxes, p.policy, p.stock, p.archived FROM products p "  # noqa: S608
        f"WHERE {condition} ORDER BY p.id{locking('p') if lock else ''}",
        values,
    )
    return {
        row[0]: product_of(*row[:3], exact(row[3]), *row[4:6], None if row[6] is None else exact(row[6]), row[7])
        for row in rows
    }


@operation("catalogue")
def create(shop: Shop, skus: Sequence[str], settings: Product) -> list[Outcome[ProductRow]]:
    """Make products; one that is there already with the same settings is `unchanged`.

    Args:
        settings: Everything but the SKU.

    Raises (as outcomes): product.exists, product.invalid, tax.unknown.
    """

    def decide(sku: str, stored: Product | None) -> Product:
        wanted = settings._replace(sku=sku, name=settings.name or sku)
        if stored is not None and stored != wanted:
            raise RefusedError(
                "product.exists",
                f"product {sku} exists already and differs in {', '.join(changed_fields(stored, wanted))}",
                hint=f"shopctl products edit {sku}",
                product=sku,
            )
        return wanted

    return _each(shop, skus, decide)


@operation("catalogue")
def edit(shop: Shop, skus: Sequence[str], changes: Mapping[str, Any]) -> list[Outcome[ProductRow]]:
    """Change products; orders that are there already keep what they say.

    Args:
        changes: New values by the fields of a product.

    Raises (as outcomes): product.unknown, product.invalid, tax.unknown.
    """

    def decide(sku: str, stored: Product | None) -> Product:
        if stored is None:
            raise unknown(sku)
        return stored._replace(**changes)

    return _each(shop, skus, decide)


def _each(
    shop: Shop, skus: Sequence[str], decide: Callable[[str, Product | None], Product]
) -> list[Outcome[ProductRow]]:
    """Load products, decide what each is to be, store what changed, answer."""
    found = load(skus, lock=True)
    query: Any = TaxRate.select(TaxRate.code)
    taxes = {code for (code,) in query.tuples()}
    outcomes: dict[str, Outcome[ProductRow]] = {}
    changed: dict[str, Product] = {}
    for sku in dict.fromkeys(skus):
        before = found.get(sku)
        try:
            after = decide(sku, before)
            if after != before:
                _require_sound(after, taxes)
                changed[sku] = after
        except ShopError as error:
            outcomes[sku] = Failed(sku, error)
            continue
        change = Change.UNCHANGED if after == before else Change.CREATED if before is None else Change.CHANGED
        notes = (f"product {sku} is so already",) if after == before else ()
        outcomes[sku] = Done(sku, change, row_of(after, shop.config.shop.currency), notes)
    _store(shop, changed, found)
    return in_order(skus, {sku: sku for sku in skus}, outcomes)


def _require_sound(product: Product, taxes: set[str]) -> None:
    for code in product.taxes:
        if code not in taxes:
            raise NotFoundError("tax.unknown", f"there is no tax {code}", hint="shopctl tax list", tax=code)
    found = problems(product, taxes)
    if found:
        raise UsageError(
            "product.invalid",
            f"product {product.sku[:40]} is refused: {'; '.join(found)}",
            hint="shopctl products create --help",
        )


def _store(shop: Shop, changed: Mapping[str, Product], before: Mapping[str, Product]) -> None:
    rows = {sku: _values(product) for sku, product in changed.items()}
    insert_rows(Goods, STORED, [row for sku, row in rows.items() if sku not in before])
    names = STORED[1:]
    change_rows(
        Goods, ", ".join(f"{name} = :{name}" for name in names), "sku = :sku", STORED,
        [row for sku, row in rows.items() if sku in before],
    )  # fmt: skip
    condition, values = among(Goods, "sku", list(changed))
    words.refresh("product", [key for (key,) in fetch(Goods, f"SELECT id FROM products WHERE {condition}", values)])  # noqa: S608
    for sku, product in changed.items():
        if sku not in before:
            shop.record("product.created", sku)
            continue
        told = {
            name: [_said(getattr(before[sku], name)), _said(getattr(product, name))]
            for name in changed_fields(before[sku], product)
        }
        shop.record("product.changed", sku, **told)


def _values(product: Product) -> tuple[Any, ...]:
    stock = None if product.stock is None else units(product.stock)
    return (
        product.sku, product.name, product.type, units(product.price), " ".join(product.taxes), product.policy, stock,
        product.archived,
    )  # fmt: skip


def _said(value: object) -> str:
    return " ".join(value) if isinstance(value, tuple) else f"{value:f}" if isinstance(value, Decimal) else str(value)
