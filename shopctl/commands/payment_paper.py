"""Print receipts of payments, and send them."""

from __future__ import annotations

from shopctl.commands import fields
from shopctl.commands.call import Call
from shopctl.commands.options import Batch, Letter, Payments
from shopctl.commands.payment_app import app
from shopctl.commands.printing import Target, print_documents, printed
from shopctl.commands.writes import confirm_many, run_batch, to_deliver
from shopctl.errors import ExitStatus, UsageError

PRINTED = printed("number", "PAYMENT", "Payment number")


@app.command(
    "receipt",
    examples=[
        ("shopctl payment receipt PAY/2026/00057", "PAY_2026_00057.pdf in this directory"),
        ("shopctl payment receipt PAY/2026/00057 -o - > receipt.pdf", "to standard output"),
        ("shopctl payment list --since today --format ids | shopctl payment receipt - -o receipts", "many"),
    ],
    exits="0 done · 1 the file cannot be written · 3 no such payment · 6 not here, or no glyph · 8 some failed",
)
def receipt(call: Call, numbers: Payments, *, target: Target) -> ExitStatus:
    """Make receipts of payments and refunds as PDFs: who paid, when and how, and what it was used for."""
    shop = call.shop()

    from shopctl.services import acknowledging

    references = call.references(numbers, target.from_file)
    return print_documents(call, references, lambda part: acknowledging.papers(shop, part), target, PRINTED)


@app.command(
    "email",
    examples=[
        ("shopctl payment email PAY/2026/00057", "thank the customer, with the receipt as a PDF"),
        ("shopctl payment list --since today --format ids | shopctl payment email - --yes", "all of today"),
    ],
    exits="0 done or already so · 2 usage · 3 no such payment · 6 not here, or no address · 8 some failed",
    writes=True,
)
def email(
    call: Call,
    numbers: Payments,
    *,
    letter: Letter,
    batch: Batch,
) -> ExitStatus:
    """Queue receipts of payments and refunds as letters. Nothing leaves before `shopctl email send`."""
    shop = call.shop()

    from shopctl.services import receipt_mailing
    from shopctl.services.queueing import Wish

    references = call.references(numbers, batch.from_file)
    if letter.to and len(references) > 1:
        raise UsageError("usage", "--to is one address, for the letter about one payment", hint="leave --to out")
    confirm_many(call, f"Queue {len(references)} letters?", references)
    wish = Wish(**letter.wish())
    return run_batch(
        call, shop, references, lambda part: receipt_mailing.send_receipts(shop, part, wish), schema="payment.email",
        columns=fields.EMAILS, verb="queue", batch=batch, next_commands=to_deliver,
    )  # fmt: skip
