"""Keep what is known about customers: match them, tag them, note something, and join two that are one.

Source: order rules, 6 and 7.12. Everything here is values in, values out.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Final, NamedTuple

from shopctl.domain.tags import tagged

LONGEST: Final = 10_000
"""The longest text, in characters, that a field of a customer may hold."""


class Person(NamedTuple):
    """What is kept about a customer beside the addresses.

    Attributes:
        marketing: Whether marketing mail is wanted; None: never asked.
        marketing_source: Where that was said, such as `checkout` or `shell`.
        marketing_text: Which version of the words about marketing mail that was said to.
    """

    name: str = ""
    company: str = ""
    email: str = ""
    phone: str = ""
    vat: str = ""
    language: str = ""
    country: str = ""
    tags: tuple[str, ...] = ()
    terms: str = ""
    marketing: bool | None = None
    marketing_source: str = ""
    marketing_at: datetime | None = None
    marketing_text: str = ""
    note: str = ""

    @property
    def called(self) -> str:
        """How lists call the customer: a company goes before the name of its contact."""
        return self.company or self.name or self.email


CONSENT: Final = ("marketing_source", "marketing_at", "marketing_text")
"""Where, when and to which words somebody said whether marketing mail is wanted."""

FILLED: Final = ("name", "company", "email", "phone", "vat", "language", "country", "terms")
"""What a customer takes over from one that is merged into it, where it has nothing itself."""


def contact_key(email: str, name: str, phone: str) -> str | None:
    """Fold what identifies a customer without an e-mail address; None when that is too little."""
    if email or not name:
        return None
    digits = "".join(sign for sign in phone if sign.isdigit())
    return f"{' '.join(name.casefold().split())}|{digits}"


def state_of(*, archived: bool, merged: bool, anonymized: bool) -> str:
    """Tell how a customer stands: active, archived, merged or anonymized; the last that applies."""
    return "anonymized" if anonymized else "merged" if merged else "archived" if archived else "active"


def changed_fields(before: Person, after: Person) -> list[str]:
    """Name what differs; when and where consent was given is told by the consent itself."""
    return [name for name in Person._fields if getattr(before, name) != getattr(after, name) and name not in CONSENT]


def noted(note: str, text: str, on: date, author: str) -> str:
    """Add a line with the day and who wrote it; a text that stands there already is not added again."""
    lines = note.splitlines()
    if any(line == text or line.endswith(f": {text}") for line in lines):
        return note
    return "\n".join([*lines, f"{on.isoformat()} {author}: {text}"])


def merged(into: Person, source: Person) -> Person:
    """Tell what is known of a customer after another one was found to be the same.

    Its own values stay; what it lacks comes from the other. Tags and notes are joined. Whoever said no to marketing
    mail anywhere has said no.
    """
    filled = {name: getattr(into, name) or getattr(source, name) for name in FILLED}
    said = source if into.marketing is None or (source.marketing is False and into.marketing) else into
    lines = into.note.splitlines()
    lines += [line for line in source.note.splitlines() if line not in lines]
    return into._replace(
        **filled,
        tags=tagged(into.tags, source.tags),
        marketing=said.marketing,
        marketing_source=said.marketing_source,
        marketing_at=said.marketing_at,
        marketing_text=said.marketing_text,
        note="\n".join(lines),
    )


class Ties(NamedTuple):
    """What still ties the shop to a customer, by number; each keeps the personal data from being erased.

    Attributes:
        orders: Orders that wait for money, for delivery or for an invoice.
        drafts: Drafts of invoices and credit notes.
        open_invoices: Posted invoices with something due.
        credits: Payments and credit notes that are not used up, and payments that are announced.
        letters: Documents about which a letter is being sent at the moment.
    """

    orders: tuple[str, ...] = ()
    drafts: tuple[str, ...] = ()
    open_invoices: tuple[str, ...] = ()
    credits: tuple[str, ...] = ()
    letters: tuple[str, ...] = ()


_TIES: Final = (
    ("orders", "order {} is not finished", "shopctl orders show {}"),
    ("drafts", "{} is a draft", "shopctl invoice delete {}"),
    ("open_invoices", "{} is not paid", "shopctl invoice show {}"),
    ("credits", "{} is not used up", "shopctl payment outstanding {customer}"),
    ("letters", "a letter about {} is being sent", "shopctl email list --document {}"),
)
SHOWN: Final = 3


def obstacles(customer: str, ties: Ties) -> list[tuple[str, str]]:
    """Say what keeps a customer from being anonymised, each with the command that looks after it."""
    found = []
    for name, sentence, command in _TIES:
        numbers = getattr(ties, name)
        told = [sentence.format(number) for number in numbers[:SHOWN]]
        if len(numbers) > SHOWN:
            told.append(f"{len(numbers) - SHOWN} more like it")
        if told:
            found.append((", ".join(told), command.format(numbers[0], customer=customer)))
    return found
