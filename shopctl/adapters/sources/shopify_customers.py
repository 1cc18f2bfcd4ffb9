"""Make customers of the rows of a Shopify customer export, in any of its three layouts.

Source: docs ECOSYSTEM.md section 1.1 (19 columns, 20 columns with "Default Address", more with metafields).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from shopctl.adapters.sources.control import ControlTotals
from shopctl.adapters.sources.items import Item, Unreadable, field_item
from shopctl.adapters.sources.shopify_heads import CONSENT, tags, unguarded
from shopctl.adapters.sources.shopify_rows import Spoilt, Table
from shopctl.adapters.sources.values import Amounts, is_email
from shopctl.domain.records import ZERO, AddressRecord, CustomerRecord

CUSTOMER_COLUMNS: Final = ("First Name", "Last Name", "Email")
"""Without these a file is no customer export."""

_COLUMNS: Final = {
    "company": ("Company", "Default Address Company"),
    "street": ("Address1", "Default Address Address1"),
    "street2": ("Address2", "Default Address Address2"),
    "city": ("City", "Default Address City"),
    "region": ("Province Code", "Default Address Province Code", "Province"),
    "country": ("Country Code", "Default Address Country Code", "Country"),
    "zip": ("Zip", "Default Address Zip"),
    "phone": ("Phone",),
    "address_phone": ("Default Address Phone",),
    "marketing": ("Accepts Email Marketing", "Accepts Marketing"),
    "note": ("Note",),
    "tags": ("Tags",),
    "spent": ("Total Spent",),
    "orders": ("Total Orders",),
    "first": ("First Name",),
    "last": ("Last Name",),
    "email": ("Email",),
}


def customers(table: Table, control: ControlTotals) -> Iterator[Item]:
    """Hand over the customers of a table; those without e-mail, phone and name become errors."""
    places = {
        field: table.place(next((name for name in names if name in table.header), ""))
        for field, names in _COLUMNS.items()
    }
    amounts = Amounts({"": ZERO})
    for line, row in table.rows():
        if isinstance(row, Spoilt):
            yield field_item(line, "", row.problem)
            continue
        cells = {field: row[place] for field, place in places.items()}
        try:
            record = _customer(cells)
            control.total_spent += amounts[unguarded(cells["spent"])]
            control.total_orders += amounts[unguarded(cells["orders"])]
        except Unreadable as problem:
            yield field_item(line, cells["email"], problem)
            continue
        control.customers += 1
        if record.email:
            control.with_email += 1
            control.add_email(record.email)
        control.accepts_email += record.marketing is not None and record.marketing.consent
        yield Item(line, record.email or record.name or record.phone, record, None)


def _customer(cells: dict[str, str]) -> CustomerRecord:
    name = f"{cells['first']} {cells['last']}".strip()
    phone = unguarded(cells["phone"] or cells["address_phone"])
    email = cells["email"]
    if email and not is_email(email):
        raise Unreadable(f"{email[:80]!r} is not an e-mail address", path="Email")
    if not (email or name or phone):
        raise Unreadable("the row names nobody: e-mail, name and phone are empty", path="Email")
    return CustomerRecord(
        name=name,
        company=cells["company"],
        email=email,
        phone=phone,
        tags=tags(cells["tags"]),
        marketing=CONSENT.get(cells["marketing"]),
        note=cells["note"],
        addresses=_addresses(cells, name),
    )


def _addresses(cells: dict[str, str], name: str) -> tuple[AddressRecord, ...]:
    parts = {field: cells[field] for field in ("company", "street", "street2", "city", "region", "country")}
    postcode = unguarded(cells["zip"])
    if not any(parts.values()) and not postcode:
        return ()
    return (AddressRecord(name=name, zip=postcode, **parts),)
