"""Look at a letter once more when it is claimed: may it still leave, and in which words?

Whoever owns a kind of letters has one function here. It is asked after the letter is claimed and before the mail server
hears of it; a letter whose reason is gone is cancelled, and new words replace the stored ones before they leave.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Final, NamedTuple

from shopctl.domain import order_letters
from shopctl.domain.documents import InvoiceDocument, ReceiptDocument
from shopctl.services import (
    documents,
    mailing,
    order_mailing,
    receipt_mailing,
    recovery,
    reminding,
    suppressing,
    unsubscribing,
)
from shopctl.services.letters import Letter
from shopctl.services.outbox import Claim
from shopctl.services.queueing import INVOICE, NOTICE, RECEIPT, RECOVERY
from shopctl.services.suppressing import ADVERTISING, ALL, MARKETING
from shopctl.shop import Shop


class Verdict(NamedTuple):
    """What is to become of a claimed letter.

    Attributes:
        gone: Why it must not leave any more, one sentence; empty if it may.
        letter: Subject, text and HTML that it leaves with; None for those that are stored.
        paper: What is printed and goes along, and whose language the letter has.
        headers: More headers, in ASCII, such as those by which readers unsubscribe.
    """

    gone: str = ""
    letter: Letter | None = None
    paper: InvoiceDocument | ReceiptDocument | None = None
    headers: Mapping[str, str] = MappingProxyType({})


def _invoice(shop: Shop, claim: Claim) -> Verdict:
    if not claim.invoice:
        return Verdict()
    document = documents.load(shop, [claim.invoice])[claim.invoice]
    stands = document.state == "posted" and mailing.is_about(claim.key, document)
    return Verdict("" if stands else "the document is not posted any more, or was changed", paper=document)


def _order(shop: Shop, claim: Claim) -> Verdict:
    paper, gone = order_mailing.still_true(shop, claim.document, claim.kind, claim.text, claim.language)
    return Verdict(gone, paper=paper)


def _receipt(shop: Shop, claim: Claim) -> Verdict:
    paper, gone = receipt_mailing.still_true(shop, claim.document)
    return Verdict(gone, paper=paper)


def _cart(shop: Shop, claim: Claim) -> Verdict:
    return Verdict(recovery.hindrance(shop, claim.document, claim.key))


def _reminder(shop: Shop, claim: Claim) -> Verdict:
    letter, gone = reminding.at_sending(shop, claim.id)
    return Verdict(gone, letter)


RECHECKS: Final[dict[str, Callable[[Shop, Claim], Verdict]]] = {
    INVOICE: _invoice,
    **dict.fromkeys(order_letters.KINDS, _order),
    RECEIPT: _receipt,
    RECOVERY: _cart,
    NOTICE: _reminder,
}
"""Who looks at each kind of letter; kinds that are not named here leave as they are stored."""


def verdict(shop: Shop, claim: Claim) -> Verdict:
    """Tell whether a claimed letter may leave, and in which words."""
    if claim.recipient in barred(claim.kind, [claim.recipient]):
        return Verdict(f"{claim.recipient} gets no such letters; {WHY_BARRED}")
    look = RECHECKS.get(claim.kind)
    found = look(shop, claim) if look else Verdict()
    if claim.kind in ADVERTISING and not found.gone:
        return found._replace(headers=unsubscribing.headers(shop, claim.recipient))
    return found


WHY_BARRED: Final = "shopctl email suppressions list tells why"


def barred(kind: str, addresses: Sequence[str]) -> set[str]:
    """Tell which of these addresses get no letters of a kind."""
    none = {ALL, MARKETING} if kind in ADVERTISING else {ALL}
    return {address for address, scopes in suppressing.scopes(addresses).items() if scopes & none}
