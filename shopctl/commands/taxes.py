"""List, show, create, edit and delete taxes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from shopctl.commands import catalogue_fields
from shopctl.commands.call import Call
from shopctl.commands.declaring import noun
from shopctl.commands.lists import show_all
from shopctl.commands.options import Amount, Batch, Choice, References, argument, option
from shopctl.commands.writes import confirm_many, run_batch
from shopctl.errors import ExitStatus, UsageError

if TYPE_CHECKING:
    from shopctl.output.sheets import Sheet
    from shopctl.services.taxes import TaxDetails

app = noun("tax", "Taxes: rates, groups, and how they apply on each other")

TAX = "The tax"
Codes = Annotated[References, argument("CODE", "Tax codes; - reads them from standard input")]


class TaxType(Choice):
    """What the amount of a tax means."""

    PERCENT = "percent"
    FIXED = "fixed"
    DIVISION = "division"
    GROUP = "group"


def parse_sequence(text: str) -> int:
    """Read a whole number, which may be negative."""
    from shopctl.domain.money import parse_decimal

    return int(parse_decimal(text, digits=0, what="sequence"))


Name = Annotated[str | None, option(help="As screens and paper call it; default: its code", panel=TAX, metavar="TEXT")]
Type = Annotated[
    TaxType | None,
    option("--type", help="percent (default), fixed: money a unit, division: percent of the gross, group", panel=TAX),
]
Rate = Annotated[Amount, option(help="Percentage, or money a unit", panel=TAX)]
Included = Annotated[bool | None, option("--included/--not-included", help="The price contains it", panel=TAX)]
Compounds = Annotated[bool | None, option("--compounds/--not-compounds", help="Later taxes apply on it", panel=TAX)]
Affected = Annotated[
    bool | None, option("--affected/--not-affected", help="It applies on earlier taxes that compound", panel=TAX)
]
Sequence = Annotated[
    int | None, option(help="Lower ones are worked out first", panel=TAX, metavar="N", parser=parse_sequence)
]
Group = Annotated[str | None, option(help="Its row of the total block; default: its own", panel=TAX, metavar="TEXT")]
Child = Annotated[
    list[str] | None, option("--child", help="A tax of the group; once for each", panel=TAX, metavar="CODE")
]


@app.command(
    "list",
    examples=[("shopctl tax list", "all of them"), ("shopctl tax list --json", "for scripts")],
    exits="0 done, also when there is none",
)
def list_(call: Call) -> None:
    """List the taxes of the shop in the order of their codes."""
    call.shop()

    from shopctl.services import taxes

    call.out.list(
        "tax.list", catalogue_fields.TAXES, taxes.every(), key="code", empty="There are no taxes yet.",
        footer=["Products and a worked example:  shopctl tax show CODE"],
    )  # fmt: skip


@app.command(
    "show",
    examples=[("shopctl tax show V21", "which products bear it, and what 100.00 comes to")],
    exits="0 done · 2 usage · 3 no such tax",
)
def show(call: Call, numbers: Codes) -> None:
    """Show taxes with the products that bear them and a worked example on 100.00."""
    shop = call.shop()

    from shopctl.services import taxes

    found = taxes.show(shop, call.references(numbers))
    show_all(call, "tax.show", catalogue_fields.TAX_DETAILS, found, sheet)


def sheet(found: TaxDetails) -> Sheet:
    """Show a tax: what it takes, who bears it, what 100 comes to."""
    from shopctl.output.human import human_money
    from shopctl.output.sheets import Sheet

    tax, example = found.tax, found.example

    def money(amount: Any) -> str:
        return human_money(amount, example.currency)

    page = Sheet().title(tax.code, tax.name, tax.type)
    page.pairs(
        [("Rate", catalogue_fields.rate(tax)), ("Group", tax.group or None), ("Sequence", tax.sequence)],
        [("In the price", tax.included), ("Compounds", tax.compounds), ("Affected", tax.affected)],
    )
    page.pairs([("Products", ", ".join(found.products) or None), ("Used by", ", ".join(found.used_by) or None)])
    page.section("A price of 100").table(
        ("TAX", "NAME", "BASE", f"AMOUNT {example.currency}"),
        [(one.code, one.name, money(one.amount_base), money(one.amount)) for one in example.taxes],
        "clrr",
    )
    return page.totals([("Untaxed", money(example.amount_untaxed)), ("Total", money(example.amount_total))])


@app.command(
    "create",
    examples=[
        ("shopctl tax create V21 --name 'VAT 21 %' --amount 21", "21 % on top"),
        ("shopctl tax create I21 --name 'VAT 21 %' --amount 21 --included", "21 % in the price"),
        ("shopctl tax create ECO --type fixed --amount 0.15 --compounds --sequence 0", "0.15 a unit, taxed itself"),
        ("shopctl tax create BOTH --type group --child ECO --child V21", "two at once"),
    ],
    exits="0 done or already so · 2 not a tax · 5 not allowed · 6 there is another of this code",
    writes=True,
)
def create(
    call: Call, numbers: Codes, name: Name = None, kind: Type = None, amount: Rate = None, included: Included = None,
    compounds: Compounds = None, affected: Affected = None, sequence: Sequence = None, group: Group = None,
    child: Child = None, *, batch: Batch,
) -> ExitStatus:  # fmt: skip
    """Create a tax. It can be named by products and lines at once."""
    shop = call.shop()

    from shopctl.domain.records import TaxRecord
    from shopctl.services import taxes

    references = call.references(numbers, batch.from_file)
    typed = _typed(name, kind, amount, included, compounds, affected, sequence, group, child)
    if amount is None and kind != TaxType.GROUP:
        raise UsageError("usage", "a tax needs --amount", hint="--amount 21, or --type group with --child CODE")
    settings = TaxRecord("", **typed)
    confirm_many(call, f"Create {len(references)} taxes?", references)
    return run_batch(
        call, shop, references, lambda part: taxes.create(shop, part, settings), schema="tax.create",
        columns=catalogue_fields.TAXES, verb="create", batch=batch, next_commands=_after,
    )  # fmt: skip


@app.command(
    "edit",
    examples=[
        ("shopctl tax edit V21 --name 'VAT 21 %' --group VAT", "always allowed"),
        ("shopctl tax edit ECO --amount 0.20", "allowed until an order or invoice uses it"),
    ],
    exits="0 done or already so · 2 not a tax · 3 no such tax · 5 not allowed · 6 documents use it · 8 some failed",
    writes=True,
)
def edit(
    call: Call, numbers: Codes, name: Name = None, kind: Type = None, amount: Rate = None, included: Included = None,
    compounds: Compounds = None, affected: Affected = None, sequence: Sequence = None, group: Group = None,
    child: Child = None, *, batch: Batch,
) -> ExitStatus:  # fmt: skip
    """Change taxes. Once an order or invoice uses one, only its name and group can change."""
    shop = call.shop()

    from shopctl.services import taxes

    references = call.references(numbers, batch.from_file)
    changes = _typed(name, kind, amount, included, compounds, affected, sequence, group, child)
    if not changes:
        raise UsageError("usage", "nothing to change was given", hint="shopctl tax edit --help")
    confirm_many(call, f"Change {len(references)} taxes?", references)
    return run_batch(
        call, shop, references, lambda part: taxes.edit(shop, part, changes), schema="tax.edit",
        columns=catalogue_fields.TAXES, verb="change", batch=batch, next_commands=_after,
    )  # fmt: skip


@app.command(
    "delete",
    examples=[("shopctl tax delete V19", "one that nothing uses")],
    exits="0 done · 3 no such tax · 5 not allowed · 6 it is used · 8 some failed",
    writes=True,
)
def delete(call: Call, numbers: Codes, *, batch: Batch) -> ExitStatus:
    """Delete taxes that no product, line or group names."""
    shop = call.shop()

    from shopctl.services import taxes

    references = call.references(numbers, batch.from_file)
    confirm_many(call, f"Delete {len(references)} taxes?", references)
    return run_batch(
        call, shop, references, lambda part: taxes.delete(shop, part), schema="tax.delete",
        columns=catalogue_fields.TAXES, verb="delete", batch=batch,
    )  # fmt: skip


def _typed(
    name: str | None, kind: TaxType | None, amount: object, included: bool | None, compounds: bool | None,
    affected: bool | None, sequence: int | None, group: str | None, child: list[str] | None,
) -> dict[str, Any]:  # fmt: skip
    """Gather what was typed by the names of a record's fields."""
    typed = {
        "name": name, "type": str(kind) if kind else None, "amount": amount, "included": included,
        "compounds": compounds, "affected": affected, "sequence": sequence, "group": group,
        "children": tuple(child) if child else None,
    }  # fmt: skip
    return {field: value for field, value in typed.items() if value is not None}


def _after(row: Any) -> list[str]:
    return [f"shopctl tax show {row.code}"]
