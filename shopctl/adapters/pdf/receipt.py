"""Say what a receipt shows: who paid, when and how, what it was used for, and how much it was."""

from __future__ import annotations

from dataclasses import replace

from shopctl.adapters.pdf.closing import Row, row_block
from shopctl.adapters.pdf.flow import Block, Job, paragraphs
from shopctl.adapters.pdf.labels import Language
from shopctl.adapters.pdf.letterhead import Facts
from shopctl.adapters.pdf.table import Column, cells
from shopctl.domain.documents import DocumentLine, ReceiptDocument, ReceiptPart


def with_lines(document: ReceiptDocument, language: Language) -> ReceiptDocument:
    """Write what the money was used for as lines."""
    lines = (DocumentLine("product", _named(part, language), subtotal=part.amount) for part in document.parts)
    return replace(document, lines=tuple(lines))


def _named(part: ReceiptPart, language: Language) -> str:
    what = f"{language.say(part.kind)} {part.number}".strip()
    return language.say("of_day", what=what, day=language.date(part.day)) if part.day else what


def facts(job: Job[ReceiptDocument]) -> Facts:
    """Answer what stands beside the address."""
    document, say = job.document, job.language.say
    key = f"method_{document.method}"
    found = (
        (say("issued_on"), job.language.date(document.issued_on)),
        (say("method"), say(key) if key in job.language.words else document.method),
        (say("reference"), document.reference),
        (say("customer_code"), document.customer_code),
        (say("order"), document.order),
    )
    return [(label, value) for label, value in found if value]


def columns(job: Job[ReceiptDocument]) -> list[Column]:
    """Answer the columns of the lines."""
    lines, language, currency = job.document.lines, job.language, job.document.currency
    return [
        Column(language.say("used_for"), cells(lines, lambda line: line.description), right=False, fills=True),
        Column(
            f"{language.say('subtotal')} {currency}", cells(lines, lambda line: language.money(line.subtotal, currency))
        ),
    ]


def blocks(job: Job[ReceiptDocument]) -> list[Block]:
    """Answer what follows the lines: how much it was, and the remark."""
    document, language = job.document, job.language
    word = "given_back" if document.title_kind == "refund_receipt" else "received"
    total = f"{document.currency} {language.money(document.amount, document.currency)}"
    row = row_block(job, Row(language.say(word), total, size=10.5, bold=True, framed=True, above=2.5))
    return [row, *paragraphs(job, [document.note])]
