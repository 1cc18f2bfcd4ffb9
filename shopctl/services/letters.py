"""Write the letters that go with documents, in the customer's language, as plain text and as HTML.

The templates are package data under `letters/`: a folder a language, the first line of a text is the subject.
They see plain texts, lists and dictionaries only, never an object that could do something.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from shopctl.domain.documents import BankAccount, InvoiceDocument
from shopctl.domain.mail import lines_of, one_line
from shopctl.domain.money import format_money
from shopctl.domain.settlement import residuals

if TYPE_CHECKING:
    from jinja2.sandbox import ImmutableSandboxedEnvironment

FOLDER: Final = Path(__file__).resolve().parents[1] / "letters"
DEFAULT: Final = "en"


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
}  # fmt: skip
"""Every language that letters are written in; each has a folder of templates."""


class Letter(NamedTuple):
    """A letter that is ready to be queued."""

    subject: str
    text: str
    html: str


def invoice_letter(document: InvoiceDocument, message: str = "") -> Letter:
    """Write the letter that brings an invoice or credit note.

    Args:
        document: What is attached; its language decides, English where there are no templates for it.
        message: Words of the shop that come first, may have several lines.
    """
    language = language_of(document.language)
    values = {"language": language, "message": list(lines_of(message)), **_values(document, WRITINGS[language])}
    return rendered(f"{language}/invoice", values)


def language_of(code: str) -> str:
    """Answer the language in which a letter is written: the one asked for, or English."""
    return code if code in WRITINGS else DEFAULT


def rendered(template: str, values: dict[str, Any]) -> Letter:
    """Write a letter.

    Args:
        template: Its file without the ending; the first line of the text is the subject.
        values: Plain texts, lists and dictionaries only.
    """
    environment = _environment()
    subject, _, text = environment.get_template(f"{template}.txt").render(values).partition("\n")
    html = environment.get_template(f"{template}.html").render(values)
    return Letter(one_line(subject), text.strip("\n") + "\n", html)


@cache
def _environment() -> ImmutableSandboxedEnvironment:
    from jinja2 import FileSystemLoader, StrictUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    return ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(FOLDER),
        undefined=StrictUndefined,
        autoescape=lambda name: name is not None and name.endswith(".html"),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _values(document: InvoiceDocument, writing: Writing) -> dict[str, Any]:
    """Turn a document into what templates may see: clean texts, empty where there is nothing to say."""
    used = document.amount_total - document.amount_due

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
        "account": account(document),
        "signature": signature(document),
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


def account(document: InvoiceDocument) -> dict[str, str]:
    """Tell where the money goes, each fact empty where the shop does not say it."""
    bank = document.bank or BankAccount()
    iban = one_line(bank.iban).replace(" ", "")
    return {
        "holder": one_line(bank.holder or document.seller.name) if document.bank else "",
        "iban": " ".join(iban[start : start + 4] for start in range(0, len(iban), 4)),
        "bic": one_line(bank.bic),
        "bank": one_line(bank.bank),
        "text": one_line(bank.text),
    }


def signature(document: InvoiceDocument) -> list[str]:
    """Tell who writes, line by line."""
    seller = document.seller
    facts: Sequence[str] = (seller.name, *seller.lines, seller.phone, seller.email)
    return [line for line in map(one_line, facts) if line]
