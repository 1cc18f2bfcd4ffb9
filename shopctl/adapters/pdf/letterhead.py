"""Draw what stands around the lines: letterhead, address window, title, facts, footer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from shopctl.adapters.pdf.flow import LEFT, RIGHT, Document, Job
from shopctl.adapters.pdf.sheet import ACCENT, INK, MUTED
from shopctl.domain.documents import Party

COLUMN: Final = 130.0
WINDOW_WIDTH: Final = 82.0
WINDOW_TOP: Final = 54.5
TITLE_TOP: Final = 98.0
MOST_ADDRESS_LINES: Final = 12
MOST_FACT_LINES: Final = 8

Facts = Sequence[tuple[str, str]]
"""What stands beside the address, each with its label."""


def draw_top(job: Job[Document], facts: Facts) -> float:
    """Draw the first page down to the title and answer the height where the lines begin.

    Args:
        facts: What stands beside the address.
    """
    if job.document.mark:
        job.sheet.mark(job.language.say(job.document.mark).upper())
    name_end = _draw_name(job)
    contact_end = _draw_contact(job)
    window_end = _draw_window(job, max(WINDOW_TOP, name_end + 5))
    facts_end = _draw_facts(job, facts, max(58.0, contact_end + 6))
    y = max(TITLE_TOP, window_end + 10, facts_end + 8)
    y = _draw_other_address(job, y)
    for line in job.wrap(job.title(), RIGHT - LEFT, 17, bold=True, limit=3):
        job.sheet.text(LEFT, y, line, 17, bold=True, color=ACCENT)
        y += 7.5
    return y - 1.5


def draw_later_top(job: Job[Document]) -> float:
    """Draw the top of a page after the first and answer the height where the lines go on."""
    if job.document.mark:
        job.sheet.mark(job.language.say(job.document.mark).upper())
    title = job.fit(job.title(), 95, 8.5, bold=True)
    job.sheet.text(LEFT, 17, job.fit(job.document.seller.name, 65, 8.5), 8.5, color=MUTED)
    job.sheet.text_left_of(RIGHT, 17, title, 8.5, bold=True, color=ACCENT)
    job.sheet.rule(LEFT, RIGHT, 20)
    return 25.0


def draw_footer(job: Job[Document], page: int, pages: int) -> None:
    """Draw the foot of a page: the seller and the page number."""
    seller = job.document.seller
    number = job.language.say("page", page=page, pages=pages)
    vat = f"{job.language.say('vat')} {seller.vat}" if seller.vat else ""
    facts = "  ·  ".join(filter(None, (seller.name, ", ".join(seller.lines), vat)))
    job.sheet.rule(LEFT, RIGHT, 279)
    room = RIGHT - LEFT - job.sheet.width(number, 7) - 8
    job.sheet.text(LEFT, 283.5, job.fit(facts, room, 7), 7, color=MUTED)
    job.sheet.text_left_of(RIGHT, 283.5, number, 7, color=MUTED)


def _draw_name(job: Job[Document]) -> float:
    y = 22.0
    for line in job.wrap(job.document.seller.name, 98, 15, bold=True, limit=3):
        job.sheet.text(LEFT, y, line, 15, bold=True, color=ACCENT)
        y += 6.8
    return y - 6.8


def _draw_contact(job: Job[Document]) -> float:
    seller = job.document.seller
    vat = f"{job.language.say('vat')} {seller.vat}" if seller.vat else ""
    y = 19.0
    for fact in filter(None, (*seller.lines[:8], seller.phone, seller.email, vat)):
        for line in job.wrap(fact, RIGHT - COLUMN, 8, limit=2):
            job.sheet.text(COLUMN, y, line, 8, color=MUTED)
            y += 3.9
    return y - 3.9


def _draw_window(job: Job[Document], top: float) -> float:
    """Draw the sender in small and the buyer, where a window envelope shows them (DIN 5008, form B)."""
    seller = job.document.seller
    sender = job.fit("  ·  ".join(filter(None, (seller.name, *seller.lines))), WINDOW_WIDTH, 6.5)
    job.sheet.text(LEFT, top, sender, 6.5, color=MUTED)
    job.sheet.rule(LEFT, LEFT + WINDOW_WIDTH, top + 1.2)
    size, step = 10.0, 4.9
    lines = _address(job, job.document.buyer, size)
    if len(lines) > 6:
        size, step = 8.5, 4.0
        lines = _address(job, job.document.buyer, size)
    y = top + 7.5
    for line in lines:
        job.sheet.text(LEFT, y, line, size)
        y += step
    return y - step


def _address(job: Job[Document], party: Party, size: float) -> list[str]:
    lines = job.wrap(party.name, WINDOW_WIDTH, size, limit=3)
    for line in party.lines:
        lines += job.wrap(line, WINDOW_WIDTH, size, limit=2)
    lines = [line for line in lines if line]
    if len(lines) <= MOST_ADDRESS_LINES:
        return lines
    return [*lines[: MOST_ADDRESS_LINES - 2], job.fit(", ".join(lines[10:-1]), WINDOW_WIDTH, size), lines[-1]]


def _draw_facts(job: Job[Document], facts: Facts, y: float) -> float:
    labels = max((job.sheet.width(label, 8) for label, _ in facts), default=0.0)
    for label, value in facts:
        job.sheet.text(COLUMN, y, label, 8, color=MUTED)
        for line in job.wrap(value, RIGHT - COLUMN - labels - 4, 8.5, limit=MOST_FACT_LINES):
            job.sheet.text_left_of(RIGHT, y, line, 8.5, color=INK)
            y += 4.6
    return y - 4.6


def _draw_other_address(job: Job[Document], y: float) -> float:
    """Draw where the goods go, or the invoice, if that is another address."""
    (word, party), buyer = job.document.other_address, job.document.buyer
    if party is None or (party.name, party.lines) == (buyer.name, buyer.lines):
        return y
    job.sheet.text(LEFT, y - 4, job.language.say(word), 7.5, color=MUTED)
    for line in job.wrap(", ".join(filter(None, (party.name, *party.lines))), RIGHT - LEFT, 8.5, limit=4):
        job.sheet.text(LEFT, y, line, 8.5)
        y += 4.2
    return y + 7.0
