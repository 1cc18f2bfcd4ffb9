"""Draw what stands around the lines: letterhead, address window, title, facts, footer."""

from __future__ import annotations

from typing import Final

from shopctl.adapters.pdf.flow import LEFT, RIGHT, Job
from shopctl.adapters.pdf.sheet import ACCENT, INK, MUTED
from shopctl.domain.documents import Party

COLUMN: Final = 130.0
WINDOW_WIDTH: Final = 82.0
WINDOW_TOP: Final = 54.5
TITLE_TOP: Final = 98.0
MOST_ADDRESS_LINES: Final = 12
MOST_ORDER_LINES: Final = 3
MOST_FACT_LINES: Final = 8


def draw_top(job: Job) -> float:
    """Draw the first page down to the title and answer the height where the lines begin."""
    if job.document.state != "posted":
        job.sheet.mark(job.language.say(job.document.state).upper())
    name_end = _draw_name(job)
    contact_end = _draw_contact(job)
    window_end = _draw_window(job, max(WINDOW_TOP, name_end + 5))
    facts_end = _draw_facts(job, max(58.0, contact_end + 6))
    y = max(TITLE_TOP, window_end + 10, facts_end + 8)
    y = _draw_delivery(job, y)
    for line in job.wrap(job.title(), RIGHT - LEFT, 17, bold=True, limit=3):
        job.sheet.text(LEFT, y, line, 17, bold=True, color=ACCENT)
        y += 7.5
    return y - 1.5


def draw_later_top(job: Job) -> float:
    """Draw the top of a page after the first and answer the height where the lines go on."""
    if job.document.state != "posted":
        job.sheet.mark(job.language.say(job.document.state).upper())
    title = job.fit(job.title(), 95, 8.5, bold=True)
    job.sheet.text(LEFT, 17, job.fit(job.document.seller.name, 65, 8.5), 8.5, color=MUTED)
    job.sheet.text_left_of(RIGHT, 17, title, 8.5, bold=True, color=ACCENT)
    job.sheet.rule(LEFT, RIGHT, 20)
    return 25.0


def draw_footer(job: Job, page: int, pages: int) -> None:
    """Draw the foot of a page: the seller and the page number."""
    seller = job.document.seller
    number = job.language.say("page", page=page, pages=pages)
    vat = f"{job.language.say('vat')} {seller.vat}" if seller.vat else ""
    facts = "  ·  ".join(filter(None, (seller.name, ", ".join(seller.lines), vat)))
    job.sheet.rule(LEFT, RIGHT, 279)
    room = RIGHT - LEFT - job.sheet.width(number, 7) - 8
    job.sheet.text(LEFT, 283.5, job.fit(facts, room, 7), 7, color=MUTED)
    job.sheet.text_left_of(RIGHT, 283.5, number, 7, color=MUTED)


def listed_orders(job: Job) -> str:
    """Answer the orders as a list for the end of the document, empty if they fit beside the address."""
    orders = ", ".join(job.document.orders)
    return "" if _orders_fit(job, orders) else f"{job.language.say('orders')}: {orders}"


def _orders_fit(job: Job, orders: str) -> bool:
    return len(job.wrap(orders, 38, 8.5, limit=MOST_ORDER_LINES + 1)) <= MOST_ORDER_LINES


def _draw_name(job: Job) -> float:
    y = 22.0
    for line in job.wrap(job.document.seller.name, 98, 15, bold=True, limit=3):
        job.sheet.text(LEFT, y, line, 15, bold=True, color=ACCENT)
        y += 6.8
    return y - 6.8


def _draw_contact(job: Job) -> float:
    seller = job.document.seller
    vat = f"{job.language.say('vat')} {seller.vat}" if seller.vat else ""
    y = 19.0
    for fact in filter(None, (*seller.lines[:8], seller.phone, seller.email, vat)):
        for line in job.wrap(fact, RIGHT - COLUMN, 8, limit=2):
            job.sheet.text(COLUMN, y, line, 8, color=MUTED)
            y += 3.9
    return y - 3.9


def _draw_window(job: Job, top: float) -> float:
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


def _address(job: Job, party: Party, size: float) -> list[str]:
    lines = job.wrap(party.name, WINDOW_WIDTH, size, limit=3)
    for line in party.lines:
        lines += job.wrap(line, WINDOW_WIDTH, size, limit=2)
    lines = [line for line in lines if line]
    if len(lines) <= MOST_ADDRESS_LINES:
        return lines
    return [*lines[: MOST_ADDRESS_LINES - 2], job.fit(", ".join(lines[10:-1]), WINDOW_WIDTH, size), lines[-1]]


def _facts(job: Job) -> list[tuple[str, str]]:
    document, say = job.document, job.language.say
    orders = ", ".join(document.orders)
    if not _orders_fit(job, orders):
        orders = say("orders_count", count=len(document.orders))
    due_on = None if document.title_kind == "credit_note" else document.due_on
    facts = (
        (say("issued_on"), job.language.date(document.issued_on) if document.issued_on else ""),
        (say("due_on"), job.language.date(due_on) if due_on else ""),
        (say("reverses"), ": ".join(filter(None, (document.reverses, document.reason)))),
        (say("customer_code"), document.customer_code),
        (say("buyer_vat"), document.buyer.vat),
        (say("order" if len(document.orders) == 1 else "orders"), orders),
        (say("reference"), document.reference),
        (say("revision"), str(document.revision) if document.revision else ""),
    )
    return [(label, value) for label, value in facts if value]


def _draw_facts(job: Job, y: float) -> float:
    facts = _facts(job)
    labels = max((job.sheet.width(label, 8) for label, _ in facts), default=0.0)
    for label, value in facts:
        job.sheet.text(COLUMN, y, label, 8, color=MUTED)
        for line in job.wrap(value, RIGHT - COLUMN - labels - 4, 8.5, limit=MOST_FACT_LINES):
            job.sheet.text_left_of(RIGHT, y, line, 8.5, color=INK)
            y += 4.6
    return y - 4.6


def _draw_delivery(job: Job, y: float) -> float:
    """Draw where the goods go, if that is not where the invoice goes."""
    party, buyer = job.document.ship_to, job.document.buyer
    if party is None or (party.name, party.lines) == (buyer.name, buyer.lines):
        return y
    job.sheet.text(LEFT, y - 4, job.language.say("ship_to"), 7.5, color=MUTED)
    for line in job.wrap(", ".join(filter(None, (party.name, *party.lines))), RIGHT - LEFT, 8.5, limit=4):
        job.sheet.text(LEFT, y, line, 8.5)
        y += 4.2
    return y + 7.0
