"""Name the published fields of statements of banks and payment providers, and of their lines."""

from __future__ import annotations

from typing import Final

from shopctl.commands.fields import details, nested
from shopctl.output.columns import Column, Kind

BANK_STATEMENTS: Final = (
    Column("statement", "STATEMENT", Kind.CODE, "Address of the statement"),
    Column("format", "FORMAT", Kind.CODE, "camt.053, mt940, ofx, csv, …", spare=True),
    Column("account", "ACCOUNT", Kind.TEXT, "Whose account it is"),
    Column("name", "NAME", Kind.TEXT, "Its own number", shown="wide"),
    Column("opened_on", "FROM", Kind.DATE, "Day of the opening balance", shown="wide"),
    Column("closed_on", "UNTIL", Kind.DATE, "Day of the closing balance"),
    Column("currency", "CURRENCY", Kind.CODE, "Currency of all amounts", shown="machine"),
    Column("opening", "OPENING", Kind.MONEY, "Balance before the first line; absent where none is told", shown="wide"),
    Column("amount_total", "SUM", Kind.MONEY, "What its booked lines add up to, less fees"),
    Column("closing", "CLOSING", Kind.MONEY, "Balance after the last line; absent where none is told", shown="wide"),
    Column("difference", "MISSING", Kind.MONEY, "What is missing between the balances"),
    Column("lines", "LINES", Kind.COUNT, "How many lines it has"),
    Column("new", "NEW", Kind.COUNT, "Lines that no other statement told before", shown="wide"),
    Column("repeated", "REPEATED", Kind.COUNT, "Lines that another statement tells as well"),
    Column("pending", "PENDING", Kind.COUNT, "Lines that are only announced", shown="wide"),
    Column("file", "FILE", Kind.TEXT, "The file it came in", shown="wide"),
    Column("imported_at", "IMPORTED", Kind.INSTANT, "When it was imported", shown="wide"),
)
"""Fields of a statement."""

BANK_LINES: Final = (
    Column("line", "LINE", Kind.CODE, "Address of the line"),
    Column("date", "DATE", Kind.DATE, "When it was booked"),
    Column("value_date", "VALUE DATE", Kind.DATE, "From when on the bank counts it", shown="wide"),
    Column("statement", "STATEMENT", Kind.CODE, "Its statement", shown="wide"),
    Column("account", "ACCOUNT", Kind.CODE, "Whose account it is", shown="wide"),
    Column("format", "FORMAT", Kind.CODE, "What the statement is written in", shown="machine"),
    Column("kind", "KIND", Kind.STATUS, "transfer, charge, refund, chargeback, reversal, fee, payout or other",
           shown="wide"),
    Column("name", "NAME", Kind.TEXT, "The other side"),
    Column("iban", "IBAN", Kind.CODE, "The other side's account", shown="wide"),
    Column("reference", "REFERENCE", Kind.CODE, "What was quoted in a field made for it", shown="wide"),
    Column("text", "TEXT", Kind.TEXT, "Everything else that was written", spare=True),
    Column("end_to_end", "END TO END", Kind.CODE, "The payer's own mark", shown="wide"),
    Column("bank_reference", "BANK REFERENCE", Kind.CODE, "The bank's or provider's own mark", shown="wide"),
    Column("target", "TARGET", Kind.CODE, "The mark of what a refund takes back", shown="machine"),
    Column("currency", "CURRENCY", Kind.CODE, "Currency of all amounts", shown="machine"),
    Column("amount", "AMOUNT", Kind.MONEY, "How much; below zero for money that went out"),
    Column("fee", "FEE", Kind.MONEY, "What a provider kept of it", shown="wide"),
    Column("settled", "SETTLED", Kind.MONEY, "What payments took of it, without a sign", shown="wide"),
    Column("amount_open", "OPEN", Kind.MONEY, "What is not explained yet", shown="wide"),
    Column("state", "STATE", Kind.STATUS, "pending, open, settled, ignored or repeated"),
    Column("repeats", "REPEATS", Kind.CODE, "The line that told it first", shown="wide"),
    Column("remark", "REMARK", Kind.TEXT, "What is odd about it, or why it is ignored", shown="wide"),
)  # fmt: skip
"""Fields of a line of a statement."""

BANK_LINE: Final = details(
    "line",
    BANK_LINES,
    (
        Column("place", "PLACE", Kind.COUNT, "Which line of its statement it is"),
        Column("file", "FILE", Kind.TEXT, "The file it came in"),
        nested("payments", "PAYMENTS", "Payments that it became"),
        Column("repeated_by", "REPEATED BY", Kind.LIST, "Lines of other statements that tell it again"),
    ),
)
"""Fields of `payment line`."""
