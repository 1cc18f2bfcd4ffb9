"""Measure what writing a letter costs, as text and HTML: with the words that ship, and with those of a shop."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

from benchmarks import shops
from benchmarks.measuring import NEVER, Budget, Result, Scale, spent
from shopctl.config import Config, ShopSettings, WireTransfer
from shopctl.domain.notices import Notice, NoticeItem
from shopctl.services import own_templates, pictures, templates, typesetting
from shopctl.services.notice_letters import notice_letter

SHOP = Config(
    shop=ShopSettings(name="Northwind Living", address=("1 Harbour Road", "20457 Hamburg")),
    wire_transfer=WireTransfer(iban="DE89370400440532013000", bic="COBADEFFXXX"),
)
ITEM = NoticeItem(
    "invoice", "INV/2026/00031", date(2026, 8, 18), date(2026, 9, 17), Decimal(121), Decimal("100.50"), 12,
    "RF18539007547034", 2, False, Decimal(5), Decimal("1.20"), "INV/2026/00044",
)  # fmt: skip
NOTICE = Notice("Zoë Müller", "de", "EUR", (ITEM,))


def writing(directory: Path, scale: Scale) -> list[Result]:
    """Measure reminders one by one, and the picture that each gets when it leaves."""
    count = scale.documents // 10
    html = notice_letter(SHOP, NOTICE).html
    with shops.shop_at(f"sqlite:///{directory / 'letters.db'}") as shop:
        shipped = _each(count, scale)
        texts = [templates.Text("reminder", "de", part, typesetting.source_of("reminder", part) + "\n")
                 for part in ("text", "html")]  # fmt: skip
        templates.save(shop, texts)
        own_templates.forget()
        own = _each(count, scale)
    drawn = spent(lambda: [pictures.attached(html, "northwind.example") for _ in range(100)])
    return [
        Result("write a reminder, text and HTML", shipped, "ms", budgets=(Budget(0.3, at_most=True),)),
        Result("the same in words of the shop", own, "ms", budgets=(Budget(1, at_most=True),)),
        Result("draw its QR code", drawn.wall * 10, "ms"),
    ]


def _each(count: int, scale: Scale) -> float:
    taken = NEVER
    for _ in range(scale.rounds):
        taken = taken.least(spent(lambda: [notice_letter(SHOP, NOTICE) for _ in range(count)]))
    return taken.wall * 1000 / count
