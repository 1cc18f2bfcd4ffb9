"""Write what the QR code says with which banking apps prepare a transfer, and name its picture in a letter.

Source: European Payments Council, EPC069-12 version 2.1; rules for money, section 9.
"""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache
from typing import Final
from urllib.parse import quote, unquote

from shopctl.domain.documents import BankAccount, InvoiceDocument
from shopctl.domain.references import kind_of

LEAST: Final = Decimal("0.01")
MOST: Final = Decimal("999999999.99")
NAME_LENGTH: Final = 70
TEXT_LENGTH: Final = 140
PAYLOAD_BYTES: Final = 331
SEPA_COUNTRIES: Final = frozenset(
    re.findall("..", "ADALATBEBGCHCYCZDEDKEEESFIFRGBGIGRHRHUIEISITLILTLULVMCMDMEMKMTNLNOPLPTRORSSESISKSMVA")
)

PICTURE: Final = re.compile(r'src="cid:transfer:([A-Za-z0-9%._~-]+)"')
"""Where the HTML of a letter shows the code: the name of the picture holds what it says."""


def payload(bank: BankAccount | None, seller: str, due: Decimal, currency: str, quoted: str) -> str:
    """Answer the text of the code, empty if a transfer cannot be prepared.

    Needs: euro, at least a cent due, a valid IBAN of the SEPA area, a name, and texts short enough that nothing that
    the payer must quote is cut.

    Args:
        seller: Who is paid where the account names no holder.
        quoted: The reference of the payer.
    """
    if bank is None or currency != "EUR":
        return ""
    iban = re.sub(r"\s", "", bank.iban).upper()
    name = " ".join((bank.holder or seller).split())[:NAME_LENGTH].rstrip()
    if not LEAST <= due <= MOST or not name or not _is_sepa(iban):
        return ""
    reference = " ".join(quoted.split())
    structured = reference.replace(" ", "") if kind_of(reference) == "rf" else ""
    text = "" if structured else reference
    bic = re.sub(r"\s", "", bank.bic).upper()
    bic = bic if re.fullmatch(r"[A-Z0-9]{8}([A-Z0-9]{3})?", bic) else ""
    lines = ("BCD", "002", "1", "SCT", bic, name, iban, f"EUR{due:.2f}", "", structured, text)
    content = "\n".join(lines).rstrip("\n")
    return content if len(text) <= TEXT_LENGTH and len(content.encode()) <= PAYLOAD_BYTES else ""


def payload_of(document: InvoiceDocument) -> str:
    """Answer the text of the code for a document, empty if a transfer cannot be prepared for it.

    Needs, beside what `payload` needs: posted, not a credit note.
    """
    if document.state != "posted" or document.title_kind == "credit_note":
        return ""
    return payload(document.bank, document.seller.name, document.amount_due, document.currency, document.reference)


def picture(content: str) -> str:
    """Name the picture of a code in a letter; it is drawn when the letter leaves. Nothing for nothing."""
    return f"cid:transfer:{quote(content, safe='')}" if content else ""


def pictured(name: str) -> str:
    """Answer what the code says, by what `PICTURE` found."""
    return unquote(name)


@lru_cache(maxsize=64)
def _is_sepa(iban: str) -> bool:
    if iban[:2] not in SEPA_COUNTRIES or not re.fullmatch(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}", iban, re.ASCII):
        return False
    # ISO 13616: the check digits move to the end, letters count from 10, and the rest is 1.
    return int("".join(str(int(character, 36)) for character in iban[4:] + iban[:4])) % 97 == 1
