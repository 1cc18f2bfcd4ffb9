"""Read what is typed about the postal addresses of a customer, and change them."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from shopctl.domain.line_edits import parse_position
from shopctl.domain.records import AddressRecord
from shopctl.errors import NotFoundError, UsageError

KINDS: Final = ("billing", "shipping", "other")
FIELDS: Final = ("name", "company", "street", "street2", "zip", "city", "region", "country", "kind")
_WRITE: Final = "write [KIND:]field=value,…: shipping:street=Calle Mayor 7,zip=28013,city=Madrid,country=ES"


class SetAddress(NamedTuple):
    """New values for the address at a position."""

    position: int
    values: dict[str, str]


class AddressEdits(NamedTuple):
    """Everything that one command changes of the addresses of a customer."""

    added: tuple[AddressRecord, ...] = ()
    changed: tuple[SetAddress, ...] = ()
    removed: tuple[int, ...] = ()

    def __bool__(self) -> bool:
        """Tell whether anything changes."""
        return any(self)


Addresses = tuple[AddressRecord, ...]


def parse_edits(add: Sequence[str], change: Sequence[str], remove: Sequence[str]) -> AddressEdits:
    """Read the values of all `--address`, `--set-address` and `--remove-address` of a command.

    Raises:
        UsageError: One cannot be understood, or an address is named twice.
    """
    edits = AddressEdits(
        tuple(parse_address(text) for text in add),
        tuple(_parse_set(text) for text in change),
        tuple(parse_position(text, "--remove-address") for text in remove),
    )
    places = [*(one.position for one in edits.changed), *edits.removed]
    twice = next((place for place in places if places.count(place) > 1), None)
    if twice is not None:
        raise UsageError(
            "usage",
            f"address {twice} is named twice",
            hint=f"put everything about it into one --set-address {twice}:…, or only remove it",
        )
    return edits


def parse_address(text: str) -> AddressRecord:
    """Read `[KIND:]field=value,…`; a comma before which no field begins belongs to the value.

    Raises:
        UsageError: It is written in another way.
    """
    kind, mark, rest = text.partition(":")
    if not mark or kind.strip() not in KINDS:
        kind, rest = "billing", text
    values = {"kind": kind.strip(), **values_of(rest, "--address")}
    if not any(value for name, value in values.items() if name != "kind"):
        raise UsageError("usage", f"--address {text!r} holds no address", hint=_WRITE)
    return AddressRecord(**values)


def _parse_set(text: str) -> SetAddress:
    place, mark, rest = text.partition(":")
    if not mark or not rest.strip():
        raise UsageError(
            "usage",
            f"--set-address {text!r} does not say what changes",
            hint="write N:field=value,…: 1:street=Calle Mayor 9,zip=28013",
        )
    return SetAddress(parse_position(place, "--set-address"), values_of(rest, "--set-address"))


def values_of(text: str, option: str, known: Sequence[str] = FIELDS) -> dict[str, str]:
    """Read `field=value,…`, the country in capitals.

    Args:
        option: Where it was typed, for messages.
        known: The fields that may be named.

    Raises:
        UsageError: A field is unknown or named twice, or its value cannot be.
    """
    values: dict[str, str] = {}
    for name, value in _fields(text, option, known):
        if name in values:
            raise UsageError("usage", f"{option} names {name} twice", hint="name every field once")
        values[name] = value.upper() if name == "country" else value
    kind, country = values.get("kind", KINDS[0]), values.get("country", "")
    if kind not in KINDS:
        raise UsageError("usage", f"{kind!r} is no kind of address", hint=f"kinds: {', '.join(KINDS)}")
    if country and not (len(country) == 2 and country.isascii() and country.isalpha()):
        raise UsageError("usage", f"{option}: {country!r} is not a country code", hint="two letters such as DE")
    return values


def _fields(text: str, option: str, known: Sequence[str]) -> Iterator[tuple[str, str]]:
    name, value = "", ""
    for part in text.split(","):
        word, mark, after = part.partition("=")
        if mark and word.strip() in known:
            if name:
                yield name, value
            name, value = word.strip(), after.strip()
        elif name and not mark:
            value = f"{value},{part}".rstrip()
        else:
            raise _no_field(word.strip(), option, known)
    yield name, value


def _no_field(word: str, option: str, known: Sequence[str]) -> UsageError:
    near = difflib.get_close_matches(word, known)
    return UsageError(
        "usage.field",
        f"{option} has no field {word!r}",
        hint=f"did you mean {near[0]}?" if near else f"fields: {', '.join(known)}",
    )


def edited(customer: str, before: Addresses, edits: AddressEdits) -> Addresses:
    """Change, remove and add addresses; one that is there already is not added again.

    Args:
        customer: The code, for messages.

    Raises:
        NotFoundError: There is no such address.
    """
    for position in (*(one.position for one in edits.changed), *edits.removed):
        if position > len(before):
            raise NotFoundError(
                "customer.address_unknown",
                f"customer {customer} has no address {position}",
                hint=f"shopctl customers show {customer}",
                customer=customer,
            )
    wishes = {one.position: one.values for one in edits.changed}
    kept = [
        address._replace(**wishes.get(position, {}))
        for position, address in enumerate(before, 1)
        if position not in edits.removed
    ]
    return joined(kept, edits.added)


def joined(addresses: Sequence[AddressRecord], more: Sequence[AddressRecord]) -> Addresses:
    """Append addresses, each only once."""
    return tuple(dict.fromkeys([*addresses, *more]))
