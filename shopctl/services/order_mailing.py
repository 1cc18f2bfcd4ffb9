"""Queue letters about orders, show them beforehand, and tell at the last moment whether they are still true."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple
from urllib.parse import quote

from shopctl.db.bulk import among, fetch
from shopctl.domain import order_letters
from shopctl.domain.abandonment import is_writable
from shopctl.domain.documents import InvoiceDocument, OrderDocument
from shopctl.domain.mail import file_name, plain_address
from shopctl.domain.outcomes import Outcome
from shopctl.errors import RefusedError, ShopError
from shopctl.models import Email, Order
from shopctl.services import order_documents, queueing
from shopctl.services.facts import locking
from shopctl.services.letters import WRITINGS, Letter, language_of
from shopctl.services.order_letters import order_letter
from shopctl.services.orders import known_numbers, stored_numbers, unknown
from shopctl.services.queueing import Candidate, EmailRow, Last, Queued, Wish
from shopctl.shop import Shop, operation


@dataclass(frozen=True)
class OrderWish(Wish):
    """How a letter about an order is wished for.

    Attributes:
        attach_pdf: The order goes along as a PDF.
        language: Instead of the customer's, two letters.
    """

    attach_pdf: bool = False
    language: str = ""


class Preview(NamedTuple):
    """A letter as it would be queued; `attachment` is the name of the PDF that goes along, if one does."""

    document: str
    kind: str
    recipient: str
    cc: str
    language: str
    attachment: str
    subject: str
    text: str
    html: str


NO_WISH = OrderWish()


def queue_orders(shop: Shop, keys: Sequence[int], kind: str) -> dict[str, str]:
    """Step: queue a letter of one kind about each of these orders, which are locked and stored as they now stand.

    Left out are orders about which it would not be true, orders without an address to write to, and letters that are
    on their way or were sent already.

    Args:
        kind: One of `domain.order_letters.KINDS`; of `shipped` there is one a delivery, of the others one an order.

    Returns:
        The address that each letter goes to, by the number of its order.
    """
    found = {
        order.paper.number: order
        for order in order_documents.load(shop, keys).values()
        if is_writable(order.paper.buyer.email) and _is_true(order, kind)
    }
    fresh = {number: _candidate(order, kind, NO_WISH) for number, order in found.items()}
    queued = queueing.queue(shop, fresh.values(), _last(found.values(), kind))
    return {number: found[number].paper.buyer.email for number, one in fresh.items() if one.key in queued}


def _is_true(order: OrderDocument, kind: str) -> bool:
    try:
        order_letters.require(kind, order.paper.number, order.progress)
    except RefusedError:
        return False
    # One that still waits for its money would be told that it was received, not that it is confirmed.
    return kind != order_letters.CONFIRMATION or order.progress.state == "confirmed"


@operation("emails")
def send_orders(shop: Shop, references: Sequence[str], kind: str, wish: OrderWish) -> list[Outcome[EmailRow]]:
    """Queue a letter about orders; what is queued or sent already is `unchanged`.

    Args:
        kind: One of `domain.order_letters.KINDS`.

    Raises (as outcomes): order.unknown, order.cancelled, order.not_cancelled, order.not_shipped, order.nothing_due,
    email.no_address, email.address.

    Raises:
        RefusedError: email.address, if an address that was typed is none; email.language.
    """
    wish = _checked(wish)
    stored = stored_numbers(references)
    _lock(known_numbers(list(stored.values())).values())
    sound, failed = _sound(shop, stored, kind, wish)
    candidates: dict[str, Candidate | ShopError] = {
        typed: failed[typed] if typed in failed else _candidate(sound[typed], kind, wish) for typed in references
    }
    last = _last(sound.values(), kind)
    fresh = [one for one in candidates.values() if isinstance(one, Candidate)]
    queued = queueing.queue(shop, fresh, last, resend=wish.resend, cc=wish.cc)
    return queueing.answer(shop, references, candidates, last, queued)


def preview(shop: Shop, references: Sequence[str], kind: str, wish: OrderWish) -> list[Preview]:
    """Write a letter about orders without queueing it.

    Raises:
        ShopError: What `send_orders` refuses, for the first order that is refused.
    """
    wish = _checked(wish)
    sound, failed = _sound(shop, stored_numbers(references), kind, wish)
    for error in failed.values():
        raise error
    return [_preview(sound[typed], kind, wish) for typed in references]


def _preview(order: OrderDocument, kind: str, wish: OrderWish) -> Preview:
    letter = _letter(order, kind, wish)
    language = language_of(wish.language or order.paper.language)
    recipient = wish.to or plain_address(order.paper.buyer.email)
    attachment = f"{file_name(order.paper.number)}.pdf" if wish.attach_pdf else ""
    return Preview(order.paper.number, kind, recipient, wish.cc, language, attachment, *letter[:3])


def _checked(wish: OrderWish) -> OrderWish:
    if wish.language and wish.language not in WRITINGS:
        raise RefusedError(
            "email.language",
            f"no letters are written in {wish.language}",
            hint=f"name one of {', '.join(sorted(WRITINGS))}",
        )
    return wish.checked()


def _sound(
    shop: Shop, stored: Mapping[str, str], kind: str, wish: OrderWish
) -> tuple[dict[str, OrderDocument], dict[str, ShopError]]:
    """Load the orders that can get the letter, and tell why the others cannot, by how they were typed."""
    keys = known_numbers(list(stored.values()))
    loaded = order_documents.load(shop, list(keys.values()))
    sound: dict[str, OrderDocument] = {}
    failed: dict[str, ShopError] = {}
    for typed, number in stored.items():
        try:
            if number not in keys:
                raise unknown(typed)
            order = loaded[keys[number]]
            order_letters.require(kind, number, order.progress)
            command = queueing.sending_command(kind, number).removeprefix("shopctl ")
            wish.recipient(order.paper.buyer.email, f"order {number}", command)
            sound[typed] = order
        except ShopError as error:
            failed[typed] = error
    return sound, failed


def _lock(keys: Iterable[int]) -> None:
    """Let nobody else queue letters about the same orders meanwhile."""
    condition, values = among(Order, "o.id", list(keys))
    fetch(Order, f"SELECT o.id FROM orders o WHERE {condition} ORDER BY o.id{locking('o')}", values)  # noqa: S608


def _candidate(order: OrderDocument, kind: str, wish: OrderWish) -> Candidate:
    number = order.paper.number

    def write(name: str) -> Queued:
        letter = _letter(order, kind, wish)
        recipient = wish.to or order.paper.buyer.email
        language = language_of(wish.language or order.paper.language)
        return Queued(name, number, kind, recipient, letter, attached=wish.attach_pdf, language=language)

    return Candidate(_key(order, kind), number, write)


def _letter(order: OrderDocument, kind: str, wish: OrderWish) -> Letter:
    return order_letter(order, kind, wish.message, wish.language)


def _key(order: OrderDocument, kind: str) -> str:
    """Name the first letter of its kind about an order; a shipping notice by how many deliveries have left.

    The number is quoted, for `#` and `:` have a meaning in keys.
    """
    parts = [kind, quote(order.paper.number)]
    if kind == order_letters.SHIPPED:
        parts.append(str(len(order.shipments)))
    return ":".join(parts)


def _last(orders: Iterable[OrderDocument], kind: str) -> Mapping[str, Last]:
    condition, values = among(Email, "document", [order.paper.number for order in orders])
    return queueing.latest(f"{condition} AND kind = ?", (*values, kind))


def still_true(shop: Shop, number: str, kind: str, asked: str, language: str) -> tuple[InvoiceDocument | None, str]:
    """Look once more at an order before a letter about it leaves.

    Args:
        asked: The text of the letter; a reminder must ask for what is due now.
        language: That of the letter.

    Returns:
        The order as paper in that language, and why the letter must not leave any more, empty if it may.
    """
    keys = known_numbers([number])
    if number not in keys:
        return None, unknown(number).message
    order = order_documents.load(shop, [keys[number]])[keys[number]]
    gone = ""
    try:
        order_letters.require(kind, number, order.progress)
    except RefusedError as error:
        gone = error.message
    if kind == order_letters.REMINDER and not gone:
        due = WRITINGS[language_of(language)].money(order.progress.due, order.paper.currency)
        gone = "" if due in asked else "what is due of it changed meanwhile"
    return replace(order.paper, language=language), gone
