"""Write the QR code that banking apps read to prepare a transfer.

Source: European Payments Council, EPC069-12 version 2.1; rules for money, section 9.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Final

from shopctl.domain.documents import InvoiceDocument
from shopctl.domain.references import kind_of

LEAST: Final = Decimal("0.01")
MOST: Final = Decimal("999999999.99")
NAME_LENGTH: Final = 70
TEXT_LENGTH: Final = 140
PAYLOAD_BYTES: Final = 331
CODE_MASK: Final = 3
"""Any of the eight masks is valid; choosing the prettiest costs more time than the rest of the page."""
SEPA_COUNTRIES: Final = frozenset(
    re.findall("..", "ADALATBEBGCHCYCZDEDKEEESFIFRGBGIGRHRHUIEISITLILTLULVMCMDMEMKMTNLNOPLPTRORSSESISKSMVA")
)


def payload(document: InvoiceDocument) -> str:
    """Answer the text of the code, empty if a transfer cannot be prepared for this document.

    Needs: posted, not a credit note, euro, at least a cent due, a valid IBAN of the SEPA area, a name, and texts
    short enough that nothing that the payer must quote is cut.
    """
    bank = document.bank
    if bank is None or document.state != "posted" or document.title_kind == "credit_note" or document.currency != "EUR":
        return ""
    iban = re.sub(r"\s", "", bank.iban).upper()
    name = " ".join((bank.holder or document.seller.name).split())[:NAME_LENGTH].rstrip()
    if not LEAST <= document.amount_due <= MOST or not name or not _is_sepa(iban):
        return ""
    reference = " ".join(document.reference.split())
    structured = reference.replace(" ", "") if kind_of(reference) == "rf" else ""
    text = "" if structured else reference
    bic = re.sub(r"\s", "", bank.bic).upper()
    bic = bic if re.fullmatch(r"[A-Z0-9]{8}([A-Z0-9]{3})?", bic) else ""
    lines = ("BCD", "002", "1", "SCT", bic, name, iban, f"EUR{document.amount_due:.2f}", "", structured, text)
    content = "\n".join(lines).rstrip("\n")
    return content if len(text) <= TEXT_LENGTH and len(content.encode()) <= PAYLOAD_BYTES else ""


def matrix(content: str) -> Sequence[Sequence[int]]:
    """Answer the cells of the code, row by row; 1 is dark."""
    import segno

    return segno.make(content, error="m", mask=CODE_MASK, encoding="utf-8", micro=False, boost_error=False).matrix


@lru_cache(maxsize=64)
def _is_sepa(iban: str) -> bool:
    from stdnum import iban as rules

    return iban[:2] in SEPA_COUNTRIES and bool(rules.is_valid(iban))
