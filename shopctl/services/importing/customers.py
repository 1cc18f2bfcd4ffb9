"""Store customers, and find or make the customer that an order or cart carries with it.

Customers are matched by code, else by folded e-mail address, else by folded name and phone number.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from shopctl.db.bulk import among, change_rows, fetch, insert_rows, new_ids
from shopctl.db.fields import stamp
from shopctl.domain import people
from shopctl.domain.outcomes import Change
from shopctl.domain.records import AddressRecord, CustomerRecord
from shopctl.errors import RefusedError
from shopctl.models import Address, Customer
from shopctl.services import counters, words
from shopctl.services.importing.catalogue import terms_known
from shopctl.services.importing.parts import Answer, ImportRow, Line, Pairs, fingerprint, missing
from shopctl.shop import Shop

COLUMNS = (
    "id", "code", "name", "company", "email", "email_folded", "contact_key", "phone", "vat", "language", "country",
    "tags", "terms", "marketing", "marketing_source", "marketing_at", "marketing_text", "note",
    "fingerprint", "created_at",
)  # fmt: skip
ADDRESS = (
    "customer_id", "position", "kind", "name", "company", "street", "street2", "zip", "city", "region", "country",
)  # fmt: skip


class Known(NamedTuple):
    """A stored customer, as importers need it.

    Attributes:
        settled: A record changes nothing of it, as it was merged into another one or its personal data are erased.
    """

    key: int
    code: str
    name: str
    fingerprint: str
    settled: bool = False


class Directory:
    """The customers that a chunk refers to: the stored ones, and those it makes."""

    def __init__(self, records: Iterable[CustomerRecord | str | None]) -> None:
        self._by_code: dict[str, Known] = {}
        self._by_email: dict[str, Known] = {}
        self._by_contact: dict[str, Known] = {}
        codes, emails, contacts = set(), set(), set()
        for record in records:
            if isinstance(record, str):
                codes.add(record.upper())
            elif record is not None:
                codes.add(record.code.upper())
                emails.add(record.email.casefold())
                contacts.add(contact_key(record))
        for column, wanted in (("code", codes), ("email_folded", emails), ("contact_key", contacts)):
            self._load(column, sorted(wanted - {"", None}))  # type: ignore[arg-type]

    def _load(self, column: str, values: Sequence[str]) -> None:
        if not values:
            return
        condition, bound = among(Customer, f"c.{column}", values)
        for own, key, code, name, company, print_, settled, email, contact in fetch(
            Customer,
            "SELECT c.code, t.id, t.code, t.name, t.company, t.fingerprint, "  # noqa: S608
            "c.merged_into_id IS NOT NULL OR t.anonymized_at IS NOT NULL, c.email_folded, c.contact_key "
            f"FROM customers c JOIN customers t ON t.id = coalesce(c.merged_into_id, c.id) WHERE {condition}",
            bound,
        ):
            known = Known(key, code, company or name or email or "", print_, bool(settled))
            self.add(known, email, contact, code=own)

    def add(self, known: Known, email: str | None, contact: str | None, *, code: str = "") -> None:
        """Remember a customer under everything it can be found by.

        Args:
            code: The code that it is found by, where that is not its own.
        """
        self._by_code[code or known.code] = known
        if email:
            self._by_email[email] = known
        if contact:
            self._by_contact[contact] = known

    def find(self, record: CustomerRecord | str) -> Known | None:
        """Find the stored customer that is meant."""
        if isinstance(record, str):
            return self._by_code.get(record.upper())
        if record.code:
            found = self._by_code.get(record.code.upper())
            if found is not None:
                return found
        if record.email:
            return self._by_email.get(record.email.casefold())
        return self._by_contact.get(contact_key(record) or "")

    def holder(self, email: str) -> Known | None:
        """Find the stored customer with an e-mail address, whatever code a record names."""
        return self._by_email.get(email.casefold()) if email else None


def contact_key(record: CustomerRecord) -> str | None:
    """Fold what identifies a customer without an e-mail address; None when that is too little."""
    return people.contact_key(record.email, record.name, record.phone)


def make_missing(shop: Shop, records: Iterable[tuple[CustomerRecord, str]], directory: Directory) -> None:
    """Step: make the customers of orders and carts that are not stored yet, each once.

    Args:
        records: The inline customers, each with the country of its order.
    """
    fresh: list[tuple[CustomerRecord, str]] = []
    seen: set[str] = set()
    for record, country in records:
        identity = record.code.upper() or record.email.casefold() or contact_key(record)
        if identity and identity not in seen and directory.find(record) is None:
            seen.add(identity)
            fresh.append((record, country))
    insert(shop, fresh, directory)


def insert(shop: Shop, fresh: Sequence[tuple[CustomerRecord, str]], directory: Directory) -> None:
    """Step: write new customers with their addresses."""
    if not fresh:
        return
    keys = list(new_ids(Customer, len(fresh)))
    counters.give_way(shop, "customer", (record.code.upper() for record, _ in fresh if record.code))
    codes = iter(counters.take(shop, "customer", shop.today, sum(1 for record, _ in fresh if not record.code)))
    rows, addresses, texts = [], [], []
    moment = stamp(shop.now)
    for key, (record, country) in zip(keys, fresh, strict=True):
        code = record.code.upper() or next(codes)
        values = values_of(record, country)
        rows.append((key, code, *values, moment))
        addresses += address_rows(key, record.addresses)
        names = [name for one in record.addresses for name in (one.name, one.company)]
        own = words.of_customer(code, record.name, record.company, record.email, record.phone, record.vat)
        texts.append((key, (*own, *names)))
        directory.add(Known(key, code, record.company or record.name or record.email, values[-1]), values[3], values[4])
        shop.record("customer.created", code)
    insert_rows(Customer, COLUMNS, rows)
    insert_rows(Address, ADDRESS, addresses)
    words.remember("customer", texts)


def values_of(record: CustomerRecord, country: str) -> tuple[Any, ...]:
    """List the stored values of a customer from `name` to `fingerprint`."""
    consent = record.marketing
    values = (
        record.name, record.company, record.email, record.email.casefold() or None, contact_key(record), record.phone,
        record.vat, record.language, country, ", ".join(record.tags), record.terms,
        None if consent is None else consent.consent, consent.source if consent else "",
        stamp(consent.at) if consent and consent.at else None, consent.text if consent else "", record.note,
    )  # fmt: skip
    # The country may come from an order, so it says nothing about a change of the record.
    told = (*values[:8], *values[9:TEXT], *values[TEXT + 1 :], record.addresses)
    # A record without a version of the words has the fingerprint that it had before there was such a field.
    return (*values, fingerprint((*told, values[TEXT]) if values[TEXT] else told))


def address_rows(key: int, addresses: Sequence[AddressRecord]) -> list[tuple[Any, ...]]:
    """List the stored values of addresses."""
    return [
        (key, position, one.kind, one.name, one.company, one.street, one.street2, one.zip, one.city, one.region,
         one.country)
        for position, one in enumerate(addresses, 1)
    ]  # fmt: skip


def store_customers(shop: Shop, pairs: Pairs) -> Iterable[tuple[Line, Answer]]:
    """Store customers; an existing one is brought to what the record says."""
    directory = Directory(record for _, record in pairs)
    terms = terms_known()
    fresh: list[tuple[CustomerRecord, str]] = []
    changed: list[tuple[Known, CustomerRecord]] = []
    seen: dict[str, CustomerRecord] = {}
    done: set[str] = set()
    answers: list[tuple[Line, Answer]] = []
    for line, record in pairs:
        if record.terms and record.terms not in terms:
            answers.append((line, missing(line, "payment terms", record.terms)))
            continue
        identity = record.code.upper() or record.email.casefold() or contact_key(record) or f"line {line.line}"
        stored = directory.find(record)
        if stored is not None and stored.settled:
            # Its code only: answers are kept, and its personal data may be erased.
            answers.append((line, (Change.UNCHANGED, ImportRow("customer", stored.code, "", "", None, ""))))
            continue
        holder = directory.holder(record.email) or stored
        if holder is not None and record.code and holder.code != record.code.upper():
            answers.append((line, _address_taken(line, record, holder)))
            continue
        if seen.setdefault(identity, record) != record:
            answers.append((line, _twice(line, record)))
            continue
        if identity in done or (stored and stored.fingerprint == values_of(record, _country(record))[-1]):
            answer = Change.UNCHANGED
        elif stored is None:
            fresh.append((record, _country(record)))
            answer = Change.CREATED
        else:
            changed.append((stored, record))
            answer = Change.CHANGED
        done.add(identity)
        answers.append((line, (answer, _row(record))))
    insert(shop, fresh, directory)
    _change(shop, changed)
    return answers


def _row(record: CustomerRecord) -> ImportRow:
    return ImportRow("customer", record.code or record.email, record.company or record.name, "", None, "")


def _address_taken(line: Line, record: CustomerRecord, stored: Known) -> RefusedError:
    return RefusedError(
        "import.reference",
        f"line {line.line}: the e-mail address of customer {record.code} belongs to customer {stored.code} already",
        hint=f"shopctl customers show {stored.code}",
        line=line.line,
    )


def _twice(line: Line, record: CustomerRecord) -> RefusedError:
    return RefusedError(
        "import.immutable",
        f"line {line.line}: customer {record.code or record.email} stands in this file twice, with other values",
        hint="keep one of them",
        line=line.line,
    )


def _country(record: CustomerRecord) -> str:
    return next((address.country for address in record.addresses if address.country), "")


CONSENT = slice(COLUMNS.index("marketing") - 2, COLUMNS.index("marketing_text") - 1)
"""Where the consent stands among the values of a customer: whether, where from, when, to which words."""

TEXT = COLUMNS.index("marketing_text") - 2


def _values_kept(changed: Sequence[tuple[Known, CustomerRecord]]) -> list[tuple[Any, ...]]:
    """List what is stored of changed customers; what was said later about marketing mail, here or elsewhere, stands."""
    condition, bound = among(Customer, "id", [stored.key for stored, _ in changed])
    said = {
        key: consent
        for key, *consent in fetch(
            Customer,
            f"SELECT id, marketing, marketing_source, marketing_at, marketing_text FROM customers WHERE {condition} "  # noqa: S608
            "AND marketing_at IS NOT NULL",
            bound,
        )
    }
    found = []
    for stored, record in changed:
        values = list(values_of(record, _country(record)))
        consent = said.get(stored.key)
        if consent and consent[2] > (values[CONSENT][2] or ""):
            values[CONSENT] = consent
        found.append(tuple(values))
    return found


def _change(shop: Shop, changed: Sequence[tuple[Known, CustomerRecord]]) -> None:
    names = COLUMNS[2:-1]
    change_rows(
        Customer,
        ", ".join(
            f"{name} = coalesce(nullif(:{name}, ''), {name})" if name == "country" else f"{name} = :{name}"
            for name in names
        ),
        "id = :id",
        ("id", *names),
        [(stored.key, *values) for (stored, _), values in zip(changed, _values_kept(changed), strict=True)],
    )
    if changed:
        Address.delete().where(Address.customer.in_([stored.key for stored, _ in changed])).execute()
    insert_rows(
        Address, ADDRESS, [row for stored, record in changed for row in address_rows(stored.key, record.addresses)]
    )
    words.refresh("customer", [stored.key for stored, _ in changed])
    for stored, _ in changed:
        shop.record("customer.changed", stored.code)
