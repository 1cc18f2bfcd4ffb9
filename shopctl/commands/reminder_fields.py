"""Publish the fields of reminders."""

from __future__ import annotations

from typing import Final

from shopctl.output.columns import Column, Kind

DUE: Final = (
    Column("document", "DOCUMENT", Kind.CODE, "The order, invoice or cart"),
    Column("kind", "KIND", Kind.STATUS, "order, invoice or cart", shown="wide"),
    Column("step", "STEP", Kind.COUNT, "Which step, from 1"),
    Column("installment", "PART", Kind.COUNT, "Which instalment it is about, from 1", shown="wide"),
    Column("customer_code", "CODE", Kind.CODE, "Code of the customer", shown="wide"),
    Column("customer_name", "CUSTOMER", Kind.TEXT, "Whose document it is"),
    Column("recipient", "TO", Kind.TEXT, "Who is written to", shown="wide"),
    Column("currency", "CURRENCY", Kind.CODE, "Currency of the amounts", shown="machine"),
    Column("amount_due", "DUE", Kind.MONEY, "What is due"),
    Column("due_date", "DUE ON", Kind.DATE, "Since when; of an order when it was placed", shown="wide"),
    Column("days_late", "LATE", Kind.COUNT, "Days since then"),
    Column("fee", "FEE", Kind.MONEY, "What the step charges", spare=True),
    Column("interest", "INTEREST", Kind.MONEY, "Interest that it charges", spare=True),
    Column("charge", "CHARGED BY", Kind.CODE, "The invoice that charges it", spare=True),
    Column("email", "E-MAIL", Kind.COUNT, "The letter in the outbox", shown="wide"),
    Column("skip_reason", "LEFT OUT", Kind.STATUS, "Why nobody is reminded of it now", shown="machine"),
)
"""Fields of a document of which a step is due."""

REMINDERS: Final = (
    Column("id", "ID", Kind.COUNT, "Counts the reminders", shown="wide"),
    Column("document", "DOCUMENT", Kind.CODE, "The order, invoice or cart"),
    Column("kind", "KIND", Kind.STATUS, "order, invoice or cart"),
    Column("step", "STEP", Kind.COUNT, "Which step, from 1"),
    Column("installment", "PART", Kind.COUNT, "Which instalment it is about, from 1", shown="wide"),
    Column("customer_code", "CODE", Kind.CODE, "Code of the customer", shown="wide"),
    Column("customer_name", "CUSTOMER", Kind.TEXT, "Whose document it is"),
    Column("letter", "E-MAIL", Kind.COUNT, "The letter in the outbox"),
    Column("state", "STATE", Kind.STATUS, "Of the letter: queued, sending, sent, uncertain, failed, held, cancelled"),
    Column("recipient", "TO", Kind.TEXT, "Who is written to", shown="wide"),
    Column("currency", "CURRENCY", Kind.CODE, "Currency of the charge", shown="machine"),
    Column("fee", "FEE", Kind.MONEY, "What the step charged", spare=True),
    Column("interest", "INTEREST", Kind.MONEY, "Interest that it charged", spare=True),
    Column("charge", "CHARGED BY", Kind.CODE, "The invoice that charges it", shown="wide"),
    Column("created_at", "QUEUED", Kind.INSTANT, "When the letter was queued", day=True, spare=True),
    Column("sent_at", "SENT", Kind.INSTANT, "When a mail server took it", shown="wide"),
)
"""Fields of a step that was reached."""

HOLDS: Final = (
    Column("document", "DOCUMENT", Kind.CODE, "An order, invoice or cart, or the code of a customer"),
    Column("kind", "KIND", Kind.STATUS, "order, invoice, cart or customer"),
    Column("reason", "REASON", Kind.STATUS, "pause, promise, or nothing"),
    Column("until", "UNTIL", Kind.DATE, "The last day on which nothing reminds of it"),
    Column("note", "NOTE", Kind.TEXT, "Why"),
)
"""Fields of what is not reminded of for a while."""

POLICY: Final = (
    Column("kind", "KIND", Kind.STATUS, "order, invoice or cart"),
    Column("step", "STEP", Kind.COUNT, "Which step, from 1"),
    Column("words", "WHEN", Kind.TEXT, "When it is due"),
    Column("after", "AFTER", Kind.CODE, "The setting as it is written: days, or a length of time", shown="machine"),
    Column("currency", "CURRENCY", Kind.CODE, "Currency of the fee", shown="machine"),
    Column("fee", "FEE", Kind.MONEY, "What it charges"),
    Column("interest", "INTEREST", Kind.PERCENT, "Percent a year on what is overdue"),
    Column("setting", "SET IN", Kind.CODE, "Where it is set"),
)
"""Fields of a step as the shop has it set up."""
