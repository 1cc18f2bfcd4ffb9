"""Make customers, and change what is known of them: contacts, addresses, preferences, tags, notes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, NamedTuple

from shopctl.db.bulk import insert_rows, new_ids
from shopctl.db.fields import stamp
from shopctl.domain.addresses import AddressEdits, Addresses, edited
from shopctl.domain.mail import plain_address
from shopctl.domain.outcomes import Change, Done, Failed, Outcome
from shopctl.domain.people import LONGEST, Person, noted
from shopctl.domain.tags import tagged
from shopctl.errors import RefusedError, ShopError, UsageError
from shopctl.models import Customer
from shopctl.services import counters, terms, words
from shopctl.services.customer_records import (
    PERSON,
    CustomerHead,
    Stored,
    change_each,
    keys_of,
    load,
    person_values,
    require_free,
    store_addresses,
)
from shopctl.services.customers import find_all
from shopctl.shop import Shop, operation

SHELL: Final = "shell"
"""Where a consent that was typed here comes from."""


class NewCustomer(NamedTuple):
    """A customer to be made."""

    person: Person
    addresses: Addresses = ()

    @property
    def reference(self) -> str:
        """How it is named before it has a code."""
        return self.person.email or self.person.called


@dataclass(frozen=True)
class Edit:
    """What changes of a customer.

    Attributes:
        values: New texts by the fields of a person; empty removes one.
        tags: Those that are added.
        marketing: Whether marketing mail is wanted from now on; None leaves it.
        source: Where that was said; empty: here.
        text: Which version of the words about it they agreed to.
    """

    values: Mapping[str, Any] = field(default_factory=dict)
    tags: Sequence[str] = ()
    marketing: bool | None = None
    source: str = ""
    text: str = ""
    addresses: AddressEdits = field(default_factory=AddressEdits)


@operation("customers")
def create(shop: Shop, wanted: Sequence[NewCustomer]) -> list[Outcome[CustomerHead]]:
    """Make customers; the code is the next of its series. One that is there with just these values is `unchanged`.

    Raises (as outcomes): customer.exists, customer.vat, email.address, usage.

    Raises:
        NotFoundError: There are no such payment terms.
    """
    _require_terms(*(one.person.terms for one in wanted))
    outcomes: list[Outcome[CustomerHead]] = []
    for one in wanted:
        try:
            outcomes.append(_create(shop, one))
        except ShopError as error:
            outcomes.append(Failed(one.reference, error))
    return outcomes


def _create(shop: Shop, wanted: NewCustomer) -> Done[CustomerHead]:
    person = wanted.person
    if not person.called:
        raise UsageError("usage", "a customer needs a name, a company or an e-mail address", hint="add --name TEXT")
    check(person)
    if person.marketing is not None:
        person = _agreed(person, person.marketing, shop.now, person.marketing_source, person.marketing_text)
    known = find_all([person.email])[person.email] if person.email else None
    if known is not None and _is_same(load([known])[known], wanted):
        stored = load([known])[known]
        return Done(wanted.reference, Change.UNCHANGED, stored.head, (f"customer {stored.code} is there already",))
    require_free(person, None)
    (key,) = new_ids(Customer, 1)
    (code,) = counters.take(shop, "customer", shop.today, 1)
    names = ("id", "code", *PERSON, "email_folded", "contact_key", "fingerprint", "created_at", "archived")
    values = (key, code, *person_values(person), *keys_of(person), "", stamp(shop.now), False)
    insert_rows(Customer, names, [values])
    store_addresses({key: wanted.addresses})
    words.refresh("customer", [key], new=True)
    shop.record("customer.created", code)
    return Done(wanted.reference, Change.CREATED, Stored(key, code, person, wanted.addresses).head)


def _is_same(stored: Stored, wanted: NewCustomer) -> bool:
    """Tell whether a customer says what is asked for, whenever consent was given."""
    said: dict[str, Any] = {"marketing_source": "", "marketing_at": None, "marketing_text": ""}
    return stored.person._replace(**said) == wanted.person._replace(**said) and stored.addresses == wanted.addresses


@operation("customers")
def edit(shop: Shop, references: Sequence[str], wanted: Edit) -> list[Outcome[CustomerHead]]:
    """Change customers; documents that are there already keep what they copied.

    Raises (as outcomes): customer.unknown, customer.anonymized, customer.exists, customer.address_unknown,
    customer.vat, email.address, usage.

    Raises:
        NotFoundError: There are no such payment terms.
    """
    _require_terms(wanted.values.get("terms", ""))

    def decide(stored: Stored) -> Stored:
        person = stored.person._replace(**wanted.values)
        person = person._replace(tags=tagged(person.tags, wanted.tags))
        if wanted.marketing is not None and _is_news(person, wanted):
            person = _agreed(person, wanted.marketing, shop.now, wanted.source, wanted.text)
        check(person, {name for name in Person._fields if getattr(person, name) != getattr(stored.person, name)})
        if not person.called:
            raise UsageError("usage", "a customer needs a name, a company or an e-mail address", hint="--name TEXT")
        return stored._replace(person=person, addresses=edited(stored.code, stored.addresses, wanted.addresses))

    return change_each(shop, references, decide, action="customer.changed", same="says so already")


@operation("customers")
def note(shop: Shop, references: Sequence[str], text: str) -> list[Outcome[CustomerHead]]:
    """Add a line to the notes of customers, with the day and who wrote it.

    Raises (as outcomes): customer.unknown, customer.anonymized, usage.
    """

    def decide(stored: Stored) -> Stored:
        person = stored.person._replace(note=noted(stored.person.note, text, shop.today, shop.actor.name))
        check(person, {"note"})
        return stored._replace(person=person)

    return change_each(shop, references, decide, action="customer.noted", same="has this note already")


@operation("customers")
def tag(
    shop: Shop, references: Sequence[str], add: Sequence[str], remove: Sequence[str]
) -> list[Outcome[CustomerHead]]:
    """Add and remove tags of customers.

    Raises (as outcomes): customer.unknown, customer.anonymized, usage.
    """

    def decide(stored: Stored) -> Stored:
        person = stored.person._replace(tags=tagged(stored.person.tags, add, remove))
        check(person, {"tags"})
        return stored._replace(person=person)

    return change_each(shop, references, decide, action="customer.tagged", same="is tagged so already")


@operation("customers")
def archive(shop: Shop, references: Sequence[str], *, archived: bool = True) -> list[Outcome[CustomerHead]]:
    """Leave customers out of lists, or bring them back; nothing else changes.

    Raises (as outcomes): customer.unknown, customer.anonymized.
    """
    return change_each(
        shop, references, lambda stored: stored._replace(archived=archived),
        action="customer.archived" if archived else "customer.unarchived",
        same="is archived already" if archived else "is not archived",
    )  # fmt: skip


def _is_news(person: Person, wanted: Edit) -> bool:
    """Tell whether something else is said about marketing mail than is known: yes or no, or to which words."""
    said = (wanted.source or person.marketing_source, wanted.text or person.marketing_text)
    return wanted.marketing != person.marketing or said != (person.marketing_source, person.marketing_text)


def _agreed(person: Person, marketing: bool, at: datetime, source: str, text: str) -> Person:
    return person._replace(marketing=marketing, marketing_source=source or SHELL, marketing_at=at, marketing_text=text)


def check(person: Person, fields: set[str] | None = None) -> None:
    """Insist that what is typed about a customer can be kept.

    Args:
        fields: What is new; None: everything.

    Raises:
        UsageError: A text is too long, or a code has another form.
        RefusedError: The e-mail address or VAT number is none.
    """
    new = {name: getattr(person, name) for name in Person._fields if fields is None or name in fields}
    for name, value in new.items():
        text = ", ".join(value) if isinstance(value, tuple) else value
        if isinstance(text, str) and len(text) > LONGEST:
            raise UsageError(
                "usage", f"the {name} has {len(text)} characters, {LONGEST} are allowed", hint="shorten it"
            )
    if new.get("email"):
        plain_address(person.email)
    if new.get("country"):
        _require_form(person.country, len(person.country) == 2, "a country code of two letters such as DE")
    if new.get("language"):
        language, _, region = person.language.replace("_", "-").partition("-")
        sound = len(language) in (2, 3) and len(region) in (0, 2)
        _require_form(f"{language}{region}", sound, "a language code such as en or pt-BR")
    if new.get("vat"):
        _require_vat(person.vat, person.country)


def _require_terms(*codes: str) -> None:
    terms.show(sorted({code for code in codes if code}))


def _require_form(text: str, sound: bool, what: str) -> None:
    if not (sound and text.isascii() and text.isalpha()):
        raise UsageError("usage", f"{text[:40]!r} is not {what}", hint="shopctl customers edit --help")


def _require_vat(number: str, country: str) -> None:
    """Refuse a VAT number whose form or check digits are wrong; one of a country without known rules passes."""
    from stdnum import get_cc_module
    from stdnum.exceptions import ValidationError

    prefix = number[:2] if number[:2].isalpha() else country
    rules = get_cc_module("gr" if prefix.upper() == "EL" else prefix.lower(), "vat") if prefix.isascii() else None
    if rules is None:
        return
    try:
        rules.validate(number)
    except ValidationError as error:
        raise RefusedError(
            "customer.vat",
            f"{number[:40]!r} is not a VAT number of {prefix.upper()}: {str(error).rstrip('.').lower()}",
            hint="check it at https://ec.europa.eu/taxation_customs/vies",
        ) from None
