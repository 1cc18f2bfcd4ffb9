"""Lay out what falls due when on one invoice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shopctl.commands.invoice_sheet import early_sentence
from shopctl.output.formats import money
from shopctl.output.human import human_money
from shopctl.output.sheets import Sheet

if TYPE_CHECKING:
    from shopctl.services.schedules import Schedule

PROPOSED = {
    "early": "with the discount for paying early",
    "next": "the next instalment",
    "overdue": "what is overdue",
    "full": "all that is open",
}


def sheet(found: Schedule) -> Sheet:
    """Show the instalments of an invoice, its early discount, and the payment to propose now."""
    currency = found.currency
    page = Sheet().title(found.invoice, "", f"{human_money(found.amount_due, currency)} {currency} open")
    page.table(
        ("#", "DUE", f"AMOUNT {currency}", "OPEN", "STANDING"),
        [
            (part.position, part.due_date, human_money(part.amount, currency), human_money(part.amount_due, currency),
             part.standing)
            for part in found.installments
        ],
        "rcrrs",
    )  # fmt: skip
    if found.early:
        page.blank().text(early_sentence(found.early, currency))
    if found.proposal is None:
        return page
    amount, kind = found.proposal
    page.blank().text(f"Ask for {human_money(amount, currency)} {currency}: {PROPOSED[kind]}.")
    option = "" if kind in ("early", "full") or amount == found.amount_due else f" --amount {money(amount, currency)}"
    return page.next([(f"shopctl payment register {found.invoice}{option}", "the money is here")])
