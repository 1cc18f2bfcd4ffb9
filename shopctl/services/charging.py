"""Book what reminders charge: one posted invoice a letter, a line for each fee and each interest, without taxes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Final, NamedTuple

from shopctl.db.bulk import among, fetch, new_ids
from shopctl.domain.billing import Amounts, Draft, DraftLine
from shopctl.domain.late_charges import Charge
from shopctl.domain.reminding import Debtor, Demand, shown
from shopctl.errors import RefusedError
from shopctl.models import Invoice
from shopctl.services import drafting
from shopctl.services.catalogue import all_terms
from shopctl.services.drafting import Frame, NewDocument
from shopctl.services.facts import Buyer
from shopctl.services.letters import WRITINGS, language_of
from shopctl.services.posting import Paper, Posted, post
from shopctl.shop import Shop

WORDS: Final[dict[str, tuple[str, str]]] = {
    "en": (
        "Fee for reminder {step} of invoice {number}",
        "Interest on invoice {number}: {percent} % a year on {base}, {since} to {until}",
    ),
    "de": (
        "Gebühr für die {step}. Mahnung zur Rechnung {number}",
        "Zinsen zur Rechnung {number}: {percent} % im Jahr auf {base}, {since} bis {until}",
    ),
    "fr": (
        "Frais de la relance {step} de la facture {number}",
        "Intérêts de la facture {number} : {percent} % l'an sur {base}, du {since} au {until}",
    ),
    "es": (
        "Gastos del recordatorio {step} de la factura {number}",
        "Intereses de la factura {number}: {percent} % al año sobre {base}, del {since} al {until}",
    ),
}
"""How a fee and interest are called in the language of the customer."""


class Charged(NamedTuple):
    """An invoice that steps charge something for."""

    demand: Demand
    step: int
    charge: Charge


class Bill(NamedTuple):
    """What one letter charges.

    Attributes:
        rate: Percent a year of the interest.
    """

    debtor: Debtor
    currency: str
    charged: tuple[Charged, ...]
    rate: Decimal

    @property
    def total(self) -> Decimal:
        """What it comes to."""
        return sum((one.charge.total for one in self.charged), Decimal(0))


class Booked(NamedTuple):
    """The invoice that charges it, of the day on which it is due as well."""

    key: int
    number: str
    reference: str
    total: Decimal
    date: dt.date


class _Identity(NamedTuple):
    """To whom an invoice was written: the document that charges is written to the same."""

    name: str
    email: str
    vat: str
    language: str
    billing: str


def book(shop: Shop, bills: Sequence[Bill]) -> list[Booked | RefusedError]:
    """Step: write and post the invoices of what letters charge, due at once, in the order of the letters.

    Returns:
        One answer a bill; a refusal is one of `posting.post`, such as that the books of the day are closed.
    """
    if not bills:
        return []
    known = _identities([bill.charged[0].demand.key for bill in bills])
    terms = {code: replace(one, early=None) for code, one in all_terms().items()}
    drafts = [_draft(bill, known[bill.charged[0].demand.key], shop.config.shop.language, shop.today) for bill in bills]
    papers = [
        Paper(bill.charged[0].demand.number, "invoice", bill.currency, bill.total, frozenset(), "", due=shop.today)
        for bill in bills
    ]
    posted = post(shop, papers, terms, allocate=False)
    sound = [place for place, one in enumerate(posted) if isinstance(one, Posted)]
    keys = dict(zip(sound, new_ids(Invoice, len(sound)), strict=True))
    answers: list[Booked | RefusedError] = []
    documents = []
    for place, (bill, draft, result) in enumerate(zip(bills, drafts, posted, strict=True)):
        if isinstance(result, RefusedError):
            answers.append(result)
            continue
        documents.append(_document(keys[place], bill, draft, known[bill.charged[0].demand.key], result))
        answers.append(Booked(keys[place], result.number, result.reference, bill.total, result.date))
        shop.record("invoice.posted", result.number, charges=" ".join(_numbers(bill)), total=bill.total)
    drafting.insert(shop, documents)
    return answers


def _numbers(bill: Bill) -> Iterable[str]:
    return [one.demand.number for one in bill.charged]


def _identities(keys: Sequence[int]) -> Mapping[int, _Identity]:
    condition, values = among(Invoice, "id", keys)
    rows = fetch(
        Invoice,
        "SELECT id, customer_name, customer_email, customer_vat, customer_language, billing "  # noqa: S608
        f"FROM invoices WHERE {condition}",
        values,
    )
    return {key: _Identity(*values) for key, *values in rows}


def _draft(bill: Bill, identity: _Identity, language: str, today: dt.date) -> Draft:
    writer = _Writer(language_of((identity.language or language)[:2].lower()), bill, today)
    lines = tuple(line for one in bill.charged for line in writer.lines(one))
    return Draft("invoice", "regular", lines, Amounts(bill.total, Decimal(0), bill.total, ()))


class _Writer:
    """Writes the lines of one bill in one language."""

    def __init__(self, language: str, bill: Bill, today: dt.date) -> None:
        self.writing = WRITINGS[language]
        self.fee, self.interest = WORDS[language]
        self.bill = bill
        self.today = today

    def lines(self, one: Charged) -> Iterable[DraftLine]:
        """Make the lines of what one invoice is charged."""
        number = one.demand.number
        if one.charge.fee:
            yield _line(self.fee.format(step=shown(one.step), number=number), one.charge.fee)
        if one.charge.interest:
            words = self.interest.format(
                number=number, percent=self.writing.number(self.bill.rate),
                base=self.writing.money(one.charge.base, self.bill.currency),
                since=self.writing.date((one.charge.since or self.today) + dt.timedelta(days=1)),
                until=self.writing.date(self.today),
            )  # fmt: skip
            yield _line(words, one.charge.interest)


def _line(words: str, amount: Decimal) -> DraftLine:
    return DraftLine(
        "product", "", words, Decimal(1), amount, Decimal(0), "", Amounts(amount, Decimal(0), amount, ())
    )  # fmt: skip


def _document(key: int, bill: Bill, draft: Draft, identity: _Identity, posted: Posted) -> NewDocument:
    debtor = bill.debtor
    buyer = Buyer(debtor.key, debtor.code, identity.name, identity.email, identity.vat, identity.language)
    frame = Frame(buyer, identity.billing, "", bill.currency, "", "globally", due=posted.due_date)
    return NewDocument(key, frame, draft, (), posted)
