"""Write reminders of money: one letter to one customer, about everything of theirs that is due."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from shopctl.config import Config
from shopctl.domain.mail import one_line
from shopctl.domain.notices import Notice, NoticeItem
from shopctl.services import letterheads, notice_words, order_words
from shopctl.services.letters import WRITINGS, Letter, language_of, rendered


def notice_letter(config: Config, notice: Notice) -> Letter:
    """Write a reminder, in the tone of its highest step."""
    language = language_of((notice.language or config.shop.language)[:2].lower())
    return rendered("reminder", language, values(config, notice, language))


def values(config: Config, notice: Notice, language: str) -> dict[str, Any]:
    """Turn a reminder into what templates may see."""
    return _Writer(config, notice, language).values()


class _Writer:
    """Turns one reminder into the plain texts that the template lays out."""

    def __init__(self, config: Config, notice: Notice, language: str) -> None:
        self.head = letterheads.of(config)
        self.notice = notice
        self.language = language
        self.words = notice_words.WORDS[language]
        self.shared = order_words.WORDS[language]
        self.writing = WRITINGS[language]
        self.single = notice.items[0] if len(notice.items) == 1 else None
        self.stage = _stage(notice)
        self.due = self._money(notice.due)

    def values(self) -> dict[str, Any]:
        return {**self._opening(), **self._debts(), **self._payment(), **letterheads.closing(self.head, self.language)}

    def _opening(self) -> dict[str, Any]:
        notice, shared, seller, name = self.notice, self.shared, self.head.seller, one_line(self.notice.name)
        title = self._title()
        return {
            "language": self.language,
            "title": title,
            "subject": shared["subject"].format(title=title, seller=seller) if seller else title,
            "seller": seller,
            "name": name,
            "greeting": shared["greeting"].format(name=name) if name else shared["greeting_nobody"],
            "message": [],
            "opening": self._counted(f"opening_{'again' if self.stage in ('second', 'further') else self.stage}"),
            "step": notice.step,
            "last": self.stage == "last",
            "colon": shared["colon"],
        }

    def _debts(self) -> dict[str, Any]:
        return {
            "documents_title": self.words["documents"],
            "documents": [self._document(item) for item in self.notice.items],
            "amount_label": self.words["amount"],
            "total_label": self.words["total"],
            "due": self.due,
            "charges_title": self.words["charges"],
            "charges": [line for item in self.notice.items for line in self._charges(item)],
            "unless": self._unless(),
            "meanwhile": self.words["meanwhile"],
        }

    def _payment(self) -> dict[str, Any]:
        single, picture = self.single, ""
        if single:
            picture = letterheads.picture(self.head, single.due, self.notice.currency, single.reference)
        return {
            "asks": True,
            "installments": [],
            "pay": self._pay(),
            "reference": one_line(single.reference) if single else "",
            "reference_label": self.shared["reference"],
            "account": letterheads.account(self.head, self.language, single.reference if single else ""),
            "picture": picture,
            "picture_label": self.shared["picture"].format(due=self.due),
        }

    def _counted(self, key: str, **gaps: str) -> str:
        return self.words[f"{key}_{'one' if self.single else 'many'}"].format(**gaps)

    def _money(self, amount: Decimal) -> str:
        return self.writing.money(amount, self.notice.currency)

    def _named(self, item: NoticeItem) -> str:
        return self.words[item.kind].format(number=one_line(item.number))

    def _title(self) -> str:
        what = self.words[f"what_{self.stage}"]
        named = self._named(self.single) if self.single else ""
        return self._counted("title", what=what, document=named, count=str(len(self.notice.items)))

    def _document(self, item: NoticeItem) -> dict[str, Any]:
        named = self._named(item)
        dated, late = self.writing.date(item.date), self._late(item.days_late)
        due_on = self.writing.date(item.due_on)
        facts = [self.words["of"].format(day=dated), self.words["due"].format(day=due_on) if due_on else "", late]
        return {
            "title": named[:1].upper() + named[1:],
            "kind": item.kind,
            "number": one_line(item.number),
            "date": dated,
            "due_on": due_on,
            "days_late": max(item.days_late, 0),
            "late": late,
            "details": ", ".join(filter(None, facts)),
            "due": self._money(item.due),
            "reference": one_line(item.reference),
        }

    def _late(self, days: int) -> str:
        if days < 1:
            return ""
        return self.words["late_one"] if days == 1 else self.words["late_many"].format(days=days)

    def _charges(self, item: NoticeItem) -> Iterator[str]:
        for key, amount in (("fee", item.fee), ("interest", item.interest)):
            if amount:
                line = self.words[key].format(document=self._named(item), amount=self._money(amount))
                yield self.words["charge"].format(line=line, charge=one_line(item.charge)) if item.charge else line

    def _unless(self) -> str:
        if self.stage != "last":
            return ""
        orders = all(item.kind == "order" for item in self.notice.items)
        return self._counted("unless_order") if orders else self.words["unless_invoice"]

    def _pay(self) -> str:
        if not self.single:
            return self.words["pay_many"].format(due=self.due)
        if self.stage == "soon" and self.single.due_on:
            return self.shared["please_pay_by"].format(due=self.due, due_on=self.writing.date(self.single.due_on))
        return self.shared["please_pay"].format(due=self.due)


def _stage(notice: Notice) -> str:
    """Tell the tone; the first letter is friendly even where it is the only one, or earlier steps were missed."""
    if notice.step == 1 or notice.first:
        return "soon" if all(item.due_on and item.days_late < 1 for item in notice.items) else "first"
    return "last" if notice.last else "second" if notice.step == 2 else "further"
