"""Find statements of banks and payment providers: their list and groups."""

from __future__ import annotations

from datetime import date
from functools import partial
from itertools import starmap
from typing import Any, Final, NamedTuple

from shopctl.models import BankStatement
from shopctl.services.bank_statements import (
    BankStatementRow,
    find_statement,
    make_statement,
    statement_query,
)
from shopctl.services.listing import rows
from shopctl.services.listing.fields import PLAIN, Asked, Field, Kind, Noun
from shopctl.services.paging import Page


class BankStatementFilter(NamedTuple):
    """What a list of statements is narrowed to; everything given must hold.

    Attributes:
        account: Part of the account.
        format: What it was written in, such as `camt.053`.
        unbalanced: The balances do not fit the lines.
        since, until: Days on which it closed.
    """

    account: str = ""
    format: str = ""
    unbalanced: bool = False
    since: date | None = None
    until: date | None = None


NOUN: Final = Noun(
    "statements",
    (
        Field("_id", Kind.COUNT, (BankStatement.id,)),
        Field("format", Kind.CODE, (BankStatement.format,)),
        Field("account", Kind.TEXT, (BankStatement.account,)),
        Field("name", Kind.TEXT, (BankStatement.name,)),
        Field("currency", Kind.CODE, (BankStatement.currency,)),
        Field("opened_on", Kind.DAY, (BankStatement.opened_on,), nullable=True),
        Field("opening", Kind.MONEY, (BankStatement.opening,), nullable=True),
        Field("closed_on", Kind.DAY, (BankStatement.closed_on,), aliases=("date",), nullable=True),
        Field("closing", Kind.MONEY, (BankStatement.closing,), nullable=True),
        Field("difference", Kind.MONEY, (BankStatement.difference,)),
        Field("lines", Kind.COUNT, (BankStatement.lines,)),
        Field("file", Kind.TEXT, (BankStatement.file,)),
        Field("imported_at", Kind.INSTANT, (BankStatement.imported_at,), aliases=("imported",)),
    ),
    ("-_id",),
    statement_query,
    find_statement,
    BankStatement.id,
)
"""What can be asked of statements."""


def search(
    wanted: BankStatementFilter, asked: Asked = PLAIN, *, limit: int = 0, after: str = "", exact: bool = False
) -> Page[BankStatementRow]:
    """List statements, newest first unless another order is asked for.

    Args:
        limit: How many at most; 0 for all.
        after: Go on after this statement.
        exact: Count all that match, however many.

    Raises:
        NotFoundError: `after` does not exist.
        UsageError: A filter or an order cannot be understood.
    """
    make = partial(starmap, make_statement)
    return rows.listed(NOUN, selected(wanted, asked), asked, make, limit=limit, after=after, exact=exact)


def selected(wanted: BankStatementFilter, _asked: Asked = PLAIN) -> Any:
    """Select what the named options ask for."""
    query = NOUN.query()
    if wanted.account:
        query = query.where(BankStatement.account.contains(wanted.account))
    if wanted.format:
        query = query.where(BankStatement.format == wanted.format.lower())
    if wanted.unbalanced:
        query = query.where(BankStatement.difference != 0)
    if wanted.since:
        query = query.where(BankStatement.closed_on >= wanted.since)
    if wanted.until:
        query = query.where(BankStatement.closed_on <= wanted.until)
    return query
