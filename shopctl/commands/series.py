"""List the series of numbers, and audit them."""

from __future__ import annotations

from typing import Annotated

from shopctl.commands import catalogue_fields
from shopctl.commands.call import Call
from shopctl.commands.declaring import noun
from shopctl.commands.options import argument
from shopctl.errors import ExitStatus

app = noun("series", "Series of numbers: where they stand, whether they are complete")


@app.command(
    "list",
    examples=[("shopctl series list", "the next number of each period")],
    exits="0 done",
)
def list_(call: Call) -> None:
    """List every series with its template, its periods, their next numbers and latest dates."""
    shop = call.shop()

    from shopctl.services import series

    call.out.list(
        "series.list", catalogue_fields.SERIES, series.listed(shop), key="next_number",
        footer=["Are they complete?  shopctl series audit"],
    )  # fmt: skip


@app.command(
    "audit",
    examples=[
        ("shopctl series audit", "invoices, credit notes and payments"),
        ("shopctl series audit invoice --json", "one series, for scripts"),
    ],
    exits="0 the numbers are complete · 1 they are not · 2 no such series",
)
def audit(
    call: Call, name: Annotated[str, argument("SERIES", "invoice, credit_note, payment or delivery; default: all")] = ""
) -> ExitStatus | None:
    """Find gaps, doubles, foreign numbers and dates that go back, in every period. Nothing is changed."""
    shop = call.shop()

    from shopctl.services import series

    found = series.audit(shop, name.strip().lower().replace("-", "_"))
    call.out.list(
        "series.audit", catalogue_fields.FINDINGS, found, key="reference", empty="The numbers are complete.",
        footer=["The whole books:  shopctl db check"],
    )  # fmt: skip
    return ExitStatus.FAILED if found else None
