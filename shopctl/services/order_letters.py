"""Write the letters about orders: how one stands, that it came, left, is not paid, or is cancelled."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final

from shopctl.domain import order_letters as rules
from shopctl.domain import transfers
from shopctl.domain.documents import OrderDocument, OrderedLine, OrderInvoice, OrderShipment
from shopctl.domain.mail import lines_of, one_line
from shopctl.domain.states import TEXT_KINDS
from shopctl.services.letters import WRITINGS, Letter, account, language_of, rendered, signature
from shopctl.services.order_words import WORDS

WITH_LINES = (rules.STATUS, rules.CONFIRMATION)
WITH_INVOICES = (rules.STATUS, rules.REMINDER)
WITH_SHIPMENTS = (rules.STATUS, rules.SHIPPED)
"""Kinds of letters that list what was ordered, billed and sent."""


def order_letter(order: OrderDocument, kind: str, message: str = "", language: str = "") -> Letter:
    """Write a letter about an order.

    Args:
        kind: One of `domain.order_letters.KINDS`.
        message: Words of the shop that come first, may have several lines.
        language: Instead of the customer's; English where there are no words for it.
    """
    written = language_of(language or order.paper.language)
    return rendered(kind.replace("_", "-"), written, values(order, kind, written, message))


def values(order: OrderDocument, kind: str, language: str, message: str = "") -> dict[str, Any]:
    """Turn an order into what templates may see."""
    return _Writer(order, kind, language).values(message)


LEAST_WIDTH: Final = 19
"""Characters of the column of labels in plain text."""


class _Writer:
    """Turns one order into the plain texts that the template lays out."""

    def __init__(self, order: OrderDocument, kind: str, language: str) -> None:
        self.order = order
        self.paper = order.paper
        self.progress = order.progress
        self.kind = kind
        self.language = language
        self.words = WORDS[language]
        self.writing = WRITINGS[language]

    def values(self, message: str) -> dict[str, Any]:
        title = self.say(f"title_{self._variant()}", number=one_line(self.paper.number))
        seller, name = one_line(self.paper.seller.name), one_line(self.paper.buyer.name)
        asks = rules.asks(self.kind, self.progress)
        facts = [(self.say(label), value) for label, value in self._facts()]
        bank = self._account() if asks else []
        picture = transfers.picture(transfers.payload_of(self.paper)) if asks else ""
        return {
            "language": self.language,
            "title": title,
            "subject": self.say("subject", title=title, seller=seller) if seller else title,
            "seller": seller,
            "number": one_line(self.paper.number),
            "name": name,
            "total": self._money(self.paper.amount_total),
            "paid": self._money(self.progress.paid) if self.progress.paid > 0 else "",
            "due": self._money(self.progress.due) if self.progress.due else "",
            "reference": one_line(self.paper.reference),
            "greeting": self.say("greeting", name=name) if name else self.say("greeting_nobody"),
            "message": list(lines_of(message)),
            "opening": self.say(self._opening()),
            "facts": facts,
            "width": max(LEAST_WIDTH, *(len(f"{label}{self.say('colon')}") for label, _ in [*facts, *bank])),
            "colon": self.say("colon"),
            "lists": [(self.say(heading), rows) for heading, rows in self._lists() if rows],
            "asks": asks,
            "installments": [],
            "pay": self._pay(),
            "account": bank,
            "picture": picture,
            "picture_label": self.say("picture", due=self._money(self.paper.amount_due)),
            "settled": "" if asks else self._settled(),
            "next_title": self.say("next"),
            "next": [] if self.kind == rules.REMINDER else self._next(),
            "closing": self.say("closing"),
            "signature": signature(self.paper.seller),
            "vat": one_line(self.paper.seller.vat),
            "vat_label": self.say("vat"),
        }

    def say(self, key: str, **gaps: str) -> str:
        """Answer a phrase with its gaps filled."""
        return self.words[key].format(**gaps)

    def _variant(self) -> str:
        if self.kind == rules.CONFIRMATION:
            return f"{self.kind}_{self.progress.state}"
        return self.kind

    def _opening(self) -> str:
        partly = (self.kind == rules.SHIPPED and self.progress.delivery_status == "partial") or (
            self.kind == rules.REMINDER and self.progress.paid > 0
        )
        return f"opening_{self._variant()}{'_partly' if partly else ''}"

    def _money(self, amount: Decimal) -> str:
        return self.writing.money(amount, self.paper.currency)

    def _facts(self) -> Iterator[tuple[str, str]]:
        yield "number", one_line(self.paper.number)
        yield "ordered_on", self.writing.date(self.paper.issued_on)
        if self.kind == rules.STATUS:
            yield "state", self.say(f"state_{self.progress.state}")
        if self.kind == rules.SHIPPED:
            return
        yield "total", self._money(self.paper.amount_total)
        if self.paper.amount_tax:
            yield "tax", self._money(self.paper.amount_tax)
        if self.progress.paid > 0:
            yield "paid", self._money(self.progress.paid)
        if self.progress.due:
            yield "due", self._money(self.progress.due)

    def _lists(self) -> Iterator[tuple[str, list[str]]]:
        if self.kind in WITH_LINES:
            yield "lines", [self._line(line) for line in self.order.lines]
        if self.kind in WITH_INVOICES:
            yield "invoices", [self._invoice(one) for one in self.order.invoices]
        if self.kind in WITH_SHIPMENTS:
            yield "shipments", [text for one in self.order.shipments for text in self._shipment(one)]

    def _line(self, line: OrderedLine) -> str:
        words = one_line(line.description)
        if line.kind in TEXT_KINDS:
            return words
        counted = line.kind == "product" or line.quantity != 1
        goods = self._goods(line.quantity, words) if counted else words
        return f"{goods}{self.say('colon')} {self._money(line.amount)}"

    def _goods(self, quantity: Decimal, words: str) -> str:
        return f"{self.writing.number(quantity)} × {words}"

    def _invoice(self, one: OrderInvoice) -> str:
        key = one.kind
        if one.kind == "invoice" and one.amount_due:
            key = "invoice_open" if one.amount_due == one.amount_total else "invoice_partly"
        return self.say(
            key, number=one_line(one.number), day=self.writing.date(one.issued_on),
            total=self._money(one.amount_total), due=self._money(one.amount_due), due_on=self.writing.date(one.due_on),
        )  # fmt: skip

    def _pay(self) -> str:
        """Ask for what is due; by a day if one invoice asks for all of it, except in a reminder, which comes later."""
        due = self._money(self.progress.due)
        last = [one for one in self.order.invoices if one.kind == "invoice" and one.amount_due == self.progress.due]
        if len(last) != 1 or self.kind == rules.REMINDER:
            return self.say("please_pay", due=due)
        return self.say("please_pay_by", due=due, due_on=self.writing.date(last[0].due_on))

    def _shipment(self, one: OrderShipment) -> Iterator[str]:
        parts = [self.say("shipment", day=self.writing.date(one.left_on))]
        if one.carrier:
            parts.append(self.say("carrier", carrier=one_line(one.carrier)))
        sent = " ".join(parts)
        tracked = self.say("tracking", tracking=one_line(one.tracking)) if one.tracking else ""
        goods = ", ".join(self._goods(quantity, one_line(words)) for quantity, words in one.goods)
        yield f"{', '.join(filter(None, (sent, tracked)))}{self.say('colon')} {goods}"

    def _account(self) -> list[tuple[str, str]]:
        found = account(self.paper.bank, self.paper.seller)
        facts = [(self.say(name), found[name]) for name in ("holder", "iban", "bic", "bank")]
        facts += [(self.say("reference"), one_line(self.paper.reference)), (self.say("note"), found["text"])]
        return [(label, value) for label, value in facts if value]

    def _settled(self) -> str:
        progress = self.progress
        if self.order.refunded:
            return self.say("refunded")
        if progress.state == "cancelled":
            paid = self._money(progress.paid)
            return self.say("cancelled_paid", paid=paid) if progress.paid > 0 else self.say("cancelled_unpaid")
        if progress.due or self.kind == rules.SHIPPED:
            return ""
        return self.say("settled" if progress.paid > 0 else "nothing_to_pay")

    def _next(self) -> list[str]:
        return [self.say({"invoice": "invoice_follows"}.get(step, step)) for step in rules.coming(self.progress)]
