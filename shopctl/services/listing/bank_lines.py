"""Find lines of statements: their list and groups."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import partial
from itertools import starmap
from typing import Any, Final, NamedTuple

import peewee

from shopctl.domain.states import BANK_LINE_KINDS, BANK_LINE_STATES
from shopctl.models import BankLine, BankStatement
from shopctl.services.bank_statements import (
    BankLineRow,
    find_line,
    find_statement,
    line_query,
    make_line,
)
from shopctl.services.listing import rows
from shopctl.services.listing.fields import PLAIN, Asked, Field, Kind, Noun
from shopctl.services.paging import Page


class BankLineFilter(NamedTuple):
    """What a list of lines is narrowed to; everything given must hold.

    Attributes:
        unmatched: Not explained yet, or not wholly.
        state: Exactly this state.
        statement: Address of the statement.
        account: Part of the account it was booked on.
        amount: Exactly this amount, whatever its sign.
        name: Part of the other side's name.
        text: Part of what was written, of the references or of the other side's account.
    """

    unmatched: bool = False
    state: str = ""
    statement: str = ""
    account: str = ""
    amount: Decimal | None = None
    name: str = ""
    text: str = ""
    since: date | None = None
    until: date | None = None


TEXTS: Final = (BankLine.text, BankLine.reference, BankLine.end_to_end, BankLine.bank_reference, BankLine.iban)
"""Where a text is looked for."""

COUNTED: Final = peewee.Case(None, [(BankLine.state == "repeated", peewee.SQL("0"))], BankLine.amount)
"""What a line adds to a sum: money that two files tell moved once."""

NOUN: Final = Noun(
    "lines",
    (
        Field("_id", Kind.COUNT, (BankLine.id,)),
        Field("date", Kind.DAY, (BankLine.date,)),
        Field("value_date", Kind.DAY, (BankLine.value_date,), nullable=True),
        Field("account", Kind.TEXT, (BankStatement.account,)),
        Field("format", Kind.CODE, (BankStatement.format,)),
        Field("currency", Kind.CODE, (BankLine.currency,)),
        Field("amount", Kind.MONEY, (BankLine.amount,)),
        Field("fee", Kind.MONEY, (BankLine.fee,)),
        Field("settled", Kind.MONEY, (BankLine.settled,)),
        Field("kind", Kind.STATUS, (BankLine.kind,), BANK_LINE_KINDS),
        Field("name", Kind.TEXT, (BankLine.name,)),
        Field("iban", Kind.CODE, (BankLine.iban,)),
        Field("reference", Kind.TEXT, (BankLine.reference,)),
        Field("text", Kind.TEXT, (BankLine.text,)),
        Field("end_to_end", Kind.TEXT, (BankLine.end_to_end,)),
        Field("bank_reference", Kind.TEXT, (BankLine.bank_reference,)),
        Field("state", Kind.STATUS, (BankLine.state,), BANK_LINE_STATES, aliases=("status",)),
        Field("remark", Kind.TEXT, (BankLine.remark,)),
    ),
    ("-date", "-_id"),
    line_query,
    find_line,
    BankLine.id,
    COUNTED,
    BankLine.currency,
)
"""What can be asked of lines."""


def search(
    wanted: BankLineFilter, asked: Asked = PLAIN, *, limit: int = 0, after: str = "", exact: bool = False
) -> Page[BankLineRow]:
    """List lines, newest first unless another order is asked for.

    Args:
        limit: How many at most; 0 for all.
        after: Go on after this line.
        exact: Count all that match, however many.

    Raises:
        NotFoundError: `after` or the statement does not exist.
        UsageError: A filter or an order cannot be understood.
    """
    make = partial(starmap, make_line)
    return rows.listed(NOUN, selected(wanted, asked), asked, make, limit=limit, after=after, exact=exact)


def selected(wanted: BankLineFilter, _asked: Asked = PLAIN) -> Any:
    """Select what the named options ask for."""
    query = NOUN.query()
    for given, condition in (
        (wanted.unmatched, BankLine.state == "open"),
        (wanted.state, BankLine.state == wanted.state),
        (wanted.account, BankStatement.account.contains(wanted.account)),
        (wanted.name, BankLine.name.contains(wanted.name)),
        (wanted.since, BankLine.date >= wanted.since),
        (wanted.until, BankLine.date <= wanted.until),
    ):
        if given:
            query = query.where(condition)
    if wanted.statement:
        query = query.where(BankLine.statement == find_statement(wanted.statement))
    if wanted.amount is not None:
        query = query.where(BankLine.amount.in_([wanted.amount, -wanted.amount]))
    if wanted.text:
        places = [one.contains(wanted.text) for one in TEXTS]
        condition = places[0]
        for one in places[1:]:
            condition |= one
        query = query.where(condition)
    return query
