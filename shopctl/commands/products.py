"""List, show, create, edit and archive products."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any

from shopctl.commands import catalogue_fields
from shopctl.commands.call import Call
from shopctl.commands.declaring import noun
from shopctl.commands.lists import Asked, listed, show_all
from shopctl.commands.options import Amount, Batch, Choice, References, argument, option
from shopctl.commands.writes import confirm_many, run_batch
from shopctl.errors import ExitStatus, UsageError

if TYPE_CHECKING:
    from shopctl.output.sheets import Sheet
    from shopctl.services.products import ProductDetails

app = noun("products", "What is sold: prices, taxes, stock")

NARROW = "Which products"
PRODUCT = "The product"
NONE = "none"
Skus = Annotated[References, argument("SKU", "SKUs of products; - reads them from standard input")]


class ProductType(Choice):
    """What a product is."""

    GOODS = "goods"
    SERVICE = "service"
    SHIPPING = "shipping"
    DISCOUNT = "discount"


class Policy(Choice):
    """What of a product is billed."""

    ORDERED = "ordered"
    DELIVERED = "delivered"


def parse_stock(text: str) -> str:
    """Read a quantity, or `none` where nobody counts."""
    from shopctl.domain.money import parse_decimal

    return text if text == NONE else f"{parse_decimal(text, what='stock'):f}"


@dataclass(frozen=True)
class Settings:
    """What is typed about a product."""

    name: Annotated[
        str | None, option(help="As screens and paper call it; default: the SKU", panel=PRODUCT, metavar="TEXT")
    ] = None
    price: Annotated[Amount, option(help="Price of a unit in the shop's currency", panel=PRODUCT)] = None
    tax: Annotated[
        list[str] | None, option(help="A tax it bears, once for each; none: untaxed", panel=PRODUCT, metavar="CODE")
    ] = None
    policy: Annotated[Policy | None, option(help="Bill what was ordered (default), or delivered", panel=PRODUCT)] = None
    kind: Annotated[
        ProductType | None, option("--type", help="goods (default), service, shipping, discount", panel=PRODUCT)
    ] = None
    stock: Annotated[
        str | None,
        option(help="How many are there; none: nobody counts", panel=PRODUCT, metavar="N", parser=parse_stock),
    ] = None

    def values(self) -> dict[str, Any]:
        """Gather what was typed by the fields of a product.

        Raises:
            UsageError: `none` beside a tax.
        """
        if self.tax and NONE in self.tax and len(self.tax) > 1:
            raise UsageError("usage", "--tax none stands alone", hint="leave out the other taxes, or none")
        typed = {
            "name": self.name, "price": self.price, "policy": str(self.policy) if self.policy else None,
            "type": str(self.kind) if self.kind else None,
            "taxes": None if self.tax is None else tuple(code for code in self.tax if code != NONE),
        }  # fmt: skip
        found: dict[str, Any] = {name: value for name, value in typed.items() if value is not None}
        if self.stock is not None:
            found["stock"] = None if self.stock == NONE else Decimal(self.stock)
        return found


@app.command(
    "list",
    examples=[
        ("shopctl products list", "newest first"),
        ("shopctl products list --type service", "services only"),
        ("shopctl products list --archived --format ids", "what is not sold any more"),
    ],
    exits="0 done, also when nothing matches · 2 usage · 3 no such product · 9 empty with --fail-on-empty",
)
def list_(
    call: Call,
    kind: Annotated[
        ProductType | None, option("--type", help="goods, service, shipping or discount", panel=NARROW)
    ] = None,
    archived: Annotated[
        bool, option(help="Those that are not sold any more, in place of the others", panel=NARROW)
    ] = False,
    *,
    asked: Asked,
) -> ExitStatus | None:
    """List products with price, taxes and stock, newest first. Archived ones are left out."""
    call.shop()

    from shopctl.services.listing import products

    return listed(
        call, asked, "products.list", catalogue_fields.PRODUCTS, products,
        products.ProductFilter(str(kind or ""), archived), key="sku", footer=lambda: _footer(archived=archived),
        empty="There are no products yet: shopctl products create SKU"
        if not (kind or archived or asked.search or asked.filter)
        else "No products match.",
    )  # fmt: skip


def _footer(*, archived: bool) -> list[str]:
    """Name the next command, and say how many products the list leaves out."""
    from shopctl.services import products

    hidden = 0 if archived else products.count_archived()
    told = ["What was sold of one:  shopctl products show SKU"]
    return told + ([f"Left out:              {hidden:,} archived, see --archived"] if hidden else [])


@app.command(
    "show",
    examples=[("shopctl products show DSK-140", "price, taxes, stock, and what was sold")],
    exits="0 done · 2 usage · 3 no such product",
)
def show(call: Call, numbers: Skus) -> None:
    """Show products with price, taxes, policy, stock, and what was ordered of them."""
    shop = call.shop()

    from shopctl.services import products

    found = products.show(shop, call.references(numbers))
    show_all(call, "products.show", catalogue_fields.PRODUCT_DETAILS, found, sheet)


def sheet(found: ProductDetails) -> Sheet:
    """Show a product: what it costs, how it is billed, what is there, what was sold."""
    from shopctl.output.human import human_money, human_quantity
    from shopctl.output.sheets import Sheet

    product, sold = found.product, found.sold
    price = f"{human_money(product.price, product.currency)} {product.currency}"
    page = Sheet().title(product.sku, product.name, "archived" if product.archived else product.type)
    page.pairs(
        [("Price", price), ("Taxes", ", ".join(found.tax_names) or None), ("Billed by", f"{product.policy} quantity")],
        [("Type", product.type), ("Stock", "not counted" if product.stock is None else human_quantity(product.stock)),
         ("To deliver", human_quantity(sold.quantity_to_deliver))],
    )  # fmt: skip
    page.section("Confirmed orders").table(
        ("", "ORDERS", "QUANTITY"),
        [("last 30 days", sold.orders_recent, human_quantity(sold.quantity_recent)),
         ("in all", sold.orders, human_quantity(sold.quantity))],
        "lrr",
    )  # fmt: skip
    commands = [(f"shopctl products edit {product.sku} --price A", "another price, for new lines only")]
    if product.archived:
        commands = [(f"shopctl products unarchive {product.sku}", "sell it again")]
    return page.next(commands)


@app.command(
    "create",
    examples=[
        (
            "shopctl products create DSK-140 --name 'Oak desk 140 cm' --price 499 --tax V21",
            "goods, billed when ordered",
        ),
        (
            "shopctl products create ASM --price 60 --tax V21 --type service --policy delivered",
            "billed by what was done",
        ),
    ],
    exits="0 done or already so · 2 not a product · 3 no such tax · 5 not allowed · 6 there is another of this SKU",
    writes=True,
)
def create(call: Call, numbers: Skus, *, settings: Settings, batch: Batch) -> ExitStatus:
    """Create products. Many at once come with import data."""
    shop = call.shop()

    from shopctl.domain.products import Product
    from shopctl.services import products

    references = call.references(numbers, batch.from_file)
    wanted = Product("", **settings.values())
    confirm_many(call, f"Create {len(references)} products?", references)
    return run_batch(
        call, shop, references, lambda part: products.create(shop, part, wanted), schema="products.create",
        columns=catalogue_fields.PRODUCT_WRITES, verb="create", batch=batch, next_commands=_look,
    )  # fmt: skip


@app.command(
    "edit",
    examples=[
        ("shopctl products edit DSK-140 --price 519", "for lines that are added from now on"),
        ("shopctl products edit DSK-140 LMP-ARC --tax V21 --stock none", "several at once"),
    ],
    exits="0 done or already so · 2 not a product · 3 no such product or tax · 5 not allowed · 8 some failed",
    writes=True,
)
def edit(call: Call, numbers: Skus, *, settings: Settings, batch: Batch) -> ExitStatus:
    """Change products. Orders and invoices that are there already keep their prices and taxes."""
    shop = call.shop()

    from shopctl.services import products

    references = call.references(numbers, batch.from_file)
    changes = settings.values()
    if not changes:
        raise UsageError("usage", "nothing to change was given", hint="shopctl products edit --help")
    confirm_many(call, f"Change {len(references)} products?", references)
    return run_batch(
        call, shop, references, lambda part: products.edit(shop, part, changes), schema="products.edit",
        columns=catalogue_fields.PRODUCT_WRITES, verb="change", batch=batch, next_commands=_look,
    )  # fmt: skip


@app.command(
    "archive",
    examples=[("shopctl products archive DSK-140", "not sold any more")],
    exits="0 done or already so · 2 usage · 3 no such product · 5 not allowed · 8 some failed",
    writes=True,
)
def archive(call: Call, numbers: Skus, *, batch: Batch) -> ExitStatus:
    """Archive products: they cannot be ordered anew, and stay on the documents they are on."""
    return _set_archived(call, numbers, batch, archived=True)


@app.command(
    "unarchive",
    examples=[("shopctl products unarchive DSK-140", "sold again")],
    exits="0 done or already so · 2 usage · 3 no such product · 5 not allowed · 8 some failed",
    writes=True,
)
def unarchive(call: Call, numbers: Skus, *, batch: Batch) -> ExitStatus:
    """Sell archived products again."""
    return _set_archived(call, numbers, batch, archived=False)


def _set_archived(call: Call, numbers: list[str], batch: Batch, *, archived: bool) -> ExitStatus:
    shop = call.shop()

    from shopctl.services import products

    references = call.references(numbers, batch.from_file)
    verb = "archive" if archived else "unarchive"
    confirm_many(call, f"{verb.capitalize()} {len(references)} products?", references)
    return run_batch(
        call, shop, references, lambda part: products.edit(shop, part, {"archived": archived}),
        schema=f"products.{verb}", columns=catalogue_fields.PRODUCT_WRITES, verb=verb, batch=batch, next_commands=_look,
    )  # fmt: skip


def _look(row: Any) -> list[str]:
    return [f"shopctl products show {row.sku}"]
