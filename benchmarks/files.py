"""Write made-up files to import: a Shopify export of 75 columns, and the native format."""

from __future__ import annotations

import csv
import json
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from benchmarks.shops import FIRST, TAX, goods

COLUMNS: Final = (
    "Name", "Email", "Financial Status", "Paid at", "Fulfillment Status", "Fulfilled at", "Accepts Marketing",
    "Currency", "Subtotal", "Shipping", "Taxes", "Total", "Discount Code", "Discount Amount", "Shipping Method",
    "Created at", "Lineitem quantity", "Lineitem name", "Lineitem price", "Lineitem compare at price", "Lineitem sku",
    "Lineitem requires shipping", "Lineitem taxable", "Lineitem fulfillment status", "Billing Name", "Billing Street",
    "Billing Address1", "Billing Address2", "Billing Company", "Billing City", "Billing Zip", "Billing Province",
    "Billing Country", "Billing Phone", "Shipping Name", "Shipping Street", "Shipping Address1", "Shipping Address2",
    "Shipping Company", "Shipping City", "Shipping Zip", "Shipping Province", "Shipping Country", "Shipping Phone",
    "Notes", "Note Attributes", "Cancelled at", "Payment Method", "Payment Reference", "Refunded Amount", "Vendor",
    "Outstanding Balance", "Employee", "Location", "Device ID", "Id", "Tags", "Risk Level", "Source",
    "Lineitem discount", "Tax 1 Name", "Tax 1 Value", "Tax 2 Name", "Tax 2 Value", "Tax 3 Name", "Tax 3 Value",
    "Tax 4 Name", "Tax 4 Value", "Tax 5 Name", "Tax 5 Value", "Phone", "Receipt Number", "Duties",
    "Billing Province Name", "Shipping Province Name",
)  # fmt: skip

ROWS: Final = 3
"""Rows, or lines, of one order."""


def write_shopify(path: Path, orders: int) -> None:
    """Write paid orders of three rows each, two orders a customer."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        for key in range(1, orders + 1):
            lines = _shopify_lines(key)
            writer.writerow(_shopify_head(key) | lines[0])
            writer.writerows({"Name": f"#{key}", "Email": f"ann{key // 2}@shop.example"} | line for line in lines[1:])


def _shopify_lines(key: int) -> list[dict[str, Any]]:
    return [
        {
            "Lineitem quantity": quantity, "Lineitem name": words, "Lineitem price": _money(price),
            "Lineitem sku": sku or "WRAP", "Lineitem requires shipping": "true", "Lineitem taxable": "true",
            "Lineitem fulfillment status": "fulfilled", "Vendor": "Example", "Lineitem discount": "0.00",
        }
        for _, sku, words, quantity, price in goods(key)
    ]  # fmt: skip


def _shopify_head(key: int) -> dict[str, Any]:
    moment = FIRST + timedelta(seconds=80 * key)
    net = sum(quantity * price for _, _, _, quantity, price in goods(key))
    tax = (net * 19 + 50) // 100
    address = {
        "Name": f"Ann Example {key // 2}", "Street": f"Main Street {key % 97}", "Address1": f"Main Street {key % 97}",
        "City": "Hamburg", "Zip": "'20457", "Country": "DE", "Phone": "+49 40 1",
    }  # fmt: skip
    return {
        "Name": f"#{key}", "Email": f"ann{key // 2}@shop.example", "Financial Status": "paid",
        "Paid at": f"{moment:%Y-%m-%d %H:%M:%S} +0100", "Fulfillment Status": "fulfilled", "Accepts Marketing": "no",
        "Currency": "EUR", "Subtotal": _money(net), "Shipping": "0.00", "Taxes": _money(tax),
        "Total": _money(net + tax), "Discount Amount": "0.00", "Shipping Method": "Parcel",
        "Created at": f"{moment:%Y-%m-%d %H:%M:%S} +0100", "Payment Method": "Card", "Payment Reference": f"c{key}.1",
        "Refunded Amount": "0.00", "Outstanding Balance": "0.00", "Id": 4_000_000_000 + key, "Risk Level": "Low",
        "Source": "web", "Tax 1 Name": "VAT 19%", "Tax 1 Value": _money(tax),
        **{f"{kind} {name}": value for kind in ("Billing", "Shipping") for name, value in address.items()},
    }  # fmt: skip


def write_native(path: Path, orders: int) -> None:
    """Write the same orders as JSON Lines, one order of three lines a line."""
    with path.open("w", encoding="utf-8") as file:
        for key in range(1, orders + 1):
            moment = f"{FIRST + timedelta(seconds=80 * key):%Y-%m-%dT%H:%M:%SZ}"
            name = f"Ann Example {key // 2}"
            address = {
                "name": name,
                "street": f"Main Street {key % 97}",
                "zip": "20457",
                "city": "Hamburg",
                "country": "DE",
            }
            net = sum(quantity * price for _, _, _, quantity, price in goods(key))
            total = _money(net + (net * 19 + 50) // 100)
            order = {
                "kind": "order", "number": f"W{key:06d}", "source": "web", "external_id": str(key),
                "customer": {"name": name, "email": f"ann{key // 2}@shop.example"}, "ordered_at": moment,
                "state": "confirmed", "confirmed_at": moment, "currency": "EUR", "billing": address,
                "shipping": address, "payment_method": "card", "lines": _native_lines(key),
                "payments": [
                    {"provider": "stripe", "reference": f"ch_{key}", "method": "card", "amount": total,
                     "paid_at": moment},
                ],
                "source_totals": {"total": total},
            }  # fmt: skip
            file.write(json.dumps(order, separators=(",", ":")) + "\n")


def _native_lines(key: int) -> list[dict[str, Any]]:
    return [
        {
            "kind": kind, "sku": sku, "description": words, "quantity": str(quantity), "unit_price": _money(price),
            "taxes": [TAX.code], "policy": "ordered",
        }
        for kind, sku, words, quantity, price in goods(key)
    ]  # fmt: skip


def _money(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}"
