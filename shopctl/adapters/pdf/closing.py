"""Lay out what follows the lines: totals, payments, how to pay, notes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from shopctl.adapters.pdf import epc
from shopctl.adapters.pdf.bill import listed_orders
from shopctl.adapters.pdf.flow import LEFT, RIGHT, Block, Document, Job, paragraphs
from shopctl.adapters.pdf.sheet import ACCENT, INK, MUTED, TINT, Color
from shopctl.domain.documents import DocumentPayment, InvoiceDocument

TOTALS_LEFT: Final = 115.0
ROW_HEIGHT: Final = 4.9
LEAST_LABEL: Final = 18.0
MOST_LABEL_LINES: Final = 4
MOST_NOTES_TOGETHER: Final = 45.0
MOST_TOGETHER: Final = 150.0
CODE_SIDE: Final = 26.0
PANEL_RIGHT: Final = 110.0


@dataclass(frozen=True, slots=True)
class Row:
    """Hold a row of the totals; `aside` stands in grey before the amount, or before the `widest` one of its kind."""

    label: str
    amount: str
    aside: str = ""
    widest: str = ""
    size: float = 8.5
    bold: bool = False
    color: Color = INK
    framed: bool = False
    above: float = 0.0


def blocks(job: Job[InvoiceDocument]) -> list[Block]:
    """Answer the blocks after the lines; totals and payment details stay together if a page can hold them."""
    rows = [row_block(job, row) for row in _rows(job)]
    panel = _panel(job)
    height = max(sum(row.height for row in rows), panel.height)
    if height > MOST_TOGETHER:
        together = [*rows[:-2], *(Block(row.height, row.draw, keep=True) for row in rows[-2:]), panel]
    else:
        together = [Block(height + 2, partial(_draw_together, rows, panel))]
    notes = list(paragraphs(job, (job.document.terms_note, job.document.note, listed_orders(job))))
    if sum(note.height for note in notes) <= MOST_NOTES_TOGETHER:
        closing = [*together, *notes]
        return [replace(block, keep=True) for block in closing[:-1]] + closing[-1:]
    return [*together, *notes]


def _draw_together(rows: Sequence[Block], panel: Block, y: float) -> None:
    panel.draw(y)
    for row in rows:
        row.draw(y)
        y += row.height


def _rows(job: Job[InvoiceDocument]) -> Iterator[Row]:
    document, language, say = job.document, job.language, job.language.say

    def money(amount: object) -> str:
        return language.money(amount, document.currency)  # type: ignore[arg-type] # decimals of the document

    yield Row(say("untaxed"), money(document.amount_untaxed), above=2.5)
    widest = max((money(tax.amount) for tax in document.taxes), key=len, default="")
    for tax in document.taxes:
        base = "" if tax.base is None else say("tax_base", base=money(tax.base))
        yield Row(tax.name, money(tax.amount), aside=base, widest=widest)
    total = f"{document.currency} {money(document.amount_total)}"
    yield Row(say("total"), total, size=9.5, bold=True, above=1.6)
    for payment in document.payments:
        yield Row(_settled(job, payment), money(-payment.amount), color=MUTED)
    due = say("to_refund" if document.title_kind == "credit_note" else "due")
    yield Row(due, f"{document.currency} {money(document.amount_due)}", size=10.5, bold=True, framed=True, above=1.5)
    if document.early:
        early, until = money(document.early.amount), language.date(document.early.until)
        sentence = say("early", amount=f"{early} {document.currency}", date=until)
        yield Row(sentence, "", bold=True, above=2.5)
    if len(document.installments) > 1:
        yield Row(say("installments"), "", bold=True, color=MUTED, size=8, above=2.5)
        for part in document.installments:
            yield Row(say("installment", date=language.date(part.due_date)), money(part.amount))


def _settled(job: Job[InvoiceDocument], payment: DocumentPayment) -> str:
    """Say how something was settled: written off, or paid or used on a day and by what."""
    say = job.language.say
    if payment.write_off:
        return say(f"written_off_{payment.write_off}")
    if payment.paid_on is None:
        return say("paid_so_far")
    word = "used" if job.document.title_kind == "credit_note" else "paid"
    return f"{say(word, date=job.language.date(payment.paid_on))}  {payment.label}"


def row_block(job: Job[Document], row: Row) -> Block:
    """Answer a row of the totals as a block; a label that is too long is broken into lines."""
    sheet = job.sheet
    room = RIGHT - TOTALS_LEFT - 7 - sheet.width(row.widest or row.amount, row.size, row.bold)
    beside = room - sheet.width(row.aside, 7.5) - 4 if row.aside else room
    if beside >= LEAST_LABEL:
        lines = job.wrap(row.label, beside, row.size, bold=row.bold, limit=MOST_LABEL_LINES)
    else:
        label = f"{row.label} {row.aside}"
        lines = job.wrap(label, max(room, LEAST_LABEL), row.size, bold=row.bold, limit=MOST_LABEL_LINES)
        row = replace(row, aside="")
    height = row.above + (len(lines) - 1) * 4.1 + (8.0 if row.framed else ROW_HEIGHT)
    return Block(height, partial(_draw_row, job, row, lines, height))


def _draw_row(job: Job[Document], row: Row, lines: Sequence[str], height: float, y: float) -> None:
    sheet, color = job.sheet, ACCENT if row.framed else row.color
    left, right = TOTALS_LEFT + 2, RIGHT - 1.5
    if row.framed:
        sheet.box(TOTALS_LEFT, y + row.above, RIGHT - TOTALS_LEFT, height - row.above, color=TINT)
    elif row.bold and row.amount:
        sheet.rule(TOTALS_LEFT, RIGHT, y + 0.6, color=MUTED, width=0.25)
    base = y + row.above + (5.4 if row.framed else 3.6)
    for number, line in enumerate(lines):
        sheet.text(left, base + 4.1 * number, line, row.size, bold=row.bold, color=color)
    if row.aside:
        x = right - sheet.width(row.widest or row.amount, row.size, row.bold) - 4
        sheet.text_left_of(x, base, row.aside, 7.5, color=MUTED)
    sheet.text_left_of(right, base, row.amount, row.size, bold=row.bold, color=color)


def _panel(job: Job[InvoiceDocument]) -> Block:
    """Answer how to pay, if something is to pay, or thanks, or nothing."""
    document = job.document
    if document.title_kind == "credit_note" or document.state == "cancelled":
        return Block(0.0, lambda _: None)
    if document.amount_due <= 0:
        paid = bool(document.payments) and document.state == "posted"
        return Block(8.0, partial(_draw_thanks, job)) if paid else Block(0.0, lambda _: None)
    content = epc.payload(document)
    lines = _payment_lines(job, LEFT + CODE_SIDE + 4 if content else LEFT)
    if not lines:
        return Block(0.0, lambda _: None)
    height = 9.0 + max(4.2 * len(lines), CODE_SIDE + 5 if content else 0.0)
    return Block(height, partial(_draw_payment, job, content, lines))


def _draw_thanks(job: Job[InvoiceDocument], y: float) -> None:
    job.sheet.text(
        LEFT, y + 6.1, job.language.say("credited" if job.document.credited else "settled"), 8.5, color=ACCENT
    )


def _payment_lines(job: Job[InvoiceDocument], left: float) -> list[tuple[str, bool]]:
    """Answer the account and the reference, line by line, and whether the line is emphasised."""
    bank, say = job.document.bank, job.language.say
    if bank is None:
        return []
    iban = bank.iban.replace(" ", "")
    grouped = " ".join(iban[start : start + 4] for start in range(0, len(iban), 4))
    facts = [
        (bank.holder or job.document.seller.name, False),
        (f"IBAN {grouped}" if iban else "", False),
        (f"BIC {bank.bic}" if bank.bic else "", False),
        (bank.bank, False),
        (bank.text, False),
    ]
    if not any(text for text, _ in facts[1:]):
        return []
    if job.document.reference:
        facts += [(f"{say('quote')}:", False), (job.document.reference, True)]
    width = PANEL_RIGHT - left
    return [(line, bold) for text, bold in facts if text for line in job.wrap(text, width, 8.5, bold=bold, limit=12)]


def _draw_payment(job: Job[InvoiceDocument], content: str, lines: Sequence[tuple[str, bool]], y: float) -> None:
    sheet, left = job.sheet, LEFT
    sheet.text(LEFT, y + 6.1, job.language.say("payment"), 8.5, bold=True, color=ACCENT)
    if content:
        sheet.dots(LEFT, y + 9, CODE_SIDE, epc.matrix(content))
        caption = job.language.say("scan")
        middle = LEFT + (CODE_SIDE - sheet.width(caption, 7)) / 2
        sheet.text(middle, y + 9 + CODE_SIDE + 3.4, caption, 7, color=MUTED)
        left = LEFT + CODE_SIDE + 4
    base = y + 11.4
    for text, bold in lines:
        sheet.text(left, base, text, 8.5, bold=bold)
        base += 4.2
