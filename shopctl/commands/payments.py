"""List, show, register and allocate payments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from shopctl.commands import fields
from shopctl.commands.call import Call
from shopctl.commands.declaring import noun
from shopctl.commands.inputs import is_table
from shopctl.commands.invoice_app import day_of
from shopctl.commands.lists import Dated, listed, show_all
from shopctl.commands.options import (
    Amount,
    Batch,
    DateOption,
    Invoices,
    Payments,
    References,
    argument,
    option,
    parse_amount,
    parse_when,
)
from shopctl.commands.writes import chosen, confirm_many, run_batch
from shopctl.errors import ExitStatus, UsageError

if TYPE_CHECKING:
    from shopctl.services.receipts import Receipt
    from shopctl.shop import Shop

app = noun("payment", "Money received, and the invoices it pays")

NARROW = "Which payments"
MONEY = "The money"
CREDIT = "Which credits"
KEEP_OPEN = "Leave the difference open (default), and take no early discount"

WriteOff = Annotated[
    str, option(help="Write the difference off: bank-fee, discount, rounding, bad-debt", panel=MONEY, metavar="WHY")
]


@app.command(
    "list",
    examples=[
        ("shopctl payment list", "newest first"),
        ("shopctl payment list --unallocated", "with something left"),
    ],
    exits="0 done, also when nothing matches · 2 usage · 3 no such customer · 9 empty with --fail-on-empty",
)
def list_(
    call: Call,
    unallocated: Annotated[bool, option(help="Not used up yet", panel=NARROW)] = False,
    method: Annotated[str, option(help="wire, card, cash, …", panel=NARROW, metavar="M")] = "",
    state: Annotated[str, option(help="pending, authorized, done, cancelled", panel=NARROW, metavar="STATE")] = "",
    customer: Annotated[str, option(help="Customer code or e-mail address", panel=NARROW, metavar="C")] = "",
    reference: Annotated[str, option(help="The bank's or provider's own reference", panel=NARROW, metavar="TX")] = "",
    *,
    asked: Dated,
) -> ExitStatus | None:
    """List payments, newest first."""
    shop = call.shop()

    from shopctl.services.listing import payments

    since, until = asked.days(shop)
    wanted = payments.PaymentFilter(
        unallocated=unallocated, method=method, customer=customer, state=state, reference=reference, since=since,
        until=until,
    )  # fmt: skip
    return listed(
        call, asked, "payment.list", fields.PAYMENTS, payments, wanted, empty="No payments match.",
        footer=lambda: ["Not used yet:  shopctl payment outstanding"],
    )  # fmt: skip


@app.command(
    "show",
    examples=[("shopctl payment show PAY/2026/00057", "where the money went")],
    exits="0 done · 2 usage · 3 no such payment",
)
def show(call: Call, numbers: Payments) -> None:
    """Show payments and the invoices they pay."""
    call.shop()

    from shopctl.commands.payment_sheet import sheet
    from shopctl.services import payments

    found = payments.show(call.references(numbers))
    show_all(call, "payment.show", fields.details("payment", fields.PAYMENTS, fields.PAYMENT_DETAILS), found, sheet)


@app.command(
    "register",
    examples=[
        ("shopctl payment register INV/2026/00031", "all that is due came by wire, today"),
        ("shopctl payment register S00431 --amount 189 --reference TX-77", "confirms the waiting order as well"),
        ("shopctl payment register INV/2026/00031 --amount 99.50 --write-off bank-fee", "the rest is never paid"),
        ("shopctl payment register INV/2026/00031 INV/2026/00032 --amount 500", "one payment, the oldest first"),
        ("shopctl payment register --customer C00014 --amount 50", "money without a document: a credit"),
        ("shopctl payment register --from bank.csv --yes", "many: columns document, amount, date, reference"),
    ],
    exits="0 done or already so · 2 usage · 3 no such document · 6 not allowed · 7 reference used · 8 some failed",
    writes=True,
)
def register(
    call: Call,
    numbers: Annotated[References, argument("DOCUMENT", "Order or invoice numbers; - reads them from standard input")],
    amount: Annotated[Amount, option(help="How much; default: all due less an early discount", panel=MONEY)] = None,
    write_off: WriteOff = "",
    keep_open: Annotated[bool, option(help=KEEP_OPEN, panel=MONEY)] = False,
    date: Annotated[DateOption, option(help="When it came; default: today", panel=MONEY)] = None,
    method: Annotated[
        str, option(help="wire (default), card, paypal, cod, cash, cheque, other", panel=MONEY, metavar="M")
    ] = "wire",
    provider: Annotated[str, option(help="Bank or payment provider", panel=MONEY, metavar="NAME")] = "",
    reference: Annotated[
        str, option(help="Its own reference; the same one counts once", panel=MONEY, metavar="TX")
    ] = "",
    memo: Annotated[str, option(help="Remark", panel=MONEY, metavar="TEXT")] = "",
    customer: Annotated[
        str, option(help="Whose money it is, when there is no document", panel=MONEY, metavar="C")
    ] = "",
    currency: Annotated[str, option(help="Default: the document's, or the shop's", panel=MONEY, metavar="CUR")] = "",
    *,
    batch: Batch,
) -> ExitStatus:
    """Register money that came in. It pays the invoice, or confirms the waiting order; anything more stays a credit."""
    shop = call.shop()

    from shopctl.services import registering
    from shopctl.services.receipts import Receipt

    typed = Receipt(
        "", amount, day_of(date, shop), method, provider, reference, memo, customer, currency.upper(),
        write_off=write_off, keep_open=keep_open,
    )  # fmt: skip
    rows = _table(call, typed, numbers, batch.from_file, batch.failures)
    receipts = [_receipt(row, place, shop, typed) for place, row in enumerate(rows, 1)]
    receipts = receipts if is_table(batch.from_file) else _receipts(call, typed, numbers, batch.from_file)
    confirm_many(call, f"Register {len(receipts)} payments?", receipts)
    return run_batch(
        call, shop, receipts, lambda part: registering.register(shop, part), schema="payment.register",
        columns=fields.PAYMENTS, verb="register", records=rows, batch=batch, next_commands=_next,
    )  # fmt: skip


def _table(
    call: Call, typed: Receipt, numbers: list[str] | None, from_file: str, failures: str
) -> list[dict[str, str]]:
    """Read the rows of a table of payments; none when the documents are named in another way.

    Raises:
        UsageError: What was typed besides contradicts the rows, or the failures would lose their amounts.
    """
    if typed.write_off and typed.keep_open:
        raise UsageError("usage", "a difference is either written off or left open", hint="leave out one of the two")
    if not is_table(from_file):
        return []
    if numbers or typed.amount is not None or typed.transaction or typed.customer:
        raise UsageError(
            "usage",
            f"documents, amounts and references stand in {from_file}, so they cannot be typed as well",
            hint="leave out the numbers, --amount, --reference and --customer",
        )
    if failures and not is_table(failures):
        raise UsageError(
            "usage", "the payments that fail keep their amounts only in a table", hint="--failures failed.csv"
        )
    return call.rows(from_file)


def _receipts(call: Call, typed: Receipt, numbers: list[str] | None, from_file: str) -> list[Receipt]:
    """Make a receipt for each document, or for a customer without one."""
    from dataclasses import replace

    if typed.customer:
        if numbers or from_file or typed.amount is None:
            raise UsageError(
                "usage",
                "--customer takes --amount and no document",
                hint="shopctl payment register --customer C --amount A",
            )
        return [typed]
    references = call.references(numbers, from_file)
    if len(references) > 1 and typed.amount is not None:
        first, *further = dict.fromkeys(references)
        return [replace(typed, reference=first, further=tuple(further))]
    if len(references) > 1 and typed.transaction:
        raise UsageError(
            "usage",
            "--reference is for one payment",
            hint="put the references into a file: shopctl payment register --from payments.csv",
        )
    return [replace(typed, reference=one) for one in references]


FIELDS = (
    "document", "order", "invoice", "number", "amount", "currency", "date", "method", "provider", "reference", "memo",
    "write_off",
)  # fmt: skip


def _receipt(row: dict[str, str], place: int, shop: Shop, typed: Receipt) -> Receipt:
    """Make a receipt of a row; what the row leaves out is as typed."""
    from shopctl.services.receipts import Receipt

    unknown = [name for name in row if name not in FIELDS]
    if unknown:
        raise UsageError(
            "file.format", f"record {place} has an unknown field {unknown[0]!r}", hint=f"known: {', '.join(FIELDS)}"
        )
    document = next((row[name] for name in FIELDS[:4] if row.get(name)), "")
    if not document:
        raise UsageError("file.format", f"record {place} names no document", hint="add a column document")
    try:
        amount = parse_amount(row["amount"]) if row.get("amount") else None
        day = parse_when(row["date"]).day(shop.now, shop.zone) if row.get("date") else typed.date
    except UsageError as error:
        raise UsageError(error.code, f"record {place} ({document}): {error.message}", hint=error.hint) from None
    return Receipt(
        document, amount, day, row.get("method") or typed.method, row.get("provider") or typed.provider,
        row.get("reference", ""), row.get("memo") or typed.memo, "", (row.get("currency") or typed.currency).upper(),
        write_off=row.get("write_off") or typed.write_off, keep_open=typed.keep_open,
    )  # fmt: skip


def _next(row: Any) -> list[str]:
    if row.amount_left and row.order:
        return [f"shopctl orders show {row.order}", "shopctl payment outstanding"]
    return [f"shopctl payment show {row.number}"]


@app.command(
    "allocate",
    examples=[
        ("shopctl payment allocate INV/2026/00031", "the only credit that fits"),
        ("shopctl payment allocate INV/2026/00031 --credit PAY/2026/00057 --amount 39.79", "a part of this one"),
        ("shopctl payment allocate --all --auto --yes", "every open invoice: same order, exact amount, oldest"),
    ],
    exits="0 done or already so · 2 more than one could be meant · 3 unknown · 6 not allowed · 8 some failed",
    writes=True,
)
def allocate(
    call: Call,
    numbers: Invoices,
    all_: Annotated[bool, option("--all", help="Every open invoice; needs --auto", panel=CREDIT)] = False,
    credit: Annotated[
        list[str] | None, option(help="Payment or credit note to use; may be repeated", panel=CREDIT, metavar="DOC")
    ] = None,
    amount: Annotated[Amount, option(help="How much at most", panel=CREDIT)] = None,
    auto: Annotated[bool, option(help="By rank: same order, exact amount, oldest", panel=CREDIT)] = False,
    oldest_first: Annotated[bool, option(help="All credits of the customer, the oldest first", panel=CREDIT)] = False,
    *,
    batch: Batch,
) -> ExitStatus:
    """Use money that is already there. Without --credit it takes the only exact match, else it lists the candidates."""
    shop = call.shop()

    from shopctl.services import allocating

    if all_ and not auto:
        raise UsageError("usage", "--all needs --auto", hint="shopctl payment allocate --all --auto")
    if (auto or oldest_first) and credit:
        raise UsageError(
            "usage",
            "--credit names the credits, so --auto and --oldest-first do not apply",
            hint="leave out --credit, or the other one",
        )
    choice = allocating.Choice(tuple(credit or ()), amount, auto, oldest_first)
    references = chosen(call, numbers, batch.from_file, allocating.open_numbers if all_ else None)
    confirm_many(call, f"Allocate credits to {len(references)} invoices?", references)
    return run_batch(
        call, shop, references, lambda part: allocating.allocate(shop, part, choice), schema="payment.allocate",
        columns=fields.INVOICES, verb="allocate", batch=batch,
        next_commands=lambda row: [f"shopctl invoice show {row.address}"],
    )  # fmt: skip


@app.command(
    "unallocate",
    examples=[
        ("shopctl payment unallocate INV/2026/00031 --credit PAY/2026/00057", "the money can be used elsewhere again"),
    ],
    exits="0 done or already so · 2 usage · 3 unknown, or not used on it · 8 some failed",
    writes=True,
)
def unallocate(
    call: Call,
    numbers: Invoices,
    credit: Annotated[
        list[str] | None, option(help="Payment or credit note to take back; may be repeated", metavar="DOC")
    ] = None,
    reason: Annotated[str, option(help="Why, for the journal", metavar="TEXT")] = "",
    *,
    batch: Batch,
) -> ExitStatus:
    """Take a credit back from an invoice: it becomes outstanding again, and the invoice is open by as much."""
    shop = call.shop()

    from shopctl.services import releasing

    references = call.references(numbers, batch.from_file)
    if not credit:
        raise UsageError(
            "usage", "which credit is to be taken back?", hint=f"shopctl {call.command} INVOICE --credit DOC"
        )
    confirm_many(call, f"Take credits back from {len(references)} invoices?", references)
    return run_batch(
        call, shop, references, lambda part: releasing.unallocate(shop, part, credit, reason),
        schema="payment.unallocate", columns=fields.INVOICES, verb="unallocate", batch=batch,
        next_commands=lambda row: [f"shopctl invoice show {row.address}"],
    )  # fmt: skip


@app.command(
    "outstanding",
    examples=[
        ("shopctl payment outstanding", "all money not used yet, oldest first"),
        ("shopctl payment outstanding C00014", "of one customer"),
    ],
    exits="0 done, also when there is none · 3 no such customer",
)
def outstanding(
    call: Call,
    customer: Annotated[str, argument("CUSTOMER", "Customer code or e-mail address; nobody: all")] = "",
) -> None:
    """List credits: payments and credit notes that are not used up."""
    call.shop()

    from shopctl.services import credits, customers

    rows = credits.outstanding(customers.find_customer(customer) if customer else None)
    footer = ["Use one:  shopctl payment allocate INVOICE --credit CREDIT"] if rows else ()
    call.out.list(
        "payment.outstanding", fields.CREDITS, rows, total=len(rows), key="credit", footer=footer,
        empty="No credit is outstanding.",
    )  # fmt: skip
