"""Lay out the page of one line of a statement."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shopctl.output.human import human_money
from shopctl.output.sheets import Sheet

if TYPE_CHECKING:
    from shopctl.services.bank_statements import BankLineDetails


def sheet(found: BankLineDetails) -> Sheet:
    """Show what the file said, and what became of it."""
    line = found.line
    page = Sheet().title(line.line, line.name, f"{line.kind} · {line.state}")
    page.pairs(
        [
            ("Date", line.date),
            ("Value date", line.value_date),
            (f"Amount {line.currency}", human_money(line.amount, line.currency)),
            ("Fee", human_money(line.fee, line.currency) if line.fee else None),
        ],
        [
            ("Account", line.account),
            ("Statement", f"{line.statement} line {found.place}"),
            ("Format", line.format),
            ("File", found.file),
        ],
    )
    page.pairs(_written(found))
    if found.payments:
        page.section("Payments").table(
            ("PAYMENT", "DATE", "STATE", f"AMOUNT {line.currency}"),
            [(one.payment, one.date, one.state, human_money(one.amount, one.currency)) for one in found.payments],
            "ccsr",
        )
    if line.state == "open":
        return page.next(
            [
                (f"shopctl payment assign {line.line} DOCUMENT", "say what it pays"),
                (f"shopctl payment ignore {line.line}", "nothing of ours"),
            ]
        )
    return page.next([(f"shopctl payment show {found.payments[0].payment}", "where it went")] if found.payments else [])


def _written(found: BankLineDetails) -> list[tuple[str, object]]:
    line = found.line
    return [
        ("IBAN", line.iban or None),
        ("Reference", line.reference or None),
        ("Text", line.text or None),
        ("End to end", line.end_to_end or None),
        ("Bank reference", line.bank_reference or None),
        ("Takes back", line.target or None),
        ("Remark", line.remark or None),
        ("Repeats", line.repeats),
        ("Repeated by", ", ".join(found.repeated_by) or None),
    ]
