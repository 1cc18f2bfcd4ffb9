"""Publish the fields of customers, of their statements and of what happened with them; names are never renamed."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from shopctl.commands.fields import REMINDED, nested
from shopctl.output.columns import Column, Kind

CUSTOMERS: Final = (
    Column("code", "CUSTOMER", Kind.CODE, "Customer code"),
    Column("name", "NAME", Kind.TEXT, "Name", lambda row: row.name or row.company or row.email),
    Column("company", "COMPANY", Kind.TEXT, "Company", shown="wide"),
    Column("email", "E-MAIL", Kind.CODE, "E-mail address; whole or not at all", spare=True),
    Column("phone", "PHONE", Kind.TEXT, "Phone number", shown="wide"),
    Column("country", "COUNTRY", Kind.CODE, "Country code", spare=True),
    Column("language", "LANGUAGE", Kind.CODE, "Language of letters", shown="wide"),
    Column("tags", "TAGS", Kind.LIST, "Tags", shown="wide"),
    Column("marketing", "MARKETING", Kind.FLAG, "Agreed to marketing mail; empty: never asked", shown="wide"),
    Column("orders", "ORDERS", Kind.COUNT, "Confirmed orders"),
    Column("currency", "CURRENCY", Kind.CODE, "Currency of the amounts, when there is one", shown="machine"),
    Column("amount_ordered", "ORDERED", Kind.MONEY, "Sum of confirmed orders, in one currency"),
    Column("amount_invoiced", "INVOICED", Kind.MONEY, "Posted invoices less credit notes", shown="wide"),
    Column("amount_due", "OPEN", Kind.MONEY, "Open on posted invoices"),
    Column("amount_credit", "CREDIT", Kind.MONEY, "Came in and is not used"),
    replace(nested("balances", "BALANCES", "The sums by currency"), shown="machine", plain=False),
    Column("first_order", "FIRST ORDER", Kind.INSTANT, "First confirmed order", shown="wide"),
    Column("last_order", "LAST ORDER", Kind.INSTANT, "Last confirmed order", day=True),
    Column("abandoned_carts", "CARTS", Kind.COUNT, "Carts left behind: open, with lines, idle too long"),
    Column("state", "STATE", Kind.STATUS, "active, archived, merged or anonymized", shown="machine"),
)  # fmt: skip
"""Fields of a customer in lists."""

CUSTOMER_DETAILS: Final = (
    Column("vat", "VAT", Kind.CODE, "VAT number"),
    Column("terms", "TERMS", Kind.CODE, "Payment terms"),
    Column("note", "NOTE", Kind.TEXT, "Internal note"),
    Column("marketing_source", "CONSENT FROM", Kind.TEXT, "Where was said whether marketing mail is wanted"),
    Column("marketing_at", "CONSENT AT", Kind.INSTANT, "When that was said"),
    Column("marketing_text", "CONSENT TO", Kind.TEXT, "To which version of the words about it"),
    Column("suppressed", "NO LETTERS", Kind.LIST, "Letters that the address gets no more: marketing, all"),
    Column("merged", "MERGED", Kind.LIST, "Codes of customers that were merged into it"),
    Column("created_at", "CREATED", Kind.INSTANT, "When it was made here"),
    Column("anonymized_at", "ANONYMISED", Kind.INSTANT, "When its personal data were erased"),
    Column("addresses", "ADDRESSES", Kind.OBJECT, "Postal addresses", lambda row: list(row.addresses)),
    nested("latest_orders", "LATEST ORDERS", "The ten latest orders"),
    nested("open_invoices", "OPEN INVOICES", "Up to ten invoices with something due, the most urgent first"),
    nested("carts", "CARTS", "Up to ten carts that are no orders"),
    nested("activity", "ACTIVITY", "The ten latest things that happened"),
    REMINDED,
)
"""Further fields of `customers show`."""

CUSTOMER_HEADS: Final = (
    Column("code", "CUSTOMER", Kind.CODE, "Customer code"),
    Column("name", "NAME", Kind.TEXT, "Name", lambda row: row.name or row.company or row.email),
    Column("company", "COMPANY", Kind.TEXT, "Company"),
    Column("email", "E-MAIL", Kind.TEXT, "E-mail address"),
    Column("phone", "PHONE", Kind.TEXT, "Phone number"),
    Column("vat", "VAT", Kind.CODE, "VAT number"),
    Column("country", "COUNTRY", Kind.CODE, "Country code"),
    Column("language", "LANGUAGE", Kind.CODE, "Language of letters"),
    Column("terms", "TERMS", Kind.CODE, "Payment terms"),
    Column("tags", "TAGS", Kind.LIST, "Tags"),
    Column("marketing", "MARKETING", Kind.FLAG, "Agreed to marketing mail; empty: never asked"),
    Column("state", "STATE", Kind.STATUS, "active, archived, merged or anonymized"),
)
"""Fields of a customer that was made or changed."""

ACTIVITY: Final = (
    Column("at", "WHEN", Kind.INSTANT, "When it happened"),
    Column("actor", "WHO", Kind.TEXT, "Who did it; empty for a letter"),
    Column("action", "WHAT", Kind.CODE, "As the journal calls it; letter.sent and the like for letters"),
    Column("reference", "DOCUMENT", Kind.CODE, "What it is about"),
    Column("details", "DETAILS", Kind.TEXT, "What else is told: reasons, amounts, the subject of a letter"),
)
"""Fields of what happened with a customer."""

STATEMENT: Final = (
    Column("date", "DATE", Kind.DATE, "The day; empty for the opening and closing balance"),
    Column("kind", "KIND", Kind.STATUS, "opening, invoice, credit_note, payment, refund, write_off or closing"),
    Column("number", "NUMBER", Kind.CODE, "The document"),
    Column("text", "ABOUT", Kind.TEXT, "Orders, method and reference, or a reason"),
    Column("currency", "CURRENCY", Kind.CODE, "Currency of the amounts"),
    Column("amount_debit", "DEBIT", Kind.MONEY, "By how much more is owed"),
    Column("amount_credit", "CREDIT", Kind.MONEY, "By how much less is owed"),
    Column("amount_balance", "BALANCE", Kind.MONEY, "What is owed after it; below zero it is owed to the customer"),
)
"""Fields of a line of a statement."""
