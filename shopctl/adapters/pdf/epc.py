"""Draw the QR code that banking apps read to prepare a transfer (`domain.transfers`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from shopctl.domain import transfers
from shopctl.domain.documents import InvoiceDocument

CODE_MASK: Final = 3
"""Any of the eight masks is valid; choosing the prettiest costs more time than the rest of the page."""


def payload(document: InvoiceDocument) -> str:
    """Answer the text of the code, empty if a transfer cannot be prepared for this document.

    Needs, beside what `transfers.payload` needs: posted, not a credit note.
    """
    return transfers.payload_of(document)


def matrix(content: str) -> Sequence[Sequence[int]]:
    """Answer the cells of the code, row by row; 1 is dark."""
    import segno

    return segno.make(content, error="m", mask=CODE_MASK, encoding="utf-8", micro=False, boost_error=False).matrix
