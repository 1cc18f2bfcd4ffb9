"""Print receipts of payments."""

from __future__ import annotations

from shopctl.commands.call import Call
from shopctl.commands.options import Payments
from shopctl.commands.payment_app import app
from shopctl.commands.printing import Target, print_documents, printed
from shopctl.errors import ExitStatus

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
