"""Let people say that they want no more letters that advertise: by the link in a letter, one click, or a mail.

Every such letter has a token that names its address and is signed, so it takes no password and works for nobody else.
It holds for ever, and is taken any number of times. Source: RFC 8058; Directive 2002/58/EC, article 13 (2) and (4).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple
from urllib.parse import quote

from shopctl.db.bulk import within
from shopctl.domain import link_tokens
from shopctl.domain.link_tokens import UNSUBSCRIBE, token_of
from shopctl.domain.mail import one_line, split_mailbox
from shopctl.domain.outcomes import Change, Done, Failed, Outcome
from shopctl.errors import RefusedError, ShopError
from shopctl.models import Customer
from shopctl.services import signing, suppressing
from shopctl.services.customer_records import holders
from shopctl.services.repeats import first_spellings, in_order
from shopctl.services.suppressing import MARKETING
from shopctl.shop import Shop, operation

__all__ = ["UnsubscribedRow", "by_token", "headers", "link_for", "links_for", "masked", "token_of"]

SUBJECT: Final = "unsubscribe"
"""How the subject of a mail begins that asks for no more letters; its token follows."""


class UnsubscribedRow(NamedTuple):
    """Somebody who wants no more letters that advertise.

    Attributes:
        address: Written so that they recognise it and a log does not give it away: `a…@example.com`.
        customer: The code of the customer, if the address belongs to one.
        cancelled: Letters to them that waited and are cancelled.
    """

    address: str
    scope: str
    customer: str
    cancelled: int
    created_at: datetime


def links_for(shop: Shop, addresses: Iterable[str]) -> dict[str, str]:
    """Tell where each of these readers says that they want no more of these letters, as a web or mail address.

    Where no way is set up it is a mail to the address that gets answers; empty where there is no sender either.
    """
    key = signing.key(shop)
    return {address: _link(shop, _token(key, address)) for address in addresses}


def link_for(shop: Shop, address: str) -> str:
    """Tell where one reader says that they want no more of these letters; see `links_for`."""
    return links_for(shop, [address])[address]


def headers(shop: Shop, address: str) -> dict[str, str]:
    """Write the headers that let mail programs unsubscribe their reader.

    One click (`List-Unsubscribe-Post`) is promised only where there is a link of https, and the signature of the mail
    server (DKIM) must cover both headers. They must not be folded inside a link, nor written as encoded words.

    Source: RFC 2369, 3.2; RFC 8058, 3.1.
    """
    token = _token(signing.key(shop), address)
    ways = [way for way in (_web(shop, token), _mail(shop, token)) if way]
    found = {"List-Unsubscribe": ", ".join(f"<{way}>" for way in ways)} if ways else {}
    if ways and ways[0].startswith("https:"):
        found["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return found


def _token(key: bytes, address: str) -> str:
    return link_tokens.sign(key, UNSUBSCRIBE, suppressing.folded(address))


def _link(shop: Shop, token: str) -> str:
    return _web(shop, token) or _mail(shop, token)


def _web(shop: Shop, token: str) -> str:
    return shop.config.email.unsubscribe.link.replace("{token}", token)


def _mail(shop: Shop, token: str) -> str:
    settings = shop.config.email
    try:
        address = split_mailbox(settings.unsubscribe.address or settings.reply_to or settings.sender)[1]
    except RefusedError:
        return ""
    return f"mailto:{quote(address, safe='@+')}?subject={quote(f'{SUBJECT} {token}')}"


def masked(address: str) -> str:
    """Write an address so that its owner recognises it and nobody else learns it."""
    local, _, domain = address.rpartition("@")
    return f"{local[:1]}…@{domain}"


@operation("emails")
def by_token(shop: Shop, tokens: Sequence[str], source: str = "link") -> list[Outcome[UnsubscribedRow]]:
    """Take the word of readers that they want no more letters that advertise; who said so before is `unchanged`.

    Their addresses go on the list of those that get none, their customers count as having said no, and letters to
    them that wait are cancelled.

    Args:
        tokens: Those of links in letters, or texts in which they stand.
        source: How it was said: `link`, or `mail`.

    Raises (as outcomes): link.invalid.
    """
    key = signing.key(shop)
    first = first_spellings(tokens, lambda text: token_of(text) or None)
    outcomes: dict[str, Outcome[UnsubscribedRow]] = {}
    for text in dict.fromkeys(first.values()):
        try:
            address = link_tokens.verify(key, UNSUBSCRIBE, token_of(text), shop.now)
        except ShopError as error:
            outcomes[text] = Failed(one_line(text)[:40], error)
            continue
        outcomes[text] = _unsubscribe(shop, address, source)
    return in_order(tokens, first, outcomes)


def _unsubscribe(shop: Shop, address: str, source: str) -> Done[UnsubscribedRow]:
    """Step: the same for one address whose reader said so."""
    waiting = suppressing.withdraw(shop, address, suppressing.address_words("unsubscribed"), advertising=True)
    fresh = suppressing.suppress(shop, address, MARKETING, "unsubscribed", source)
    code, said = _say_no(shop, address, f"unsubscribed by {source}")
    row = UnsubscribedRow(masked(address), MARKETING, code, len(waiting), shop.now)
    change = Change.CHANGED if fresh or said or waiting else Change.UNCHANGED
    return Done(row.address, change, row)


def _say_no(shop: Shop, address: str, source: str) -> tuple[str, bool]:
    """Step: note that the customer of an address said no to marketing mail; answer the code, and whether it is new."""
    found = holders("email_folded", _spellings(address))
    keys = sorted({key for holder in found.values() for key in (holder.row, holder.key)})
    if not keys:
        return "", False
    said: Any = Customer.select(Customer.id, Customer.marketing).where(within(Customer.id, keys))
    open_to = [key for key, marketing in said.tuples() if marketing is not False]
    Customer.update(marketing=False, marketing_source=source, marketing_at=shop.now, marketing_text="").where(
        within(Customer.id, open_to)
    ).execute()
    code = next(iter(found.values())).code
    if open_to:
        shop.record("customer.changed", code, fields=["marketing"])
    return code, bool(open_to)


def _spellings(address: str) -> list[str]:
    """List the forms in which customers may have an address: their domain in ASCII, or in letters of its own."""
    local, _, domain = address.rpartition("@")
    try:
        spoken = domain.encode("ascii").decode("idna")
    except UnicodeError:
        spoken = domain
    return sorted({address, f"{local}@{spoken}".casefold()})
