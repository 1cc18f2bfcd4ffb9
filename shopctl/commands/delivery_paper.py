"""Print delivery slips."""

from __future__ import annotations

from shopctl.commands.call import Call
from shopctl.commands.delivery_app import app
from shopctl.commands.options import Deliveries, FailFast, Failures, FromFile
from shopctl.commands.papers import Output, Paper, font_settings, print_paper, printed
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
    ],
    exits="0 done · 1 the file cannot be written · 3 no such delivery · 6 a character no font has · 8 some failed",
)
def print_(
    call: Call,
    numbers: Deliveries,
    output: Output = "",
    from_file: FromFile = "",
    fail_fast: FailFast = False,
    failures: Failures = "",
) -> ExitStatus:
    """Make the slips of deliveries and returns as PDFs. They tell what is in them and where they go, and no prices."""
    references = call.references(numbers, from_file)
    shop = call.shop()

    from shopctl.adapters.pdf import SlipPrinter
    from shopctl.domain.mail import file_name
    from shopctl.services import deliveries, slips

    paper = Paper(
        "delivery.print", PRINTED, deliveries.keys_of, deliveries.unknown, lambda keys: slips.load(shop, keys),
        lambda _reference, _slip: None, lambda slip: file_name(slip.number), SlipPrinter(font_settings(shop)).render,
    )  # fmt: skip
    return print_paper(call, paper, references, output, fail_fast=fail_fast, failures=failures)
