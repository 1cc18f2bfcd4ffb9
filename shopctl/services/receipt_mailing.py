"""Queue the letters that acknowledge payments, once a payment, and look at them again before they leave."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from urllib.parse import quote

from shopctl.db.bulk import among, fetch
from shopctl.domain.documents import ReceiptDocument
from shopctl.domain.outcomes import Outcome
from shopctl.errors import ShopError
from shopctl.models import Email, Payment
from shopctl.services import acknowledging, queueing
from shopctl.services.facts import locking
from shopctl.services.letters import language_of
from shopctl.services.payments import keys_of
from shopctl.services.queueing import RECEIPT, Candidate, EmailRow, Queued, Wish
from shopctl.services.receipt_letters import receipt_letter
from shopctl.shop import Shop, operation


@operation("emails")
def send_receipts(shop: Shop, references: Sequence[str], wish: Wish) -> list[Outcome[EmailRow]]:
    """Queue the letter with the receipt of payments and refunds; what is queued or sent already is `unchanged`.

    Raises (as outcomes): payment.unknown, payment.not_received, email.no_address, email.address.

    Raises:
        RefusedError: email.address, if an address that was typed is none.
    """
    wish = wish.checked()
    _lock(keys_of(references).values())
    candidates = {typed: _asked(one, wish) for typed, one in acknowledging.papers(shop, references).items()}
    fresh = [one for one in candidates.values() if isinstance(one, Candidate)]
    condition, values = among(Email, "document", [one.document for one in fresh])
    last = queueing.latest(f"{condition} AND kind = ?", (*values, RECEIPT))
    queued = queueing.queue(shop, fresh, last, resend=wish.resend, cc=wish.cc)
    return queueing.answer(shop, references, candidates, last, queued)


def still_true(shop: Shop, number: str) -> tuple[ReceiptDocument | None, str]:
    """Look once more at a payment before its receipt leaves.

    Returns:
        The receipt as paper, and why the letter must not leave any more, empty if it may.
    """
    found = acknowledging.papers(shop, [number])[number]
    return (None, found.message) if isinstance(found, ShopError) else (found, "")


def _lock(keys: Iterable[int]) -> None:
    """Let nobody else queue letters about the same payments meanwhile."""
    condition, values = among(Payment, "p.id", list(keys))
    fetch(Payment, f"SELECT p.id FROM payments p WHERE {condition} ORDER BY p.id{locking('p')}", values)  # noqa: S608


def _asked(found: ReceiptDocument | ShopError, wish: Wish) -> Candidate | ShopError:
    if isinstance(found, ShopError):
        return found
    command = queueing.sending_command(RECEIPT, found.number).removeprefix("shopctl ")
    try:
        recipient = wish.recipient(found.buyer.email, f"payment {found.number}", command)
    except ShopError as error:
        return error

    def write(key: str) -> Queued:
        letter, language = receipt_letter(found, wish.message), language_of(found.language)
        return Queued(key, found.number, RECEIPT, recipient, letter, attached=True, language=language)

    return Candidate(f"{RECEIPT}:{quote(found.number)}", found.number, write)
