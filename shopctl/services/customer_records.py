"""Load customers as values, store what changed of them, and answer for each: the way in which all writes go."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from shopctl.db.bulk import among, change_rows, fetch, insert_rows, within
from shopctl.db.fields import instant, stamp
from shopctl.domain.addresses import Addresses
from shopctl.domain.outcomes import Change, Done, Failed, Outcome
from shopctl.domain.people import Person, changed_fields, contact_key, state_of
from shopctl.domain.records import AddressRecord
from shopctl.errors import RefusedError, ShopError
from shopctl.models import Address, Customer
from shopctl.services import words
from shopctl.services.customers import find_all, unknown
from shopctl.services.facts import locking
from shopctl.services.repeats import first_spellings, in_order
from shopctl.shop import Shop

PERSON = (
    "name", "company", "email", "phone", "vat", "language", "country", "tags", "terms", "marketing",
    "marketing_source", "marketing_at", "marketing_text", "note",
)  # fmt: skip
ADDRESS = (
    "customer_id", "position", "kind", "name", "company", "street", "street2", "zip", "city", "region", "country",
)  # fmt: skip


class CustomerHead(NamedTuple):
    """A customer as writes answer it, without sums."""

    code: str
    name: str
    company: str
    email: str
    phone: str
    vat: str
    country: str
    language: str
    terms: str
    tags: tuple[str, ...]
    marketing: bool | None
    state: str


class Stored(NamedTuple):
    """A stored customer; `merged_into` is the key of another one."""

    key: int
    code: str
    person: Person
    addresses: Addresses = ()
    archived: bool = False
    merged_into: int | None = None
    anonymized: bool = False

    @property
    def head(self) -> CustomerHead:
        """What a write answers of it."""
        one = self.person
        state = state_of(archived=self.archived, merged=self.merged_into is not None, anonymized=self.anonymized)
        return CustomerHead(
            self.code, one.name, one.company, one.email, one.phone, one.vat, one.country, one.language, one.terms,
            one.tags, one.marketing, state,
        )  # fmt: skip


def load(keys: Iterable[int]) -> dict[int, Stored]:
    """Step: load and lock customers by key, always in the same order."""
    condition, values = among(Customer, "c.id", sorted(set(keys)))
    rows = fetch(
        Customer,
        f"SELECT c.id, c.code, c.archived, c.merged_into_id, c.anonymized_at, c.{', c.'.join(PERSON)} "  # noqa: S608
        f"FROM customers c WHERE {condition} ORDER BY c.id{locking('c')}",
        values,
    )
    addresses = _addresses([row[0] for row in rows])
    return {
        key: Stored(
            key, code, _person(*person), tuple(addresses.get(key, ())), bool(archived), into, anonymized is not None
        )
        for key, code, archived, into, anonymized, *person in rows
    }


def found_and_locked(references: Sequence[str]) -> tuple[dict[str, int | None], dict[int, Stored]]:
    """Step: find customers by code or e-mail address, then load and lock them.

    Returns:
        The key by reference, None for those that do not exist, and the customers by key.
    """
    while True:
        keys = find_all(references)
        found = load(key for key in keys.values() if key is not None)
        # Somebody may have merged one of them away between the two statements.
        if all(one.merged_into is None for one in found.values()):
            return keys, found


def _person(*values: object) -> Person:
    one = Person(*values)  # type: ignore[arg-type]  # as they are stored; three of them are read below
    return one._replace(
        tags=tuple(str(one.tags).split(", ")) if one.tags else (),
        marketing=None if one.marketing is None else bool(one.marketing),
        marketing_at=instant(str(one.marketing_at)) if one.marketing_at else None,
    )


def _addresses(keys: Sequence[int]) -> dict[int, list[AddressRecord]]:
    names = ADDRESS[2:]
    condition, values = among(Address, "customer_id", keys)
    found: dict[int, list[AddressRecord]] = {}
    for key, *parts in fetch(
        Address,
        f"SELECT customer_id, {', '.join(names)} FROM addresses WHERE {condition} ORDER BY customer_id, position",  # noqa: S608
        values,
    ):
        found.setdefault(key, []).append(AddressRecord(**dict(zip(names, parts, strict=True))))
    return found


def person_values(person: Person) -> tuple[object, ...]:
    """List what is stored of a person, in the order of `PERSON`."""
    return tuple(
        person._replace(
            tags=", ".join(person.tags),  # type: ignore[arg-type]  # as it is stored
            marketing_at=stamp(person.marketing_at) if person.marketing_at else None,  # type: ignore[arg-type]
        )
    )


def keys_of(person: Person) -> tuple[str | None, str | None]:
    """Tell by which e-mail address and by which contact a customer is found: the latter without the former."""
    return person.email.casefold() or None, contact_key(person.email, person.name, person.phone)


def store(changed: Mapping[int, tuple[Stored, Stored]]) -> None:
    """Step: store customers that changed, each as it was and as it is to be."""
    people = [
        (key, *person_values(after.person), *keys_of(after.person), after.archived)
        for key, (_, after) in changed.items()
    ]
    names = (*PERSON, "email_folded", "contact_key", "archived")
    change_rows(Customer, ", ".join(f"{name} = :{name}" for name in names), "id = :id", ("id", *names), people)
    moved = {key: after.addresses for key, (before, after) in changed.items() if after.addresses != before.addresses}
    store_addresses(moved)
    words.refresh("customer", list(changed))


def store_addresses(addresses: Mapping[int, Addresses]) -> None:
    """Step: replace the addresses of customers."""
    if addresses:
        Address.delete().where(within(Address.customer, list(addresses))).execute()
    insert_rows(Address, ADDRESS, [
        (key, position, *(getattr(one, name) for name in ADDRESS[2:]))
        for key, found in addresses.items()
        for position, one in enumerate(found, 1)
    ])  # fmt: skip


class Holder(NamedTuple):
    """Who is found by an e-mail address or contact: the row that holds it, and the customer that it stands for."""

    row: int
    key: int
    code: str


def holders(column: str, values: Iterable[str | None]) -> dict[str, Holder]:
    """Step: tell who holds e-mail addresses (`email_folded`) or contacts (`contact_key`)."""
    condition, bound = among(Customer, f"c.{column}", sorted({value for value in values if value}))
    rows = fetch(
        Customer,
        f"SELECT c.{column}, c.id, coalesce(t.id, c.id), coalesce(t.code, c.code) FROM customers c "  # noqa: S608
        f"LEFT JOIN customers t ON t.id = c.merged_into_id WHERE {condition}",
        bound,
    )
    return {value: Holder(*holder) for value, *holder in rows}


def release(column: str, rows: Iterable[int]) -> None:
    """Step: let customers that were merged give up what their new self is found by."""
    field = getattr(Customer, column)
    found = list(rows)
    if found:
        Customer.update({field: None}).where(within(Customer.id, found)).execute()


def require_free(person: Person, key: int | None, joining: Collection[int] = ()) -> list[tuple[str, int]]:
    """Insist that nobody else is found by the e-mail address or contact of a customer.

    Args:
        key: The customer itself; None for a new one.
        joining: Rows that are about to be merged into it.

    Returns:
        What rows merged into the customer have to release: column and key.

    Raises:
        RefusedError: Somebody else is.
    """
    email, contact = keys_of(person)
    released = []
    for column, value, what in (
        ("email_folded", email, "the e-mail address"), ("contact_key", contact, "this name and phone number"),
    ):  # fmt: skip
        holder = holders(column, [value]).get(value or "")
        if holder is None or holder.row == key:
            continue
        if holder.key != key and holder.row not in joining:
            raise RefusedError(
                "customer.exists",
                f"customer {holder.code} has {what} already",
                hint=f"shopctl customers show {holder.code}",
                customer=holder.code,
            )
        released.append((column, holder.row))
    return released


def require_known(stored: Stored) -> None:
    """Insist that there is still somebody behind a code.

    Raises:
        RefusedError: The personal data are erased.
    """
    if stored.anonymized:
        raise RefusedError(
            "customer.anonymized",
            f"the personal data of customer {stored.code} are erased, so there is nothing to change",
            hint=f"shopctl customers show {stored.code}",
            customer=stored.code,
        )


def change_each(
    shop: Shop, references: Sequence[str], decide: Callable[[Stored], Stored], *, action: str, same: str
) -> list[Outcome[CustomerHead]]:
    """Step: change customers, as a function says what each is to be.

    Args:
        decide: Answers the customer as it is to be, or raises a refusal.
        action: What the journal calls it; it names the fields that changed, never what they hold.
        same: What is said of a customer that is so already, after its code.
    """
    keys, found = found_and_locked(references)
    first = first_spellings(references, keys.__getitem__)
    outcomes: dict[str, Outcome[CustomerHead]] = {}
    changed: dict[int, tuple[Stored, Stored]] = {}
    for reference in dict.fromkeys(first.values()):
        key = keys[reference]
        try:
            if key is None:
                raise unknown(reference)
            require_known(found[key])
            after = decide(found[key])
            _take_names(found[key], after)
        except ShopError as error:
            outcomes[reference] = Failed(reference, error)
            continue
        if after == found[key]:
            outcomes[reference] = Done(reference, Change.UNCHANGED, after.head, (f"customer {after.code} {same}",))
        else:
            changed[key] = found[key], after
            outcomes[reference] = Done(reference, Change.CHANGED, after.head)
    store(changed)
    for before, after in changed.values():
        shop.record(action, before.code, **_told(before, after))
    return in_order(references, first, outcomes)


def _take_names(before: Stored, after: Stored) -> None:
    """Let a customer be found by a new e-mail address or contact, as the very next one might want the same."""
    if keys_of(after.person) != keys_of(before.person):
        for column, row in require_free(after.person, before.key):
            release(column, [row])
        email, contact = keys_of(after.person)
        Customer.update(email_folded=email, contact_key=contact).where(Customer.id == before.key).execute()


def _told(before: Stored, after: Stored) -> dict[str, object]:
    fields = changed_fields(before.person, after.person)
    fields += ["addresses"] if after.addresses != before.addresses else []
    return {"fields": fields} if fields else {}
