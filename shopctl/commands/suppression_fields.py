"""Publish the fields of addresses that get no letters."""

from __future__ import annotations

from typing import Final

from shopctl.output.columns import Column, Kind

SUPPRESSIONS: Final = (
    Column("address", "ADDRESS", Kind.CODE, "The address; null once its person is erased", lambda r: r.address or None),
    Column("scope", "GETS NO", Kind.STATUS, "marketing: letters that advertise; all: letters of any kind"),
    Column("reason", "WHY", Kind.STATUS, "unsubscribed, bounced, complained or manual"),
    Column("source", "LEARNED FROM", Kind.TEXT, "How the shop learned of it", lambda row: row.source or None),
    Column("created_at", "SINCE", Kind.INSTANT, "When it was put on the list", day=True),
    Column("id", "ID", Kind.CODE, "Number of the line", lambda row: str(row.id), shown="machine"),
    Column("digest", "DIGEST", Kind.CODE, "SHA-256 of the address, by which it is known for ever", shown="machine"),
)
"""Fields of the list."""

UNSUBSCRIBED: Final = (
    Column("address", "ADDRESS", Kind.CODE, "The address, written so that a log does not give it away"),
    Column("scope", "GETS NO", Kind.STATUS, "marketing: letters that advertise"),
    Column("customer", "CUSTOMER", Kind.CODE, "Code of the customer; null for none", lambda row: row.customer or None),
    Column("cancelled", "CANCELLED", Kind.COUNT, "Letters that waited and do not leave any more"),
    Column("created_at", "AT", Kind.INSTANT, "When they said so", shown="machine"),
)
"""Fields of somebody who wants no more letters that advertise."""
