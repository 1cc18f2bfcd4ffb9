"""Tell of a document or customer how often its customer was reminded, and whether reminders are paused."""

from __future__ import annotations

import datetime as dt
from typing import Final, NamedTuple

from shopctl.db.bulk import fetch
from shopctl.db.fields import instant
from shopctl.models import Reminder, ReminderHold

HELD: Final = {"pause": "paused", "promise": "payment promised"}


class Reminded(NamedTuple):
    """How reminders of something stand.

    Attributes:
        times: How many steps were reached.
        last_at: When the latest was; None for never.
        hold: Why nothing reminds of it for a while: `pause` or `promise`; empty for nothing.
        until: The last day of that; None where it has no end.
    """

    times: int
    last_at: dt.datetime | None
    hold: str = ""
    until: dt.date | None = None
    note: str = ""

    @property
    def words(self) -> str:
        """How it stands in a few words; empty where there is nothing to say."""
        parts = []
        if self.last_at:
            times = "once, on" if self.times == 1 else f"{self.times} times, last on"
            parts.append(f"{times} {self.last_at.date()}")
        if self.hold:
            until = "" if self.until is None else f" until {self.until}"
            note = f" ({self.note})" if self.note else ""
            parts.append(f"{HELD[self.hold]}{until}{note}")
        return "; ".join(parts)


NEVER: Final = Reminded(0, None)


def of_document(number: str | None) -> Reminded:
    """Tell how reminders of an order, invoice or cart stand."""
    if not number:
        return NEVER
    return _found("document = ?", number, number)


def of_customer(key: int, code: str) -> Reminded:
    """Tell how often a customer was reminded of anything, and whether all of it is paused."""
    return _found("customer_id = ?", key, code)


def _found(condition: str, value: str | int, held: str) -> Reminded:
    ((times, latest),) = fetch(
        Reminder,
        f"SELECT count(*), max(created_at) FROM reminders WHERE {condition}",  # noqa: S608  # ours
        (value,),
    )
    holds = fetch(ReminderHold, "SELECT reason, until, note FROM reminder_holds WHERE document = ?", (held,))
    reason, until, note = holds[0] if holds else ("", None, "")
    return Reminded(
        times, instant(latest) if latest else None, reason, dt.date.fromisoformat(until) if until else None, note
    )
