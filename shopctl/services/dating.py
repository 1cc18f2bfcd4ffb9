"""Decide whether a document may carry a date: by the calendar, the closed books, and its neighbours in the series."""

from __future__ import annotations

from datetime import date

from shopctl.db.bulk import among, fetch
from shopctl.domain.numbering import Scheme
from shopctl.domain.problems import Problem
from shopctl.models import Invoice
from shopctl.shop import Shop

LOOK = 100
"""How many numbers are looked at in one go for the nearest posted one."""


def problems(shop: Shop, day: date, due: date | None, today: date) -> list[Problem]:
    """Tell what is wrong with the date of a document that is to be posted, whatever its series.

    Args:
        due: A due date typed by hand; None where the terms decide.
        today: The day of the call.
    """
    found = []
    if is_closed(shop, day):
        found.append(
            Problem(
                "invoice.period_closed",
                f"would be dated {day}, and the books are closed until {shop.config.invoicing.closed_until}",
                "use a later --date, or move invoicing.closed_until in the configuration",
            )
        )
    if day > today:
        found.append(
            Problem(
                "invoice.date_future",
                f"would be dated {day}, which is still to come; no document of its series could be posted before "
                "that day",
                f"use --date {today}, or confirm it on that day",
            )
        )
    if due is not None and due < day:
        found.append(
            Problem(
                "invoice.due_before_date",
                f"would be due on {due}, before its date {day}",
                f"use --due {day} or later",
            )
        )
    return found


def is_closed(shop: Shop, day: date) -> bool:
    """Tell whether a day lies in a period whose books are closed."""
    until = shop.config.invoicing.closed_until
    return bool(until) and day.isoformat() <= until


def out_of_order(day: date, last: str) -> Problem:
    """Say that a document would be dated before the last one of its series."""
    return Problem(
        "invoice.date_order",
        f"would be dated {day}, before the last document of its series ({last})",
        f"use --date {last} or later, or --allow-backdate",
    )


def outside_period(number: str, day: date) -> Problem:
    """Say that a number that a document has already does not go with its date."""
    return Problem(
        "invoice.number_period",
        f"would be dated {day}, outside the period of its number {number}",
        f"use a date of its period, or cancel it and make a new one: shopctl invoice cancel {number}",
    )


class Neighbours:
    """The posted documents around numbers that were given before, with those posted in the same breath.

    Documents dated back on purpose are passed over: they are not in the order of the others.
    """

    def __init__(self) -> None:
        self.posted: dict[str, str] = {}

    def problem(self, series: str, form: Scheme, number: str, day: date, count: int) -> Problem | None:
        """Tell whether a date lies before the number before or after the number behind.

        Args:
            form: How the numbers of the series look.
            number: A number of the period of the day.
            count: How many numbers the period has.
        """
        place = form.place(number)
        assert place is not None  # noqa: S101  # whoever asks has found its period
        written, sequence = day.isoformat(), place.sequence
        before = self._nearest(series, form, day, range(sequence - 1, 0, -1))
        if before and written < before:
            return out_of_order(day, before)
        behind = self._nearest(series, form, day, range(sequence + 1, count + 1))
        if behind and written > behind:
            return Problem(
                "invoice.date_order",
                f"would be dated {day}, after the document with the next number ({behind})",
                f"use --date {behind} or earlier, or --allow-backdate",
            )
        return None

    def _nearest(self, series: str, form: Scheme, day: date, sequences: range) -> str:
        for start in range(0, len(sequences), LOOK):
            names = [form.number(day, sequence) for sequence in sequences[start : start + LOOK]]
            condition, values = among(Invoice, "i.number", names)
            dates = dict(
                fetch(
                    Invoice,
                    f"SELECT i.number, i.date FROM invoices i WHERE {condition} AND i.type = ? "  # noqa: S608
                    "AND i.state = 'posted' AND NOT EXISTS (SELECT 1 FROM events e WHERE e.reference = i.number "
                    "AND e.action = 'invoice.backdated')",
                    (*values, series),
                )
            )
            for name in names:
                found = self.posted.get(name) or dates.get(name)
                if found:
                    return str(found)
        return ""
