"""Hand out the shop's records."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shopctl.commands.call import Call
from shopctl.commands.declaring import noun

if TYPE_CHECKING:
    from collections.abc import Iterator

app = noun("export", "The shop's records into files")


@app.command(
    "data",
    examples=[
        ("shopctl export data -o shop.jsonl", "everything that import data reads"),
        ("shopctl export data | gzip > shop.jsonl.gz", "through a pipe"),
    ],
    exits="0 done · 1 the file cannot be written",
)
def data(call: Call) -> None:
    """Export taxes, terms, products, customers, carts, orders and payments as JSON Lines. Invoices are left out."""
    call.shop()

    from shopctl.adapters.sources import native
    from shopctl.services import exporting

    def lines() -> Iterator[str]:
        for record in exporting.records():
            yield native.write(record)

    call.out.stream(lines())
