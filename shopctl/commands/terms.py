"""List, show, create, edit, delete and preview payment terms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from shopctl.commands import catalogue_fields
from shopctl.commands.call import Call
from shopctl.commands.declaring import noun
from shopctl.commands.invoice_app import day_of
from shopctl.commands.lists import show_all
from shopctl.commands.options import Amount, Batch, DateOption, References, argument, option
from shopctl.commands.writes import confirm_many, run_batch
from shopctl.errors import ExitStatus, UsageError

if TYPE_CHECKING:
    from shopctl.domain.records import TermsLineRecord, TermsRecord
    from shopctl.output.sheets import Sheet
    from shopctl.services.terms import Preview
    from shopctl.shop import Shop

app = noun("terms", "Payment terms: when which part of an invoice falls due")

TERMS = "The terms"
NONE = "none"
EARLY = {
    "included": "the total, the tax in it being reduced when it is taken",
    "excluded": "the untaxed amount, the tax staying as it is",
    "mixed": "the total, the tax being reduced from the start",
}
Codes = Annotated[References, argument("CODE", "Codes of payment terms; - reads them from standard input")]


def parse_line(text: str) -> TermsLineRecord:
    """Read an instalment; see `domain.terms_words.read_line`."""
    from shopctl.domain.records import TermsLineRecord
    from shopctl.domain.terms_words import read_line

    line = read_line(text)
    return TermsLineRecord(line.type, line.value, line.delay, line.days, line.day)


Name = Annotated[str | None, option(help="As people call them; default: the code", panel=TERMS, metavar="TEXT")]
Note = Annotated[str | None, option(help="Printed on invoices", panel=TERMS, metavar="TEXT")]
Lines = Annotated[
    list[str] | None,
    option(
        "--line",
        help="An instalment, once for each: 30% or 200 at once; 70%+60d; 100%+10d-after-month-end (or "
        "-after-next-month-end); 100%+30d-on-10: 30 days, then the 10th of the month after (0: that month's end)",
        panel=TERMS,
        metavar="SPEC",
    ),
]
Early = Annotated[
    str | None,
    option(
        "--early-discount",
        help="2%/7d: 2 % off when all is paid within 7 days; add :included, :excluded or :mixed for what becomes of "
        "the tax (default by the shop's country); none takes it away",
        panel=TERMS,
        metavar="SPEC",
    ),
]


@app.command(
    "list",
    examples=[("shopctl terms list", "all of them"), ("shopctl terms list --json", "for scripts")],
    exits="0 done, also when there are none",
)
def list_(call: Call) -> None:
    """List payment terms in the order of their codes."""
    call.shop()

    from shopctl.services import terms

    call.out.list(
        "terms.list", catalogue_fields.TERMS, terms.every(), key="code", empty="There are no payment terms yet.",
        footer=["What falls due when:  shopctl terms preview CODE --amount A"],
    )  # fmt: skip


@app.command(
    "show",
    examples=[("shopctl terms show NET30", "one of them")],
    exits="0 done · 2 usage · 3 no such terms",
)
def show(call: Call, numbers: Codes) -> None:
    """Show payment terms."""
    call.shop()

    from shopctl.services import terms

    show_all(call, "terms.show", catalogue_fields.TERMS, terms.show(call.references(numbers)), sheet)


def sheet(record: TermsRecord) -> Sheet:
    """Show payment terms: the instalments, the discount, the note."""
    from shopctl.output.sheets import Sheet

    page = Sheet().title(record.code, record.name)
    page.pairs(
        [
            ("Instalments", ", ".join(catalogue_fields.words_of(record)) or "all at once"),
            ("Early discount", catalogue_fields.early_of(record) or None),
            ("Note", record.note or None),
        ]
    )
    return page.next([(f"shopctl terms preview {record.code} --amount 1000", "what falls due when")])


@app.command(
    "create",
    examples=[
        ("shopctl terms create NET30 --name '30 days net' --line 100%+30d", "all of it in 30 days"),
        ("shopctl terms create ADV --line 30% --line 70%+60d", "30 % now, the rest in 60 days"),
        ("shopctl terms create EOM10 --line 100%+10d-after-month-end", "10 days after the end of the month"),
        ("shopctl terms create S2 --line 100%+30d --early-discount 2%/7d", "2 % off within 7 days"),
    ],
    exits="0 done or already so · 2 not payment terms · 5 not allowed · 6 there are others of this code",
    writes=True,
)
def create(
    call: Call, numbers: Codes, name: Name = None, note: Note = None, line: Lines = None, early: Early = None, *,
    batch: Batch,
) -> ExitStatus:  # fmt: skip
    """Create payment terms. The last instalment takes what the others leave."""
    shop = call.shop()

    from shopctl.domain.records import TermsRecord
    from shopctl.services import terms

    settings = TermsRecord("", **_typed(shop, name, note, line or ["100%"], early))
    references = call.references(numbers, batch.from_file)
    confirm_many(call, f"Create {len(references)} payment terms?", references)
    return run_batch(
        call, shop, references, lambda part: terms.create(shop, part, settings), schema="terms.create",
        columns=catalogue_fields.TERMS, verb="create", batch=batch, next_commands=_after,
    )  # fmt: skip


@app.command(
    "edit",
    examples=[
        ("shopctl terms edit NET30 --note 'Payable within 30 days.'", "what invoices say"),
        ("shopctl terms edit S2 --early-discount none", "no discount any more"),
    ],
    exits="0 done or already so · 2 not payment terms · 3 no such terms · 5 not allowed · 8 some failed",
    writes=True,
)
def edit(
    call: Call, numbers: Codes, name: Name = None, note: Note = None, line: Lines = None, early: Early = None, *,
    batch: Batch,
) -> ExitStatus:  # fmt: skip
    """Change payment terms; --line replaces all instalments. Posted documents keep their own."""
    shop = call.shop()

    from shopctl.services import terms

    references = call.references(numbers, batch.from_file)
    changes = _typed(shop, name, note, line, early)
    if not changes:
        raise UsageError("usage", "nothing to change was given", hint="shopctl terms edit --help")
    confirm_many(call, f"Change {len(references)} payment terms?", references)
    return run_batch(
        call, shop, references, lambda part: terms.edit(shop, part, changes), schema="terms.edit",
        columns=catalogue_fields.TERMS, verb="change", batch=batch, next_commands=_after,
    )  # fmt: skip


@app.command(
    "delete",
    examples=[("shopctl terms delete NET45", "terms that nobody uses")],
    exits="0 done · 3 no such terms · 5 not allowed · 6 they are used · 8 some failed",
    writes=True,
)
def delete(call: Call, numbers: Codes, *, batch: Batch) -> ExitStatus:
    """Delete payment terms that no customer, live order, draft or setting names."""
    shop = call.shop()

    from shopctl.services import terms

    references = call.references(numbers, batch.from_file)
    confirm_many(call, f"Delete {len(references)} payment terms?", references)
    return run_batch(
        call, shop, references, lambda part: terms.delete(shop, part), schema="terms.delete",
        columns=catalogue_fields.TERMS, verb="delete", batch=batch,
    )  # fmt: skip


@app.command(
    "preview",
    examples=[
        ("shopctl terms preview ADV --amount 1150", "as of today"),
        ("shopctl terms preview EOM10 --date 2026-08-21 --amount 99000 --currency JPY", "in another currency"),
    ],
    exits="0 done · 2 usage · 3 no such terms",
)
def preview(
    call: Call,
    code: Annotated[str, argument("CODE", "Code of payment terms")],
    amount: Annotated[Amount, option(help="Total with taxes (default 1000)")] = None,
    date: Annotated[DateOption, option(help="Invoice date; default: today")] = None,
    currency: Annotated[str, option(help="Default: the shop's", metavar="CUR")] = "",
) -> None:
    """Tell what would fall due when, and until when an early discount holds. Nothing is stored."""
    shop = call.shop()

    from decimal import Decimal

    from shopctl.services import terms

    found = terms.preview(
        code, day_of(date, shop) or shop.today, Decimal(1000) if amount is None else amount,
        currency.upper() or shop.config.shop.currency,
    )  # fmt: skip
    call.out.show("terms.preview", catalogue_fields.PREVIEW, found, preview_sheet(found))


def preview_sheet(found: Preview) -> Sheet:
    """Show the instalments of an amount, and the early discount."""
    from shopctl.output.human import human_money, human_percent
    from shopctl.output.sheets import Sheet

    page = Sheet().title(found.code, f"invoice of {found.date}")
    page.table(
        ("#", "DUE", f"AMOUNT {found.currency}"),
        [
            (place, part.due_date, human_money(part.amount, found.currency))
            for place, part in enumerate(found.installments, 1)
        ],
        "rcr",
    )
    page.totals([("Total", human_money(found.amount, found.currency))])
    if found.early_percent is not None and found.early_mode is not None:
        percent = human_percent(found.early_percent)
        page.blank().text(f"{percent} off {EARLY[found.early_mode]}, if all is paid by {found.early_until}")
    return page


def _typed(
    shop: Shop, name: str | None, note: str | None, lines: list[str] | None, early: str | None
) -> dict[str, Any]:
    """Gather what was typed by the names of a record's fields."""
    from shopctl.domain.records import EarlyDiscountRecord
    from shopctl.domain.terms_words import read_early

    typed: dict[str, Any] = {"name": name, "note": note, "lines": tuple(map(parse_line, lines)) if lines else None}
    changes = {field: value for field, value in typed.items() if value is not None}
    if early == NONE:
        changes["early_discount"] = None
    elif early is not None:
        found = read_early(early, shop.config.shop.country)
        changes["early_discount"] = EarlyDiscountRecord(found.percent, found.days, found.mode)
    return changes


def _after(row: Any) -> list[str]:
    return [f"shopctl terms preview {row.code} --amount 1000"]
