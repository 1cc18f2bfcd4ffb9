"""Hold the records of what happened: journal, operations, counters, outbox, schema history."""

from __future__ import annotations

import peewee

from shopctl.db.fields import InstantField
from shopctl.domain.states import EMAIL_STATES, SEARCHED_KINDS
from shopctl.models.base import Table, later, one_of
from shopctl.models.billing import Invoice
from shopctl.models.people import User


class Event(Table):
    """A journal entry; `hash` covers the entry and the hash before it, so that a change shows."""

    at = InstantField()
    actor = peewee.TextField()
    action = peewee.TextField()
    reference = peewee.TextField()
    details = peewee.TextField(default="")
    operation = peewee.TextField(default="")
    hash = peewee.TextField()

    class Meta:
        table_name = "events"


Event.add_index(Event.reference, Event.id)


class Operation(Table):
    """A write that took place; a repeat with the same key gets the stored result."""

    key = peewee.TextField(unique=True)
    command = peewee.TextField()
    input_hash = peewee.TextField()
    actor = peewee.TextField()
    result = peewee.TextField(default="")
    created_at = InstantField()

    class Meta:
        table_name = "operations"


class Series(Table):
    """A counter without gaps: `next` is the number to hand out, `last_date` the latest date used."""

    name = peewee.TextField()
    period = peewee.TextField(default="")
    next = peewee.BigIntegerField(default=1)
    last_date = peewee.TextField(default="")
    last_hash = peewee.TextField(default="")

    class Meta:
        table_name = "series"
        indexes = ((("name", "period"), True),)
        constraints = [peewee.Check('"next" >= 1')]


class Email(Table):
    """A letter in the outbox, written in the transaction that caused it; `key` keeps it from being sent twice.

    A letter with an `invoice` brings its PDF, one about an order only if it is `attached`; `language` is that of a
    letter about an order. `refused` names the recipients that the server refused of a letter that others got, each with
    its reply; `basis` the legal basis of one that advertises.
    """

    key = peewee.TextField(unique=True)
    document = peewee.TextField()
    kind = peewee.TextField()
    recipient = peewee.TextField()
    cc = peewee.TextField(default="")
    subject = peewee.TextField()
    text = peewee.TextField()
    html = peewee.TextField(default="")
    invoice = peewee.ForeignKeyField(Invoice, null=True, backref="emails")
    message_id = peewee.TextField(unique=True)
    state = peewee.TextField(default="queued")
    phase = peewee.TextField(default="")
    attempts = peewee.BigIntegerField(default=0)
    not_before = InstantField()
    owner = peewee.TextField(default="")
    lease = peewee.TextField(default="")
    reply = peewee.TextField(default="")
    created_at = InstantField()
    sent_at = InstantField(null=True)
    attached = peewee.BooleanField(default=False, constraints=later("FALSE"))
    language = peewee.TextField(default="", constraints=later("''"))
    refused = peewee.TextField(default="", constraints=later("''"))
    basis = peewee.TextField(default="", constraints=later("''"))

    class Meta:
        table_name = "emails"
        constraints = [one_of("state", EMAIL_STATES)]


Email.add_index(Email.not_before, Email.id, where=(Email.state == "queued"), name="emails_queued")
Email.add_index(Email.id, where=peewee.SQL("(state IN ('sending', 'uncertain'))"), name="emails_doubtful")
Email.add_index(Email.document)
Email.add_index(Email.recipient)


class SavedFilter(Table):
    """Options of a list under a name; a `standard` one is used where no other is named."""

    noun = peewee.TextField()
    name = peewee.TextField()
    owner = peewee.ForeignKeyField(User, on_delete="CASCADE")
    shared = peewee.BooleanField(default=False)
    standard = peewee.BooleanField(default=False)
    options = peewee.TextField()
    created_at = InstantField()

    class Meta:
        table_name = "saved_filters"
        indexes = ((("noun", "name", "owner"), True),)


class SearchWord(Table):
    """A word by which something is found, see `domain.words`; `key` is the key of a row of the table of that kind."""

    word = peewee.TextField()
    kind = peewee.TextField()
    key = peewee.BigIntegerField()

    class Meta:
        table_name = "search_words"
        primary_key = peewee.CompositeKey("kind", "word", "key")
        without_rowid = True
        constraints = [one_of("kind", SEARCHED_KINDS)]


SearchWord.add_index(SearchWord.kind, SearchWord.key)


class SchemaStep(Table):
    """A migration that was applied; `fingerprint` is what the whole schema looked like after it."""

    version = peewee.BigIntegerField(unique=True)
    name = peewee.TextField()
    sha256 = peewee.TextField()
    fingerprint = peewee.TextField()
    applied_at = InstantField()

    class Meta:
        table_name = "schema_history"
