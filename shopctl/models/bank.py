"""Hold what banks and payment providers report: statements, their lines, and whose account money comes from."""

from __future__ import annotations

import peewee

from shopctl.db.fields import DayField, ExactField, InstantField
from shopctl.domain.states import BANK_LINE_KINDS, BANK_LINE_STATES
from shopctl.models.base import Table, one_of
from shopctl.models.people import Customer


class BankStatement(Table):
    """One statement of an account at a bank or a payment provider, as a file told it.

    `format` is what it was written in (`camt.053`, `mt940`, `stripe`, …), `name` its own number. `opening` and
    `closing` are null where the file tells none; `difference` is closing - opening - the sum of its lines.
    `fingerprint` tells the same statement again.
    """

    format = peewee.TextField()
    account = peewee.TextField(default="")
    name = peewee.TextField(default="")
    currency = peewee.TextField()
    opened_on = DayField(null=True)
    opening = ExactField(null=True)
    closed_on = DayField(null=True)
    closing = ExactField(null=True)
    difference = ExactField(default=0)
    lines = peewee.BigIntegerField(default=0)
    file = peewee.TextField(default="")
    fingerprint = peewee.TextField(unique=True)
    imported_at = InstantField()

    class Meta:
        table_name = "bank_statements"


class BankLine(Table):
    """One movement of a statement, addressed as `LINE/00057`; `amount` is above zero for money that came in.

    `amount` is what the payer paid; of it the provider kept `fee` (below zero where it gave one back). `reference` is
    what payer or shop quoted in a field made for it, `text` everything else that was written, `bank_reference` the
    bank's or provider's own, and `target` that of what a refund takes back. `settled` counts, without a sign, what
    payments took of the amount. `identity` tells the same movement in another file; `repeats` names the line that was
    stored before.
    """

    statement = peewee.ForeignKeyField(BankStatement, backref="movements", index=False)
    position = peewee.BigIntegerField()
    date = DayField()
    value_date = DayField(null=True)
    currency = peewee.TextField()
    amount = ExactField()
    fee = ExactField(default=0)
    kind = peewee.TextField(default="transfer")
    name = peewee.TextField(default="")
    iban = peewee.TextField(default="")
    reference = peewee.TextField(default="")
    text = peewee.TextField(default="")
    end_to_end = peewee.TextField(default="")
    bank_reference = peewee.TextField(default="")
    target = peewee.TextField(default="")
    identity = peewee.TextField()
    repeats = peewee.ForeignKeyField("self", null=True, index=False)
    settled = ExactField(default=0)
    state = peewee.TextField(default="open")
    remark = peewee.TextField(default="")

    class Meta:
        table_name = "bank_lines"
        indexes = ((("statement", "position"), True),)
        constraints = [
            one_of("kind", BANK_LINE_KINDS),
            one_of("state", BANK_LINE_STATES),
            peewee.Check('"settled" >= 0 AND "settled" <= abs("amount")'),
            peewee.Check('("state" = \'repeated\') = ("repeats_id" IS NOT NULL)'),
        ]


BankLine.add_index(BankLine.identity, unique=True, where=peewee.SQL("(repeats_id IS NULL)"), name="bank_lines_identity")
BankLine.add_index(BankLine.date, BankLine.id)
OPEN_LINE = peewee.SQL("(state = 'open')")
BankLine.add_index(BankLine.date, BankLine.id, where=OPEN_LINE, name="bank_lines_open")
BankLine.add_index(
    BankLine.bank_reference, where=peewee.SQL("(bank_reference <> '')"), name="bank_lines_bank_reference"
)


class KnownAccount(Table):
    """An account from which a customer has paid before; learned when a line of it is settled.

    `customer` is null for an account that paid for several, such as that of a payment service: it tells nobody.
    """

    iban = peewee.TextField(unique=True)
    customer = peewee.ForeignKeyField(Customer, null=True, backref="accounts")
    learned_at = InstantField()

    class Meta:
        table_name = "known_accounts"
