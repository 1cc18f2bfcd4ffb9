"""Write who sends and who gets a document, the way it is printed: names, postal addresses, the bank account."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final

from shopctl.config import Config
from shopctl.domain.documents import BankAccount, Party

CITY_FIRST: Final = frozenset({"AU", "CA", "GB", "IE", "IN", "NZ", "US"})
"""Countries that write the postal code after the city, with the region where there is one."""


def seller(config: Config) -> Party:
    """Tell who the shop is."""
    shop = config.shop
    return Party(shop.name, shop.address, shop.email, shop.phone, shop.vat)


def bank(config: Config) -> BankAccount | None:
    """Tell where transfers go; None where the shop names no account."""
    account = config.wire_transfer
    if not (account.iban or account.bank or account.text):
        return None
    return BankAccount(account.holder, account.iban, account.bic, account.bank, account.text)


def buyer(name: str, billing: str, *, email: str, phone: str, vat: str, home: str) -> Party:
    """Tell who is billed.

    Args:
        billing: The address as it is stored; empty for none.
        home: Country of the shop, which is not printed.
    """
    address = _address(billing)
    return Party(name, (*_person(address, name), *_postal(address, home)), email, phone, vat)


def ship_to(name: str, shipping: str, billing: str, *, home: str) -> Party | None:
    """Tell where the goods go, if that is not where the document goes.

    Args:
        name: Who gets them if the address names nobody.
        shipping, billing: Addresses as they are stored; empty for none.
        home: Country of the shop, which is not printed.
    """
    address = _address(shipping)
    if not address or address == _address(billing):
        return None
    name = address.get("company") or address.get("name") or name
    return Party(name, (*_person(address, name), *_postal(address, home)))


def _address(text: str) -> dict[str, str]:
    return json.loads(text) if text else {}


def _person(address: Mapping[str, str], name: str) -> tuple[str, ...]:
    """Name the company and the person of an address, as far as they are not the name above it."""
    return tuple({value: None for part in ("company", "name") if (value := address.get(part, "")) and value != name})


def _postal(address: Mapping[str, str], home: str) -> tuple[str, ...]:
    """Write the street, the city and, abroad, the country of an address, one printed line each."""
    place = {part: address.get(part, "") for part in ("street", "street2", "zip", "city", "region", "country")}
    if place["country"] in CITY_FIRST:
        region = "" if place["region"] == place["city"] else place["region"]
        city = f"{place['city']}, {region} {place['zip']}" if region else f"{place['city']} {place['zip']}"
    else:
        city = f"{place['zip']} {place['city']}"
    country = place["country"] if place["country"] != home else ""
    return tuple(line for line in (place["street"], place["street2"], city.strip(" ,"), country) if line)
