"""Waive what reminders charge whose letter certainly did not leave: nobody pays for what they were never told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from shopctl.db.bulk import among, fetch, within
from shopctl.domain.outcomes import Done
from shopctl.models import Reminder
from shopctl.shop import Shop

REASON: Final = "the reminder was not sent"


def waive(shop: Shop, letters: Sequence[int], *, forget: bool = False) -> None:
    """Step: credit the invoices that charge for letters, and let their steps charge nothing.

    An invoice of which something is paid already, or that cannot be credited because the books are closed, stays.

    Args:
        letters: Rows of the outbox.
        forget: Their steps are not reached either, so the next run decides about the documents anew.
    """
    condition, values = among(Reminder, "r.email_id", letters)
    charges = {
        number: key
        for key, number in fetch(
            Reminder,
            "SELECT DISTINCT i.id, i.number FROM reminders r JOIN invoices i ON i.id = r.charge_id "  # noqa: S608
            f"WHERE {condition} AND i.state = 'posted' AND i.allocated = 0 ORDER BY i.id",
            values,
        )
    }
    credited = []
    if charges:
        # Hardly ever needed, and more to load than everything else that lists of letters are made of.
        from shopctl.domain.crediting import Wanted
        from shopctl.services import crediting

        request = crediting.Request(Wanted(), REASON, confirm=True)
        outcomes = crediting.credit(shop, list(charges), request)
        credited = [charges[one.reference] for one in outcomes if isinstance(one, Done)]
    if credited:
        nothing = {"fee": 0, "interest": 0, "interest_until": None, "charge": None}
        Reminder.update(**nothing).where(within(Reminder.charge, credited)).execute()
    if forget:
        Reminder.delete().where(within(Reminder.email, list(letters)) & Reminder.charge.is_null()).execute()
