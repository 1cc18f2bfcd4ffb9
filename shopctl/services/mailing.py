"""Queue letters about invoices; delivering it is another run (`services.delivering`).

A letter is written in the transaction that causes it, under a key that is used once, so nothing is sent twice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from shopctl.db.bulk import among, fetch
from shopctl.domain.documents import InvoiceDocument
from shopctl.domain.outcomes import Outcome
from shopctl.errors import NotFoundError, RefusedError, ShopError
from shopctl.models import Email, Invoice
from shopctl.services import documents, letters, queueing
from shopctl.services.facts import locking
from shopctl.services.invoices import known, require_credit_note, unknown
from shopctl.services.queueing import INVOICE, Candidate, EmailRow, Last, Queued, Wish
from shopctl.shop import Shop, operation


def no_address(what: str) -> RefusedError:
    """Say that there is nobody to send an invoice to."""
    return queueing.no_address(what, "invoice send NUMBER")


def queue_invoices(shop: Shop, keys: Sequence[int]) -> None:
    """Step: queue the letter of each of these invoices, once a revision; drafts are left out.

    A letter that cannot be addressed is kept as failed with the reason, so that it shows in the outbox.
    """
    found = documents.load(shop, keys)
    taken = _last_letters(keys)
    posted = {key: found[key] for key in keys if key in found and found[key].state == "posted"}
    fresh = [_candidate(key, document, Wish()) for key, document in posted.items() if _key(document) not in taken]
    queueing.queue(shop, fresh, {})


@operation("emails")
def send_invoices(
    shop: Shop, references: Sequence[str], *, to: str = "", cc: str = "", message: str = "", resend: bool = False,
    only_credit_notes: bool = False,
) -> list[Outcome[EmailRow]]:  # fmt: skip
    """Queue the letter with the PDF of posted invoices; what is queued or sent already is `unchanged`.

    Args:
        to: Another address than the customer's; it is refused as a whole (email.address) if it is none.
        cc: Addresses that get a copy, separated by commas.
        message: Words that come first in the letter.
        resend: Send once more what was sent; a letter still waiting is replaced. `only_credit_notes` refuses invoices.

    Raises (as outcomes): invoice.unknown, invoice.not_a_credit_note, invoice.not_posted, email.no_address.
    """
    wish = Wish(to, cc, message, resend).checked()
    keys = known(references)
    _lock(list(keys.values()))
    found = documents.load(shop, list(keys.values()))
    last = _last_letters(list(keys.values()))
    candidates: dict[str, Candidate | ShopError] = {}
    for reference in references:
        try:
            if reference not in keys:
                raise unknown(reference)
            _check(reference, found[keys[reference]], wish, only_credit_notes=only_credit_notes)
            candidates[reference] = _candidate(keys[reference], found[keys[reference]], wish)
        except ShopError as error:
            candidates[reference] = error
    sound = [one for one in candidates.values() if isinstance(one, Candidate)]
    queued = queueing.queue(shop, sound, last, resend=resend, cc=wish.cc)
    return queueing.answer(shop, references, candidates, last, queued)


def _lock(keys: Sequence[int]) -> None:
    """Let nobody else queue letters of the same invoices meanwhile."""
    condition, values = among(Invoice, "i.id", keys)
    fetch(Invoice, f"SELECT i.id FROM invoices i WHERE {condition} ORDER BY i.id{locking('i')}", values)  # noqa: S608


def _check(reference: str, document: InvoiceDocument, wish: Wish, *, only_credit_notes: bool) -> None:
    if only_credit_notes:
        require_credit_note(reference, document.title_kind)
    if document.state != "posted":
        noun = "credit-note" if document.title_kind == "credit_note" else "invoice"
        hint = f"shopctl {noun} confirm {reference}" if document.state == "draft" else ""
        raise RefusedError(
            "invoice.not_posted",
            f"{reference} is {'a draft' if document.state == 'draft' else document.state}, "
            "and only a posted document can be sent",
            hint=hint or f"shopctl {noun} show {reference}",
        )
    wish.recipient(document.buyer.email, reference, "invoice send NUMBER")


def _candidate(key: int, document: InvoiceDocument, wish: Wish) -> Candidate:
    def write(name: str) -> Queued:
        letter = letters.invoice_letter(document, wish.message)
        return Queued(name, document.number, INVOICE, wish.to or document.buyer.email, letter, invoice=key)

    return Candidate(_key(document), document.number, write)


def _key(document: InvoiceDocument) -> str:
    """Name the first letter about a document."""
    return f"{INVOICE}:{document.number}:{document.revision}"


def is_about(key: str, document: InvoiceDocument) -> bool:
    """Tell whether a letter of this key is about the document as it stands, not about an earlier revision."""
    return key.partition("#")[0] == _key(document)


def _last_letters(keys: Sequence[int]) -> Mapping[str, Last]:
    condition, values = among(Email, "invoice_id", keys)
    return queueing.latest(f"{condition} AND kind = '{INVOICE}'", values)


def find_letter(reference: str) -> int:
    """Find a letter by its id.

    Raises:
        NotFoundError: There is none.
    """
    key = id_of(reference)
    if not (key and fetch(Email, "SELECT 1 FROM emails WHERE id = ?", (key,))):
        raise unknown_letter(reference)
    return key


def id_of(reference: str) -> int:
    """Read the id of a letter; 0 for what is none."""
    plain = reference.isascii() and reference.isdigit() and len(reference) < 19
    return int(reference) if plain else 0


def unknown_letter(reference: str) -> NotFoundError:
    """Say that there is no such letter."""
    return NotFoundError("email.unknown", f"there is no e-mail {reference}", hint="shopctl email list", email=reference)
