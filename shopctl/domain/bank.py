"""Describe what a bank or a payment provider reports, whatever file it came in.

Source: ECOSYSTEM 2. The readers of `adapters.bank` translate files into these records; all that follows is the same.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import NamedTuple


class Movement(NamedTuple):
    """One movement of money, as a file told it.

    Attributes:
        place: Where it stands in the file, for messages: `line 12`, `statement 1, entry 3`.
        date: When it was booked, in the account's own calendar.
        amount: Above zero for what came in, below for what went out; at a provider what the payer paid, fee included.
        currency: ISO 4217, that of its statement.
        kind: One of `states.BANK_LINE_KINDS`.
        booked: False for what is only announced; it does not count in the balances.
        value_date: When the bank counts it.
        name: The other side's name.
        iban: The other side's account, without blanks; an IBAN where the bank tells one.
        reference: What payer or shop quoted in a field made for it: a structured reference, a provider's order number.
        text: Everything else that was written, its parts joined by a blank.
        end_to_end: The payer's own mark that travels with a transfer (SEPA `EndToEndId`), or the second mark under
            which a provider keeps a charge (a PaymentIntent).
        bank_reference: The bank's or provider's own mark of the movement.
        fee: What a provider kept of the amount; below zero where it gave one back.
        target: For a refund or chargeback, the `bank_reference` of what it takes back.
        remark: What is odd about it, one sentence.
    """

    place: str
    date: dt.date
    amount: Decimal
    currency: str
    kind: str = "transfer"
    booked: bool = True
    value_date: dt.date | None = None
    name: str = ""
    iban: str = ""
    reference: str = ""
    text: str = ""
    end_to_end: str = ""
    bank_reference: str = ""
    fee: Decimal = Decimal(0)
    target: str = ""
    remark: str = ""

    @property
    def net(self) -> Decimal:
        """What the balance of the account changed by."""
        return self.amount - self.fee


class Statement(NamedTuple):
    """One statement of one account in one currency.

    Attributes:
        format: What the file is: `camt.053`, `mt940`, `ofx`, `csv`, `stripe`, …
        account: The account it is about: an IBAN, or what the file calls it.
        name: The statement's own number.
        currency: ISO 4217; empty where the file tells none, which means that of the shop.
        movements: In the order of the file.
        opened_on, opening: The balance before the first movement; None where the file tells none.
        closed_on, closing: The balance after the last one; None where the file tells none.
        remarks: What is odd about it as a whole, one sentence each.
    """

    format: str
    account: str
    name: str
    currency: str
    movements: tuple[Movement, ...]
    opened_on: dt.date | None = None
    opening: Decimal | None = None
    closed_on: dt.date | None = None
    closing: Decimal | None = None
    remarks: tuple[str, ...] = ()

    @property
    def total(self) -> Decimal:
        """What the booked movements add up to."""
        return sum((one.net for one in self.movements if one.booked), Decimal(0))

    @property
    def difference(self) -> Decimal:
        """What is missing between both balances; zero where the file does not tell both."""
        if self.opening is None or self.closing is None:
            return Decimal(0)
        return self.closing - self.opening - self.total
