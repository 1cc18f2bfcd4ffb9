"""Write letters in the customer's language, as plain text and as HTML, and the ones that bring invoices.

The templates are package data under `letters/`, or the shop's own; the first line of a text is the subject.
They see plain texts, lists and dictionaries only, never an object that could do something.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from html import unescape
from typing import Any, Final, NamedTuple

from shopctl.domain import markup, transfers
from shopctl.domain.documents import BankAccount, InvoiceDocument, Party
from shopctl.domain.mail import lines_of, one_line, plain_text
from shopctl.domain.money import format_money
from shopctl.domain.settlement import residuals
from shopctl.services import own_templates, typesetting
from shopctl.services.order_words import WORDS

DEFAULT: Final = "en"

FAMILIES: Final = {
    "status": "order", "confirmation": "order", "shipped": "order", "payment-reminder": "order",
    "cancellation": "order", "receipt": "order", "invoice": "invoice", "credit-note": "invoice",
    "reminder": "reminder", "cart": "cart",
}  # fmt: skip
"""Every letter by name, with the template that writes it where it has none of its own."""

NAMES: Final = tuple(FAMILIES)


class Writing(NamedTuple):
    """How a language writes numbers and days; `day` has the gaps `{day}`, `{month}` and `{year}`."""

    decimal: str
    group: str
    day: str
    months: tuple[str, ...]

    def money(self, amount: Decimal, currency: str) -> str:
        """Write an amount with all digits of its currency."""
        return f"{self._grouped(format_money(amount, currency))} {currency}"

    def number(self, amount: Decimal) -> str:
        """Write a quantity without needless zeros."""
        return self._grouped(f"{amount.normalize():f}")

    def date(self, day: date | None) -> str:
        """Write a day; nothing for none."""
        return self.day.format(day=day.day, month=self.months[day.month - 1], year=day.year) if day else ""

    def _grouped(self, plain: str) -> str:
        whole, point, fraction = plain.lstrip("-").partition(".")
        sign = "-" if plain.startswith("-") else ""
        grouped = f"{int(whole):,}".replace(",", self.group)
        return f"{sign}{grouped}{self.decimal if point else ''}{fraction}"


WRITINGS: Final[dict[str, Writing]] = {
    "en": Writing(".", ",", "{day} {month} {year}", (
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    )),
    "de": Writing(",", ".", "{day}. {month} {year}", (
        "Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November",
        "Dezember",
    )),
    "fr": Writing(",", " ", "{day} {month} {year}", (
        "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre",
        "décembre",
    )),
    "es": Writing(",", ".", "{day} de {month} de {year}", (
        "enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre",
        "diciembre",
    )),
}  # fmt: skip
"""Every language that letters are written in; each has a folder of templates."""


class Letter(NamedTuple):
    """A letter that is ready to be queued; `trouble` tells why words of the shop were left aside."""

    subject: str
    text: str
    html: str
    trouble: str = ""


def invoice_letter(document: InvoiceDocument, message: str = "") -> Letter:
    """Write the letter that brings an invoice or credit note.

    Args:
        document: What is attached; its language decides, English where there are no templates for it.
        message: Words of the shop that come first, may have several lines.
    """
    language = language_of(document.language)
    name = "credit-note" if document.title_kind == "credit_note" else "invoice"
    return rendered(name, language, invoice_values(document, language, message))


def invoice_values(document: InvoiceDocument, language: str, message: str = "") -> dict[str, Any]:
    """Turn an invoice or credit note into what templates may see."""
    return {"language": language, "message": list(lines_of(message)), **_values(document, language)}


def language_of(code: str) -> str:
    """Answer the language in which a letter is written: the one asked for, or English."""
    return code if code in WRITINGS else DEFAULT


def rendered(name: str, language: str, values: Mapping[str, Any]) -> Letter:
    """Write a letter with the shop's own words where it has some, else with those that ship.

    Words of the shop that do not work for this letter are left aside; the letter tells that as its `trouble`.

    Args:
        name: What letter it is, one of `NAMES`.
        language: One of `WRITINGS`.
        values: Plain texts, lists and dictionaries only.
    """
    troubles: list[str] = []
    text, html = (_part(name, language, part, values, troubles) for part in ("text", "html"))
    subject, _, text = text.partition("\n")
    return Letter(one_line(subject), text.strip("\n") + "\n", html, "; ".join(troubles))


def _part(name: str, language: str, part: str, values: Mapping[str, Any], troubles: list[str]) -> str:
    source = own_templates.source(name, language, part)
    if source:
        try:
            return _checked(own_part(source, part, values), part)
        except typesetting.troubles() as error:
            line = typesetting.line_of(error)
            place = f" (line {line})" if line else ""
            troubles.append(f"the shop's own {part} of {name} in {language} does not work for it{place}")
    return typesetting.packaged(packaged_name(name, language), part).render(values)


def _checked(written: str, part: str) -> str:
    if part == "html":
        markup.require_still_harmless(written)
    return written


def own_part(source: str, part: str, values: Mapping[str, Any]) -> str:
    """Write a part of a letter with words of the shop.

    Raises:
        Exception: One of `typesetting.troubles()`.
    """
    written = typesetting.written(source, part, values)
    subject, _, below = ("", "", written) if part == "html" else written.partition("\n")
    if part == "text" and not one_line(subject):
        raise ValueError("its first line, which is the subject, is empty")
    if not below.strip():
        raise ValueError("it is empty" if part == "html" else "there is nothing below its subject")
    # Letters that advertise have to tell how to get no more of them.
    if values.get("unsubscribe", "") not in unescape(below):
        raise ValueError("it does not tell how to unsubscribe, as {{ unsubscribe }} would")
    return written if part == "html" else plain_text(written)


@cache
def packaged_name(name: str, language: str) -> str:
    """Tell which template that ships writes a letter: one of its language, its own, or that of its family."""
    found = (one for one in (f"{language}/{name}", name) if typesetting.exists(one, "text"))
    family = FAMILIES.get(name, name)
    return next(found, f"{language}/{family}" if typesetting.exists(f"{language}/{family}", "text") else family)


def _values(document: InvoiceDocument, language: str) -> dict[str, Any]:
    """Turn a document into what templates may see: clean texts, empty where there is nothing to say."""
    writing = WRITINGS[language]
    used = document.amount_total - document.amount_due
    picture = transfers.picture(transfers.payload_of(document))

    def money(amount: Decimal) -> str:
        return writing.money(amount, document.currency)

    return {
        "kind": document.title_kind,
        "number": one_line(document.number),
        "seller": one_line(document.seller.name),
        "name": one_line(document.buyer.name),
        "orders": [one_line(order) for order in document.orders],
        "reverses": one_line(document.reverses),
        "reason": one_line(document.reason),
        "issued_on": writing.date(document.issued_on),
        "due_on": writing.date(document.due_on),
        "at_once": document.due_on is not None and document.due_on == document.issued_on,
        "total": money(document.amount_total),
        "used": money(used) if used else "",
        "credited": document.credited,
        "due": money(document.amount_due) if document.amount_due else "",
        "asks": bool(document.amount_due) and document.title_kind != "credit_note",
        "none_left": money(Decimal(0)),
        "early": money(document.early.amount) if document.early else "",
        "early_until": writing.date(document.early.until) if document.early else "",
        "installments": _installments(document, writing),
        "reference": one_line(document.reference),
        "picture": picture,
        "picture_label": WORDS[language]["picture"].format(due=money(document.amount_due)) if picture else "",
        "account": account(document.bank, document.seller),
        "signature": signature(document.seller),
        "vat": one_line(document.seller.vat),
    }


def _installments(document: InvoiceDocument, writing: Writing) -> list[dict[str, str]]:
    """List what is still open of several instalments; one alone is said by the amount due and its date."""
    if len(document.installments) < 2:
        return []
    amounts = [part.amount for part in document.installments]
    left = residuals(amounts, document.amount_total - document.amount_due)
    return [
        {"due_on": writing.date(part.due_date), "amount": writing.money(rest, document.currency)}
        for part, rest in zip(document.installments, left, strict=True)
        if rest
    ]


def account(bank: BankAccount | None, seller: Party) -> dict[str, str]:
    """Tell where the money goes, each fact empty where the shop does not say it."""
    found = bank or BankAccount()
    iban = one_line(found.iban).replace(" ", "")
    return {
        "holder": one_line(found.holder or seller.name) if bank else "",
        "iban": " ".join(iban[start : start + 4] for start in range(0, len(iban), 4)),
        "bic": one_line(found.bic),
        "bank": one_line(found.bank),
        "text": one_line(found.text),
    }


def signature(seller: Party) -> list[str]:
    """Tell who writes, line by line."""
    return [line for line in map(one_line, (seller.name, *seller.lines, seller.phone, seller.email)) if line]
