"""Tell what all letters of a shop have in common: who writes, and where money goes."""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

from shopctl.config import Config
from shopctl.domain import transfers
from shopctl.domain.documents import BankAccount, Party
from shopctl.domain.mail import one_line
from shopctl.services import parties
from shopctl.services.letters import account as bank_facts
from shopctl.services.letters import signature
from shopctl.services.order_words import WORDS


class Letterhead(NamedTuple):
    """Who writes; texts are clean."""

    party: Party
    bank: BankAccount | None
    seller: str
    signature: list[str]
    vat: str


@lru_cache(maxsize=8)
def of(config: Config) -> Letterhead:
    """Tell who writes the letters of a shop."""
    party = parties.seller(config)
    return Letterhead(party, parties.bank(config), one_line(party.name), signature(party), one_line(party.vat))


def closing(head: Letterhead, language: str) -> dict[str, Any]:
    """Tell what stands at the end of a letter, as templates see it."""
    words = WORDS[language]
    return {
        "closing": words["closing"],
        "signature": head.signature,
        "vat": head.vat,
        "vat_label": words["vat"],
    }


def account(head: Letterhead, language: str, reference: str) -> list[tuple[str, str]]:
    """List the facts that a payer needs with their labels; those that are empty are left out.

    Args:
        reference: What the payer quotes; empty where there are several.
    """
    words = WORDS[language]
    above, below = _account(head.bank, head.party, language)
    quoted = one_line(reference)
    return [*above, *([(words["reference"], quoted)] if quoted else []), *below]


@lru_cache(maxsize=64)
def _account(bank: BankAccount | None, party: Party, language: str) -> tuple[list[tuple[str, str]], ...]:
    found, words = bank_facts(bank, party), WORDS[language]
    above = [(words[name], found[name]) for name in ("holder", "iban", "bic", "bank") if found[name]]
    return above, [(words["note"], found["text"])] if found["text"] else []


def picture(head: Letterhead, due: Decimal, currency: str, reference: str) -> str:
    """Answer the address of the QR code that prepares a transfer; empty where none can be prepared."""
    return transfers.picture(transfers.payload(head.bank, head.party.name, due, currency, reference))
