"""Write the letters that acknowledge payments and refunds; their receipts go along as PDF files."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from shopctl.domain.documents import ReceiptDocument, ReceiptPart
from shopctl.domain.mail import lines_of, one_line
from shopctl.services import order_words
from shopctl.services.letters import WRITINGS, Letter, language_of, rendered, signature
from shopctl.services.receipt_words import WORDS


def receipt_letter(receipt: ReceiptDocument, message: str = "") -> Letter:
    """Write the letter that brings the receipt of a payment.

    Args:
        receipt: What is attached; its language decides, English where there are no words for it.
        message: Words of the shop that come first, may have several lines.
    """
    language = language_of(receipt.language)
    return rendered("receipt", language, values(receipt, language, message))


def values(receipt: ReceiptDocument, language: str, message: str = "") -> dict[str, Any]:
    """Turn a receipt into what templates may see."""
    words, shared = WORDS[language], order_words.WORDS[language]
    kind = "refund" if receipt.title_kind == "refund_receipt" else "receipt"
    seller, name = one_line(receipt.seller.name), one_line(receipt.buyer.name)
    told = _told(receipt, language)
    title = words[f"{kind}_title"].format(number=told["number"])
    facts = _facts(told, language, words[f"{kind}_amount"])
    used = [_part(receipt, part, language) for part in receipt.parts]
    return {
        **told,
        "language": language,
        "title": title,
        "subject": shared["subject"].format(title=title, seller=seller) if seller else title,
        "seller": seller,
        "name": name,
        "refund": kind == "refund",
        "greeting": shared["greeting"].format(name=name) if name else shared["greeting_nobody"],
        "message": list(lines_of(message)),
        "opening": words[f"{kind}_opening"],
        "facts": facts,
        "width": max(len(f"{label}{shared['colon']}") for label, _ in facts),
        "colon": shared["colon"],
        "lists": [(words["used_for"], used)] if used else [],
        **_NOTHING_DUE,
        "closing": shared["closing"],
        "signature": signature(receipt.seller),
        "vat": one_line(receipt.seller.vat),
        "vat_label": shared["vat"],
    }


_NOTHING_DUE: Final[dict[str, Any]] = {
    "asks": False, "installments": [], "pay": "", "account": [], "picture": "", "picture_label": "", "settled": "",
    "next_title": "", "next": [],
}  # fmt: skip
"""What a template of the family asks and a receipt never tells."""


def _told(receipt: ReceiptDocument, language: str) -> dict[str, str]:
    """Write what is known of the payment."""
    return {
        "number": one_line(receipt.number),
        "date": WRITINGS[language].date(receipt.issued_on),
        "method": WORDS[language].get(f"method_{receipt.method}", one_line(receipt.method)),
        "reference": one_line(receipt.reference),
        "order": one_line(receipt.order),
        "amount": _money(receipt, receipt.amount, language),
    }


def _facts(told: dict[str, str], language: str, amount: str) -> list[tuple[str, str]]:
    words, shared = WORDS[language], order_words.WORDS[language]
    labels = (words["number"], shared["ordered_on"], words["method"], shared["reference"], words["order"], amount)
    return [(label, value) for label, value in zip(labels, told.values(), strict=True) if value]


def _money(receipt: ReceiptDocument, amount: Decimal, language: str) -> str:
    return WRITINGS[language].money(amount, receipt.currency)


def _part(receipt: ReceiptDocument, part: ReceiptPart, language: str) -> str:
    words = WORDS[language]
    what = words[part.kind].format(number=one_line(part.number)).strip()
    if part.day:
        what = words["of"].format(what=what, day=WRITINGS[language].date(part.day))
    return f"{what}{order_words.WORDS[language]['colon']} {_money(receipt, part.amount, language)}"
