"""Name the fields of one letter, of a test letter and of what was received."""

from __future__ import annotations

from typing import Final

from shopctl.commands.fields import nested
from shopctl.output.columns import Column, Kind

EMAIL_DETAILS: Final = (
    Column("cc", "COPY", Kind.TEXT, "Who gets a copy"),
    Column("language", "LANGUAGE", Kind.CODE, "In which language it is written"),
    Column("message_id", "MESSAGE-ID", Kind.CODE, "How mail servers know it"),
    Column("basis", "BASIS", Kind.STATUS, "Legal basis of a letter that advertises"),
    Column("not_before", "DUE", Kind.INSTANT, "When it may leave"),
    Column("attached", "ATTACHED", Kind.FLAG, "Whether a PDF goes along"),
    nested("refused", "REFUSED", "Copies that the server did not take, each with its reply"),
    nested("attempts", "ATTEMPTS", "Attempts to send it, and what was learned afterwards"),
    Column("text", "TEXT", Kind.TEXT, "What it says"),
    Column("html", "HTML", Kind.TEXT, "The same as HTML"),
)
"""Further fields of `email show`."""

TESTED: Final = (
    Column("recipient", "TO", Kind.TEXT, "Who gets it"),
    Column("sender", "FROM", Kind.TEXT, "Who is told if it cannot be delivered", shown="wide"),
    Column("reply", "REPLY", Kind.TEXT, "What the mail server said"),
    Column("milliseconds", "MS", Kind.COUNT, "How long it took"),
    Column("steps", "STEPS", Kind.LIST, "What happened on the way", shown="machine"),
)
"""Fields of a test letter."""

RECEIVED: Final = (
    Column("message", "MESSAGE", Kind.CODE, "How the mailbox names it"),
    Column("kind", "KIND", Kind.STATUS, "bounced, delayed, complained, unsubscribed, unknown or other"),
    Column("email", "E-MAIL", Kind.CODE, "The letter that it is about", lambda row: str(row.email or "")),
    Column("document", "DOCUMENT", Kind.CODE, "What that letter is about"),
    Column("recipient", "WHO", Kind.TEXT, "Whom it did not reach, or who said something"),
    Column("told", "TOLD", Kind.TEXT, "What was said"),
)
"""Fields of a message that came in."""
