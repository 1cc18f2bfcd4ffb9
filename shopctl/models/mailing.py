"""Hold what surrounds the outbox: attempts to send, reminders, addresses that get nothing, edited letters."""

from __future__ import annotations

import peewee

from shopctl.db.fields import DayField, ExactField, InstantField
from shopctl.domain.states import HOLD_REASONS, LETTER_PARTS, REMINDER_KINDS, SUPPRESSED, SUPPRESSION_REASONS
from shopctl.models.base import Table, one_of
from shopctl.models.billing import Invoice
from shopctl.models.people import Customer
from shopctl.models.record import Email


class EmailAttempt(Table):
    """One attempt to send a letter: the state it left the letter in, and what the server said."""

    email = peewee.ForeignKeyField(Email, backref="tries", on_delete="CASCADE")
    at = InstantField()
    state = peewee.TextField()
    phase = peewee.TextField(default="")
    reply = peewee.TextField(default="")

    class Meta:
        table_name = "email_attempts"


class Reminder(Table):
    """One step of reminding about one document, counted from 1; it exists once, however many runs are at work.

    `kind` tells what `document` is the number of. `email` is the letter, which may be about several documents. `fee`
    and `interest` are what this step charged, booked by the invoice `charge`; the interest runs up to and with the day
    `interest_until`. `basis` is the legal basis of a letter about a cart.
    """

    kind = peewee.TextField()
    document = peewee.TextField()
    step = peewee.BigIntegerField()
    customer = peewee.ForeignKeyField(Customer, null=True, index=False)
    email = peewee.ForeignKeyField(Email, null=True, backref="reminders", on_delete="SET NULL")
    fee = ExactField(default=0)
    interest = ExactField(default=0)
    interest_until = DayField(null=True)
    charge = peewee.ForeignKeyField(Invoice, null=True, backref="charged_by", index=False)
    basis = peewee.TextField(default="")
    created_at = InstantField()

    class Meta:
        table_name = "reminders"
        indexes = ((("document", "kind", "step"), True),)
        constraints = [
            one_of("kind", REMINDER_KINDS),
            peewee.Check('"step" >= 1'),
            peewee.Check('"fee" >= 0 AND "interest" >= 0'),
        ]


Reminder.add_index(Reminder.customer, Reminder.created_at)
Reminder.add_index(Reminder.charge, where=peewee.SQL("(charge_id IS NOT NULL)"), name="reminders_charge")


class ReminderHold(Table):
    """Why nothing reminds of a document, or of all documents of a customer, up to and with a day.

    `document` is the number of an order, invoice or cart, or the code of a customer.
    """

    document = peewee.TextField(unique=True)
    reason = peewee.TextField()
    until = DayField(null=True)
    note = peewee.TextField(default="")
    created_at = InstantField()

    class Meta:
        table_name = "reminder_holds"
        constraints = [one_of("reason", HOLD_REASONS)]


class Suppression(Table):
    """An address that gets no letters any more: none at all, or none that advertises.

    `digest` is the SHA-256 of the folded address in hexadecimal. It stays when a person is erased, and `address` goes:
    who wants no mail gets none, also from a shop that has forgotten them.
    """

    digest = peewee.TextField()
    scope = peewee.TextField()
    address = peewee.TextField(default="")
    reason = peewee.TextField()
    source = peewee.TextField(default="")
    created_at = InstantField()

    class Meta:
        table_name = "suppressions"
        indexes = ((("digest", "scope"), True),)
        constraints = [one_of("scope", SUPPRESSED), one_of("reason", SUPPRESSION_REASONS)]


class LetterTemplate(Table):
    """The shop's own words for one part of one letter in one language, in place of those that ship."""

    name = peewee.TextField()
    language = peewee.TextField()
    part = peewee.TextField()
    source = peewee.TextField()
    changed_at = InstantField()

    class Meta:
        table_name = "letter_templates"
        indexes = ((("name", "language", "part"), True),)
        constraints = [one_of("part", LETTER_PARTS)]


class SigningKey(Table):
    """A random key, in hexadecimal, that signs links in letters; whoever reads the database can make such links."""

    name = peewee.TextField(unique=True)
    value = peewee.TextField()
    created_at = InstantField()

    class Meta:
        table_name = "signing_keys"
