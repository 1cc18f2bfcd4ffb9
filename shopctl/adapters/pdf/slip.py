"""Say what a delivery slip shows: where it goes and how, what is in it, and no prices."""

from __future__ import annotations

from dataclasses import replace

from shopctl.adapters.pdf.flow import Block, Job, paragraphs
from shopctl.adapters.pdf.labels import Language
from shopctl.adapters.pdf.letterhead import Facts
from shopctl.adapters.pdf.sheet import MUTED
from shopctl.adapters.pdf.table import WIDEST_TEXT, Column, cells
from shopctl.domain.documents import DeliverySlip, DocumentLine


def with_heading(document: DeliverySlip, language: Language) -> DeliverySlip:
    """Put what is still to come below a heading, behind what moves."""
    if not document.to_come:
        return document
    heading = DocumentLine("section", language.say("to_come"))
    return replace(document, lines=(*document.lines, heading, *document.to_come))


def facts(job: Job[DeliverySlip]) -> Facts:
    """Answer what stands beside the address."""
    document, say = job.document, job.language.say
    found = (
        (say("issued_on"), job.language.date(document.issued_on) if document.issued_on else ""),
        (say("order"), document.order),
        (say("ordered_on"), job.language.date(document.ordered_on)),
        (say("customer_code"), document.customer_code),
        (say("back_order_of" if document.title_kind == "delivery_slip" else "return_of"), document.origin),
        (say("carrier"), document.carrier),
        (say("tracking"), document.tracking),
    )
    return [(label, value) for label, value in found if value]


def columns(job: Job[DeliverySlip]) -> list[Column]:
    """Answer the columns of the lines."""
    lines, language = job.document.lines, job.language
    sku = Column(language.say("sku"), cells(lines, lambda line: line.sku), right=False, color=MUTED, widest=WIDEST_TEXT)
    return [
        *([sku] if any(sku.cells) else []),
        Column(language.say("description"), cells(lines, lambda line: line.description), right=False, fills=True),
        Column(language.say("quantity"), cells(lines, lambda line: language.quantity(line.quantity))),
    ]


def blocks(job: Job[DeliverySlip]) -> list[Block]:
    """Answer what follows the lines."""
    return list(paragraphs(job, [job.document.note]))
