"""Keep the list of addresses that get no letters: none that advertise (`marketing`), or none at all (`all`).

An address is known by the digest of its folded form, which stays when the person is erased: whoever wants no mail gets
none, also from a shop that has forgotten them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from shopctl.db.bulk import among, fetch, within
from shopctl.db.fields import instant
from shopctl.domain.mail import one_line, plain_address
from shopctl.domain.outcomes import Change, Done, Failed, Outcome
from shopctl.errors import NotFoundError, RefusedError, ShopError
from shopctl.models import Email, Suppression
from shopctl.services import waiving
from shopctl.services.queueing import RECOVERY
from shopctl.services.repeats import first_spellings, in_order
from shopctl.shop import Shop, operation

ALL: Final = "all"
MARKETING: Final = "marketing"

ADVERTISING: Final = (RECOVERY,)
"""The kinds of letters that advertise; all others are about business that is under way."""

SHOWN_DIGITS: Final = 12
"""How much of a digest names an address in the journal, which must not name a person."""


class SuppressionRow(NamedTuple):
    """An address that gets no letters; `address` is empty once its person is erased.

    Attributes:
        scope: `marketing` or `all`.
        reason: `unsubscribed`, `bounced`, `complained` or `manual`.
        source: How the shop learned of it.
    """

    id: int
    address: str
    scope: str
    reason: str
    source: str
    created_at: datetime
    digest: str


COLUMNS: Final = (
    Suppression.id, Suppression.address, Suppression.scope, Suppression.reason, Suppression.source,
    Suppression.created_at, Suppression.digest,
)  # fmt: skip


def folded(address: str) -> str:
    """Bring an address into the form in which addresses are the same: its domain in ASCII, all in lower case."""
    try:
        return plain_address(address.strip()).casefold()
    except RefusedError:
        return address.strip().casefold()


def digest_of(address: str) -> str:
    """Tell the digest by which an address is known."""
    return hashlib.sha256(folded(address).encode("utf-8", "surrogatepass")).hexdigest()


def scopes(addresses: Iterable[str]) -> dict[str, set[str]]:
    """Tell for each of these addresses which letters it gets no more; one that gets all is not in the answer."""
    digests = {address: digest_of(address) for address in addresses}
    condition, values = among(Suppression, "digest", sorted(set(digests.values())))
    stored: dict[str, set[str]] = {}
    for digest, scope in fetch(Suppression, f"SELECT digest, scope FROM suppressions WHERE {condition}", values):  # noqa: S608
        stored.setdefault(digest, set()).add(scope)
    return {address: stored[digest] for address, digest in digests.items() if digest in stored}


def suppress(shop: Shop, address: str, scope: str, reason: str, source: str) -> bool:
    """Step: send an address no more letters, and cancel those to it that wait and may not go any more.

    Args:
        scope: `marketing`, or `all`.
        reason: `unsubscribed`, `bounced`, `complained` or `manual`.
        source: How the shop learned of it, such as `link` or the words of a mail server.

    Returns:
        Whether that is new.
    """
    digest = digest_of(address)
    row = Suppression.insert(
        digest=digest, scope=scope, address=folded(address), reason=reason, source=one_line(source), created_at=shop.now
    )
    fresh = bool(row.on_conflict_ignore().returning(Suppression.id).execute())
    if fresh:
        shop.record("email.suppressed", digest[:SHOWN_DIGITS], scope=scope, reason=reason)
    withdraw(shop, address, address_words(reason), advertising=scope == MARKETING)
    return fresh


def address_words(reason: str) -> str:
    """Say why an address gets no letters."""
    return {
        "unsubscribed": "its reader wants no such mail",
        "bounced": "its mailbox takes no mail",
        "complained": "its reader complained about mail",
    }.get(reason, "the address is on the list of those that get none")


def withdraw(shop: Shop, address: str, why: str, *, advertising: bool) -> list[int]:
    """Step: cancel the letters to an address that wait.

    Args:
        advertising: Only those that advertise.
    """
    waiting: Any = Email.select(Email.id, Email.document).where(
        Email.state.in_(("queued", "held")) & (_lower(Email.recipient) == folded(address))
    )
    if advertising:
        waiting = waiting.where(Email.kind.in_(ADVERTISING))
    wanted = [key for key, _ in waiting.order_by(Email.id).tuples()]
    # A sender may have claimed one meanwhile: what it charges stands, as the letter leaves.
    change: Any = Email.update(state="cancelled", reply=why).where(
        within(Email.id, wanted) & Email.state.in_(("queued", "held"))
    )
    found = sorted(change.returning(Email.id, Email.document).tuples().execute()) if wanted else []
    keys = [key for key, _ in found]
    for key, document in found:
        shop.record("email.cancelled", document, email=key)
    waiving.waive(shop, keys)
    return keys


def _lower(field: Any) -> Any:
    from peewee import fn

    return fn.LOWER(field)


@operation("emails")
def add(shop: Shop, addresses: Sequence[str], scope: str, source: str = "") -> list[Outcome[SuppressionRow]]:
    """Put addresses on the list by hand; one that is on it is `unchanged`.

    Args:
        scope: `marketing`, or `all`.

    Raises (as outcomes): email.address.
    """
    first = first_spellings(addresses, folded)
    outcomes: dict[str, Outcome[SuppressionRow]] = {}
    for address in dict.fromkeys(first.values()):
        try:
            plain_address(address.strip())
            fresh = suppress(shop, address, scope, "manual", source or "shell")
            (row,) = rows([address], scope)
            outcomes[address] = Done(address, Change.CREATED if fresh else Change.UNCHANGED, row)
        except ShopError as error:
            outcomes[address] = Failed(address, error)
    return in_order(addresses, first, outcomes)


@operation("emails")
def lift(shop: Shop, addresses: Sequence[str], scope: str, reason: str) -> list[Outcome[SuppressionRow]]:
    """Take addresses off the list, and keep in the journal why; what a customer said about marketing mail stays.

    Args:
        scope: `marketing`, or `all`; empty for every one in which an address is listed.
        reason: Why they may be written to again.

    Raises (as outcomes): email.not_suppressed.
    """
    found: dict[str, list[SuppressionRow]] = {}
    for row in rows(addresses, scope):
        found.setdefault(row.digest, []).append(row)
    first = first_spellings(addresses, folded)
    outcomes: dict[str, Outcome[SuppressionRow]] = {}
    for address in dict.fromkeys(first.values()):
        listed = found.get(digest_of(address), [])
        if not listed:
            outcomes[address] = Failed(address, _not_suppressed(address, scope))
            continue
        for row in listed:
            Suppression.delete().where(Suppression.id == row.id).execute()
            shop.record("email.unsuppressed", row.digest[:SHOWN_DIGITS], scope=row.scope, was=row.reason, reason=reason)
        notes = (f"of {' and '.join(row.scope for row in listed)}",) if len(listed) > 1 else ()
        outcomes[address] = Done(address, Change.CHANGED, listed[0], notes)
    return in_order(addresses, first, outcomes)


def _not_suppressed(address: str, scope: str) -> NotFoundError:
    return NotFoundError(
        "email.not_suppressed",
        f"{one_line(address)} is not among the addresses that get no letters{f' ({scope})' if scope else ''}",
        hint="shopctl email suppressions list",
    )


def rows(addresses: Iterable[str], scope: str = "") -> list[SuppressionRow]:
    """Read what is stored about addresses, `all` before `marketing`.

    Args:
        scope: Only this one; empty for both.
    """
    condition, values = among(Suppression, "digest", sorted({digest_of(address) for address in addresses}))
    found = fetch(
        Suppression,
        "SELECT id, address, scope, reason, source, created_at, digest FROM suppressions "  # noqa: S608
        f"WHERE {condition} AND scope IN (?, ?) ORDER BY scope, id",
        (*values, scope or ALL, scope or MARKETING),
    )
    return [SuppressionRow._make((*row[:5], instant(row[5]), row[6])) for row in found]


def forget(addresses: Iterable[str]) -> None:
    """Step: keep of addresses on the list nothing but their digest."""
    digests = sorted({digest_of(address) for address in addresses if address})
    condition, values = among(Suppression, "digest", digests)
    keys = [key for (key,) in fetch(Suppression, f"SELECT id FROM suppressions WHERE {condition}", values)]  # noqa: S608
    if keys:
        Suppression.update(address="", source="").where(within(Suppression.id, keys)).execute()
