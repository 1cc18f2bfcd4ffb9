"""Register money that came in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from shopctl.commands import fields
from shopctl.commands.call import Call
from shopctl.commands.inputs import is_table
from shopctl.commands.invoice_app import day_of
from shopctl.commands.options import (
    Amount,
    Batch,
    Choice,
    DateOption,
    References,
    Told,
    argument,
    option,
    parse_amount,
    parse_when,
)
from shopctl.commands.payment_app import MONEY, app
from shopctl.commands.writes import confirm_many, run_batch, write_to_customers
from shopctl.errors import ExitStatus, UsageError

if TYPE_CHECKING:
    from shopctl.services.receipts import Receipt
    from shopctl.shop import Shop


WriteOff = Annotated[
    str, option(help="Write the difference off: bank-fee, discount, rounding, bad-debt", panel=MONEY, metavar="WHY")
]


class Due(Choice):
    """What of an invoice is paid where nobody says how much."""

    NEXT = "next"
    OVERDUE = "overdue"


@dataclass(frozen=True, eq=False, repr=False)
class Money:
    """How much came, when and how. A signature takes these options as one parameter: `*, money: Money`."""

    amount: Annotated[Amount, option(help="How much; default: all due less an early discount", panel=MONEY)] = None
    due: Annotated[Due | None, option(help="Of instalments only: next or overdue", panel=MONEY, metavar="WHICH")] = None
    write_off: WriteOff = ""
    keep_open: Annotated[
        bool, option(help="Leave the difference open (default), and take no early discount", panel=MONEY)
    ] = False
    date: Annotated[DateOption, option(help="When it came; default: today", panel=MONEY)] = None
    method: Annotated[
        str, option(help="wire (default), card, paypal, cod, cash, cheque, other", panel=MONEY, metavar="M")
    ] = "wire"
    provider: Annotated[str, option(help="Bank or payment provider", panel=MONEY, metavar="NAME")] = ""
    reference: Annotated[str, option(help="Its own reference; the same one counts once", panel=MONEY, metavar="TX")] = (
        ""
    )
    memo: Annotated[str, option(help="Remark", panel=MONEY, metavar="TEXT")] = ""
    customer: Annotated[str, option(help="Whose money it is, when there is no document", panel=MONEY, metavar="C")] = ""
    currency: Annotated[str, option(help="Default: the document's, or the shop's", panel=MONEY, metavar="CUR")] = ""

    def receipt(self, shop: Shop) -> Receipt:
        """Make a receipt of what was typed; it names no document yet."""
        from shopctl.services.receipts import Receipt

        return Receipt(
            "", self.amount, day_of(self.date, shop), self.method, self.provider, self.reference, self.memo,
            self.customer, self.currency.upper(), write_off=self.write_off, keep_open=self.keep_open,
            due=str(self.due or ""),
        )  # fmt: skip


@app.command(
    "register",
    examples=[
        ("shopctl payment register INV/2026/00031", "all that is due came by wire, today"),
        ("shopctl payment register S00431 --amount 189 --reference TX-77", "confirms the waiting order as well"),
        ("shopctl payment register INV/2026/00031 --due next", "the instalment that falls due first"),
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
    email: Told = None,
    *,
    money: Money,
    batch: Batch,
) -> ExitStatus:
    """Register money that came in. It pays the invoice, or confirms the waiting order; anything more stays a credit."""
    shop = call.shop()
    write_to_customers(shop, email)

    from shopctl.services import registering

    typed = money.receipt(shop)
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
    if typed.due and (typed.amount is not None or typed.customer):
        raise UsageError("usage", "--due and --amount both say how much", hint="leave out one of the two")
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
        due="" if amount else typed.due,
    )  # fmt: skip


def _next(row: Any) -> list[str]:
    if row.amount_left and row.order:
        return [f"shopctl orders show {row.order}", "shopctl payment outstanding"]
    return [f"shopctl payment show {row.number}"]
