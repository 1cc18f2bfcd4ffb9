"""Find addresses that get no letters: their list and groups."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any, Final, NamedTuple

from shopctl.domain.states import SUPPRESSED, SUPPRESSION_REASONS
from shopctl.errors import NotFoundError
from shopctl.models import Suppression
from shopctl.services.listing import rows
from shopctl.services.listing.fields import PLAIN, Asked, Field, Kind, Noun
from shopctl.services.paging import Page
from shopctl.services.suppressing import COLUMNS, SuppressionRow, digest_of


class SuppressionFilter(NamedTuple):
    """What the list is narrowed to; everything given must hold.

    Attributes:
        address: This address, also one that was forgotten.
        since: Put on the list at or after; `until` before.
    """

    address: str = ""
    scope: str = ""
    reason: str = ""
    since: datetime | None = None
    until: datetime | None = None


def _find(number: str) -> int:
    found: Any = Suppression.get_or_none(Suppression.id == int(number)) if number.isdecimal() else None
    if found is None:
        raise NotFoundError(
            "email.not_suppressed",
            f"the list of addresses that get no letters has no line {number}",
            hint="shopctl email suppressions list",
        )
    return int(found.id)


NOUN: Final = Noun(
    "addresses",
    (
        Field("id", Kind.COUNT, (Suppression.id,)),
        Field("address", Kind.TEXT, (Suppression.address,), aliases=("email",)),
        Field("scope", Kind.STATUS, (Suppression.scope,), SUPPRESSED),
        Field("reason", Kind.STATUS, (Suppression.reason,), SUPPRESSION_REASONS),
        Field("source", Kind.TEXT, (Suppression.source,)),
        Field("created_at", Kind.INSTANT, (Suppression.created_at,), aliases=("date",)),
    ),
    ("-id",),
    lambda: Suppression.select(*COLUMNS),
    _find,
    Suppression.id,
)
"""What can be asked of addresses that get no letters."""


def search(
    wanted: SuppressionFilter, asked: Asked = PLAIN, *, limit: int = 0, after: str = "", exact: bool = False
) -> Page[SuppressionRow]:
    """List addresses that get no letters, the latest first unless another order is asked for.

    Args:
        limit: How many at most; 0 for all.
        after: Go on after the line with this id.
        exact: Count all that match, however many.

    Raises:
        NotFoundError: `after` does not exist.
        UsageError: A filter or an order cannot be understood.
    """
    make = partial(map, SuppressionRow._make)
    return rows.listed(NOUN, selected(wanted, asked), asked, make, limit=limit, after=after, exact=exact)


def selected(wanted: SuppressionFilter, _asked: Asked = PLAIN) -> Any:
    """Select what the named options ask for."""
    query = NOUN.query()
    if wanted.address:
        query = query.where(Suppression.digest == digest_of(wanted.address))
    if wanted.scope:
        query = query.where(Suppression.scope == wanted.scope)
    if wanted.reason:
        query = query.where(Suppression.reason == wanted.reason)
    if wanted.since:
        query = query.where(Suppression.created_at >= wanted.since)
    if wanted.until:
        query = query.where(Suppression.created_at < wanted.until)
    return query
