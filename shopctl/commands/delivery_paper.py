"""Print delivery slips."""

from __future__ import annotations

from shopctl.commands.call import Call
from shopctl.commands.delivery_app import app
from shopctl.commands.options import Deliveries
from shopctl.commands.printing import Target, print_documents, printed
from shopctl.errors import ExitStatus

PRINTED = printed("number", "DELIVERY", "Delivery number")


@app.command(
    "print",
    examples=[
        ("shopctl delivery print OUT/2026/00012", "OUT_2026_00012.pdf in this directory"),
        ("shopctl delivery print OUT/2026/00012 -o - > slip.pdf", "to standard output"),
        (
            "shopctl delivery list --since today --format ids | shopctl delivery print - -o slips",
            "many, into a directory",
        ),
        ("shopctl delivery list --waiting --format ids | shopctl delivery print - --merge -o today.pdf", "one file"),
    ],
    exits="0 done · 1 the file cannot be written · 3 no such delivery · 6 a character no font has · 8 some failed",
)
def print_(call: Call, numbers: Deliveries, *, target: Target) -> ExitStatus:
    """Make the slips of deliveries and returns as PDFs. They tell what is in them and where they go, and no prices."""
    shop = call.shop()

    from shopctl.services import slips

    references = call.references(numbers, target.from_file)
    return print_documents(call, references, lambda part: slips.papers(shop, part), target, PRINTED)
