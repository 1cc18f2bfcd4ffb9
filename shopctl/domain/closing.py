"""Close orders of which nothing more will be delivered, so that nothing more is billed than what was.

Source: order rules, 3.3 and 7.10. Everything here is values in, values out.
"""

from __future__ import annotations

from collections.abc import Sequence

from shopctl.domain.billing import ACCESSORIES, OrderLine, to_invoice
from shopctl.domain.states import TEXT_KINDS


def to_close(lines: Sequence[OrderLine]) -> list[OrderLine]:
    """Choose the lines to close: those with something that is not delivered or not billed.

    What was delivered and not billed yet can still be billed afterwards. As long as there is such a line, shipping,
    discounts and tips stay open, for they are billed with it.
    """
    pending = [line for line in lines if not line.closed and _unfinished(line)]
    goods = [line for line in pending if line.kind not in ACCESSORIES]
    closing = {line.key for line in goods}
    left = [line._replace(closed=line.closed or line.key in closing) for line in lines if line.kind not in ACCESSORIES]
    return goods if any(to_invoice(line) for line in left) else pending


def _unfinished(line: OrderLine) -> bool:
    undelivered = line.kind == "product" and line.delivered < line.quantity
    return line.kind not in TEXT_KINDS and (undelivered or to_invoice(line) != 0)
